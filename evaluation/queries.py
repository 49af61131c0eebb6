"""Reads of evaluation: ratings with their artworks, measurements, what is still to be measured."""

from collections.abc import Mapping, Sequence

from django.db.models import F, QuerySet
from pandas import DataFrame

from config.plugins import record
from evaluation import measurements as measured
from evaluation.analyses import ANALYSES
from evaluation.models import Measurement, Report
from evaluation.ratings import checked
from evaluation.report import Plan
from generation.models import Recipe, RecipeInput
from studies import export
from studies.models import Response, Stimulus, Study
from studies.plan import plan_of

PREPARATION = "preparation"


def ratings(study: Study) -> DataFrame:
    """The study's table of answers, typed for the analyses."""
    return checked(export.responses(study))


def pairs(study: Study) -> DataFrame:
    """One row an item: its judged picture and the working copy it was made from, as sha256s.

    Columns item, image, reference; items whose pictures are not both made are left out.
    """
    slots = plan_of(study).kind.slots
    judged = [slot.name for slot in slots if slot.shows == "condition"]
    rows = Stimulus.objects.filter(item__study=study, item__practice=False, slot__in=judged[:1])
    found = [
        {
            "item": export.item_name(position),
            "image": image or made,
            "recipe": recipe,
        }
        for position, image, made, recipe in rows.order_by("item__position").values_list(
            "item__position", "image", "recipe__image", "recipe"
        )
    ]
    sources = _working_copies([row["recipe"] for row in found])
    shown = _shown_originals(study)
    complete = [
        {
            "item": row["item"],
            "image": row["image"],
            "reference": shown.get(row["item"]) or sources.get(row["recipe"]),
        }
        for row in found
    ]
    table = DataFrame(complete, columns=["item", "image", "reference"])
    return table.dropna().reset_index(drop=True)


def measurements(study: Study) -> DataFrame:
    """Item, metric, value (inf where infinite), version: the newest version of each metric."""
    table = pairs(study)
    rows = list(
        Measurement.objects.filter(
            image__in=set(table["image"]), reference__in=set(table["reference"])
        )
        .order_by("created_at", "pk")
        .values("image", "reference", "metric", "value", "version")
    )
    newest = {row["metric"]: row["version"] for row in rows}
    current = DataFrame(
        [row for row in rows if row["version"] == newest[row["metric"]]],
        columns=["image", "reference", "metric", "value", "version"],
    )
    joined = table.merge(current, on=["image", "reference"])
    values = joined["value"].astype("float64").fillna(float("inf"))
    return joined.assign(value=values)[list(measured.COLUMNS)].sort_values(
        ["item", "metric"], ignore_index=True
    )


def plan(study: Study) -> Plan:
    """The analyses of the study's file with their settings; all analyses where it names none."""
    analysis: Mapping[str, Mapping[str, Mapping[str, object]]] = study.protocol.document["analysis"]
    named = analysis["analyses"]
    return named or {name: {} for name in ANALYSES.names()}


def seed(study: Study) -> int:
    """The seed that the study's file gives its analyses."""
    return int(study.protocol.document["analysis"]["seed"])


def unmeasured(study: Study) -> int:
    """How many items lack a measurement by one of the metrics that the plan asks for."""
    asked = plan(study).get("metric_association")
    if asked is None:
        return 0
    metrics = set(record(ANALYSES.build("metric_association", asked))["metrics"])
    done = measurements(study)
    counts = done[done["metric"].isin(metrics)].groupby("item")["metric"].nunique()
    return len(pairs(study)) - int((counts == len(metrics)).sum())


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


def _shown_originals(study: Study) -> dict[str, str]:
    """Item → picture of the untouched working copy, where the trial shows it."""
    slots = [slot.name for slot in plan_of(study).kind.slots if slot.shows == "artwork"]
    rows = Stimulus.objects.filter(item__study=study, item__practice=False, slot__in=slots[:1])
    found = rows.annotate(made=F("recipe__image")).values_list("item__position", "image", "made")
    return {export.item_name(position): image or made for position, image, made in found}


def _working_copies(recipes: Sequence[str]) -> dict[str, str]:
    """Recipe → picture of the preparation that its chain of images began with."""
    reached = dict.fromkeys(recipes, "")
    reached = {recipe: recipe for recipe in reached}
    while True:
        keys = set(reached.values())
        begun = set(
            Recipe.objects.filter(pk__in=keys, kind=PREPARATION).values_list("pk", flat=True)
        )
        links = RecipeInput.objects.filter(recipe__in=keys - begun, role="image")
        above = dict(links.values_list("recipe", "source"))
        if not above:
            break
        reached = {recipe: above.get(key, key) for recipe, key in reached.items()}
    pictures = dict(
        Recipe.objects.filter(pk__in=set(reached.values()), kind=PREPARATION)
        .exclude(image=None)
        .values_list("pk", "image")
    )
    return {recipe: pictures[key] for recipe, key in reached.items() if key in pictures}
