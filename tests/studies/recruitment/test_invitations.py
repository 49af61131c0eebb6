"""Invitations: a list becomes mails, a link one participant, and nobody is mailed twice."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from studies import export, fieldwork
from studies.live.room import filling
from studies.models import Arrival, Event, Identity, Invitation, Mail, NoMail, Participant, Study
from studies.recruitment import invitations
from studies.recruitment.mail_server import Connection
from studies.rights import identities
from studies.rights.holdings import holdings
from studies.rights.withdrawal import withdraw
from studies.services import StudyError
from tests.studies.factories import a_person, finish
from tests.studies.recruitment.conftest import agree
from tests.studies.recruitment.post_scene import (
    arrive,
    inviting,
    leave_in,
    link_in,
    listening,
    smtp,
)

pytestmark = pytest.mark.django_db
PEOPLE = "address;name\nAda@Example.org;Ada Lovelace\nbob@example.org;\n"
PLAIN = (Invitation, Mail, NoMail, Identity, Participant, Event, Arrival)
"""Tables in which an address could stand in the clear."""
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


def test_crash_between_sending_and_its_record_mails_nobody_twice(box, people, monkeypatch):
    """Killed after the server took the mail, before the database heard of it."""
    inviting()

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("studies.recruitment.posting._move", killed)
        with pytest.raises(KeyboardInterrupt):
            invite("drawn", people(PEOPLE), "--send")
    assert [mail["To"] for mail in box.mails] == [ADA]
    said = invite("drawn", people(PEOPLE), "--send")
    assert [mail["To"] for mail in box.mails] == [ADA, BOB]
    assert "1 mail perhaps sent, and not sent again" in said
    later(8)
    invite("drawn", "--remind", "--send")
    assert len(box.to(ADA)) == 1


@pytest.mark.parametrize(("sent", "mails"), [(True, 1), (False, 2)])
def test_what_broke_off_is_decided_by_a_person(box, people, sent, mails):
    study = inviting()
    box.drops.add(ADA)
    invite("drawn", people(PEOPLE), "--send")
    box.drops.clear()
    row = Mail.objects.get(state=Mail.State.SENDING)
    with pytest.raises(StudyError, match="just being sent"):
        invitations.settle(mail=row, sent=sent)
    later(1)
    invitations.settle(mail=row, sent=sent)
    later(1)
    invite("drawn", "--send")
    assert len(box.to(ADA)) == mails
    assert invitations.numbers(study).unresolved == 0


def test_two_runs_at_once_share_the_work(box, people, monkeypatch):
    """A second run begins while the first has a mail in its hands."""
    study, deliver = inviting(), Connection.deliver
    invitations.add(study, invitations.people_of(study, PEOPLE.encode()))

    def slow(self, *mail):
        monkeypatch.setattr(Connection, "deliver", deliver)
        invite("drawn", "--send")
        deliver(self, *mail)

    monkeypatch.setattr(Connection, "deliver", slow)
    invite("drawn", "--send")
    assert sorted(mail["To"] for mail in box.mails) == [ADA, BOB]


def test_a_refused_address_keeps_the_servers_sentence_and_not_the_address(box, people):
    study = inviting()
    box.refuses[ADA] = "550 5.1.1 <ada@example.org>: no mailbox ada here"
    said = invite("drawn", people(PEOPLE), "--send")
    assert "1 mail sent" in said
    assert "1 refused: 550 5.1.1 <[e-mail]>: no mailbox [e-mail] here" in said
    assert "ada" not in Mail.objects.get(state=Mail.State.REFUSED).said
    box.refuses.clear()
    later(1)
    invite("drawn", "--send")
    assert box.to(ADA) == []
    assert invitations.numbers(study).failed == 1
    invitations.try_again(mail=invitations.failures(study).get())
    invite("drawn", "--send")
    assert len(box.to(ADA)) == 1
    assert invitations.numbers(study).failed == 0


def test_a_mail_that_is_put_off_is_tried_again_later(box, people):
    study = inviting()
    box.refuses[ADA] = "451 4.7.1 greylisted, come back later"
    invite("drawn", people(PEOPLE), "--send")
    assert invitations.numbers(study).put_off == 1
    box.refuses.clear()
    invite("drawn", "--send")
    assert box.to(ADA) == []
    later(1)
    invite("drawn", "--send")
    assert len(box.to(ADA)) == 1


def test_a_server_that_takes_nothing_stops_the_run_and_leaves_everybody_waiting(box, people):
    study = inviting()
    box.greeting = "530 5.7.0 log in first"
    with pytest.raises(CommandError, match=r"refuses the sender: 530 5\.7\.0 log in first"):
        invite("drawn", people(PEOPLE), "--send")
    assert not Mail.objects.exists()
    assert invitations.numbers(study).waiting == 2


@pytest.mark.parametrize(
    ("url", "sentence"), [("", "EMAIL_URL"), ("smtp://127.0.0.1:9", "reached")]
)
def test_without_a_mail_server_a_sentence_says_what_to_do(url, sentence, people, settings):
    study = inviting()
    settings.EMAIL_URL, settings.EMAIL_FROM = url, "study@example.org"
    with pytest.raises(CommandError, match=sentence):
        invite("drawn", people(PEOPLE), "--send")
    assert study.invitations.count() == (2 if url else 0)


@pytest.mark.parametrize("state", [Study.State.DRAFT, Study.State.PAUSED, Study.State.CLOSED])
def test_nobody_is_called_to_a_study_that_is_not_open(box, people, state):
    study = inviting()
    Study.objects.filter(pk=study.pk).update(state=state)
    with pytest.raises(CommandError, match="no mail goes out"):
        invite("drawn", people(PEOPLE), "--send")
    assert box.mails == []


def test_unsubscribing_takes_a_press_and_lasts_across_studies(box, people):
    study, other = inviting(), inviting("other")
    invite("drawn", people(PEOPLE), "--send")
    leave = leave_in(box.to(ADA)[0])
    page = Client().get(leave)
    assert "With this button" in page.content.decode()
    assert ADA not in page.content.decode()
    assert invitations.numbers(study).unsubscribed == 0
    done = Client(enforce_csrf_checks=True).post(leave, {"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200
    assert "no more mail" in Client().get(leave).content.decode()
    assert invitations.numbers(study).unsubscribed == 1
    assert Identity.objects.filter(kind="invitation_address").count() == 1
    later(8)
    invite("drawn", "--remind", "--send")
    assert "1 who want no mail" in invite("other", people(PEOPLE), "--send")
    assert len(box.to(ADA)) == 1
    assert other.invitations.count() == 1
    assert arrive(study, box.to(ADA)[0]), "the way in stays open"


def test_whoever_is_listed_already_is_not_mailed_by_another_study_after_unsubscribing(box, people):
    inviting()
    other = inviting("other")
    invitations.add(other, invitations.people_of(other, PEOPLE.encode()))
    invite("drawn", people(PEOPLE), "--send")
    Client().post(leave_in(box.to(ADA)[0]))
    invite("other", "--send")
    assert len(box.to(ADA)) == 1


def test_a_forged_link_unsubscribes_nobody(box, people):
    inviting()
    invite("drawn", people(PEOPLE), "--send")
    leave = leave_in(box.to(ADA)[0])
    forged = leave.replace(leave[3:9], "abcdef", 1)
    assert Client().post(forged).status_code == 404
    assert not NoMail.objects.exists()


def test_a_mails_link_unsubscribes_after_the_address_was_deleted_and_the_key_changed(
    box, people, settings
):
    settings.IDENTITY_KEYS = ["the-first-key-of-this-site-" + "a1" * 16]
    study = inviting()
    invite("drawn", people(PEOPLE), "--send")
    settings.IDENTITY_KEYS = ["the-second-key-of-this-site-" + "b2" * 16, *settings.IDENTITY_KEYS]
    Identity.objects.update(delete_after=timezone.now())
    identities.delete_due()
    assert not Identity.objects.exists()
    assert "0 mails sent" in invite("drawn", people(PEOPLE), "--send"), "not invited anew"
    Client().post(leave_in(box.to(ADA)[0]))
    inviting("other")
    assert "1 who want no mail" in invite("other", people(PEOPLE), "--send")
    assert study.invitations.count() == 2


def test_reminders_go_to_the_unfinished_after_the_days_and_only_so_often(box, people):
    study = inviting(days=3, reminders=2)
    invite("drawn", people(PEOPLE + "cleo@example.org;\n"), "--send")
    done = arrive(study, box.to(ADA)[0])
    fieldwork.describe(participant=done, answers=a_person(study))
    finish(done)
    arrive(study, box.to(BOB)[0])
    counts = []
    for days in (2.9, 0.2, 0, 3.1, 3.1):
        later(days)
        before = len(box.mails)
        invite("drawn", "--remind", "--send")
        counts.append(len(box.mails) - before)
    assert counts == [0, 2, 0, 2, 0]
    assert len(box.to(ADA)) == 1
    assert box.to(BOB)[1]["Subject"].startswith("Reminder: ")
    assert link_in(box.to(BOB)[2]) == link_in(box.to(BOB)[0])
    assert (invitations.numbers(study).reminders, invitations.numbers(study).finished) == (4, 1)


@pytest.mark.parametrize("erase", [False, True])
def test_withdrawing_removes_the_address_and_no_list_brings_it_back(box, people, erase):
    study = inviting()
    invite("drawn", people(PEOPLE), "--send")
    (mail,) = box.to(ADA)
    person = arrive(study, mail)
    assert {"Ada Lovelace", ADA} <= {row["text"] for row in held(person, "somebody outside")}
    withdraw(participant=person, erase=erase)
    later(30)
    invite("drawn", "--remind", "--send")
    invite("drawn", people(PEOPLE), "--send")
    assert len(box.to(ADA)) == 1
    assert Identity.objects.filter(kind="invitation_address").count() == 1
    assert Client().get(link_in(mail)).status_code == (409 if erase else 302)
    numbers = invitations.numbers(study)
    assert (numbers.listed, numbers.sent, numbers.withdrew) == (2, 2, 1)
    assert numbers.arrived == (0 if erase else 1)


def held(person, title):
    return next(table.rows for table in holdings(person) if title in table.title)


def test_the_lists_strata_fill_the_quotas(box, people):
    quotas = {"by": "launch", "places": {"north": 1, "south": 1}}
    study = inviting(raters={"participants": 2, "quotas": quotas})
    text = "address,stratum\na@example.org,north\nb@example.org,north\nc@example.org,south\n"
    invite("drawn", people(text), "--send")
    arrive(study, box.to("a@example.org")[0])
    assert agree(study, link_in(box.to("b@example.org")[0])) is None
    later(8)
    invite("drawn", "--remind", "--send")
    assert len(box.to("b@example.org")) == 1, "the places of the north are taken"
    arrive(study, box.to("c@example.org")[0])
    assert filling(study) == [("north", 1, 1), ("south", 1, 1)]
    with pytest.raises(CommandError, match="Line 2: no places are kept for “west”"):
        invite("drawn", people("address,stratum\nd@example.org,west\n"))


def test_mails_and_pages_are_in_the_language_of_the_line(box, people):
    into = {"title": "دراسة", "information": "معلومات", "consent": ["أ", "ب"], "debrief": "شكرا"}
    inviting(study={"languages": ["en", "ar"], "translations": {"ar": into}})
    invite("drawn", people("address,language\nada@example.org,ar\n"), "--send")
    (mail,) = box.to(ADA)
    assert "هذا الرابط لك وحدك" in mail.get_content()
    assert mail["Subject"] == "دعوة: دراسة"
    page = Client().get(link_in(mail))
    assert 'dir="rtl"' in page.content.decode()
    form = {"consent-0": "yes", "consent-1": "yes", "text": page.context["consent_sha256"]}
    Client().post(link_in(mail), {**form, "arrival": page.context["arrival"]})
    assert Participant.objects.get().language == "ar"
    assert 'lang="ar"' in Client().get(leave_in(mail)).content.decode()


def test_exports_and_logs_hold_no_address(box, people, tmp_path):
    study = inviting()
    box.refuses[BOB] = "550 bob@example.org is nobody"
    stream = StringIO()
    with listening(stream):
        invite("drawn", people(PEOPLE), "--send")
        (mail,) = box.to(ADA)
        person = arrive(study, mail)
        Client().get(leave_in(mail))
        fieldwork.describe(participant=person, answers=a_person(study))
        finish(person)
        export.write(study, tmp_path / "out")
    told = b"".join(p.read_bytes() for p in (tmp_path / "out").rglob("*") if p.is_file())
    dumped = json.dumps([list(Event.objects.values("kind", "details"))], default=str)
    dumped += "".join(str(row) for model in PLAIN for row in model.objects.values())
    for secret in (ADA, BOB, "Lovelace", leave_in(mail)[3:40], link_in(mail)[-22:]):
        assert secret.encode() not in told
        assert secret not in stream.getvalue()
    for secret in (ADA, BOB, "Lovelace", "bob"):
        assert secret not in dumped
