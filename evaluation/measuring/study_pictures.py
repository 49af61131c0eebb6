"""Measures the pictures of a study and stores the values; imports torch."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.conf import settings
from pandas import DataFrame
from torch import Tensor

from config.plugins import PluginError
from evaluation import models, planned, queries
from evaluation.choices import Entry, choices_of, joined, ours, taken_apart, whole
from evaluation.measuring import calibration_store, costly, scoring
from evaluation.measuring.costly import Cost
from evaluation.measuring.galleries import Gallery
from evaluation.measuring.measurements import Measured, MeasureError
from evaluation.measuring.scoring import Loaded, Pair
from evaluation.measuring.set_measuring import measure_sets
from evaluation.metrics import METRICS, Against, GalleryMetric, GenreMetric, Metric, is_costly
from evaluation.models import LONGEST_PROMPT, Measurement
from evaluation.words import listed
from generation import store
from generation.networks import Networks, NetworkUnavailable, identify, load
from generation.pixels import read_png
from generation.progress import Progress
from studies.live.plan import plan_of
from studies.models import Study
from studies.queries import recorded

Due = tuple[Against, tuple[str, ...]]
Versions = Mapping[str, tuple[str, dict[str, Any]]]
"""Metric → its version's hash, and what that is the hash of."""


def measure_pictures(
    study: Study, metrics: Sequence[Entry] | None, others: bool, progress: Progress
) -> Measured:
    """See `evaluation.services.measure`."""
    try:
        chosen, skipped = _chosen(study, metrics, others)
        networks = _networks(study, chosen)
        versions = {
            name: scoring.provenance(name, metric, networks.records)
            for name, metric in chosen.items()
        }
        plain = {name: metric for name, metric in chosen.items() if not is_costly(metric)}
        failed: dict[str, str] | None = {} if metrics is None else None
        new = _measure(study, plain, versions, networks, progress, failed)
        new += _measure_costly(study, chosen, versions, networks, progress)
        if metrics is None and (sets := planned.set_metrics(study)):
            compared = measure_sets(study, sets, "condition", None, progress)
            new, skipped = new + compared.new, {**skipped, **compared.skipped}
    except (PluginError, NetworkUnavailable, scoring.ScoreError, store.StoreError) as error:
        raise MeasureError(str(error)) from error
    said = calibration_store.remarks(queries.measurements(study), planned.metrics(study))
    return Measured(new, {**skipped, **(failed or {}), **said})


def _chosen(
    study: Study, metrics: Sequence[Entry] | None, others: bool
) -> tuple[dict[str, Metric], dict[str, str]]:
    """Metrics that can be measured, and why the others cannot."""
    wanted = scoring.build(_wanted(study, others) if metrics is None else metrics)
    reasons = {name: _reason(study, metric) for name, metric in wanted.items()}
    if metrics is None:
        absent = _absent(study, {name: wanted[name] for name in wanted if not reasons[name]})
        reasons |= {
            name: f"{metric.label}: {absent[role]}"
            for name, metric in wanted.items()
            for role in metric.needs
            if role in absent and not reasons[name]
        }
    skipped = {name: reason for name, reason in reasons.items() if reason}
    if metrics is not None and skipped:
        raise MeasureError(" ".join(skipped.values()))
    return {name: metric for name, metric in wanted.items() if name not in skipped}, skipped


def _wanted(study: Study, others: bool) -> list[Entry]:
    """The metrics of the plan with its settings; all others as they are where they are wanted too,
    or where the plan names none.

    Costly ones only where the plan names them.
    """
    asked = planned.metrics(study)
    own = ours([*asked, *calibration_store.inputs_of(asked)])
    named = {choice.metric for choice in choices_of(own)}
    everything = METRICS.names() if others or not own else []
    rest = [name for name in everything if name not in named]
    return [*own, *(name for name in rest if not is_costly(METRICS.load(name)))]


def _reason(study: Study, metric: Metric) -> str:
    """Why a metric cannot be measured in this study, in a sentence; empty where it can."""
    stimuli = study.protocol.document["stimuli"]
    named, degraded = stimuli["networks"], stimuli.get("degradations")
    missing = [role for role in metric.needs if role not in named]
    if missing:
        return (
            f"{metric.label} needs the network “{missing[0]}”, which the experiment does not"
            " name under stimuli: networks."
        )
    if metric.against == "counterpart" and plan_of(study).kind.shows_mimics and not degraded:
        return (
            f"{metric.label} compares a picture with the one it was made from; a mimic's paintings"
            " are made from none."
        )
    if metric.against == "genre":
        return _no_genre(study, metric)
    if metric.against == "prompt":
        return _no_prompt(study, metric.label)
    return _no_gallery(study, metric) if metric.against == "gallery" else ""


def _no_genre(study: Study, metric: GenreMetric) -> str:
    known = recorded(study, "genre")
    unsaid = [name for name in planned.painters(study) if name not in known]
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


def _no_prompt(study: Study, label: str) -> str:
    """Pictures that were made without words have none to be scored for."""
    known = queries.pairs(study, "prompt")
    if len(known) < len(queries.pairs(study, "nothing")):
        return (
            f"{label} scores a picture for the prompt it was painted from, and not every judged"
            " picture of this study was painted from one."
        )
    if (known["prompt"].str.len() > LONGEST_PROMPT).any():
        return f"{label} reads prompts of up to {LONGEST_PROMPT} characters; one here is longer."
    return ""


