"""Do raters see faults where a metric sees a change?

Raters mark where a picture looks wrong. Their marks are held against maps of the same pictures: the
pixel change, LPIPS, SSIM, the autoencoder's residual. A metric may grade pictures as people do and
look elsewhere: then what it grades is not what they see. How well one rater's marks are foretold by
those of the others is the ceiling.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, ClassVar

from pandas import DataFrame
from pydantic import Field

from config.plugins import plugin
from evaluation import words
from evaluation.analyses import Exhibit, Finding
from evaluation.charts import plots
from evaluation.charts.plots_maps import heat_maps
from evaluation.evidence import Evidence
from evaluation.findings.comparisons import columns
from evaluation.findings.fault_agreement import (
    Agreed,
    agreed,
    assumptions,
    counts,
    from_raters,
    where,
)
from evaluation.findings.fault_maps import (
    CHANCE,
    RATERS,
    Marked,
    gathered,
    is_flat,
    scored,
    smoothed,
)
from evaluation.findings.verdicts import ENOUGH
from evaluation.maps import MAPS
from evaluation.measuring.map_table import Grid, grid_of
from evaluation.ratings import (
    TableError,
    answers_to,
    by_factors,
    clean_protection,
    condition_name,
    varying,
)
from evaluation.statistics.estimate import Estimate

MARKS = "raters' marks"
NO_MAPS = (
    "No maps of these pictures are stored, so raters are compared with one another alone: draw them"
    " with `manage.py measure --study SLUG --maps`."
)


@plugin
class ArtifactMap:
    """Where raters saw faults, against where a metric's map or the pixel change is."""

    label: ClassVar[str] = "Do raters see faults where a metric sees a change?"
    version: ClassVar[int] = 1

    question: str = "disturbance"
    """Name of the question with which marks were given."""
    maps: tuple[str, ...] = ("pixel_change", "lpips", "ssim", "reconstruction")
    """Maps that are looked at, where they are stored."""
    radius: Annotated[float, Field(gt=0, le=0.2)] = 0.04
    """Standard deviation of the Gaussian that smooths marks and maps, as a share of the picture's
    side; the radius of the ring that raters saw is a good choice."""
    enough: Annotated[float, Field(gt=0, le=1)] = ENOUGH
    """Share of what other raters reach (AUC above chance) that is enough to stand in."""
    shown: Annotated[int, Field(ge=1, le=6)] = 3
    """Pictures whose maps are drawn: those with most marks."""
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Nominal coverage of the intervals."""
    pooled: bool = False
    """Whether populations are analysed together (and said to be) instead of each apart."""

    @classmethod
    def names(cls, asked: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """What the settings may name in an experiment file."""
        return {"question": asked, "maps": MAPS.names()}

    def run(self, evidence: Evidence, seed: int) -> Finding:  # noqa: ARG002 (closed forms)
        """Agreement of every stored map with the marks, beside that of raters with one another."""
        answers = answers_to(evidence.ratings, self.question)
        simulated = bool(answers["simulated"].iloc[0])
        pictures = gathered(answers, evidence.marks, self.radius)
        if not pictures:
            raise TableError(
                "Nobody marked a place: there is no telling where raters saw faults. Marks are"
                " taken by the trial kind artifact_marking (of a table of your own, give them with"
                " --marks)."
            )
        maps = evidence.maps[evidence.maps["map"].isin(self.maps)]
        maps = maps[maps["item"].isin({picture.item for picture in pictures})]
        factors, clean = varying(answers), clean_protection(answers)
        conditions = {
            str(item): condition_name(levels, clean)
            for levels, part in by_factors(answers, *factors)
            for item in part["item"].unique()
        }
        values = scored(pictures, maps)
        values = values.assign(condition=values["item"].map(conditions).astype("object"))
        found = list(agreed(values, self.maps, self.level, self.enough))
        overall = [each for each in found if not each.condition]
        return Finding(
            claim=self._claim(overall, answers, pictures),
            table=DataFrame([self._row(each) for each in overall]),
            chart=self._chart(overall, simulated),
            caption="How often a place that a rater marked has a higher value in the map than a"
            " place that raters marked in other artworks' pictures (AUC; 0.5, dashed, is chance),"
            " with intervals; first, the marks of all other raters, which is the ceiling.",
            sentences=tuple(self._sentences(overall)),
            notes=tuple(self._notes(maps)),
            exhibits=tuple(self._exhibits(found, answers, pictures, maps, conditions, simulated)),
            assumptions=tuple(assumptions(answers, pictures)),
            limits=(
                "A map that agrees with the marks looks where raters look; whether it grades"
                " pictures as they do is another question (metric_validity).",
                "A mark says that something looks wrong there, not what, nor how large it is;"
                " faults all over a picture leave few marks, or none.",
                "Marks beside an original say what differs from it; without one, what looks wrong"
                " by itself.",
            ),
        )

    def _claim(
        self, found: Sequence[Agreed], answers: DataFrame, pictures: Sequence[Marked]
    ) -> str:
        count = sum(len(cells) for picture in pictures for cells in picture.by.values())
        asked = len(answers.drop_duplicates(["participant", "item"]))
        marked = sum(len(picture.by) for picture in pictures)
        first = (
            f"Raters set {words.counted(count, 'mark')}, in {marked} of {asked} pictures that they"
            " were shown."
        )
        ceiling = next((each for each in found if each.name == RATERS), None)
        second = (
            " Where others marked a picture foretells where a rater marks it with an AUC of"
            f" {words.said(ceiling.auc)}."
            if ceiling
            else " No picture was marked by two raters, so nothing says how far they agree."
        )
        best = [each for each in found if each.name != RATERS]
        third = " ".join(f"{_label(each.name)}: {words.said(each.auc)}." for each in best)
        return f"{first}{second} {third or NO_MAPS}"

    def _sentences(self, found: Sequence[Agreed]) -> Iterator[str]:
        ceiling = next((each for each in found if each.name == RATERS), None)
        for each in found:
            if each.name == RATERS:
                continue
            looks = where(each.auc)
            beside = from_raters(each, ceiling, self.level) if ceiling else ""
            auc = f"AUC {words.said(each.auc)}{beside}"
            yield f"{_label(each.name)} {looks}: {auc}. {self._told(each)}"

    def _told(self, each: Agreed) -> str:
        if not each.share.has_interval:
            return "Whether it stands in for a further rater cannot be told."
        said = {
            "stands in": "It stands in for a further rater",
            "falls short": "It falls short of a further rater",
        }.get(each.verdict, "Whether it stands in for a further rater cannot be told")
        return f"{said}: {each.share:.0%} of what raters reach above chance."

    def _row(self, each: Agreed) -> dict[str, object]:
        measured = {
            name: value
            for measure, found in each.by.items()
            for name, value in columns(measure, found.estimate).items()
        }
        own = each.name == RATERS
        share = (
            Estimate.undefined(level=self.level, n=0, reason="the ceiling") if own else each.share
        )
        return {
            **({"condition": each.condition} if each.condition else {}),
            "map": _label(each.name),
            "n": len(each.rows),
            "raters": each.rows["participant"].nunique(),
            "artworks": each.rows["cluster"].nunique(),
            **measured,
            **columns("share_ceiling", share),
            "verdict": "the ceiling" if own else each.verdict,
            "method": each.auc.method,
        }

    def _chart(self, found: Sequence[Agreed], simulated: bool) -> plots.Spec:
        rows = DataFrame([self._row(each) for each in found]).assign(series="AUC")
        return plots.intervals(
            rows,
            ("auc", "auc_low", "auc_high"),
            row="map",
            series="series",
            title="area under the curve",
            order=rows["map"].tolist(),
            series_order=["AUC"],
            domain=(0.0, 1.0),
            simulated=simulated,
            marked=CHANCE["auc"],
        )

    def _exhibits(
        self,
        found: Sequence[Agreed],
        answers: DataFrame,
        pictures: Sequence[Marked],
        maps: DataFrame,
        conditions: Mapping[str, str],
        simulated: bool,
    ) -> Iterator[Exhibit]:
        most = sorted(pictures, key=lambda p: -sum(map(len, p.by.values())))[: self.shown]
        grids = {
            f"{picture.item}, {conditions[picture.item]}": self._grids(picture, maps)
            for picture in most
        }
        order = [MARKS, *map(_label, self.maps)]
        drawn = [name for name in order if any(name in each for each in grids.values())]
        yield Exhibit(
            "Where, in a few pictures",
            chart=heat_maps(grids, drawn, MARKS if simulated else ""),
            caption=f"The {words.counted(len(grids), 'picture')} with most marks: where raters"
            " marked (smoothed), and each map, from its least value (blank) to its greatest (dark)."
            " Shades of two panels do not compare.",
        )
        by_condition = [self._row(each) for each in found if each.condition]
        yield Exhibit("By condition", table=DataFrame(by_condition))
        yield Exhibit("Marks by condition", table=DataFrame(counts(answers, pictures, conditions)))

    def _grids(self, picture: Marked, maps: DataFrame) -> dict[str, Grid]:
        own = maps[maps["item"] == picture.item]
        stored = {str(row["map"]): grid_of(row["grid"]) for row in own.to_dict("records")}
        return {
            MARKS: picture.density(),
            **{_label(name): smoothed(stored[name], self.radius) for name in stored},
        }

    def _notes(self, maps: DataFrame) -> Iterator[str]:
        yield (
            "Each number is of one rater's marks in one picture, averaged over both; raters and"
            f" artworks are samples ({self.level:.0%}, two-way clustered). AUC is shuffled: held"
            " against marks in pictures of other artworks, so that a habit of marking the middle"
            " counts for nothing. NSS is the map at the marks in units of its own spread; the"
            " correlation is of the rater's own marks, smoothed, with the map over 32 × 32 cells."
        )
        yield (
            f"Marks and maps are smoothed by a Gaussian with an SD of {self.radius:.1%} of the"
            " picture's side. Other raters are the ceiling: all but the one, in the same picture;"
            " it rises with their number."
        )
        if maps.empty:
            yield NO_MAPS
        missing = [name for name in self.maps if name not in set(maps["map"])]
        if len(maps) and missing:
            yield f"Not stored for these pictures: {words.listed([_label(m) for m in missing])}."
        flat = [str(row["map"]) for row in maps.to_dict("records") if is_flat(grid_of(row["grid"]))]
        if flat:
            kinds = words.listed(sorted({_label(name) for name in flat}))
            yield (
                f"{words.counted(len(flat), 'map')} ({kinds})"
                " left out, being the same everywhere: an untouched picture has no change that"
                " could be anywhere."
            )


def _label(name: str) -> str:
    if name == RATERS:
        return "Other raters"
    return MAPS.load(name).label if name in MAPS else name
