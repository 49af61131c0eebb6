"""Which protection is best, which purification undoes most: by raters and by a metric. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pandas import DataFrame

from evaluation.findings.arms import Arm
from evaluation.findings.comparisons import How, Pair, Points, columns
from evaluation.ratings import NO_LEVEL
from evaluation.statistics.estimate import BadData, Estimate
from evaluation.words import SIGNIFICANT

PROTECTION, PURIFICATION = "best protection", "purification that undoes most"


@dataclass(frozen=True)
class Contest:
    """Conditions of which the one with the most success (or the least) is looked for."""

    name: str
    arms: tuple[Arm, ...]
    most: bool

    def winner(self, of: Callable[[Arm], float]) -> Arm:
        """The first of those with the highest (lowest) value."""
        return (max if self.most else min)(self.arms, key=of)

    def runner_up(self, of: Callable[[Arm], float]) -> Arm:
        """The best of the others."""
        first = self.winner(of)
        others = [arm for arm in self.arms if arm is not first]
        return (max if self.most else min)(others, key=of)


def contests(found: Sequence[Arm]) -> list[Contest]:
    """Those with two candidates or more, era by era."""
    told: list[Contest] = []
    for era in dict.fromkeys(arm.era for arm in found):
        mine = [arm for arm in found if arm.era == era and not arm.clean]
        plain = tuple(arm for arm in mine if arm.levels["purification"] == NO_LEVEL)
        purified = tuple(arm for arm in mine if arm.levels["purification"] != NO_LEVEL)
        where = f" ({era})" if era else ""
        told += [
            Contest(f"{name}{where}", arms, most)
            for name, arms, most in ((PROTECTION, plain, True), (PURIFICATION, purified, False))
            if len(arms) > 1
        ]
    return told


def rows(
    contest: Contest, metrics: Sequence[str], said: Callable[[str], str], inside: Points, how: How
) -> Iterator[dict[str, object]]:
    """Who wins by raters and by each metric, and what following the metric costs in success.

    Rows of arms have one column a metric, turned so that more means more success.
    """

    def by_raters(arm: Arm) -> float:
        return float(arm.rows["value"].between(*inside).mean())

    best, second = contest.winner(by_raters), contest.runner_up(by_raters)
    lead = _difference(second, best, inside, how)
    for metric in metrics:

        def by_metric(arm: Arm, metric: str = metric) -> float:
            return float(arm.rows.drop_duplicates("item")[metric].mean())

        chosen = contest.winner(by_metric)
        cost, p = (
            (Estimate(0.0, 0.0, 0.0, 0.0, how.level, 0, "the same condition"), 1.0)
            if chosen is best
            else _difference(chosen, best, inside, how)
        )
        yield {
            "contest": contest.name,
            "metric": said(metric),
            "by_raters": best.name,
            "lead_shown": "shown" if lead[1] < SIGNIFICANT else "not shown",
            "by_metric": chosen.name,
            "winner": "the same" if chosen is best else "another",
            **columns("share_lost", cost),
            "p": p,
            "method": cost.method,
        }


def table(
    found: Sequence[Arm],
    metrics: Sequence[str],
    said: Callable[[str], str],
    inside: Points,
    how: How,
) -> DataFrame:
    """All contests by all metrics."""
    return DataFrame(
        [row for contest in contests(found) for row in rows(contest, metrics, said, inside, how)]
    )


def _difference(first: Arm, second: Arm, inside: Points, how: How) -> tuple[Estimate, float]:
    """Success of the second less that of the first."""
    try:
        found = Pair(first.rows, second.rows, inside, "artist").difference(how, how.level)
    except BadData as error:
        return Estimate.undefined(level=how.level, n=0, reason=str(error)), float("nan")
    return found.estimate, found.p
