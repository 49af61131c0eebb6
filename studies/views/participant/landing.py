"""The landing page: information, consent, start. Looking at it takes no place; only POST starts.

The channel reads who arrives from the address, once; from then on a signed text of our own says
it, in a cookie and in the form, so a launch token may run out while somebody reads.
"""

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from studies.channels import Launch, LaunchError, Visitor
from studies.fieldwork import FieldworkError, StudyFull
from studies.live.browser_marks import mark
from studies.live.places import CLOSED, FULL, StudyClosed, check_open
from studies.live.plan import plan_of
from studies.live.room import is_full
from studies.live.shares import all_in_hands
from studies.models import Participant, Study, new_token
from studies.prose import prose
from studies.recruitment import arrivals
from studies.recruitment.exits import farewell_to_visitor
from studies.rights.withdrawal import was_erased
from studies.views.participant.frames import framing, in_frame, let_frame, let_post
from studies.views.participant.language import LANGUAGE, choose, menu, spoken
from studies.wording import marked

VISIT = "visit"
ARRIVAL = "arrival"
FULL_THEN = marked(
    "A place can become free again when somebody leaves, so the same link may work later."
)
SHUT_THEN = marked("The same link works as soon as the study takes answers.")
ENDED_THEN = marked(
    "If you took part, your answers are safe: your personal link shows what is stored of you."
)
REMEMBERED_SECONDS = 90 * 24 * 60 * 60


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def landing(request: HttpRequest, link: str) -> HttpResponse:
    """The first page; whoever began is led to where they left off."""
    study = get_object_or_404(Study, link_token=link)
    visit, language = _visit(request, study), choose(request, study)
    try:
        visitor = _visitor(request, study)
        if in_frame(request) and not visitor.preview:
            return _framed(request, study)
        known = _known(study, visitor, visit)
        if known:
            return redirect("studies:participant", known.token)
        respond = _start if request.method == "POST" else _page
        response = respond(request, study, visit, visitor)
    except (FieldworkError, LaunchError) as error:
        return _refused(request, study, error)
    return _remember(response, study, visit, visitor, language)


@never_cache
@require_safe
def declined(request: HttpRequest, link: str) -> HttpResponse:
    """For those who would rather not: nothing is stored, and nobody has to say why."""
    study = get_object_or_404(Study, link_token=link)
    choose(request, study)
    visitor = _sealed(request, study) or Visitor()
    leave = farewell_to_visitor(study, visitor)
    plan = plan_of(study)
    context = {"study": study, "plan": plan, "farewell": leave}
    return let_frame(let_post(render(request, "rater/declined.html", context), leave), plan)


def _visitor(request: HttpRequest, study: Study) -> Visitor:
    """Who arrives: as we signed it a while ago, or as the address says now. Raises LaunchError."""
    channel = plan_of(study).channel
    sealed = _sealed(request, study)
    if sealed and _says_nothing_else(request, sealed):
        return sealed
    address = channel.entrance(settings.SITE_URL, study.link_token).partition("?")[0]
    visitor = channel.visitor(Launch(request.GET.dict(), address, timezone.now()))
    return arrivals.recognised(study, visitor)


def _sealed(request: HttpRequest, study: Study) -> Visitor | None:
    signed = (request.POST.get(ARRIVAL), request.COOKIES.get(ARRIVAL))
    found = (arrivals.unseal(study, text) for text in signed if text)
    return next((visitor for visitor in found if visitor), None)


def _is_told(visitor: Visitor) -> bool:
    """Whether the address said something that the next request must still know."""
    return bool(visitor.person or visitor.stratum)


def _says_nothing_else(request: HttpRequest, sealed: Visitor) -> bool:
    """Whether the address names the same visit again (a reload), or none."""
    given = {value for name, value in request.GET.items() if name != LANGUAGE}
    return not given or {sealed.person, sealed.visit} <= given


def _known(study: Study, visitor: Visitor, visit: str) -> Participant | None:
    if not visitor.person:
        return study.participants.filter(token=visit).first()
    known = arrivals.known(study, visitor)
    return arrivals.seen_again(known, visitor) if known else None


def _check_place(study: Study, visitor: Visitor) -> None:
    check_open(study)
    arrivals.check_visit(study, visitor)
    if is_full(study, visitor.stratum) or all_in_hands(study):
        raise StudyFull(FULL)


