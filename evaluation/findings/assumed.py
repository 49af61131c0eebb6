"""Assumptions that several analyses rest on, checked on a table of answers. Pure."""

from collections.abc import Iterator

from pandas import DataFrame

from evaluation.analyses import Assumption
from evaluation.ratings import no_untouched_arm
from evaluation.words import counted

FEW = 5
SHARE_OF_PAIRED = 0.5


def clean_arm(answers: DataFrame) -> Assumption:
    """Whether unprotected pictures were judged, without which no success means anything."""
    missing = no_untouched_arm(answers)
    said = missing or "Untouched pictures were judged as the other conditions were."
    return Assumption("A clean arm", not missing, said)


def samples(answers: DataFrame, units: str = "artworks") -> Iterator[Assumption]:
    """Whether there are raters and pictures enough to say anything about others.

    answers  with participant and cluster, which `units` names in words
    """
    raters, clusters = answers["participant"].nunique(), answers["cluster"].nunique()
    yield Assumption(
        "Raters and pictures enough",
        min(raters, clusters) >= FEW,
        f"{counted(raters, 'rater')} and {clusters} {units}; with fewer than {FEW} of either,"
        " intervals are rough at best.",
    )
    unnamed = bool((answers["artwork"] == "").any())
    yield Assumption(
        "Artworks are named",
        not unnamed,
        "Some items name no artwork, so each counts as unrelated to all others."
        if unnamed
        else "Items made from one artwork are known and are drawn together.",
    )


def paired(answers: DataFrame, factors: tuple[str, ...]) -> Assumption:
    """Whether raters judged several conditions, so that differences are within raters."""
    cells = answers.groupby("participant")[list(factors)].apply(_distinct)
    share = float((cells > 1).mean())
    return Assumption(
        "Raters judged several conditions",
        share >= SHARE_OF_PAIRED,
        f"{share:.0%} of raters did; others add nothing to what differences between conditions are"
        " freed of, which is how lenient each rater is.",
    )


def _distinct(own: DataFrame) -> int:
    return len(own.drop_duplicates())
