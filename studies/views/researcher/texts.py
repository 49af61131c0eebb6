"""Free texts: passages that may tell who somebody is, in context, and what leaves of them."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from studies.access import researcher, study_for
from studies.models import Study
from studies.reads import texts as reading
from studies.rights import texts
from studies.rights.passages import STATES

TEXTS_ON_A_PAGE = 50
NOTHING = "nothing"
"""The filter of texts in which nothing was found."""
SORTS = {"real": False, "simulated": True}
WHERE = ("raters", "state", "text", "page")
"""What an address says of which texts are listed."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """GET shows texts as they leave the study; POST as they were written, which goes on record."""
    study = study_for(request.user, slug)
    return _page(request, study, revealed=request.method == "POST")


@require_POST
@never_cache
@login_required
def judge(request: HttpRequest, slug: str) -> HttpResponse:
    """Put the decisions of a page on record; what was chosen stays where they are refused."""
    study = study_for(request.user, slug)
    try:
        number = texts.judge(
            study=study,
            verdicts=_verdicts(study, request.POST),
            actor=researcher(request),
            reason=request.POST.get("reason", ""),
        )
    except texts.TextError as error:
        messages.error(request, str(error))
        return _page(request, study, revealed=True, status=422)
    said = f"{number} decision{'s' if number != 1 else ''} on record." if number else ""
    messages.success(request, said or "Nothing was changed.")
    return redirect(f"{reverse('studies:texts', args=[slug])}?{urlencode(_where(request))}")


def _page(request: HttpRequest, study: Study, *, revealed: bool, status: int = 200) -> HttpResponse:
    remaining, where = texts.scan(study), _where(request)
    known = texts.lines(study)
    page = Paginator(_chosen(known, where), TEXTS_ON_A_PAGE).get_page(where.get("page"))
    look = reading.Look(revealed, whole=bool(where.get("text")))
    found = reading.shown(study, list(page), look, request.POST)
    if revealed:
        texts.look(responses=[each.response for each in found], actor=researcher(request))
    context = {
        "study": study,
        "page": page,
        "texts": found,
        "revealed": revealed,
        "remaining": remaining,
        "counts": _counts(known),
        "states": [*STATES.items(), (NOTHING, "nothing found")],
        "chosen": where,
        "where": urlencode(where),
        "reason": request.POST.get("reason", ""),
        "looks": reading.last_looks(study),
    }
    return render(request, "studies/texts.html", context, status=status)


def _where(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET[name] for name in WHERE if request.GET.get(name)}


def _chosen(known: Sequence[texts.Line], where: Mapping[str, str]) -> list[texts.Line]:
    """The texts that the address asks for."""
    sort, state, text = where.get("raters"), where.get("state"), where.get("text")
    found = [line for line in known if sort not in SORTS or line.simulated == SORTS[sort]]
    if text:
        return [line for line in found if str(line.response) == text]
    if state == NOTHING:
        return [line for line in found if not line.passages]
    if state in STATES:
        return [line for line in found if any(p.state == state for p in line.passages)]
    return found


def _counts(known: Sequence[texts.Line]) -> list[dict[str, object]]:
    """Of people and of SIMULATED raters apart: texts, and passages by state."""
    found = []
    for sort, simulated in SORTS.items():
        mine = [line for line in known if line.simulated == simulated]
        counted = texts.counts(mine)
        states = [(state, counted[state]) for state in STATES]
        nothing = sum(not line.passages for line in mine)
        row = {"sort": sort, "texts": len(mine), "states": [*states, (NOTHING, nothing)]}
        found += [row] if mine or not simulated else []
    return found


def _verdicts(study: Study, sent: Mapping[str, str]) -> list[texts.Verdict]:
    """The form as `judge` wants it; raises TextError where words to mask are not in their text."""
    found = []
    for name, value in sent.items():
        sort, *parts = name.split("-")
        if not value.strip() or not all(each.isascii() and each.isdigit() for each in parts):
            continue
        numbers = [int(each[:10]) for each in parts]
        if sort == "p" and len(numbers) == 3 and value in reading.CHOSEN.values():
            found.append(texts.Verdict(numbers[0], (numbers[1], numbers[2]), value))
        if sort in {"more", "all"} and len(numbers) == 1:
            found += _by_hand(study, numbers[0], "" if sort == "all" else value)
    return found


def _by_hand(study: Study, response: int, words: str) -> list[texts.Verdict]:
    """Words to mask, wherever they stand in a text; the whole text where there are none."""
    row = texts.written(study).filter(pk=response).first()
    text = texts.text_of(row, texts.text_questions(study)) if row else ""
    places = texts.places_of(text, words) if words else [(0, len(text))]
    if row is None or not places:
        raise texts.TextError(
            f"“{words[:80]}” does not stand in the text: copy the words as they stand there."
        )
    return [texts.Verdict(response, place, texts.Decision.MASK) for place in places]
