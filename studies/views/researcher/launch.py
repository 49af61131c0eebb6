"""Launching: what will be frozen, what stands in the way, and then the one irreversible step."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from studies import queries, services
from studies.access import researcher, study_for
from studies.designs import telling
from studies.drafting import adapting, readiness, rehearsals
from studies.live.plan import plan_of
from studies.models import Study
from studies.reads import gallery


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def launch(request: HttpRequest, slug: str) -> HttpResponse:
    """GET says what a launch would freeze; POST launches."""
    study = study_for(request.user, slug)
    if study.state != Study.State.DRAFT:
        messages.info(request, "This study is launched already; its hash is below.")
        return redirect("studies:study", slug)
    if request.method != "POST":
        return render(request, "studies/launch.html", _confirmation(study))
    try:
        study = services.launch(study=study, actor=researcher(request))
    except services.StudyError as error:
        messages.error(request, str(error))
        return redirect("studies:launch", slug)
    messages.success(request, f"Launched and frozen under {study.protocol.design_sha256}.")
    return redirect("studies:study", slug)


def _confirmation(study: Study) -> dict[str, object]:
    plan, rehearsal = plan_of(study), rehearsals.rehearsal_of(study)
    square = plan.fieldwork.design.order == "latin_square"
    played = [("When everybody stays", rehearsal.stay)]
    if rehearsal.drop_out:
        told = f"When {rehearsal.drop_out:.0%} leave and are replaced"
        played.append((told, rehearsal.leave))
    return {
        "study": study,
        "plan": plan,
        "rehearsal": rehearsal,
        "adaptive": adapting.told(plan, len(rehearsal.stay.items)),
        "played": [
            (title, telling.numbers(found, square=square), telling.imbalance(found))
            for title, found in played
        ],
        "rows": telling.picture(rehearsal.stay),
        "making": queries.making(study),
        "factors": gallery.factors(study),
        "items": study.items.filter(practice=False).count(),
        "obstacles": readiness.obstacles(study),
        "warnings": readiness.warnings(study),
    }
