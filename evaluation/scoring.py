"""Scores pairs of saved pictures by several metrics, in tensor batches of one size.

Imports torch: for commands and workers, never for the web process.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from config.plugins import record
from evaluation.metrics import METRICS, Metric
from generation.networks import NetworkRecord, Networks

Read = Callable[[str], Tensor]
"""Name of a picture → [1, 3, H, W] in [0, 1]."""


@dataclass(frozen=True)
class Pair:
    """A picture and its reference, by name; the reference is empty where a metric needs none."""

    image: str
    reference: str


class ScoreError(ValueError):
    """A pair that cannot be scored; the sentence names the pictures."""


def build(names: Sequence[str]) -> dict[str, Metric]:
    """Metrics by name with their default settings; raises PluginError for an unknown name."""
    return {name: METRICS.build(name) for name in dict.fromkeys(names)}


def needs(metrics: Mapping[str, Metric]) -> set[str]:
    """Roles of the networks that these metrics use."""
    return {role for metric in metrics.values() for role in metric.needs}


def provenance(
    name: str, metric: Metric, records: Mapping[str, NetworkRecord]
) -> tuple[str, dict[str, Any]]:
    """What a value depends on besides its pictures: the hash of it, and itself as plain JSON."""
    networks = {role: asdict(records[role]) for role in metric.needs}
    document = {
        "metric": name,
        "version": metric.version,
        "settings": record(metric),
        "networks": networks,
    }
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest(), document


@torch.no_grad()
def scores(
    pairs: Sequence[Pair],
    metrics: Mapping[str, Metric],
    networks: Networks,
    read: Read,
    batch_size: int,
) -> Iterator[tuple[Sequence[Pair], dict[str, list[float]]]]:
    """Batch after batch: its pairs, and metric → one value a pair (inf where infinite).

    Pairs of one size share a batch; which pairs share one changes no value. Raises ScoreError
    where a picture and its reference differ in size or are too small for a metric.
    """
    waiting: dict[tuple[int, ...], list[tuple[Pair, Tensor, Tensor]]] = {}
    for pair in pairs:
        image = read(pair.image)
        reference = read(pair.reference) if pair.reference else image
        _check_sizes(pair, image, reference)
        lot = waiting.setdefault(tuple(image.shape), [])
        lot.append((pair, image, reference))
        if len(lot) == batch_size:
            yield _scored(waiting.pop(tuple(image.shape)), metrics, networks)
    for lot in waiting.values():
        yield _scored(lot, metrics, networks)


def _scored(
    lot: Sequence[tuple[Pair, Tensor, Tensor]], metrics: Mapping[str, Metric], networks: Networks
) -> tuple[Sequence[Pair], dict[str, list[float]]]:
    images = torch.cat([image for _, image, _ in lot]).to(networks.device)
    references = torch.cat([reference for _, _, reference in lot]).to(networks.device)
    pairs = [pair for pair, _, _ in lot]
    values = {}
    for name, metric in metrics.items():
        try:
            values[name] = metric.score(images, references, networks).tolist()
        except ValueError as error:
            raise ScoreError(f"{pairs[0].image}: {error}") from error
    return pairs, values


def _check_sizes(pair: Pair, image: Tensor, reference: Tensor) -> None:
    if image.shape != reference.shape:
        sizes = [f"{picture.shape[-1]}×{picture.shape[-2]}" for picture in (image, reference)]
        raise ScoreError(
            f"{pair.image} is {sizes[0]} pixels and its reference {pair.reference} {sizes[1]}:"
            " only pictures of one size can be compared."
        )
