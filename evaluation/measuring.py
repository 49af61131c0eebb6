"""Measures the pictures of a study and stores the values; imports torch."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from pandas import DataFrame
from torch import Tensor

from config.plugins import PluginError
from evaluation import queries, scoring
from evaluation.choices import Entry, choices_of, joined, ours, taken_apart, whole
from evaluation.measurements import Measured, MeasureError
from evaluation.metrics import METRICS, Against, GenreMetric, Metric
from evaluation.models import Measurement
from evaluation.scoring import Pair
from evaluation.words import listed
from generation import store
from generation.networks import Networks, NetworkUnavailable, load
from generation.pixels import read_png
from generation.progress import Progress
from studies.models import Study
from studies.plan import plan_of
from studies.queries import recorded

Due = tuple[Against, tuple[str, ...]]
Versions = Mapping[str, tuple[str, dict[str, Any]]]
"""Metric → its version's hash, and what that is the hash of."""


def measure_pictures(study: Study, metrics: Sequence[Entry] | None, progress: Progress) -> Measured:
    """See `evaluation.services.measure`."""
    try:
        chosen, skipped = _chosen(study, metrics)
        networks = _networks(study, chosen)
        versions = {
            name: scoring.provenance(name, metric, networks.records)
            for name, metric in chosen.items()
        }
        new = _measure(study, chosen, versions, networks, progress)
    except (PluginError, NetworkUnavailable, scoring.ScoreError, store.StoreError) as error:
        raise MeasureError(str(error)) from error
    return Measured(new, skipped)


def _chosen(
    study: Study, metrics: Sequence[Entry] | None
) -> tuple[dict[str, Metric], dict[str, str]]:
    """Metrics that can be measured, and why the others cannot."""
    wanted = scoring.build(_wanted(study) if metrics is None else metrics)
    reasons = {name: _reason(study, metric) for name, metric in wanted.items()}
    skipped = {name: reason for name, reason in reasons.items() if reason}
    if metrics is not None and skipped:
        raise MeasureError(" ".join(skipped.values()))
    return {name: metric for name, metric in wanted.items() if name not in skipped}, skipped


def _wanted(study: Study) -> list[Entry]:
    """The metrics of the plan with its settings, and all others of the catalogue as they are."""
    planned = ours(queries.metrics(study))
    named = {choice.metric for choice in choices_of(planned)}
    return [*planned, *(name for name in METRICS.names() if name not in named)]


def _reason(study: Study, metric: Metric) -> str:
    """Why a metric cannot be measured in this study, in a sentence; empty where it can."""
    named = study.protocol.document["stimuli"]["networks"]
    missing = [role for role in metric.needs if role not in named]
    if missing:
        return (
            f"{metric.label} needs the network “{missing[0]}”, which the experiment does not"
            " name under stimuli: networks."
        )
    if metric.against == "counterpart" and plan_of(study).kind.shows_mimics:
        return (
            f"{metric.label} compares a picture with the one it was made from; a mimic's paintings"
            " are made from none."
        )
    return _no_genre(study, metric) if metric.against == "genre" else ""


def _no_genre(study: Study, metric: GenreMetric) -> str:
    known = recorded(study, "genre")
    unsaid = [name for name in queries.painters(study) if name not in known]
    if unsaid:
        return (
            f"{metric.label} needs the genre of every painter, and no record of the collection"
            f" names one for {listed(unsaid)}: add a column “genre” to its manifest."
        )
    try:
        for genre in known.values():
            metric.label_of(genre)
    except ValueError as error:
        return f"{metric.label}: {error}"
    return ""


def _networks(study: Study, metrics: Mapping[str, Metric]) -> Networks:
    named = study.protocol.document["stimuli"]["networks"]
    roles = {role: named[role] for role in sorted(scoring.needs(metrics))}
    return load(roles, settings.NETWORKS_DIR, settings.DEVICE)


def _measure(
    study: Study,
    metrics: Mapping[str, Metric],
    versions: Versions,
    networks: Networks,
    progress: Progress,
) -> int:
    """Every missing value, stored batch by batch, so that a killed run keeps what it computed."""
    work = _work(study, metrics, versions)
    total, done, new = sum(len(pairs) for pairs in work.values()), 0, 0
    for (against, names), pairs in work.items():
        due = {name: metrics[name] for name in names}
        entries = (
            scoring.loaded(pair, _read, counterpart=against == "counterpart") for pair in pairs
        )
        for lot in scoring.lots(entries, settings.BATCH_SIZE):
            values = scoring.scores(lot, due, networks)
            new += _store([entry.pair for entry in lot], values, versions)
            done += len(lot)
            progress(done, total, ", ".join(names))
    return new


def _read(sha256: str) -> Tensor:
    return read_png(store.get(sha256))


def _work(study: Study, metrics: Mapping[str, Metric], versions: Versions) -> dict[Due, list[Pair]]:
    """What pictures are held against, and the metrics that are due → the pairs for which."""
    work: dict[Due, list[Pair]] = {}
    for against in sorted({metric.against for metric in metrics.values()}):
        mine = [name for name, metric in metrics.items() if metric.against == against]
        table = queries.pairs(study, against)
        missing = _missing(table, {name: versions[name][0] for name in mine})
        work |= {(against, names): pairs for names, pairs in missing.items()}
    return work


def _missing(table: DataFrame, wanted: Mapping[str, str]) -> dict[tuple[str, ...], list[Pair]]:
    """Metrics that are due → pairs for which just these are due."""
    rows = Measurement.objects.filter(version__in=wanted.values())
    known = set(rows.values_list("image", "reference", "genre", "version"))
    work: dict[tuple[str, ...], list[Pair]] = {}
    columns = (table[name] for name in queries.COMPARISON[1:])
    for pair in dict.fromkeys(Pair(*row) for row in zip(*columns, strict=True)):
        key = (pair.image, pair.reference or None, pair.genre)
        due = tuple(name for name, version in wanted.items() if (*key, version) not in known)
        if due:
            work.setdefault(due, []).append(pair)
    return work


def _store(
    pairs: Sequence[Pair],
    values: Mapping[str, Sequence[float]],
    versions: Versions,
) -> int:
    """All numbers of a lot at once: a metric never has one of its parts without the others."""
    rows = [
        Measurement(
            image_id=pair.image,
            reference_id=pair.reference or None,
            genre=pair.genre,
            metric=joined(provenance["metric"], taken_apart(name)[2]),
            version=version,
            provenance=provenance,
            value=None if value == float("inf") else value,
        )
        for name, column in values.items()
        for version, provenance in [versions[whole(name)]]
        for pair, value in zip(pairs, column, strict=True)
    ]
    Measurement.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
