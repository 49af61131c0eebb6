"""Reads of evaluation: ratings with their artworks, measurements, what is still to be measured."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db.models import F, Max, QuerySet
from django.db.models.functions import Coalesce
from pandas import DataFrame, Series, concat

from evaluation import planned
from evaluation.choices import choices_of, joined, named, ours, taken_apart
from evaluation.evidence import Evidence
from evaluation.findings.surveyed import Asked
from evaluation.maps import MAPS
from evaluation.measuring import calibration_store, held, imported, map_table, set_table
from evaluation.measuring import measurements as measured
from evaluation.measuring.galleries import Gallery
from evaluation.metrics import METRICS, Against
from evaluation.models import Measurement, PictureMap, Report, SetMeasurement
from evaluation.ratings import checked
from generation.models import Recipe, RecipeInput
from generation.recipe import PAINTING
from studies import export
from studies.live.plan import plan_of
from studies.models import Response, Stimulus, Study
from studies.queries import recorded
from studies.tables.comparisons import comparisons as compared_pairs
from studies.trial_forms.marks import marking_of

if TYPE_CHECKING:
    from torch import Tensor

PREPARATION = "preparation"
COMPARISON = ("item", "image", "reference", "genre", "prompt", "gallery")


def ratings(study: Study) -> DataFrame:
    """The study's table of answers, typed for the analyses."""
    return checked(export.responses(study))


def evidence(study: Study) -> Evidence:
    """All that analyses may look at, of all groups together."""
    known = calibration_store.files_of(planned.metrics(study))
    answers = export.responses(study)
    return Evidence(
        checked(answers),
        measurements(study),
        export.items(study),
        known,
        sets=sets(study),
        marks=export.marks(study),
        maps=maps(study),
        pairs=compared_pairs(study, answers),
        asked=asked(study),
    )


def asked(study: Study) -> tuple[Asked, ...]:
    """The questions of the study, as their pages had them."""
    return planned.asked_of(plan_of(study).kind)


def pairs(study: Study, against: Against = "counterpart") -> DataFrame:
    """One row a comparison: item, image, and the reference, genre, prompt or gallery (its key)
    that it is held against.

    Pictures as sha256s, empty where there is none; only pictures that are made. An item has a row
    for each of its judged pictures, times its originals where they are compared with those. Items
    without anything to compare with (a mimic's painting has no counterpart) have none.
    """
    judged = _pictures(study, shown="condition")
    if against == "counterpart":
        found = judged.assign(reference=_counterparts(study, judged))
    elif against == "originals":
        found = judged.merge(_originals(study, judged), on="item")
    elif against == "genre":
        found = judged.assign(genre=judged["artist"].map(recorded(study, "genre")))
    elif against == "prompt":
        found = judged.assign(prompt=judged["recipe"].map(held.prompts(judged["recipe"].tolist())))
    elif against == "gallery":
        keys = {artist: gallery.key for artist, gallery in galleries(study).items()}
        found = judged.assign(gallery=judged["artist"].map(keys))
    else:
        found = judged
    columns = [name for name in COMPARISON if name in found]
    table = found[columns].dropna().reindex(columns=list(COMPARISON), fill_value="")
    return table.astype("object").reset_index(drop=True)


def galleries(study: Study, read: Callable[[str], "Tensor"] = held.unread) -> Mapping[str, Gallery]:
    """Painter → all their originals that the study shows, beside those of the other painters.

    Where a study shows none, the working copies that its pictures were made from.
    """
    judged = _pictures(study, shown="condition")
    placed = judged[["item", "artist"]].drop_duplicates("item")
    return held.galleries(placed.merge(_originals(study, judged), on="item"), read)


def measurements(study: Study) -> DataFrame:
    """Item, metric, value (inf where infinite), version: the newest version of each metric.

    An item's value is the mean over its judged pictures (and over the originals that each is
    compared with); items some of whose pictures are not measured are left out. Scores from
    elsewhere stand beside them; calibrated metrics that the plan names are computed from both.
    """
    rows = comparisons(study)
    keys = ["item", "metric", "version", "due"]
    found = rows.groupby(keys, as_index=False).agg(value=("value", "mean"), n=("value", "size"))
    whole = found[found["n"] == found["due"]]
    own = whole[list(measured.COLUMNS)]
    others = imported.measurements(study, lambda: pairs(study, "nothing"))
    tables = [own, others] if len(others) else [own]
    table = concat(tables).sort_values(["item", "metric"], ignore_index=True)
    return calibration_store.with_calibrated(table, planned.metrics(study))


