"""Reconciliation: the panel, our data and the ledger side by side; every mismatch for a person.

It asks the panel, lets places follow, compares, and writes down what does not agree. It mends
nothing else: it approves nobody, pays nothing, and takes no answer away.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from studies.channels import Exit
from studies.live.plan import plan_of
from studies.live.room import is_full, places_of
from studies.models import PanelStudy, Participant, Receipt, Study, Submission
from studies.recruitment import ledger
from studies.recruitment.agreement import Code, Here, disagreements
from studies.recruitment.calls import PanelError
from studies.recruitment.money import Money
from studies.recruitment.panel_study import api_of, channel_of, payload_of
from studies.recruitment.prolific import Prolific
from studies.recruitment.receipts import stored
from studies.recruitment.standing import GONE, OPEN, PAID, by_person, standing
from studies.recruitment.submissions import poll

EVERY = timedelta(days=1)
NO_CODE = ("", "NOCODE")
"""As Prolific has a submission that was handed in without a code."""
APPROVED = ("APPROVED", "PARTIALLY APPROVED")
DUE = (Participant.State.FINISHED, Participant.State.SCREENED_OUT)
"""Whoever left so has a code that the panel should have heard of."""
RESTING = ("PAUSED", "AWAITING REVIEW", "COMPLETED")
"""States of a study that was published and sends nobody now."""
AWAY = "away"
"""Kind of the one mismatch that says that nothing could be compared."""
COMPARED = {
    "reward": "Reward, in hundredths,",
    "external_study_url": "Address",
    "is_external_study_url_secure": "Signed arrivals",
}
"""Field of the panel's study → its name, of those whose change there matters to people here."""
FEWEST_FOR_PAY = 5
"""Finished people from which the median time is worth a word."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Mismatch:
    """Something that does not agree, and what a person could do."""

    kind: str
    subject: str
    sentence: str


def reconcile(panel_study: PanelStudy, api: Prolific | None = None) -> list[Mismatch]:
    """Ask, compare, write down; returns what does not agree. Raises PanelError."""
    api, began = api or api_of(panel_study.study), timezone.now()
    row = api.study(panel_study.reference)
    poll(panel_study, api)
    panel_study.state, panel_study.stated_at = row.state, timezone.now()
    panel_study.places = row.places or panel_study.places
    with transaction.atomic():  # nobody is erased between the comparison and its record
        PanelStudy.objects.select_for_update(no_key=True).get(pk=panel_study.pk)
        changed = _changed_there(panel_study.study, row.said)
        found = [*mismatches(panel_study), *changed, *_unlisted(panel_study, began)]
        panel_study.mismatches = [asdict(one) for one in found]
        panel_study.checked_at = timezone.now()
        panel_study.save()
    return found


def reconcile_due() -> int:
    """Reconcile every study at a panel that was not looked at for a day; how many there were."""
    waiting = Q(checked_at=None) | Q(checked_at__lt=timezone.now() - EVERY)
    due = PanelStudy.objects.filter(waiting).exclude(reference="")
    done = 0
    for panel_study in due.select_related("study__protocol"):
        before, claimed = panel_study.checked_at, timezone.now()
        claim = PanelStudy.objects.filter(waiting, pk=panel_study.pk)
        if not claim.update(checked_at=claimed):
            continue  # another worker looks at it
        try:
            reconcile(panel_study)
            done += 1
        except Exception as error:  # whatever it is, the other studies are compared all the same
            unforeseen = not isinstance(error, PanelError)
            slug = panel_study.study.slug
            log.warning("not reconciled", study=slug, error=str(error), exc_info=unforeseen)
            _put_back(PanelStudy.objects.filter(pk=panel_study.pk, checked_at=claimed), before)
    return done


def _put_back(claimed: QuerySet[PanelStudy], before: datetime | None) -> None:
    """It was not compared: the next round tries again, and until then nothing is called agreed."""
    with transaction.atomic():
        for row in claimed.select_related("study").select_for_update(of=("self",), no_key=True):
            kept = [one for one in row.mismatches if one["kind"] != AWAY]
            row.mismatches, row.checked_at = [asdict(_away(row.study)), *kept], before
            row.save(update_fields=["mismatches", "checked_at"])


def _away(study: Study) -> Mismatch:
    return Mismatch(
        AWAY,
        study.slug,
        "The panel could not be asked, so the daily comparison is still to be made; it is tried"
        " again every quarter of an hour. “Ask Prolific and compare” says what is wrong.",
    )


def mismatches(panel_study: PanelStudy) -> Iterator[Mismatch]:
    """What does not agree, from our own rows alone."""
    yield from _study(panel_study)
    yield from _people(panel_study)
    yield from _only_here(panel_study)
    yield from _receipts(panel_study.study)
    for batch in ledger.unresolved(panel_study):
        yield Mismatch(
            "payment",
            f"bonuses {batch.pk}",
            "Perhaps paid: look it up at the panel, then say here what you found. It is not sent"
            " again by itself.",
        )
    for batch in ledger.waiting(panel_study):
        yield Mismatch(
            "payment",
            f"bonuses {batch.pk}",
            f"{ledger.total(batch)} were set up and never paid: pay them, or drop them.",
        )
    yield from _pay(panel_study.study)


def _study(panel_study: PanelStudy) -> Iterator[Mismatch]:
    study = panel_study.study
    if panel_study.state == "ACTIVE" and study.state != Study.State.LIVE:
        yield Mismatch(
            "study",
            study.slug,
            f"The panel sends people, but the study is {study.get_state_display()}:"
            " pause it there.",
        )
    if panel_study.state in RESTING and study.state == Study.State.LIVE and not is_full(study):
        yield Mismatch(
            "study",
            study.slug,
            f"The panel says “{panel_study.state}” and sends nobody, but the study is live and has"
            " places free: let it go on there, or close it here.",
        )
    room = places_of(plan_of(study))
    if panel_study.places > room:
        yield Mismatch(
            "places",
            study.slug,
            f"The panel has {panel_study.places} places and the study {room}: people arrive and"
            " find it full. Places can only grow there, so stop it in time.",
        )


def _changed_there(study: Study, said: Mapping[str, Any]) -> Iterator[Mismatch]:
    """What people are sent to, paid and asked for, where it was changed or set up by hand there."""
    meant = payload_of(study)
    for key, name in COMPARED.items():
        if said.get(key, meant[key]) != meant[key]:
            yield Mismatch(
                "changed",
                study.slug,
                f"{name} at the panel: “{said[key]}”; this study’s is “{meant[key]}”. Unless it"
                " was meant, change it there.",
            )
    if "completion_codes" in said:
        there = {str(each.get("code")) for each in said["completion_codes"] or ()}
        for lacking in (code for code in meant["completion_codes"] if code["code"] not in there):
            yield Mismatch(
                "changed",
                study.slug,
                f"The panel does not know the code {lacking['code']} ({lacking['code_type']}),"
                " which people are shown here: add it there.",
            )


def _unlisted(panel_study: PanelStudy, began: datetime) -> Iterator[Mismatch]:
    """Submissions that were known, and that the panel's whole list did not name just now. Whoever
    had not handed anything in may have lost the place, which is no disagreement."""
    silent = panel_study.submissions.filter(stated_at__lt=began, erased=False)
    for submission in silent.exclude(state__in=(*GONE, *OPEN)).order_by("pk"):
        yield Mismatch(
            "unlisted",
            submission.reference,
            f"The panel said “{submission.state}” and does not list it any more: look it up there.",
        )


def _people(panel_study: PanelStudy) -> Iterator[Mismatch]:
    """Each person once, by the submission that stands for them; further ones are told apart."""
    codes = {row.code: Exit(row.exit) for row in panel_study.study.exit_codes.all()}
    completed = next((code for code, leaving in codes.items() if leaving is Exit.COMPLETED), "")
    rows = panel_study.submissions.select_related("participant").order_by("pk")
    for submissions in by_person(rows):
        main = standing(submissions, completed)
        yield from _agrees(main, codes)
        for other in submissions:
            if other != main:
                yield from _second(other, main)
            yield from _money(panel_study, other)


def _agrees(submission: Submission, codes: Mapping[str, Exit]) -> Iterator[Mismatch]:
    if submission.approval_asked_at is not None and submission.state in APPROVED:
        return  # a person looked at it here, and said why
    person, given = submission.participant, submission.code
    here = Here(person.state) if person else Here.ERASED if submission.erased else Here.NOBODY
    code = Code.NONE if given in NO_CODE else codes.get(given, Code.FOREIGN)
    who = person.code if person else "somebody"
    for kind, sentence in disagreements(submission.state, here, code, who, given):
        yield Mismatch(kind, submission.reference, sentence)


def _second(submission: Submission, main: Submission) -> Iterator[Mismatch]:
    """A further submission of a person whose work has one data set."""
    if submission.state in GONE or (submission.approval_asked_at and submission.state in PAID):
        return
    who = submission.participant.code if submission.participant else "somebody"
    yield Mismatch(
        "second",
        submission.reference,
        f"“{submission.state}” at the panel: a further submission of {who}, whose one set of"
        f" answers {main.reference} stands for ({main.state}). See that the work is not paid twice:"
        " ask them to return it, or approve it with the reason.",
    )


def _money(panel_study: PanelStudy, submission: Submission) -> Iterator[Mismatch]:
    if submission.bonus is None:
        return
    ours = ledger.paid_to(submission)
    if submission.bonus != ours:
        there = Money(submission.bonus, panel_study.currency)
        yield Mismatch(
            "bonus",
            submission.reference,
            f"The panel paid {there} on top, the ledger knows {Money(ours, panel_study.currency)}.",
        )


def _only_here(panel_study: PanelStudy) -> Iterator[Mismatch]:
    """Whoever holds a code that the panel should have heard of; erasing deletes the receipt."""
    people = panel_study.study.participants.filter(channel=panel_study.panel, simulated=False)
    told = Q(state__in=DUE) | Q(pk__in=Receipt.objects.values("participant"))
    for person in people.filter(told, submissions=None).order_by("pk"):
        stands = person.get_state_display().capitalize()
        yield Mismatch(
            "only_here", person.code, f"{stands} here, and the panel knows no submission of theirs."
        )


def _receipts(study: Study) -> Iterator[Mismatch]:
    """Whether what a receipt stands for is still stored; whoever had it erased is left out."""
    kept = Receipt.objects.filter(participant__study=study).select_related("participant")
    for receipt in kept.exclude(participant__state=Participant.State.WITHDRAWN):
        if stored(receipt.participant)[1] != receipt.sha256:
            yield Mismatch(
                "receipt",
                receipt.participant.code,
                "What is stored is not what the receipt of the code stands for.",
            )


def _pay(study: Study) -> Iterator[Mismatch]:
    """Pay an hour by the time that people really took."""
    channel = channel_of(study)
    done = study.participants.filter(simulated=False, state=Participant.State.FINISHED)
    times = done.exclude(finished_at=None).values_list("consented_at", "finished_at")
    minutes = [(end - start).total_seconds() / 60 for start, end in times if end]
    if len(minutes) < FEWEST_FOR_PAY:
        return
    typical = max(median(minutes), 0.1)
    hourly = Money(round(channel.reward * 60 / typical), channel.currency)
    if hourly.hundredths < channel.fair_hourly:
        yield Mismatch(
            "pay",
            study.slug,
            f"People take {typical:.0f} minutes (median of {len(minutes)}), so they are paid"
            f" {hourly} an hour: less than {Money(channel.fair_hourly, channel.currency)}.",
        )
