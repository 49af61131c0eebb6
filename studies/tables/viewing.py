"""How pictures were looked at, as a table: one row per picture of a trial, and what went wrong."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Q
from pandas import DataFrame, Series, to_numeric

from studies.live.plan import plan_of
from studies.models import Study, Trial
from studies.protocol.showing import ViewingRules
from studies.showing.validity import broken, reported, scale
from studies.tables.codebook import VIEWING
from studies.trials import TrialKind, slots_of

TRIAL = (
    "participant__code",
    "participant__population",
    "participant__simulated",
    "position",
    "item__position",
    "repeat",
    "part",
    "undelivered",
    "answered_at",
    "layout",
    "viewing",
)


def viewing(study: Study) -> DataFrame:
    """Columns are those of `VIEWING`; practice is left out. One query.

    Whole numbers are Int64 and others float64, both with gaps; flags bool; all else text. Trials
    whose pictures never arrived are here too, with `delivered` false: they have no answer.
    """
    rules, kind = plan_of(study).fieldwork.viewing, plan_of(study).kind
    seen = Q(answered_at__isnull=False) | Q(undelivered__gt=0)
    rows = Trial.objects.filter(seen, participant__study=study, practice=False)
    rows = rows.order_by("participant", "position")
    told = (
        {**_of_trial(row), **_of_picture(report, picture), **_of_rules(rules, row)}
        for row in (dict(zip(TRIAL, values, strict=True)) for values in rows.values_list(*TRIAL))
        for report in [row["viewing"]]
        for picture in _pictures(row, kind)
    )
    table = DataFrame(list(told), columns=list(VIEWING)).assign(study=study.slug)
    return table.assign(**{name: _typed(name, table[name]) for name in VIEWING})


SHARES = ("pixel_ratio", "page_scale", "screen_pixels", "largest_zoom", "flicker_rate")
FLAGS = ("simulated", "delivered", "reported", "valid")
TEXTS = (
    *("study", "participant", "population", "trial", "item", "part", "slot"),
    *("broken", "mode", "direction", "gamut", "actual_size"),
)


def _typed(name: str, values: Series) -> Series:
    """The same dtype whatever the rows, even none."""
    if name in FLAGS:
        return values.astype("bool")
    if name in TEXTS:
        return values.astype("object").fillna("").astype("str")
    numbers = to_numeric(values).astype("float64")
    return numbers if name in SHARES else numbers.round().astype("Int64")


def _of_trial(row: Mapping[str, Any]) -> dict[str, Any]:
    report = row["viewing"]
    width, height = report.get("viewport", (None, None))
    narrowest, lowest = report.get("smallest_viewport") or (None, None)
    code, number = row["participant__code"], row["position"]
    told = {name: report.get(name) for name in OF_THE_REPORT}
    flicker = report.get("flicker") or {}
    told |= {f"flicker_{name}": flicker.get(name) for name in ("rate", "starts", "changes", "ms")}
    return {
        **told,
        "participant": code,
        "population": row["participant__population"],
        "simulated": row["participant__simulated"],
        "trial": f"{code}-{number:03d}",
        "item": f"item-{row['item__position']:04d}",
        "part": row["part"],
        "viewport_width": width,
        "viewport_height": height,
        "narrowest_viewport": narrowest,
        "lowest_viewport": lowest,
        "undelivered": row["undelivered"],
        "delivered": row["answered_at"] is not None,
        "reported": reported(report),
    }


OF_THE_REPORT = (
    "mode",
    "direction",
    "pixel_ratio",
    "page_scale",
    "gamut",
    "hidden_ms",
    "flips",
    "enlarged",
    "zooms",
    "largest_zoom",
    "actual_size",
    "load_failures",
    "save_attempts",
    "keys",
)
"""Columns that stand in the report under their own name."""


def _pictures(row: Mapping[str, Any], kind: TrialKind) -> Iterator[Mapping[str, Any]]:
    """The pictures in the order of the page; one without particulars where nothing was told."""
    shown = {slot.name for slot in slots_of(kind, row["part"])}
    slots = [name for name in row["layout"].get("order", ()) if name in shown]
    pictures = row["viewing"].get("pictures", ())
    for place, slot in enumerate(slots, start=1):
        told = pictures[place - 1] if place <= len(pictures) else {}
        yield {**told, "slot": slot, "place": place}


def _of_picture(report: Mapping[str, Any], picture: Mapping[str, Any]) -> dict[str, Any]:
    width, height = picture.get("natural", (None, None))
    shown_width, shown_height = picture.get("rendered", (None, None))
    return {
        "slot": picture["slot"],
        "place": picture["place"],
        "natural_width": width,
        "natural_height": height,
        "rendered_width": shown_width,
        "rendered_height": shown_height,
        "screen_pixels": round(scale(report, picture), 4) if "natural" in picture else None,
        **{name: picture.get(name) for name in ("decoded_ms", "visible_ms", "shown_ms")},
    }


def _of_rules(rules: ViewingRules, row: Mapping[str, Any]) -> dict[str, Any]:
    names = broken(rules, row["viewing"]) if row["answered_at"] else ()
    return {"valid": not names and row["answered_at"] is not None, "broken": "; ".join(names)}
