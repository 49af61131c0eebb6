"""Where a panel's pages and ours touch: whose frame may show us, and where a form may lead.

Nobody takes part inside a frame: their cookies would be a third party's. The frame shows a link
that opens the study in a window of its own.
"""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse

from studies.channels import Channel, Farewell


def in_frame(request: HttpRequest) -> bool:
    """Whether the browser says that it loads this page into a frame."""
    return request.headers.get("Sec-Fetch-Dest") in {"iframe", "frame"}


def let_frame(response: HttpResponse, channel: Channel) -> HttpResponse:
    """Allow the channel's own origins, and nobody else, to show this page in a frame."""
    if channel.framed_by:
        response.xframe_options_exempt = True
        _allow(response, "frame-ancestors", list(channel.framed_by))
    return response


def let_post(response: HttpResponse, farewell: Farewell) -> HttpResponse:
    """Allow the way out to be a form that another site takes."""
    if farewell.fields:
        parts = urlsplit(farewell.link)
        _allow(response, "form-action", ["'self'", f"{parts.scheme}://{parts.netloc}"])
    return response


def _allow(response: HttpResponse, directive: str, sources: list[str]) -> None:
    response._csp_replace = {directive: sources}  # type: ignore[attr-defined]  # django-csp's door
