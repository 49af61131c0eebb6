"""Every order of launch, return, finish, webhook, withdrawal and payment keeps what must hold.

One machine over the real doors: pages, verbs, webhooks, a stand-in for Prolific, its ledger. More
examples: ORDERS=200 python -m pytest tests/studies/recruitment/test_orders.py
"""

import contextlib
import os
from collections import Counter
from datetime import timedelta
from itertools import count
from random import Random

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from studies import fieldwork
from studies.channels import Exit
from studies.designs.quotas import opened
from studies.live import room
from studies.live.plan import plan_of
from studies.models import (
    Arrival,
    BonusBatch,
    Identity,
    Participant,
    Receipt,
    Response,
    Submission,
    Trial,
)
from studies.reads import monitoring
from studies.recruitment import ledger
from studies.recruitment import panel_study as panel_studies
from studies.recruitment.calls import PanelError
from studies.recruitment.ledger import LedgerError, Line
from studies.recruitment.money import Money
from studies.recruitment.receipts import receipt_for, stored
from studies.recruitment.stand_in import Fault, StandIn
from studies.recruitment.stand_in.world import STATES
from studies.recruitment.submissions import poll
from studies.rights.withdrawal import receipt_of, withdraw
from studies.trials import parts_of
from tests.studies.factories import a_person
from tests.studies.recruitment.conftest import agree, impatient, path_of
from tests.studies.recruitment.orders_scene import DESIGNS, a_study, answer, work

PEOPLE = tuple(f"5f{n:022d}" for n in range(6))
NUMBERS = count(1)
EXAMPLES = int(os.environ.get("ORDERS", "15"))
HOLDING = room.HOLDING
State = Participant.State


