"""Simulated raters: they take the doors a browser takes, and everything they leave is marked.

A rater is enrolled as simulated and then works through the site's own addresses: opens each page,
fills in its form, sends it and follows where it leads. What they answer comes from `simulate` of
the study's trial kind: how visible a change is (simulated/visibility.py), how lenient and attentive
the rater is, how the picture strikes people in general, and chance. They take no real person's
place, and no rating of theirs counts towards an item's number of raters.
"""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from random import Random
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import PIL.Image
from django.conf import settings
from django.test import Client
from django.urls import reverse

from generation import store
from generation.progress import Progress, silent
from studies import fieldwork
from studies.checking.exams import exam_of, open_exam
from studies.live.course import way_of
from studies.live.places import check_open, tell
from studies.live.plan import Plan, plan_of
from studies.models import Item, Participant, Study, Trial
from studies.simulated.careless import EVENT, Manner, hands, manner_of, pace, pressed
from studies.simulated.viewing import look
from studies.trial_forms.marks import FIELD, marking_of
from studies.trials import SimulatedRater, order_of, questions_of
from studies.views.participant.steps import beyond

OK, FOUND = 200, 302

ITEM_SPREAD = 0.3
"""Standard deviation of what is special about an item, in points of a five-point scale."""


ENDS = ("done", "screened_out")
"""Pages on which a session ends."""

KNOWS = 0.98
"""Chance that a careful SIMULATED rater answers a question before the trials rightly."""


class SimulationError(RuntimeError):
    """A page did not do what a browser may expect; the message names the page."""


def simulate(
    *,
    study: Study,
    raters: int,
    seed: int,
    careless: float = 0.0,
    progress: Progress = silent,
) -> list[Participant]:
    """`raters` simulated participants take part in a live study, from consent to completion code.

    A share of them, `careless` (0 to 1), takes no care, each in one manner (simulated/careless.py);
    an event says who. The answers follow from `seed`, the study and how many simulated raters came
    before. Raises StudyClosed where the study is not live.
    """
    check_open(study)
    crowd = Crowd(study, plan_of(study), seed, careless=careless)
    people = []
    with quiet():
        for number in range(raters):
            people.append(crowd.send(number))
            progress(number + 1, raters, f"{people[-1].code} SIMULATED")
    return people


@dataclass
class Crowd:
    """Raters of one study; what they see of an item is worked out once."""

    study: Study
    plan: Plan
    seed: int
    impressions: dict[int, Any] = field(default_factory=dict)
    browse: "Callable[[Participant], Browser] | None" = None
    """What the raters browse with; the browser below where nothing else is said."""
    channel: str = ""
    """On record as the way they came; the study's own where empty."""
    careless: float = 0.0

    def send(self, number: int) -> Participant:
        """One rater's whole way through the study."""
        participant = fieldwork.enrol(
            study=self.study,
            channel=self.channel or self.plan.fieldwork.channel.kind,
            consent_sha256=self.plan.consent_sha256,
            simulated=True,
        )
        rng = self.rng("rater", number, participant.seed)
        rater = SimulatedRater(
            leniency=rng.gauss(0, 0.5),
            sensitivity=min(1.6, max(0.5, rng.gauss(1, 0.15))),
            noise=rng.uniform(0.3, 0.7),
        )
        manner = manner_of(number, self.careless, self.rng("manner", number))
        if manner != "careful":
            tell(participant, EVENT, {"manner": manner})
        browser = (self.browse or Browser)(participant)
        place = browser.start()
        ends = {reverse(f"studies:{end}", args=[participant.token]) for end in ENDS}
        while place not in ends:
            place = browser.send(place, self.form(participant, rater, rng, manner))
        participant.refresh_from_db()
        return participant

    def form(
        self,
        participant: Participant,
        rater: SimulatedRater,
        rng: Random,
        manner: Manner = "careful",
    ) -> dict[str, Any]:
        """What the rater fills in on the page that is next."""
        if not fieldwork.is_described(participant):
            asked = self.plan.person_questions
            return {q.name: rng.choice(q.choices) if q.choices else "" for q in asked}
        name = open_exam(participant)
        if name and not participant.trials.exclude(shown_at=None).exists():
            return examined(participant, name, manner, rng)
        trial = fieldwork.next_trial(participant)
        assert trial is not None, "a participant who is not done has a trial to answer"
        effect = self.rng("item", trial.item.position).gauss(0, ITEM_SPREAD)
        kind: Any = self.plan.kind
        meant = kind.simulate(self.impression(trial), effect, rater, rng)
        order = order_of(kind, trial.part, trial.layout)
        answers: dict[str, Any] = {}
        for question in questions_of(kind, trial.part):
            answers |= question.fill(meant[question.name], order)
        if marking_of(kind):  # kinds that take marks set their own
            places = kind.simulate_marks(self.impression(trial), meant, rater, rng)
            answers[FIELD] = json.dumps(places)
        habit = self.rng("habit", participant.seed, trial.part)
        screen = questions_of(kind, trial.part)
        answers |= pressed(manner, screen, order, answers, rng, habit)
        usual = int(1000 * rng.lognormvariate(2.0, 0.4))
        told = {"rt_ms": str(pace(manner, usual, rng))}
        report = look(trial, self.plan, self.seed)
        if self.plan.watches and report:
            report = json.dumps(json.loads(report) | hands(manner, rng))
        return answers | told | {"viewing": report}

    def impression(self, trial: Trial) -> Any:
        """What a simulated eye makes of the pictures that this trial really shows."""
        if trial.item_id not in self.impressions:
            self.impressions[trial.item_id] = self.plan.kind.impression(_pictures(trial.item))
        return self.impressions[trial.item_id]

    def rng(self, *purpose: object) -> Random:
        """A generator for one purpose."""
        return self.plan.rng("simulation", self.seed, *purpose)


