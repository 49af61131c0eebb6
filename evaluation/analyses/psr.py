"""PSR, the artist-rated protection success rate: how often is a mimicry judged unsuccessful?

Glaze's measure (Shan et al. 2023, arXiv:2302.04222): the share of answers at the two lowest points
of “how successful is the mimicry?”. Given per condition in both units, answers and items (by their
median answer), which are different estimands; beside the clean arm, without which a model that
cannot imitate anybody would look like a protection; and against the protected arm, which says what
a purification undid.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal

import numpy as np
from pandas import DataFrame
from pydantic import Field

from config.plugins import plugin
from evaluation import plots, words
from evaluation.analyses import Exhibit, Finding
from evaluation.arms import Arm, Contrast, arms, contrast_table, contrasts, success_points, told
from evaluation.conditions import columns
from evaluation.distributions import answers_exhibit
from evaluation.ratings import answers_to, eras, eras_pooled, no_untouched_arm, points
from evaluation.statistics.estimate import Estimate
from evaluation.statistics.shares import Resampling, crossed_share, share_of_items

UNITS = {"psr_answers": "share of answers", "psr_items": "share of items (median answer)"}
FEW = 5


@plugin
class Psr:
    """Share of answers, and of items, at the points that count as success of the protection."""

    label: ClassVar[str] = "How often does the protection hold against mimicry?"
    version: ClassVar[int] = 1

    question: str = "mimicry_success"
    """Name of the question about the mimicry."""
    points: Annotated[tuple[int, ...], Field(min_length=1)] | None = None
    """Points of its scale that count as success of the protection; when left out, those that the
    trial kind says: the two lowest of mimicry_success, the two highest of protection_success."""
    drawn: Literal["items", "artists"] = "items"
    """What is drawn again beside raters: `items` speaks of other paintings by mimics of these very
    artists, `artists` of other artists (and needs many)."""
    pool_eras: bool = False
    """Whether artists of different eras are taken together (and said to be)."""
    replicates: Annotated[int, Field(ge=200, le=100_000)] = 2000
    """Replicates of the bootstrap."""
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Nominal coverage of the intervals."""
    pooled: bool = False
    """Whether populations are analysed together (and said to be) instead of each apart."""

    @classmethod
    def names(cls, asked: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """What the settings may name in an experiment file."""
        return {"question": asked}

    def run(self, ratings: DataFrame, measurements: DataFrame, seed: int) -> Finding:  # noqa: ARG002 (people's answers alone; clip_genre_shift sets the metric beside)
        """Shares of every condition, and paired differences to the clean and protected arms."""
        answers = answers_to(ratings, self.question)
        simulated = bool(answers["simulated"].iloc[0])
        inside = success_points(self.question, self.points, points(answers))
        answers = answers.assign(hit=answers["value"].between(*inside).astype(float))
        if self.drawn == "artists":
            answers = answers.assign(cluster=answers["artist"])
        how = Resampling(np.random.default_rng(seed), self.replicates, self.level)
        found = arms(answers, pool_eras=self.pool_eras)
        shares = {arm.title: _shares(arm, inside, how) for arm in found}
        compared = contrasts(found, "hit", how, judged=True)
        table = _table(found, shares)
        return Finding(
            claim=told(
                found,
                {title: units["psr_answers"] for title, units in shares.items()},
                "PSR (share of answers)",
            ),
            table=table,
            chart=_chart(found, shares, simulated),
            notes=self._notes(answers, found, inside),
            sentences=tuple(contrast.sentence for contrast in compared),
            exhibits=(
                answers_exhibit(
                    answers,
                    {arm.title: arm.rows for arm in found},
                    simulated,
                    lowest_first=inside[0] == 1,
                ),
                *_differences(compared),
                *_painters(found, how),
            ),
            caption="PSR of every condition with intervals: share of answers, and of items by"
            " their median answer." + _marked(found),
        )

    def _notes(
        self, answers: DataFrame, found: Sequence[Arm], inside: tuple[int, int]
    ) -> tuple[str, ...]:
        hit = answers[answers["hit"] == 1].sort_values("value")["answer"].unique()
        named = f" (“{'”, “'.join(hit)}”)" if len(hit) and all(hit) else ""
        of = f"{inside[0]} to {inside[1]}" if inside[0] < inside[1] else str(inside[0])
        painters, items = answers["artist"].nunique(), answers["item"].nunique()
        notes = [
            f"The protection counts as successful where the answer to “{self.question}” is {of} on"
            f" the scale of {points(answers)}{named}. PSR is given as a share of answers, and apart"
            " as a share of items by their median answer: the second lies nearer to 0 or 1.",
            f"Intervals ({self.level:.0%}): crossed bootstrap, drawing raters and {self._units()}"
            f" again, {self.replicates:,} times, expanded for few of them. Where all answers are"
            " alike, the one-sided Clopper-Pearson limit at the number of raters stands instead.",
            "Differences are paired: the same draws on both sides, within each painter, over"
            " painters whom both conditions have (Mantel-Haenszel weights). P-values are Holm's,"
            " over all differences of the table.",
            f"{words.counted(painters, 'painter')}, {words.counted(items, 'item')}.",
        ]
        if self.drawn == "items":
            notes.append(
                "Intervals speak of other raters and of other paintings by mimics of these very"
                " painters, not of other painters."
            )
        if answers["cluster"].nunique() < FEW:
            notes.append(f"Fewer than {FEW} {self._units()}: these intervals are rough at best.")
        if not any(arm.clean for arm in found):
            missing = no_untouched_arm(answers) or "The clean arm was not judged unpurified."
            notes.append(
                f"{missing} Without it, a mimic that cannot imitate anybody looks like a"
                " protection that works."
            )
        if self.pool_eras:
            notes += eras_pooled(answers)
        elif len(eras(answers)) > 1:
            notes.append("Eras are analysed apart: the base network may know historical painters.")
        return tuple(notes)

    def _units(self) -> str:
        return "painters" if self.drawn == "artists" else "sets of pictures (artworks)"


def _shares(arm: Arm, inside: tuple[int, int], how: Resampling) -> dict[str, Estimate]:
    """Both units of PSR."""
    who, rows = arm.rows["participant"], arm.rows
    return {
        "psr_answers": crossed_share(rows["hit"], who, rows["cluster"], how),
        "psr_items": share_of_items(rows["value"], who, rows["item"], rows["cluster"], inside, how),
    }


def _table(found: Sequence[Arm], shares: Mapping[str, dict[str, Estimate]]) -> DataFrame:
    return DataFrame(
        [
            {
                **arm.facts,
                "n": len(arm.rows),
                "raters": arm.rows["participant"].nunique(),
                "items": arm.rows["item"].nunique(),
                "painters": arm.rows["artist"].nunique(),
                **columns("share_psr_answers", shares[arm.title]["psr_answers"]),
                **columns("share_psr_items", shares[arm.title]["psr_items"]),
                "method": shares[arm.title]["psr_answers"].method,
            }
            for arm in found
        ]
    )


def _chart(
    found: Sequence[Arm], shares: Mapping[str, dict[str, Estimate]], simulated: bool
) -> plots.Spec:
    rows = DataFrame(
        [
            {
                "condition": _marked_name(arm),
                "unit": said,
                **columns("share", shares[arm.title][unit]),
            }
            for arm in found
            for unit, said in UNITS.items()
        ]
    )
    clean = [shares[arm.title]["psr_answers"].value for arm in found if arm.clean]
    return plots.intervals(
        rows,
        ("share", "share_low", "share_high"),
        row="condition",
        series="unit",
        title="protection success rate",
        order=[_marked_name(arm) for arm in found],
        series_order=list(UNITS.values()),
        domain=(0, 1),
        simulated=simulated,
        percent=True,
        marked=clean[0] if len(clean) == 1 else None,
    )


def _marked_name(arm: Arm) -> str:
    return f"{arm.title} · clean arm" if arm.clean else arm.title


def _marked(found: Sequence[Arm]) -> str:
    clean = [arm for arm in found if arm.clean]
    return " The dashed line is the clean arm." if len(clean) == 1 else ""


def _differences(compared: Sequence[Contrast]) -> list[Exhibit]:
    if not compared:
        return []
    title = "Differences to the clean and to the protected arm (share of answers)"
    return [Exhibit(title, contrast_table(compared))]


def _painters(found: Sequence[Arm], how: Resampling) -> list[Exhibit]:
    """PSR of each painter: a mean over painters may hide that they differ."""
    cells = [
        (arm, str(artist), rows) for arm in found for artist, rows in arm.rows.groupby("artist")
    ]
    if len({artist for _, artist, _ in cells}) < 2:
        return []
    table = DataFrame(
        [
            {
                "painter": artist,
                **arm.facts,
                "n": len(rows),
                "items": rows["item"].nunique(),
                **columns(
                    "share_psr_answers",
                    crossed_share(rows["hit"], rows["participant"], rows["item"], how),
                ),
            }
            for arm, artist, rows in cells
        ]
    )
    order = table.sort_values("painter", kind="stable", ignore_index=True)
    return [Exhibit("PSR of each painter", order)]
