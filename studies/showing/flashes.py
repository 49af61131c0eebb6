"""The guard of a study that flickers: every pair computed before it opens, the rate read after."""

from io import BytesIO

import numpy as np
import PIL.Image
from django.db import transaction
from django.db.models import Min
from numpy import uint8
from numpy.typing import NDArray

from generation import store
from studies.live.plan import plan_of
from studies.models import Item, PairFlash, Stimulus, Study
from studies.showing.flicker import Flicker, expected, flicker_of, pairs_of, refusal, verdict
from studies.showing.photosensitivity import MOST, NO_FLASH, Flash, flash
from studies.trials import TrialKind


def fix(study: Study) -> None:
    """Compute and store what every pair of a study that is about to launch does.

    Safe to repeat: what was stored before is computed anew. Studies in which nothing flickers have
    no rows.
    """
    kind = plan_of(study).kind
    wanted = flicker_of(kind)
    rows = list(_rows(study, kind, wanted)) if wanted else []
    with transaction.atomic():
        PairFlash.objects.filter(item__study=study).delete()
        PairFlash.objects.bulk_create(rows, batch_size=500)


def allowed(study: Study, part: str = "") -> Flicker | None:
    """What raters of a study are offered on one screen, at the rate that its pictures allow.

    None where nothing flickers. Where no pair is on record the rate is what any picture may have.
    """
    wanted = flicker_of(plan_of(study).kind, part)
    if wanted is None:
        return None
    stored = PairFlash.objects.filter(item__study=study).aggregate(rate=Min("rate"))["rate"]
    return wanted.slowed(min(wanted.rate, MOST if stored is None else stored))


def obstacle(study: Study) -> str:
    """Why a study whose pairs are computed cannot be launched; empty where it can."""
    wanted = flicker_of(plan_of(study).kind)
    if wanted is None or wanted.rate <= MOST:
        return ""
    named = {
        f"item {row.item.position}, {row.first} and {row.second}": Flash(row.general, row.red)
        for row in _stored(study)
    }
    return refusal(wanted, named)


def sentence(study: Study) -> str:
    """What is known about the flicker of a study; empty where nothing flickers."""
    wanted = flicker_of(plan_of(study).kind)
    if wanted is None:
        return ""
    found = [Flash(row.general, row.red) for row in _stored(study)]
    return verdict(wanted, found) if found else expected(wanted)


def _stored(study: Study) -> list[PairFlash]:
    rows = PairFlash.objects.filter(item__study=study).select_related("item")
    return list(rows.order_by("item__position", "pk"))


def _rows(study: Study, kind: TrialKind, wanted: Flicker) -> list[PairFlash]:
    pairs = list(pairs_of(kind))
    known: dict[tuple[str, str], Flash] = {}
    found = []
    for item in Item.objects.filter(study=study).order_by("position"):
        images = dict(Stimulus.objects.filter(item=item).values_list("slot", "image"))
        for first, second in pairs:
            one, other = images[first], images[second]
            key = (min(one, other), max(one, other))
            if key not in known:
                known[key] = NO_FLASH if one == other else _flash(one, other, wanted.largest_scale)
            seen = known[key]
            row = PairFlash(item=item, first=first, second=second)
            row.general, row.red, row.rate = seen.general, seen.red, seen.allowed(wanted.rate)
            found.append(row)
    return found


def _flash(one: str, other: str, scale: float) -> Flash:
    return flash(_pixels(one), _pixels(other), scale)


def _pixels(image: str) -> NDArray[uint8]:
    with PIL.Image.open(BytesIO(store.get(image))) as opened:
        return np.asarray(opened.convert("RGB"))
