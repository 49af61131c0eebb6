"""The language of participants' pages: the study's that fits the browser, or the one they chose.

On the first page it follows the menu, then the browser; whoever takes part keeps theirs. Error
pages of participants follow the browser. Researchers' pages are in English.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import get_language_info
from django.utils.translation.trans_real import parse_accept_lang_header

from studies.live.plan import plan_of
from studies.models import Participant, Study
from studies.wording.catalogue import SOURCE, languages

PARTICIPANTS = ("/s/", "/p/")
"""Beginnings of the addresses of participants' pages (studies/urls.py)."""
LANGUAGE = "lang"
"""In addresses, forms and the cookie of a landing page: the language that somebody chose."""


@dataclass(frozen=True)
class Offer:
    """One line of the menu."""

    code: str
    name: str
    """As its speakers call it."""
    address: str
    direction: str
    chosen: bool


class ParticipantLanguage:
    """Middleware: participants' pages in their language, all others in English; both say which."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Views may switch to another language; after the page it is as before."""
        theirs = request.path.startswith(PARTICIPANTS)
        with translation.override(preferred(request, languages()) if theirs else SOURCE):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language())
            return response


def preferred(request: HttpRequest, offered: Sequence[str]) -> str:
    """The language of `offered` that the browser likes best; the first where it likes none."""
    for code, weight in parse_accept_lang_header(
        request.headers.get("Accept-Language", "").lower()
    ):
        if weight > 0 and (found := _fitting(code, offered)):
            return found
    return offered[0]


def choose(request: HttpRequest, study: Study) -> str:
    """Switch to the language in which a visitor reads the study, and say which it is."""
    offered = plan_of(study).languages
    said = (request.POST.get(LANGUAGE), request.GET.get(LANGUAGE), request.COOKIES.get(LANGUAGE))
    language = next((code for code in said if code in offered), None)
    language = language or preferred(request, offered)
    translation.activate(language)
    return language


def speak(person: Participant) -> None:
    """Switch to the language of a participant."""
    translation.activate(person.language)


def spoken() -> str:
    """The language of the page that is being made."""
    return translation.get_language() or SOURCE


def menu(request: HttpRequest, study: Study) -> list[Offer]:
    """The study's languages; none where there is one only. Each link keeps all of the address."""
    offered = plan_of(study).languages
    return [_offer(request, code) for code in offered] if len(offered) > 1 else []


def _offer(request: HttpRequest, code: str) -> Offer:
    query = request.GET.copy()
    query[LANGUAGE] = code
    known = get_language_info(code)
    direction = "rtl" if known["bidi"] else "ltr"
    address = f"{request.path}?{query.urlencode()}"
    return Offer(code, known["name_local"], address, direction, code == spoken())


def _fitting(code: str, offered: Iterable[str]) -> str | None:
    """The same language, else one that differs in its region only: de-at → de, pt → pt-br."""
    family = code.partition("-")[0]
    near = [known for known in offered if known.partition("-")[0] == family]
    return next((known for known in near if known in {code, family}), next(iter(near), None))
