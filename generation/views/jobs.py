"""The jobs page: how far the making of images is, what failed and why, and two buttons."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from generation import jobs
from generation.models import Job
from generation.overview import overview


@never_cache
@require_safe
@login_required
def listing(request: HttpRequest) -> HttpResponse:
    """The whole page."""
    return render(request, "generation/jobs.html", {"overview": overview()})


@never_cache
@require_safe
@login_required
def live(request: HttpRequest) -> HttpResponse:
    """The part of the page that changes; asked for every few seconds."""
    return render(request, "generation/parts/jobs_live.html", {"overview": overview()})


@require_POST
@login_required
def cancel_batch(request: HttpRequest, claim: UUID) -> HttpResponse:
    """Cancel the jobs that one worker is carrying out."""
    return _cancel(request, Job.objects.filter(claim=claim, state=Job.State.RUNNING))


@require_POST
@login_required
def cancel_all(request: HttpRequest) -> HttpResponse:
    """Cancel everything that is not finished."""
    return _cancel(request, Job.objects.filter(state__in=jobs.UNFINISHED))


def _cancel(request: HttpRequest, wanted: QuerySet[Job]) -> HttpResponse:
    number = jobs.cancel(wanted.values_list("pk", flat=True))
    messages.success(request, f"{number} cancelled. Retry brings them back.")
    return redirect("generation:jobs")


@require_POST
@login_required
def retry_like(request: HttpRequest, pk: int) -> HttpResponse:
    """Retry all jobs that failed for the same reason as this one, and what they need."""
    lead = get_object_or_404(Job, pk=pk)
    return _retry(request, Job.objects.filter(state=Job.State.FAILED, message=lead.message))


@require_POST
@login_required
def retry_all(request: HttpRequest) -> HttpResponse:
    """Retry everything that failed or was cancelled."""
    return _retry(request, Job.objects.filter(state__in=jobs.STOPPED))


def _retry(request: HttpRequest, wanted: QuerySet[Job]) -> HttpResponse:
    number = jobs.retry(wanted.values_list("pk", flat=True))
    messages.success(request, f"{number} will be tried again.")
    return redirect("generation:jobs")
