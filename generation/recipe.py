"""What makes an image or a mimic: a graph of steps, its canonical JSON, and its hash, the key.

A `Step` is one node: a method of a catalogue with all its settings, its seed, the networks it used
and the steps that gave its inputs. The leaves are artworks. The key of a step is the sha256 of the
canonical JSON of its document, and a document names its inputs by their keys; so equal keys mean
equal graphs, all the way down to the bytes of the artworks.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import isfinite
from typing import Any, ClassVar, Protocol

from config.plugins import record

ARTWORK = "artwork"
"""The kind of the leaves."""

MIMIC = "mimic"
"""The kind whose output is a mimic, a file of what was learnt; and the role of that as an input."""

PAINTING = "painting"
EDIT = "edit"

CAPTIONS = "captions"
"""Beside the settings of a mimicry: one caption a training picture, in their order."""

FORMAT = 1
"""Counts changes of the document's layout or of the canonical JSON; part of every document."""

Document = dict[str, Any]


class RecipeError(ValueError):
    """A recipe that cannot be asked for; the message says why."""


class Versioned(Protocol):
    """A plugin that says which version of its formulas it holds."""

    version: ClassVar[int]


@dataclass(frozen=True)
class Step:
    """One node of the graph that makes an image or a mimic.

    `settings` are complete, defaults included (`plugin_step` sees to that). `seed` is None where
    nothing is drawn. `networks` maps roles (autoencoder, perceptual) to `id, revision, sha256`.
    """

    kind: str
    method: str
    settings: Mapping[str, Any]
    inputs: Mapping[str, "Step"] = field(default_factory=dict)
    seed: int | None = None
    networks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    version: int = 1

    @cached_property
    def document(self) -> Document:
        """All that the key is the hash of, as plain JSON values."""
        plain: Document = _plain(
            {
                "format": FORMAT,
                "kind": self.kind,
                "method": self.method,
                "version": self.version,
                "settings": self.settings,
                "seed": self.seed,
                "networks": self.networks,
                "inputs": {role: step.key for role, step in self.inputs.items()},
            }
        )
        return plain

    @cached_property
    def key(self) -> str:
        """sha256 of the canonical JSON of the document, in hexadecimal."""
        return digest(self.document)

    def graph(self) -> Iterator["Step"]:
        """Every step of the graph once, inputs before what is made from them, this one last."""
        seen: set[str] = set()
        yield from self._walk(seen)

    def _walk(self, seen: set[str]) -> Iterator["Step"]:
        if self.key in seen:
            return
        seen.add(self.key)
        for role in sorted(self.inputs):
            yield from self.inputs[role]._walk(seen)
        yield self


def artwork_step(image_sha256: str) -> Step:
    """The leaf: an imported picture, known by the sha256 of its normalised PNG."""
    return Step(ARTWORK, "original", {"image": image_sha256})


def plugin_step(
    kind: str,
    method: str,
    plugin: Versioned,
    inputs: Mapping[str, Step],
    *,
    seed: int | None = None,
    networks: Mapping[str, Mapping[str, Any]] | None = None,
) -> Step:
    """The step that runs a built plugin: its version and all its settings go into the document."""
    return Step(kind, method, record(plugin), inputs, seed, networks or {}, plugin.version)


def mimic_step(
    method: str,
    plugin: Versioned,
    pictures: Sequence[Step],
    captions: Sequence[str],
    *,
    seed: int,
    networks: Mapping[str, Mapping[str, Any]],
) -> Step:
    """The step that learns to paint as `pictures` do: one caption a picture, in their order.

    `networks` names the network that is tuned, in the role “diffusion”. The pictures are inputs
    “001”, “002”, …; their order is part of the recipe, because training draws from it. Raises
    RecipeError for too few pictures, no network, or a picture without the caption it needs.
    """
    if not pictures:
        raise RecipeError("A mimic learns from pictures: give it at least one.")
    if len(captions) != len(pictures):
        raise RecipeError(
            f"A mimic takes one caption a picture; given: {len(captions)} for {len(pictures)}."
        )
    fewest = getattr(plugin, "fewest", 1)
    if len(pictures) < fewest:
        raise RecipeError(
            f"mimic {method} learns from {fewest} pictures or more; given: {len(pictures)}."
        )
    bare = [number for number, caption in enumerate(captions, start=1) if not caption.strip()]
    if bare and "{caption}" in getattr(plugin, "prompt", "{caption}"):
        raise RecipeError(
            f"Training picture {bare[0]} has no caption: write one into the column “caption” of the"
            " collection's manifest, let a captioner write it (manage.py collection caption), or"
            " name a caption for all of them."
        )
    _need_diffusion("mimic", method, networks)
    inputs = {training_role(number): step for number, step in enumerate(pictures, start=1)}
    settings = {**record(plugin), CAPTIONS: list(captions)}
    return Step(MIMIC, method, settings, inputs, seed, networks, plugin.version)


