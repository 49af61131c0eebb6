"""Arrivals: who opens the landing page, and their one place in the study.

Nothing is written before somebody agrees. Then the study's row is held while the person is looked
up and, where new, enrolled, so two tabs or two devices of one person are one participant.
"""

import json
from dataclasses import asdict, replace

from django.core import signing
from django.db import transaction

from studies.channels import LaunchError, Visitor
from studies.live.places import enrol, give_back, locked_study, tell
from studies.live.plan import plan_of
from studies.models import Arrival, Invitation, Participant, Study
from studies.recruitment.standing import was_let_go
from studies.rights import addresses, identities
from studies.wording import Filled

REMEMBERED_SECONDS = 24 * 60 * 60
"""How long a landing page that was opened may wait for its “I agree”."""
MOST_VISITS = 50
"""Visits of one person that are kept apart: an address that is not signed can be made up."""


def person_kind(study: Study) -> str:
    """The name under which the identities table keeps the channel's name of a person."""
    return f"{plan_of(study).fieldwork.channel.kind}_person"


def details_kind(study: Study) -> str:
    """Likewise, of the further parameters that the way out needs."""
    return f"{plan_of(study).fieldwork.channel.kind}_details"


def known(study: Study, visitor: Visitor) -> Participant | None:
    """Whoever this visitor already is in the study. Raises LaunchError for an unknown link."""
    if not visitor.person:
        return None
    if visitor.listed:
        return invitation_of(study, visitor).participant
    return identities.find(study, person_kind(study), visitor.person)


def recognised(study: Study, visitor: Visitor) -> Visitor:
    """The visitor with what the list says of them, where they hold a link of it."""
    if not visitor.listed:
        return visitor
    return replace(visitor, stratum=invitation_of(study, visitor).stratum)


def invitation_of(study: Study, visitor: Visitor) -> Invitation:
    """The line of the list whose personal link the visitor holds; raises LaunchError for none."""
    rows = Invitation.objects.select_related("participant__study__protocol")
    row = rows.filter(study=study, token=visitor.person).first()
    if row is None:
        raise LaunchError(
            "This link is not one of our invitations, or it is valid no more."
            " Please copy it from the mail once more."
        )
    return row


def start(
    *, study: Study, visitor: Visitor, consent_sha256: str, token: str, language: str = ""
) -> Participant:
    """The visitor's one participant: enrolled now, or found.

    Raises StudyClosed, StudyFull, or LaunchError for a visit that the panel has ended.
    """
    kind = plan_of(study).fieldwork.channel.kind
    give_back(study=study)
    with transaction.atomic():
        study = locked_study(study)
        found = known(study, visitor)
        if found:
            return seen_again(found, visitor)
        check_visit(study, visitor)
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
    """Put on record that a person came on a new visit (a submission returned, and taken anew).

    Links are opened again, by people and by scanners: a visit that they were on before, or that
    the panel has ended, changes nothing.
    """
    rows = Arrival.objects.filter(participant=participant)
    arrival = rows.first()
    if arrival is None or not _is_new(arrival, visitor):
        return participant
    with transaction.atomic():
        arrival = rows.select_for_update().get()
        if not _is_new(arrival, visitor):
            return participant  # another tab was quicker
        arrival.earlier = [*arrival.earlier, arrival.visit]
        arrival.visit, arrival.visits = visitor.visit, arrival.visits + 1
        arrival.verified = visitor.verified
        arrival.save(update_fields=["visit", "visits", "verified", "earlier"])
        _remember_details(participant, visitor)
        tell(participant, "arrived_again", {"visits": arrival.visits})
    return participant


def check_visit(study: Study, visitor: Visitor) -> None:
    """Raises LaunchError where the panel has ended this visit: the work would not be paid."""
    if was_let_go(study, visitor.visit):
        raise LaunchError(
            Filled(
                "Your place at {name} has run out, or was handed back. Please take a place at"
                " {name} once more before you start here.",
                name=plan_of(study).channel.label,
            )
        )


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
    if visitor.listed:
        _take(invitation_of(person.study, visitor), person)
    elif visitor.person:
        identities.remember(person, person_kind(person.study), visitor.person)
    _remember_details(person, visitor)


def _take(invitation: Invitation, person: Participant) -> None:
    """The link is theirs from now on; the study's row is held, so nobody else takes it."""
    invitation.participant = person
    invitation.save(update_fields=["participant"])
    addresses.belong_to(invitation, person)


def _remember_details(person: Participant, visitor: Visitor) -> None:
    """The way out is that of the last visit: MTurk's assignment, a panel's own number."""
    if visitor.details:
        text = json.dumps(dict(visitor.details), ensure_ascii=False)
        identities.remember(person, details_kind(person.study), text)


def _is_new(arrival: Arrival, visitor: Visitor) -> bool:
    known = visitor.visit in ("", arrival.visit, *arrival.earlier)
    full = len(arrival.earlier) >= MOST_VISITS
    return not (known or full or was_let_go(arrival.participant.study, visitor.visit))


def _salt(study: Study) -> str:
    return f"arrival/{study.link_token}"
