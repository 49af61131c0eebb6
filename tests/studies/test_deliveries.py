"""A trial whose pictures did not arrive comes again later, and is never answered blind."""

import re

import pytest
from django.test import Client

from studies import fieldwork
from studies.models import Participant, Response, Study, Trial
from tests.studies.factories import an_answer, enrolled, finish, live_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return live_study(raters={"items_each": 4})


def counting(participant: Participant) -> Trial:
    """The first trial that counts, practice done."""
    finish(participant, 2)
    return fieldwork.next_trial(participant)


def fails(participant: Participant, trial: Trial):
    address = f"/p/{participant.token}/t/{trial.token}/"
    client = Client()
    client.get(address)
    return client.post(f"{address}missing/", {"viewing": ""}, follow=True)


def text_of(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def positions(participant: Participant) -> list[int]:
    return sorted(participant.trials.values_list("position", flat=True))


def test_it_comes_again_after_all_others_of_the_session(study):
    participant = enrolled(study)
    trial = counting(participant)
    page = fails(participant, trial)
    assert "comes again at the end" in text_of(page)
    assert "1 of 4" in text_of(page)
    assert not Response.objects.exclude(trial=None).filter(trial__practice=False).exists()
    assert finish(participant, 3) == 3
    last = fieldwork.next_trial(participant)
    assert (last.pk, last.undelivered, last.released) == (trial.pk, 1, False)
    assert finish(participant) == 1
    participant.refresh_from_db()
    assert participant.state == Participant.State.FINISHED
    assert participant.trials.filter(practice=False, answered_at=None).count() == 0


def test_places_in_the_session_stay_without_gaps(study):
    participant = enrolled(study)
    before = positions(participant)
    fails(participant, counting(participant))
    fails(participant, fieldwork.next_trial(participant))
    assert positions(participant) == before == list(range(6))


def test_what_still_does_not_arrive_is_left_out_and_on_record(study):
    participant = enrolled(study)
    trial = counting(participant)
    fails(participant, trial)
    finish(participant, 3)
    page = fails(participant, trial)
    trial.refresh_from_db()
    participant.refresh_from_db()
    assert (trial.undelivered, trial.released, trial.answered_at) == (2, True, None)
    assert participant.state == Participant.State.FINISHED
    assert participant.completion_code in text_of(page)
    told = participant.events.filter(kind="not_delivered").values_list("details__again", flat=True)
    assert list(told) == [True, False]


@pytest.mark.parametrize("times", [0, 3])
def test_the_file_says_how_often_it_comes_again(times):
    study = live_study(raters={"items_each": 2}, viewing={"offer_again": times})
    participant = enrolled(study)
    trial = counting(participant)
    finish(participant, 1) if times else None
    for _ in range(times + 1):
        assert not Trial.objects.get(pk=trial.pk).released
        waiting = fieldwork.next_trial(participant)
        fails(participant, waiting)
        trial = waiting
    trial.refresh_from_db()
    assert (trial.undelivered, trial.released) == (times + 1, True)


def test_a_practice_trial_is_left_out_at_once(study):
    participant = enrolled(study)
    page = fails(participant, fieldwork.next_trial(participant))
    assert participant.trials.filter(practice=True, released=True).count() == 1
    assert fieldwork.next_trial(participant).practice
    assert page.status_code == 200


def test_all_screens_of_an_item_wait_together(study):
    participant = enrolled(study)
    trial = counting(participant)
    other = participant.trials.get(position=trial.position + 1)
    Trial.objects.filter(pk=other.pk).update(item=trial.item, part="style")
    fails(participant, trial)
    rest = list(participant.trials.filter(position__gte=4).order_by("position"))
    assert [row.pk for row in rest] == [trial.pk, other.pk]


def test_saying_it_twice_moves_it_once(study):
    participant = enrolled(study)
    trial = counting(participant)
    client = Client()
    client.post(f"/p/{participant.token}/t/{trial.token}/", an_answer(study))
    assert not fieldwork.undelivered(trial=trial, viewing={})
    trial.refresh_from_db()
    assert (trial.undelivered, trial.released) == (0, False)


def test_the_place_on_the_item_is_kept_until_it_is_left_out(study):
    participant = enrolled(study)
    trial = counting(participant)
    fails(participant, trial)
    assert trial.item.trials.filter(released=False).count() == 1
    finish(participant, 3)
    fails(participant, trial)
    assert trial.item.trials.filter(released=False).count() == 0


def test_whoever_no_picture_reached_is_told_that_it_was_not_their_fault(study):
    participant = enrolled(study)
    page = None
    while trial := fieldwork.next_trial(participant):
        page = fails(participant, trial)
    assert page is not None
    assert "Not one picture reached you. That was not your fault" in text_of(page)
    assert participant.code in text_of(page)
    assert "You were away" not in text_of(page)
    participant.refresh_from_db()
    assert participant.state == Participant.State.LAPSED
    assert participant.completion_code == ""


def test_without_scripts_a_missing_picture_can_be_said_to_be_missing(study):
    participant = enrolled(study)
    trial = counting(participant)
    page = Client().get(f"/p/{participant.token}/t/{trial.token}/").content.decode()
    plain = re.search(r"<noscript>(.*?)</noscript>", page, re.S)
    assert plain is not None
    assert 'form="missing"' in plain[1]
    assert "Show it later" in plain[1]
