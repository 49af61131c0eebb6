"""Pauses between the blocks of a session: where they lie, and whether a part was begun."""

from dataclasses import dataclass

from studies.live.plan import Plan, plan_of
from studies.models import Participant, Trial


@dataclass(frozen=True)
class Pause:
    """What stands between two parts of a session."""

    part: int
    """The part that comes next, from 1."""
    parts: int
    minutes: int
    """How long the place is kept."""

    @property
    def steps(self) -> list[str]:
        """What each part is: done, next or later."""
        return [
            "done" if number < self.part else "next" if number == self.part else "later"
            for number in range(1, self.parts + 1)
        ]


def pause_before(trial: Trial, participant: Participant) -> Pause | None:
    """The pause before the first trial of a block that nobody has looked into yet."""
    if trial.block == 0 or trial.shown_at is not None:
        return None
    trials = participant.trials.filter(practice=False)
    if trials.filter(block=trial.block, shown_at__isnull=False).exists():
        return None
    held = trials.filter(released=False)
    blocks = sorted(set(held.values_list("block", flat=True)))
    if blocks[0] == trial.block:  # what lay before was given to others
        return None
    minutes = plan_of(participant.study).fieldwork.raters.lease_minutes
    return Pause(blocks.index(trial.block) + 1, len(blocks), minutes)


def recut(participant: Participant, plan: Plan) -> None:
    """Cut what a participant who came back holds into parts of about equal length.

    What was answered stays in its part, and nothing goes back into an earlier one. The
    participant's row is held by the caller.
    """
    blocks = plan.fieldwork.design.blocks
    held = list(participant.trials.filter(practice=False, released=False).order_by("position"))
    answered = [trial for trial in held if trial.answered_at]
    waiting = [trial for trial in held if not trial.answered_at]
    turns = dict.fromkeys((trial.item_id, trial.repeat) for trial in [*answered, *waiting])
    places = {turn: place for place, turn in enumerate(turns)}
    block = max((trial.block for trial in answered), default=0)
    for trial in waiting:
        place = places[trial.item_id, trial.repeat]
        block = trial.block = max(block, place * min(blocks, len(turns)) // len(turns))
    Trial.objects.bulk_update(waiting, ["block"])
