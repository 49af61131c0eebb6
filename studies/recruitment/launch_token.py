"""Prolific's signed launch: a token that says who was sent where, read once at landing.

RS256 under one of Prolific's published keys, valid for two minutes, made out to our address
(https://docs.prolific.com: “secure external study URL”). The keys are kept for a day, and fetched
again, at most once a minute, where a token names one that is not among them. While they cannot be
had, most arrivals are told so at once: no web process waits for them again and again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import jwt
import requests
from django.conf import settings
from django.core.cache import cache

from studies.wording import marked

JWKS_PATH = "/.well-known/study/jwks.json"
ISSUER = "https://www.prolific.com"
DAY = 24 * 60 * 60
MINUTE = 60
LEEWAY_SECONDS = 30
"""How far the two clocks may be apart."""
KEYS = "prolific/jwks"
ASKED = "prolific/jwks-asked"
AWAY = "prolific/jwks-away"
AWAY_SECONDS = 15
"""Where the keys could not be had, nobody else waits for them so long."""


UNREACHED = marked("Prolific cannot be reached just now to check this address.")


class TokenError(ValueError):
    """A launch token that does not hold; the sentence is for the person's eyes."""


@dataclass(frozen=True)
class Claims:
    """What Prolific signed."""

    session: str
    parameters: Mapping[str, str]


def read_token(token: str, address: str, now: datetime) -> Claims:
    """The claims of a token made out to `address` and valid `now`; raises TokenError."""
    try:
        key = _key(str(jwt.get_unverified_header(token).get("kid", "")))
        claims = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            issuer=ISSUER,
            options={
                "require": ["exp", "iat", "aud", "sub", "iss"],
                "verify_aud": False,  # below: only scheme and host are promised
                "verify_exp": False,  # below: against `now`
                "verify_iat": False,
            },
        )
    except (jwt.PyJWTError, ValueError) as error:
        if isinstance(error, TokenError):
            raise
        raise TokenError("Prolific's signature on this address does not hold.") from error
    _check_time(claims, now)
    _check_audience(claims["aud"], address)
    return Claims(str(claims["sub"]), _parameters(claims))


def _check_time(claims: Mapping[str, Any], now: datetime) -> None:
    seconds = now.timestamp()
    if seconds > float(claims["exp"]) + LEEWAY_SECONDS:
        raise TokenError("This address was made more than two minutes ago and no longer holds.")
    if seconds < float(claims["iat"]) - LEEWAY_SECONDS:
        raise TokenError("Prolific's signature on this address does not hold.")


def _check_audience(audience: object, address: str) -> None:
    """Whether one of the token's audiences has our scheme and host."""
    named = audience if isinstance(audience, list) else [audience]
    ours = urlsplit(address)
    places = {(urlsplit(str(one)).scheme, urlsplit(str(one)).netloc) for one in named}
    if (ours.scheme, ours.netloc) not in places:
        raise TokenError("Prolific signed this address for another site.")


def _parameters(claims: Mapping[str, Any]) -> Mapping[str, str]:
    given = claims.get("prolific")
    return {k: str(v) for k, v in given.items()} if isinstance(given, dict) else {}


def _key(kid: str) -> Any:
    keys = cache.get(KEYS)
    if keys is None and cache.get(AWAY):
        raise TokenError(UNREACHED)
    if keys is None or (kid not in keys and cache.add(ASKED, value=True, timeout=MINUTE)):
        keys = _fetch()
        cache.set(KEYS, keys, DAY)
    if kid not in keys:
        raise TokenError("Prolific's signature on this address does not hold.")
    return jwt.PyJWK.from_dict(keys[kid], algorithm="RS256").key


def _fetch() -> dict[str, Any]:
    """Key id → key, as published now."""
    try:
        response = requests.get(settings.PROLIFIC_API + JWKS_PATH, timeout=(3, 5))
        response.raise_for_status()
        return {str(key["kid"]): key for key in response.json()["keys"]}
    except (requests.RequestException, ValueError, KeyError, TypeError) as error:
        cache.set(AWAY, value=True, timeout=AWAY_SECONDS)
        raise TokenError(UNREACHED) from error
