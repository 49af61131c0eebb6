"""How far are the pictures of a condition, as a set, from the artists' own, beside what raters say?

Fréchet distances and mean discrepancies (FID, KID, CMMD, ArtFID) are what papers on protection and
purification report. They speak of sets, never of a picture; with the tens of pictures that people
can judge they are imprecise and, some of them, biased. So each stands here with its interval, with
what chance alone would give at these sizes, and with its warnings, beside the raters' answers about
the same condition.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar

from pandas import DataFrame
from pydantic import Field

from config.plugins import plugin
from evaluation import words
from evaluation.analyses import Assumption, Exhibit, Finding
from evaluation.charts import plots
from evaluation.evidence import Evidence
from evaluation.findings.arms import SUCCESS, Arm, arms, success_points
from evaluation.findings.comparisons import How, columns, share
from evaluation.measuring.set_choices import SetMetricChoices, label_of, set_choices
from evaluation.measuring.set_table import JOINT
from evaluation.ratings import TableError, answers_to, points
from evaluation.statistics.estimate import Estimate
from evaluation.statistics.multiplicity import holm
from studies.questions import Measured

ORIGINALS = "originals"
AGAINST = {ORIGINALS: "the painters' originals", "clean": "the clean arm"}
LIMITS = (
    "A distance of sets says of no picture how good it is, and of no difference what it consists"
    " in: a damaged set and one in another style may lie equally far.",
    "Distances of sets of different sizes may only be compared where they are without bias (KID,"
    " CMMD), and none with numbers published at other sizes or with other networks.",
)
VALUE = ("value", "value_low", "value_high")


@plugin
class SetQuality:
    """Set metrics of every condition, against originals and clean arm, beside the raters' share."""

    label: ClassVar[str] = "How far are the pictures, as sets, from the artists' own?"
    version: ClassVar[int] = 1
    takes: ClassVar[tuple[Measured, ...]] = ("ordinal",)

    set_metrics: SetMetricChoices = ()
    """Names of set metrics, where wanted with settings (`kid: {features: clip}`); a worker compares
    those named here. When left out, all that were measured."""
    question: str | None = None
    """Name of the question that stands beside them; when left out the one about success of mimicry
    or protection, else acceptability."""
    points: Annotated[tuple[int, ...], Field(min_length=1)] | None = None
    """Points of its scale that are counted; when left out, as in psr, and the two highest of any
    other question."""
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Nominal coverage of the raters' intervals; those of sets are as they were measured."""
    pooled: bool = False
    """Whether populations are analysed together (and said to be) instead of each apart."""

    @classmethod
    def names(cls, asked: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """What the settings may name in an experiment file."""
        return {"question": asked}

    def run(self, evidence: Evidence, seed: int) -> Finding:
        """The table of sets, with the raters' share of each condition."""
        sets = self._asked(evidence.sets)
        question = self._question(evidence.ratings)
        answers = answers_to(evidence.ratings, question)
        inside, what = self._counted(question, points(answers))
        how = How(seed, level=self.level)
        found = arms(answers, pool_eras=False)
        shares = {arm.title: share(arm.rows, inside, how).answers for arm in found}
        table = _table(sets, found, shares)
        together = table[table["painter"] == ""].drop(columns="painter")
        if together.empty:
            together = table
        simulated = bool(answers["simulated"].iloc[0])
        first, *others = _charts(together, simulated)
        return Finding(
            claim=_claim(together, what),
            table=together,
            chart=first.chart or {},
            caption=first.caption,
            notes=(*self._notes(what, inside), *_warnings(sets)),
            sentences=tuple(_sentences(together)),
            exhibits=(*others, *_by_painter(table)),
            assumptions=tuple(_assumptions(sets)),
            limits=LIMITS,
        )

    def _asked(self, sets: DataFrame) -> DataFrame:
        if sets.empty:
            raise TableError(
                "No sets of pictures were compared: run `manage.py measure --study SLUG"
                " --set-metric kid` first (or hand over their table with --sets)."
            )
        wanted = [choice.name for choice in set_choices(self.set_metrics)]
        known = sets[sets["set_metric"].isin(wanted)] if wanted else sets
        if known.empty:
            has = words.listed(sorted(sets["set_metric"].unique()))
            raise TableError(
                f"Sets were not compared by {words.listed(wanted)}, only by {has}: run `manage.py"
                " measure --study SLUG --set-metric NAME`."
            )
        return known.reset_index(drop=True)

    def _question(self, ratings: DataFrame) -> str:
        asked = sorted(ratings["question"].unique())
        usual = [name for name in (*SUCCESS, "acceptability") if name in asked]
        return self.question or next(iter([*usual, *asked]))

    def _counted(self, question: str, scale: int) -> tuple[tuple[int, int], str]:
        """First and last point that are counted, and what their share is called."""
        if question in SUCCESS:
            return success_points(question, self.points, scale), "PSR"
        chosen = self.points or (max(scale - 1, 1), scale)
        return success_points(question, chosen, scale), f"the share of high “{question}”"

    def _notes(self, what: str, inside: tuple[int, int]) -> Iterator[str]:
        yield (
            f"Beside each distance stands {what}, the raters' share of answers at the points"
            f" {inside[0]} to {inside[1]} under the same condition."
        )
        yield (
            "“By chance” is where the distance would lie if both sets were one, dealt out anew at"
            " the same sizes (within each painter); p is how rarely that gives as large a value,"
            " Holm's over all rows. Intervals draw painters again, with all their pictures, where"
            " there are several, else pictures; their replicates are moved to the value, because"
            " drawn copies make a set look less varied than it is."
        )


def _table(sets: DataFrame, found: Sequence[Arm], shares: Mapping[str, Estimate]) -> DataFrame:
    several = sets["era"].nunique() > 1
    rows = []
    adjusted = holm(sets["p"].to_numpy(float))
    for row, p_holm in zip(sets.to_dict("records"), adjusted, strict=True):
        arm = next((arm for arm in found if _is_of(arm, row)), None)
        rows.append(
            {
                "set_metric": label_of(row["set_metric"]),
                "condition": row["condition"],
                **({"era": row["era"]} if several else {}),
                "painter": row["artist"],
                "against": row["against"],
                "value": row["value"],
                "value_low": row["low"],
                "value_high": row["high"],
                "at_chance_low": row["chance_low"],
                "at_chance_high": row["chance_high"],
                "p": row["p"],
                "p_holm": float(p_holm),
                "beyond_chance": words.verdict(row["p"], p_holm, len(sets)),
                "n_pictures": row["n"],
                "n_reference": row["n_reference"],
                **_share_of(arm, shares),
                "warning": row["warning"],
            }
        )
    return DataFrame(rows)


def _is_of(arm: Arm, row: Mapping[Hashable, Any]) -> bool:
    return arm.name == row["condition"] and arm.era in {"", row["era"]}


def _share_of(arm: Arm | None, shares: Mapping[str, Estimate]) -> dict[str, float]:
    nan = float("nan")
    none = {"share_raters": nan, "share_raters_low": nan, "share_raters_high": nan}
    return none if arm is None else columns("share_raters", shares[arm.title])


def _claim(table: DataFrame, what: str) -> str:
    """Of the first set metric against the originals, the nearest and the farthest condition."""
    name = table["set_metric"].iloc[0]
    mine = table[table["set_metric"] == name]
    own = mine[mine["against"] == ORIGINALS]
    against = ORIGINALS if len(own) else str(mine["against"].iloc[0])
    rows = (own if len(own) else mine).sort_values("value", kind="stable")
    to = AGAINST.get(against, "the reference")
    ends = [rows.iloc[0], rows.iloc[-1]] if len(rows) > 1 else [rows.iloc[0]]
    said = words.listed([_said(row, what) for row in ends])
    return f"By {name} the distance to {to} is {said}."


def _said(row: Mapping[str, Any], what: str) -> str:
    era = f" ({row['era']})" if row.get("era") else ""
    raters, low, high = (row[f"share_raters{end}"] for end in ("", "_low", "_high"))
    within = f" [{low:.0%}, {high:.0%}]" if low == low else ""
    beside = f" ({what} {raters:.0%}{within})" if raters == raters else ""
    return f"{_interval(row)} for {row['condition']}{era}{beside}"


def _interval(row: Mapping[str, Any]) -> str:
    value, low, high = (_number(row[name]) for name in VALUE)
    return f"{value} [{low}, {high}]" if row["value_low"] == row["value_low"] else value


def _number(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def _sentences(table: DataFrame) -> Iterator[str]:
    """Which conditions are beyond chance, metric by metric and reference by reference."""
    for (name, against), rows in table.groupby(["set_metric", "against"], sort=False):
        beyond = rows[rows["beyond_chance"] == "significant"]
        to = AGAINST.get(str(against), "the reference")
        if beyond.empty:
            yield f"By {name}, no condition is shown to differ from {to} beyond chance."
        else:
            whom = words.listed([str(each) for each in dict.fromkeys(beyond["condition"])])
            yield f"By {name}, farther from {to} than chance gives: {whom}."


def _warnings(sets: DataFrame) -> Iterator[str]:
    """Each warning once, with the metrics that it is about."""
    about: dict[str, list[str]] = {}
    for row in sets.to_dict("records"):
        for said in filter(None, row["warning"].split(JOINT)):
            about.setdefault(said, []).append(row["set_metric"])
    for said, metrics in about.items():
        yield f"{words.listed([label_of(each) for each in dict.fromkeys(metrics)])}: {said}"


def _assumptions(sets: DataFrame) -> Iterator[Assumption]:
    """Small sets are the rule in studies with people: whether each metric can bear it."""
    for name, rows in sets.groupby("set_metric", sort=False):
        fewest = int(rows[["n", "n_reference"]].min().min())
        warned = rows["warning"].str.len().gt(0)
        told = f", and {int(warned.sum())} of {len(rows)} comparisons carry a warning"
        said = f"The smallest set has {fewest} pictures{told if warned.any() else ''}."
        yield Assumption(f"Enough pictures for {label_of(str(name))}", not bool(warned.any()), said)


def _charts(table: DataFrame, simulated: bool) -> list[Exhibit]:
    """One a set metric: their scales have nothing in common."""
    found = []
    for name, part in table.groupby("set_metric", sort=False):
        place = part["condition"] + (" (" + part["era"] + ")" if "era" in part else "")
        rows = part.assign(place=place, to=[AGAINST.get(each, each) for each in part["against"]])
        chart = plots.intervals(
            rows,
            VALUE,
            row="place",
            series="to",
            title=f"{name}: distance to",
            order=list(dict.fromkeys(rows["place"])),
            series_order=list(dict.fromkeys(rows["to"])),
            domain=(0, 0),
            simulated=simulated,
        )
        caption = f"{name} of every condition with intervals: distance of its pictures, as a set."
        found.append(Exhibit(str(name), None, chart, caption))
    return found


def _by_painter(table: DataFrame) -> list[Exhibit]:
    apart = table[table["painter"] != ""]
    return [Exhibit("Each painter's pictures apart", apart)] if len(apart) else []
