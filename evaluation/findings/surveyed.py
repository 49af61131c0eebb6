"""What people said to the questions of a survey: every option with its share and interval. Pure.

Where everybody answers once, answers are independent of one another, and Wilson's interval (1927,
10.1080/01621459.1927.10502953) is the one for a share. Where people answered a question several
times (about several pictures), the two-way clustered interval takes its place.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt

from pandas import DataFrame
from scipy.stats import binomtest
from scipy.stats import t as student

from evaluation.ratings import clusters
from evaluation.statistics.clustered import clustered_mean, clustered_share
from evaluation.statistics.estimate import Estimate
from studies.questions import CANNOT_TELL_WORDS, Measured

LEFT_OPEN = CANNOT_TELL_WORDS
OTHER = ": "
"""Between the words of an option that is written and what was written."""


@dataclass(frozen=True)
class Asked:
    """A question of the study, as its page had it."""

    name: str
    text: str
    measured: Measured
    labels: tuple[str, ...] = ()
    """Words of the values 1, 2, …; of all options where several are ticked."""
    several: bool = False


@dataclass(frozen=True)
class Option:
    """One answer that was offered, and who gave it."""

    words: str
    count: int
    share: Estimate


@dataclass(frozen=True)
class Said:
    """All answers of one group to one question."""

    asked: Asked
    answered: int
    left_open: int
    options: tuple[Option, ...] = ()
    mean: Estimate | None = None
    """Of places on a line."""
    texts: tuple[str, ...] = field(default=(), repr=False)
    """What was written, empty texts left out."""


def guessed(answers: DataFrame, name: str) -> Asked:
    """What a table says of a question when nothing else does."""
    mine = answers[(answers["question"] == name) & (answers["answer"] != LEFT_OPEN)]
    valued = mine[mine["value"].notna()]
    if len(valued):
        said = valued.drop_duplicates("value").sort_values("value")
        points = range(1, int(valued["scale"].max()) + 1)
        known = dict(zip(said["value"], said["answer"], strict=True))
        return Asked(name, name, "ordinal", tuple(known.get(n) or str(n) for n in points))
    ticked = [ticks for ticks in map(_ticks, mine["answer"]) if ticks is not None]
    if ticked and len(ticked) == len(mine):
        words = dict.fromkeys(each for ticks in ticked for each in ticks)
        return Asked(name, name, "nominal", tuple(words), several=True)
    return Asked(name, name, "text")


def said(answers: DataFrame, asked: Asked, level: float) -> Said:
    """What one group said to one question; `answers` are its rows that count."""
    left_open = answers["answer"] == LEFT_OPEN
    given = answers[~left_open]
    counts = len(given), int(left_open.sum())
    if asked.measured == "text":
        return Said(asked, *counts, texts=tuple(text for text in given["answer"] if text))
    if asked.measured == "interval":
        return Said(asked, *counts, mean=_mean(given, level))
    options = tuple(
        Option(words, int(sum(hits)), _share(given, hits, level))
        for number, words in enumerate(asked.labels, start=1)
        for hits in [_hits(given, asked, number, words)]
    )
    return Said(asked, *counts, options=options)


def _hits(given: DataFrame, asked: Asked, number: int, words: str) -> list[bool]:
    if not asked.several:
        return [bool(value == number) for value in given["value"]]
    ticked = (_ticks(answer) or [] for answer in given["answer"])
    return [any(_is(each, words, asked.labels) for each in ticks) for ticks in ticked]


def _is(ticked: str, words: str, labels: Sequence[str]) -> bool:
    """Whether a tick is this option; what was written beside it is not part of its words."""
    return ticked == words or (ticked not in labels and ticked.startswith(words + OTHER))


def _ticks(answer: str) -> list[str] | None:
    """The words of a list of ticks; None where the answer is none."""
    try:
        ticks = json.loads(answer) if answer.startswith("[") else None
    except ValueError:
        return None
    return [str(each) for each in ticks] if isinstance(ticks, list) else None


def _share(given: DataFrame, hits: Sequence[bool], level: float) -> Estimate:
    n, count = len(hits), sum(hits)
    if n == 0:
        return Estimate.undefined(level=level, n=0, reason="nobody answered")
    if given["participant"].duplicated().any():
        raters = given["participant"].to_numpy()
        return clustered_share(list(hits), raters, clusters(given).to_numpy(), level=level).estimate
    ends = binomtest(count, n).proportion_ci(level, method="wilson")
    value = count / n
    se = sqrt(value * (1 - value) / n)
    return Estimate(value, float(ends.low), float(ends.high), se, level, n, "Wilson 1927")


def _mean(given: DataFrame, level: float) -> Estimate:
    values, n = given["value"].astype("float64"), len(given)
    if n == 0:
        return Estimate.undefined(level=level, n=0, reason="nobody answered")
    if given["participant"].duplicated().any():
        raters, items = given["participant"].to_numpy(), clusters(given).to_numpy()
        return clustered_mean(values.to_numpy(), raters, items, level=level).estimate
    mean = float(values.mean())
    if n < 2:
        reason = "one answer says nothing about others"
        return Estimate.without_interval(mean, level=level, n=n, reason=reason)
    se = float(values.std(ddof=1)) / sqrt(n)
    half = float(student.ppf((1 + level) / 2, n - 1)) * se
    return Estimate(mean, mean - half, mean + half, se, level, n, f"Student's t({n - 1})")
