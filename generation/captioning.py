"""Captions for a collection's artworks, written by a captioner, with what wrote them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import torch
from django.db import transaction

from config.plugins import record
from generation import pixels, store
from generation.captioners import Captioner
from generation.importing import CollectionError
from generation.models import Artwork, Collection
from generation.networks import Networks
from generation.progress import Progress, silent
from generation.store import StoreError, StoreFailure

COLUMN = "caption"
"""Where experiment files find it, like any column of a manifest."""


@dataclass(frozen=True)
class Captioned:
    """One artwork and its new caption."""

    painter: str
    title: str
    caption: str


def caption_collection(
    *,
    slug: str,
    name: str,
    captioner: Captioner,
    networks: Networks,
    batch_size: int = 8,
    force: bool = False,
    progress: Progress = silent,
) -> Iterator[Captioned]:
    """Caption the artworks of the collection `slug` that have none, or with `force` all.

    `captioner` is the plugin called `name`. A batch is kept as soon as it is captioned, so an
    interrupted run goes on where it stopped. Raises CollectionError for an unknown collection, a
    picture that is lost, or a store that fails, and Refused as the captioner does.
    """
    artworks = _waiting(slug, force)
    provenance = {
        "captioner": name,
        "version": captioner.version,
        "settings": record(captioner),
        "network": asdict(networks.records["captioner"]),
    }
    done = 0
    for batch in _batches(artworks, batch_size):
        captions = captioner.caption(_images(batch, networks), networks, silent)
        _keep({art.pk: text for art, text in zip(batch, captions, strict=True)}, provenance)
        done += len(batch)
        progress(done, len(artworks), captions[-1])
        for artwork, caption in zip(batch, captions, strict=True):
            yield Captioned(artwork.painter, artwork.title, caption)


def _waiting(slug: str, force: bool) -> list[Artwork]:
    if not Collection.objects.filter(slug=slug).exists():
        known = ", ".join(Collection.objects.values_list("slug", flat=True)) or "none"
        raise CollectionError(f"There is no collection “{slug}” (there are: {known}).")
    artworks = Artwork.objects.filter(collection__slug=slug).select_related("image")
    return [artwork for artwork in artworks if force or not _caption_of(artwork)]


def _caption_of(artwork: Artwork) -> str:
    return str(artwork.notes.get("columns", {}).get(COLUMN, "")).strip()


def _batches(artworks: Sequence[Artwork], size: int) -> Iterator[list[Artwork]]:
    """Pictures of one size together."""

    def sides(artwork: Artwork) -> tuple[int, int]:
        return artwork.image.height, artwork.image.width

    for _, alike in groupby(sorted(artworks, key=sides), key=sides):
        group = list(alike)
        yield from (group[start : start + size] for start in range(0, len(group), size))


def _images(batch: Sequence[Artwork], networks: Networks) -> torch.Tensor:
    try:
        with store.failing():
            images = [pixels.read_png(store.get(artwork.image_id)) for artwork in batch]
    except (StoreError, StoreFailure) as error:
        raise CollectionError(str(error)) from error
    return torch.cat(images).to(networks.device)


@transaction.atomic
def _keep(captions: Mapping[int, str], provenance: Mapping[str, Any]) -> None:
    """Write captions beside the other columns; one that stood there before is not lost."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    for artwork in Artwork.objects.select_for_update().filter(pk__in=captions):
        before = _caption_of(artwork)
        columns = {**artwork.notes.get("columns", {}), COLUMN: captions[artwork.pk]}
        told = {**provenance, "at": at, **({"before": before} if before else {})}
        artwork.notes = {**artwork.notes, "columns": columns, COLUMN: told}
        artwork.save(update_fields=["notes"])
