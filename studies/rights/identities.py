"""External identifiers of participants: found by a keyed hash, kept encrypted, deleted by date.

Nothing else stores them. The keys are the site's (`keys.py`): who has only the database can
neither read an identifier nor try out whether a known person took part.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from cryptography.fernet import InvalidToken
from django.db import transaction
from django.utils import timezone

from studies.live.plan import plan_of
from studies.models import Event, Identity, Participant, Study
from studies.protocol.keeping import Keep
from studies.rights import keys
from studies.rights.no_mail import keep_away

ADDRESS, NAME = "invitation_address", "invitation_name"
"""Kinds of what is known of people on a list of invitations."""
PANEL = ("_person", "_details")
"""How the kinds end that a way in keeps."""
E_MAIL = ("invitation", "e_mail")
"""How the kinds begin that hold addresses."""


def remember(participant: Participant, kind: str, text: str) -> None:
    """Keep what somebody outside calls the participant; again with another text: the newer one."""
    kept = sealed(participant.study, kind, text)
    Identity.objects.update_or_create(participant=participant, kind=kind, defaults=kept)


def sealed(study: Study, kind: str, text: str) -> dict[str, Any]:
    """The columns of an identifier that is kept from now on, but for whose it is."""
    newest = keys.secrets()[0]
    return {
        "study_id": study.pk,
        "digest": keys.digest(newest, study.pk, kind, text),
        "sealed": keys.box().encrypt(text.encode()).decode(),
        "sealed_with": keys.fingerprint(newest),
        "delete_after": keep_until(study, kind, timezone.now()),
    }


def find(study: Study, kind: str, text: str) -> Participant | None:
    """The participant of the study who is called so, whichever key they were kept under."""
    digests = [keys.digest(secret, study.pk, kind, text) for secret in keys.secrets()]
    rows = Identity.objects.filter(study=study, kind=kind, digest__in=digests)
    row = rows.select_related("participant__study__protocol").order_by("pk").first()
    return row.participant if row else None


def reveal(participant: Participant, kind: str) -> str | None:
    """The identifier in plain text; None where there is none, or its key is not listed."""
    row = Identity.objects.filter(participant=participant, kind=kind).first()
    return opened(row) if row else None


def opened(row: Identity) -> str | None:
    """The text of a row; None where the key that sealed it is not listed."""
    try:
        return keys.box().decrypt(row.sealed.encode()).decode()
    except InvalidToken:
        return None


def keep_until(study: Study, kind: str, now: datetime) -> datetime:
    """When an identifier that is kept at `now` is to go: by the study's section `keep`."""
    keep = plan_of(study).fieldwork.keep
    until = now + timedelta(days=getattr(keep, sort_of(kind)))
    if keep.latest is None:
        return until
    return min(until, datetime.combine(keep.latest, time.min, UTC))


def sort_of(kind: str) -> str:
    """The field of `Keep` that a kind of identifier belongs to."""
    if kind.startswith(E_MAIL):
        sort = "e_mail"
    else:
        sort = "panel" if kind.endswith(PANEL) else "text"
    assert sort in Keep.model_fields
    return sort


def delete_due() -> int:
    """Delete every identifier whose date has come; returns how many. An event says so per study."""
    with transaction.atomic():
        due = Identity.objects.select_for_update().filter(delete_after__lte=timezone.now())
        rows = list(due)
        forget_mail(rows)
        studies = Counter(row.study_id for row in rows)
        Event.objects.bulk_create(
            Event(study_id=study, kind="identities_deleted", details={"identifiers": number})
            for study, number in studies.items()
        )
        return Identity.objects.filter(pk__in=[row.pk for row in rows]).delete()[0]


def forget_mail(rows: Iterable[Identity]) -> None:
    """Addresses that are deleted get no mail of their study again, though a list has them."""
    texts = ((row.study_id, opened(row)) for row in rows if row.kind == ADDRESS)
    keep_away((text, study) for study, text in texts if text is not None)
