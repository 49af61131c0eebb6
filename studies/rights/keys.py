"""The site's keys for what tells who somebody is: the first seals, every one of them opens.

They are those of IDENTITY_KEYS, newest first, and then SECRET_KEY: so a site that names none uses
SECRET_KEY alone, and one that begins to name them can still read what was sealed before.
"""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

FINGERPRINT = 12
"""Hexadecimal digits by which a row says which key sealed it; they tell nothing about the key."""


def secrets() -> tuple[str, ...]:
    """All keys, the newest first, each once."""
    return tuple(dict.fromkeys([*settings.IDENTITY_KEYS, settings.SECRET_KEY]))


def fingerprint(secret: str) -> str:
    """The name of a key."""
    return derived(secret, "name").hex()[:FINGERPRINT]


def box() -> MultiFernet:
    """Seals under the first key, opens under each."""
    keys = [derived(secret, "seal") for secret in secrets()]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])


def digest(secret: str, study: int, kind: str, text: str) -> str:
    """A keyed hash of an identifier: another one in every study, so that no two can be joined."""
    said = f"{study}/{kind}/{text}".encode()
    return hmac.new(derived(secret, "find"), said, hashlib.sha256).hexdigest()


def derived(secret: str, purpose: str) -> bytes:
    """32 bytes for one purpose."""
    name = f"connoisseur/identities/{purpose}".encode()
    return hmac.new(secret.encode(), name, hashlib.sha256).digest()
