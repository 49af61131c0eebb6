"""Who and what is in the analysis, and what was left out by which rule: the flow of participants.

Rules are applied where answers are exported (`excluded`, `exclusion_reason`); here they are only
counted. Answers of raters who left before the end stay in: leaving is no rule. Pure.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from pandas import DataFrame

from evaluation.ratings import usable

STATES = {
    "finished": "finished",
    "active": "taking part now",
    "lapsed": "left before the end; their answers count",
    "screened_out": "whose session a check ended",
}


@dataclass(frozen=True)
class Box:
    """One box of the flow; a side box is what leaves it there."""

    label: str
    raters: int
    answers: int | None = None
    side: bool = False
    parts: tuple[str, ...] = ()


def flow(ratings: DataFrame, participants: DataFrame | None = None) -> list[dict[str, Any]]:
    """People and SIMULATED raters apart: `simulated` and `boxes`, as plain JSON values.

    `participants` (participant, simulated, state, trials) says who agreed and never answered;
    without it the flow begins with the first answer.
    """
    found = []
    for simulated in (False, True):
        mine = ratings[ratings["simulated"] == simulated]
        people = None
        if participants is not None:
            people = participants[participants["simulated"] == simulated]
        boxes = list(_boxes(mine, people))
        if boxes[0].raters:
            found.append({"simulated": simulated, "boxes": [asdict(box) for box in boxes]})
    return found


def _boxes(ratings: DataFrame, people: DataFrame | None) -> Iterator[Box]:
    answered = ratings["participant"].nunique()
    if people is not None:
        yield Box("agreed to take part", len(people))
        silent = len(people) - answered
        if silent:
            yield Box("answered about no picture", silent, side=True)
    yield Box("answered at least once", answered, len(ratings))
    yield from _left_out(ratings)
    kept = usable(ratings)
    parts = () if people is None else tuple(_states(people, kept))
    yield Box("in the analysis", kept["participant"].nunique(), len(kept), parts=parts)


def _left_out(ratings: DataFrame) -> Iterator[Box]:
    rest = ratings
    for label, mask in (
        ("no answer on the scale", ratings["value"].isna()),
        ("pictures whose right answer is known", ratings["gold"]),
        ("repeated pictures", ratings["repeat_of"] != ""),
    ):
        part = rest[mask.loc[rest.index]]
        rest = rest.drop(part.index)
        if len(part):
            yield Box(label, part["participant"].nunique(), len(part), side=True)
    ruled = rest[rest["excluded"]]
    for reason in sorted(ruled["exclusion_reason"].unique()):
        part = ruled[ruled["exclusion_reason"] == reason]
        label = f"excluded: {reason or 'no reason given'}"
        yield Box(label, part["participant"].nunique(), len(part), side=True)


def _states(people: DataFrame, kept: DataFrame) -> Iterator[str]:
    states = people[people["participant"].isin(kept["participant"])]["state"].value_counts()
    for state, label in STATES.items():
        if states.get(state, 0):
            yield f"{states[state]} {label}"
