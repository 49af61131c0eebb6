"""What a participant may ask for: what is stored, and to withdraw, with or without erasing."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from studies.channels import Exit, Farewell, Visitor
from studies.live.plan import plan_of
from studies.models import Participant, Withdrawal
from studies.recruitment.receipts import exit_code
from studies.rights.consent import agreed_to
from studies.rights.holdings import as_csv, holdings
from studies.rights.withdrawal import LEAVING, receipt_of, withdraw
from studies.views.participant.language import LANGUAGE, choose, speak, spoken
from studies.views.participant.steps import for_participant
from studies.wording import counted

MINE = "mine"
"""The cookie in which a browser keeps the personal link for the page of its receipt."""
KEPT_SECONDS = 24 * 60 * 60
CHOICES = {"keep": False, "erase": True}
ERASED = {
    "responses": counted("{number} answer", "{number} answers"),
    "trials": counted("{number} screen", "{number} screens"),
    "events": counted("{number} event", "{number} events"),
    "agreements": counted("{number} agreement", "{number} agreements"),
    "identities": counted("{number} identifier", "{number} identifiers"),
    "arrivals": counted("{number} arrival", "{number} arrivals"),
    "receipts": counted("{number} receipt of a code", "{number} receipts of codes"),
    "submissions": counted("{number} submission", "{number} submissions"),
    "flags": counted("{number} finding", "{number} findings"),
    "reviews": counted("{number} decision", "{number} decisions"),
    "attempts": counted("{number} attempt", "{number} attempts"),
    "browser marks": counted("{number} mark of a browser", "{number} marks of browsers"),
}
"""What a receipt counts, as the database calls it → in words, one and several."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """Two steps: the choice, then what it means and a button; only that POST changes anything."""
    person = Participant.objects.select_related("study").filter(token=token).first()
    if person is not None:
        speak(person)
    known, choice = receipt_of(token), (request.POST or request.GET).get("choice", "")
    if known and (person is None or choice != "erase"):
        return _led_to(known, token)
    if person is None:
        raise Http404
    if request.method == "POST" and choice in CHOICES:
        found = withdraw(participant=person, erase=CHOICES[choice])
        return _led_to(found, token)
    context = {
        "person": person,
        "plan": plan_of(person.study),
        "choice": choice if choice in CHOICES else "",
        "going_on": person.state in LEAVING,
        "answers": person.responses.count(),
    }
    return render(request, "rater/withdraw.html", context)


@never_cache
@require_safe
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """What was kept or erased, and when; whoever has the link may look it up again."""
    rows = Withdrawal.objects.select_related("study")
    found = get_object_or_404(rows, token=token)
    choose(request, found.study)
    context = {
        "receipt": found,
        "study": found.study,
        "plan": plan_of(found.study),
        "removed": [_counted(name, number) for name, number in found.removed.items()],
        "farewell": _farewell(found),
        "erasing": _erasing(request, found),
        "address": request.build_absolute_uri(),
    }
    return render(request, "rater/receipt.html", context)


@require_safe
@for_participant
def stored(request: HttpRequest, person: Participant) -> HttpResponse:
    """Everything that is stored about the person, in plain words."""
    context = {"person": person, "plan": plan_of(person.study), "tables": holdings(person)}
    return render(request, "rater/stored.html", {**context, "agreed": agreed_to(person)})


@require_safe
@for_participant
def download(request: HttpRequest, person: Participant, form: str) -> HttpResponse:  # noqa: ARG001
    """The same as a file, JSON or CSV."""
    tables = holdings(person)
    if form == "json":
        told = {table.title: [dict(row) for row in table.rows] for table in tables}
        response: HttpResponse = JsonResponse(told, json_dumps_params={"indent": 2})
    else:
        response = HttpResponse(as_csv(tables), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="stored-about-me.{form}"'
    return response


def _led_to(found: Withdrawal, token: str) -> HttpResponse:
    """To the receipt, in the language of this page: a receipt knows nobody's.

    Nor does it know the personal link, from which everything can still be erased: this browser
    keeps that for the receipt's page alone.
    """
    address = reverse("studies:receipt", args=[found.token])
    several = len(plan_of(found.study).languages) > 1
    response = redirect(f"{address}?{LANGUAGE}={spoken()}" if several else address)
    if not found.erased:
        response.set_cookie(
            MINE,
            token,
            max_age=KEPT_SECONDS,
            path=address,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


def _erasing(request: HttpRequest, found: Withdrawal) -> str:
    """Where whoever has the personal link too may have everything erased; “” for all others."""
    token = request.COOKIES.get(MINE, "")
    if not token or found.erased or receipt_of(token) != found:
        return ""
    return reverse("studies:withdraw", args=[token])


def _counted(name: str, number: int) -> str:
    one, several = ERASED.get(name, (f"{{number}} {name}", f"{{number}} {name}"))
    return ngettext(one, several, number).format(number=number)


def _farewell(found: Withdrawal) -> Farewell:
    """How to tell a panel that one stopped: its code is the same for everybody."""
    channel = plan_of(found.study).channel
    if not (channel.shared_codes and found.stopped):
        return Farewell()
    return channel.farewell(Exit.WITHDRAWN, exit_code(found.study, Exit.WITHDRAWN), Visitor())
