"""Arrivals: who opens the landing page, and their one place in the study.

Nothing is written before somebody agrees. Then the study's row is held while the person is looked
up and, where new, enrolled, so two tabs or two devices of one person are one participant.
"""

import json
from dataclasses import asdict

from django.core import signing
from django.db import transaction

from studies.channels import Visitor
from studies.live.places import enrol, locked_study, tell
from studies.live.plan import plan_of
from studies.models import Arrival, Participant, Study
from studies.rights import identities

REMEMBERED_SECONDS = 24 * 60 * 60
"""How long a landing page that was opened may wait for its “I agree”."""


def person_kind(study: Study) -> str:
    """The name under which the identities table keeps the channel's name of a person."""
    return f"{plan_of(study).fieldwork.channel.kind}_person"


def details_kind(study: Study) -> str:
    """Likewise, of the further parameters that the way out needs."""
    return f"{plan_of(study).fieldwork.channel.kind}_details"


def known(study: Study, visitor: Visitor) -> Participant | None:
    """Whoever this visitor already is in the study."""
    if not visitor.person:
        return None
    return identities.find(study, person_kind(study), visitor.person)


def start(
    *, study: Study, visitor: Visitor, consent_sha256: str, token: str, language: str = ""
) -> Participant:
    """The visitor's one participant: enrolled now, or found. Raises StudyClosed or StudyFull."""
    kind = plan_of(study).fieldwork.channel.kind
    with transaction.atomic():
        study = locked_study(study)
        found = known(study, visitor)
        if found:
            return seen_again(found, visitor)
        person = enrol(
            study=study,
            channel=kind,
            consent_sha256=consent_sha256,
            token=token,
            stratum=visitor.stratum,
            language=language,
        )
        if Arrival.objects.filter(participant=person).exists():
            return person  # the same start, sent twice
        _note(person, visitor, kind)
        return person


def seen_again(participant: Participant, visitor: Visitor) -> Participant:
    """Put on record that a person came on another visit (a submission returned, and taken anew)."""
    arrival = Arrival.objects.filter(participant=participant).first()
    if arrival and visitor.visit and arrival.visit != visitor.visit:
        arrival.visit, arrival.visits = visitor.visit, arrival.visits + 1
        arrival.verified = visitor.verified
        arrival.save(update_fields=["visit", "visits", "verified"])
        tell(participant, "arrived_again", {"visits": arrival.visits})
    return participant


def visitor_of(participant: Participant) -> Visitor:
    """The visitor that a participant came as: what the way out may need."""
    arrival = Arrival.objects.filter(participant=participant).first()
    kept = identities.reveal(participant, details_kind(participant.study))
    return Visitor(visit=arrival.visit if arrival else "", details=json.loads(kept) if kept else {})


def seal(study: Study, visitor: Visitor) -> str:
    """A visitor as a signed text, for the form and the cookie of their own browser."""
    return signing.dumps(asdict(visitor), salt=_salt(study))


def unseal(study: Study, text: str) -> Visitor | None:
    """The visitor of a text that we signed for this study within a day; else None."""
    try:
        return Visitor(**signing.loads(text, salt=_salt(study), max_age=REMEMBERED_SECONDS))
    except (signing.BadSignature, TypeError):
        return None


def _note(person: Participant, visitor: Visitor, channel: str) -> None:
    Arrival.objects.create(
        participant=person, channel=channel, visit=visitor.visit, verified=visitor.verified
    )
    if visitor.person:
        identities.remember(person, person_kind(person.study), visitor.person)
    if visitor.details:
        text = json.dumps(dict(visitor.details), ensure_ascii=False)
        identities.remember(person, details_kind(person.study), text)


def _salt(study: Study) -> str:
    return f"arrival/{study.link_token}"
