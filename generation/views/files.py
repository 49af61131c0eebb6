"""Image files for researchers: as stored, or small. What a hash names never changes."""

from io import BytesIO

import PIL.Image
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from generation import store
from generation.models import Image

THUMBNAIL_SIDE = 480
FOREVER = {"private": True, "max_age": 31_536_000, "immutable": True}


def _etag(_request: HttpRequest, sha256: str) -> str:
    return f'"{sha256}"'


def _stored(sha256: str) -> bytes:
    image = get_object_or_404(Image, sha256=sha256)
    try:
        return store.get(image.sha256)
    except store.StoreError as error:
        raise Http404(str(error)) from error


@require_safe
@login_required
@cache_control(**FOREVER)
@condition(etag_func=_etag)
def image(request: HttpRequest, sha256: str) -> HttpResponse:
    """The stored PNG; with ?download, to be saved."""
    response = HttpResponse(_stored(sha256), content_type="image/png")
    if "download" in request.GET:
        response["Content-Disposition"] = f'attachment; filename="{sha256[:12]}.png"'
    return response


@require_safe
@login_required
@cache_control(**FOREVER)
@condition(etag_func=_etag)
def thumbnail(_request: HttpRequest, sha256: str) -> HttpResponse:
    """A WebP of at most 480 pixels a side: to look over, never to judge."""
    with PIL.Image.open(BytesIO(_stored(sha256)), formats=["PNG"]) as picture:
        picture.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), PIL.Image.Resampling.LANCZOS)
        small = BytesIO()
        picture.save(small, "WEBP", quality=85)
    return HttpResponse(small.getvalue(), content_type="image/webp")
