"""The JND scale of a ladder: levels from comparisons in place, plain and boosted (JPEG AIC-3)."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

import numpy as np

from evaluation.statistics.answers import Floats, Labels, flag_column
from evaluation.statistics.bootstrap import multinomial_weights, percentile_interval
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level
from evaluation.statistics.jnd.model import Z, fit
from evaluation.statistics.jnd.table import Table
from evaluation.statistics.likelihood import NotConverged
from evaluation.statistics.pairs.existence import unconnected
from evaluation.statistics.pairs.table import Comparisons

REPLICATES = 1000
PRIOR = 4.0
"""JND: so wide that it moves nothing but levels which every answer puts at the end."""


@dataclass(frozen=True)
class JndScale:
    """Where every level lies, in JND from the reference, which is at 0."""

    reference: Hashable
    levels: Mapping[Hashable, Estimate]
    """Without the reference; positive means more distorted than it."""
    gain: Estimate | None
    """How many times larger differences are between boosted pictures; None where all answers are
    of one sort."""
    band: Estimate | None
    """Half the width, in JND of what was shown, of differences that are answered “not sure”; None
    without such answers, or where they count as halves."""
    unit: str
    """“JND”, or “boosted JND” where nobody compared plain pictures."""
    n: int
    problem: str
    """Why there is no scale; empty where there is one."""
    draws: Floats = field(repr=False, default_factory=lambda: np.empty((0, 0)))
    """[B, L]: levels in each draw of the raters, in the order of `levels`"""
    level: float = ESTIMATE_LEVEL
    drawn: str = ""
    clusters: int = 0

    def difference(self, one: Hashable, other: Hashable) -> Estimate:
        """How much more distorted `one` is than `other`, in JND."""
        value, draws = self._of(one)
        beside, others = self._of(other)
        if self.problem:
            return Estimate.undefined(level=self.level, n=self.n, reason=self.problem)
        return percentile_interval(
            value - beside,
            draws - others,
            n=self.n,
            level=self.level,
            drawn=self.drawn,
            clusters=self.clusters,
        )

    def _of(self, name: Hashable) -> tuple[float, Floats]:
        if name == self.reference:
            return 0.0, np.zeros(len(self.draws))
        if name not in self.levels:
            known = ", ".join(f"“{known}”" for known in self.levels)
            raise BadData(f"There is no level “{name}”; there are: {known}.")
        at = list(self.levels).index(name)
        draws = self.draws[:, at] if len(self.draws) else np.empty(0)
        return self.levels[name].value, draws


def jnd_scale(
    first: Labels,
    second: Labels,
    first_more: Labels,
    *,
    reference: Hashable,
    raters: Labels,
    artworks: Labels | None = None,
    boosted: Labels | None = None,
    halves: bool = False,
    prior: float | None = PRIOR,
    generator: np.random.Generator,
    replicates: int = REPLICATES,
    level: float = ESTIMATE_LEVEL,
) -> JndScale:
    """The most likely scale, with intervals by drawing raters (and artworks) again.

    first, second  labels [n] of the two levels compared; the reference may be one of them.
    first_more  [n]: 1 where the first was called the more distorted, 0 the second, 0.5 not sure.
    reference  the label of the undistorted level, which is at 0.
    raters  labels [n] of who answered. artworks  labels [n] of the picture: then the scale is about
        pictures like these, otherwise about these very ones.
    boosted  [n] 0 or 1: whether the pictures were boosted. Where both sorts occur one gain is
        estimated, and the scale is that of plain pictures.
    halves  count “not sure” as half a choice for each, as JPEG AIC-3 does; otherwise a band of
        unnoticed differences is estimated. Halving draws levels together.
    prior  standard deviation of levels in JND; None: maximum likelihood alone.

    Which side was shown first has no effect in this model: designs balance it. Raises BadData for
    columns that do not fit together, and for a reference that was never compared.

    >>> from itertools import product
    >>> who, answers = zip(*product(range(20), (1, 1, 1, 0)), strict=True)
    >>> found = jnd_scale(["mild"] * 80, ["clean"] * 80, answers, reference="clean", raters=who,
    ...                   prior=None, generator=np.random.default_rng(1))
    >>> f"{found.levels['mild'].value:.2f} {found.unit}"
    '1.00 JND'
    """
    check_level(level)
    compared = Comparisons.of(first, second, first_more, raters, artworks)
    _check(compared, reference, prior, replicates)
    boosts = np.zeros(compared.n) if boosted is None else flag_column(boosted, "boosted")
    if len(boosts) != compared.n:
        raise BadData(f"There are {compared.n} comparisons and {len(boosts)} flags of `boosted`.")
    table = Table.of(compared, boosts.astype(np.float64), reference, halves)
    problem = "" if prior else unconnected(compared) or table.ended_words
    if problem:
        return _nothing(table, level, problem)
    try:
        optimum = fit(table.cells, table.counts(), prior).parameters
    except NotConverged as error:
        return _nothing(table, level, str(error))
    draws = _draws(table, optimum, prior, generator, replicates)
    return _result(table, optimum, draws, level)


def _check(
    compared: Comparisons, reference: Hashable, prior: float | None, replicates: int
) -> None:
    if reference not in compared.items:
        known = ", ".join(f"“{item}”" for item in compared.items)
        raise BadData(f"The reference “{reference}” was never compared; compared were: {known}.")
    if prior is not None and not prior > 0:
        raise BadData(f"A prior is a standard deviation above 0, e.g. 4; given: {prior}.")
    if replicates < 100:
        raise BadData(f"A bootstrap needs at least 100 replicates; given: {replicates}.")


def _draws(
    table: Table,
    optimum: Floats,
    prior: float | None,
    generator: np.random.Generator,
    replicates: int,
) -> Floats:
    """[B, P]: the parameters of each draw; nan where a draw has none."""
    people = multinomial_weights(int(table.raters.max()) + 1, replicates, generator)
    pictures = (
        None
        if table.artworks is None
        else multinomial_weights(int(table.artworks.max()) + 1, replicates, generator)
    )
    found = np.full((replicates, table.cells.size), np.nan)
    for b in range(replicates):
        weights = people[b][table.raters]
        if pictures is not None and table.artworks is not None:
            weights = weights * pictures[b][table.artworks]
        try:
            found[b] = fit(table.cells, table.counts(weights), prior, optimum).parameters
        except NotConverged:
            continue
    return found


def _result(table: Table, optimum: Floats, draws: Floats, level: float) -> JndScale:
    width, cells = table.cells.levels, table.cells
    levels = {
        name: _estimate(table, float(optimum[k]), draws[:, k], level)
        for k, name in enumerate(table.names[1:])
    }
    for place in table.ended:
        reason = "all answers put it at one end of the scale; the prior alone holds it"
        value = float(optimum[place - 1])
        levels[table.names[place]] = Estimate.without_interval(
            value, level=level, n=table.n, reason=reason
        )
    # behind the levels stand the log of the gain and the log of the band
    factors, drawn = np.exp(optimum[width:]), np.exp(draws[:, width:])
    gain = _estimate(table, float(factors[0]), drawn[:, 0], level) if cells.gain else None
    band = _estimate(table, float(factors[-1]) / Z, drawn[:, -1] / Z, level) if cells.band else None
    return JndScale(
        reference=table.names[0],
        levels=levels,
        gain=gain,
        band=band,
        unit=table.unit,
        n=table.n,
        problem="",
        draws=draws[:, :width],
        level=level,
        drawn=table.drawn,
        clusters=table.clusters,
    )


def _estimate(table: Table, value: float, draws: Floats, level: float) -> Estimate:
    if table.clusters < 2:
        reason = f"one of {table.drawn} says nothing about others"
        return Estimate.without_interval(value, level=level, n=table.n, reason=reason)
    return percentile_interval(
        value, draws, n=table.n, level=level, drawn=table.drawn, clusters=table.clusters
    )


def _nothing(table: Table, level: float, problem: str) -> JndScale:
    none = Estimate.undefined(level=level, n=table.n, reason=problem)
    return JndScale(
        reference=table.names[0],
        levels=dict.fromkeys(table.names[1:], none),
        gain=none if table.cells.gain else None,
        band=none if table.cells.band else None,
        unit=table.unit,
        n=table.n,
        problem=problem,
        level=level,
    )
