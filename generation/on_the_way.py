"""What a long training leaves on its way: checkpoints for whoever goes on, sheets for who watches.

Checkpoints lie in VAR_DIR/checkpoints/<key of the recipe>, and are removed once the mimic is
stored. A worker that is killed, stopped or cancelled leaves them, and the next one on this machine
goes on from there.
"""

from functools import partial
from pathlib import Path
from shutil import rmtree

import structlog
from django.conf import settings
from django.db import DatabaseError

from generation import store
from generation.checkpoints import CheckpointError, Checkpoints, OtherTraining
from generation.failures import JobFailure
from generation.mimicry import SampleSheets
from generation.models import Job, Recipe
from generation.producing import Product, produce
from generation.progress import Progress

SHEET_STEPS = 12
"""Of the sampler: enough to see what a sheet is for, and soon over."""

log = structlog.get_logger(__name__)


def folder(recipe_key: str) -> Path:
    """Where the checkpoints of a recipe are."""
    return _all() / recipe_key


def learn(job: Job, progress: Progress) -> Product:
    """Carry out the recipe of a mimic, from the newest checkpoint on; raises what `produce` does.

    Raises JobFailure where a checkpoint cannot be written, as on a full disk.
    """
    kept = Checkpoints(folder(job.recipe_id), every=settings.CHECKPOINT_EVERY)
    try:
        return produce([job.recipe], progress, checkpoints=kept, sheets=_sheets(job))
    except (CheckpointError, OtherTraining) as error:
        raise JobFailure(str(error)) from error


def _sheets(job: Job) -> SampleSheets | None:
    """None for trainings so short that they are over before anybody would look."""
    every: int = settings.SHEET_EVERY
    length = int(job.recipe.document["settings"].get("steps", every))
    if not 0 < every <= length:
        return None
    return SampleSheets(partial(_show, job), every=every, steps=SHEET_STEPS)


def tidy() -> None:
    """Remove the checkpoints of mimics that are stored, also those that a killed worker left."""
    if not _all().is_dir():
        return
    kept = {path.name: path for path in _all().iterdir()}
    stored = Recipe.objects.filter(pk__in=list(kept), mimic__isnull=False)
    for key in stored.values_list("pk", flat=True):
        rmtree(kept[key], ignore_errors=True)


def _all() -> Path:
    return Path(settings.VAR_DIR) / "checkpoints"


def _show(job: Job, step: int, png: bytes) -> None:
    """Keep a sample sheet; what goes wrong with it never stops the training."""
    try:
        with store.failing():
            sheet = store.put_png(png)
        # a training that begins anew passes its old sheets once more
        job.sheets = [*(one for one in job.sheets if one[0] < step), [step, sheet.sha256]]
        mine = Job.objects.filter(pk=job.pk, claim=job.claim, state=Job.State.RUNNING)
        mine.update(sheets=job.sheets)
    except (store.StoreFailure, DatabaseError) as error:
        log.warning("sample sheet not kept", step=step, error=str(error))
