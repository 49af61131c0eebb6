"""Identifiers outlive a change of keys, and go on the day that the file names."""

from datetime import timedelta

import pytest
from django.conf import settings as site
from django.core.management import CommandError, call_command
from django.utils import timezone

from config.environment import read_environment
from studies.models import Identity
from studies.rights import identities, rotation
from studies.rights.withdrawal import receipt_of, withdraw
from tests.studies.factories import enrolled, live_study

pytestmark = pytest.mark.django_db
OLD, NEW = "the-old-key-of-the-site-" + "a1b2" * 8, "the-new-key-of-the-site-" + "c3d4" * 8


@pytest.fixture
def study():
    return live_study(raters={"participants": 5})


@pytest.fixture
def person(study, settings):
    settings.IDENTITY_KEYS = [OLD]
    found = enrolled(study)
    identities.remember(found, "prolific_person", "ada")
    return found


def test_a_new_first_key_still_opens_and_finds_what_an_older_one_sealed(study, person, settings):
    settings.IDENTITY_KEYS = [NEW, OLD]
    assert identities.find(study, "prolific_person", "ada") == person
    assert identities.reveal(person, "prolific_person") == "ada"
    identities.remember(person, "portfolio", "https://example.org")
    assert len({row.sealed_with for row in Identity.objects.all()}) == 2


def test_after_rotating_the_older_key_is_not_needed(study, person, settings):
    settings.IDENTITY_KEYS = [NEW, OLD]
    call_command("identities", "rotate")
    settings.IDENTITY_KEYS = [NEW]
    assert identities.find(study, "prolific_person", "ada") == person
    assert identities.reveal(person, "prolific_person") == "ada"
    assert study.events.get(kind="identities_sealed_anew").details == {"identifiers": 1}
    assert rotation.rotate().sealed == 0


def test_a_run_that_was_killed_goes_on_where_it_stopped(study, settings, monkeypatch):
    settings.IDENTITY_KEYS = [OLD]
    for number in range(5):
        identities.remember(enrolled(study), "panel", f"person {number}")
    settings.IDENTITY_KEYS = [NEW, OLD]
    tell, calls = rotation._tell, []

    def killed(done):
        calls.append(done)
        if len(calls) == 2:
            raise KeyboardInterrupt
        tell(done)

    monkeypatch.setattr(rotation, "_tell", killed)
    with pytest.raises(KeyboardInterrupt):
        rotation.rotate(batch=2)
    monkeypatch.setattr(rotation, "_tell", tell)
    waiting = [row.current for row in rotation.standing() for _ in range(row.rows)]
    assert sorted(waiting) == [False] * 3 + [True] * 2
    assert rotation.rotate(batch=2).sealed == 3
    assert identities.find(study, "panel", "person 4")


def test_a_key_that_is_not_listed_is_told_and_nothing_is_lost(study, person, settings, capsys):
    settings.IDENTITY_KEYS = [NEW]
    assert identities.find(study, "prolific_person", "ada") is None
    assert identities.reveal(person, "prolific_person") is None
    with pytest.raises(CommandError, match=r"1 under key [0-9a-f]{12}.*IDENTITY_KEYS"):
        call_command("identities", "rotate")
    call_command("identities", "status")
    assert "not listed" in capsys.readouterr().out
    settings.IDENTITY_KEYS = [NEW, OLD]
    call_command("identities", "rotate")
    assert identities.find(study, "prolific_person", "ada") == person


def test_without_keys_of_their_own_the_sites_key_seals(study, settings):
    settings.IDENTITY_KEYS = []
    person = enrolled(study)
    identities.remember(person, "panel", "ada")
    settings.IDENTITY_KEYS = [NEW]
    assert identities.find(study, "panel", "ada") == person
    assert site.SECRET_KEY not in Identity.objects.get().sealed


def test_an_old_link_leads_to_the_receipt_as_long_as_the_key_is_listed(study, person, settings):
    receipt = withdraw(participant=person, erase=True)
    settings.IDENTITY_KEYS, settings.SECRET_KEY = [NEW, settings.SECRET_KEY], NEW
    assert receipt_of(person.token) == receipt
    settings.IDENTITY_KEYS = []
    assert receipt_of(person.token) is None


@pytest.mark.parametrize(
    ("value", "sentence"),
    [("short", "40 random characters"), (f"{OLD},", "40 random"), (f"{OLD},{OLD}", "listed twice")],
)
def test_wrong_keys_are_told_in_a_sentence(monkeypatch, value, sentence, capsys):
    monkeypatch.setenv("IDENTITY_KEYS", value)
    with pytest.raises(SystemExit) as stopped:
        read_environment()
    said = f"{stopped.value} {capsys.readouterr().err}"
    assert "IDENTITY_KEYS" in said
    assert sentence in said
    assert value not in said


def test_each_kind_goes_on_its_own_day(monkeypatch):
    study = live_study(keep={"panel": 10, "e_mail": 20, "text": 30})
    person = enrolled(study)
    for kind in ("prolific_person", "invitation_person", "portfolio"):
        identities.remember(person, kind, "ada")
    kept, now = [], timezone.now
    for days in (9, 11, 21, 31):
        with monkeypatch.context() as later:
            later.setattr(timezone, "now", lambda days=days: now() + timedelta(days=days))
            identities.delete_due()
        kept.append(Identity.objects.count())
    assert kept == [3, 2, 1, 0]
    assert study.events.filter(kind="identities_deleted").count() == 3


def test_all_of_it_goes_on_the_latest_day():
    study = live_study(keep={"latest": "2000-03-31"})
    identities.remember(enrolled(study), "portfolio", "https://example.org")
    assert Identity.objects.get().delete_after.date().isoformat() == "2000-03-31"
    assert identities.delete_due() == 1
