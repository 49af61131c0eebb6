"""Which participants of a study share a browser: by a random cookie, never by its features."""

import hashlib
import hmac

from django.conf import settings

from studies.live.plan import plan_of
from studies.models import BrowserMark, Participant

CHECK = "duplicate_people"


def mark(participant: Participant, cookie: str) -> None:
    """Keep a keyed hash of the study's own random cookie, where a check compares them."""
    if CHECK not in plan_of(participant.study).named_checks:
        return
    text = f"browser/{participant.study_id}/{cookie}".encode()
    digest = hmac.new(settings.SECRET_KEY.encode(), text, hashlib.sha256).hexdigest()
    BrowserMark.objects.get_or_create(participant=participant, defaults={"mark": digest})
