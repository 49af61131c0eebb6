"""Withdrawing, with or without erasing, at any moment keeps places, counts and receipts right."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studies import fieldwork
from studies.models import Participant, Response, Study, Trial
from studies.rights.withdrawal import receipt_of, withdraw
from tests.studies.factories import enrolled, finish, live_study

ACTS = ["arrive", "arrive", "answer", "silence", "return", "stop", "erase"]
GONE = (Participant.State.LAPSED, Participant.State.WITHDRAWN)
PLACES = 6


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 9)), max_size=25))
def test_places_counts_and_receipts_stay_right(happenings):
    with transaction.atomic():
        study = live_study(
            artworks=3,
            conditions=2,
            size=8,
            checks=[],
            raters={"participants": PLACES, "items_each": 3, "per_item": 1},
        )
        people, receipts, erased = list[Participant](), dict[str, int](), set[int]()
        for act, number in happenings:
            happen(act, number, study, people, receipts, erased)
            check(study, receipts, erased)
        transaction.set_rollback(True)


def happen(act, number, study, people, receipts, erased) -> None:
    """One thing that may happen, to somebody who is or was there."""
    if act == "arrive":
        with suppress(fieldwork.FieldworkError):
            people.append(enrolled(study))
        return
    if not people:
        return
    known = people[number % len(people)]
    person = Participant.objects.get(pk=known.pk)
    if act == "silence":
        gone = timezone.now() - timedelta(minutes=1)
        Participant.objects.filter(pk=person.pk).update(lease_until=gone)
    elif act == "return":
        with suppress(fieldwork.FieldworkError):
            fieldwork.come_back(participant=person)
    elif known.pk not in erased:
        if act == "answer":
            with suppress(fieldwork.FieldworkError):
                finish(person, 1)
        else:
            receipts[known.token] = withdraw(participant=person, erase=act == "erase").pk
            erased |= {known.pk} if act == "erase" else set()


def check(study: Study, receipts, erased) -> None:
    """What holds after every act."""
    here = study.participants.exclude(state__in=GONE)
    assert here.filter(late=False).count() <= PLACES
    held = Trial.objects.filter(item__study=study, released=False, participant__late=False)
    claims = Counter(held.values_list("item", flat=True))
    answered = set(held.filter(answered_at__isnull=False).values_list("item", flat=True))
    if len(answered) < study.items.filter(practice=False).count():
        assert max(claims.values(), default=0) <= 2
    for person in study.participants.filter(state__in=GONE):
        assert not person.trials.filter(answered_at=None, released=False).exists()
    assert not Trial.objects.filter(participant__in=erased).exists()
    assert not Response.objects.filter(participant__in=erased).exists()
    assert all(receipt_of(token).pk == pk for token, pk in receipts.items())
    seeds = list(study.participants.exclude(pk__in=erased).values_list("seed", flat=True))
    assert len(set(seeds)) == len(seeds)
