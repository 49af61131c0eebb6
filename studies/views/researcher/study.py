"""The page of one study: where it stands, what to do next, and what comes in."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from studies import queries
from studies.access import study_for
from studies.blindness import asking
from studies.live import adapting, room
from studies.live.plan import plan_of
from studies.models import Study
from studies.reads import arrived as showing
from studies.reads import gallery, monitoring
from studies.reads.lifeline import next_step, stage_of, stages


@require_safe
@login_required
def study_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything about one study, pictures first."""
    study = study_for(request.user, slug)
    making = queries.making(study)
    pictures = monitoring.pictures_of(making)
    counts = live_counts(study)
    context = {
        "study": study,
        "plan": plan_of(study),
        "stage": stage_of(study, pictures),
        "stages": stages(study, pictures),
        "step": next_step(study, pictures, counts["real"], counts["places"]),
        "making": making,
        "link": plan_of(study).channel.entrance(settings.SITE_URL, study.link_token),
        "samples": gallery.sample_row(study),
        "events": monitoring.events(study)[:20],
        "factors": gallery.factors(study),
        **counts,
    }
    return render(request, "studies/study.html", context)


@require_safe
@login_required
def progress(request: HttpRequest, slug: str) -> HttpResponse:
    """How the pictures come along; asked for again and again while they are made."""
    study = study_for(request.user, slug)
    making = queries.making(study)
    response = render(request, "studies/parts/progress.html", {"study": study, "making": making})
    if not making.moving:  # the life line has moved: the whole page has something new to say
        response["HX-Refresh"] = "true"
    return response


@require_safe
@login_required
def live(request: HttpRequest, slug: str) -> HttpResponse:
    """Participants, coverage and the last answers; asked for again and again while live."""
    study = study_for(request.user, slug)
    return render(request, "studies/parts/live.html", {"study": study, **live_counts(study)})


def live_counts(study: Study) -> dict[str, Any]:
    """What changes with every answer."""
    real, simulated = monitoring.turnout(study)
    plan = plan_of(study)
    raters = plan.fieldwork.raters
    by_real, by_simulated = monitoring.coverage(study, raters.per_item)
    return {
        "real": real,
        "simulated": simulated,
        "places": raters.participants,
        "late": study.participants.filter(late=True, simulated=False).count(),
        "groups": room.filling(study),
        "coverage": by_real,
        "rule": plan.fieldwork.adaptive.items,
        "stopped": adapting.stopped(study, plan, simulated=False),
        "simulated_stopped": adapting.stopped(study, plan, simulated=True),
        "simulated_coverage": by_simulated,
        "showings": showing.showings(study),
        "blind": asking.standing(study),
        "last": monitoring.answered(study)[:6],
    }
