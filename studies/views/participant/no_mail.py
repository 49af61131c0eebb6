"""No more mail: the page behind the last link of every invitation, and RFC 8058's one click.

Looking changes nothing; POST does. Mail programs post without cookies, so the link itself, which
only the mail holds, is all that is asked for.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from studies.live.plan import plan_of
from studies.models import Invitation
from studies.rights import addresses


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def no_mail(request: HttpRequest, token: str) -> HttpResponse:
    """What the button does, then that it is done; the address itself is not shown."""
    leaving = addresses.read_link(token)
    if leaving is None:
        raise Http404
    rows = Invitation.objects.select_related("study__protocol")
    invitation = rows.filter(token=leaving.token).first()
    if request.method == "POST":
        addresses.unsubscribe(leaving, invitation)
    if invitation:
        translation.activate(invitation.language)
    context = {
        "plan": plan_of(invitation.study) if invitation else None,
        "study": invitation.study if invitation else None,
        "works": invitation is not None and not invitation.gone,
        "done": request.method == "POST" or addresses.has_left(leaving),
    }
    return render(request, "rater/no_mail.html", context)
