"""The kinds of steps, and the two functions that carry a step out.

Every door (the worker, `manage.py protect` and `purify`) goes through `run`, or for a mimic through
`learn`, so a thing is made the same way wherever it is asked for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from config.plugins import PluginFolder, Settings
from generation.amplifications import AMPLIFICATIONS
from generation.declared import declared
from generation.degradations import DEGRADATIONS
from generation.edits import EDITS
from generation.mimicry import MIMICRY, SampleSheets
from generation.paintings import PAINTINGS
from generation.preparations import PREPARATIONS
from generation.protections import PROTECTIONS
from generation.purifications import PURIFICATIONS
from generation.recipe import CAPTIONS
from generation.style_transfers import STYLE_TRANSFERS

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from generation.checkpoints import Checkpoints
    from generation.mimic import Mimic
    from generation.networks import Networks
    from generation.progress import Progress


class StepError(ValueError):
    """Inputs that a step cannot take; the message says what to give it."""


@dataclass(frozen=True)
class Batch:
    """What a method works on: one tensor [N, 3, H, W] a role, and one generator an image."""

    methods: Sequence[Any]
    """The built plugin, once an image: they differ in no setting but those that it `varies`."""
    inputs: "Mapping[str, Tensor]"
    networks: "Networks"
    generators: "Sequence[Generator]"
    progress: "Progress"
    mimic: "Mimic | None" = None
    """What paints, where it is not the network as it came."""

    @property
    def method(self) -> Any:
        """The plugin, for methods that vary nothing."""
        return self.methods[0]


@dataclass(frozen=True)
class Kind:
    """A family of methods with one signature."""

    name: str
    catalogue: PluginFolder[Any]
    always: tuple[str, ...]
    call: "Callable[[Batch], Tensor] | None"
    """None for mimics, which are no images: `learn` makes them."""

    def roles(self, method: str) -> tuple[str, ...]:
        """Roles of the input images that `method` takes: image, target, style."""
        cls = self.catalogue.load(method)
        takes_target = getattr(cls, "takes_target", False)
        always = [role for role in self.always if role != "style" or _takes_style(cls)]
        return (*always, "target") if takes_target else tuple(always)

    def optional(self, method: str) -> tuple[str, ...]:
        """Roles that some settings of `method` want and others do not."""
        return ("target",) if getattr(self.catalogue.load(method), "may_take_target", False) else ()

    def needs(self, method: str) -> tuple[str, ...]:
        """Roles of the networks that `method` uses: autoencoder, perceptual, diffusion."""
        return tuple(getattr(self.catalogue.load(method), "needs", ()))

    def varies(self, method: str) -> tuple[str, ...]:
        """Settings that may differ between the images of one batch. Imports no method."""
        return tuple(declared(self.catalogue, method, "varies", ()))

    def version(self, method: str) -> int:
        """The version of `method`: it changes when the same settings would give another image."""
        return int(self.catalogue.load(method).version)


def _takes_style(transfer: object) -> bool:
    """Style transfers take a picture of the style, but for those that are told it in words."""
    return bool(getattr(transfer, "takes_style", True))


def _prepare(batch: Batch) -> "Tensor":
    prepared: Tensor = batch.method.prepare(batch.inputs["image"])
    return prepared


def _transfer(batch: Batch) -> "Tensor":
    images, style = batch.inputs["image"], batch.inputs.get("style")
    painted: Tensor = batch.method.transfer(
        images, style, batch.networks, batch.generators, batch.progress
    )
    return painted


def _protect(batch: Batch) -> "Tensor":
    images, target = batch.inputs["image"], batch.inputs.get("target")
    cloaked: Tensor = batch.method.protect(
        images, batch.networks, batch.generators, batch.progress, target
    )
    return cloaked


def _purify(batch: Batch) -> "Tensor":
    purified: Tensor = batch.method.purify(
        batch.inputs["image"], batch.networks, batch.generators, batch.progress
    )
    return purified


def _degrade(batch: Batch) -> "Tensor":
    degraded: Tensor = batch.method.degrade(
        batch.inputs["image"], batch.networks, batch.generators, batch.progress
    )
    return degraded


def _amplify(batch: Batch) -> "Tensor":
    amplified: Tensor = batch.method.amplify(
        batch.inputs["image"],
        batch.inputs["reference"],
        batch.networks,
        batch.generators,
        batch.progress,
    )
    return amplified


def _paint(batch: Batch) -> "Tensor":
    diffusion = batch.networks.diffusion
    painter = batch.mimic.onto(diffusion) if batch.mimic else diffusion
    prompts = [method.prompt for method in batch.methods]
    painted: Tensor = batch.method.paint(painter, prompts, batch.generators, batch.progress)
    return painted


def _edit(batch: Batch) -> "Tensor":
    edited: Tensor = batch.method.edit(
        batch.inputs["image"], batch.networks, batch.generators, batch.progress
    )
    return edited


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("preparation", PREPARATIONS, ("image",), _prepare),
        Kind("style_transfer", STYLE_TRANSFERS, ("image", "style"), _transfer),
        Kind("protection", PROTECTIONS, ("image",), _protect),
        Kind("purification", PURIFICATIONS, ("image",), _purify),
        Kind("mimic", MIMICRY, (), None),
        Kind("painting", PAINTINGS, (), _paint),
        Kind("edit", EDITS, ("image",), _edit),
        Kind("degradation", DEGRADATIONS, ("image",), _degrade),
        Kind("amplification", AMPLIFICATIONS, ("image", "reference"), _amplify),
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
    *,
    mimic: "Mimic | None" = None,
    each: Sequence[Settings] = (),
) -> "Tensor":
    """Carry out one step on a batch.

    `inputs` holds one tensor [N, 3, H, W] in [0, 1] a role, `generators` one CPU generator an
    image, `each` the settings image by image where the method varies some of them. Returns
    [N, 3, H', W'] in [0, 1] on the 8-bit grid, on the CPU. Raises PluginError for an unknown method
    or setting, StepError for wrong inputs, Refused for one that cannot be made, MimicryError for
    a mimic of another network, NetworkUnavailable for a missing network, and whatever `progress`
    raises (Cancelled).
    """
    family = KINDS[kind]
    if family.call is None:
        raise StepError(f"A {kind} is learnt, and makes no image.")
    plugins = _plugins(family, method, settings, each, len(generators))
    _check(family, method, inputs, generators)
    moved = {role: images.to(networks.device) for role, images in inputs.items()}
    batch = Batch(plugins, moved, networks, generators, progress, mimic)
    return family.call(batch).cpu().contiguous()


def learn(
    method: str,
    settings: Settings,
    images: "Tensor",
    networks: "Networks",
    generator: "Generator",
    progress: "Progress",
    checkpoints: "Checkpoints | None" = None,
    sheets: SampleSheets | None = None,
) -> "Mimic":
    """Carry out one step of the kind `mimic`: `images` [N, 3, H, W] in [0, 1], in their order.

    `settings` hold the captions beside those of the method. Raises PluginError, MimicryError,
    PromptError (Refused), CheckpointError and whatever `progress` raises (Cancelled).
    """
    plain = {name: value for name, value in settings.items() if name != CAPTIONS}
    plugin = MIMICRY.build(method, plain)
    captions = settings[CAPTIONS]
    return plugin.learn(images, captions, networks, generator, progress, checkpoints, sheets)


def _plugins(
    kind: Kind, method: str, settings: Settings, each: Sequence[Settings], count: int
) -> Sequence[Any]:
    """The plugin for each image; built once where none of its settings vary."""
    varies = kind.varies(method)
    if not each or not varies:
        return [kind.catalogue.build(method, settings)] * count
    return [
        kind.catalogue.build(method, {**settings, **{name: one[name] for name in varies}})
        for one in each
    ]


def _check(
    kind: Kind, method: str, inputs: "Mapping[str, Tensor]", generators: "Sequence[Generator]"
) -> None:
    roles = kind.roles(method)
    if not set(roles) <= set(inputs) <= {*roles, *kind.optional(method)}:
        given = ", ".join(sorted(inputs)) or "none"
        raise StepError(
            f"{kind.name} {method} takes the images {', '.join(roles) or 'none'}; given: {given}."
        )
    shapes = {tuple(images.shape) for images in inputs.values()}
    if len(shapes) > 1:
        raise StepError(f"{kind.name} {method} takes images of one size; given: {sorted(shapes)}.")
    count = len(inputs["image"]) if "image" in inputs else len(generators)
    if count == 0 or len(generators) != count:
        raise StepError(
            f"{kind.name} {method} takes one generator an image;"
            f" given: {len(generators)} for {count} images."
        )
