"""External identifiers of participants: found by a keyed hash, kept encrypted, deleted by date.

Nothing else stores them. Both keys are derived from SECRET_KEY: who has only the database can
neither read an identifier nor try out whether a known person took part.
"""

import base64
import hashlib
import hmac
from collections import Counter
from datetime import timedelta

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from studies.models import Event, Identity, Participant, Study

KEPT_DAYS = 180
"""Days from the arrival to the deletion of an identifier."""


def remember(participant: Participant, kind: str, text: str) -> None:
    """Keep what somebody outside calls the participant; again with another text: the newer one."""
    Identity.objects.update_or_create(
        participant=participant,
        kind=kind,
        defaults={
            "study_id": participant.study_id,
            "digest": _digest(participant.study_id, kind, text),
            "sealed": _box().encrypt(text.encode()).decode(),
            "delete_after": timezone.now() + timedelta(days=KEPT_DAYS),
        },
    )


def find(study: Study, kind: str, text: str) -> Participant | None:
    """The participant of the study who is called so."""
    rows = Identity.objects.filter(study=study, kind=kind, digest=_digest(study.pk, kind, text))
    row = rows.select_related("participant__study__protocol").order_by("pk").first()
    return row.participant if row else None


def reveal(participant: Participant, kind: str) -> str | None:
    """The identifier in plain text; None where there is none, or the site's key has changed."""
    row = Identity.objects.filter(participant=participant, kind=kind).first()
    try:
        return _box().decrypt(row.sealed.encode()).decode() if row else None
    except InvalidToken:
        return None


def delete_due() -> int:
    """Delete every identifier whose date has come; returns how many. An event says so per study."""
    with transaction.atomic():
        due = Identity.objects.select_for_update().filter(delete_after__lte=timezone.now())
        rows = list(due)
        studies = Counter(row.study_id for row in rows)
        Event.objects.bulk_create(
            Event(study_id=study, kind="identities_deleted", details={"identifiers": number})
            for study, number in studies.items()
        )
        return Identity.objects.filter(pk__in=[row.pk for row in rows]).delete()[0]


def _digest(study: int, kind: str, text: str) -> str:
    """Another one in every study: two studies cannot be joined by it."""
    return hmac.new(_key("find"), f"{study}/{kind}/{text}".encode(), hashlib.sha256).hexdigest()


def _box() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_key("seal")))


def _key(purpose: str) -> bytes:
    name = f"connoisseur/identities/{purpose}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), name, hashlib.sha256).digest()
