"""`manage.py fake_prolific` as a process of its own: a whole study against it, by commands."""

import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Queue

import pytest
import requests
from django.conf import settings as site
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client

from studies import fieldwork
from studies.models import BonusBatch, PanelStudy, Participant
from studies.recruitment import subscriptions
from tests.studies.factories import a_person, finish
from tests.studies.recruitment.conftest import agree, on_prolific
from tests.studies.recruitment.test_hook_subscriptions import mailbox  # noqa: F401
from tests.studies.recruitment.test_submissions import HOOK

pytestmark = pytest.mark.django_db
SECONDS = 20
START_SECONDS = 60
"""The start of Python and Django on a busy machine; the study itself has `SECONDS`."""
SECRET = "a-secret-of-the-rehearsal"


class Rehearsal:
    """The stand-in's process, reached by nothing but HTTP."""

    def __init__(self, told: str) -> None:
        self.address = re.search(r"http://127\.0\.0\.1:\d+", told)[0]
        self.token = re.search(r"PROLIFIC_TOKEN=(\S+)", told)[1]

    def press(self, page: str, **form: object) -> requests.Response:
        """A button of its pages."""
        answer = requests.post(
            f"{self.address}/{page}", data=form, allow_redirects=False, timeout=5
        )
        assert answer.status_code == 303, answer.text
        return answer

    def send_somebody(self, study: str) -> tuple[str, str, dict[str, str]]:
        """Their submission, the address they are sent to, and their cookie."""
        answer = self.press("go", study=study)
        return answer.cookies["stand_in"], answer.headers["Location"], dict(answer.cookies)

    def ask(self, path: str) -> dict:
        """Its API."""
        headers = {"Authorization": f"Token {self.token}"}
        return requests.get(f"{self.address}/api/v1/{path}", headers=headers, timeout=5).json()


