"""Every order of launch, return, time-out, finish, webhook and payment keeps the invariants."""

import contextlib
from itertools import count

import pytest
from django.test import Client
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
from studies.live.places import FieldworkError
from studies.models import Arrival, BonusBatch, Participant, Receipt, Response, Submission
from studies.recruitment import ledger
from studies.recruitment import panel_study as panel_studies
from studies.recruitment.calls import PanelError
from studies.recruitment.ledger import LedgerError, Line
from studies.recruitment.money import Money
from studies.recruitment.receipts import receipt_for, stored
from studies.recruitment.stand_in import Fault, StandIn
from studies.recruitment.stand_in.world import STATES
from studies.recruitment.submissions import poll
from tests.studies.factories import a_person, finish
from tests.studies.recruitment.conftest import agree, impatient, on_prolific

PEOPLE = tuple(f"5f{n:022d}" for n in range(6))
PLACES = 4
NUMBERS = count(1)


class Recruiting(RuleBasedStateMachine):
    """One study with four places, six people, a panel that repeats and reorders what it says."""

    panel: StandIn

    @initialize()
    def publish(self):
        self.study = on_prolific(slug=f"orders-{next(NUMBERS)}")
        self.api = impatient(self.study)
        row = panel_studies.create(study=self.study, api=self.api)
        self.row = panel_studies.move(panel_study=row, what="publish", api=self.api)
        self.references: list[str] = []
        self.hooks: list[tuple[bytes, dict[str, str]]] = []
        self.finished: dict[int, int] = {}

    @rule(person=st.sampled_from(PEOPLE))
    def launch(self, person):
        reference, address = self.panel.launch(self.row.reference, person)
        self.references.append(reference)
        self.hooks.append(self.panel.hook(reference))
        agree(self.study, address)

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
        answer = Client().generic("POST", path, body, headers=headers)
        assert answer.status_code == 200

    @rule()
    def ask(self):
        poll(self.row, self.api)

    @rule(data=st.data(), some=st.integers(1, 8))
    def work(self, data, some):
        people = list(Participant.objects.filter(study=self.study).order_by("pk"))
        if not people:
            return
        person = data.draw(st.sampled_from(people))
        with contextlib.suppress(FieldworkError):
            person = fieldwork.come_back(participant=person)
        if not fieldwork.is_described(person):
            fieldwork.describe(participant=person, answers=a_person(self.study))
        finish(person, some)

    @rule(data=st.data(), trouble=st.sampled_from([None, 429, 400, 502]), after=st.booleans())
    def bonus(self, data, trouble, after):
        rows = list(Submission.objects.filter(panel_study=self.row).order_by("pk"))
        if not rows:
            return
        line = Line(data.draw(st.sampled_from(rows)), Money(100, "GBP"), "thanks")
        if trouble:
            self.panel.world.faults.append(Fault("/pay/", trouble, after=after and trouble != 400))
        with contextlib.suppress(LedgerError, PanelError):
            batch = ledger.intend(panel_study=self.row, lines=[line])
            ledger.set_up(batch, self.api)
            ledger.pay(batch, self.api)
        self.panel.world.faults.clear()

    @invariant()
    def nobody_is_two(self):
        if not hasattr(self, "study"):
            return
        people = Participant.objects.filter(study=self.study)
        assert people.count() == Arrival.objects.filter(participant__study=self.study).count()
        assert people.count() <= len(PEOPLE)

    @invariant()
    def places_are_held_by_whoever_is_there(self):
        if not hasattr(self, "study"):
            return
        active = Participant.objects.filter(study=self.study, state=Participant.State.ACTIVE)
        late = active.filter(late=True).count() if hasattr(Participant, "late") else PLACES
        assert active.count() - late <= PLACES
        for person in Participant.objects.filter(study=self.study).exclude(
            state=Participant.State.ACTIVE
        ):
            assert not person.trials.filter(answered_at=None, released=False).exists()

    @invariant()
    def no_answer_is_taken_away_and_receipts_hold(self):
        if not hasattr(self, "study"):
            return
        for person in Participant.objects.filter(study=self.study):
            answers = Response.objects.filter(participant=person).count()
            assert answers >= self.finished.get(person.pk, 0)
            self.finished[person.pk] = answers
            receipt = receipt_for(person, Exit.COMPLETED)
            assert (receipt is not None) == (person.state == Participant.State.FINISHED)
            assert receipt is None or receipt.sha256 == stored(person)[1]
        assert Receipt.objects.values("participant", "exit").distinct().count() == (
            Receipt.objects.count()
        )

    @invariant()
    def nobody_is_paid_twice(self):
        for batch in self.panel.world.batches.values():
            assert batch["paid"] <= 1
        for reference in getattr(self, "references", []):
            paid = self.panel.world.submission(reference)["bonus_payments"]
            unclear = BonusBatch.objects.filter(
                panel_study=self.row, state=BonusBatch.State.UNRESOLVED
            ).count()
            assert len(paid) <= 1
            known = Submission.objects.filter(reference=reference).first()
            assert not paid or unclear or ledger.paid_to(known) == sum(paid)


@pytest.mark.django_db
def test_every_order_keeps_places_answers_receipts_and_money(panel):
    Recruiting.panel = panel
    run_state_machine_as_test(
        Recruiting,
        settings=settings(
            max_examples=15,
            stateful_step_count=16,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
