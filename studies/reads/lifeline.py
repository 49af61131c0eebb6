"""Where a study stands between draft and closed, and the one thing to do next."""

from dataclasses import dataclass
from typing import Literal

from django.utils.dateformat import format as written

from studies.models import Study
from studies.reads.monitoring import Pictures, Turnout

State = Study.State

DAY = "j M Y"
"""How a day is written: 3 Nov 2026."""


@dataclass(frozen=True)
class Stage:
    """One station of the life line."""

    name: str
    place: Literal["past", "present", "ahead"]
    note: str = ""


@dataclass(frozen=True)
class NextStep:
    """What to do next, and the button that does it or leads there."""

    sentence: str
    label: str = ""
    action: str = ""
    """Name of the address below the study, e.g. `studies:launch`; empty: nothing to press."""
    posts: bool = False
    """Whether the button acts at once; otherwise it leads to a page."""


def stage_of(study: Study, pictures: Pictures) -> str:
    """draft, generating, ready, live, paused or closed; the word on the badge."""
    if study.state != State.DRAFT:
        return study.state
    if pictures.complete:
        return "ready"
    return "generating" if pictures.moving or pictures.stopped else "draft"


def stages(study: Study, pictures: Pictures) -> list[Stage]:
    """Draft → generating → live → closed, with where the study is now."""
    names = ["Draft", "Generating", "Live", "Closed"]
    present = {"draft": 0, "generating": 1, "ready": 1, "live": 2, "paused": 2, "closed": 3}
    here = present[stage_of(study, pictures)]
    notes = [
        written(study.created_at, DAY),
        f"{pictures.total} pictures" if pictures.total else "",
        f"since {written(study.launched_at, DAY)}" if study.launched_at else "",
        written(study.closed_at, DAY) if study.closed_at else "",
    ]
    if study.state == State.PAUSED:
        notes[2] = "paused"
    return [
        Stage(name, _place(position, here), note)
        for position, (name, note) in enumerate(zip(names, notes, strict=True))
    ]


def _place(position: int, here: int) -> Literal["past", "present", "ahead"]:
    if position == here:
        return "present"
    return "past" if position < here else "ahead"


def next_step(study: Study, pictures: Pictures, real: Turnout, places: int) -> NextStep:
    """The one next step; `places` is how many participants the protocol asks for."""
    match study.state:
        case State.LIVE if real.finished >= places:
            return NextStep(
                f"All {places} places are filled and finished. Close the study to end it.",
                "Close the study…",
                "studies:close",
            )
        case State.LIVE:
            return NextStep(
                f"The study is open: {real.finished} of {places} have finished, {real.active}"
                " are taking part."
            )
        case State.PAUSED:
            return NextStep(
                "The study is paused: nobody new can begin; whoever began may finish.",
                "Resume",
                "studies:resume",
                posts=True,
            )
        case State.CLOSED:
            return NextStep("The study is closed; its answers are final.")
    return _next_for_draft(pictures)


def _next_for_draft(pictures: Pictures) -> NextStep:
    if pictures.complete:
        return NextStep(
            "Every picture is there. Look through the gallery, then launch.",
            "Launch…",
            "studies:launch",
        )
    if pictures.moving:
        return NextStep("Workers are making the pictures. This page keeps itself up to date.")
    if pictures.stopped:
        return NextStep(
            f"{pictures.stopped} pictures could not be made. See why, then try them again.",
            "Try them again",
            "studies:generate",
            posts=True,
        )
    if pictures.total:
        return NextStep(
            f"The design is ready: {pictures.total - pictures.made} pictures are to be made.",
            "Make the pictures",
            "studies:generate",
            posts=True,
        )
    return NextStep(
        "This draft has no items yet. Apply its experiment file again.",
        "Edit the experiment file",
        "studies:edit",
    )