class Browser:
    """A participant's browser: the site's addresses, no script."""

    def __init__(self, participant: Participant) -> None:
        self.participant = participant
        self.client = Client(SERVER_NAME=_host())
        self.secure = settings.SITE_URL.startswith("https://")

    def start(self) -> str:
        """Open the personal link; the address of the page it leads to."""
        return self.open(reverse("studies:participant", args=[self.participant.token]))

    def send(self, place: str, form: dict[str, Any]) -> str:
        """Send a page's form and open the page it leads to; that page's address."""
        response = self.client.post(place, form, secure=self.secure)
        if response.status_code != FOUND:
            raise SimulationError(f"{place} answered {response.status_code} to a complete form.")
        return self.open(response.headers["Location"])

    def open(self, place: str) -> str:
        """Open a page, wherever it leads; from the guide or a pause go on to the trial."""
        response = self.client.get(place, secure=self.secure)
        if response.status_code == FOUND:
            return self.open(response.headers["Location"])
        if response.status_code != OK:
            raise SimulationError(f"{place} answered {response.status_code}.")
        onward = beyond(place, self.participant, way_of(self.participant))
        return place if onward == place else self.open(onward)


def examined(participant: Participant, name: str, manner: Manner, rng: Random) -> dict[str, str]:
    """Answers to the questions before the trials: mostly right, or at random without care."""
    exam = exam_of(participant, name)
    knows = KNOWS if manner in {"careful", "robot"} else 0.0
    chosen = {
        question.name: str(
            question.right if rng.random() < knows else rng.randrange(len(question.choices))
        )
        for question in exam.questions
    }
    tried = participant.attempts.filter(found_by=name).count()
    place = list(plan_of(participant.study).exams).index(name)
    return {**chosen, "of": str(place), "number": str(tried + 1)}


def _pictures(item: Item) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    """Slot → pixels [H, W, 3], from the renditions that raters are sent."""
    pictures = {}
    for slot, sha256 in item.stimuli.values_list("slot", "rendition_sha256"):
        with PIL.Image.open(BytesIO(store.get(sha256))) as image:
            pictures[slot] = np.asarray(image.convert("RGB"))
    return pictures


def _host() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"


@contextmanager
def quiet() -> Iterator[None]:
    """Thousands of pages opened in a row need no line each in the log; warnings stay."""
    logger = logging.getLogger("django_structlog")
    before = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(before)
