"""`manage.py cloaks SLUG`: what the cloaks of a study did, on the saved files.

For each protection and budget of a study whose pictures are made: the realised distance on the
saved 8-bit files (the largest, beside the limit), and the way each latent went toward its target,
beside the way that Gaussian noise of the same LPIPS goes (`generation/latent_shift.py`).
"""

from argparse import ArgumentParser
from collections import defaultdict
from typing import Any

import numpy as np
import torch
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.plugins import record
from generation import networks as frozen
from generation import store
from generation.latent_shift import Shift, latent_shift
from generation.models import Recipe
from generation.networks import Networks, NetworkUnavailable
from generation.pixels import read_png
from generation.protections import PROTECTIONS
from studies.models import Stimulus, Study

COLUMNS = (
    "protection", "budget", "pictures", "norm", "limit", "largest realised",
    "way to the target, median", "noise of equal LPIPS, median", "ratio, median", "ratio, least",
)  # fmt: skip


class Command(BaseCommand):
    """Prints a Markdown table, one row a protection and budget."""

    help = "Realised budgets and latent shifts of a study's cloaks, as a Markdown table."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the study: first line of its file")

    def handle(self, *_args: Any, slug: str, **_options: Any) -> None:
        study = Study.objects.filter(slug=slug).first()
        if study is None:
            raise CommandError(f"There is no study called “{slug}”.")
        cells: dict[tuple[str, str], list[Recipe]] = defaultdict(list)
        for stimulus in _cloaked(study):
            assert stimulus.item.condition is not None, "practice items are left out"
            levels = stimulus.item.condition.levels
            cells[levels["protection"], levels["budget"]].append(stimulus.recipe)
        networks = _networks(study)
        self.stdout.write("| " + " | ".join(COLUMNS) + " |\n|" + " --- |" * len(COLUMNS))
        for (protection, budget), recipes in cells.items():
            self.stdout.write(_row(protection, budget, recipes, networks))
            self.stdout.flush()


def _networks(study: Study) -> Networks:
    ids = study.protocol.document["stimuli"]["networks"]
    try:
        return frozen.load(ids, settings.NETWORKS_DIR, settings.DEVICE)
    except NetworkUnavailable as error:
        raise CommandError(str(error)) from error


def _cloaked(study: Study) -> list[Stimulus]:
    rows = Stimulus.objects.filter(item__study=study, item__practice=False)
    rows = rows.filter(recipe__kind="protection", image__isnull=False).select_related(
        "item__condition", "recipe"
    )
    return list(rows.order_by("item__position"))


def _row(protection: str, budget: str, recipes: list[Recipe], networks: Networks) -> str:
    method = PROTECTIONS.build(recipes[0].method, recipes[0].document["settings"])
    norm, limit = method.limit.norm, method.limit.value
    realised = [recipe.realised[norm] for recipe in recipes]
    shifts = [_shift(recipe, networks) for recipe in recipes]
    ratios = [shift.ratio for shift in shifts]
    return "| " + " | ".join([
        protection, budget, str(len(recipes)), norm, _on_scale(limit, norm),
        _on_scale(max(realised), norm),
        f"{np.median([shift.toward for shift in shifts]):.3f}",
        f"{np.median([shift.noise_toward for shift in shifts]):.4f}",
        f"{np.median(ratios):.1f}", f"{min(ratios):.1f}",
    ]) + " |"  # fmt: skip


def _on_scale(value: float, norm: str) -> str:
    return f"{255 * value:.2f}/255" if norm == "linf" else f"{value:.4f}"


def _shift(recipe: Recipe, networks: Networks) -> Shift:
    source = _input(recipe, "image")
    assert source is not None, "a protection alters a picture"
    cloaked, original = _pixels(recipe), _pixels(source)
    generator = torch.Generator().manual_seed(1)
    (shift,) = latent_shift(
        cloaked, original, _aim(recipe, original, networks), networks, [generator]
    )
    return shift


def _aim(recipe: Recipe, original: torch.Tensor, networks: Networks) -> torch.Tensor:
    """The latent that the cloak was drawn to: its target's, or what PhotoGuard aims at."""
    target = _input(recipe, "target")
    method = record(PROTECTIONS.build(recipe.method, recipe.document["settings"]))
    picture = _pixels(target) if target else torch.full_like(original, 0.5)
    with torch.no_grad():
        latent = networks.autoencoder.encode(picture)
    return torch.zeros_like(latent) if method.get("aim") == "zero_latent" else latent


def _input(recipe: Recipe, role: str) -> Recipe | None:
    link = recipe.input_links.filter(role=role).select_related("source").first()
    return link.source if link else None


def _pixels(recipe: Recipe) -> torch.Tensor:
    assert recipe.image_id is not None, "a launched study has all its pictures"
    return read_png(store.get(recipe.image_id))
