"""SIMULATED raters who take no care, each in one manner: what checks are there to catch. Pure.

A straight-liner presses the same places again and again at a usual pace; a speeder presses any
places in a fraction of a second; a guesser presses any places at a usual pace; a robot answers like
a careful rater, like a clock and without hands.
"""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, Literal, get_args

from studies.questions import Question

Manner = Literal["careful", "straight_liner", "speeder", "guesser", "robot"]
CARELESS: tuple[Manner, ...] = get_args(Manner)[1:]

EVENT = "simulated_manner"
"""Kind of the event that says which manner a SIMULATED rater has."""


def manner_of(number: int, share: float, rng: Random) -> Manner:
    """The manner of rater `number` (from 0): of every 1 / share raters one is careless.

    The share is met exactly in the long run, each manner in its turn. Raises ValueError unless
    `share` is from 0 to 1.
    """
    if not 0 <= share <= 1:
        raise ValueError("the share of careless raters must be from 0 to 1")
    before, after = int(number * share), int((number + 1) * share)
    turn = rng.randrange(len(CARELESS))
    return CARELESS[(before + turn) % len(CARELESS)] if after > before else "careful"


def pressed(
    manner: Manner,
    questions: Sequence[Question],
    order: Sequence[str],
    meant: Mapping[str, Any],
    rng: Random,
    habit: Random,
) -> dict[str, Any]:
    """The fields of a screen as somebody of this manner fills them in; `meant` as a careful one.

    `habit` is a generator in the same state on every screen of one rater. Forms that are more than
    one choice (a line, a text, a ranking) are filled in carefully by everybody.
    """
    if manner in {"careful", "robot"}:
        return dict(meant)
    draw = habit if manner == "straight_liner" else rng
    fields = dict(meant)
    for question in questions:
        groups = question.groups(order)
        if len(groups) == 1 and isinstance(meant.get(groups[0].field), str):
            fields[groups[0].field] = draw.choice(groups[0].choices).value
    return fields


def pace(manner: Manner, usual_ms: int, rng: Random) -> int:
    """Milliseconds on a screen."""
    if manner == "speeder":
        return rng.randint(150, 500)
    return rng.randint(1_480, 1_520) if manner == "robot" else usual_ms


def hands(manner: Manner, rng: Random) -> dict[str, Any]:
    """What a page that counts hands reports."""
    if manner == "robot":
        return {"webdriver": False, "pointers": 0, "touches": 0, "keystrokes": 0, "pasted": 0}
    counts = {"pointers": rng.randint(8, 300), "touches": 0, "keystrokes": rng.randint(0, 4)}
    return {"webdriver": False, **counts, "pasted": 0}
