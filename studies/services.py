"""Writes of a study's life: apply a file, generate, launch, pause, resume, close."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from generation import jobs
from generation.models import Job, Recipe
from generation.networks import NetworkUnavailable
from generation.progress import Progress, silent
from generation.recipe import RecipeError, digest
from generation.services import describe, request_described
from studies import protocol, queries
from studies.checking import findings as checking
from studies.designs.selection import SelectionError
from studies.drafting import readiness
from studies.drafting.draft import Draft, collection_of, draw_up, read_checked
from studies.drafting.offered import refuse_strangers
from studies.drafting.targets import TargetError
from studies.models import Condition, Event, Item, Protocol, Stimulus, Study
from studies.models.frozen import FrozenError
from studies.showing import flashes, renditions

Actor = User | None
LONGEST_REASON = 2_000
"""Characters of the reason for a change that are kept."""


class StudyError(RuntimeError):
    """Something a study cannot do now; the message says why and what to do."""


def apply(*, text: str, owner: Actor = None, progress: Progress = silent) -> Study:
    """Create the draft study that the file describes, or bring an existing draft in line with it.

    Nothing is written where nothing changed. Raises ProtocolError for a wrong file, StudyError
    where the study is launched or somebody else's, or the collection or a network is missing.
    May load the autoencoder (target styles): for commands and workers, not for the web process.
    """
    experiment = read_checked(text)
    _refuse_apply(Study.objects.filter(slug=experiment.experiment).first(), owner)
    stored = Protocol.objects.filter(study__slug=experiment.experiment).first()
    try:
        draft = draw_up(experiment, stored, progress)
        refuse_strangers(text, experiment, draft.layout, collection_of(experiment))
        return _store(draft, text, owner)
    except (SelectionError, TargetError, NetworkUnavailable, RecipeError) as error:
        raise StudyError(str(error)) from error


@transaction.atomic
def generate(*, study: Study, actor: Actor = None) -> int:
    """Ask for every picture of the study that is not made yet; returns how many are missing.

    Asking again takes up what was cancelled or has failed, and leaves alone what is under way.
    """
    missing = queries.unmade(study)
    if not missing:
        return 0
    request_described(keys=missing)
    failed = Job.objects.filter(recipe__in=missing, state=Job.State.FAILED)
    jobs.retry(failed.values_list("pk", flat=True))
    jobs.dispatch()
    _tell(study, actor, "generated", {"missing": len(missing)})
    return len(missing)


def launch(*, study: Study, actor: Actor = None) -> Study:
    """Freeze the design under one hash and open the study.

    Raises StudyError where a picture is missing, the trial kind cannot be simulated, or the study
    is not a draft. Preparing what raters are sent comes first and may be repeated; the freeze
    itself is one transaction, and fails whole.
    """
    study = Study.objects.select_related("protocol").get(pk=study.pk)
    _refuse_unready(study)
    try:
        _fix_images(study)
        renditions.fix(study=study)
        flashes.fix(study)
        if why := flashes.obstacle(study):
            raise StudyError(why)
        return _freeze(study, actor)
    except FrozenError as error:  # somebody else launched it meanwhile
        raise StudyError(str(error)) from error


def pause(*, study: Study, actor: Actor = None, reason: str = "") -> Study:
    """Let nobody start for a while; answers and places are kept.

    `reason` is told in the report, as those of `resume` and `close` are. Whoever began may
    finish, except those whose place was given back: they wait for `resume`.
    """
    states = [Study.State.LIVE]
    return _move(study, actor, "paused", states, Study.State.PAUSED, _reason(reason))


def resume(*, study: Study, actor: Actor = None, reason: str = "") -> Study:
    """Open a paused study again."""
    states = [Study.State.PAUSED]
    return _move(study, actor, "resumed", states, Study.State.LIVE, _reason(reason))


def close(*, study: Study, actor: Actor = None, reason: str = "") -> Study:
    """End the study for good; nothing can be answered any more.

    Checks look at whoever was in the middle of it: all their answers are in.
    """
    states, now = [Study.State.LIVE, Study.State.PAUSED], timezone.now()
    told = _reason(reason)
    study = _move(study, actor, "closed", states, Study.State.CLOSED, told, closed_at=now)
    checking.inspect_rest(study)
    return study


def amend(*, study: Study, reason: str, actor: Actor = None) -> Study:
    """Put on record that something about a launched study changed, with the reason and the date.

    The design itself stays frozen: this is for what happened around it (another way to recruit, a
    fault of the server, an analysis that was added). The report says which answers came before.
    """
    if not reason.strip():
        raise StudyError("An amendment needs a reason: say what changed, and why.")
    if study.launched_at is None:
        raise StudyError(f"“{study.slug}” is not launched: change its file and apply it again.")
    _tell(study, actor, "amended", _reason(reason))
    return study


def _reason(reason: str) -> Mapping[str, str]:
    return {"reason": reason.strip()[:LONGEST_REASON]} if reason.strip() else {}


def _refuse_apply(study: Study | None, owner: Actor) -> None:
    if study is None:
        return
    if study.state != Study.State.DRAFT:
        raise StudyError(
            f"“{study.slug}” is {study.get_state_display()}, and its design is frozen: give the"
            " experiment another name (first line of the file) to change anything."
        )
    if owner and not owner.is_superuser and study.owner_id not in (None, owner.pk):
        raise StudyError(f"The name “{study.slug}” is taken: give the experiment another one.")


@transaction.atomic
def _store(draft: Draft, text: str, owner: Actor) -> Study:
    experiment = draft.experiment
    study, _ = Study.objects.get_or_create(
        slug=experiment.experiment, defaults={"title": experiment.title, "owner": owner}
    )
    study = Study.objects.select_for_update(no_key=True).get(pk=study.pk)
    _refuse_apply(study, owner)
    if _is_current(study, draft, text):
        return study
    study.title, study.owner = experiment.title, study.owner or owner
    study.save(update_fields=["title", "owner"])
    study.protocol, _ = Protocol.objects.update_or_create(
        study=study,
        defaults={
            "source": text,
            "document": protocol.document(experiment),
            "sha256": protocol.sha256(experiment),
            "drawn": draft.drawn,
        },
    )
    before = queries.unmade(study)
    study.items.all().delete()
    study.conditions.all().delete()
    _store_items(study, draft, _store_conditions(study, draft))
    _cancel_unwanted(before)
    _tell(study, owner, "applied", {"sha256": study.protocol.sha256, "notes": draft.layout.notes})
    return study


def _is_current(study: Study, draft: Draft, text: str) -> bool:
    """Whether applying the draft would change nothing."""
    stored = Protocol.objects.filter(study=study).first()
    unchanged = stored is not None and stored.source == text
    return (
        unchanged
        and study.protocol.sha256 == protocol.sha256(draft.experiment)
        and queries.design(study) == draft.design
    )


def _store_conditions(study: Study, draft: Draft) -> Mapping[int, Condition]:
    rows = [
        Condition(study=study, position=position, levels=levels)
        for position, levels in enumerate(draft.layout.conditions, start=1)
    ]
    return {row.position: row for row in Condition.objects.bulk_create(rows)}


def _store_items(study: Study, draft: Draft, conditions: Mapping[int, Condition]) -> None:
    items = Item.objects.bulk_create(
        Item(
            study=study,
            position=placed.position,
            condition=conditions[placed.condition] if placed.condition else None,
            artwork_id=placed.artwork.key or None,
            practice=placed.practice,
            gold=placed.gold,
            expected={question: list(right) for question, right in placed.expected.items()},
        )
        for placed in draft.layout.items
    )
    slots = [
        (item, slot, step) for item in items for slot, step in draft.steps[item.position].items()
    ]
    made_by = {
        (placed.position, slot): conditions[position]
        for placed in draft.layout.items
        for slot, position in draft.conditions_of(placed).items()
    }
    recipes = describe(steps=[step for _, _, step in slots])
    Stimulus.objects.bulk_create(
        Stimulus(item=item, slot=slot, recipe=recipe, condition=made_by.get((item.position, slot)))
        for (item, slot, _), recipe in zip(slots, recipes, strict=True)
    )


def _cancel_unwanted(keys: Sequence[str]) -> None:
    """Stop the work on pictures that no study shows any more, and on what only they need."""
    shown = Stimulus.objects.filter(recipe__image=None).values_list("recipe", flat=True)
    unwanted = set(queries.ancestry(keys)) - set(queries.ancestry(shown.distinct()))
    if not unwanted:
        return
    stopped = Job.objects.filter(
        recipe__in=unwanted, purpose=Job.Purpose.MAKE, state__in=jobs.UNFINISHED
    )
    jobs.cancel(stopped.values_list("pk", flat=True))


def _refuse_unready(study: Study) -> None:
    if study.state != Study.State.DRAFT:
        raise StudyError(_wrong_state(study, "launched"))
    obstacles = readiness.obstacles(study)
    if obstacles:
        raise StudyError(" ".join(obstacles))


def _fix_images(study: Study) -> None:
    made = Recipe.objects.filter(pk=OuterRef("recipe")).values("image")
    Stimulus.objects.filter(item__study=study).update(image=Subquery(made))


@transaction.atomic
def _freeze(study: Study, actor: Actor) -> Study:
    study = Study.objects.select_for_update(no_key=True).get(pk=study.pk)
    _refuse_unready(study)
    stimuli = Stimulus.objects.filter(item__study=study)
    if stimuli.filter(image=None).exists() or stimuli.filter(rendition_sha256="").exists():
        raise StudyError("The draft was changed while it was launched: look at it, launch again.")
    now, sha256 = timezone.now(), design_sha256(study)
    Protocol.objects.filter(study=study).update(design_sha256=sha256, frozen_at=now)
    details = {"design_sha256": sha256, "warnings": readiness.warnings(study)}
    return _move(
        study, actor, "launched", [Study.State.DRAFT], Study.State.LIVE, details, launched_at=now
    )


def design_sha256(study: Study) -> str:
    """Hash over the protocol (with its seeds), the design and the bytes of every picture."""
    protocol_sha256 = Protocol.objects.values_list("sha256", flat=True).get(study=study)
    covered = {"protocol": protocol_sha256, "design": queries.design(study)}
    return digest({**covered, "images": queries.images(study)})


@transaction.atomic
def _move(
    study: Study,
    actor: Actor,
    kind: str,
    sources: Sequence[str],
    target: str,
    details: Mapping[str, Any] | None = None,
    **stamps: Any,
) -> Study:
    """Move the study by a conditional update, and record it; refuses any other state."""
    rows = Study.objects.filter(pk=study.pk, state__in=sources)
    moved = rows.update(state=target, **stamps)
    study = Study.objects.select_related("protocol").get(pk=study.pk)
    if not moved:
        raise StudyError(_wrong_state(study, kind))
    _tell(study, actor, kind, details or {})
    return study


def _wrong_state(study: Study, kind: str) -> str:
    return f"“{study.slug}” is {study.get_state_display()}; it cannot be {kind} now."


def _tell(study: Study, actor: Actor, kind: str, details: Mapping[str, Any]) -> None:
    Event.objects.create(study=study, actor=actor, kind=kind, details=dict(details))
