"""How far raters agree: Krippendorff's alpha of each question, overall and within conditions.

Alpha over all pictures counts the contrast between conditions, which anybody sees, as agreement;
within conditions it asks whether raters agree on which of two like pictures is better. Both are
given, without cut-offs: what alpha is needed depends on what it is for. Other coefficients, and how
far raters repeat themselves, stand in a table of their own; so does the ceiling that raters'
agreement sets to any metric.

Where several populations answered, they are compared in a part of its own, not pooled: artists with
artists, artists with the crowd, and how many of the crowd equal one artist.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal

import numpy as np
from pandas import DataFrame, concat
from pydantic import Field

from config.plugins import plugin
from evaluation import words
from evaluation.analyses import Assumption, Exhibit, Finding
from evaluation.charts import plots
from evaluation.evidence import Evidence
from evaluation.findings import population_finding, populations
from evaluation.findings.comparisons import columns
from evaluation.findings.reliability import (
    ALL,
    SCALED,
    WITHIN,
    Coefficient,
    ceilings,
    coefficients,
    repetition,
)
from evaluation.findings.reliability import table as coefficient_table
from evaluation.ratings import (
    TableError,
    answers_to,
    by_factors,
    clean_protection,
    condition_name,
    one_group,
    points,
    repeated,
    usable,
    varying,
)
from evaluation.statistics.agreement import Agreement as Alpha
from evaluation.statistics.agreement import Level, krippendorff_alpha
from evaluation.statistics.estimate import Estimate
from studies.questions import Measured

LEVELS: Mapping[Measured, Level] = {
    "ordinal": "ordinal",
    "interval": "interval",
    "nominal": "nominal",
    "preference": "nominal",
}
"""What answers are taken for, by what their question states."""
ALPHA = ("alpha", "alpha_low", "alpha_high")
LIMITS = (
    "That raters agree does not mean that they are right, and that they differ not that they are"
    " careless: taste differs.",
    "Agreement depends on what was shown: the more alike the pictures, the lower it is.",
)
FEW_RATERS, PREVALENT = 10, 0.8
ORDERED: tuple[Measured, ...] = ("ordinal", "interval")
IN_ORDER = (
    "Krippendorff's alpha,",
    "same rater again: weighted",
    "same rater again: standard error",
)
"""How coefficients begin that need answers with an order."""


@plugin
class Agreement:
    """Krippendorff's alpha, with intervals for other raters and other artworks."""

    label: ClassVar[str] = "How far do raters agree?"
    version: ClassVar[int] = 4
    takes: ClassVar[tuple[Measured, ...]] = tuple(LEVELS)
    compares: ClassVar[bool] = True
    """Also run with all populations in one table, to compare them."""

    questions: tuple[str, ...] | None = None
    """Names of the questions; all with a scale when left out."""
    measurement: Level | None = None
    """What answers mean: nominal, ordinal, interval or ratio; when left out, what each question
    states: points are ordinal, places on a line interval, names and choices nominal."""
    interval: Literal["clustered", "bootstrap"] = "clustered"
    """How intervals of alpha are made: `clustered` (two-way, by a jackknife) or `bootstrap`
    (crossed, too wide)."""
    replicates: Annotated[int, Field(ge=200, le=100_000)] = 2000
    """Replicates of the bootstrap."""
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Nominal coverage of the intervals."""
    experts: str = "artists"
    """The population that others are compared with; the first by name where there is none so."""
    pooled: bool = False
    """Whether populations are analysed together (and said to be) instead of each apart."""

    @classmethod
    def names(cls, asked: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """What the settings may name in an experiment file."""
        return {"questions": asked}

    def run(self, evidence: Evidence, seed: int) -> Finding:
        """One alpha a question for all pictures, one within conditions, one for each condition."""
        ratings = evidence.ratings
        if ratings["population"].nunique() > 1 and ratings["simulated"].nunique() == 1:
            how = populations.How(self.experts, seed, self.replicates, self.level)
            return population_finding.finding(ratings, self._in_order(evidence), how)
        one_group(ratings)
        simulated = bool(ratings["simulated"].iloc[0])
        levels = {name: self._level(evidence, name) for name in self._asked(ratings)}
        found = {name: self._alphas(ratings, name, level, seed) for name, level in levels.items()}
        table = concat([_rows(question, alphas) for question, alphas in found.items()])
        others = [
            (question, each)
            for question, level in levels.items()
            for each in self._others(ratings, question, level, _stated(evidence, question))
        ]
        return Finding(
            claim=" ".join(_claim(question, alphas) for question, alphas in found.items()),
            table=table.reset_index(drop=True),
            chart=_chart(table, simulated),
            notes=self._notes(others, levels),
            exhibits=(
                Exhibit("Other coefficients", coefficient_table(others)),
                *self._ceilings(ratings, [q for q in found if _stated(evidence, q) in ORDERED]),
            ),
            assumptions=tuple(
                each for question in found for each in _assumptions(question, ratings)
            ),
            limits=(*LIMITS, *_missing_population(evidence.populations)),
            caption="Krippendorff's alpha with intervals, by question: over all pictures, within"
            " conditions, and in each condition.",
        )

    def _asked(self, ratings: DataFrame) -> list[str]:
        if self.questions is not None:
            return list(self.questions)
        scaled = usable(ratings)
        asked = sorted(scaled[scaled["scale"] > 1]["question"].unique())
        if not asked:
            raise TableError("No question of the table has a scale that raters could agree on.")
        return asked

    def _level(self, evidence: Evidence, question: str) -> Level:
        """What answers to a question are taken for; raises TableError for an order of names."""
        usual = LEVELS.get(_stated(evidence, question), "ordinal")
        if self.measurement is None:
            return usual
        if usual == "nominal" != self.measurement:
            raise TableError(
                f"The answers to “{question}” have no order, so agreement cannot take them as"
                f" {self.measurement}: use agreement with measurement: nominal, or leave"
                " measurement out."
            )
        return self.measurement

    def _in_order(self, evidence: Evidence) -> list[str]:
        """Questions whose answers have a mean, which populations are compared by."""
        asked = self._asked(evidence.ratings)
        found = [name for name in asked if _stated(evidence, name) in ORDERED]
        if not found:
            raise TableError(
                "Populations are compared by means of points, and the answers to"
                f" {words.listed([f'“{name}”' for name in asked])} have no order: use survey (the"
                " share of each answer) or, for who made a picture, attribution instead."
            )
        return found

    def _ceilings(self, ratings: DataFrame, questions: Sequence[str]) -> list[Exhibit]:
        """What a perfect metric would reach of these raters, level by level."""
        if not questions:
            return []
        tables = [
            ceilings(answers_to(ratings, question), self.level).assign(question=question)
            for question in questions
        ]
        found = concat(tables, ignore_index=True)
        first = ["question", "level"]
        ordered = found[[*first, *(name for name in found.columns if name not in first)]]
        caption = (
            "The correlation with raters' means that a metric could reach if it knew all that"
            " raters agree on: the root of the reliability of the means, at each level. Single"
            " raters: the mean correlation of a rater with the mean of the others (what raters"
            " reach of each other), and with the mean of all (what no metric can be expected to"
            " pass). A metric's correlation with means is held against the former, with single"
            " raters against the latter."
        )
        return [Exhibit("The ceiling that no metric can pass", ordered, caption=caption)]

    def _alphas(
        self, ratings: DataFrame, question: str, measurement: Level, seed: int
    ) -> dict[str, Alpha]:
        """Scope → alpha."""
        answers = answers_to(ratings, question)
        points(answers)
        names, condition = _conditions(answers)
        overall, within = (
            krippendorff_alpha(
                answers["value"],
                answers["participant"],
                answers["item"],
                measurement,
                interval=self.interval,
                generator=np.random.default_rng(seed),
                strata=strata,
                clusters=answers["cluster"],
                replicates=self.replicates,
                level=self.level,
            )
            for strata in (None, condition)
        )
        each = {name: within.strata[name] for name in names if name in within.strata}
        return {ALL: overall, WITHIN: within, **each}

    def _others(
        self, ratings: DataFrame, question: str, measurement: Level, stated: Measured
    ) -> list[Coefficient]:
        """Other coefficients of the same answers, and of the repeated ones; of names only those
        that need no order."""
        answers = answers_to(ratings, question)
        found = coefficients(answers, _conditions(answers)[1], measurement, self.level)
        found += repetition(repeated(ratings, question), self.level)
        return found if stated in ORDERED else [e for e in found if not e.name.startswith(IN_ORDER)]

    def _notes(
        self, others: Sequence[tuple[str, Coefficient]], levels: Mapping[str, Level]
    ) -> tuple[str, ...]:
        taken = words.listed(list(dict.fromkeys(levels.values())))
        notes = [
            f"Alpha ({taken}) is 1 where raters agree wholly, 0 where they agree as"
            " often as answers dealt out by chance would, and negative where they agree less.",
            "Within conditions, chance deals out answers inside each condition only: what raters"
            " agree on because the conditions differ does not count. Distances between answers are"
            " the same in all rows.",
            self._method(),
            "No cut-off is applied: low agreement can be honest disagreement of taste, and the"
            " means of many raters can be reliable where single answers are not.",
            "Gwet's AC does not collapse where nearly everybody gives one answer, as alpha and"
            " kappa do. ICC(A,1) is the share of the variance of single answers that is the"
            " pictures', ICC(A,k) that of the mean of all answers to a picture; it takes the points"
            f" of a scale as equally far apart (given from {SCALED} points on).",
        ]
        return (*notes, *_missing(others))

    def _method(self) -> str:
        if self.interval == "bootstrap":
            return (
                f"Intervals ({self.level:.0%}) of alpha draw raters and artworks again,"
                f" {self.replicates:,} times, leaving out pairs of a rater with a copy of the same"
                " rater; n counts answers that can be paired."
            )
        return (
            f"Intervals ({self.level:.0%}) speak of other raters and other artworks: two-way"
            " clustered, by how alpha moves without each of them; n counts answers that can be"
            " paired."
        )


def _stated(evidence: Evidence, question: str) -> Measured:
    """What a question states that its answers are; points, where nothing is known of it."""
    known = {asked.name: asked.measured for asked in evidence.asked}
    return known.get(question, "ordinal")


def _missing_population(names: Sequence[str]) -> list[str]:
    """What one population alone leaves open."""
    if len(names) != 1:
        return []
    only = names[0] or "one population"
    return [
        f"Only {only} answered: how many raters of another population (a crowd) equal one artist,"
        " and whether they rank conditions alike, needs answers of both to the same pictures."
    ]


def _assumptions(question: str, ratings: DataFrame) -> list[Assumption]:
    answers = answers_to(ratings, question)
    raters, each = answers["participant"].nunique(), answers.groupby("item").size()
    artworks = answers["cluster"].nunique()
    most = answers["value"].value_counts(normalize=True)
    alone = int((each < 2).sum())
    return [
        Assumption(
            f"{question}: enough raters",
            raters >= FEW_RATERS,
            f"{words.counted(raters, 'rater')}; of fewer than {FEW_RATERS} little can be said about"
            " others.",
        ),
        Assumption(
            f"{question}: enough artworks",
            artworks >= FEW_RATERS,
            f"{words.counted(artworks, 'artwork')}; of fewer than {FEW_RATERS} little can be said"
            " about others.",
        ),
        Assumption(
            f"{question}: several answers a picture",
            bool(alone <= len(each) / 2),
            f"{each.median():.3g} answers a picture (median);"
            f" {words.counted(alone, 'picture')} with one answer, which cannot be paired.",
        ),
        Assumption(
            f"{question}: no answer that nearly everybody gives",
            bool(most.iloc[0] < PREVALENT),
            f"{most.iloc[0]:.0%} of the answers are {most.index[0]:g}; where one answer prevails,"
            " alpha and kappa collapse though raters agree, and Gwet's AC does not.",
        ),
    ]


def _missing(others: Sequence[tuple[str, Coefficient]]) -> list[str]:
    """Each reason once, with the coefficients that it takes the interval or the value from."""
    reasons: dict[str, list[str]] = {}
    for question, each in others:
        if not each.estimate.has_interval:
            reason = f"{question}: {each.estimate.method}"
            reasons.setdefault(reason, []).append(f"{each.name}, {each.scope}")
    return [f"On {reason} ({'; '.join(names)})." for reason, names in reasons.items()]


def _conditions(answers: DataFrame) -> tuple[list[str], list[str]]:
    """Names of the conditions, the untouched ones first, and the name of each answer's."""
    clean = clean_protection(answers)
    found = by_factors(answers, *varying(answers))
    cells = sorted(found, key=lambda cell: cell[0]["protection"] != clean)
    names = {tuple(levels.values()): condition_name(levels, clean) for levels, _ in cells}
    keys = zip(*(answers[factor] for factor in varying(answers)), strict=True)
    return list(dict.fromkeys(names.values())), [names[key] for key in keys]


