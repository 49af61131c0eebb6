"""Giving an experiment file in the browser: checked as one types, applied by a worker."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from studies import protocol
from studies.access import researcher, study_for
from studies.drafting import uploads
from studies.models import Study, Upload
from studies.presets import preset_names, preset_text
from studies.protocol import Problem, ProtocolError

MAX_BYTES = 900_000
"""Below Django's limit for a whole request, so that what is too long is refused in words."""


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """GET offers an empty sheet or a preset; POST hands the file to a worker."""
    if request.method != "POST":
        text = preset_text(request.GET.get("preset", ""))
        return _editor(request, text, presets=preset_names())
    text, problems = _given(request)
    if problems:
        return _editor(request, text, problems, status=422)
    try:
        upload = uploads.submit(text=text, owner=researcher(request))
    except ProtocolError as error:
        return _editor(request, text, error.problems, status=422)
    return redirect("studies:upload", upload.pk)


@require_safe
@login_required
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """The file of a draft, to be changed and given again."""
    study = study_for(request.user, slug)
    return _editor(request, study.protocol.source, study=study)


@require_POST
@login_required
def check(request: HttpRequest) -> HttpResponse:
    """The problems of a text while it is being written; nothing is kept."""
    text = request.POST.get("text", "")
    problems = _problems(text)
    context = {"findings": _findings(text, problems), "checked": True}
    return render(request, "studies/parts/problems.html", context)


@require_safe
@login_required
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """What became of a file: waiting, being applied, refused with its problems, or the study."""
    found = get_object_or_404(uploads.own(request.user), pk=pk)
    if found.study and found.state == Upload.State.APPLIED:
        return _lead_to(request, found.study)
    if found.state == Upload.State.REFUSED:
        if is_htmx(request):
            return HttpResponse(headers={"HX-Refresh": "true"})
        return _editor(request, found.text, [Problem(**known) for known in found.problems])
    template = "studies/parts/upload.html" if is_htmx(request) else "studies/upload.html"
    return render(request, template, {"upload": found})


@dataclass(frozen=True)
class Finding:
    """A problem, with the text of its line."""

    problem: Problem
    excerpt: str


def _editor(
    request: HttpRequest,
    text: str,
    problems: Sequence[Problem] = (),
    *,
    study: Study | None = None,
    presets: Sequence[str] = (),
    status: int = 200,
) -> HttpResponse:
    context = {
        "text": text,
        "findings": _findings(text, problems),
        "study": study,
        "presets": presets,
    }
    return render(request, "studies/edit.html", context, status=status)


def _given(request: HttpRequest) -> tuple[str, Sequence[Problem]]:
    """The chosen file, or else the text of the field; what cannot be read stays as it was."""
    typed = request.POST.get("text", "").replace("\r\n", "\n")
    file = request.FILES.get("file")
    if file is None:
        return typed, ()
    try:
        return file.read(MAX_BYTES).decode("utf-8-sig").replace("\r\n", "\n"), ()
    except UnicodeDecodeError:
        return typed, [Problem(f"{file.name} is no text in UTF-8; what stands below is as it was.")]


def _problems(text: str) -> Sequence[Problem]:
    try:
        protocol.structure(text.replace("\r\n", "\n"))
    except ProtocolError as error:
        return error.problems
    return ()


def _findings(text: str, problems: Sequence[Problem]) -> list[Finding]:
    lines = ["", *text.splitlines()]
    return [Finding(problem, "".join(lines[problem.line or 0 :][:1])) for problem in problems]


def is_htmx(request: HttpRequest) -> bool:
    """Whether a part of a page asks, and not the person."""
    return request.headers.get("HX-Request") == "true"


def _lead_to(request: HttpRequest, study: Study) -> HttpResponse:
    answer = redirect("studies:study", study.slug)
    if is_htmx(request):
        return HttpResponse(headers={"HX-Redirect": answer.url})
    return answer
