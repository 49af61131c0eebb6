"""The stimuli gallery, and the page of one item."""

from collections.abc import Mapping, Sequence

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from studies.access import study_for
from studies.reads import gallery as reads
from studies.reads import monitoring

ARTWORKS_ON_A_PAGE = 6


@require_safe
@login_required
def gallery(request: HttpRequest, slug: str) -> HttpResponse:
    """Every picture by artwork and condition, filtered by factor."""
    study = study_for(request.user, slug)
    factors = reads.factors(study)
    choice = _choice(request.GET, factors)
    pages = Paginator(reads.artworks(study, choice), ARTWORKS_ON_A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "study": study,
        "factors": [
            (name, levels, choice.levels.get(name))
            for name, levels in factors.items()
            if len(levels) > 1
        ],
        "choice": choice,
        "page": page,
        "rows": reads.rows(study, choice, page),
    }
    return render(request, "studies/gallery.html", context)


def _choice(wanted: Mapping[str, str], factors: Mapping[str, Sequence[str]]) -> reads.Choice:
    """What the address asks for; levels and numbers that do not exist are left out."""
    levels = {name: wanted[name] for name in factors if wanted.get(name) in factors[name]}
    ratings = wanted.get("ratings", "")
    return reads.Choice(levels, int(ratings) if ratings.isdecimal() and len(ratings) < 6 else None)


@require_safe
@login_required
def item_page(request: HttpRequest, slug: str, position: int) -> HttpResponse:
    """One item: original beside altered, and what raters said of it."""
    study = study_for(request.user, slug)
    item = get_object_or_404(study.items.select_related("artwork", "condition"), position=position)
    trials = monitoring.answered(study).filter(item=item)
    context = {
        "study": study,
        "item": item,
        "row": reads.pair(study, item),
        "spreads": monitoring.spreads(study, item),
        "trials": trials[:50],
        "neighbours": reads.neighbours(item),
    }
    return render(request, "studies/item.html", context)
