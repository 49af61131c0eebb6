"""The designs that the machine of orders runs, and how people answer in each."""

from random import Random

from studies import fieldwork
from studies.live.plan import plan_of
from studies.models import Item, Participant, Stimulus, Study, Trial
from studies.questions import Question
from studies.trials import order_of, questions_of
from tests.studies.factories import live_study

PLACES = 4
CHANNEL = {"kind": "prolific", "settings": {"minutes": 10, "reward": 200, "signed": True}}
RATERS = {"participants": PLACES, "items_each": 3, "per_item": 2}
CHECKS = [{"check": "expertise"}, {"check": "practice", "settings": {"trials": 1}}]
QUOTAS = {"by": "population", "places": {"professional artist": 1, "amateur artist": 2}}
DESIGNS = {
    "plain": {},
    "quotas": {"raters": {"quotas": QUOTAS, "over_recruit": 0.25}},
    "careful": {
        "design": {"blocks": 2, "per_artwork": 1},
        "checks": [*CHECKS, {"check": "hidden_repeats", "settings": {"each": 1, "gap": 1}}],
    },
    "squares": {
        "design": {"blocks": 3, "per_artwork": 2, "order": "latin_square"},
        "raters": {"items_each": 4},
    },
    "stopping": {"adaptive": {"items": {"half_width": 1.5, "at_most": 3}}},
    "seeking": {
        "trial": {"kind": "forced_choice", "settings": {"shows": "pictures", "originals": 1}},
        "adaptive": {"pairs": {}},
    },
}


def a_study(design: str, slug: str) -> Study:
    """A live study of this design, on Prolific."""
    section = {"channel": CHANNEL, "checks": CHECKS, **DESIGNS[design]}
    raters = {**RATERS, **section.pop("raters", {})}
    seeking = design == "seeking"
    made = {"artworks": 3, "conditions": 3 if seeking else 2, "practice": 1, "size": 8}
    study = live_study(slug=slug, raters=raters, frozen=not seeking, **made, **section)
    if seeking:
        _compare(study)
    return study


def answer(trial: Trial, rng: Random) -> fieldwork.Outcome:
    """Send something to a trial, as a browser would."""
    kind = plan_of(trial.participant.study).kind
    order = order_of(kind, trial.part, trial.layout)
    sent: dict[str, object] = {}
    for question in questions_of(kind, trial.part):
        sent |= question.fill(_meant(question, order, rng), order)
    return fieldwork.record(trial=trial, answers=sent)


def _meant(question: Question, order: tuple[str, ...], rng: Random) -> object:
    if question.measured == "preference":
        return rng.choice([slot for slot in order if slot.startswith("option")])
    return rng.randint(1, len(question.labels))


def work(person: Participant, some: int, rng: Random) -> None:
    """Answer up to so many trials."""
    for _ in range(some):
        trial = fieldwork.next_trial(person)
        if trial is None:
            return
        answer(trial, rng)


def _compare(study: Study) -> None:
    """Each item of the drawn study shows two conditions: the first of all, and its own."""
    first = study.conditions.order_by("position").first()
    for item in Item.objects.filter(study=study, practice=False):
        options = Stimulus.objects.filter(item=item, slot__startswith="option").order_by("slot")
        one, other = options
        Stimulus.objects.filter(pk=one.pk).update(condition=first)
        Stimulus.objects.filter(pk=other.pk).update(condition=item.condition)
        Item.objects.filter(pk=item.pk).update(condition=None)
