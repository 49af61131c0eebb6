"""In place: the original and an altered picture in one place, turned by the rater.

The eye finds in one place what it cannot find side by side, because nothing else changes; “view at
100 %” and enlarging hold both pictures to the same pixels.
"""

from typing import ClassVar

from config.plugins import plugin
from studies.trial_forms.in_place import TURNING, InPlaceTrial


@plugin
class InPlace(InPlaceTrial):
    """Two pictures in one place, turned by hand; how visible the difference is, or which was
    altered."""

    label: ClassVar[str] = "Comparison in one place"
    version: ClassVar[int] = 1
    instructions: ClassVar[tuple[str, ...]] = (
        "You see two pictures in one place: one of them may have been altered.",
        TURNING,
        "You can enlarge them; both show the same spot at the same size.",
        "Then answer the question. There are no trick questions.",
    )
