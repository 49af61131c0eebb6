"""The stand-in's key: signed launches as Prolific makes them, and the key set to check them by."""

import json
import time
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

ISSUER = "https://www.prolific.com"
SECONDS = 120


class LaunchKey:
    """One RSA key under one id; `rotate` makes a new one."""

    def __init__(self) -> None:
        self.rotate()

    def rotate(self) -> None:
        """A new key under a new id; tokens of the old one hold no longer."""
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.kid = f"stand-in-{time.monotonic_ns()}"

    def published(self) -> dict[str, Any]:
        """The JSON Web Key Set."""
        public = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": self.kid, "alg": "RS256", "use": "sig"}]}

    def address(self, study: dict[str, Any], submission: dict[str, Any], **claims: Any) -> str:
        """The study's address with its parameters filled in, signed where the study asks for it."""
        filled = {
            "PROLIFIC_PID": submission["participant_id"],
            "STUDY_ID": study["id"],
            "SESSION_ID": submission["id"],
        }
        parts = urlsplit(study["external_study_url"])
        bare = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
        query = dict(filled)
        if study.get("is_external_study_url_secure"):
            query["prolific_token"] = self.token(bare, submission["id"], filled, **claims)
        return f"{bare}?{urlencode(query)}"

    def token(self, address: str, session: str, parameters: dict[str, str], **claims: Any) -> str:
        """A token for `address`; `claims` replaces parts of it."""
        now = int(time.time())
        told = {
            "iss": ISSUER,
            "iat": now,
            "exp": now + SECONDS,
            "aud": address,
            "sub": session,
            "prolific": {**parameters, "workspace_id": "stand-in"},
            **claims,
        }
        return jwt.encode(told, self.key, algorithm="RS256", headers={"kid": self.kid})
