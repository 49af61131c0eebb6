"""How well maps agree with raters' marks, over raters and artworks, beside other raters. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pandas import DataFrame, concat

from evaluation import words
from evaluation.analyses import Assumption
from evaluation.findings.assumed import samples
from evaluation.findings.fault_maps import CHANCE, RATERS, Marked
from evaluation.findings.verdicts import CANNOT_TELL, Standing, standing
from evaluation.statistics.clustered import Clustered, clustered_difference, clustered_mean
from evaluation.statistics.contrasts import ratio
from evaluation.statistics.estimate import BadData, Estimate

BOUNDS = {"auc": (0.0, 1.0), "nss": None, "correlation": (-1.0, 1.0)}


@dataclass(frozen=True)
class Agreed:
    """One map against the raters, over all conditions or under one."""

    name: str
    condition: str
    rows: DataFrame
    by: Mapping[str, Clustered]
    """measure → its mean over raters and pictures"""
    share: Estimate
    """of what other raters reach above chance, by AUC"""
    verdict: Standing

    @property
    def auc(self) -> Estimate:
        """The first of the measures."""
        return self.by["auc"].estimate


def agreed(values: DataFrame, maps: Sequence[str], level: float, enough: float) -> Iterator[Agreed]:
    """Every map over all conditions, then under each; other raters before all maps.

    values  as `evaluation.findings.fault_maps.scored` gives them, and condition
    """
    for name in (RATERS, *maps):
        mine = values[values["map"] == name]
        if len(mine):
            yield _agreed(name, "", mine, values, level, enough)
    for condition in dict.fromkeys(values["condition"]):
        there = values[values["condition"] == condition]
        for name in (RATERS, *maps):
            mine = there[there["map"] == name]
            if len(mine):
                yield _agreed(name, str(condition), mine, there, level, enough)


def _agreed(
    name: str, condition: str, rows: DataFrame, around: DataFrame, level: float, enough: float
) -> Agreed:
    by = {
        measure: clustered_mean(
            rows[measure].clip(*(bounds or (None, None))).tolist(),
            rows["participant"].tolist(),
            rows["cluster"].tolist(),
            bounds=bounds,
            level=level,
        )
        for measure, bounds in BOUNDS.items()
    }
    share = _share(rows, around[around["map"] == RATERS], level)
    verdict = CANNOT_TELL if name == RATERS else standing(share, enough)
    return Agreed(name, condition, rows, by, share, verdict)


def _share(rows: DataFrame, raters: DataFrame, level: float) -> Estimate:
    """AUC above chance over that of other raters, where both are known."""
    both = _paired(rows, raters)
    none = Estimate.undefined(level=level, n=len(both), reason="no other rater to compare")
    if both.empty:
        return none
    try:
        return ratio(
            (both["auc"] - CHANCE["auc"]).tolist(),
            both["participant"].tolist(),
            both["cluster"].tolist(),
            both["of"].tolist(),
            {"map": 1.0},
            {"raters": 1.0},
            level=level,
        )
    except BadData:
        return none


def from_raters(each: Agreed, ceiling: Agreed, level: float) -> str:
    """“, −0.12 [−0.20, −0.04] from other raters (p = 0.01)”, of the same raters and pictures."""
    both = _paired(each.rows, ceiling.rows)
    if both.empty:
        return ""
    found = clustered_difference(
        both["auc"].tolist(),
        both["participant"].tolist(),
        both["cluster"].tolist(),
        (both["of"] == "map").tolist(),
        bounds=BOUNDS["auc"],
        level=level,
    )
    told = words.said(found.estimate)
    if not found.estimate.has_interval:
        return f", {told} from other raters"
    significant = "" if found.p < words.SIGNIFICANT else ", not significant"
    return f", {told} from other raters ({words.p_value(found.p)}{significant})"


def _paired(rows: DataFrame, raters: DataFrame) -> DataFrame:
    """Numbers of a map and of other raters, of the same raters in the same pictures, stacked."""
    keys = ["participant", "item"]
    shared = rows[keys].merge(raters[keys], on=keys)
    sides = {"map": rows.merge(shared, on=keys), "raters": raters.merge(shared, on=keys)}
    return concat([part.assign(of=name) for name, part in sides.items()], ignore_index=True)


def counts(
    answers: DataFrame, pictures: Sequence[Marked], conditions: Mapping[str, str]
) -> Iterator[dict[str, object]]:
    """How much was marked under each condition."""
    keys = ["participant", "item"]
    asked = answers.drop_duplicates(keys)
    asked = asked.assign(condition=asked["item"].map(conditions))
    for condition in dict.fromkeys(conditions.values()):
        shown = asked[asked["condition"] == condition]
        there = [p for p in pictures if conditions[p.item] == condition]
        marked = sum(len(p.by) for p in there)
        marks = sum(len(cells) for p in there for cells in p.by.values())
        yield {
            "condition": condition,
            "n": len(shown),
            "n_marked": marked,
            "share_marked": marked / len(shown),
            "marks_a_picture": marks / len(shown),
        }


def assumptions(answers: DataFrame, pictures: Sequence[Marked]) -> Iterator[Assumption]:
    """What the agreement of marks with maps rests on."""
    marked = {(rater, p.item) for p in pictures for rater in p.by}
    pairs = zip(answers["participant"], answers["item"], strict=True)
    yield from samples(answers[[pair in marked for pair in pairs]])
    works = {picture.cluster for picture in pictures}
    yield Assumption(
        "Marks in other artworks to compare with",
        len(works) > 1,
        f"{words.counted(len(works), 'artwork')} marked; with one alone, marks are held against the"
        " whole picture, and a habit of marking the middle counts as agreement.",
    )
    places = {int(cell) for p in pictures for cells in p.by.values() for cell in cells}
    yield Assumption(
        "Marks are in several places",
        len(places) > 1,
        f"Marks lie in {words.counted(len(places), 'place')} of 32 × 32; where all lie in one, no"
        " place was chosen before another, and the AUC is 0.5 for any map.",
    )


def where(auc: Estimate) -> str:
    """Whether a map is shown to look where raters do, in words."""
    if not auc.has_interval:
        return "may or may not look where raters do"
    if auc.low > CHANCE["auc"]:
        return "looks where raters do, better than chance"
    if auc.high < CHANCE["auc"]:
        return "looks where raters do not"
    return "is not shown to look where raters do"