def painting_step(
    method: str,
    plugin: Versioned,
    *,
    seed: int,
    mimic: Step | None = None,
    networks: Mapping[str, Mapping[str, Any]] | None = None,
) -> Step:
    """The step that paints a picture from a prompt, with a mimic or with a network as it came.

    `seed` is the picture's: the same prompt and seed begin from the same noise whoever paints, so
    conditions are compared in pairs. Without `networks` they are the mimic's. Raises RecipeError
    where a mimic would be painted with on another network than it was learnt on, or there is none.
    """
    if mimic is None:
        _need_diffusion("painting", method, networks or {})
        return plugin_step(PAINTING, method, plugin, {}, seed=seed, networks=networks)
    named = networks or mimic.networks
    if named.get("diffusion") != mimic.networks["diffusion"]:
        raise RecipeError(
            f"The mimic was learnt on the network {mimic.networks['diffusion']['id']}: paint with"
            " that one."
        )
    return plugin_step(PAINTING, method, plugin, {MIMIC: mimic}, seed=seed, networks=named)


def edit_step(
    method: str,
    plugin: Versioned,
    image: Step,
    *,
    seed: int,
    networks: Mapping[str, Mapping[str, Any]],
) -> Step:
    """The step that changes a picture by a prompt; the same seed draws the same for every image."""
    _need_diffusion("edit", method, networks)
    return plugin_step(EDIT, method, plugin, {"image": image}, seed=seed, networks=networks)


def training_role(number: int) -> str:
    """The input of a mimic that is its training picture `number`, from 1: “001”, “002”, …"""
    return f"{number:03d}"


def training_roles(document: Mapping[str, Any]) -> list[str]:
    """The roles of a mimic's training pictures, in the order in which it learns from them."""
    return sorted(document["inputs"], key=int)


def training_keys(document: Mapping[str, Any]) -> list[str]:
    """The keys of a mimic's training pictures, in that order."""
    return [document["inputs"][role] for role in training_roles(document)]


def _need_diffusion(kind: str, method: str, networks: Mapping[str, object]) -> None:
    if "diffusion" not in networks:
        raise RecipeError(f"{kind} {method} needs a network in the role “diffusion”: name one.")


def rebuild(documents: Mapping[str, Document]) -> dict[str, Step]:
    """The steps of stored documents (key → document, inputs included), each with its key."""
    steps: dict[str, Step] = {}

    def step(key: str) -> Step:
        if key not in steps:
            stored = documents[key]
            parts = ("kind", "method", "settings", "seed", "networks", "version")
            inputs = {role: step(source) for role, source in stored["inputs"].items()}
            steps[key] = Step(inputs=inputs, **{part: stored[part] for part in parts})
        return steps[key]

    return {key: step(key) for key in documents}


def generator_seed(seed: int | None, picture: str) -> int:
    """Seed (63 bits) of one picture's generator, from a step's seed and its `image` input's key.

    Two pictures never share their draws; one picture has the same draws at every budget, so
    budgets are compared on equal terms; and neither depends on what else is in the batch.
    """
    text = canonical_json([seed, picture])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def digest(value: object) -> str:
    """sha256 of the canonical JSON of `value`, in hexadecimal."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def canonical_json(value: object) -> str:
    """The one way to write a JSON value: sorted keys, no spaces, ASCII, one spelling per number.

    As in RFC 8785, a float that is a whole number is written as an integer (1.0 and 1 are one
    setting, -0.0 is 0), so that a key survives databases that store 1.0 as 1. Other floats are
    written as the shortest text that reads back to the same 64 bits (Python's repr: 0.07, 1e-05).
    Raises ValueError for NaN and infinities, TypeError for what JSON does not know.
    """
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_name(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, float):
        return _number(value)
    if value is None or isinstance(value, bool | int | str):
        return value
    raise TypeError(f"A recipe holds plain JSON values only; {value!r} is not one.")


def _name(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"Names in a recipe are text; {key!r} is not.")
    return key


def _number(value: float) -> int | float:
    if not isfinite(value):
        raise ValueError(f"A recipe holds finite numbers only; {value} is not.")
    return int(value) if value.is_integer() else value
