"""Where panels call: signed, and answered before anything else happens."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from studies.recruitment import hooks
from studies.recruitment.calls import PanelError
from studies.recruitment.prolific import prolific


@csrf_exempt  # the signature over the body stands for it
@never_cache
@require_POST
def prolific_hook(request: HttpRequest) -> HttpResponse:
    """200: taken, or known; 403: not signed by Prolific just now; 503: send it again later."""
    secret = settings.PROLIFIC_WEBHOOK_SECRET
    try:
        hook = hooks.read_hook(request.headers, request.body, secret, timezone.now())
        outcome = hooks.carry_out(hook, prolific(""))
    except hooks.HookError as error:
        return JsonResponse({"refused": str(error)}, status=403)
    except PanelError as error:
        return JsonResponse({"later": str(error)}, status=503)
    return JsonResponse({"outcome": outcome})
