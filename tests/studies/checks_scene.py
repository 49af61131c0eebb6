"""A participant who trips a check and one who does not, for each check, through the pages."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from studies.checking import exams
from studies.live.plan import plan_of
from studies.models import Item, Participant, Stimulus, Study, Trial
from studies.questions import Question
from studies.trials import order_of, questions_of
from tests.studies.factories import live_study

HIDDEN = re.compile(r'name="(visit|arrival|text|of|number)" value="([^"]*)"')
PANEL = {
    "kind": "panel",
    "settings": {
        "parameters": {"worker": "{w}"},
        "person": "worker",
        "addresses": {
            "completed": "https://panel.example/done?code={code}",
            "screened_out": "https://panel.example/out?code={code}",
        },
    },
}

Meant = Callable[[Question, Trial], Any]


def varied(question: Question, trial: Trial) -> Any:
    """As people answer: by what is shown, the same when it is shown again."""
    if question.measured == "text":
        return "The brush strokes look smeared near the left edge."
    if question.measured == "preference":
        return "altered"
    known = trial.item.expected.get(question.name)
    return known[0] if known else 1 + trial.item.position % len(question.labels)


@dataclass(frozen=True)
class Manner:
    """How somebody takes part."""

    person: Mapping[str, str] = field(default_factory=dict)
    right: bool = True
    meant: Meant = varied
    rt_ms: int = 9_000
    viewing: Mapping[str, Any] = field(default_factory=dict)
    remarks: str = ""
    same_browser: bool = False


CAREFUL = Manner(viewing={"webdriver": False, "pointers": 30})


@dataclass(frozen=True)
class Row:
    """One check: its study, its settings, and who trips it; None where nobody can."""

    careless: Manner | None
    settings: Mapping[str, Any] = field(default_factory=dict)
    study: Mapping[str, Any] = field(default_factory=dict)
    known: bool = False
    """Whether items with its known answers are laid out."""


def _wrong(question: Question, trial: Trial) -> Any:
    known = trial.item.expected.get(question.name)
    return 6 - known[0] if known else varied(question, trial)


def _otherwise(question: Question, trial: Trial) -> Any:
    return 5 if trial.repeat else 1


def _first_place(question: Question, trial: Trial) -> Any:
    return trial.layout["order"][0]


OPEN = {"channel": {"kind": "open_link"}}
TWELVE = {"raters": {"participants": 10, "items_each": 12, "per_item": 5}}
AMATEUR = {"expertise": "I make art, but not for a living"}
ROWS: Mapping[str, Row] = {
    "automation_signals": Row(Manner(viewing={"webdriver": True})),
    "comprehension": Row(Manner(right=False), {"attempts": 1}),
    "duplicate_people": Row(Manner(same_browser=True)),
    "expertise": Row(Manner(person=AMATEUR), {"wanted": ["professional artist"]}),
    "gold_pairs": Row(Manner(meant=_wrong), {"expected": {"noticeability": [5]}}, known=True),
    "hidden_instruction": Row(Manner(remarks="confirmed")),
    "hidden_repeats": Row(
        Manner(meant=_otherwise), {"each": 3, "gap": 2}, {"raters": {"items_each": 6}}
    ),
    "identical_pairs": Row(
        Manner(meant=_wrong), {"expected": {"noticeability": [1]}, "may_fail": 0}, known=True
    ),
    "pasted_text": Row(Manner(viewing={"pasted": 60}), {}, {"trial": {"kind": "free_text"}}),
    "portfolio_review": Row(Manner(person=AMATEUR), {"of": ["amateur artist"]}, OPEN),
    "practice": Row(None, {"trials": 2}),
    "side_bias": Row(
        Manner(meant=_first_place), {"alpha": 0.05}, {"trial": {"kind": "visibility"}, **TWELVE}
    ),
    "skill_task": Row(Manner(right=False)),
    "speed": Row(Manner(rt_ms=100), {"least": 3}),
    "straight_lining": Row(Manner(meant=lambda *_: 3), {"least": 5}),
}
"""A new check needs a row: somebody who trips it, so that its consequences can be tried."""
EXPERTISE_FIRST = ("portfolio_review",)
"""Checks that go by the population, which another one asks for."""


def check(name: str, consequence: str) -> dict[str, Any]:
    return {"check": name, "settings": {**ROWS[name].settings, "consequence": consequence}}


def study_with(name: str, consequence: str) -> Study:
    """A live study on a panel that pays, with this check."""
    row = ROWS[name]
    checks = [check(name, consequence)]
    if name in EXPERTISE_FIRST:
        checks.insert(0, {"check": "expertise"})
    made = {"size": 16, "frozen": not row.known}
    study = live_study(checks=checks, **made, **{"channel": PANEL, **row.study})
    if row.known:
        _lay_out_known(study, name)
    return study


def _lay_out_known(study: Study, name: str) -> None:
    """Items with known answers: copies of others, with another number."""
    expected = ROWS[name].settings["expected"]
    last = study.items.order_by("position").last()
    assert last is not None
    for number, like in enumerate(study.items.order_by("position")[:4], start=1):
        pictures = list(like.stimuli.all())
        item = Item.objects.create(
            study=study,
            position=last.position + number,
            artwork=like.artwork,
            gold=name,
            expected=expected,
        )
        for picture in pictures:
            picture.pk, picture.item = None, item
        Stimulus.objects.bulk_create(pictures)


@dataclass
class Visit:
    """One person's way through the pages, from the panel's link to where it leads back."""

    study: Study
    manner: Manner
    name: str
    client: Client
    pages: list[str] = field(default_factory=list)
    """Of everything that was shown, in its order."""

    def go(self) -> Participant:
        """Take part until there is nothing more to do."""
        place = self._start()
        for _ in range(60):
            page = self.client.get(place, follow=True)
            address = page.redirect_chain[-1][0] if page.redirect_chain else place
            self.pages.append(page.content.decode())
            step = next((s for s in ("about", "before", "guide", "t") if f"/{s}/" in address), "")
            if not step:
                return self._person()
            getattr(self, f"_{step}")(address)
        raise AssertionError("no end")

    def _start(self) -> str:
        landing = f"/s/{self.study.link_token}/?worker={self.name}"
        page = self.client.get(landing).content.decode()
        self.pages.append(page)
        agreed = {f"consent-{n}": "on" for n in range(len(plan_of(self.study).fieldwork.consent))}
        return self.client.post(landing, {**self._hidden(), **agreed})["Location"]

    def _hidden(self) -> dict[str, str]:
        return dict(HIDDEN.findall(self.pages[-1]))

    def _person(self) -> Participant:
        return self.study.participants.latest("pk")

    def _about(self, address: str) -> None:
        asked = plan_of(self.study).person_questions
        told = {q.name: q.choices[0] if q.choices else "" for q in asked}
        self.client.post(address, {**told, **self.manner.person})

    def _before(self, address: str) -> None:
        person, form = self._person(), self._hidden()
        exam = exams.exam_of(person, exams.open_exam(person))
        for question in exam.questions:
            off = 0 if self.manner.right else 1
            form[question.name] = str((question.right + off) % len(question.choices))
        self.client.post(address, form)

    def _guide(self, _address: str) -> None:
        waiting = self._person().trials.filter(answered_at=None, released=False)
        address = f"/p/{self._person().token}/t/{waiting.earliest('position').token}/"
        self.pages.append(self.client.get(address).content.decode())
        self._t(address)

    def _t(self, address: str) -> None:
        trial = Trial.objects.select_related("item").get(token=address.rstrip("/").split("/")[-1])
        kind = plan_of(self.study).kind
        order = order_of(kind, trial.part, trial.layout)
        form: dict[str, Any] = {"rt_ms": str(self.manner.rt_ms), "remarks": self.manner.remarks}
        for question in questions_of(kind, trial.part):
            form |= question.fill(self.manner.meant(question, trial), order)
        form["viewing"] = report(len(order), self.manner.viewing)
        assert self.client.post(address, form).status_code == 302


def report(pictures: int, more: Mapping[str, Any]) -> str:
    """What a browser tells of a trial seen as it should be."""
    one = {"natural": [16, 16], "rendered": [400, 400], "decoded_ms": 200, "visible_ms": 300}
    seen = {
        "mode": "side",
        "scale": "row",
        "viewport": [1440, 900],
        "pixel_ratio": 1,
        "page_scale": 1,
        "pictures": [{**one, "shown_ms": 5_000}] * pictures,
        "hidden_ms": 0,
        "flips": 0,
        "zooms": 0,
        "largest_zoom": 1,
        "actual_size": False,
        "load_failures": 0,
        "save_attempts": 1,
        "keys": 0,
    }
    return json.dumps({**seen, **more})
