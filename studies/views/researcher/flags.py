"""What checks found, with its evidence, and what a person decides about it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from studies.access import researcher, study_for
from studies.checking import reviewing
from studies.checking.rejection import SHORTEST_MESSAGE
from studies.live.plan import plan_of

CASES_ON_A_PAGE = 20


@require_safe
@login_required
def flags(request: HttpRequest, slug: str) -> HttpResponse:
    """Everybody about whom something was found; one participant where the address names one."""
    study = study_for(request.user, slug)
    people, code = reviewing.flagged(study), request.GET.get("participant", "")
    if code:
        people = people.filter(code=code)
    sort = request.GET.get("raters", "")
    if sort in {"real", "simulated"}:
        people = people.filter(simulated=sort == "simulated")
    found = request.GET.get("check", "")
    if found:
        people = people.filter(flags__found_by=found, flags__failed=True).distinct()
    page = Paginator(people, CASES_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "study": study,
        "page": page,
        "cases": reviewing.cases(study, list(page)),
        "chosen": {"participant": code, "raters": sort, "check": found},
        "checks": plan_of(study).named_checks,
        "shortest": SHORTEST_MESSAGE,
    }
    return render(request, "studies/flags.html", context)


@require_safe
@login_required
def portfolio(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """The address that somebody gave, shown on a page of its own, never as a link to follow."""
    study = study_for(request.user, slug)
    person = get_object_or_404(study.participants, code=code)
    case = reviewing.cases(study, [person])[0]
    context = {"study": study, "case": case, "address": reviewing.portfolio_of(person)}
    return render(request, "studies/portfolio.html", context)


@require_POST
@login_required
def decide(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Put one decision on record."""
    study = study_for(request.user, slug)
    person = get_object_or_404(study.participants, code=code)
    try:
        review = reviewing.decide(
            participant=person,
            actor=researcher(request),
            decision=request.POST.get("decision", ""),
            found_by=request.POST.get("check", ""),
            reason=request.POST.get("reason", ""),
        )
        messages.success(request, f"{person.code}: {review.get_decision_display()}, on record.")
    except reviewing.ReviewError as error:
        messages.error(request, str(error))
    return redirect(f"{reverse('studies:flags', args=[slug])}?participant={person.code}")
