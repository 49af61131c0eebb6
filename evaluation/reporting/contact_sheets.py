"""The contact sheets of a study: what raters saw, condition by condition, where rights allow it."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from django.db.models.functions import Coalesce

from config.csv_text import no_formula
from evaluation.reporting.publication import refusal
from evaluation.reporting.sheets import Picture, Sheet, sheet
from generation import store
from generation.models import Artwork, Recipe
from generation.progress import Progress, silent
from generation.recipe import ARTWORK
from studies import export
from studies.live.plan import plan_of
from studies.models import Stimulus, Study

Some = TypeVar("Some")

EXAMPLES = (
    "One example of each condition for some of the painters, as raters saw them; beside them the"
    " untouched artwork."
)
MOST, COLUMNS, SIDE = 48, 6, 180
"""Pictures of one sheet, in a row, and pixels of each."""
ROWS, ACROSS = 3, 7
"""Painters and pictures of the sheet of examples."""


@dataclass(frozen=True)
class Shown:
    """One picture of the study that may be published."""

    image: str
    painter: str
    title: str
    credit: str
    condition: str
    """Empty for an untouched artwork."""
    item: int


@dataclass(frozen=True)
class Sheets:
    """Files for an archive, and the examples for the report, where there are any."""

    files: dict[str, bytes] = field(default_factory=dict)
    overview: Sheet | None = None


def of(study: Study, progress: Progress = silent) -> Sheets:
    """All sheets of a study; pictures that may not be published are counted in `left-out.txt`."""
    shown, refused = _pictures(study)
    conditions: dict[str, list[Shown]] = {}
    for each in shown:
        conditions.setdefault(each.condition, []).append(each)
    files: dict[str, bytes] = {}
    for number, (condition, pictures) in enumerate(conditions.items()):
        progress(number, len(conditions), "contact sheets")
        made = _sheet(number, condition, pictures)
        files[f"{made.name}.jpg"] = made.jpeg
    files["credits.csv"] = _credits(shown).encode()
    files["left-out.txt"] = _left_out(refused, len(shown)).encode()
    return Sheets(files, _overview(conditions))


def _sheet(number: int, condition: str, pictures: Sequence[Shown]) -> Sheet:
    few = _spread(pictures, MOST)
    name = f"{number:02d}-{re.sub('[^A-Za-z0-9.]+', '-', condition or 'artworks')}"
    heading = condition or "Artworks, untouched"
    of_all = f" ({len(few)} of {len(pictures)})" if len(few) < len(pictures) else ""
    cells = [_cell(each, each.painter) for each in few]
    said = f"{heading}{of_all}"
    return sheet(name[:80], said, said, cells, columns=min(COLUMNS, len(cells)), side=SIDE)


def _overview(conditions: Mapping[str, Sequence[Shown]]) -> Sheet | None:
    """A row a painter: the artwork, then one picture of each condition."""
    painters = sorted({each.painter for part in conditions.values() for each in part})
    columns = list(conditions)[:ACROSS]
    cells: list[Picture] = []
    for painter in _spread(painters, ROWS):
        row = [_first(conditions[condition], painter) for condition in columns]
        if all(row):
            cells += [_cell(each, each.condition or "untouched artwork") for each in row if each]
    if not cells:
        return None
    return sheet("examples", "", EXAMPLES, cells, columns=len(columns), side=220)


def _first(pictures: Sequence[Shown], painter: str) -> Shown | None:
    return next((each for each in pictures if each.painter == painter), None)


def _cell(each: Shown, label: str) -> Picture:
    return Picture(store.get(each.image), label, f"{each.painter}: {each.title}. {each.credit}")


def _spread(values: Sequence[Some], most: int) -> list[Some]:
    """At most `most` of them, evenly from the first to the last."""
    if len(values) <= most:
        return list(values)
    return [values[k * len(values) // most] for k in range(most)]


def _pictures(study: Study) -> tuple[list[Shown], Counter[str]]:
    """Pictures of items, each once, untouched artworks first; why others are left out."""
    kinds = {slot.name: slot.shows for slot in plan_of(study).kind.slots}
    rows = Stimulus.objects.filter(item__study=study, item__practice=False, item__gold="")
    rows = rows.select_related("item__artwork", "item__condition", "condition", "recipe")
    found, refused, seen = [], Counter[str](), set()
    origins = _origins(study)
    place = Coalesce("condition__position", "item__condition__position")
    for row in rows.order_by(place, "item__position", "slot"):
        image = row.image_id or row.recipe.image_id
        made_by = row.condition or row.item.condition  # its own, where an item compares several
        levels = made_by.levels if made_by else {}
        touched = kinds.get(row.slot) == "condition"
        condition = _named(levels) if touched else ""
        work = row.item.artwork
        if work is None or image is None or (image, condition) in seen:
            continue
        seen.add((image, condition))
        why = next(filter(None, (_refusal(source) for source in origins[row.recipe_id])), "")
        if why:
            refused[why] += 1
            continue
        found.append(
            Shown(image, work.painter, work.title, _credit(work), condition, row.item.position)
        )
    return sorted(found, key=lambda each: each.condition != ""), refused


def _named(levels: Mapping[str, str]) -> str:
    """A condition without its painter: “glaze 0.05 · jpeg · dreambooth”."""
    parts = [f"{levels.get('protection', '')} {levels.get('budget', '')}".strip()]
    rest = [value for name, value in levels.items()
            if name not in ("artist", "protection", "budget")]  # fmt: skip
    return " · ".join([*parts, *(value for value in rest if value not in ("", "none", "0"))])


def _credit(work: Artwork) -> str:
    return str(work.rights_statement).splitlines()[0][:200] if work.rights_statement else ""


def _refusal(work: Artwork) -> str:
    return refusal(work.rights, work.rights_statement, work.notes.get("columns", {}))


def _origins(study: Study) -> dict[str, list[Artwork]]:
    """Recipe of a picture → every artwork that it is made from, training pictures too."""
    keys = list(Stimulus.objects.filter(item__study=study).values_list("recipe", flat=True))
    inputs, leaves = _graph(keys)
    collections = study.items.values("artwork__collection")
    rows = Artwork.objects.filter(collection__in=collections, image__in=set(leaves.values()))
    works: dict[str, list[Artwork]] = {}
    for work in rows:
        works.setdefault(work.image_id, []).append(work)
    known: dict[str, frozenset[str]] = {}

    def below(key: str) -> frozenset[str]:
        if key not in known:
            own = {leaves[key]} if key in leaves else set()
            known[key] = frozenset(own).union(*(below(source) for source in inputs.get(key, ())))
        return known[key]

    return {key: [w for image in sorted(below(key)) for w in works.get(image, [])] for key in keys}


def _graph(keys: Iterable[str]) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Recipe → its inputs, over the whole ancestry; and leaf → sha256 of the artwork."""
    inputs: dict[str, list[str]] = {}
    leaves: dict[str, str] = {}
    pending = set(keys)
    while pending:
        rows = Recipe.objects.filter(pk__in=pending).values_list("key", "kind", "document")
        for key, kind, document in rows:
            inputs[key] = list(document["inputs"].values())
            if kind == ARTWORK:
                leaves[key] = document["settings"]["image"]
        pending = {source for key in pending for source in inputs.get(key, ())} - inputs.keys()
    return inputs, leaves


def _credits(shown: Sequence[Shown]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["condition", "item", "painter", "title", "rights", "image"])
    for each in shown:
        name = export.item_name(each.item)
        told = (each.condition, name, each.painter, each.title, each.credit, each.image)
        writer.writerow([no_formula(cell) for cell in told])
    return file.getvalue()


def _left_out(refused: Mapping[str, int], kept: int) -> str:
    lines = [f"{kept} pictures are in these sheets."]
    if not refused:
        return f"{lines[0]} None was left out.\n"
    lines += [f"{count} left out: {why}." for why, count in sorted(refused.items())]
    return "\n".join(lines) + "\n"
