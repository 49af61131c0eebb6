"""The analyses that a study's plan names, and the metrics that they ask for."""

from collections.abc import Mapping
from typing import Any

from config.plugins import PluginError, record
from evaluation.analyses import ANALYSES
from evaluation.choices import Entry
from evaluation.findings.surveyed import Asked
from evaluation.reporting.report import Plan
from evaluation.reporting.scales import USUAL_FOR, fits, unclaimed
from studies.live.plan import plan_of
from studies.models import Study
from studies.trials import TrialKind


def plan(study: Study) -> Plan:
    """The analyses of the study's file with their settings; where it names none, all that suit it.

    The trial kind says which points of its scale are a success, where the file does not.
    """
    analysis: Mapping[str, Mapping[str, Mapping[str, object]]] = study.protocol.document["analysis"]
    written = analysis["analyses"] or _suitable(study)
    points = list(plan_of(study).kind.success_points)
    return {
        name: {**settings, "points": points}
        if points
        and settings.get("points") is None
        and name in ANALYSES
        and "points" in ANALYSES.settings(name)
        else settings
        for name, settings in written.items()
    }


def seed(study: Study) -> int:
    """The seed that the study's file gives its analyses."""
    return int(study.protocol.document["analysis"]["seed"])


def metrics(study: Study) -> list[Entry]:
    """The metrics that the analyses of the study's plan ask for, with their settings."""
    return [*_asked(study, "metrics"), *_asked(study, "metric")]


def set_metrics(study: Study) -> list[Entry]:
    """The set metrics that the analyses of the study's plan ask for, with their settings."""
    return _asked(study, "set_metrics")


def painters(study: Study) -> list[str]:
    """The painters whom the items of the study are about."""
    items = study.items.filter(practice=False, gold="")
    return sorted(set(items.values_list("artwork__painter", flat=True)))


def asked_of(kind: TrialKind) -> tuple[Asked, ...]:
    """The questions of a trial kind, over all its screens."""
    return tuple(
        Asked(each.name, each.text, each.measured, each.labels, getattr(each, "ticks", False))
        for each in kind.questions
    )


def _suitable(study: Study) -> dict[str, dict[str, Any]]:
    """The analyses that can answer something about what the study's trial asks."""
    kind = plan_of(study).kind
    asked = [question.name for question in kind.questions]
    built = {name: ANALYSES.build(name) for name in ANALYSES.names()}
    usual = {name: record(analysis) for name, analysis in built.items()}
    found: dict[str, dict[str, Any]] = {}
    for name, settings in usual.items():
        if "set_metrics" in settings and not study.set_measurements.exists():
            continue  # nobody compared sets
        if len(painters(study)) < getattr(ANALYSES.load(name), "fewest_painters", 1):
            continue  # what is learnt of so few artists says nothing about others
        if name in USUAL_FOR and kind.slots:  # questions that no analysis is made for
            claimed = 1 if kind.success_points else 0  # the first one, by psr
            without = unclaimed(name, asked_of(kind)[claimed:])
            found |= {name: {"questions": without}} if without else {}
            continue
        if not _is_for(study, getattr(ANALYSES.load(name), "only_for", "")):
            continue  # it reads comparisons, or what people say without pictures
        if settings.get("questions") and not set(settings["questions"]) & set(asked):
            continue  # it is about questions that nobody is asked
        if not fits(built[name], asked_of(kind)):
            continue  # answers to them are of another scale
        if settings.get("question") in {None, *asked}:
            found[name] = {}
        elif "points" in settings and kind.success_points:
            of_psr = {"of": "psr"} if "of" in settings else {}
            found[name] = {"question": asked[0], **of_psr}
    return found


def _is_for(study: Study, only: str) -> bool:
    """Whether a study is of the sort (`comparisons`, `surveys`) that an analysis is only for."""
    if only == "comparisons":
        return bool(study.protocol.document["study"].get("compare"))
    return only != "surveys" or not plan_of(study).kind.slots


def _asked(study: Study, setting: str) -> list[Entry]:
    """What the analyses of the plan hold in the setting of this name, each once."""
    wanted: list[Entry] = []
    for name, settings in plan(study).items():
        try:
            asked = record(ANALYSES.build(name, settings)).get(setting) or ()
            asked = [asked] if isinstance(asked, str) else asked
        except PluginError:  # the report says so in the place of that analysis
            continue
        wanted += [entry for entry in asked if entry not in wanted]
    return wanted
