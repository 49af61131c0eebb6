"""Mail addresses of people who are invited: kept, found, forgotten. Nothing else touches them.

They are identifiers like all others (identities.py): encrypted, found by a keyed hash, deleted by
date, in no export and no line of a log. Once somebody takes part they are theirs, so that the page
of what is stored shows them, and erasing deletes them.
"""

import hashlib
import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from studies.models import Identity, Invitation, Participant, Study
from studies.models.append_only import new_token
from studies.rights import identities, keys, no_mail
from studies.rights.identities import ADDRESS, NAME
from studies.rights.no_mail import CHUNK, SITE

PROOF = 32
"""Hexadecimal digits that prove that a link of unsubscribing is ours."""
MARK = 64


def keep(invitations: Mapping[str, Invitation], names: Mapping[str, str]) -> None:
    """Keep address → invitation, and address → name where there is one."""
    kept = [(row, ADDRESS, address) for address, row in invitations.items()]
    kept += [(invitations[address], NAME, name) for address, name in names.items() if name]
    Identity.objects.bulk_create(
        [
            Identity(invitation=row, kind=kind, **identities.sealed(row.study, kind, text))
            for row, kind, text in kept
        ],
        batch_size=CHUNK,
    )


def known(study: Study, addresses: Collection[str]) -> set[str]:
    """Those of the addresses that are on the study's list already."""
    marks = {
        keys.digest(secret, study.pk, ADDRESS, address): address
        for address in addresses
        for secret in keys.secrets()
    }
    wanted, found = list(marks), set[str]()
    rows = Identity.objects.filter(study=study, kind=ADDRESS)
    for start in range(0, len(wanted), CHUNK):
        some = rows.filter(digest__in=wanted[start : start + CHUNK])
        found |= {marks[mark] for mark in some.values_list("digest", flat=True)}
    return found


def of(invitation: Invitation) -> tuple[str, str]:
    """(address, name) of somebody on the list; “” where it is not kept, or cannot be opened."""
    rows = {row.kind: identities.opened(row) or "" for row in invitation.identities.all()}
    return rows.get(ADDRESS, ""), rows.get(NAME, "")


def gets_mail(invitation: Invitation, address: str) -> bool:
    """Whether mail may go there: nobody unsubscribed or withdrew, on any study's mail."""
    return bool(address) and not no_mail.away([address], invitation.study_id)


def belong_to(invitation: Invitation, participant: Participant) -> None:
    """From now on they are the participant's too."""
    invitation.identities.update(participant=participant)


def leave_link(invitation: Invitation, address: str) -> str:
    """The token of the link by which this address unsubscribes: it holds the hash that is to be
    kept, so it does its work when the address itself was deleted long ago."""
    mark = no_mail.mark_of(address)
    return f"{mark}{_proof(keys.secrets()[0], mark, invitation.token)}{invitation.token}"


@dataclass(frozen=True)
class Leaving:
    """What a link of unsubscribing says."""

    mark: str
    """The hash of the address, for the whole site."""
    key: str
    """The name of the key that made it."""
    token: str
    """That of the invitation, which may have been erased since."""


def read_link(text: str) -> Leaving | None:
    """What such a link says; None where it is forged, or its key is listed no more."""
    mark, proof, token = text[:MARK], text[MARK : MARK + PROOF], text[MARK + PROOF :]
    for secret in keys.secrets():
        if token and hmac.compare_digest(proof.encode(), _proof(secret, mark, token).encode()):
            return Leaving(mark, keys.fingerprint(secret), token)
    return None


def unsubscribe(leaving: Leaving, invitation: Invitation | None) -> None:
    """No more mail from this site to this address; this study forgets it."""
    with transaction.atomic():
        no_mail.keep_marks_away([(leaving.mark, SITE)], leaving.key)
        if invitation is None:
            return
        rows = Invitation.objects.filter(pk=invitation.pk, unsubscribed_at=None)
        rows.update(unsubscribed_at=timezone.now())
        _forget(invitation)


def has_left(leaving: Leaving) -> bool:
    """Whether this address unsubscribed before, by any of its mails."""
    return no_mail.is_away(leaving.mark)


def let_go(participant: Participant, *, erase: bool) -> None:
    """Somebody withdraws: their address goes, and no list of this study brings it back.

    Erased, the line of the list points at nobody and its link leads nowhere; it is still counted.
    """
    invitation = Invitation.objects.filter(participant=participant).first()
    if invitation is None:
        return
    invitation.gone = True
    if erase:
        identities.forget_mail(invitation.identities.all())  # erasure.py deletes and counts them
        invitation.participant, invitation.token = None, new_token()
        invitation.stratum, invitation.unsubscribed_at = "", None
        invitation.mails.update(message_id="", said="")
    else:
        _forget(invitation)
    invitation.save()


def _forget(invitation: Invitation) -> None:
    rows = list(invitation.identities.all())
    identities.forget_mail(rows)
    Identity.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _proof(secret: str, mark: str, token: str) -> str:
    said = f"{mark}/{token}".encode()
    return hmac.new(keys.derived(secret, "no mail"), said, hashlib.sha256).hexdigest()[:PROOF]
