"""Changing the key of identifiers: each is opened under its old key, sealed and hashed anew.

In batches, each a transaction of its own. A row says which key sealed it, so a run that was killed
goes on where it stopped, and one that has nothing to do writes nothing.
"""

from collections import Counter
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Min

from studies.models import Event, Identity
from studies.rights import keys
from studies.rights.identities import opened

BATCH = 500


@dataclass(frozen=True)
class Rotated:
    """How many were sealed anew, and how many cannot be opened: key's name → rows."""

    sealed: int
    unreadable: dict[str, int]


def rotate(batch: int = BATCH) -> Rotated:
    """Bring every identifier under the first key; what cannot be opened is left as it is."""
    last, sealed, unreadable = 0, 0, Counter[str]()
    while True:
        with transaction.atomic():
            rows = _waiting(last, batch)
            if not rows:
                return Rotated(sealed, dict(unreadable))
            done = [row for row in rows if _renew(row)]
            Identity.objects.bulk_update(done, ["digest", "sealed", "sealed_with"])
            _tell(done)
        sealed, last = sealed + len(done), rows[-1].pk
        unreadable.update(row.sealed_with for row in rows if row not in done)


@dataclass(frozen=True)
class Standing:
    """Identifiers of one kind under one key."""

    kind: str
    key: str
    known: bool
    """Whether the key is listed."""
    current: bool
    rows: int
    next_deletion: str


def standing() -> list[Standing]:
    """What is kept, by kind and key, and the day on which the next of them goes."""
    known = [keys.fingerprint(secret) for secret in keys.secrets()]
    groups = Identity.objects.values("kind", "sealed_with").order_by("kind", "sealed_with")
    return [
        Standing(
            row["kind"],
            row["sealed_with"],
            row["sealed_with"] in known,
            row["sealed_with"] == known[0],
            row["rows"],
            row["next"].date().isoformat(),
        )
        for row in groups.annotate(rows=Count("pk"), next=Min("delete_after"))
    ]


def _waiting(last: int, batch: int) -> list[Identity]:
    newest = keys.fingerprint(keys.secrets()[0])
    rows = Identity.objects.select_for_update(of=("self",)).exclude(sealed_with=newest)
    return list(rows.filter(pk__gt=last).order_by("pk")[:batch])


def _renew(row: Identity) -> bool:
    """Whether the row could be opened; it is then sealed and hashed under the first key."""
    text, newest = opened(row), keys.secrets()[0]
    if text is None:
        return False
    row.sealed = keys.box().encrypt(text.encode()).decode()
    row.digest = keys.digest(newest, row.study_id, row.kind, text)
    row.sealed_with = keys.fingerprint(newest)
    return True


def _tell(done: list[Identity]) -> None:
    studies = Counter(row.study_id for row in done)
    Event.objects.bulk_create(
        Event(study_id=study, kind="identities_sealed_anew", details={"identifiers": number})
        for study, number in studies.items()
    )
