"""The bytes of a picture: one way for all, whatever the picture is."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from studies.models import Participant, Study
from studies.showing import renditions
from studies.showing.sending import send


@require_safe
def picture(request: HttpRequest, token: str, address: str) -> HttpResponse:  # noqa: ARG001
    """A rendition, for the participant it belongs to and as long as they take part; else 404."""
    person = Participant.objects.select_related("study").filter(token=token).first()
    if person is None or person.state != Participant.State.ACTIVE or person.consent_due:
        raise Http404
    sha256 = renditions.find(person, address)
    if sha256 is None or person.study.state == Study.State.CLOSED:
        raise Http404
    return send(sha256)
