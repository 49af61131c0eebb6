"""Whether the pictures that an experiment makes are those that its trials show."""

from studies.protocol.experiment import Experiment
from studies.protocol.fitting import Found
from studies.protocol.problems import unknown
from studies.protocol.skipping import levels_of
from studies.protocol.stimuli import Stimuli
from studies.trials import TRIALS, TrialKind, compares

PAIRED = ("prompts", "seed", "count")
"""Of paintings, what must be alike where those of two mimicries are compared."""


def unfit_pictures(whole: Experiment, kind: TrialKind) -> Found:
    """Where in the file the pictures do not fit the trials that show them, and what to do."""
    name, stimuli = whole.study.trial.kind, whole.stimuli
    if kind.slots and not stimuli.pictured:
        yield (
            ("study", "trial"),
            f"{name} shows pictures: add a section stimuli that says which, and what is done"
            " to them.",
        )
    if not kind.slots and stimuli.pictured:
        yield ("stimuli",), f"{name} shows no pictures: leave this section out of the file."
    if not stimuli.pictured:
        return
    yield from _mimics(stimuli, kind, name)
    if kind.shows_mimics:
        judged = sum(slot.shows == "condition" for slot in kind.slots)
        yield from _whole_sets(stimuli, judged // compares(kind))
        yield from _same_paintings(whole)
    yield from _compared(whole, kind)


def _mimics(stimuli: Stimuli, kind: TrialKind, name: str) -> Found:
    """Mimics are painted for trials that show them, and for no others."""
    if kind.shows_mimics and not stimuli.mimicries:
        yield (
            ("study", "trial"),
            f"{name} shows what mimics paint: add a section stimuli.mimicries that says how"
            " they learn.",
        )
    if stimuli.mimicries and not kind.shows_mimics:
        able = [each for each in TRIALS.names() if TRIALS.load(each).shows_mimics]
        yield (
            ("stimuli", "mimicries"),
            f"the trial kind {name} shows no paintings of mimics: take one that does"
            f" ({', '.join(able)}), or leave this section out.",
        )


def _whole_sets(stimuli: Stimuli, size: int) -> Found:
    """Every painting is shown once."""
    for label, mimicry in stimuli.mimicries.items():
        count = mimicry.paintings.count
        if count % size:
            fewer, more = count - count % size, count - count % size + size
            fit = f"{fewer} or {more}" if fewer else str(more)
            yield (
                ("stimuli", "mimicries", label, "paintings", "count"),
                f"{count} paintings cannot be shown {size} at a time: {fit} would do.",
            )


def _same_paintings(whole: Experiment) -> Found:
    """Mimicries that stand beside one another paint the same prompts by the same seeds."""
    section = whole.study.compare
    if section is None or "mimicry" not in section.factors:
        return
    painted = [(label, each.paintings) for label, each in whole.stimuli.mimicries.items()]
    for label, paintings in painted[1:]:
        first, asked = painted[0]
        for name in PAIRED:
            if getattr(paintings, name) == getattr(asked, name):
                continue
            yield (
                ("stimuli", "mimicries", label, "paintings", name),
                f"study.compare shows paintings of “{first}” and “{label}” as pairs, which must"
                f" be of the same prompt and seed, and their {name} differ: give both the same,"
                " or take mimicry out of study.compare.factors.",
            )


def _compared(whole: Experiment, kind: TrialKind) -> Found:
    """Whoever compares conditions says which."""
    name, section = whole.study.trial.kind, whole.study.compare
    if compares(kind) > 1 and section is None:
        yield (
            ("study", "trial"),
            f"{name} shows {compares(kind)} conditions beside one another: add a section"
            " study.compare with the factors in which they differ.",
        )
    if compares(kind) == 1 and section is not None:
        yield (
            ("study", "compare"),
            f"the trial kind {name} shows one condition at a time; leave this section out.",
        )
    if section is not None and section.against is not None:
        known = levels_of(whole.stimuli)
        for factor, levels in section.against.rules.items():
            for level in set(levels) - set(known.get(factor, levels)):
                yield ("study", "compare", "against", factor), unknown(level, known[factor])
