"""Sends marked participants through a live study, and leaves no trace of them in it.

They are enrolled as SIMULATED, by a channel of their own, so that at no moment they count as a
person, take a person's place, or weigh in the balance of the design; when the crawl is over, or
has failed, every row about them is removed, and only an event of the study says that it was. Rows
of a crawl that was killed are removed by the next one.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction

from generation.progress import Progress, silent
from studies.blindness.browsing import Watcher
from studies.blindness.observables import (
    Features,
    Received,
    SeenTrial,
    of_picture,
    of_trial,
    without_pixels,
)
from studies.blindness.secrets import Secrets, secrets_of
from studies.live.places import check_open
from studies.live.plan import plan_of
from studies.models import Participant, Study, Trial
from studies.simulation import Crowd, quiet

CHANNEL = "blindcheck"


@dataclass(frozen=True)
class Sight:
    """What is kept of one trial: features, and what it was about."""

    item: int
    trial: Features
    pictures: Mapping[str, Features]
    """Slot → features."""


@dataclass
class Crawl:
    """All that the participants of a blind check came by."""

    sights: list[Sight] = field(default_factory=list)
    named: dict[str, set[int]] = field(default_factory=dict)
    """What stood in plain view and should not → positions of the items with which it came."""
    pictures: int = 0
    received: int = 0
    """Bytes."""
    items: set[int] = field(default_factory=set)


def crawl(
    study: Study, *, participants: int, seed: int, site: str = "", progress: Progress = silent
) -> Crawl:
    """`participants` go through the live study; raises StudyClosed where it is not open.

    `site` is the address of a running site; without it the site's own code answers in this process.
    """
    check_open(study)
    remove(study)
    found, known = Crawl(), secrets_of(study)
    labelled = all(slot.label for slot in plan_of(study).kind.slots)
    crowd = Crowd(study, plan_of(study), seed, channel=CHANNEL)
    crowd.browse = lambda person: Watcher(
        person, lambda trial, seen: _keep(found, known, trial, seen, labelled), site
    )
    with _removed(study), quiet():
        for number in range(participants):
            crowd.send(number)
            progress(number + 1, participants, "raters")
    return found


def _keep(found: Crawl, known: Secrets, trial: Trial, seen: SeenTrial, labelled: bool) -> None:
    """Trials for practice are shown to everybody alike; only others are looked at."""
    found.pictures += len(seen.pictures)
    found.received += sum(len(page.body) for page in _pages(seen))
    found.received += sum(len(each.first.body) for each in seen.pictures)
    if trial.practice or trial.item.gold:
        return
    found.items.add(trial.item.position)
    for secret in known.found_in(_plain(seen)):
        found.named.setdefault(secret, set()).add(trial.item.position)
    pictures = {
        each.slot: {**of_picture(each), "order: place on the page": float(each.place)}
        for each in seen.pictures
    }
    found.sights.append(Sight(trial.item.position, of_trial(seen, labelled), pictures))


def _pages(seen: SeenTrial) -> Sequence[Received]:
    return [page for page in (seen.page, seen.brought) if page is not None]


def _plain(seen: SeenTrial) -> str:
    """Everything that was received but pixels, as one text."""
    parts = []
    for page in _pages(seen):
        parts += [page.address, page.body.decode("utf-8", "replace"), str(page.headers)]
    for picture in seen.pictures:
        parts += [picture.first.address, str(picture.first.headers), str(picture.again.headers)]
        parts.append(str(picture.probed.headers) if picture.probed else "")
        parts.append(without_pixels(picture.first.body).decode("latin-1"))
    return "\n".join(parts)


@contextmanager
def _removed(study: Study) -> Iterator[None]:
    try:
        yield
    finally:
        remove(study)


def remove(study: Study) -> int:
    """Remove every row about participants of blind checks; returns how many participants."""
    with transaction.atomic():
        people = study.participants.filter(channel=CHANNEL, simulated=True)
        gone = list(people.values_list("pk", flat=True))
        _remove(Participant, gone)
    return len(gone)


def _remove(model: type[models.Model], keys: Sequence[Any]) -> None:
    """The rows with these keys, after whatever points to them: also rows written only once."""
    if not keys:
        return
    for relation in model._meta.related_objects:
        wanted = {f"{relation.field.name}__in": keys}
        pointing = relation.related_model._base_manager.filter(**wanted)
        _remove(relation.related_model, list(pointing.values_list("pk", flat=True)))
    rows = model._base_manager.filter(pk__in=keys)
    rows._raw_delete(rows.db)
