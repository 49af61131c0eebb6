"""The arms of a mimicry study: its conditions, era by era, and which is compared with which. Pure.

The clean arm is the mimicry of unprotected, unpurified art. Every other arm is compared with it,
and a purified arm with the protected one: the same protection at the same budget, not purified.
Pictures that were degraded on purpose are arms of their own: they are compared with what else was
degraded alike, and with the same pictures undegraded.
Painters of different eras (“historical”, in the base network's training data; “contemporary”) are
never taken together unless an analysis says so.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from pandas import DataFrame

from evaluation import words
from evaluation.findings.comparisons import Compared, Tested, family
from evaluation.ratings import (
    FACTORS,
    NO_LEVEL,
    TableError,
    amount,
    by_factors,
    clean_protection,
    condition_name,
    varying,
)
from evaluation.statistics.estimate import Estimate

CLEAN, PROTECTED, UNDEGRADED = "clean arm", "protected arm", "undegraded arm"
FEW_ARMS = 4
SUCCESS = {"mimicry_success": "lowest", "protection_success": "highest"}
"""Questions whose two lowest, or highest, points say that a protection held (Glaze's PSR)."""


@dataclass(frozen=True)
class Arm:
    """Rows of a table under one condition, of painters of one era."""

    name: str
    era: str
    levels: Mapping[str, str]
    rows: DataFrame
    clean: bool

    @property
    def title(self) -> str:
        """The name with its era, where eras are told apart."""
        return f"{self.name} ({self.era})" if self.era else self.name

    def of(self, rows: DataFrame) -> "Arm":
        """The same condition with other rows."""
        return replace(self, rows=rows)

    @property
    def facts(self) -> dict[str, str]:
        """Columns of a table that say which arm a row is about."""
        era = {"era": self.era} if self.era else {}
        return {"condition": self.name, **era, **self.levels}


@dataclass(frozen=True)
class Contrast:
    """One arm's share minus another's, paired by painter."""

    first: Arm
    second: Arm
    against: str
    parts: tuple[DataFrame, DataFrame]
    """the rows of both about painters whom both have; all rows where there are none"""
    share: Compared

    @property
    def name(self) -> str:
        return f"{self.second.title} against {self.first.name}"

    @property
    def painters(self) -> int:
        """How many both have."""
        return len(set(self.first.rows["artist"]) & set(self.second.rows["artist"]))

    @property
    def sentence(self) -> str:
        """“glaze 0.05 against clean: +87 points [79, 93], significant (p < 0.001).”"""
        return self.share.sentence(self.name)


def success_points(question: str, points: Sequence[int] | None, scale: int) -> tuple[int, int]:
    """First and last point that count as success of the protection.

    Where `points` are left out: the two lowest of “mimicry_success”, the two highest of
    “protection_success”. Raises TableError for any other question, and for points off the scale.
    """
    if points is None and question not in SUCCESS:
        raise TableError(
            f"Say which points of “{question}” count as success of the protection, e.g. points:"
            " [1, 2]."
        )
    lowest = (1, 2) if SUCCESS.get(question) == "lowest" else (max(scale - 1, 1), scale)
    chosen = sorted(points or lowest)
    if chosen[0] < 1 or chosen[-1] > scale or chosen != list(range(chosen[0], chosen[-1] + 1)):
        told = words.listed([str(point) for point in chosen])
        raise TableError(
            f"The points {told} of “{question}” cannot count as success: its scale goes from 1 to"
            f" {scale}, and the points must follow one another."
        )
    return chosen[0], chosen[-1]


def arms(rows: DataFrame, *, pool_eras: bool) -> list[Arm]:
    """Every condition of every era; eras in order, the clean arm first in each.

    `rows` need the factors, `era`, and what `clean_protection` looks at.
    """
    clean, factors = clean_protection(rows), varying(rows)
    apart = rows["era"].nunique() > 1 and not pool_eras
    parts = rows.groupby("era", sort=True) if apart else [("", rows)]
    found = [
        _arm(str(era) or "era not on record" if apart else "", levels, part, clean, factors)
        for era, of_era in parts
        for levels, part in by_factors(of_era, *FACTORS)
    ]
    return sorted(found, key=lambda arm: _place(arm, clean))


def contrasts(
    found: Sequence[Arm], compare: Callable[[DataFrame, DataFrame, float], Tested], level: float
) -> list[Contrast]:
    """Each arm against the clean and the protected one; p-values adjusted by Holm over them all.

    `compare` is given the rows of both arms about painters whom both have, and a level.
    """
    sides = [(*pair, _of_shared_painters(*pair[:2])) for pair in _pairs(found)]
    tests = [partial(compare, *parts) for *_, parts in sides]
    return [
        Contrast(*side, compared)
        for side, compared in zip(sides, family(tests, level), strict=True)
    ]


def told(found: Sequence[Arm], shares: Mapping[str, Estimate], what: str) -> str:
    """“PSR is 4% [1%, 9%] for clean, the clean arm, ...”, era by era; few arms all, many by ends.

    `shares` are by the arms' titles.
    """
    eras = {arm.era: [other for other in found if other.era == arm.era] for arm in found}
    said = [
        f"{f'{era[0].upper()}{era[1:]} painters: ' if era else ''}"
        f"{what} is {words.listed(list(_ends(mine, shares)))}."
        for era, mine in eras.items()
    ]
    return " ".join(said) + words.reasons(shares[arm.title] for arm in found)


def _ends(mine: Sequence[Arm], shares: Mapping[str, Estimate]) -> Iterator[str]:
    share = {arm.name: words.said(shares[arm.title], ".0%") for arm in mine}
    yield from (f"{share[arm.name]} for {arm.name} (the clean arm)" for arm in mine if arm.clean)
    others = sorted(
        (arm for arm in mine if not arm.clean), key=lambda arm: -shares[arm.title].value
    )
    if len(others) <= FEW_ARMS:
        yield from (f"{share[arm.name]} for {arm.name}" for arm in others)
        return
    yield f"{share[others[0].name]} for {others[0].name} (the highest)"
    yield f"{share[others[-1].name]} for {others[-1].name} (the lowest)"


def contrast_table(found: Sequence[Contrast], counted: str) -> DataFrame:
    """One row a difference; `counted` is “n” where answers are counted, “items” where items are."""
    return DataFrame(
        [
            {
                "comparison": f"{contrast.second.name} minus {contrast.first.name}",
                **({"era": contrast.first.era} if contrast.first.era else {}),
                "against": contrast.against,
                counted: contrast.share.estimate.n,
                "painters": contrast.painters,
                **contrast.share.columns,
                "method": contrast.share.estimate.method,
            }
            for contrast in found
        ]
    )


def _arm(
    era: str, levels: dict[str, str], rows: DataFrame, clean: str | None, factors: Sequence[str]
) -> Arm:
    name = condition_name({factor: levels[factor] for factor in factors}, clean)
    done = (levels["purification"], levels["degradation"])
    untouched = levels["protection"] == clean and done == (NO_LEVEL, NO_LEVEL)
    return Arm(name, era, levels, rows, untouched)


def _place(arm: Arm, clean: str | None) -> tuple[object, ...]:
    """The clean arm first; each protection and budget before what purifications made of it."""
    levels = arm.levels
    return (
        arm.era,
        not arm.clean,
        levels["protection"] != clean,
        levels["protection"],
        amount(levels["budget"]),
        levels["purification"] != NO_LEVEL,
        levels["purification"],
        levels["mimicry"],
        levels["degradation"] != NO_LEVEL,
        levels["degradation"],
        amount(levels["dose"]),
    )


MADE = ("mimicry", "degradation", "dose")
"""What is alike in arms that are compared for what was done to the art."""


def _pairs(found: Sequence[Arm]) -> Iterator[tuple[Arm, Arm, str]]:
    label = next((arm.levels["protection"] for arm in found if arm.clean), None)
    plain = {_key(arm, "protection", "budget", *MADE): arm for arm in found if _unpurified(arm)}
    clean = {_key(arm, *MADE): arm for arm in plain.values() if arm.levels["protection"] == label}
    begun = {
        _key(arm, *FACTORS[:-2]): arm for arm in found if arm.levels["degradation"] == NO_LEVEL
    }
    for arm in found:
        untouched = clean.get(_key(arm, *MADE))
        if untouched is not None and untouched is not arm:
            yield untouched, arm, CLEAN
        protected = plain.get(_key(arm, "protection", "budget", *MADE))
        if protected is not None and protected is not arm and protected is not untouched:
            yield protected, arm, PROTECTED
        before = begun.get(_key(arm, *FACTORS[:-2]))
        if before is not None and before is not arm:
            yield before, arm, UNDEGRADED


def _key(arm: Arm, *factors: str) -> tuple[str, ...]:
    return (arm.era, *(arm.levels[factor] for factor in factors))


def _unpurified(arm: Arm) -> bool:
    return arm.levels["purification"] == NO_LEVEL


def _of_shared_painters(first: Arm, second: Arm) -> tuple[DataFrame, DataFrame]:
    both = set(first.rows["artist"]) & set(second.rows["artist"])
    if not both:
        return first.rows, second.rows
    one, other = (arm.rows[arm.rows["artist"].isin(both)] for arm in (first, second))
    return one, other
