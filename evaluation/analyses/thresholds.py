"""Which budgets do people accept, and from which on do they see a change?

The share of raters who would post a picture falls with the budget of its protection, the share who
see a change rises. A psychometric curve a protection gives the budget that half, or nine in ten,
accept, with its interval; the same curve on a measured distance says how much LPIPS that is, which
can be compared between protections whose budgets cannot.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, ClassVar

from pandas import DataFrame
from pydantic import Field

from config.plugins import plugin
from evaluation import words
from evaluation.analyses import Assumption, Exhibit, Finding
from evaluation.charts import plots
from evaluation.evidence import Evidence
from evaluation.findings.comparisons import How, columns
from evaluation.findings.dose_curves import Asked, Fitted, curves, observed
from evaluation.measuring.measurements import label_of
from evaluation.metrics import METRICS
from evaluation.ratings import (
    TableError,
    answers_to,
    no_untouched_arm,
    points,
)
from evaluation.statistics.estimate import Estimate
from studies.questions import Measured

Target = Annotated[float, Field(gt=0, lt=1)]
SHARE = ("share", "share_low", "share_high")
LEVELS = 3
"""Budgets, the untouched one among them, below which a curve cannot be checked."""


@plugin
class Thresholds:
    """The budget that half, and nine in ten, accept or see, and the measured distance there."""

    label: ClassVar[str] = "Which budgets do raters accept, and which do they see?"
    version: ClassVar[int] = 1
    takes: ClassVar[tuple[Measured, ...]] = ("ordinal",)

    question: str = "acceptability"
    """Name of the question whether people accept a picture."""
    willing_from: Annotated[int | None, Field(ge=2)] = None
    """Lowest point of its scale that counts as accepting; the two highest when left out."""
    visibility: str = "noticeability"
    """Name of the question whether people see a change; it may be missing from the table."""
    seen_from: Annotated[int, Field(ge=2)] = 2
    """Lowest point of that scale that counts as seeing it: all but the first when left out."""
    targets: Annotated[tuple[Target, ...], Field(min_length=1, max_length=5)] = (0.5, 0.9)
    """Shares of answers whose budgets are wanted."""
    metric: str = "lpips"
    """Metric in whose units the points are given too."""
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Nominal coverage of the intervals."""
    pooled: bool = False
    """Whether populations are analysed together (and said to be) instead of each apart."""

    @classmethod
    def names(cls, asked: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """What the settings may name in an experiment file."""
        return {"question": asked, "metric": METRICS.names()}

    def run(self, evidence: Evidence, seed: int) -> Finding:
        """Curves of every protection whose budgets are numbers."""
        answers = answers_to(evidence.ratings, self.question)
        simulated = bool(answers["simulated"].iloc[0])
        fitted = [
            found
            for asked in self._asked(evidence.ratings)
            for found in curves(evidence, asked, self.metric, self.targets, self.level)
        ]
        if not fitted:
            raise TableError(
                "A threshold needs a protection at several budgets that are numbers, unpurified:"
                " give it two or more under stimuli: protections (and clean: null, whose budget is"
                " 0)."
            )
        table = DataFrame([row for found in fitted for row in self._rows(found)])
        how = How(seed, level=self.level)
        return Finding(
            claim=" ".join(self._claims(fitted)),
            table=table,
            chart=plots.dose_response(
                observed(fitted, how), SHARE, title="share of answers", simulated=simulated
            ),
            caption="Share of answers that accept the picture, and that see a change, by budget,"
            " with intervals. The curves behind the thresholds run through these.",
            sentences=tuple(self._distances(fitted)),
            notes=self._notes(answers),
            exhibits=tuple(self._exhibits(table, simulated)),
            assumptions=tuple(_assumptions(fitted)),
            limits=(
                "A threshold is about answers to this question in this presentation: people who see"
                " the original beside the picture notice more than those who do not.",
                "A level beyond the budgets that were shown is the curve's, not the raters'.",
            ),
        )

    def _asked(self, ratings: DataFrame) -> Iterator[Asked]:
        scale = points(answers_to(ratings, self.question))
        cut = max(scale - 1, 2) if self.willing_from is None else self.willing_from
        yield Asked(self.question, "accept it", (min(cut, scale), scale), rises=False)
        if self.visibility in set(ratings["question"]):
            seen = answers_to(ratings, self.visibility)
            inside = (min(self.seen_from, points(seen)), points(seen))
            yield Asked(self.visibility, "see a change", inside, rises=True)

    def _rows(self, found: Fitted) -> Iterator[dict[str, object]]:
        for target, budget in found.thresholds.items():
            distance = found.at_distance.get(target)
            none = Estimate.undefined(level=self.level, n=0, reason="not measured")
            yield {
                "protection": found.protection,
                "question": found.asked.question,
                "answers": found.asked.said,
                "share_target": target,
                "n": found.budgets.n,
                "raters": found.rows["participant"].nunique(),
                "highest_budget_shown": float(found.rows["amount"].max()),
                **columns("budget", budget),
                **columns(self.metric, distance or none),
                "method": found.budgets.problem or budget.method,
            }

    def _claims(self, fitted: Sequence[Fitted]) -> Iterator[str]:
        for found in fitted:
            if found.asked.question == self.question:
                yield _told(found, found.thresholds, found.budgets.problem, "a budget of")

    def _distances(self, fitted: Sequence[Fitted]) -> Iterator[str]:
        for found in fitted:
            if found.asked.question != self.question:
                yield _told(found, found.thresholds, found.budgets.problem, "a budget of")
        for found in fitted:
            if found.distances is not None:
                unit = f"{label_of(self.metric)} of"
                yield _told(found, found.at_distance, found.distances.problem, unit)

    def _exhibits(self, table: DataFrame, simulated: bool) -> Iterator[Exhibit]:
        rows = table.assign(
            row=table["protection"] + " · " + (100 * table["share_target"]).map("{:.0f}%".format)
        )
        for column, title in (("budget", "budget"), (self.metric, label_of(self.metric))):
            shown = rows.dropna(subset=[column])
            if shown.empty:
                continue
            chart = plots.intervals(
                shown,
                (column, f"{column}_low", f"{column}_high"),
                row="row",
                series="answers",
                title=title,
                order=list(dict.fromkeys(shown["row"])),
                series_order=list(dict.fromkeys(shown["answers"])),
                domain=(0.0, float(shown[column].max())),
                simulated=simulated,
            )
            caption = f"The {title} at which that share of answers is yes, with intervals."
            yield Exhibit(f"Thresholds in {title}", chart=chart, caption=caption)

    def _notes(self, answers: DataFrame) -> tuple[str, ...]:
        notes = [
            "A logistic curve a protection with a random effect a rater; thresholds are of all"
            " answers together, not of the rater in the middle. Unpurified pictures alone; the"
            " untouched picture is level 0 of every protection.",
            f"Intervals ({self.level:.0%}) hold the levels whose share does not differ from the"
            " target; raters and artworks are samples.",
            "Some see a change where there is none: with four levels or more their share is"
            " estimated from the answers about untouched pictures. A threshold counts all who say"
            " that they see one.",
            "Budgets of different protections are in units of their own; the measured distance is"
            " the same for all.",
        ]
        if missing := no_untouched_arm(answers):
            notes.append(missing)
        return tuple(notes)


def _told(found: Fitted, levels: Mapping[float, Estimate], problem: str, unit: str) -> str:
    if problem:
        return f"{found.protection}, {found.asked.said}: no curve ({problem.rstrip('.')})."
    parts = [
        f"{target:.0%} {found.asked.said} at {unit} {_level(estimate)}"
        if estimate.defined
        else estimate.method.removeprefix("undefined: ")
        for target, estimate in levels.items()
    ]
    return f"{found.protection}: {words.listed(parts)}."


def _level(estimate: Estimate) -> str:
    beyond = ", beyond what was shown" if "beyond" in estimate.method else ""
    return f"{words.said(estimate, '.3g')}{beyond}"


def _assumptions(fitted: Sequence[Fitted]) -> Iterator[Assumption]:
    for found in fitted:
        levels = found.rows["amount"].nunique()
        name = f"{found.protection}, {found.asked.said}"
        yield Assumption(
            f"Levels enough for a curve ({name})",
            levels >= LEVELS,
            f"{levels} levels, the untouched one among them; of fewer than {LEVELS} the shape of"
            " the curve is taken on trust.",
        )
        slope = found.budgets.slope
        yield Assumption(
            f"Answers change with the budget ({name})",
            slope.excludes(0.0) if slope.has_interval else None,
            f"Slope of the curve on the logit, per unit of budget: {words.said(slope, '.3g')}.",
        )