def _start(request: HttpRequest, study: Study, visit: str, visitor: Visitor) -> HttpResponse:
    """Enrol whoever agreed to every statement of the text as it stands now.

    Whether there is a place is asked in the transaction that takes it: else a start that is sent
    twice would find the last place taken, by itself.
    """
    plan, language = plan_of(study), spoken()
    consent_sha256 = plan.consent_in(language)
    ticked = {n for n in range(len(plan.fieldwork.consent)) if request.POST.get(f"consent-{n}")}
    missing = set(range(len(plan.fieldwork.consent))) - ticked
    changed = request.POST.get("text") != consent_sha256
    if missing or changed or visitor.preview:
        return _page(request, study, visit, visitor, ticked=ticked, changed=changed)
    participant = arrivals.start(
        study=study,
        visitor=visitor,
        consent_sha256=consent_sha256,
        language=language,
        # one browser, two identities: two participants (who is known is found by the identity)
        token=new_token() if visitor.person else visit,
    )
    mark(participant, visit)
    return redirect("studies:participant", participant.token)


def _page(
    request: HttpRequest,
    study: Study,
    visit: str,
    visitor: Visitor,
    ticked: frozenset[int] | set[int] = frozenset(),
    *,
    changed: bool = False,
) -> HttpResponse:
    """The text to agree to; raises StudyClosed, StudyFull or LaunchError where nobody could."""
    _check_place(study, visitor)
    plan, language = plan_of(study), spoken()
    statements = list(enumerate(plan.fieldwork.consent))
    posted = request.method == "POST"
    context = {
        "study": study,
        "plan": plan,
        "languages": menu(request, study),
        "language": language,
        "consent_sha256": plan.consent_in(language),
        "information": prose(plan.wording(language).say(plan.fieldwork.information)),
        "statements": [(n, text, n in ticked) for n, text in statements],
        "missing": [n for n, _ in statements if posted and n not in ticked],
        "changed": changed and posted,
        "visit": _signer(study).sign(visit),
        "arrival": arrivals.seal(study, visitor) if _is_told(visitor) else "",
        "looking": visitor.preview,
        # for browsers that do not say whether they load a page into a frame
        "framable": bool(framing(plan)) and not visitor.preview,
        "address": request.get_full_path(),
    }
    page = render(request, "rater/landing.html", context, status=422 if posted else 200)
    return let_frame(page, plan)


def _framed(request: HttpRequest, study: Study) -> HttpResponse:
    """The way to a window; raises StudyClosed where nobody is to be led there (any more)."""
    paused = study.state == Study.State.PAUSED  # whoever has begun may go on
    if not paused:
        check_open(study)
    plan = plan_of(study)
    sentence = CLOSED[Study.State.PAUSED] if paused else ""
    address = request.get_full_path()
    context = {"study": study, "plan": plan, "address": address, "sentence": sentence}
    return let_frame(render(request, "rater/framed.html", context), plan)


def _refused(
    request: HttpRequest, study: Study, error: FieldworkError | LaunchError
) -> HttpResponse:
    context = {
        "study": study,
        "sentence": error.args[0],
        "then": _what_then(study, error),
        "plan": plan_of(study),
    }
    page = render(request, "rater/refused.html", context, status=409)
    return let_frame(page, plan_of(study))


def _visit(request: HttpRequest, study: Study) -> str:
    """The token of this browser's visit: from its cookie, else from the form, else a new one.

    It becomes the participant's token, so a start that is sent twice is one participant.
    """
    signed = (request.COOKIES.get(VISIT), request.POST.get(VISIT))
    for value in filter(None, signed):
        try:
            visit = _signer(study).unsign(value)
        except BadSignature:
            continue
        if not was_erased(visit):  # else the token would tie the person to the receipt again
            return visit
    return new_token()


def _remember(
    response: HttpResponse, study: Study, visit: str, visitor: Visitor, language: str
) -> HttpResponse:
    kept = {
        VISIT: (_signer(study).sign(visit), REMEMBERED_SECONDS),
        LANGUAGE: (language, REMEMBERED_SECONDS),
    }
    if _is_told(visitor):
        kept[ARRIVAL] = (arrivals.seal(study, visitor), arrivals.REMEMBERED_SECONDS)
    for name, (value, seconds) in kept.items():
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            path=f"/s/{study.link_token}/",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


def _signer(study: Study) -> Signer:
    return Signer(salt=f"visit/{study.link_token}")


def _what_then(study: Study, error: FieldworkError | LaunchError) -> str:
    """What somebody can do who was not let in; a refused address says so itself."""
    if isinstance(error, StudyFull):
        return FULL_THEN
    if isinstance(error, StudyClosed):
        return ENDED_THEN if study.state == Study.State.CLOSED else SHUT_THEN
    return ""
