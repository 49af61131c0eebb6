"""Places and answers: none lost, none doubled, no quota overshot."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from studies import fieldwork
from studies.fieldwork import IncompleteAnswer, Outcome, StudyClosed, StudyFull
from studies.models import Event, Participant, Response, Study, Trial
from tests.studies.factories import a_person, an_answer, enrolled, finish, live_study

pytestmark = pytest.mark.django_db


def silence(participant: Participant) -> None:
    past = timezone.now() - timedelta(minutes=1)
    Participant.objects.filter(pk=participant.pk).update(lease_until=past)


def state(participant: Participant) -> str:
    participant.refresh_from_db()
    return participant.state


def claims(study: Study) -> Counter[int]:
    counted = Trial.objects.filter(item__study=study, practice=False, released=False)
    items = study.items.filter(practice=False).values_list("pk", flat=True)
    return Counter({item: counted.filter(item=item).count() for item in items})


def test_practice_comes_first_and_every_trial_is_another_item():
    participant = enrolled(live_study())
    trials = list(participant.trials.all())
    assert [trial.practice for trial in trials] == [True, True, *[False] * 6]
    assert len({trial.item_id for trial in trials}) == 8


def test_shares_are_balanced_as_people_arrive():
    study = live_study(raters={"participants": 9, "items_each": 5})
    for arrived in range(1, 10):
        enrolled(study)
        counts = claims(study).values()
        assert sum(counts) == 5 * arrived
        assert max(counts) - min(counts) <= 1


def test_the_same_study_deals_the_same_shares_again():
    def orders(slug: str) -> list[list[int]]:
        study = live_study(slug=slug)
        people = [enrolled(study) for _ in range(3)]
        return [[t.item.position for t in p.trials.select_related("item")] for p in people]

    assert orders("first") == orders("second")


@pytest.mark.parametrize("closed", [Study.State.DRAFT, Study.State.PAUSED, Study.State.CLOSED])
def test_nobody_starts_in_a_study_that_is_not_live(closed):
    study = live_study(state=closed)
    with pytest.raises(StudyClosed, match="This study"):
        enrolled(study)
    assert not Participant.objects.exists()


def test_the_last_place_is_the_last():
    study = live_study(raters={"participants": 2})
    enrolled(study)
    enrolled(study)
    with pytest.raises(StudyFull, match="places"):
        enrolled(study)


def test_a_retried_start_is_the_same_participant():
    study = live_study(raters={"participants": 1})
    first = enrolled(study, token="visit-token-1234567890")
    assert enrolled(study, token="visit-token-1234567890") == first
    assert Participant.objects.count() == 1


def test_simulated_raters_take_no_real_place_and_no_real_rating():
    study = live_study(raters={"participants": 1, "items_each": 6})
    for _ in range(4):
        enrolled(study, simulated=True)
    real = enrolled(study)
    simulated = Trial.objects.filter(participant__simulated=True, practice=False)
    counts = Counter(simulated.values_list("item", flat=True)).values()
    assert real.trials.filter(practice=False).count() == 6
    assert set(counts) == {2}


def test_an_answer_is_saved_with_its_words_and_scale():
    study = live_study()
    trial = fieldwork.next_trial(enrolled(study))
    outcome = fieldwork.record(
        trial=trial, answers={"acceptability": "5", "noticeability": 1}, rt_ms=1234
    )
    rows = Response.objects.filter(trial=trial).values_list("question", "answer", "value", "scale")
    assert outcome is Outcome.SAVED
    assert set(rows) == {
        ("acceptability", "Very willing", 5, 5),
        ("noticeability", "Not at all", 1, 5),
    }


@pytest.mark.parametrize(
    "answers",
    [{}, {"acceptability": 3}, {"acceptability": 6, "noticeability": 1},
     {"acceptability": "x", "noticeability": 1}, {"acceptability": None, "noticeability": "٣"}],
)  # fmt: skip
def test_an_incomplete_answer_changes_nothing(answers):
    trial = fieldwork.next_trial(enrolled(live_study()))
    with pytest.raises(IncompleteAnswer):
        fieldwork.record(trial=trial, answers=answers)
    trial.refresh_from_db()
    assert trial.answered_at is None
    assert not Response.objects.filter(trial=trial).exists()


def test_a_repeated_answer_is_a_success_and_writes_nothing():
    study = live_study()
    trial = fieldwork.next_trial(enrolled(study))
    fieldwork.record(trial=trial, answers=an_answer(study))
    before = Response.objects.count(), Event.objects.count()
    assert fieldwork.record(trial=trial, answers=an_answer(study)) is Outcome.REPEATED
    assert (Response.objects.count(), Event.objects.count()) == before


def test_a_different_later_answer_is_kept_as_an_event_only():
    study = live_study()
    trial = fieldwork.next_trial(enrolled(study))
    fieldwork.record(trial=trial, answers=an_answer(study, 4))
    assert fieldwork.record(trial=trial, answers=an_answer(study, 2)) is Outcome.DIFFERS
    assert set(trial.responses.values_list("value", flat=True)) == {4}
    assert Event.objects.get(kind="answer_differs").details["answers"]["acceptability"] == 2


def test_the_database_itself_refuses_a_second_answer():
    study = live_study()
    trial = fieldwork.next_trial(enrolled(study))
    fieldwork.record(trial=trial, answers=an_answer(study))
    with pytest.raises(IntegrityError), transaction.atomic():
        Response.objects.create(
            participant=trial.participant, trial=trial, question="acceptability",
            answer="again", value=1, scale=5, answered_at=timezone.now(),
        )  # fmt: skip


def test_the_code_exists_only_once_the_last_answer_is_saved():
    study = live_study()
    participant = enrolled(study)
    finish(participant, 7)
    assert (state(participant), participant.completion_code) == ("active", "")
    finish(participant)
    assert state(participant) == "finished"
    assert len(participant.completion_code) == 8


def test_a_failure_while_the_last_answer_is_saved_leaves_neither_answer_nor_code(monkeypatch):
    participant = enrolled(live_study())
    finish(participant, 7)
    last = fieldwork.next_trial(participant)
    monkeypatch.setattr("studies.fieldwork.new_code", lambda length: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        fieldwork.record(trial=last, answers=an_answer(participant.study))
    last.refresh_from_db()
    assert last.answered_at is None
    assert not last.responses.exists()
    assert participant.completion_code == ""


def test_silence_gives_the_place_to_the_next_person():
    study = live_study(raters={"participants": 1})
    gone = enrolled(study)
    finish(gone, 3)
    silence(gone)
    enrolled(study)
    assert state(gone) == "lapsed"
    assert gone.trials.filter(released=True).count() == 5
    assert gone.trials.filter(answered_at__isnull=False).count() == 3


def test_each_saved_answer_renews_the_lease():
    study = live_study(raters={"participants": 1})
    slow = enrolled(study)
    silence(slow)
    finish(slow, 1)
    with pytest.raises(StudyFull):
        enrolled(study)
    assert state(slow) == "active"


def test_an_item_given_back_is_the_first_to_be_given_again():
    study = live_study(artworks=3, conditions=2, raters={"items_each": 3, "participants": 20})
    people = [enrolled(study) for _ in range(4)]
    finish(people[0], 3)  # two practice trials and one that counts
    silence(people[0])
    enrolled(study)
    counts = claims(study).values()
    assert max(counts) - min(counts) <= 1


def test_a_late_returner_gets_the_place_back_while_there_is_room():
    study = live_study(raters={"participants": 2})
    late = enrolled(study)
    finish(late, 4)
    silence(late)
    fieldwork.give_back(study=study)
    fieldwork.come_back(participant=late)
    assert state(late) == "active"
    assert finish(late) == 4
    assert late.trials.filter(practice=False, answered_at__isnull=False).count() == 6
    assert state(late) == "finished"


def test_a_late_finisher_is_let_finish_though_all_places_are_taken_and_is_marked():
    study = live_study(raters={"participants": 1})
    late = enrolled(study)
    finish(late, 4)
    silence(late)
    enrolled(study)
    fieldwork.come_back(participant=late)
    assert finish(late) == 4
    assert state(late) == "finished"
    assert late.late
    with pytest.raises(StudyFull):
        enrolled(study)


def test_whoever_had_not_begun_finds_no_room_when_all_places_are_taken():
    study = live_study(raters={"participants": 1})
    late = enrolled(study)
    finish(late, 2)  # practice only
    silence(late)
    enrolled(study)
    with pytest.raises(StudyFull):
        fieldwork.come_back(participant=late)
    assert state(late) == "lapsed"


def test_a_late_answer_counts_while_there_is_room():
    study = live_study(raters={"participants": 2})
    late = enrolled(study)
    finish(late, 2)
    trial = fieldwork.next_trial(late)
    silence(late)
    fieldwork.give_back(study=study)
    assert fieldwork.record(trial=trial, answers=an_answer(study)) is Outcome.SAVED
    assert state(late) == "active"
    assert trial.responses.count() == 2


def test_a_late_answer_that_counts_is_saved_even_without_room():
    study = live_study(raters={"participants": 1})
    late = enrolled(study)
    finish(late, 2)
    trial = fieldwork.next_trial(late)
    silence(late)
    enrolled(study)
    assert fieldwork.record(trial=trial, answers=an_answer(study)) is Outcome.SAVED
    assert (state(late), late.late) == ("active", True)


def test_a_late_practice_answer_without_room_is_kept_as_an_event():
    study = live_study(raters={"participants": 1})
    late = enrolled(study)
    trial = fieldwork.next_trial(late)
    silence(late)
    enrolled(study)
    assert fieldwork.record(trial=trial, answers=an_answer(study)) is Outcome.LATE
    assert Event.objects.get(kind="answer_late").details["answers"] == an_answer(study)
    assert not trial.responses.exists()


def test_whoever_began_may_finish_while_the_study_is_paused():
    study = live_study()
    participant = enrolled(study)
    Study.objects.update(state=Study.State.PAUSED)
    finish(participant)
    assert state(participant) == "finished"


def test_a_closed_study_takes_no_answer_and_keeps_it_as_an_event():
    study = live_study()
    participant = enrolled(study)
    trial = fieldwork.next_trial(participant)
    Study.objects.update(state=Study.State.CLOSED)
    assert fieldwork.record(trial=trial, answers=an_answer(study)) is Outcome.LATE
    assert not trial.responses.exists()
    assert Event.objects.filter(kind="answer_late").count() == 1


def test_the_first_description_of_the_person_counts():
    study = live_study()
    participant = fieldwork.enrol(study=study, consent_sha256="c" * 64)
    first, second = a_person(study, 0), a_person(study, 2)
    outcomes = [
        fieldwork.describe(participant=participant, answers=a) for a in (first, first, second)
    ]
    participant.refresh_from_db()
    assert outcomes == [Outcome.SAVED, Outcome.REPEATED, Outcome.DIFFERS]
    assert participant.population == "professional artist"
    assert participant.responses.count() == 2


def test_whoever_would_rather_not_say_is_in_a_population_of_its_own():
    study = live_study()
    participant = fieldwork.enrol(study=study, consent_sha256="c" * 64)
    fieldwork.describe(participant=participant, answers=a_person(study, -1))
    participant.refresh_from_db()
    assert participant.population == "undisclosed"


def test_a_picture_that_never_arrived_is_no_answer_and_goes_back():
    study = live_study(viewing={"offer_again": 0})
    participant = enrolled(study)
    finish(participant, 2)
    trial = fieldwork.next_trial(participant)
    fieldwork.undelivered(trial=trial, viewing={"load_failures": 3})
    fieldwork.undelivered(trial=trial, viewing={})
    trial.refresh_from_db()
    assert trial.released
    assert Event.objects.filter(kind="not_delivered").count() == 1
    assert finish(participant) == 5
    assert state(participant) == "finished"


def test_nobody_finishes_without_a_single_answer():
    participant = enrolled(live_study())
    while trial := fieldwork.next_trial(participant):
        fieldwork.undelivered(trial=trial, viewing={})
    assert state(participant) == "lapsed"
    assert participant.completion_code == ""
