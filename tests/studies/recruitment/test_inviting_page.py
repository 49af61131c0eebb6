"""The page Recruitment of a study that invites: the list, the tick, the worker, what failed."""

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from config.celery import app
from studies import tasks
from studies.models import Mail
from studies.recruitment import posting
from tests.studies.factories import live_study
from tests.studies.recruitment.post_scene import arrive, inviting, leave_in, smtp
from tests.studies.recruitment.test_invitations import ADA, BOB, PEOPLE, later

pytestmark = pytest.mark.django_db


@pytest.fixture
def box(settings):
    with smtp(settings) as box:
        yield box


@pytest.fixture
def alice(db) -> Client:
    client = Client()
    client.force_login(User.objects.create(username="alice"))
    return client


@pytest.fixture
def worker(monkeypatch):
    """What was sent to the queue; `work` does it as a worker does."""
    waiting = []
    monkeypatch.setattr(app, "send_task", lambda name, args: waiting.append((name, args)))

    def work() -> int:
        rounds = 0
        while waiting:
            name, args = waiting.pop(0)
            assert name == posting.TASK
            tasks.send_mails(*args)
            rounds += 1
        return rounds

    return work


def press(alice: Client, deed: str, **form) -> str:
    answer = alice.post(f"/studies/drawn/recruitment/{deed}/", form, follow=True)
    return " ".join(answer.content.decode().split())


def add(alice: Client, text: str) -> str:
    return press(alice, "people", people=SimpleUploadedFile("people.csv", text.encode()))


def read(alice: Client) -> str:
    return " ".join(alice.get("/studies/drawn/recruitment/").content.decode().split())


def count(page: str, what: str) -> str:
    return page.partition(f"<dt>{what}</dt><dd>")[2].partition("</dd>")[0]


def test_from_the_list_to_people_who_arrive(alice, box, worker):
    study = inviting()
    assert "2 new on the list" in add(alice, PEOPLE)
    assert "tick the box" in press(alice, "invite")
    assert worker() == 0
    assert "A worker sends 2 mails now" in press(alice, "invite", sure="yes")
    assert worker() == 1
    assert len(box.mails) == 2
    arrive(study, box.to(ADA)[0])
    Client().post(leave_in(box.to(BOB)[0]))
    page = read(alice)
    told = [count(page, what) for what in ("On the list", "Invitations sent", "Arrived")]
    assert told == ["2", "2", "1"]
    assert count(page, "Unsubscribed") == "1"
    assert ADA not in page
    assert BOB not in page
    later(8)
    assert "Remind 1 person" in read(alice)
    press(alice, "remind", sure="yes")
    worker()
    assert [len(box.to(ADA)), len(box.to(BOB))] == [2, 1]
    assert "nobody to write to" in press(alice, "remind", sure="yes")


def test_a_long_list_is_sent_in_turns(alice, box, worker, monkeypatch):
    inviting()
    add(alice, "address\n" + "\n".join(f"p{n}@example.org" for n in range(6)))
    monkeypatch.setattr(posting, "TURN_SECONDS", 2)
    monkeypatch.setattr(posting, "monotonic", iter(range(10**6)).__next__)
    press(alice, "invite", sure="yes")
    assert worker() > 1
    assert sorted(mail["To"] for mail in box.mails) == [f"p{n}@example.org" for n in range(6)]


def test_a_wrong_list_adds_nobody_and_says_the_lines(alice):
    study = inviting()
    page = add(alice, "address,name\nada@example.org,Ada\nnot an address,\nADA@example.org,x\n")
    assert "Nobody was added. Line 3: this is no mail address." in page
    assert "Line 4: it has the address of line 2 again." in page
    assert not study.invitations.exists()


def test_failed_and_perhaps_sent_are_put_before_a_person(alice, box, worker):
    inviting()
    box.refuses[ADA] = "550 no such mailbox"
    box.drops.add(BOB)
    add(alice, PEOPLE)
    press(alice, "invite", sure="yes")
    worker()
    later(1)
    page = read(alice)
    assert (count(page, "Failed"), count(page, "Being sent, or perhaps sent")) == ("1", "1")
    assert ADA in page
    assert BOB in page
    assert "550 no such mailbox" in page
    lost = Mail.objects.get(state=Mail.State.SENDING)
    assert "On record" in press(alice, "mail-settle", mail=lost.pk, found="sent")
    assert "decided already" in press(alice, "mail-settle", mail=lost.pk, found="not")
    box.refuses.clear()
    refused = Mail.objects.get(state=Mail.State.REFUSED)
    assert "once more" in press(alice, "mail-again", mail=refused.pk)
    press(alice, "invite", sure="yes")
    worker()
    assert [len(box.to(ADA)), len(box.to(BOB))] == [1, 1]


def test_why_a_worker_stopped_stands_on_the_page(alice, box, worker):
    inviting()
    add(alice, PEOPLE)
    box.greeting = "535 5.7.8 not you"
    press(alice, "invite", sure="yes")
    worker()
    assert "The last sending stopped early. The mail server refuses the sender" in read(alice)


def test_without_a_mail_server_the_page_says_what_to_set(alice, settings):
    inviting()
    settings.EMAIL_URL = ""
    add(alice, PEOPLE)
    assert "Set EMAIL_URL" in read(alice)
    assert "Set EMAIL_URL" in press(alice, "invite", sure="yes")


def test_others_cannot_see_or_send(alice, box, worker):
    study = inviting()
    add(alice, PEOPLE)
    study.owner = User.objects.create(username="owner")
    study.save()
    assert alice.get("/studies/drawn/recruitment/").status_code == 404
    assert alice.post("/studies/drawn/recruitment/invite/", {"sure": "yes"}).status_code == 404
    assert worker() == 0


@pytest.mark.parametrize("deed", ["people", "mail-settle", "mail-again", "invite"])
def test_deeds_of_invitations_do_nothing_in_a_study_that_does_not_invite(alice, deed):
    live_study()
    answer = alice.post(f"/studies/drawn/recruitment/{deed}/", {"sure": "yes", "mail": "1"})
    assert answer.status_code in (302, 404)
