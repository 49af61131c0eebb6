"""The kinds of steps that make an image, and the one function that carries a step out.

Every door (the worker, `manage.py protect` and `purify`) goes through `run`, so an image is made
the same way wherever it is asked for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from config.plugins import PluginFolder, Settings
from generation.preparations import PREPARATIONS
from generation.protections import PROTECTIONS
from generation.purifications import PURIFICATIONS
from generation.style_transfers import STYLE_TRANSFERS

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from generation.networks import Networks
    from generation.progress import Progress


class StepError(ValueError):
    """Inputs that a step cannot take; the message says what to give it."""


@dataclass(frozen=True)
class Batch:
    """What a method works on: one tensor [N, 3, H, W] a role, and one generator an image."""

    inputs: "Mapping[str, Tensor]"
    networks: "Networks"
    generators: "Sequence[Generator]"
    progress: "Progress"


@dataclass(frozen=True)
class Kind:
    """A family of methods with one signature."""

    name: str
    catalogue: PluginFolder[Any]
    always: tuple[str, ...]
    call: Callable[[Any, Batch], "Tensor"]

    def roles(self, method: str) -> tuple[str, ...]:
        """Roles of the input images that `method` takes: image, target, style."""
        takes_target = getattr(self.catalogue.load(method), "takes_target", False)
        return (*self.always, "target") if takes_target else self.always

    def optional(self, method: str) -> tuple[str, ...]:
        """Roles that some settings of `method` want and others do not."""
        return ("target",) if getattr(self.catalogue.load(method), "may_take_target", False) else ()

    def needs(self, method: str) -> tuple[str, ...]:
        """Roles of the networks that `method` uses: autoencoder, perceptual."""
        return tuple(getattr(self.catalogue.load(method), "needs", ()))

    def version(self, method: str) -> int:
        """The version of `method`: it changes when the same settings would give another image."""
        return int(self.catalogue.load(method).version)


def _prepare(method: Any, batch: Batch) -> "Tensor":
    prepared: Tensor = method.prepare(batch.inputs["image"])
    return prepared


def _transfer(method: Any, batch: Batch) -> "Tensor":
    images, style = batch.inputs["image"], batch.inputs["style"]
    painted: Tensor = method.transfer(
        images, style, batch.networks, batch.generators, batch.progress
    )
    return painted


def _protect(method: Any, batch: Batch) -> "Tensor":
    images, target = batch.inputs["image"], batch.inputs.get("target")
    cloaked: Tensor = method.protect(
        images, batch.networks, batch.generators, batch.progress, target
    )
    return cloaked


def _purify(method: Any, batch: Batch) -> "Tensor":
    purified: Tensor = method.purify(
        batch.inputs["image"], batch.networks, batch.generators, batch.progress
    )
    return purified


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("preparation", PREPARATIONS, ("image",), _prepare),
        Kind("style_transfer", STYLE_TRANSFERS, ("image", "style"), _transfer),
        Kind("protection", PROTECTIONS, ("image",), _protect),
        Kind("purification", PURIFICATIONS, ("image",), _purify),
    )
}


def run(
    kind: str,
    method: str,
    settings: Settings,
    inputs: "Mapping[str, Tensor]",
    networks: "Networks",
    generators: "Sequence[Generator]",
    progress: "Progress",
) -> "Tensor":
    """Carry out one step on a batch.

    `inputs` holds one tensor [N, 3, H, W] in [0, 1] a role, `generators` one CPU generator an
    image. Returns [N, 3, H', W'] in [0, 1] on the 8-bit grid, on the CPU. Raises PluginError for
    an unknown method or setting, StepError for wrong inputs, NetworkUnavailable for a missing
    network, and whatever `progress` raises (Cancelled).
    """
    family = KINDS[kind]
    plugin = family.catalogue.build(method, settings)
    _check(family, method, inputs, generators)
    moved = {role: images.to(networks.device) for role, images in inputs.items()}
    return family.call(plugin, Batch(moved, networks, generators, progress)).cpu().contiguous()


def _check(
    kind: Kind, method: str, inputs: "Mapping[str, Tensor]", generators: "Sequence[Generator]"
) -> None:
    roles = kind.roles(method)
    if not set(roles) <= set(inputs) <= {*roles, *kind.optional(method)}:
        given = ", ".join(sorted(inputs)) or "none"
        raise StepError(
            f"{kind.name} {method} takes the images {', '.join(roles)}; given: {given}."
        )
    shapes = {tuple(images.shape) for images in inputs.values()}
    if len(shapes) > 1:
        raise StepError(f"{kind.name} {method} takes images of one size; given: {sorted(shapes)}.")
    count = len(inputs["image"])
    if count == 0 or len(generators) != count:
        raise StepError(
            f"{kind.name} {method} takes one generator an image;"
            f" given: {len(generators)} for {count} images."
        )
