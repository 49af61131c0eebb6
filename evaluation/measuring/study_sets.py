"""Which sets of a study's pictures are compared: each condition with originals or the clean arm.

Painters of different eras are never one set. Reads only.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pandas import DataFrame

from evaluation import queries
from evaluation.ratings import (
    FACTORS,
    NO_LEVEL,
    by_factors,
    clean_protection,
    condition_name,
    varying,
)
from generation.recipe import digest
from studies import export
from studies.models import Study

By = Literal["condition", "artist"]
Reference = Literal["originals", "clean"]
REFERENCES: tuple[Reference, ...] = ("originals", "clean")


@dataclass(frozen=True)
class Shown:
    """A picture of a set: its sha256, its painter, and the picture that it was made from."""

    image: str
    artist: str
    source: str = ""


@dataclass(frozen=True)
class SetPair:
    """A condition's pictures, and those that they are held against."""

    levels: Mapping[str, str]
    """condition, the factors, era, and artist where artists are told apart"""
    against: Reference
    sample: tuple[Shown, ...]
    reference: tuple[Shown, ...]

    @property
    def sha256(self) -> str:
        """Of all that the value depends on but the metric."""
        sides = [
            sorted((each.image, each.artist, each.source) for each in side)
            for side in (self.sample, self.reference)
        ]
        return digest([dict(self.levels), *sides])

    @property
    def name(self) -> str:
        """“glaze 0.05 (historical), Ada Faceter”"""
        era = f" ({self.levels['era']})" if self.levels["era"] else ""
        artist = f", {self.levels['artist']}" if self.levels["artist"] else ""
        return f"{self.levels['condition']}{era}{artist}"


def set_pairs(study: Study, *, by: By = "condition") -> list[SetPair]:
    """Every condition against the artists' originals and against the clean arm, where there are."""
    items = export.items(study)
    judged = queries.pairs(study, "nothing")[["item", "image"]].merge(items, on="item")
    if judged.empty:
        return []
    sources = queries.pairs(study, "counterpart")[["item", "image", "reference"]]
    judged = judged.merge(sources, on=["item", "image"], how="left").fillna({"reference": ""})
    originals = queries.pairs(study, "originals")[["item", "reference"]].merge(items, on="item")
    originals = originals.rename(columns={"reference": "image"}).assign(reference="")
    clean = clean_protection(items)
    found = []
    for levels, cell in _cells(judged, by):
        named = {"condition": condition_name({f: levels[f] for f in varying(items)}, clean)}
        place = {**named, **levels}
        mine = _of_painters(originals, cell)
        found.append(SetPair(place, "originals", _shown(cell), _shown(mine)))
        if clean is not None and levels["protection"] != clean:
            arm = _of_painters(_clean_arm(judged, clean, levels), cell)
            found.append(SetPair(place, "clean", _shown(cell), _shown(arm)))
    return [pair for pair in found if pair.reference and not _same(pair)]


def _cells(judged: DataFrame, by: By) -> Iterator[tuple[dict[str, str], DataFrame]]:
    keys = (*FACTORS, "era", *(["artist"] if by == "artist" else []))
    for levels, cell in by_factors(judged, *keys):
        yield {"artist": "", **levels}, cell


def _of_painters(pictures: DataFrame, cell: DataFrame) -> DataFrame:
    """Those by painters of the cell, of its era."""
    return pictures[pictures["artist"].isin(cell["artist"]) & pictures["era"].isin(cell["era"])]


def _clean_arm(judged: DataFrame, clean: str, levels: Mapping[str, str]) -> DataFrame:
    """Untouched, unpurified, undegraded, by the same mimicry."""
    untouched = (judged["protection"] == clean) & (judged["purification"] == NO_LEVEL)
    plain = judged["degradation"] == NO_LEVEL
    return judged[untouched & plain & (judged["mimicry"] == levels["mimicry"])]


def _shown(rows: DataFrame) -> tuple[Shown, ...]:
    triples = zip(rows["image"], rows["artist"], rows["reference"], strict=True)
    return tuple(dict.fromkeys(Shown(*triple) for triple in triples))


def _same(pair: SetPair) -> bool:
    """The untouched pictures of a study without mimics are the originals themselves."""
    return {each.image for each in pair.sample} == {each.image for each in pair.reference}