@pytest.fixture(scope="module")
def process() -> Iterator[Rehearsal]:
    environment = {**os.environ, "PROLIFIC_WEBHOOK_SECRET": SECRET, "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "manage.py", "fake_prolific", "--port", "0", "--no-hooks"]
    with subprocess.Popen(
        command, cwd=Path(site.BASE_DIR), env=environment, stdout=subprocess.PIPE
    ) as running:
        try:
            yield Rehearsal(_said(running))
        finally:
            running.terminate()


def _said(running: subprocess.Popen) -> str:
    """What it prints until it is ready."""
    told, until = "", time.monotonic() + START_SECONDS
    while "then create" not in told and time.monotonic() < until:
        if select.select([running.stdout], [], [], 0.5)[0]:
            told += os.read(running.stdout.fileno(), 4096).decode()
    assert "then create" in told, told
    return told


@pytest.fixture
def rehearsal(process, settings, monkeypatch) -> Iterator[Rehearsal]:
    cache.clear()
    settings.PROLIFIC_API, settings.PROLIFIC_TOKEN = process.address, process.token
    settings.PROLIFIC_WEBHOOK_SECRET = SECRET
    monkeypatch.setattr("studies.recruitment.calls.FIRST_PAUSE", 0.01)
    yield process
    process.press("trouble", times=0)
    cache.clear()


def recruit(capsys, *arguments: object) -> str:
    capsys.readouterr()
    call_command("recruitment", *map(str, arguments))
    return capsys.readouterr().out


def hand_in(rehearsal: Rehearsal, address: str, cookie: dict[str, str], study) -> Participant:
    """Arrive, answer everything, go back with the code of the last page."""
    person = agree(study, address)
    fieldwork.describe(participant=person, answers=a_person(study))
    finish(person)
    link = Client().get(f"/p/{person.token}/done/").context["farewell"].link
    assert link.startswith(rehearsal.address)
    assert requests.get(link, cookies=cookie, timeout=5).ok
    return person


def take(letters: Queue, count: int) -> list[str]:
    """Hand so many hooks that came over the wire to the site."""
    outcomes = []
    for _ in range(count):
        body, headers = letters.get(timeout=5)
        outcomes.append(Client().generic("POST", HOOK, body, headers=headers).json()["outcome"])
    return outcomes


def test_a_whole_study_by_commands_against_the_process(
    rehearsal,
    capsys,
    monkeypatch,
    mailbox,  # noqa: F811
):
    began = time.monotonic()
    monkeypatch.setattr(subscriptions, "target", lambda: f"{mailbox.address}{HOOK}")
    alice = User.objects.create(username="alice")
    study = on_prolific("whole")
    assert "8.00 GBP" in recruit(capsys, "dry-run", "whole")
    recruit(capsys, "create", "whole", "--as", "alice")
    recruit(capsys, "hooks", "whole", "--create", "--yes")
    recruit(capsys, "publish", "whole", "--yes", "--as", "alice")
    row = PanelStudy.objects.get()
    assert rehearsal.ask(f"studies/{row.reference}/")["status"] == "ACTIVE"
    assert take(mailbox.letters, 1) == ["taken"]

    submission, address, cookie = rehearsal.send_somebody(row.reference)
    person = hand_in(rehearsal, address, cookie, study)
    assert person.arrival.verified
    assert "taken" in take(mailbox.letters, 3)  # reserved, active, waiting, in whichever order
    assert row.submissions.get().state == "AWAITING REVIEW"

    assert "1 approved" in recruit(capsys, "approve", "whole", "--yes", "--as", "alice")
    assert take(mailbox.letters, 1) == ["taken"]
    recruit(capsys, "bonus", "whole", "1.50", "thanks", person.code, "--as", "alice")
    batch = BonusBatch.objects.get()
    with pytest.raises(CommandError, match=r"pay 1\.50 GBP as bonuses.*--yes"):
        recruit(capsys, "pay", "whole", batch.pk)
    assert "Paid" in recruit(capsys, "pay", "whole", batch.pk, "--yes", "--as", "alice")
    told = rehearsal.ask(f"submissions/{submission}/")
    assert (told["status"], told["bonus_payments"]) == ("APPROVED", [150])
    assert "paid, by alice" in recruit(capsys, "payments", "whole")
    assert "Everything agrees" in recruit(capsys, "reconcile", "whole")
    kinds = {"panel_created", "panel_published", "panel_approved", "bonus_pressed"}
    assert set(study.events.filter(actor=alice).values_list("kind", flat=True)) >= kinds
    assert time.monotonic() - began < SECONDS


def test_a_payment_whose_connection_ends_is_settled_by_hand_and_paid_once(rehearsal, capsys):
    """The crash between “bonus created” and “paid”, seen from the other side of the wire."""
    study = on_prolific("torn")
    recruit(capsys, "create", "torn")
    recruit(capsys, "publish", "torn", "--yes")
    row = PanelStudy.objects.get()
    submission, address, cookie = rehearsal.send_somebody(row.reference)
    person = hand_in(rehearsal, address, cookie, study)
    recruit(capsys, "reconcile", "torn")
    recruit(capsys, "bonus", "torn", "0.01", "thanks", person.code)
    batch = BonusBatch.objects.get()
    rehearsal.press("trouble", times=1, status=0, path="/pay/", after="yes")
    with pytest.raises(CommandError, match="perhaps paid"):
        recruit(capsys, "pay", "torn", batch.pk, "--yes")
    with pytest.raises(CommandError, match="sent before"):
        recruit(capsys, "pay", "torn", batch.pk, "--yes")
    assert "Perhaps paid" in recruit(capsys, "reconcile", "torn")
    with pytest.raises(CommandError, match=r"0\.01 GBP were paid.*--yes"):
        recruit(capsys, "settle", "torn", batch.pk, "paid")
    recruit(capsys, "settle", "torn", batch.pk, "paid", "--yes")
    assert rehearsal.ask(f"submissions/{submission}/")["bonus_payments"] == [1]
    assert "Everything agrees" in recruit(capsys, "reconcile", "torn")


def test_an_outage_is_waited_out_and_a_full_study_sends_nobody(rehearsal, capsys):
    on_prolific("busy")
    rehearsal.press("trouble", times=3, status=502, path="/study-cost")
    assert "8.00 GBP" in recruit(capsys, "dry-run", "busy")
    recruit(capsys, "create", "busy")
    recruit(capsys, "publish", "busy", "--yes")
    row = PanelStudy.objects.get()
    for _ in range(row.places):
        rehearsal.send_somebody(row.reference)
    with pytest.raises(AssertionError, match="no free place"):
        rehearsal.send_somebody(row.reference)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["pay", "said", "7", "--yes"], "has no payment 7"),
        (["settle", "said", "7", "paid", "--yes"], "has no payment 7"),
        (["bonus", "said", "1.005", "thanks", "P-X"], "more than two digits"),
        (["bonus", "said", "1.00", "thanks", "P-NOBODY"], "Nobody here is called P-NOBODY"),
        (["screen-out", "said", "P-NOBODY", "--yes"], "Nobody here is called P-NOBODY"),
        (["stop", "said"], "end recruiting for good. Say --yes"),
        (["stop", "said", "--yes", "--as", "nobody"], "no account “nobody”"),
        (["add-places", "said", "0", "--yes"], "above 0"),
        (["approve", "nothing", "--yes"], "no study “nothing”"),
    ],
)
def test_a_command_that_cannot_be_done_says_why(rehearsal, capsys, arguments, sentence):
    on_prolific("said")
    recruit(capsys, "create", "said")
    with pytest.raises(CommandError, match=re.escape(sentence)):
        recruit(capsys, *arguments)