def comparisons(study: Study) -> DataFrame:
    """One row a stored value behind `measurements`: a picture against one reference or genre.

    Columns of `pairs`, then metric, value, version, and `due`: of how many an item's mean is.
    """
    judged = _pictures(study, shown="condition")
    rows = Measurement.objects.filter(image__in=set(judged["image"]))
    newest = _newest(rows)
    found = rows.filter(version__in={version for _, version in newest})
    stored = DataFrame(
        [
            (image, reference or "", *held_against, newest[metric, version], value, version)
            for image, reference, *held_against, metric, value, version in found.values_list(
                *STORED
            )
            if (metric, version) in newest
        ],
        columns=[*COMPARISON[1:], "metric", "value", "version"],
    ).astype({"value": "float64"})
    stored = stored.assign(value=stored["value"].fillna(float("inf")))  # stored as empty
    held = stored["metric"].map(_held_against)
    kinds: list[Against] = sorted(set(held)) or ["nothing"]
    return concat(
        [_joined(pairs(study, kind), stored[held == kind]) for kind in kinds], ignore_index=True
    )


STORED = (*COMPARISON[1:], "metric", "value", "version")


def _newest(rows: QuerySet[Measurement]) -> dict[tuple[str, str], str]:
    """Metric and version, of the newest version of each metric with its settings → its name."""
    last = rows.values("metric", "version").annotate(last=Max("pk")).order_by("last")
    known = list(last.values_list("metric", "version", "last"))
    written = dict(
        Measurement.objects.filter(pk__in=[pk for *_, pk in known]).values_list("pk", "provenance")
    )
    newest: dict[str, tuple[str, str]] = {}
    for number, version, pk in known:  # later ones take the place of earlier ones
        metric, _, part = number.partition(".")
        name = joined(named(metric, written[pk].get("settings", {})), part)
        newest[name] = (number, version)
    return {key: name for name, key in newest.items()}


def _held_against(number: str) -> Against:
    metric = taken_apart(number)[0]
    return METRICS.load(metric).against if metric in METRICS else "counterpart"


def _joined(table: DataFrame, rows: DataFrame) -> DataFrame:
    """The values of each comparison of `pairs`, and how many comparisons an item has."""
    due = table["item"].map(table["item"].value_counts())
    keys = list(COMPARISON[1:])
    joint = table.assign(due=due).merge(rows.astype(dict.fromkeys(keys, "object")), on=keys)
    return joint[[*COMPARISON, "metric", "value", "version", "due"]]


def sets(study: Study) -> DataFrame:
    """One row a comparison of two sets of pictures: columns of `evaluation.measuring.set_table`.

    Of each set metric with its settings the newest version, of the sets as they were compared last.
    """
    newest: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in SetMeasurement.objects.filter(study=study).order_by("pk"):
        found = set_table.row_of(row)
        key = (found["set_metric"], found["against"], *(found[name] for name in set_table.PLACE))
        newest[key] = found
    return DataFrame(list(newest.values()), columns=list(set_table.COLUMNS))


def maps(study: Study) -> DataFrame:
    """One row an item and map: columns of `measuring.map_table`, the newest version of each.

    Items some of whose pictures have no map are left out.
    """
    rows = [
        row
        for against in ("counterpart", "nothing")
        for row in _maps(pairs(study, against), against).to_dict("records")
    ]
    table = DataFrame(rows, columns=list(map_table.COLUMNS))
    return table.sort_values(["item", "map"], ignore_index=True)


def _maps(table: DataFrame, against: Against) -> DataFrame:
    """Maps of one kind, joined to the items whose pictures they are of."""
    names = [name for name in MAPS.names() if MAPS.load(name).against == against]
    stored = PictureMap.objects.filter(map__in=names, image__in=set(table["image"]))
    newest = dict(stored.order_by("pk").values_list("map", "version"))
    rows = [
        (name, image, reference or "", np.frombuffer(bytes(grid), "<f4").astype("float64"))
        for name, image, reference, version, grid in stored.order_by("pk").values_list(
            "map", "image", "reference", "version", "grid"
        )
        if newest[name] == version
    ]
    found = DataFrame(rows, columns=["map", "image", "reference", "cells"], dtype="object")
    joint = table[["item", "image", "reference"]].merge(found, on=["image", "reference"])
    due = table["item"].value_counts().to_dict()
    means = [
        (str(item), str(name), np.mean(np.stack(list(part["cells"])), axis=0), len(part))
        for (item, name), part in joint.groupby(["item", "map"])
    ]
    return DataFrame(
        [
            (item, name, newest[name], tuple(mean.tolist()))
            for item, name, mean, count in means
            if count == due[item]
        ],
        columns=list(map_table.COLUMNS),
    )


