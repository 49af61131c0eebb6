"""What a practice trial was about, said on the page after it; never how a picture was made."""

from django.db.models.functions import Coalesce

from studies.checks import THE_DIFFERENCE
from studies.live.plan import Plan
from studies.models import Trial
from studies.trials import called, order_of, parts_of
from studies.wording import Filled, marked

ALIKE = marked("About the last one: the pictures were the same; nothing was altered.")
UNALTERED = marked("About the last one: that picture was as the artist made it.")
ALTERED = marked("About the last one: that picture had been altered.")
DIFFERENT = marked("About the last one: the pictures were not the same.")
WHICH = marked("About the last one: “{name}” had been altered.")


def feedback(plan: Plan, before: Trial | None) -> str:
    """The sentence about the trial before this one; “” where that was no practice or none is said.

    An item of several screens is spoken of after its last one.
    """
    if before is None or not before.practice or not plan.feedback:
        return ""
    parts = parts_of(plan.kind)
    if before.part != parts[-1]:
        return ""
    said = plan.feedback[min(before.position // len(parts), len(plan.feedback) - 1)]
    return (
        _difference(plan, before)
        if said == THE_DIFFERENCE
        else Filled("About the last one: {said}", said=said)
    )


def _difference(plan: Plan, trial: Trial) -> str:
    """Which picture was altered: told by whether it is another than the artwork as prepared."""
    shows = {slot.name: slot.shows for slot in plan.kind.slots}
    made = Coalesce("image", "recipe__image")  # a draft's pictures are not fixed yet
    images = dict(trial.item.stimuli.values_list("slot", made))
    altered = next(name for name, source in shows.items() if source == "condition")
    whole = [images.get(name) for name, source in shows.items() if source == "artwork"]
    if not whole:
        touched = trial.item.stimuli.exclude(recipe__kind="preparation").exists()
        return ALTERED if touched else UNALTERED
    if images[altered] in whole:
        return ALIKE
    if any(slot.label for slot in plan.kind.slots if slot.name == altered):
        return DIFFERENT  # words beside the picture say which one it is
    names = called(plan.kind, trial.part, order_of(plan.kind, trial.part, trial.layout))
    return Filled(WHICH, name=names[altered].label)