def _no_gallery(study: Study, metric: GalleryMetric) -> str:
    try:
        for gallery in queries.galleries(study).values():
            metric.check(gallery)
    except ValueError as error:
        return f"{metric.label}: {error}"
    return ""


def _absent(study: Study, metrics: Mapping[str, Metric]) -> dict[str, str]:
    """Role → why its network is not to be had here."""
    named = study.protocol.document["stimuli"]["networks"]
    found: dict[str, str] = {}
    for role in sorted(scoring.needs(metrics)):
        try:
            identify(named[role], settings.NETWORKS_DIR, role)
        except NetworkUnavailable as error:
            found[role] = str(error)
    return found


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
    failed: dict[str, str] | None,
) -> int:
    """Every missing value, stored batch by batch, so that a killed run keeps what it computed.

    `failed` is told of metrics that cannot score a picture, which are then left out; None where
    they were asked for by name: then the first stops everything.
    """
    work = _work(study, metrics, versions)
    galleries = _galleries(study, work)
    total, done, new = sum(len(pairs) for pairs in work.values()), 0, 0
    for (against, names), pairs in work.items():
        due = {name: metrics[name] for name in names}
        entries = (
            scoring.loaded(pair, _read, counterpart=against == "counterpart", galleries=galleries)
            for pair in pairs
        )
        for lot in scoring.lots(entries, settings.BATCH_SIZE):
            values = _scores(lot, due, networks, failed)
            new += _store([entry.pair for entry in lot], values, versions)
            done += len(lot)
            progress(done, total, ", ".join(names))
    return new


def _scores(
    lot: Sequence[Loaded],
    metrics: Mapping[str, Metric],
    networks: Networks,
    failed: dict[str, str] | None,
) -> dict[str, list[float]]:
    values: dict[str, list[float]] = {}
    for name, metric in metrics.items():
        try:
            if name not in (failed or {}):
                values |= scoring.scores(lot, {name: metric}, networks)
        except scoring.ScoreError as error:
            if failed is None:
                raise
            failed[name] = str(error)
    return values


def _measure_costly(
    study: Study,
    metrics: Mapping[str, Metric],
    versions: Versions,
    networks: Networks,
    progress: Progress,
) -> int:
    """Picture by picture and stage by stage, each stored as it comes."""
    work = _costly_work(study, metrics, versions)
    total, done, new = sum(map(len, work.values())), 0, 0
    for name, pairs in work.items():
        metric = metrics[name]
        assert is_costly(metric), "no other is in this work"
        for pair in pairs:
            told = partial(progress, done, total)
            numbers = costly.numbers(pair, name, metric, versions[name][0], networks, told)
            values = {
                joined(name, part): [number]
                for part, number in zip(metric.parts, numbers, strict=True)
            }
            new += _store([pair], values, versions)
            done += 1
            progress(done, total, name)
    return new


def costs(study: Study, metrics: Sequence[Entry] | None) -> list[Cost]:
    """See `evaluation.services.costs`."""
    try:
        chosen, _ = _chosen(study, metrics, others=True)
        dear = {name: metric for name, metric in chosen.items() if is_costly(metric)}
        networks = _networks(study, dear)
        versions = {
            name: scoring.provenance(name, metric, networks.records)
            for name, metric in dear.items()
        }
        return [
            costly.cost(name, metric, versions[name][0], pairs, networks)
            for name, pairs in _costly_work(study, dear, versions).items()
            if is_costly(metric := dear[name])
        ]
    except (PluginError, NetworkUnavailable, store.StoreError) as error:
        raise MeasureError(str(error)) from error


def _costly_work(
    study: Study, metrics: Mapping[str, Metric], versions: Versions
) -> dict[str, list[Pair]]:
    """Costly metric → the pairs for which it is due."""
    due = {name: metric for name, metric in metrics.items() if is_costly(metric)}
    found: dict[str, list[Pair]] = {name: [] for name in due}
    for (_, names), pairs in _work(study, due, versions).items():
        for name in names:
            found[name] += pairs
    return found


def _galleries(study: Study, work: Mapping[Due, list[Pair]]) -> dict[str, Gallery]:
    """Those that are due, by key, each with its row: what a measurement's key is the hash of."""
    due = {pair.gallery for pairs in work.values() for pair in pairs if pair.gallery}
    found = {gallery.key: gallery for gallery in queries.galleries(study, _read).values()}
    rows = [models.Gallery(sha256=key, document=found[key].document) for key in sorted(due)]
    models.Gallery.objects.bulk_create(rows, ignore_conflicts=True)
    return {key: found[key] for key in due}


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
    known = set(rows.values_list(*queries.COMPARISON[1:], "version"))
    work: dict[tuple[str, ...], list[Pair]] = {}
    columns = (table[name] for name in queries.COMPARISON[1:])
    for pair in dict.fromkeys(Pair(*row) for row in zip(*columns, strict=True)):
        key = (pair.image, pair.reference or None, pair.genre, pair.prompt, pair.gallery)
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
            prompt=pair.prompt,
            gallery=pair.gallery,
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
