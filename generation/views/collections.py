"""Collections and their artworks, to look at; imports are made by a command."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from generation import queries
from generation.models import Collection, Rights

PER_PAGE = 60


@require_safe
@login_required
def collections(request: HttpRequest) -> HttpResponse:
    """All collections, each with a few of its pictures."""
    shown = [(found, queries.first_pictures(found)) for found in queries.collections()]
    return render(request, "generation/collections.html", {"collections": shown})


@require_safe
@login_required
def collection(request: HttpRequest, slug: str) -> HttpResponse:
    """One collection: pictures by painter, with their rights."""
    found = get_object_or_404(Collection, slug=slug)
    page = Paginator(queries.artworks_of(found), PER_PAGE).get_page(request.GET.get("page"))
    rights = found.artworks.order_by("rights").values("rights").annotate(count=Count("pk"))
    context = {
        "collection": found,
        "page": page,
        "rights": [(Rights(row["rights"]).label, row["count"]) for row in rights],
        "painters": found.artworks.order_by().values("painter").distinct().count(),
    }
    return render(request, "generation/collection.html", context)
