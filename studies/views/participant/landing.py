"""The open link: information, consent, start. Looking at it takes no place; only POST starts."""

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from studies.fieldwork import FieldworkError, StudyFull, enrol
from studies.models import Study, new_token
from studies.places import FULL, check_open, is_full
from studies.plan import plan_of
from studies.prose import prose

VISIT = "visit"
REMEMBERED_SECONDS = 90 * 24 * 60 * 60


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def landing(request: HttpRequest, link: str) -> HttpResponse:
    """The first page; whoever began in this browser is led to where they left off."""
    study = get_object_or_404(Study.objects.select_related("protocol"), link_token=link)
    visit = _visit(request, study)
    known = study.participants.filter(token=visit).first()
    if known:
        return redirect("studies:participant", known.token)
    try:
        _check_place(study)
        response = _start(request, study, visit) if request.method == "POST" else None
    except FieldworkError as error:
        return _refused(request, study, error)
    return _remember(response or _page(request, study, visit), study, visit)


@never_cache
@require_safe
def declined(request: HttpRequest, link: str) -> HttpResponse:
    """For those who would rather not: nothing is stored, and nobody has to say why."""
    study = get_object_or_404(Study, link_token=link)
    return render(request, "rater/declined.html", {"study": study})


def _check_place(study: Study) -> None:
    check_open(study)
    if is_full(study):
        raise StudyFull(FULL)


def _start(request: HttpRequest, study: Study, visit: str) -> HttpResponse:
    """Enrol whoever agreed to every statement of the text as it stands now."""
    plan = plan_of(study)
    ticked = {n for n in range(len(plan.fieldwork.consent)) if request.POST.get(f"consent-{n}")}
    missing = set(range(len(plan.fieldwork.consent))) - ticked
    changed = request.POST.get("text") != plan.consent_sha256
    if missing or changed:
        return _page(request, study, visit, ticked=ticked, changed=changed)
    participant = enrol(
        study=study,
        channel=plan.fieldwork.channel.kind,
        consent_sha256=plan.consent_sha256,
        token=visit,
    )
    return redirect("studies:participant", participant.token)


def _page(
    request: HttpRequest,
    study: Study,
    visit: str,
    ticked: frozenset[int] | set[int] = frozenset(),
    *,
    changed: bool = False,
) -> HttpResponse:
    plan = plan_of(study)
    statements = list(enumerate(plan.fieldwork.consent))
    posted = request.method == "POST"
    context = {
        "study": study,
        "plan": plan,
        "information": prose(plan.fieldwork.information),
        "statements": [(n, text, n in ticked) for n, text in statements],
        "missing": [n for n, _ in statements if posted and n not in ticked],
        "changed": changed and posted,
        "visit": _signer(study).sign(visit),
    }
    return render(request, "rater/landing.html", context, status=422 if posted else 200)


def _refused(request: HttpRequest, study: Study, error: FieldworkError) -> HttpResponse:
    context = {"study": study, "sentence": str(error), "contact": plan_of(study).fieldwork.contact}
    return render(request, "rater/refused.html", context, status=409)


def _visit(request: HttpRequest, study: Study) -> str:
    """The token of this browser's visit: from its cookie, else from the form, else a new one.

    It becomes the participant's token, so a start that is sent twice is one participant.
    """
    signed = (request.COOKIES.get(VISIT), request.POST.get(VISIT))
    for value in filter(None, signed):
        try:
            return _signer(study).unsign(value)
        except BadSignature:
            continue
    return new_token()


def _remember(response: HttpResponse, study: Study, visit: str) -> HttpResponse:
    response.set_cookie(
        VISIT,
        _signer(study).sign(visit),
        max_age=REMEMBERED_SECONDS,
        path=f"/s/{study.link_token}/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _signer(study: Study) -> Signer:
    return Signer(salt=f"visit/{study.link_token}")
