"""Published numbers set beside a study's own, as exhibits of a report. Pure.

They are there to be looked at, not to be tested against: other artists, networks and raters.
"""

from collections.abc import Mapping, Sequence

from pandas import DataFrame

from evaluation.analyses import Exhibit
from evaluation.findings.comparisons import columns
from evaluation.published import Cell, Table, table, tables
from evaluation.statistics.estimate import Estimate

GENRE = "CLIP classifier"
PSR, SHIFT = "Artist-rated PSR", "CLIP-based genre shift"
NOT_COMPARABLE = (
    "PUBLISHED numbers stand here for orientation only: other artists, other networks, other"
    " pictures and other raters, so that levels are not comparable, and nothing is tested against"
    " them."
)


def psr_exhibit(own: Mapping[str, Estimate], *, simulated: bool) -> Exhibit:
    """This study's PSR (share of answers) of each condition, and Glaze's by budget."""
    glaze = table("glaze")
    rows = [
        {**_own(simulated), "condition": title, **columns("share_psr_answers", found)}
        for title, found in own.items()
    ]
    rows += [
        {**_published(glaze, cell), "condition": _budget(cell), "share_psr_answers": _share(cell)}
        for cell in glaze.row(PSR)
    ]
    return Exhibit(
        "Published: artist-rated PSR of Glaze by budget", _table(rows), caption=_caption([glaze])
    )


def genre_exhibit(own: Mapping[tuple[str, str], Estimate], *, simulated: bool) -> Exhibit:
    """This study's genre accuracy by metric and condition, IMPRESS's of table 1, Glaze's by budget.

    Genre shift is 1 minus genre accuracy; each paper prints one of the two.
    """
    impress, glaze = table("impress", "1"), table("glaze")
    rows = [
        {**_own(simulated), "condition": f"{title} ({metric})", **columns("share_accuracy", found)}
        for (metric, title), found in own.items()
    ]
    rows += [
        {**_published(impress, cell), "condition": cell.column, "share_accuracy": _share(cell)}
        for cell in impress.row(GENRE)
    ]
    rows += [
        {**_published(glaze, cell), "condition": _budget(cell), "share_accuracy": 1 - _share(cell)}
        for cell in glaze.row(SHIFT)
    ]
    title = "Published: CLIP genre accuracy of IMPRESS and genre shift of Glaze"
    return Exhibit(title, _table(rows), caption=_caption([impress, glaze]))


def as_printed(work: str = "IMPRESS") -> list[Exhibit]:
    """Every table of a paper as it is printed, marked PUBLISHED."""
    return [
        Exhibit(
            f"Published: {each.name}",
            each.rebuilt(),
            caption=f"Printed there: {each.measured}. {each.notes} {_caption([each])}".replace(
                "  ", " "
            ),
        )
        for each in tables()
        if each.work == work
    ]


def _own(simulated: bool) -> dict[str, str]:
    return {"source": "this study, SIMULATED raters" if simulated else "this study", "printed": ""}


def _published(found: Table, cell: Cell) -> dict[str, str]:
    number = f", table {found.number}" if found.number else ""
    said = {"source": f"PUBLISHED: {found.work}{number}", "printed": f"{cell.printed} %"}
    return said | ({"printed": f"shift {cell.printed} %"} if cell.measure == SHIFT else {})


def _budget(cell: Cell) -> str:
    return "no cloak" if cell.column == "0" else f"glaze {cell.column}"


def _share(cell: Cell) -> float:
    return round(cell.value / 100, 6)


def _table(rows: Sequence[Mapping[str, object]]) -> DataFrame:
    found = DataFrame(rows)
    first = ["source", "condition"]
    middle = [name for name in found.columns if name not in {*first, "printed"}]
    return found[[*first, *middle, "printed"]]


def _caption(shown: Sequence[Table]) -> str:
    sources = " ".join(
        f"{each.work}: {each.citation}. There: {each.setting}. What is behind the ± is"
        f" {each.spread}."
        for each in shown
    )
    return f"{NOT_COMPARABLE} {sources}"
