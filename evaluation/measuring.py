"""Measures the pictures of a study and stores the values; imports torch."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from pandas import DataFrame
from torch import Tensor

from config.plugins import PluginError
from evaluation import queries, scoring
from evaluation.measurements import Measured, MeasureError
from evaluation.metrics import METRICS, Metric
from evaluation.models import Measurement
from evaluation.scoring import Pair
from generation import store
from generation.networks import Networks, NetworkUnavailable, load
from generation.pixels import read_png
from generation.progress import Progress
from studies.models import Study

Versions = Mapping[str, tuple[str, dict[str, Any]]]
"""Metric → its version's hash, and what that is the hash of."""


def measure_pictures(study: Study, metrics: Sequence[str] | None, progress: Progress) -> Measured:
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
    study: Study, metrics: Sequence[str] | None
) -> tuple[dict[str, Metric], dict[str, str]]:
    named = study.protocol.document["stimuli"]["networks"]
    wanted = scoring.build(METRICS.names() if metrics is None else metrics)
    skipped = {}
    for name, metric in wanted.items():
        missing = [role for role in metric.needs if role not in named]
        if missing:
            skipped[name] = (
                f"{metric.label} needs the network “{missing[0]}”, which the experiment does not"
                " name under stimuli: networks."
            )
    if metrics is not None and skipped:
        raise MeasureError(" ".join(skipped.values()))
    return {name: metric for name, metric in wanted.items() if name not in skipped}, skipped


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
    work = _missing(queries.pairs(study), {name: key for name, (key, _) in versions.items()})
    total, done, new = sum(len(pairs) for pairs in work.values()), 0, 0
    for names, pairs in work.items():
        due = {name: metrics[name] for name in names}
        entries = (scoring.loaded(pair, _read) for pair in pairs)
        for lot in scoring.lots(entries, settings.BATCH_SIZE):
            values = scoring.scores(lot, due, networks)
            new += _store([entry.pair for entry in lot], values, versions)
            done += len(lot)
            progress(done, total, ", ".join(names))
    return new


def _read(sha256: str) -> Tensor:
    return read_png(store.get(sha256))


def _missing(table: DataFrame, wanted: Mapping[str, str]) -> dict[tuple[str, ...], list[Pair]]:
    """Metrics that are due → pairs for which just these are due."""
    known = set(
        Measurement.objects.filter(version__in=wanted.values()).values_list(
            "image", "reference", "metric"
        )
    )
    work: dict[tuple[str, ...], list[Pair]] = {}
    for image, reference in dict.fromkeys(zip(table["image"], table["reference"], strict=True)):
        due = tuple(name for name in wanted if (image, reference, name) not in known)
        if due:
            work.setdefault(due, []).append(Pair(image, reference))
    return work


def _store(
    pairs: Sequence[Pair],
    values: Mapping[str, Sequence[float]],
    versions: Versions,
) -> int:
    rows = [
        Measurement(
            image_id=pair.image,
            reference_id=pair.reference,
            metric=name,
            version=versions[name][0],
            provenance=versions[name][1],
            value=None if value == float("inf") else value,
        )
        for name, column in values.items()
        for pair, value in zip(pairs, column, strict=True)
    ]
    Measurement.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
