"""The page Recruitment: the panel's study and submissions beside ours, money, what disagrees."""

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from studies.access import researcher, study_for
from studies.channels import Exit
from studies.channels.invitation import Invitation
from studies.channels.prolific import Prolific
from studies.live.plan import plan_of
from studies.models import BonusBatch, PanelStudy, Study
from studies.recruitment import ledger, panel_study, reconcile, review
from studies.recruitment.bonuses import lines_for
from studies.recruitment.calls import PanelError
from studies.recruitment.ledger import LedgerError
from studies.recruitment.money import Money, MoneyError
from studies.recruitment.receipts import exit_code
from studies.services import StudyError
from studies.views.researcher import by_hand, inviting

ROWS = 50
FOUND = ("paid", "not")
"""What a person may have found of a payment that is perhaps made."""
TROUBLE = (StudyError, PanelError, LedgerError, MoneyError)
Deed = Callable[[HttpRequest, Study], str]


@require_safe
@login_required
def recruitment(request: HttpRequest, slug: str) -> HttpResponse:
    """Where recruiting stands; asks the panel nothing, so it opens while the panel is away."""
    study = study_for(request.user, slug)
    channel = plan_of(study).channel
    context: dict[str, Any] = {"study": study, "plan": plan_of(study), "channel": channel}
    if isinstance(channel, Prolific):
        context |= _prolific(request, study, channel)
    elif isinstance(channel, Invitation):
        context |= inviting.told(study)
    else:
        context |= by_hand.told(study)
    return render(request, "studies/recruitment.html", context)


@require_safe
@login_required
def dry_run(request: HttpRequest, slug: str) -> HttpResponse:
    """What would be sent and what it costs; creates nothing."""
    study = study_for(request.user, slug)
    try:
        run = panel_study.dry_run(study)
    except StudyError as error:
        messages.error(request, str(error))
        return redirect("studies:recruitment", slug)
    payload = json.dumps(run.payload, indent=2, ensure_ascii=False)
    context = {"study": study, "run": run, "payload": payload, "row": _row_or_none(study)}
    return render(request, "studies/dry_run.html", context)


@require_POST
@login_required
def recruit(request: HttpRequest, slug: str, deed: str) -> HttpResponse:
    """One press of a button; those that spend money need the tick beside them."""
    study = study_for(request.user, slug)
    if deed not in DEEDS:
        return HttpResponseBadRequest("There is no such action.")
    if deed in SPENDS | inviting.SENDS and not request.POST.get("sure"):
        messages.error(request, "Nothing was done: tick the box beside the button to confirm.")
        return redirect("studies:recruitment", slug)
    try:
        messages.success(request, DEEDS[deed](request, study))
    except TROUBLE as error:
        messages.error(request, str(error))
    return redirect("studies:recruitment", slug)


def _prolific(request: HttpRequest, study: Study, channel: Prolific) -> dict[str, Any]:
    row = _row_or_none(study)
    codes = [(by_hand.WORDS[leaving], exit_code(study, leaving)) for leaving in Exit]
    told: dict[str, Any] = {
        "row": row,
        "reachable": bool(settings.PROLIFIC_TOKEN),
        "codes": codes,
        "link": channel.entrance(settings.SITE_URL, study.link_token),
        "reward": Money(channel.reward, channel.currency),
        "hourly": panel_study.hourly(channel),
        "unfair": panel_study.hourly(channel).hundredths < channel.fair_hourly,
    }
    if row is None:
        return told
    same = Count("participant__submissions", filter=Q(participant__submissions__panel_study=row))
    rows = row.submissions.select_related("participant").annotate(of_person=same)
    rows = rows.order_by("-stated_at", "-pk")
    batches = list(row.batches.prefetch_related("lines__submission__participant"))
    return {
        **told,
        "cost": Money(row.total_cost, row.currency) if row.total_cost is not None else None,
        "page": Paginator(rows, ROWS).get_page(request.GET.get("page")),
        "approvable": len(review.approvable(row)),
        "payments": [(one, *_whom_and_why(one), ledger.total(one)) for one in batches],
        "unresolved": set(ledger.unresolved(row).values_list("pk", flat=True)),
    }


def _whom_and_why(batch: BonusBatch) -> tuple[list[str], list[str]]:
    """Pseudonyms, or the panel's number where nobody is left; and what for. Each once."""
    lines = batch.lines.all()
    about = [(line.submission.participant, line.submission.reference) for line in lines]
    whom = {person.code if person else reference: None for person, reference in about}
    return list(whom), sorted({line.purpose for line in lines})


def _row_or_none(study: Study) -> PanelStudy | None:
    return PanelStudy.objects.filter(study=study).exclude(reference="").first()


def _row(study: Study) -> PanelStudy:
    row = _row_or_none(study)
    if row is None:
        raise StudyError("The study is not at Prolific yet: create it there first.")
    return row


