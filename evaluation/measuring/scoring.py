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
from evaluation.choices import Entry, choices_of, joined, taken_apart
from evaluation.measuring.galleries import Gallery
from evaluation.metrics import Metric
from generation.networks import NetworkRecord, Networks

Read = Callable[[str], Tensor]
"""Name of a picture → [1, 3, H, W] in [0, 1]."""


@dataclass(frozen=True)
class Pair:
    """A picture, and what it is held against: a reference by name, a genre, words, or nothing."""

    image: str
    reference: str = ""
    genre: str = ""
    prompt: str = ""
    gallery: str = ""
    """the key of one"""


class ScoreError(ValueError):
    """A pair that cannot be scored; the sentence names the pictures."""


def build(entries: Sequence[Entry]) -> dict[str, Metric]:
    """Metrics by name (“clip_genre(mode=legacy)”); raises PluginError for an unknown one."""
    return {choice.name: choice.built for choice in choices_of(entries)}


def needs(metrics: Mapping[str, Metric]) -> set[str]:
    """Roles of the networks that these metrics use."""
    return {role for metric in metrics.values() for role in metric.needs}


def provenance(
    name: str, metric: Metric, records: Mapping[str, NetworkRecord]
) -> tuple[str, dict[str, Any]]:
    """What a value depends on besides its pictures: the hash of it, and itself as plain JSON."""
    networks = {role: asdict(records[role]) for role in metric.needs}
    document = {
        "metric": taken_apart(name)[0],
        "version": metric.version,
        "settings": record(metric),
        "networks": networks,
    }
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest(), document


@dataclass(frozen=True)
class Loaded:
    """A pair with its pixels, [1, 3, H, W] in [0, 1] each; no reference where there is none."""

    pair: Pair
    image: Tensor
    reference: Tensor | None
    gallery: Gallery | None = None

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """What must be equal for two pairs to share a tensor batch."""
        return (
            tuple(self.image.shape),
            () if self.reference is None else tuple(self.reference.shape),
        )


def loaded(
    pair: Pair,
    read: Read,
    *,
    counterpart: bool = True,
    galleries: Mapping[str, Gallery] | None = None,
) -> Loaded:
    """The pixels of a pair; raises ScoreError where a counterpart is of another size.

    `galleries` by key, for the pairs that name one.
    """
    image = read(pair.image)
    reference = read(pair.reference) if pair.reference else None
    if counterpart and reference is not None and image.shape != reference.shape:
        sizes = [f"{picture.shape[-1]}×{picture.shape[-2]}" for picture in (image, reference)]
        raise ScoreError(
            f"{pair.image} is {sizes[0]} pixels and its reference {pair.reference} {sizes[1]}:"
            " only pictures of one size can be compared."
        )
    return Loaded(pair, image, reference, (galleries or {}).get(pair.gallery))


def lots(entries: Iterable[Loaded], size: int) -> Iterator[list[Loaded]]:
    """Lots of up to `size` pairs of pictures of one size, for one tensor batch each."""
    waiting: dict[tuple[tuple[int, ...], ...], list[Loaded]] = {}
    for entry in entries:
        lot = waiting.setdefault(entry.shapes, [])
        lot.append(entry)
        if len(lot) == size:
            yield waiting.pop(entry.shapes)
    yield from waiting.values()


@torch.no_grad()
def scores(
    lot: Sequence[Loaded], metrics: Mapping[str, Metric], networks: Networks
) -> dict[str, list[float]]:
    """Name of each number → one value a pair of the lot (inf where infinite); raises ScoreError."""
    values: dict[str, list[float]] = {}
    for name, metric in metrics.items():
        try:
            found = _scored(lot, metric, networks)
        except ValueError as error:
            raise ScoreError(f"{lot[0].pair.image}: {error}") from error
        columns = found.reshape(len(lot), -1).T.tolist()
        parts = list(metric.parts) or [""]
        values |= {joined(name, part): column for part, column in zip(parts, columns, strict=True)}
    return values


def _scored(lot: Sequence[Loaded], metric: Metric, networks: Networks) -> Tensor:
    images = torch.cat([entry.image for entry in lot]).to(networks.device)
    if metric.against == "genre":
        return metric.score(images, [entry.pair.genre for entry in lot], networks)
    if metric.against == "prompt":
        return metric.score(images, [entry.pair.prompt for entry in lot], networks)
    if metric.against == "gallery":
        galleries = [entry.gallery for entry in lot if entry.gallery is not None]
        return metric.score(images, galleries, networks)
    references = [entry.image if entry.reference is None else entry.reference for entry in lot]
    return metric.score(images, torch.cat(references).to(networks.device), networks)