def unmeasured(study: Study) -> int:
    """How many items lack a measurement by a metric of the plan that this study can have."""
    wanted = {
        number
        for choice in choices_of(ours(planned.metrics(study)))
        if len(pairs(study, choice.built.against))
        for number in choice.numbers
    }
    if not wanted:
        return 0
    done = measurements(study)
    counts = done[done["metric"].isin(wanted)].groupby("item")["metric"].nunique()
    return pairs(study, "nothing")["item"].nunique() - int((counts == len(wanted)).sum())


def unmapped(study: Study) -> int:
    """How many items, of a study in which places are marked, have no map to compare marks with."""
    if not takes_marks(study):
        return 0
    return study.items.filter(practice=False, gold="").count() - maps(study)["item"].nunique()


def takes_marks(study: Study) -> bool:
    """Whether raters mark places in pictures."""
    return marking_of(plan_of(study).kind) is not None


def answers(study: Study) -> int:
    """How many answers about items a study has; practice is never counted."""
    return Response.objects.filter(participant__study=study, trial__practice=False).count()


def latest_report(study: Study) -> Report | None:
    """The newest report of a study."""
    return Report.objects.filter(study=study).first()


def earlier_reports(study: Study) -> QuerySet[Report]:
    """All but the newest, newest first, without their documents."""
    newest = Report.objects.filter(study=study).values("pk")[:1]
    return Report.objects.filter(study=study).exclude(pk__in=newest).defer("document")


def _pictures(study: Study, *, shown: str) -> DataFrame:
    """Item, slot, artist, image, recipe of every picture of the slots that show `shown`."""
    slots = [slot.name for slot in plan_of(study).kind.slots if slot.shows == shown]
    rows = Stimulus.objects.filter(
        item__study=study, item__practice=False, item__gold="", slot__in=slots
    )
    rows = rows.annotate(made=Coalesce(F("image"), F("recipe__image")))
    found = rows.order_by("item__position", "slot").values_list(
        "item__position", "slot", "item__artwork__painter", "made", "recipe"
    )
    table = DataFrame(list(found), columns=["item", "slot", "artist", "image", "recipe"])
    table = table.assign(item=table["item"].map(export.item_name))
    return table[table["image"].notna()].reset_index(drop=True)


def _counterparts(study: Study, judged: DataFrame) -> Series:
    """The working copy that each judged picture was made from; nothing for paintings of mimics.

    Where paintings were degraded, the undegraded painting, which is its own counterpart.
    """
    if plan_of(study).kind.shows_mimics:
        degraded = study.protocol.document["stimuli"].get("degradations")
        begun = _pictures_before(judged["recipe"].tolist(), PAINTING) if degraded else {}
        found = [begun.get(recipe) for recipe in judged["recipe"]]
        return Series(found, index=judged.index, dtype="object")
    beside = _pictures(study, shown="artwork").drop_duplicates("item")
    shown = dict(zip(beside["item"], beside["image"], strict=True))
    begun = _pictures_before(judged["recipe"].tolist(), PREPARATION)
    places = zip(judged["item"], judged["recipe"], strict=True)
    found = [shown.get(item) or begun.get(recipe) for item, recipe in places]
    return Series(found, index=judged.index, dtype="object")


def _originals(study: Study, judged: DataFrame) -> DataFrame:
    """Item and reference: every original that is shown beside an item, or its working copy."""
    shown = _pictures(study, shown="artwork")
    if len(shown):
        return shown.rename(columns={"image": "reference"})[["item", "reference"]]
    own = judged.assign(reference=_counterparts(study, judged))
    return own[["item", "reference"]].dropna()


def _pictures_before(recipes: Sequence[str], kind: str) -> dict[str, str]:
    """Recipe → picture of the step of one kind that its chain of images began with."""
    reached = dict.fromkeys(recipes, "")
    reached = {recipe: recipe for recipe in reached}
    while True:
        keys = set(reached.values())
        begun = set(Recipe.objects.filter(pk__in=keys, kind=kind).values_list("pk", flat=True))
        links = RecipeInput.objects.filter(recipe__in=keys - begun, role="image")
        above = dict(links.values_list("recipe", "source"))
        if not above:
            break
        reached = {recipe: above.get(key, key) for recipe, key in reached.items()}
    pictures = dict(
        Recipe.objects.filter(pk__in=set(reached.values()), kind=kind)
        .exclude(image=None)
        .values_list("pk", "image")
    )
    return {recipe: pictures[key] for recipe, key in reached.items() if key in pictures}
