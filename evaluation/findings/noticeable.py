"""Scales in just noticeable differences from the pairs of a study, and its ladders. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pandas import DataFrame, Series

from evaluation.ratings import NO_DOSE, NO_LEVEL, TableError, amount
from evaluation.statistics.estimate import Estimate
from evaluation.statistics.jnd import JndScale, amount_at, jnd_scale

BOOSTED = "_boosted"
"""End of the name of a question about boosted pictures."""
FACTORS = ("protection", "budget", "purification", "degradation", "dose")


@dataclass(frozen=True)
class Ladder:
    """One protection at several budgets, or one degradation at several doses."""

    name: str
    sort: str
    """“budget” or “dose”"""
    amounts: Mapping[str, float]
    """Condition → how much, above 0."""


@dataclass(frozen=True)
class Found:
    """A scale, the answers behind it, and where each ladder reaches the targets."""

    scale: JndScale
    pairs: DataFrame
    ladders: Sequence[Ladder]

    def at(self, ladder: Ladder, target: float) -> Estimate:
        """The amount at which the ladder reaches `target` JND."""
        return amount_at(self.scale, ladder.amounts, target)

    @property
    def unsure(self) -> float:
        """Share of the answers that were not sure."""
        return float((self.pairs["first_won"] == 0.5).mean())


def conditions(pairs: DataFrame) -> DataFrame:
    """One row a condition that was compared: name, and its factors."""
    sides = [
        pairs[[side, *(f"{side}_{factor}" for factor in FACTORS)]].set_axis(
            ["condition", *FACTORS], axis=1
        )
        for side in ("first", "second")
    ]
    both = DataFrame(np.concatenate([side.to_numpy() for side in sides]), columns=sides[0].columns)
    return both.drop_duplicates("condition").sort_values("condition", ignore_index=True)


def reference_of(known: DataFrame) -> str:
    """The condition that left the pictures alone. Raises TableError where there is none."""
    untouched = (
        (known["budget"].map(lambda budget: amount(str(budget))) == 0.0)
        & (known["purification"] == NO_LEVEL)
        & (known["degradation"] == NO_LEVEL)
    )
    names = known["condition"][untouched].tolist()
    if len(names) != 1:
        found = "several were" if names else "none was"
        raise TableError(
            f"A scale in JND begins at the untouched pictures, of which {found} compared: have one"
            " protection null (clean: null) among the levels that study.compare holds together."
        )
    return str(names[0])


def ladders(known: DataFrame, reference: str) -> Iterator[Ladder]:
    """Protections with budgets that are numbers; degradations of untouched pictures."""
    others = known[known["condition"] != reference]
    plain = others[(others["purification"] == NO_LEVEL)]
    protected = plain[plain["degradation"] == NO_LEVEL]
    yield from _ladders(protected, "protection", "budget")
    untouched = known.set_index("condition").loc[reference, "protection"]
    degraded = plain[(plain["degradation"] != NO_LEVEL) & (plain["protection"] == untouched)]
    yield from _ladders(degraded[degraded["dose"] != NO_DOSE], "degradation", "dose")


def _ladders(rows: DataFrame, factor: str, sort: str) -> Iterator[Ladder]:
    for name, part in rows.groupby(factor, sort=True):
        amounts = {
            str(c): amount(str(a)) for c, a in zip(part["condition"], part[sort], strict=True)
        }
        if all(0 < each < float("inf") for each in amounts.values()):
            yield Ladder(str(name), sort, dict(sorted(amounts.items(), key=lambda kv: kv[1])))


def noticeable(
    pairs: DataFrame, reference: str | None, *, halves: bool, level: float, seed: int
) -> Found:
    """The scale of all conditions that were compared, and their ladders.

    pairs  as `evaluation.measuring.pair_table.counted_pairs` gives them, `first_won` meaning “is
           the more distorted one”. Raises TableError, BadData.
    """
    known = conditions(pairs)
    start = reference or reference_of(known)
    if start not in set(known["condition"]):
        raise TableError(
            f"Nobody compared “{start}”; compared were: {', '.join(known['condition'])}."
        )
    boosted: Series = pairs["question"].str.endswith(BOOSTED)
    scale = jnd_scale(
        pairs["first"],
        pairs["second"],
        pairs["first_won"],
        reference=start,
        raters=pairs["participant"],
        artworks=pairs["cluster"],
        boosted=boosted.to_numpy(dtype=bool),
        halves=halves,
        generator=np.random.default_rng(seed),
        level=level,
    )
    return Found(scale, pairs, tuple(ladders(known, start)))
