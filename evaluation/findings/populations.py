"""Artists beside other raters: do they see the same, and how many of these equal one artist? Pure.

Populations are compared, never pooled: agreement of an artist with an artist, with a crowd rater,
and of two crowd raters; the correlation of what either agrees on (true scores, without raters'
noise); and whether both put conditions in the same order and take them alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite

import numpy as np
import pandas as pd
from pandas import DataFrame, Series

from evaluation import words
from evaluation.findings.comparisons import columns
from evaluation.findings.reliability import ALL, WITHIN
from evaluation.ratings import by_factors, clean_protection, condition_name, varying
from evaluation.statistics import ordinal
from evaluation.statistics.estimate import BadData, Estimate
from evaluation.statistics.group_ranks import same_order
from evaluation.statistics.groups import ExpertsAndCrowd, expert_vs_crowd

FARTHEST = 1.5
"""Of an upper limit of a correlation without noise, which chance may take above 1."""
MOST = 100
"""Crowd raters beyond which nobody asks how many equal one artist."""


@dataclass(frozen=True)
class How:
    """How populations are compared: whom others are held against, and the bootstrap."""

    experts: str
    seed: int
    replicates: int
    level: float


@dataclass(frozen=True)
class Compared:
    """Answers of two populations to one question."""

    question: str
    experts: str
    others: str
    answers: DataFrame
    """columns value, participant, item, cluster, population and the factors"""
    how: How

    @cached_property
    def table(self) -> DataFrame:
        """With `rater` (unlike for unlike populations), `expert`, `condition` and `within`."""
        names = conditions(self.answers)
        rater = self.answers["population"] + " " + self.answers["participant"]
        expert = self.answers["population"] == self.experts
        found = self.answers.assign(rater=rater, expert=expert, condition=names)
        mean = found.groupby(["condition", "expert"])["value"].transform("mean")
        return found.assign(within=found["value"] - mean).sort_values(
            ["rater", "item"], ignore_index=True
        )

    @cached_property
    def overall(self) -> ExpertsAndCrowd | str:
        """Over all pictures that both judged; or why not."""
        return self._beside("value")

    @cached_property
    def inside(self) -> ExpertsAndCrowd | str:
        """Around the mean of each condition."""
        if self.table["condition"].nunique() < 2:
            return "there is one condition only"
        return self._beside("within")

    @cached_property
    def order(self) -> Estimate:
        """Rank correlation of condition means."""
        try:
            return same_order(
                self.table["value"],
                self.table["rater"],
                self.table["cluster"],
                self.table["condition"],
                self.table["expert"],
                generator=np.random.default_rng(self.how.seed),
                replicates=self.how.replicates,
                level=self.how.level,
            )
        except BadData as error:
            return self._undefined(str(error))

    @cached_property
    def interaction(self) -> tuple[float, str]:
        """p of the interaction of condition and population in the mixed model, and how it was."""
        table = self.table.assign(group=self.table["population"])
        try:
            larger, smaller = (
                ordinal.rating_model(
                    table.assign(answer=table["value"].astype(int))[
                        ["answer", "rater", "cluster", "item", "condition", "group"]
                    ],
                    response="answer",
                    rater="rater",
                    artwork="cluster",
                    stimulus="item",
                    fixed=fixed,
                    level=self.how.level,
                )
                for fixed in ("condition * group", "condition + group")
            )
            found = ordinal.likelihood_ratio(larger, smaller)
        except BadData as error:
            return float("nan"), str(error)
        return found.p, found.method

    def rows(self) -> list[dict[str, object]]:
        """One row a scope."""
        found = []
        for scope, beside in ((ALL, self.overall), (WITHIN, self.inside)):
            whole = scope == ALL
            known = isinstance(beside, ExpertsAndCrowd)
            bare = self._undefined("" if known else str(beside))
            pick = beside if isinstance(beside, ExpertsAndCrowd) else None
            found.append(
                {
                    "question": self.question,
                    "scope": scope,
                    "compared": f"{self.others} beside {self.experts}",
                    **columns(
                        "true_scores", possible(pick.true_score_correlation) if pick else bare
                    ),
                    **columns("expert_expert", _alone(pick, "experts") or bare),
                    **columns("expert_other", pick.between if pick else bare),
                    **columns("other_other", _alone(pick, "crowd") or bare),
                    **columns("others_per_expert", pick.crowd_per_expert if pick else bare),
                    **columns("same_order", self.order if whole else bare),
                    "p_interaction": self.interaction[0] if whole else float("nan"),
                    "items": pick.items if pick else 0,
                    "n": len(self.table),
                    "method": pick.true_score_correlation.method if pick else bare.method,
                }
            )
        return found

    def claim(self) -> str:
        """In plain words, with intervals."""
        if isinstance(self.overall, str):
            return (
                f"On {self.question}, {self.others} and {self.experts} cannot be compared"
                f" (undefined): {_lower(self.overall)}."
            )
        found = self.overall
        return (
            f"On {self.question}, the answers of two of the {self.experts} correlate"
            f" {words.said(found.groups['experts'].reliability)}, of one of them and one of the"
            f" {self.others} {words.said(found.between)}, and of two of the {self.others}"
            f" {words.said(found.groups['crowd'].reliability)}. {self._true(found)}"
            f" {self._equal(found)} {self._ordered()}"
        )

    def _true(self, found: ExpertsAndCrowd) -> str:
        true = possible(found.true_score_correlation)
        if true.has_interval:
            return (
                "Without the noise of raters, what either group agrees on correlates"
                f" {words.said(true)}."
            )
        return (
            "How closely what either group agrees on correlates, without the noise of raters,"
            f" cannot be told from this study: {_reason(true)}."
        )

    def _equal(self, found: ExpertsAndCrowd) -> str:
        """How many equal one, or that no number does, or that it is not known."""
        many, one = found.crowd_per_expert, f"one of the {self.experts}"
        if np.isnan(many.value):
            reason = many.method.removeprefix("undefined: ")
            return f"How many of the {self.others} equal {one} is undefined: {reason}."
        if not isfinite(many.value):
            least = f", and by the interval at least {many.low:.1f}" if isfinite(many.low) else ""
            return (
                f"No number of the {self.others} equals {one}{least}: they agree on something else."
            )
        open_ended = not many.high <= MOST
        if open_ended and many.low < 1:
            return f"How many of the {self.others} equal {one} cannot be told from this study."
        high = "no upper limit" if open_ended else f"{many.high:.1f}"
        if many.value < 1:
            return (
                f"One of the {self.others} says at least as much about what the {self.experts}"
                f" agree on as {one} ({many.value:.1f} [{many.low:.1f}, {high}] would do)."
            )
        return (
            f"The mean of {many.value:.1f} [{many.low:.1f}, {high}] of the {self.others} says as"
            f" much about what the {self.experts} agree on as {one}."
        )

    def _ordered(self) -> str:
        p, how = self.interaction
        if not self.order.defined:
            said = f"Whether they rank conditions alike is open: {_reason(self.order)}."
        else:
            said = f"Their rank correlation over conditions is {words.said(self.order)}"
            if self.order.has_interval and self.order.low > 0:
                said += ": they rank conditions alike, if not equally."
            elif self.order.has_interval and self.order.high < 0:
                said += ": they rank conditions the other way round."
            else:
                said += ": that they rank conditions alike is not shown."
        if np.isnan(p):
            return f"{said} Whether conditions move both alike cannot be tested: {_lower(how)}."
        word = "differently" if p < words.SIGNIFICANT else "differently in no way that is shown"
        return f"{said} Conditions move them {word} (interaction, {words.p_value(p)})."

    def _beside(self, column: str) -> ExpertsAndCrowd | str:
        table = self.table
        try:
            return expert_vs_crowd(
                table[column],
                table["rater"],
                table["item"],
                table["expert"],
                clusters=table["cluster"],
                generator=np.random.default_rng(self.how.seed),
                replicates=self.how.replicates,
                level=self.how.level,
            )
        except BadData as error:
            return str(error)

    def _undefined(self, reason: str) -> Estimate:
        return Estimate.undefined(level=self.how.level, n=len(self.answers), reason=reason)


def possible(true: Estimate) -> Estimate:
    """A correlation of true scores; without an interval where that leaves what a correlation is.

    It is divided by the agreement within either group, and says nothing where that may be none.
    """
    if not true.has_interval or (true.low >= -1 and true.high <= FARTHEST):
        return true
    reason = "a group may not agree within itself, so its agreement cannot be divided by"
    return Estimate.without_interval(true.value, level=true.level, n=true.n, reason=reason)


def together(found: Sequence[Compared]) -> DataFrame:
    """The table of all comparisons."""
    return DataFrame([row for each in found for row in each.rows()])


def shown(table: DataFrame) -> DataFrame:
    """Rows of a chart: who with whom, over all pictures; columns who, question, r and its ends."""
    rows = table[table["scope"] == ALL]
    parts = [
        DataFrame(
            {
                "who": said,
                "question": rows["question"] + rows["compared"].radd(": "),
                "r": rows[name],
                "r_low": rows[f"{name}_low"].clip(-1, 1),
                "r_high": rows[f"{name}_high"].clip(-1, 1),
            }
        )
        for name, said in PAIRS.items()
    ]
    return pd.concat(parts, ignore_index=True).dropna(subset=["r"])


PAIRS = {
    "expert_expert": "two experts",
    "expert_other": "an expert and another rater",
    "other_other": "two of the others",
    "true_scores": "what both agree on (true scores)",
    "same_order": "order of conditions (ranks)",
}


def conditions(answers: DataFrame) -> Series:
    """The name of each answer's condition."""
    clean, names = clean_protection(answers), {}
    for levels, _ in by_factors(answers, *varying(answers)):
        names[tuple(levels.values())] = condition_name(levels, clean)
    keys = zip(*(answers[factor] for factor in varying(answers)), strict=True)
    return Series([names[key] for key in keys], index=answers.index)


def _alone(found: ExpertsAndCrowd | None, group: str) -> Estimate | None:
    return None if found is None else found.groups[group].reliability


def _reason(estimate: Estimate) -> str:
    return estimate.method.removeprefix("undefined: ").removeprefix("no interval: ")


def _lower(sentence: str) -> str:
    return f"{sentence[0].lower()}{sentence[1:].removesuffix('.')}" if sentence else "unknown"
