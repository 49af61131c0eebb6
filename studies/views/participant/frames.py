"""Where other sites and ours touch: whose frame may show us, and where a form may lead.

Nobody takes part inside a frame: their cookies would be a third party's, which browsers block. The
frame shows a link that opens the study in a window of its own.
"""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse

from studies.channels import Farewell
from studies.live.plan import Plan


def in_frame(request: HttpRequest) -> bool:
    """Whether the browser says that it loads this page into a frame."""
    return request.headers.get("Sec-Fetch-Dest") in {"iframe", "frame"}


def framing(plan: Plan) -> list[str]:
    """The origins that the file and its channel name: they may show the study's first pages."""
    return list(dict.fromkeys([*plan.fieldwork.framed_by, *plan.channel.framed_by]))


def let_frame(response: HttpResponse, plan: Plan) -> HttpResponse:
    """Allow the study's own origins, and nobody else, to show this page in a frame."""
    origins = framing(plan)
    if origins:
        response.xframe_options_exempt = True
        _allow(response, "frame-ancestors", origins)
    return response


def let_post(response: HttpResponse, farewell: Farewell) -> HttpResponse:
    """Allow the way out to be a form that another site takes."""
    if farewell.fields:
        parts = urlsplit(farewell.link)
        _allow(response, "form-action", ["'self'", f"{parts.scheme}://{parts.netloc}"])
    return response


def _allow(response: HttpResponse, directive: str, sources: list[str]) -> None:
    """Replace one directive of this page's policy; what was replaced before stays so."""
    replaced = getattr(response, "_csp_replace", {})
    response._csp_replace = {**replaced, directive: sources}  # type: ignore[attr-defined]  # django-csp's door
