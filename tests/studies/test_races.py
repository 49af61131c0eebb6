"""Everybody at once, on the database that needs no server."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from studies.fieldwork import Outcome
from studies.models import Response
from tests.studies.factories import enrolled, live_study
from tests.studies.races import answer_twice, arrive_together, check_places, together
from tests.workers import own_sqlite

if connection.vendor != "sqlite":
    pytest.skip("tests/services does the same on PostgreSQL", allow_module_level=True)


@pytest.fixture
def around(tmp_path: Path, django_db_blocker) -> Iterator[partial]:
    """A database file of its own, which threads can share as processes do."""
    own = partial(own_sqlite, tmp_path / "race.sqlite3")
    with django_db_blocker.unblock(), own():
        call_command("migrate", verbosity=0)
        yield own


def test_forty_arrive_for_ten_places_and_ten_get_one(around):
    study = live_study(size=8, raters={"participants": 10, "items_each": 6, "per_item": 5})
    assert arrive_together(study, 40, around) == {"Participant": 10, "StudyFull": 30}
    check_places(study, participants=10, per_item=5)


def test_a_start_that_is_sent_twenty_times_at_once_is_one_participant(around):
    study = live_study(size=8)
    people = together(20, lambda _: enrolled(study, token="one-visit-0123456789"), around)
    assert len({person.pk for person in people}) == study.participants.count() == 1


def test_two_tabs_answering_at_once_write_one_answer(around):
    study = live_study(size=8)
    people = [enrolled(study) for _ in range(10)]
    outcomes = answer_twice(people, around)
    assert outcomes.count(Outcome.SAVED) == outcomes.count(Outcome.REPEATED) == 10
    assert Response.objects.filter(trial__isnull=False).count() == 2 * 10
