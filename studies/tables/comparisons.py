"""What answers say about pairs of conditions: one row for each pair of which one was preferred."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from pandas import DataFrame

from studies.designs.factorial import FACTORS, NO_MIMICRY, UNDEGRADED, Condition
from studies.live.plan import plan_of
from studies.models import Response, Stimulus, Study
from studies.protocol import CLEAN
from studies.trials import order_of

COMPARED = tuple(factor for factor in FACTORS if factor != "artist")
SHARED = (
    "study", "participant", "population", "simulated", "trial", "kind", "item", "artwork",
    "artist", "question", "rt_ms", "repeat_of", "gold", "excluded", "exclusion_reason",
)  # fmt: skip
"""Columns that are those of the table of answers."""

COMPARISONS: Mapping[str, str] = {
    "first": "condition of the picture that stood first: left, or above",
    "second": "condition of the picture that stood later",
    "first_won": "1 where the first was preferred, 0 where the second was, 0.5 where the rater was"
    " not sure",
    "winner": "condition that was preferred; empty where the rater was not sure",
    "loser": "the other one",
    **{f"first_{factor}": f"{factor} of the first" for factor in COMPARED},
    **{f"second_{factor}": f"{factor} of the second" for factor in COMPARED},
}
"""Column → what it says; `SHARED` come before them."""

UNSAID = {"budget": ("", CLEAN), "purification": ("none",), "mimicry": (NO_MIMICRY,)} | {
    factor: (level,) for factor, level in UNDEGRADED.items()
}
"""Levels that go without saying in a condition's name."""


def comparisons(study: Study, answers: DataFrame) -> DataFrame:
    """The pairs in the answers (`export.responses`) of a study that compares conditions.

    `SHARED`, then `COMPARISONS`, in the order of the answers; a ranking of n gives n (n - 1) / 2
    rows. Answers of raters who could not tell give none. Two queries.
    """
    made_by = _conditions(study)
    found = [
        {"trial": trial, "question": question} | _row(made_by[item, one], made_by[item, other], won)
        for trial, question, details, item, order in (_answered(study) if made_by else ())
        for one, other, won in outcomes(details, [s for s in order if (item, s) in made_by])
    ]
    rows = DataFrame(found, columns=["trial", "question", *COMPARISONS])
    shared = answers[list(SHARED)]
    table = rows.merge(shared, on=["trial", "question"], how="inner", validate="many_to_one")
    return table[[*SHARED, *COMPARISONS]]


def outcomes(details: Mapping[str, Any], order: Sequence[str]) -> Iterator[tuple[str, str, float]]:
    """(slot shown first, slot shown later, 1, 0 or 0.5) of every pair that an answer decides.

    `details` are those of a stored answer, `order` the slots that were compared, as they stood.
    """
    wins = dict.fromkeys(_wins(details, order))
    for one, other in combinations(order, 2):
        if (one, other) in wins or (other, one) in wins:
            yield one, other, float((one, other) in wins)
        elif details.get("not_sure") and len(order) == 2:
            yield one, other, 0.5


def _wins(details: Mapping[str, Any], order: Sequence[str]) -> list[tuple[str, str]]:
    """(preferred, other) in no order."""
    if "order" in details:
        return list(combinations(details["order"], 2))
    if "best" in details:
        best, worst = details["best"], details["worst"]
        between = [slot for slot in order if slot not in (best, worst)]
        return [(best, worst)] + [pair for s in between for pair in ((best, s), (s, worst))]
    chosen = str(details.get("chosen", ""))
    return [(chosen, slot) for slot in order if slot != chosen] if chosen in order else []


def _answered(study: Study) -> Iterator[tuple[str, str, Any, int, Sequence[str]]]:
    """Trial as the table of answers names it, question, details, item, order of slots."""
    rows = Response.objects.filter(participant__study=study, trial__practice=False)
    keys = (
        "participant__code", "trial__position", "question", "details", "trial__item",
        "trial__layout", "trial__part",
    )  # fmt: skip
    kind = plan_of(study).kind
    for code, position, question, details, item, layout, part in rows.order_by(
        "participant", "trial__position", "pk"
    ).values_list(*keys):
        order = order_of(kind, part, layout)
        yield f"{code}-{position:03d}", question, details, item, order


def _conditions(study: Study) -> dict[tuple[int, str], Condition]:
    """(item, slot) → the condition that made the picture, where an item compares several."""
    rows = Stimulus.objects.filter(item__study=study, condition__isnull=False)
    keys = ("item", "slot", "condition__levels")
    return {(item, slot): {**UNDEGRADED, **cell} for item, slot, cell in rows.values_list(*keys)}


def name_of(cell: Mapping[str, str]) -> str:
    """`veil · 0.05 · jpeg`"""
    said = [cell[f] for f in COMPARED if f in cell and cell[f] not in UNSAID.get(f, ())]
    return " · ".join(said)


def _row(one: Condition, other: Condition, won: float) -> dict[str, Any]:
    first, second = name_of(one), name_of(other)
    return {
        "first": first,
        "second": second,
        "first_won": won,
        "winner": {1.0: first, 0.0: second}.get(won, ""),
        "loser": {1.0: second, 0.0: first}.get(won, ""),
        **{f"first_{factor}": one[factor] for factor in COMPARED},
        **{f"second_{factor}": other[factor] for factor in COMPARED},
    }
