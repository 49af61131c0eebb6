"""Scores pairs of saved pictures by several metrics, in tensor batches of one size.

Imports torch: for commands and workers, never for the web process.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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


@dataclass(frozen=True)
class Loaded:
    """A pair with its pixels, [1, 3, H, W] in [0, 1] each."""

    pair: Pair
    image: Tensor
    reference: Tensor


def loaded(pair: Pair, read: Read) -> Loaded:
    """The pixels of a pair; raises ScoreError where the two differ in size."""
    image = read(pair.image)
    reference = read(pair.reference) if pair.reference else image
    if image.shape != reference.shape:
        sizes = [f"{picture.shape[-1]}×{picture.shape[-2]}" for picture in (image, reference)]
        raise ScoreError(
            f"{pair.image} is {sizes[0]} pixels and its reference {pair.reference} {sizes[1]}:"
            " only pictures of one size can be compared."
        )
    return Loaded(pair, image, reference)


def lots(entries: Iterable[Loaded], size: int) -> Iterator[list[Loaded]]:
    """Lists of up to `size` pairs of pictures of one size, for one tensor batch each."""
    waiting: dict[tuple[int, ...], list[Loaded]] = {}
    for entry in entries:
        shape = tuple(entry.image.shape)
        lot = waiting.setdefault(shape, [])
        lot.append(entry)
        if len(lot) == size:
            yield waiting.pop(shape)
    yield from waiting.values()


@torch.no_grad()
def scores(
    lot: Sequence[Loaded], metrics: Mapping[str, Metric], networks: Networks
) -> dict[str, list[float]]:
    """Metric → one value a pair of the lot (inf where infinite); raises ScoreError."""
    images = torch.cat([entry.image for entry in lot]).to(networks.device)
    references = torch.cat([entry.reference for entry in lot]).to(networks.device)
    values = {}
    for name, metric in metrics.items():
        try:
            values[name] = metric.score(images, references, networks).tolist()
        except ValueError as error:
            raise ScoreError(f"{lot[0].pair.image}: {error}") from error
    return values