def _rows(question: str, alphas: dict[str, Alpha]) -> DataFrame:
    return DataFrame(
        [
            {
                "question": question,
                "scope": scope,
                "n": alpha.pairable,
                "raters": alpha.raters,
                "items": alpha.items,
                "items_dropped": alpha.items_dropped,
                **columns("alpha", alpha.estimate),
                "method": alpha.estimate.method,
            }
            for scope, alpha in alphas.items()
        ]
    )


def _claim(question: str, alphas: dict[str, Alpha]) -> str:
    overall, within = alphas[ALL].estimate, alphas[WITHIN].estimate
    said = f"On {question}, Krippendorff's alpha is {words.said(overall)}"
    if not overall.defined:
        return f"{said}.{words.reasons([overall])}"
    said += f": {_against_chance(overall)}."
    said += f" Within conditions it is {words.said(within)}"
    if within.has_interval:
        agree = within.value > 0 and within.excludes(0.0)
        said += (
            ", so they also agree on pictures of one condition"
            if agree
            else (", so agreement on pictures of one condition cannot be told from chance")
        )
    return f"{said}.{words.reasons([overall, within])}"


def _against_chance(overall: Estimate) -> str:
    """What alpha over all pictures says, no surer than its interval."""
    if overall.value <= 0:
        return "raters agree no more than by chance"
    less = f"raters disagree {overall.value:.0%} less than chance would have them"
    if not overall.has_interval:
        return f"{less}, but without an interval chance agreement is not excluded"
    if not overall.excludes(0.0):
        return f"{less}, but the interval does not exclude chance agreement"
    return less


def _chart(table: DataFrame, simulated: bool) -> plots.Spec:
    order, questions = list(dict.fromkeys(table["scope"])), list(dict.fromkeys(table["question"]))
    return plots.intervals(
        table.dropna(subset=["alpha"]),
        ALPHA,
        row="scope",
        series="question",
        title="Krippendorff's alpha",
        order=order,
        series_order=questions,
        domain=(0, 1),
        simulated=simulated,
    )
