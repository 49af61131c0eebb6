"""Addresses that get no mail: kept as keyed hashes alone, so that a list can be held against them
and nobody can read who they are.

One of the whole site: somebody unsubscribed. One of a study: somebody withdrew, or the day came on
which the address was deleted; mailed again, they would be invited a second time.
"""

from collections.abc import Collection, Iterable

from django.db.models import Count

from studies.models import NoMail
from studies.rights import keys

SITE = 0
"""Stands for all studies of this site."""
KIND = "no_mail"
CHUNK = 500


def mark_of(address: str, study: int = SITE) -> str:
    """The hash under the newest key."""
    return keys.digest(keys.secrets()[0], study, KIND, address)


def keep_away(pairs: Iterable[tuple[str, int]]) -> None:
    """From now on no mail to these (address, study), or by `SITE` from anybody here."""
    newest = keys.fingerprint(keys.secrets()[0])
    keep_marks_away(((mark_of(address, study), study) for address, study in pairs), newest)


def keep_marks_away(marks: Iterable[tuple[str, int]], key: str) -> None:
    """The same of hashes, made with the key of this name; saying it twice changes nothing."""
    rows = [NoMail(digest=mark, study_id=study or None, made_with=key) for mark, study in marks]
    NoMail.objects.bulk_create(rows, ignore_conflicts=True)


def is_away(mark: str) -> bool:
    """Whether this very hash is kept."""
    return NoMail.objects.filter(digest=mark).exists()


def away(addresses: Collection[str], study: int) -> set[str]:
    """Those of the addresses that get no mail of this study."""
    marks = {
        keys.digest(secret, scope, KIND, address): address
        for address in addresses
        for secret in keys.secrets()
        for scope in (SITE, study)
    }
    wanted, found = list(marks), set[str]()
    for start in range(0, len(wanted), CHUNK):
        rows = NoMail.objects.filter(digest__in=wanted[start : start + CHUNK])
        found |= {marks[mark] for mark in rows.values_list("digest", flat=True)}
    return found


def standing() -> list[tuple[str, int]]:
    """(name of a key, addresses that only it finds), the most first. A hash cannot be made anew
    under another key, so these keys stay listed."""
    groups = NoMail.objects.values_list("made_with").annotate(rows=Count("pk"))
    return list(groups.order_by("-rows", "made_with"))