def _batch(request: HttpRequest, study: Study) -> BonusBatch:
    number = request.POST.get("batch", "")
    known = number.isascii() and number.isdigit() and len(number) < 10
    return get_object_or_404(_row(study).batches, pk=int(number) if known else 0)


def _create(request: HttpRequest, study: Study) -> str:
    row = panel_study.create(study=study, actor=researcher(request))
    return f"A draft is at Prolific ({row.reference}). Nobody sees it, and nothing is spent."


def _move(what: str) -> Deed:
    def deed(request: HttpRequest, study: Study) -> str:
        row = panel_study.move(panel_study=_row(study), what=what, actor=researcher(request))
        return f"The study is {row.state} at Prolific."

    return deed


def _places(request: HttpRequest, study: Study) -> str:
    more = request.POST.get("more", "")
    if not more.isascii() or not more.isdigit() or len(more) > 7:
        raise StudyError("Say how many places, as a whole number.")
    row = _row(study)
    row = panel_study.add_places(panel_study=row, more=int(more), actor=researcher(request))
    return f"Prolific has {row.places} places now."


def _reconcile(_request: HttpRequest, study: Study) -> str:
    found = reconcile.reconcile(_row(study))
    return f"{len(found)} to look at, listed below." if found else "Everything agrees."


def _approve(request: HttpRequest, study: Study) -> str:
    row = _row(study)
    which = review.approvable(row)
    count = review.approve(panel_study=row, submissions=which, actor=researcher(request))
    return f"{count} approved."


def _approve_one(request: HttpRequest, study: Study) -> str:
    row = _row(study)
    one = get_object_or_404(row.submissions, reference=request.POST.get("submission", ""))
    reason = request.POST.get("reason", "")
    review.approve(panel_study=row, submissions=[one], actor=researcher(request), reason=reason)
    return "Approved."


def _ask_to_return(request: HttpRequest, study: Study) -> str:
    one = get_object_or_404(_row(study).submissions, reference=request.POST.get("submission", ""))
    reason = request.POST.get("reason", "")
    review.ask_to_return(submission=one, reason=reason, actor=researcher(request))
    return "The person is asked to return the submission; they decide."


def _screen_out(request: HttpRequest, study: Study) -> str:
    one = get_object_or_404(_row(study).submissions, reference=request.POST.get("submission", ""))
    review.pay_screen_out(submission=one, actor=researcher(request))
    return "Paid as screened out."


def _bonus(request: HttpRequest, study: Study) -> str:
    row = _row(study)
    codes = request.POST.get("who", "").replace(",", " ").split()
    amount = Money.from_decimal(request.POST.get("amount", ""), row.currency)
    purpose = request.POST.get("purpose", "")
    lines = lines_for(panel_study=row, codes=codes, amount=amount, purpose=purpose)
    batch = ledger.intend(panel_study=row, lines=lines, actor=researcher(request))
    ledger.set_up(batch, panel_study.api_of(study))
    count = len(lines)
    return (
        f"{count} bonus{'' if count == 1 else 'es'} for as many people: set up and not paid. Look"
        " below, then pay."
    )


def _pay(request: HttpRequest, study: Study) -> str:
    batch = _batch(request, study)
    api = panel_study.api_of(study)
    ledger.set_up(batch, api)
    batch = ledger.pay(batch, api, researcher(request))
    if batch.state != BonusBatch.State.PAID:
        raise LedgerError(f"The payment is {batch.get_state_display()}. {batch.message}")
    return "Paid."


def _drop(request: HttpRequest, study: Study) -> str:
    ledger.drop(batch=_batch(request, study), actor=researcher(request))
    return "Dropped: it is never paid, and its people can be meant anew."


def _settle(request: HttpRequest, study: Study) -> str:
    batch = _batch(request, study)
    found = request.POST.get("found", "")
    if found not in FOUND:
        raise LedgerError("Say what you found at Prolific: paid, or not paid.")
    batch = ledger.settle(batch=batch, paid=found == "paid", actor=researcher(request))
    return f"On record: {batch.get_state_display()}."


DEEDS: dict[str, Deed] = {
    "create": _create,
    "publish": _move("publish"),
    "pause": _move("pause"),
    "start": _move("start"),
    "stop": _move("stop"),
    "places": _places,
    "reconcile": _reconcile,
    "approve": _approve,
    "approve-one": _approve_one,
    "ask-to-return": _ask_to_return,
    "screen-out": _screen_out,
    "bonus": _bonus,
    "pay": _pay,
    "drop": _drop,
    "settle": _settle,
    **inviting.DEEDS,
}
SPENDS = frozenset(
    {
        "publish",
        "start",
        "stop",
        "places",
        "approve",
        "approve-one",
        "screen-out",
        "pay",
        "settle",
    }
)
"""What needs the tick: it spends money, settles a payment, or cannot be taken back."""
