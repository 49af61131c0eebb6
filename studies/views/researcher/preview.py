"""The study as a rater meets it, page by page: marked PREVIEW, and nothing is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_safe

from studies.access import study_for
from studies.channels import Exit, Visitor
from studies.checking.feedback import feedback
from studies.checking.skill import picture
from studies.live.answers import IncompleteAnswer, read_answers
from studies.live.plan import Plan, plan_of
from studies.models import Item, Participant, Study, Trial
from studies.prose import prose
from studies.showing import flashes
from studies.trial_forms.asking import Asked
from studies.trials import called, opens_at, order_of, page_of, parts_of, questions_of
from studies.views.participant.language import LANGUAGE, menu
from studies.views.participant.trials import Picture, sent_with
from studies.views.researcher import rehearsed_exams, rehearsed_person
from studies.views.researcher.rehearsed_exams import Mark
from studies.views.researcher.rehearsed_person import Told

TRIALS_SHOWN = 3
ENDED = "screened_out"
"""The page of those whom a check lets go: on nobody's way to the end."""
MARK = "mark"


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def preview(request: HttpRequest, slug: str, step: str = "consent") -> HttpResponse:
    """GET shows a page of the rater's way; POST leads to the next one and keeps nothing."""
    study = study_for(request.user, slug)
    offered, asked = plan_of(study).languages, request.GET.get(LANGUAGE)
    rehearsal = Rehearsal(study, asked if asked in offered else offered[0], _mark(request, study))
    if step not in [*rehearsal.steps, ENDED]:
        raise Http404("The way through this study has no such page.")
    if request.method == "POST":
        return _go_on(request, rehearsal, step)
    return _show(request, rehearsal, step)


@require_safe
@login_required
def stripes(request: HttpRequest, slug: str, number: int, place: int) -> HttpResponse:
    """The picture of one question of an exam, or 404."""
    plan = plan_of(study_for(request.user, slug))
    exams = range(1, len(plan.exams) + 1)
    questions = rehearsed_exams.exam_at(plan, number).questions if number in exams else ()
    if not 1 <= place <= len(questions) or not questions[place - 1].stripes:
        raise Http404("No question of this study has such a picture.")
    return HttpResponse(picture(questions[place - 1]), content_type="image/png")


def _mark(request: HttpRequest, study: Study) -> Mark | Told | None:
    plan, written = plan_of(study), request.GET.get(MARK, "")
    return rehearsed_exams.read_mark(plan, written) or rehearsed_person.read_told(plan, written)


def _show(
    request: HttpRequest, rehearsal: "Rehearsal", step: str, status: int = 200
) -> HttpResponse:
    translation.activate(rehearsal.language)
    template, context = rehearsal.page(step)
    shown = {
        **context,
        "preview": True,
        "preview_told": rehearsal.mark,
        "preview_on": rehearsal.beyond(step),
        "preview_study": rehearsal.study,
        "languages": menu(request, rehearsal.study),
    }
    return render(request, template, shown, status=status)


def _examined(request: HttpRequest, rehearsal: "Rehearsal", step: str) -> HttpResponse:
    """As participants go on from an exam: to it once more, to the end, or to the next page."""
    sent = request.POST.dict()
    try:
        mark = rehearsed_exams.marked(rehearsal.plan, int(step.partition("-")[2]), sent)
    except IncompleteAnswer as error:
        again = replace(rehearsal, sent=sent, missing=error.missing)
        return _show(request, again, step, status=422)
    later = ENDED if mark.ends else step if mark.again else rehearsal.step_after(step)
    return redirect(rehearsal.address(later, mark))


def _described(request: HttpRequest, rehearsal: "Rehearsal", step: str) -> HttpResponse:
    """As participants go on from the questions about them: to the end, or to the next page."""
    sent = request.POST.dict()
    try:
        told = rehearsed_person.told(rehearsal.plan, sent)
    except IncompleteAnswer as error:
        again = replace(rehearsal, sent=sent, missing=error.missing)
        return _show(request, again, step, status=422)
    return redirect(rehearsal.address(ENDED if told.ends else rehearsal.step_after(step), told))


