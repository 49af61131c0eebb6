"""Invitations: a list becomes mails, a link one participant, and nobody is mailed twice."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from studies.models import Arrival, Identity, Invitation, Mail, Participant
from tests.studies.recruitment.post_scene import arrive, inviting, leave_in, link_in, smtp

pytestmark = pytest.mark.django_db
PEOPLE = "address;name\nAda@Example.org;Ada Lovelace\nbob@example.org;\n"
ADA, BOB = "ada@example.org", "bob@example.org"


@pytest.fixture
def box(settings):
    with smtp(settings) as box:
        yield box


@pytest.fixture
def people(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "people.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def invite(slug, *more) -> str:
    out = StringIO()
    call_command("invite", slug, *map(str, more), stdout=out)
    return out.getvalue()


def later(days: float) -> None:
    """The mails are older than they were."""
    for mail in Mail.objects.all():
        Mail.objects.filter(pk=mail.pk).update(moved_at=mail.moved_at - timedelta(days=days))


def test_without_send_one_whole_mail_and_the_count_are_printed_and_nothing_happens(box, people):
    study = inviting()
    said = invite("drawn", people(PEOPLE))
    assert "2 mails would be sent" in said
    assert "To: ada@example.org" in said
    assert "Hello Ada Lovelace," in said
    assert "It takes about 12 minutes" in said
    assert box.mails == []
    assert not study.invitations.exists()
    assert not Identity.objects.exists()


def test_send_mails_everybody_once_however_often_it_is_said(box, people):
    inviting()
    assert "2 mails sent" in invite("drawn", people(PEOPLE), "--send")
    assert "0 mails sent" in invite("drawn", people(PEOPLE), "--send")
    assert sorted(mail["To"] for mail in box.mails) == [ADA, BOB]
    (mail,) = box.to(ADA)
    assert mail["From"] == "Study team <study@example.org>"
    assert mail["X-Envelope"] == "study@example.org to ada@example.org"
    assert mail["List-Unsubscribe"] == f"<http://localhost{leave_in(mail)}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.get_content_type() == "text/plain"
    assert link_in(mail) != link_in(box.to(BOB)[0])


def test_a_link_is_one_participant_and_looking_takes_nothing(box, people):
    study = inviting()
    invite("drawn", people(PEOPLE), "--send")
    (mail,) = box.to(ADA)
    for _ in range(100):
        assert Client().get(link_in(mail)).status_code == 200
    assert not Participant.objects.exists()
    first = arrive(study, mail)
    assert Arrival.objects.get().verified
    again = Client().get(link_in(mail))
    assert again["Location"] == f"/p/{first.token}/"
    second = Client().post(link_in(mail), {"consent-0": "yes", "consent-1": "yes"})
    assert second["Location"] == f"/p/{first.token}/"
    assert Participant.objects.count() == 1


@pytest.mark.parametrize("query", ["", "?invitation=", "?invitation=" + "x" * 22])
def test_nobody_comes_in_without_a_link_of_the_list(query):
    study = inviting()
    answer = Client().get(f"/s/{study.link_token}/{query}")
    assert answer.status_code == 409
    assert "invitation" in answer.content.decode()


def test_a_link_of_one_study_opens_no_other(box, people):
    inviting()
    other = inviting("other")
    invite("drawn", people(PEOPLE), "--send")
    token = Invitation.objects.first().token
    assert Client().get(f"/s/{other.link_token}/?invitation={token}").status_code == 409
