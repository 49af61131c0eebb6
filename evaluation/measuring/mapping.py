"""Draws the maps of a study's pictures and stores their grids; imports torch."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import torch
from django.conf import settings
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from config.plugins import PluginError, record
from evaluation import queries
from evaluation.maps import MAPS, PixelMap
from evaluation.measuring.map_table import SIDE
from evaluation.measuring.measurements import Measured, MeasureError
from evaluation.models import PictureMap
from generation import store
from generation.networks import Networks, NetworkUnavailable, load
from generation.pixels import read_png
from generation.progress import Progress
from studies.models import Study

Place = tuple[str, str]
"""Picture and what it is held against, as sha256s; the second is empty where that is nothing."""


def map_pictures(study: Study, progress: Progress) -> Measured:
    """See `evaluation.services.draw_maps`."""
    try:
        maps, skipped = _chosen(study)
        networks = _networks(study, maps)
        work = [
            (name, each, *provenance(name, each, networks), _places(study, each))
            for name, each in maps.items()
        ]
        total, done, new = sum(len(places) for *_, places in work), 0, 0
        for name, each, version, document, places in work:
            for place in _missing(places, version):
                grid = _grid(each, place, networks)
                new += _store(name, place, version, document, grid)
                progress(done + 1, total, name)
                done += 1
    except (PluginError, NetworkUnavailable, store.StoreError) as error:
        raise MeasureError(str(error)) from error
    return Measured(new, skipped)


def provenance(name: str, each: PixelMap, networks: Networks) -> tuple[str, dict[str, Any]]:
    """What a grid depends on besides its pictures: the hash of it, and itself as plain JSON."""
    document = {
        "map": name,
        "version": each.version,
        "settings": record(each),
        "grid": SIDE,
        "networks": {role: asdict(networks.records[role]) for role in each.needs},
    }
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest(), document


def _chosen(study: Study) -> tuple[dict[str, PixelMap], dict[str, str]]:
    """All maps that this study allows, and why it does not allow the others."""
    named = study.protocol.document["stimuli"]["networks"]
    maps, skipped = {}, {}
    for name in MAPS.names():
        each = MAPS.build(name)
        missing = [role for role in each.needs if role not in named]
        if missing:
            skipped[name] = (
                f"{each.label} needs the network “{missing[0]}”, which the experiment does not name"
                " under stimuli: networks."
            )
        elif queries.pairs(study, each.against).empty:
            skipped[name] = (
                f"{each.label} compares a picture with the one it was made from; here there is"
                " none, or no picture is made yet."
            )
        else:
            maps[name] = each
    return maps, skipped


def _networks(study: Study, maps: Mapping[str, PixelMap]) -> Networks:
    named = study.protocol.document["stimuli"]["networks"]
    roles = sorted({role for each in maps.values() for role in each.needs})
    return load({role: named[role] for role in roles}, settings.NETWORKS_DIR, settings.DEVICE)


def _places(study: Study, each: PixelMap) -> list[Place]:
    table = queries.pairs(study, each.against)
    return list(dict.fromkeys(zip(table["image"], table["reference"], strict=True)))


def _missing(places: Sequence[Place], version: str) -> Iterator[Place]:
    rows = PictureMap.objects.filter(version=version)
    known = {(image, other or "") for image, other in rows.values_list("image", "reference")}
    return (place for place in places if place not in known)


@torch.no_grad()
def _grid(each: PixelMap, place: Place, networks: Networks) -> Tensor:
    """[SIDE, SIDE] float64: means over the cells."""
    image = _read(place[0]).to(networks.device)
    reference = _read(place[1]).to(networks.device) if place[1] else image
    if image.shape != reference.shape:
        raise MeasureError(
            f"{place[0][:12]} and the picture it is compared with are of different sizes."
        )
    try:
        drawn = each.draw(image, reference, networks)
    except ValueError as error:
        raise MeasureError(f"{place[0][:12]}: {error}") from error
    cells: Tensor = adaptive_avg_pool2d(drawn.cpu().double()[:, None], SIDE)
    return cells[0, 0]


def _read(sha256: str) -> Tensor:
    return read_png(store.get(sha256))


def _store(name: str, place: Place, version: str, document: dict[str, Any], grid: Tensor) -> int:
    """How many were new: 0 where another worker was quicker."""
    _, new = PictureMap.objects.get_or_create(
        image_id=place[0],
        reference_id=place[1] or None,
        version=version,
        defaults={
            "map": name,
            "provenance": document,
            "grid": grid.numpy().astype("<f4").tobytes(),
        },
    )
    return int(new)
