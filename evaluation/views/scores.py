"""Scores from elsewhere: given as a CSV, looked at, taken over, removed."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaluation.measuring import score_files, score_tables
from evaluation.models import ScoreFile
from studies.access import researcher, study_for
from studies.models import Study

SHOWN = 50
"""Sentences of one kind that a page shows."""


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def scores(request: HttpRequest, slug: str) -> HttpResponse:
    """GET lists the files and takes one; POST keeps a file to be looked at."""
    study = study_for(request.user, slug)
    if request.method != "POST":
        return _listing(request, study)
    given = request.FILES.get("file")
    if given is None:
        return _listing(request, study, "Choose a file first.")
    if (given.size or 0) > score_files.MAX_BYTES:
        most = score_files.MAX_BYTES // 10**6
        said = f"{given.name} has more than {most} MB: give it in parts."
        return _listing(request, study, said, status=413)
    try:
        file = score_files.give(
            study=study,
            name=given.name or "scores.csv",
            data=given.read(),
            direction=request.POST.get("direction", ""),
            by=researcher(request).get_username(),
        )
    except score_files.ScoreFileError as error:
        return _listing(request, study, str(error))
    return redirect("evaluation:score_file", slug, file.pk)


@require_safe
@never_cache
@login_required
def score_file(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """What a file would bring, before it is taken over; afterwards the list of files."""
    study = study_for(request.user, slug)
    file = ScoreFile.objects.filter(study=study, pk=pk, accepted_at=None).first()
    if file is None:  # taken over, or another was given since
        return redirect("evaluation:scores", slug)
    return _preview(request, study, file)


@require_POST
@login_required
def accept(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take the file over; a second click changes nothing."""
    study = study_for(request.user, slug)
    file = get_object_or_404(ScoreFile, study=study, pk=pk)
    try:
        leave_out = "leave_out" in request.POST
        done = score_files.accept(file=file, leave_out=leave_out, actor=researcher(request))
    except score_files.ScoreFileError:
        said = "Tick the box to leave out the lines that name nothing in this study."
        return _preview(request, study, file, said)
    messages.success(request, f"{done.name} is taken over. Compute the report again to see it.")
    return redirect("evaluation:scores", slug)


@require_POST
@login_required
def remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Let a file count no more."""
    study = study_for(request.user, slug)
    file = get_object_or_404(ScoreFile.objects.exclude(accepted_at=None), study=study, pk=pk)
    score_files.remove(file=file, actor=researcher(request))
    messages.success(request, f"{file.name} counts no more. The file itself is kept.")
    return redirect("evaluation:scores", slug)


@require_safe
@never_cache
@login_required
def original(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The file as it was given."""
    study = study_for(request.user, slug)
    file = get_object_or_404(ScoreFile.objects.exclude(accepted_at=None), study=study, pk=pk)
    name = f"{slug}-scores-{file.sha256[:12]}.csv"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(file.text, content_type="text/csv; charset=utf-8", headers=disposition)


def _listing(
    request: HttpRequest, study: Study, problem: str = "", status: int = 422
) -> HttpResponse:
    context = {
        "study": study,
        "files": score_files.accepted(study),
        "problem": problem,
        "direction": request.POST.get("direction", "higher"),
        "megabytes": score_files.MAX_BYTES // 10**6,
        "shortest": score_tables.SHORTEST,
        "example": next(iter(score_files.known(study)), "item-0000"),
    }
    return render(request, "evaluation/scores.html", context, status=status if problem else 200)


def _preview(
    request: HttpRequest, study: Study, file: ScoreFile, problem: str = ""
) -> HttpResponse:
    seen = score_files.preview(file)
    context = {
        "study": study,
        "file": file,
        "seen": seen,
        "problem": problem,
        "problems": seen.found.problems[:SHOWN],
        "more_problems": max(0, len(seen.found.problems) - SHOWN),
        "unknown": seen.found.unknown[:SHOWN],
        "more_unknown": max(0, len(seen.found.unknown) - SHOWN),
    }
    return render(request, "evaluation/score_file.html", context, status=422 if problem else 200)