class Recruiting(RuleBasedStateMachine):
    """One study with a few places, six people, a panel that repeats and reorders what it says."""

    panel: StandIn

    @initialize(design=st.sampled_from(sorted(DESIGNS)), seed=st.integers(0, 9))
    def publish(self, design, seed):
        self.study = a_study(design, f"orders-{next(NUMBERS)}")
        self.plan, self.rng = plan_of(self.study), Random(seed)
        self.api = impatient(self.study)
        row = panel_studies.create(study=self.study, api=self.api)
        self.row = panel_studies.move(panel_study=row, what="publish", api=self.api)
        self.references: list[str] = []
        self.hooks: list[tuple[bytes, dict[str, str]]] = []
        self.kept: dict[int, tuple[object, ...]] = {}
        self.withdrawn: dict[str, int] = {}
        self.erased: set[int] = set()
        self.unlinked: set[int] = set()

    @property
    def people(self):
        """Whoever is there and was not erased."""
        rows = Participant.objects.filter(study=self.study).exclude(pk__in=self.erased)
        return list(rows.select_related("study").order_by("pk"))

    @rule(person=st.sampled_from(PEOPLE))
    def launch(self, person):
        reference, address = self.panel.launch(self.row.reference, person)
        self.references.append(reference)
        self.hooks.append(self.panel.hook(reference))
        agree(self.study, address)

    @rule(person=st.sampled_from(PEOPLE))
    def scan(self, person):
        before = Participant.objects.count(), Trial.objects.count()
        _, address = self.panel.launch(self.row.reference, person)
        for _ in range(3):
            Client().get(path_of(address))
        assert (Participant.objects.count(), Trial.objects.count()) == before

    @precondition(lambda self: self.references)
    @rule(data=st.data(), state=st.sampled_from(STATES))
    def said(self, data, state):
        reference = data.draw(st.sampled_from(self.references))
        self.panel.world.submission(reference)["status"] = state
        self.hooks.append(self.panel.hook(reference))

    @precondition(lambda self: self.hooks)
    @rule(data=st.data())
    def deliver(self, data):
        body, headers = data.draw(st.sampled_from(self.hooks))
        path = "/hooks/prolific/"
        answered = Client().generic("POST", path, body, headers=headers)
        assert answered.status_code == 200

    @rule()
    def ask(self):
        poll(self.row, self.api)

    @precondition(lambda self: self.people)
    @rule(data=st.data(), some=st.integers(1, 9), choice=st.sampled_from([0, 0, 1, 2]))
    def work(self, data, some, choice):
        person = data.draw(st.sampled_from(self.people))
        with contextlib.suppress(fieldwork.FieldworkError):
            person = fieldwork.come_back(participant=person)
        if person.state != State.ACTIVE:
            return
        if not fieldwork.is_described(person):
            fieldwork.describe(participant=person, answers=a_person(self.study, choice))
            person.refresh_from_db()
        if person.state == State.ACTIVE:
            work(person, some, self.rng)

    @precondition(lambda self: self.people)
    @rule(data=st.data())
    def send_an_old_page(self, data):
        """A page that was left open: answered before, given back meanwhile, or still waiting."""
        rows = Trial.objects.filter(participant__in=self.people)
        trials = list(rows.select_related("participant__study").order_by("pk"))
        if trials:
            answer(data.draw(st.sampled_from(trials)), self.rng)

    @precondition(lambda self: self.people)
    @rule(data=st.data(), lost=st.booleans())
    def look(self, data, lost):
        """The next page is opened; its pictures arrive, or they do not."""
        person = data.draw(st.sampled_from(self.people))
        trial = fieldwork.next_trial(person)
        if trial is None:
            return
        fieldwork.shown(trial=trial)
        if lost:
            fieldwork.undelivered(trial=trial, viewing={})

    @precondition(lambda self: self.people)
    @rule(data=st.data(), now=st.booleans())
    def fall_silent(self, data, now):
        person = data.draw(st.sampled_from(self.people))
        gone = timezone.now() - timedelta(minutes=1)
        Participant.objects.filter(pk=person.pk).update(lease_until=gone)
        if now:
            fieldwork.give_back(study=self.study)

    @precondition(lambda self: self.people)
    @rule(data=st.data(), erase=st.booleans())
    def leave(self, data, erase):
        person = data.draw(st.sampled_from(self.people))
        theirs = set(person.submissions.values_list("pk", flat=True))
        self.withdrawn[person.token] = withdraw(participant=person, erase=erase).pk
        if erase:
            self.erased.add(person.pk)
            self.unlinked |= theirs
            self.kept = {key: row for key, row in self.kept.items() if row[0] != person.pk}

    @rule(
        data=st.data(),
        trouble=st.sampled_from([None, 429, 400, 502]),
        after=st.booleans(),
        crash=st.booleans(),
    )
    def bonus(self, data, trouble, after, crash):
        rows = list(Submission.objects.filter(panel_study=self.row).order_by("pk"))
        if not rows:
            return
        line = Line(data.draw(st.sampled_from(rows)), Money(100, "GBP"), "thanks")
        if trouble:
            self.panel.world.faults.append(Fault("/pay/", trouble, after=after and trouble != 400))
        with contextlib.suppress(LedgerError, PanelError):
            batch = ledger.intend(panel_study=self.row, lines=[line])
            ledger.set_up(batch, self.api)
            if not crash:  # between “bonus created” and “pay”
                ledger.pay(batch, self.api)
        self.panel.world.faults.clear()

    @rule()
    def pay_what_was_left(self):
        for batch in BonusBatch.objects.filter(panel_study=self.row):
            for _ in range(2):
                with contextlib.suppress(LedgerError, PanelError):
                    ledger.pay(ledger.set_up(batch, self.api), self.api)

    @invariant()
    def nobody_is_two(self):
        people = Participant.objects.filter(study=self.study).exclude(pk__in=self.erased)
        assert people.count() == Arrival.objects.filter(participant__study=self.study).count()
        assert people.count() <= len(PEOPLE)

    @invariant()
    def places_and_quotas_are_never_overshot_but_by_late_finishers(self):
        holders = Participant.objects.filter(study=self.study, state__in=HOLDING)
        on_time = holders.filter(late=False)
        assert on_time.count() <= room.places_of(self.plan)
        quotas = self.plan.fieldwork.raters.quotas
        described = on_time.exclude(population="")
        taken = Counter(described.values_list("population", flat=True))
        for group, places in (quotas.places if quotas else {}).items():
            assert taken[group] <= opened(places, self.plan.fieldwork.raters.over_recruit)
        for person in Participant.objects.filter(study=self.study).exclude(state=State.ACTIVE):
            assert not person.trials.filter(answered_at=None, released=False).exists()

    @invariant()
    def no_item_is_claimed_beyond_its_target_and_nobody_judges_one_twice(self):
        rows = Trial.objects.filter(item__study=self.study, practice=False, repeat=0)
        assert not [
            n for n in Counter(rows.values_list("participant", "item", "part")).values() if n > 1
        ]
        held = rows.filter(released=False, participant__late=False, part=rows_part(self.plan))
        claims = Counter(held.values_list("item", flat=True))
        stop, per_item = self.plan.fieldwork.adaptive.items, self.plan.fieldwork.raters.per_item
        answered = Counter(held.exclude(answered_at=None).values_list("item", flat=True))
        items = self.study.items.filter(practice=False).values_list("pk", flat=True)
        if stop:
            assert max(claims.values(), default=0) <= stop.at_most
        elif self.plan.fieldwork.adaptive.pairs is None and any(
            answered[item] < per_item for item in items
        ):
            assert max(claims.values(), default=0) <= per_item + 1

    @invariant()
    def every_session_keeps_its_limits_its_parts_and_the_gaps_of_repeats(self):
        most, parts = self.plan.fieldwork.design.per_artwork, parts_of(self.plan.kind)
        size = self.plan.fieldwork.raters.items_each
        for person in self.people:
            rows = person.trials.filter(practice=False).select_related("item").order_by("position")
            held = [t for t in rows if not t.released]
            first = {t.item_id for t in held if t.repeat == 0}
            assert len(first) <= size
            met = first | {t.item_id for t in rows if t.shown_at and not t.undelivered}
            works = Counter(
                t.item.artwork_id for t in {t.item_id: t for t in rows}.values() if t.item_id in met
            )
            assert most is None or max(works.values(), default=0) <= most
            waiting = [t for t in held if t.answered_at is None]
            blocks = [t.block for t in waiting]
            assert blocks == sorted(blocks)
            for repeat in (t for t in waiting if t.repeat and t.part == parts[0]):
                order = sorted(held, key=lambda t: (t.answered_at is None, t.position))
                turns = list(dict.fromkeys((t.item_id, t.repeat) for t in order))
                at, before = turns.index((repeat.item_id, 1)), turns.index((repeat.item_id, 0))
                assert at - before > self.plan.repeats.gap

    @invariant()
    def every_answer_is_kept_exactly_once(self):
        rows = Response.objects.filter(participant__study=self.study)
        found = {
            key: row
            for key, *row in rows.values_list(
                "pk", "participant", "trial", "question", "value", "answer", "answered_at"
            )
        }
        assert all(found.get(key) == row for key, row in self.kept.items())
        self.kept = found
        assert len({tuple(row[:3]) for row in found.values()}) == len(found)
        answered = Trial.objects.filter(participant__study=self.study, answered_at__isnull=False)
        assert not answered.filter(responses=None).exists()

    @invariant()
    def a_code_stands_for_answers(self):
        for person in self.people:
            receipt = receipt_for(person, Exit.COMPLETED)
            assert (receipt is not None) == (person.state == State.FINISHED)
            assert receipt is None or receipt.sha256 == stored(person)[1]
        pairs = Receipt.objects.values("participant", "exit").distinct()
        assert pairs.count() == Receipt.objects.count()

    @invariant()
    def numbers_on_pages_are_those_of_rows(self):
        people = Counter(
            Participant.objects.filter(study=self.study).values_list("state", flat=True)
        )
        real, _ = monitoring.turnout(self.study)
        for state in State:
            assert getattr(real, state.value) == people[state.value]
        trials = Trial.objects.filter(
            participant__study=self.study, practice=False, answered_at__isnull=False
        )
        assert real.answered == trials.count()
        if self.plan.fieldwork.raters.quotas:
            told = sum(taken for _, taken, _ in room.filling(self.study))
            assert told == sum(people[state.value] for state in HOLDING)

    @invariant()
    def whoever_was_erased_is_nobody_and_keeps_a_receipt(self):
        assert all(receipt_of(token).pk == pk for token, pk in self.withdrawn.items())
        for relation in Participant._meta.related_objects:
            rows = relation.related_model._base_manager
            assert not rows.filter(**{f"{relation.field.name}__in": self.erased}).exists()
        assert not Submission.objects.filter(
            pk__in=self.unlinked, participant__isnull=False
        ).exists()

    @invariant()
    def no_row_says_who_somebody_is_at_the_panel(self):
        if self.rng.random() > 0.2:
            return
        for model in apps.get_app_config("studies").get_models():
            text = str(list(model._base_manager.values_list()))
            assert not any(person in text for person in PEOPLE), model
        assert Identity.objects.filter(participant__in=self.erased).count() == 0

    @invariant()
    def nobody_is_paid_twice(self):
        for batch in self.panel.world.batches.values():
            assert batch["paid"] <= 1
        unclear = BonusBatch.objects.filter(
            panel_study=self.row, state=BonusBatch.State.UNRESOLVED
        ).exists()
        for reference in self.references:
            paid = self.panel.world.submission(reference)["bonus_payments"]
            assert len(paid) <= 1
            known = Submission.objects.filter(panel_study=self.row, reference=reference).first()
            assert not paid or unclear or ledger.paid_to(known) == sum(paid)


def rows_part(plan) -> str:
    """The screen by which raters of an item are counted."""
    return next(iter(getattr(plan.kind, "parts", ("",))))


@pytest.mark.django_db
def test_every_order_keeps_places_answers_receipts_identities_and_money(panel):
    Recruiting.panel = panel
    run_state_machine_as_test(
        Recruiting,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=18,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
