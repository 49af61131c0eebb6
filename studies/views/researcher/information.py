"""What participants are told before they agree: every version, and a form to amend it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import get_language_info
from django.views.decorators.http import require_http_methods, require_POST

from studies.access import researcher, study_for
from studies.live.plan import document_of, plan_of
from studies.models import Participant, Study
from studies.prose import prose
from studies.rights.consent import PARTS, AmendmentError, amend, chain_holds, proposed
from studies.views.participant.language import LANGUAGE


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def information(request: HttpRequest, slug: str) -> HttpResponse:
    """GET shows the versions and the text as it is; POST makes the next version of it."""
    study = study_for(request.user, slug)
    if request.method != "POST":
        return _page(request, study)
    reason = request.POST.get("reason", "")
    try:
        row = amend(
            study=study, changes=_sent(request, study), reason=reason, actor=researcher(request)
        )
    except AmendmentError as error:
        messages.error(request, str(error))
        return _page(request, study, status=422)
    messages.success(
        request, f"Version {row.version} is what people read now; those under way are asked again."
    )
    return redirect("studies:information", slug)


@require_POST
@login_required
def asked_again(request: HttpRequest, slug: str) -> HttpResponse:
    """The page on which those under way would be asked again, by the form as it was sent, with
    what is still wrong with it. Nothing is written, and nothing on the page does anything."""
    study = study_for(request.user, slug)
    try:
        plan, lacking = proposed(study=study, changes=_sent(request, study))
    except AmendmentError as error:
        messages.error(request, str(error))
        return _page(request, study, status=422)
    asked = request.GET.get(LANGUAGE, "")
    language = asked if asked in plan.languages else plan.languages[0]
    translation.activate(language)
    context = {
        "person": Participant(study=study, code="P-PREVIEW", language=language),
        "plan": plan,
        "information": prose(plan.wording(language).say(plan.fieldwork.information)),
        "statements": [(n, text, False) for n, text in enumerate(plan.fieldwork.consent)],
        "preview": True,
        "preview_told": " ".join(lacking),
        "preview_study": study,
    }
    return render(request, "rater/consent.html", context)


def _page(request: HttpRequest, study: Study, status: int = 200) -> HttpResponse:
    said = document_of(study)["study"]
    texts = {said["languages"][0]: said, **said["translations"]}
    context = {
        "study": study,
        "open": study.state in (Study.State.LIVE, Study.State.PAUSED),
        "amendments": study.consent_amendments.select_related("actor"),
        "whole": study.launched_at is None or chain_holds(study),
        "due": study.participants.filter(consent_due=True).count(),
        "reason": request.POST.get("reason", ""),
        "languages": _named(plan_of(study).languages),
        "texts": [_fields(request, code, text, study) for code, text in texts.items()],
    }
    return render(request, "studies/information.html", context, status=status)


def _named(languages: Sequence[str]) -> list[tuple[str, str]]:
    """Code and English name of each language."""
    return [(code, get_language_info(code)["name"]) for code in languages]


def _fields(request: HttpRequest, code: str, text: dict[str, Any], study: Study) -> dict[str, Any]:
    now = {part: text[part] or "" for part in PARTS} | {"consent": "\n".join(text["consent"])}
    sent = {part: request.POST.get(f"{part}.{code}", now[part]) for part in PARTS}
    return {"language": code, "own": code == document_of(study)["study"]["languages"][0], **sent}


def _sent(request: HttpRequest, study: Study) -> dict[str, Any]:
    """The form as `amend` wants it."""
    said = document_of(study)["study"]
    changes = _language(request, said["languages"][0])
    into = {code: _language(request, code) for code in said["translations"]}
    return {**changes, "translations": into}


def _language(request: HttpRequest, code: str) -> dict[str, Any]:
    given = {part: request.POST.get(f"{part}.{code}") for part in PARTS}
    found: dict[str, Any] = {
        part: text.replace("\r\n", "\n").strip() for part, text in given.items() if text is not None
    }
    if "consent" in found:
        found["consent"] = [line.strip() for line in found["consent"].split("\n") if line.strip()]
    if not found.get("contact", "-"):  # a translation may leave it as it is
        found["contact"] = None
    return found
