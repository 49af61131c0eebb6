"""Withdrawing: at any time, with or without erasing, for a receipt that can be looked up later.

The receipt's link is a keyed hash of the participant's token. So saying it twice gives the same
receipt, the old personal link leads to it, and the database alone ties it to nobody.
"""

import hashlib
import hmac

from django.conf import settings
from django.db import transaction

from studies.checking.findings import inspect
from studies.live.places import locked, locked_study, new_code, tell
from studies.models import Participant, Response, Withdrawal
from studies.rights import addresses
from studies.rights.erasure import erase as erase_rows
from studies.rights.keys import secrets

LEAVING = (Participant.State.ACTIVE, Participant.State.LAPSED)
"""States of those who may still go on; for all others there is nothing to stop."""


def withdraw(*, participant: Participant, erase: bool) -> Withdrawal:
    """Stop taking part, and erase everything where asked to; returns the receipt.

    Without erasing, what was answered stays and counts, by the rules that hold for everybody's
    answers: checks look at it as they do when somebody leaves without a word. Either way the
    places that nobody will use are open again. Safe to call any number of times: each choice has
    one receipt.
    """
    token = participant.token
    with transaction.atomic():
        study = locked_study(participant.study)
        person = locked(participant.pk)
        known = receipt_of(token)
        if known and (known.erased or not erase):
            return known
        stopped = person.state in LEAVING
        addresses.let_go(person, erase=erase)
        removed = erase_rows(person) if erase else {}
        kept = {} if erase else _stop(person)
        return Withdrawal.objects.create(
            study=study,
            token=_links(token, erased=erase)[0],
            number=f"{new_code(6)}-{new_code(6)}",
            erased=erase,
            stopped=stopped,
            kept=kept,
            removed=removed,
        )


def receipt_of(token: str) -> Withdrawal | None:
    """The last receipt of whoever had this personal link: that of the erasure, where there is one.

    Erased people have no row that knows the token; the link they keep finds the receipt.
    """
    links = [*_links(token, erased=False), *_links(token, erased=True)]
    return Withdrawal.objects.filter(token__in=links).order_by("-erased").first()


def was_erased(token: str) -> bool:
    """Whether everything about whoever had this token was erased."""
    return Withdrawal.objects.filter(token__in=_links(token, erased=True)).exists()


def _stop(person: Participant) -> dict[str, int]:
    if person.state in LEAVING:
        person.state = Participant.State.WITHDRAWN
        person.completion_code = person.completion_code or new_code(8)
        person.save(update_fields=["state", "completion_code"])
        person.trials.filter(answered_at=None).update(released=True)
        inspect(person)
    tell(person, "withdrawn", {"state": person.state})
    return {"responses": Response.objects.filter(participant=person).count()}


def _links(token: str, *, erased: bool) -> list[str]:
    """Under SECRET_KEY, then under every key that is still listed: it may have been SECRET_KEY."""
    text = f"connoisseur/withdrawal/{erased}/{token}".encode()
    known = dict.fromkeys([settings.SECRET_KEY, *secrets()])
    return [hmac.new(key.encode(), text, hashlib.sha256).hexdigest() for key in known]
