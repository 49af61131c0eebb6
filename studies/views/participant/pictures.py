"""The bytes of a picture: one way for all, whatever the picture is."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from generation import store
from studies import renditions
from studies.models import Participant, Study

KEPT = "private, max-age=7200, immutable"
"""Long enough to be loaded one trial ahead; no validator that could tell two pictures apart."""


@require_safe
def picture(request: HttpRequest, token: str, address: str) -> HttpResponse:  # noqa: ARG001
    """A rendition, for the participant it belongs to and as long as they take part; else 404."""
    person = Participant.objects.select_related("study").filter(token=token).first()
    if person is None or person.state != Participant.State.ACTIVE:
        raise Http404
    sha256 = renditions.find(person, address)
    if sha256 is None or person.study.state == Study.State.CLOSED:
        raise Http404
    response = HttpResponse(store.get(sha256), content_type="image/png")
    response["Cache-Control"] = KEPT
    return response
