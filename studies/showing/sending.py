"""How the bytes of a picture get to a rater: from the web worker, or from nginx behind it.

Whoever sends them, the address, the headers and the length are the same for every picture of a
study. With SERVE_PICTURES=nginx the worker only says who may see what: it answers with an empty
body and `X-Accel-Redirect`, and nginx fetches the bytes from the folder or the bucket by an inner
address that no browser ever sees (`manage.py nginx` writes its part of the configuration).
"""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import HttpResponse

from generation import store

KEPT = "private, max-age=7200, immutable"
"""Long enough to be loaded one trial ahead; no validator that could tell two pictures apart."""

INNER = "/stored-pictures/"
"""Where nginx keeps the store; `internal`, so that nobody can ask for it from outside."""

SIGNED_SECONDS = 60
"""For how long a bucket lets nginx read one object after the worker allowed it."""


def send(sha256: str) -> HttpResponse:
    """The response with the picture whose sha256 this is, or with where nginx finds it."""
    if settings.SERVE_PICTURES == "nginx":
        response = HttpResponse(content_type="image/png")
        response["X-Accel-Redirect"] = INNER + _inside(store.name_of(sha256))
        del response["Content-Length"]
    else:
        response = HttpResponse(store.get(sha256), content_type="image/png")
    response["Cache-Control"] = KEPT
    return response


def _inside(name: str) -> str:
    """Where the store has it: a path in its folder, or the signed path in its bucket."""
    try:
        default_storage.path(name)
    except NotImplementedError:  # a bucket
        bucket: Any = default_storage
        told = {"ResponseContentType": "image/png"}
        address = urlsplit(bucket.url(name, parameters=told, expire=SIGNED_SECONDS))
        return f"{address.path.lstrip('/')}?{address.query}"
    return name
