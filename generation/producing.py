"""Recipes carried out: inputs, networks and generators, as one tensor batch. No job rows."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any

import torch
from django.conf import settings
from django.utils import timezone
from torch import Generator, Tensor

from generation import budgets, machine, networks, pixels, steps
from generation.checkpoints import Checkpoints
from generation.failures import JobFailure
from generation.inputs import Inputs, read_inputs
from generation.mimicry import SampleSheets
from generation.models import Production, Recipe
from generation.networks import NetworkRecord, Networks
from generation.outputs import Learnt, Output, Picture
from generation.progress import Progress
from generation.recipe import EDIT, MIMIC, PAINTING, generator_seed, training_roles

MEASURED_KINDS = ("protection", "purification", "degradation")

PAIRED = (MIMIC, PAINTING, EDIT)
"""Kinds whose draws depend on the seed alone, so that the same is drawn under every condition."""


@dataclass(frozen=True)
class Product:
    """What one batch gave, in recipe order."""

    outputs: Sequence[Output]
    realised: Sequence[Mapping[str, float]]
    production: Production
    """Not saved yet."""


def prepare_torch(threads: int) -> None:
    """Say everything that the bits of a result may depend on and that torch lets one choose."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True, warn_only=True)
    # filling what is overwritten anyway costs time and changes no result
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    torch.backends.cudnn.benchmark = False
    torch.set_num_threads(threads)


def produce(
    recipes: Sequence[Recipe],
    progress: Progress,
    threads: int | None = None,
    checkpoints: Checkpoints | None = None,
    sheets: SampleSheets | None = None,
) -> Product:
    """Carry out recipes of one group (kind, method, settings, networks, sizes) as one batch.

    A mimic is a batch of its own, and the only one with `checkpoints` and `sheets`. Raises what
    `steps.run` and `steps.learn` raise; StoreError for an input that cannot be read; JobFailure
    where this worker's method or networks are not the ones that the recipes name.
    """
    threads = threads or settings.TORCH_THREADS
    prepare_torch(threads)
    started_at, start = timezone.now(), monotonic()
    document = recipes[0].document
    _check_version(document)
    members = _networks(document)
    resumed = checkpoints is not None and checkpoints.begun
    inputs = read_inputs(recipes)
    outputs: Sequence[Output]
    if document["kind"] == MIMIC:
        outputs = [_learn(recipes[0], inputs, members, progress, checkpoints, sheets)]
        realised: Sequence[Mapping[str, float]] = [{}]
    else:
        images = _paint(recipes, inputs, members, progress)
        outputs = [Picture(image) for image in images]
        realised = _realised(document["kind"], images, inputs, members)
    production = _production(recipes, threads, started_at, monotonic() - start)
    if resumed:
        production.environment["resumed"] = "from a checkpoint"
    return Product(outputs, realised, production)


def _learn(
    recipe: Recipe,
    inputs: Inputs,
    members: Networks,
    progress: Progress,
    checkpoints: Checkpoints | None,
    sheets: SampleSheets | None,
) -> Learnt:
    document = recipe.document
    images = torch.cat([inputs.images[role] for role in training_roles(document)])
    generator = _generator(recipe)
    mimic = steps.learn(
        document["method"], document["settings"], images, members, generator, progress,
        checkpoints, sheets,
    )  # fmt: skip
    return Learnt(mimic)


def _paint(
    recipes: Sequence[Recipe], inputs: Inputs, members: Networks, progress: Progress
) -> Tensor:
    """The images [N, 3, H, W] of a batch that is no mimic."""
    document = recipes[0].document
    return steps.run(
        document["kind"],
        document["method"],
        document["settings"],
        inputs.images,
        members,
        [_generator(recipe) for recipe in recipes],
        progress,
        mimic=inputs.mimic,
        each=[recipe.document["settings"] for recipe in recipes],
    )


def _check_version(document: Mapping[str, Any]) -> None:
    kind, method = document["kind"], document["method"]
    known = steps.KINDS[kind].version(method)
    if document["version"] != known:
        raise JobFailure(
            f"The recipe was written for version {document['version']} of {kind} {method}; this"
            f" worker has version {known}. Apply the experiment again, or update the worker."
        )


def _networks(document: Mapping[str, Any]) -> Networks:
    wanted = {role: NetworkRecord(**record) for role, record in document["networks"].items()}
    ids = {
        role: f"{record.id.partition('@')[0]}@{record.revision}" if record.revision else record.id
        for role, record in wanted.items()
    }
    loaded = networks.load(ids, settings.NETWORKS_DIR, settings.DEVICE)
    for role, record in wanted.items():
        if loaded.records[role].sha256 != record.sha256:
            raise JobFailure(
                f"The network {record.id} of this worker is not the one that the recipe names"
                f" (sha256 {loaded.records[role].sha256[:12]}…, not {record.sha256[:12]}…):"
                " put the right files there, or apply the experiment again."
            )
    return loaded


def _generator(recipe: Recipe) -> Generator:
    seed, inputs = recipe.document["seed"], recipe.document["inputs"]
    if recipe.kind in PAIRED:
        return Generator().manual_seed(seed)
    return Generator().manual_seed(generator_seed(seed, inputs["image"]))


def _realised(
    kind: str, images: Tensor, inputs: Inputs, members: Networks
) -> list[dict[str, float]]:
    """How far each image moved from its input `image`, measured as it will be saved."""
    if kind not in MEASURED_KINDS:
        return [{} for _ in images]
    perceptual = members.perceptual if "perceptual" in members.records else None
    saved, originals = (
        tensor.to(members.device) for tensor in (pixels.quantise(images), inputs.images["image"])
    )
    measured = budgets.measure(saved, originals, perceptual)
    return [
        {norm: float(values[index]) for norm, values in measured.items()}
        for index in range(len(images))
    ]


def _production(
    recipes: Sequence[Recipe], threads: int, started_at: datetime, seconds: float
) -> Production:
    return Production(
        recipe_keys=[recipe.pk for recipe in recipes],
        device=_device(),
        environment={
            "python": platform.python_version(),
            **machine.libraries(),
            "threads": threads,
            "processor": machine.processor(),
            **_cuda(),
        },
        started_at=started_at,
        seconds=round(seconds, 3),
    )


def _device() -> str:
    device = torch.device(settings.DEVICE)
    if device.type != "cuda":
        return str(device)
    return f"{device} ({torch.cuda.get_device_name(device)})"[:60]


def _cuda() -> dict[str, str]:
    if torch.device(settings.DEVICE).type != "cuda":
        return {}
    cudnn = torch.backends.cudnn.version()  # type: ignore[no-untyped-call]
    return {"cuda": str(torch.version.cuda), "cudnn": str(cudnn)}
