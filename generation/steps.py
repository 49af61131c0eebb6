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

Call = Callable[
    [Any, "Mapping[str, Tensor]", "Networks", "Sequence[Generator]", "Progress"], "Tensor"
]


class StepError(ValueError):
    """Inputs that a step cannot take; the message says what to give it."""


@dataclass(frozen=True)
class Kind:
    """A family of methods with one signature."""

    name: str
    catalogue: PluginFolder[Any]
    always: tuple[str, ...]
    call: Call

    def roles(self, method: str) -> tuple[str, ...]:
        """Roles of the input images that `method` takes: image, target, style."""
        takes_target = getattr(self.catalogue.load(method), "takes_target", False)
        return (*self.always, "target") if takes_target else self.always

    def needs(self, method: str) -> tuple[str, ...]:
        """Roles of the networks that `method` uses: autoencoder, perceptual."""
        return tuple(getattr(self.catalogue.load(method), "needs", ()))

    def version(self, method: str) -> int:
        """The version of `method`: it changes when the same settings would give another image."""
        return int(self.catalogue.load(method).version)


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "preparation",
            PREPARATIONS,
            ("image",),
            lambda method, inputs, networks, generators, progress: method.prepare(inputs["image"]),
        ),
        Kind(
            "style_transfer",
            STYLE_TRANSFERS,
            ("image", "style"),
            lambda method, inputs, networks, generators, progress: method.transfer(
                inputs["image"], inputs["style"], networks, generators, progress
            ),
        ),
        Kind(
            "protection",
            PROTECTIONS,
            ("image",),
            lambda method, inputs, networks, generators, progress: method.protect(
                inputs["image"], networks, generators, progress, inputs.get("target")
            ),
        ),
        Kind(
            "purification",
            PURIFICATIONS,
            ("image",),
            lambda method, inputs, networks, generators, progress: method.purify(
                inputs["image"], networks, generators, progress
            ),
        ),
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
    made: Tensor = family.call(plugin, moved, networks, generators, progress)
    return made.cpu()


def _check(
    kind: Kind, method: str, inputs: "Mapping[str, Tensor]", generators: "Sequence[Generator]"
) -> None:
    roles = kind.roles(method)
    if set(inputs) != set(roles):
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
