"""Pages refuse where asking for the place would be refused as well, and nowhere else."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from studies import fieldwork
from studies.channels import Visitor
from studies.models import Participant, Study
from studies.recruitment import arrivals
from tests.studies.factories import an_answer, enrolled, live_study
from tests.studies.test_participant_pages import agree, agreement, text_of

pytestmark = pytest.mark.django_db
SPEED = [
    {"check": "expertise"},
    {"check": "hidden_repeats", "settings": {"each": 1, "gap": 1, "least": 1}},
    {"check": "speed", "settings": {"least": 3, "consequence": "exclude"}},
]
ACTIVE, LAPSED = Participant.State.ACTIVE, Participant.State.LAPSED


def silent(person: Participant) -> Participant:
    past = timezone.now() - timedelta(minutes=1)
    Participant.objects.filter(pk=person.pk).update(lease_until=past)
    return person


def state_of(person: Participant) -> str:
    person.refresh_from_db()
    return person.state


@dataclass
class Meanwhile:
    """Something that happens once the `after`-th question to the database is answered, if no
    transaction has begun by then."""

    act: Callable[[], object]
    after: int
    asked: int = 0
    happened: bool = False

    def __call__(self, execute, sql, params, many, context):
        found = execute(sql, params, many, context)
        self.asked += 1 if not sql.startswith("SAVEPOINT") else 1000
        if self.asked == self.after:
            self.happened = True
            self.act()
        return found


def test_a_start_that_is_sent_twice_at_the_last_place_leads_to_the_place_twice(client):
    """Wherever the first is when the second is through: it found no participant, then no place."""
    study = live_study(raters={"participants": 1})
    form, address = agreement(client, study), f"/s/{study.link_token}/"
    for after in count(1):
        twin = Meanwhile(lambda: Client().post(address, form), after)
        with transaction.atomic():
            with connection.execute_wrapper(twin):
                answer = client.post(address, form)
            assert answer.status_code == 302, after
            assert study.participants.count() == 1
            transaction.set_rollback(True)
        if not twin.happened:
            break
    assert after > 2


def two_arms() -> Study:
    """Two budgets between people, one artwork: each arm has one item, for one person."""
    return live_study(
        size=8, artworks=1, conditions=2, practice=0, checks=[], design={"between": ["budget"]},
        raters={"participants": 9, "items_each": 1, "per_item": 1},
    )  # fmt: skip


def test_answers_that_lapsing_will_leave_out_keep_nobody_away(client):
    study = live_study(
        artworks=1, conditions=6, practice=0, checks=SPEED,
        raters={"participants": 9, "items_each": 6, "per_item": 2},
    )  # fmt: skip
    for _ in range(2):
        enrolled(study)  # here, holding every item
    hasty = enrolled(study)  # judges all that counts too fast, and leaves before a hidden repeat
    for trial in hasty.trials.filter(repeat=0).order_by("position"):
        fieldwork.record(trial=trial, answers=an_answer(study), rt_ms=50)
    assert hasty.trials.filter(answered_at=None, repeat=1).exists()
    silent(hasty)
    assert client.get(f"/s/{study.link_token}/").status_code == 200
    assert agree(client, study).status_code == 302
    assert study.participants.count() == 4


def one_each() -> tuple[Study, Participant]:
    """A place for each of two groups; who has the second is silent."""
    quotas = {"by": "launch", "places": {"us": 1, "uk": 1}}
    study = live_study(practice=0, raters={"participants": 2, "quotas": quotas})
    return study, silent(enrolled(study, stratum="uk"))


def test_a_refused_start_leaves_on_record_who_was_silent():
    study, gone = one_each()
    enrolled(study, stratum="us")
    gone = silent(enrolled(study, stratum="uk"))
    with pytest.raises(fieldwork.StudyFull):
        arrivals.start(study=study, visitor=Visitor(stratum="us"), consent_sha256="", token="")
    assert state_of(gone) == LAPSED


def test_a_refused_return_leaves_on_record_who_was_silent():
    study, gone = one_each()
    back = silent(enrolled(study, stratum="us"))
    fieldwork.give_back(study=study)
    enrolled(study, stratum="us")
    gone = silent(enrolled(study, stratum="uk"))
    back.refresh_from_db()
    with pytest.raises(fieldwork.StudyFull):
        fieldwork.come_back(participant=back)
    assert state_of(gone) == LAPSED


def test_a_study_that_is_paused_takes_nobodys_place():
    study, gone = one_each()
    Study.objects.update(state=Study.State.PAUSED)
    assert fieldwork.give_back(study=study) == 0
    assert state_of(gone) == ACTIVE


def arm_taken(first: Participant) -> str:
    """Somebody left, two others hold all of their arm; those in the other one are silent: its name.

    (An item is given to one more than it needs.)"""
    study = silent(first).study
    fieldwork.give_back(study=study)
    while study.participants.filter(state=ACTIVE, arm=first.arm).count() < 2:
        enrolled(study)
    others = study.participants.filter(state=ACTIVE).exclude(arm=first.arm)
    for other in others:
        silent(other)
    return others[0].arm


def test_whoever_had_seen_nothing_returns_to_another_arm_where_theirs_is_taken(client):
    first = enrolled(two_arms())
    other = arm_taken(first)
    address = f"/p/{first.token}/place/"
    assert client.get(address).status_code == 200
    assert client.post(address).status_code == 302
    assert (state_of(first), first.arm) == (ACTIVE, other)
    held = first.trials.get(released=False)
    assert str(held.item.condition.levels["budget"]) in other


def test_whoever_had_looked_at_a_picture_keeps_their_arm_and_reads_that_it_is_taken(client):
    first = enrolled(two_arms())
    fieldwork.shown(trial=first.trials.get())
    arm_taken(first)
    address = f"/p/{first.token}/place/"
    page = client.get(address)
    assert page.status_code == 409
    assert "All places in this study are taken" in text_of(page)
    assert client.post(address).status_code == 409