def _go_on(request: HttpRequest, rehearsal: "Rehearsal", step: str) -> HttpResponse:
    page, _, number = step.partition("-")
    if page == "exam":
        return _examined(request, rehearsal, step)
    if page == "about":
        return _described(request, rehearsal, step)
    later = rehearsal.after(step)
    judged = page in ("practice", "trial")
    if not judged or request.headers.get("Accept") != "application/json":
        return redirect(later)
    try:
        row = rehearsal.row(int(number), practice=page == "practice")
        order = order_of(rehearsal.plan.kind, row.part, row.layout)
        questions = questions_of(rehearsal.plan.kind, row.part)
        read_answers(questions, sent_with(request.POST), order)
    except IncompleteAnswer as error:
        return JsonResponse({"missing": error.missing}, status=422)
    return JsonResponse({"next": later, "kept": True})


@dataclass(frozen=True)
class Rehearsal:
    """One way through a study, with a person and trials that are never saved."""

    study: Study
    language: str
    mark: Mark | Told | None = None
    """Of the exam, or the questions about the person, before this page."""
    sent: Mapping[str, str] = field(default_factory=dict)
    """Answers to a page that lacks some."""
    missing: tuple[str, ...] = ()

    @cached_property
    def plan(self) -> Plan:
        """What the study goes by."""
        return plan_of(self.study)

    @cached_property
    def items(self) -> list[Item]:
        """A few items whose pictures are there, each of another condition."""
        made = self._made(practice=False)
        apart = max(1, made.count() // TRIALS_SHOWN)
        return list(made[::apart][:TRIALS_SHOWN])

    @cached_property
    def practice_items(self) -> list[Item]:
        """Those for practice whose pictures are there, as participants meet them."""
        return list(self._made(practice=True)[: self.plan.practice_trials])

    def _made(self, *, practice: bool) -> QuerySet[Item]:
        made = self.study.items.filter(practice=practice).order_by("position")
        if self.plan.kind.slots:
            made = made.exclude(stimuli__recipe__image=None)
        return made.prefetch_related("stimuli__recipe__image")

    @cached_property
    def steps(self) -> list[str]:
        """Names of the pages, in their order."""
        about = ["about"] if self.plan.person_questions else []
        practice = [f"practice-{n}" for n in range(1, self.screens(practice=True) + 1)]
        trials = [f"trial-{number}" for number in range(1, self.screens() + 1)]
        exams = [f"exam-{number}" for number in range(1, len(self.plan.exams) + 1)]
        return ["consent", *about, *exams, "guide", *practice, *trials, "done"]

    def screens(self, *, practice: bool = False) -> int:
        """How many trials there are: one for each part of each item."""
        items = self.practice_items if practice else self.items
        return len(items) * len(parts_of(self.plan.kind))

    def row(self, number: int, *, practice: bool = False) -> Trial:
        """A trial that is never saved; numbers begin with 1."""
        parts = parts_of(self.plan.kind)
        place, part = divmod(number - 1, len(parts))
        purpose = ("practice", number) if practice else (number,)
        return Trial(
            item=(self.practice_items if practice else self.items)[place],
            token="-".join(map(str, ("preview", *purpose))),
            part=parts[part],
            layout=self.plan.kind.layout(self.plan.rng("preview", *purpose)),
            practice=practice,
            position=number - 1 + (0 if practice else self.screens(practice=True)),
        )

    def row_before(self, row: Trial) -> Trial | None:
        """The trial for practice that stands right before this one, if one does."""
        if not 0 < row.position <= self.screens(practice=True):
            return None
        return self.row(row.position, practice=True)

    def address(self, step: str, mark: Mark | Told | None = None) -> str:
        """Where a page of the preview is, in its language; `mark` is told there."""
        address = reverse("studies:preview", args=[self.study.slug, step])
        own = self.language == self.plan.languages[0]
        said = {} if own else {LANGUAGE: self.language}
        said |= {MARK: mark.written} if mark else {}
        return f"{address}?{urlencode(said)}" if said else address

    def say(self, text: str) -> str:
        """A text of the study in the language of the preview."""
        return self.plan.wording(self.language).say(text)

    def step_after(self, step: str) -> str:
        """The next page's name; “” after the last one."""
        later = self.steps[self.steps.index(step) + 1 :] if step in self.steps else []
        return later[0] if later else ""

    def after(self, step: str) -> str:
        """Where the next page is; after the last one, the study's own page."""
        later = self.step_after(step)
        return self.address(later) if later else reverse("studies:study", args=[self.study.slug])

    def beyond(self, step: str) -> str:
        """Where the way goes on for a researcher whose participant was let go; “” elsewhere."""
        return self.after(self.mark.step) if step == ENDED and self.mark else ""

    def page(self, step: str) -> tuple[str, dict[str, Any]]:
        """Template and context of a page, as the rater's own views give them."""
        person = Participant(study=self.study, code="P-PREVIEW", completion_code="PREVIEW")
        shared = {"study": self.study, "plan": self.plan, "person": person}
        name, _, number = step.partition("-")
        own = getattr(self, f"_{name}")(int(number)) if number else getattr(self, f"_{name}")()
        templates = {
            "consent": "rater/landing.html",
            "exam": "rater/before.html",
            "practice": "rater/trial.html",
        }
        return templates.get(name, f"rater/{name}.html"), {**shared, **own}

    def _consent(self) -> dict[str, Any]:
        statements = enumerate(self.plan.fieldwork.consent)
        return {
            "information": prose(self.say(self.plan.fieldwork.information)),
            "statements": [(number, text, False) for number, text in statements],
        }

    def _about(self) -> dict[str, Any]:
        asked = self.plan.person_questions
        return {
            "questions": [(q, self.sent.get(q.name), q.name in self.missing) for q in asked],
            "missing": [q for q in asked if q.name in self.missing],
        }

    def _exam(self, number: int) -> dict[str, Any]:
        given = self.mark if isinstance(self.mark, Mark) else None
        mark = given if given and given.number == number else None
        attempt = self.sent.get("number", "")
        tried = int(attempt[:2]) if attempt.isascii() and attempt.isdigit() else 1
        return rehearsed_exams.context(
            self.study.slug,
            self.plan,
            number,
            attempt=mark.attempt + 1 if mark else tried,
            sent=self.sent,
            missing=self.missing,
        )

    def _screened_out(self) -> dict[str, Any]:
        return {"farewell": self.plan.channel.farewell(Exit.SCREENED_OUT, "PREVIEW", Visitor())}

    def _guide(self) -> dict[str, Any]:
        raters = self.plan.fieldwork.raters
        return {
            "practice": self.plan.practice_trials,
            "counted": raters.items_each,
            "first": self.after("guide"),
            "personal_link": self.address("consent"),
        }

    def _practice(self, number: int) -> dict[str, Any]:
        return self._trial(number, practice=True)

    def _trial(self, number: int, *, practice: bool = False) -> dict[str, Any]:
        row = self.row(number, practice=practice)
        before = self.row_before(row)
        order = order_of(self.plan.kind, row.part, row.layout)
        return {
            "trial": row,
            "pictures": self._pictures(row, order),
            "upcoming": [],
            "flicker": flashes.allowed(self.study, row.part),
            "opens_at": opens_at(self.plan.kind, row.part),
            "page": page_of(self.plan.kind, row.part),
            "asked": [
                Asked(q, order, say=self.say) for q in questions_of(self.plan.kind, row.part)
            ],
            "number": number,
            "total": self.screens(practice=practice),
            "feedback": feedback(self.plan, before),
            "first_that_counts": before is not None and not practice,
            "personal_link": self.address("consent"),
        }

    def _pictures(self, row: Trial, order: list[str]) -> list[Picture]:
        slots = called(self.plan.kind, row.part, order)
        images = {stimulus.slot: stimulus.recipe.image for stimulus in row.item.stimuli.all()}
        return [
            Picture(
                slots[name].label,
                slots[name].alt,
                reverse("generation:image", args=[image.sha256]),
                image.width,
                image.height,
                slots[name].group,
                name,
            )
            for name in order
            if name in slots and (image := images[name]) is not None
        ]

    def _done(self) -> dict[str, Any]:
        return {
            "debrief": prose(self.say(self.plan.fieldwork.debrief)),
            "farewell": self.plan.channel.farewell(Exit.COMPLETED, "PREVIEW", Visitor()),
        }
