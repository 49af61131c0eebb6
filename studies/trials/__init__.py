"""Trial kinds: what one screen shows, what is asked about it, and how a rater is simulated."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from config.plugins import PluginFolder

if TYPE_CHECKING:
    from numpy import uint8
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Slot:
    """One picture of a trial: its name, where it comes from, and what raters read beside it."""

    name: str
    shows: Literal["artwork", "condition"]
    """`artwork`: an artwork as prepared, untouched; `condition`: what the item's condition made."""
    label: str
    """Shown beside the picture; says nothing about the condition."""
    alt: str
    """The text alternative: names the picture and never describes it (WCAG 1.1.1, tests)."""
    group: str = ""
    """The heading it stands under, together with others; empty where pictures stand alone."""


@dataclass(frozen=True)
class Question:
    """One question with a labelled scale; the answer is a point, counted from 1."""

    name: str
    text: str
    labels: tuple[str, ...]
    hint: str = ""

    @property
    def points(self) -> int:
        """Number of points on the scale."""
        return len(self.labels)

    def label(self, point: int) -> str:
        """The words of a point, as they were shown."""
        return self.labels[point - 1]


@dataclass(frozen=True)
class SimulatedRater:
    """How one made-up person differs from the next, in points of the latent five-point scale."""

    leniency: float
    sensitivity: float
    noise: float


class TrialKind(Protocol):
    """One kind of screen. The file's name is the kind's name."""

    label: ClassVar[str]
    version: ClassVar[int]
    template: ClassVar[str]
    """The part of the page that shows the pictures, e.g. `rater/pictures/acceptability.html`."""
    instructions: ClassVar[tuple[str, ...]]
    """What to do, in a few short sentences, read before practice and under “Help”."""
    unit: ClassVar[str]
    """What raters are told one trial is: a “picture”, a “set”; the plural has an s."""
    shows_mimics: ClassVar[bool]
    """Whether what a condition made are paintings of a mimic, beside originals it never saw."""
    success_points: ClassVar[tuple[int, ...]]
    """Points of its question that say that the protection held (for the analysis `psr`); empty
    where the kind does not ask for that."""

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The pictures, in the order of their names in the database."""

    @property
    def questions(self) -> tuple[Question, ...]:
        """What is asked, in order; all are answered before the trial is saved."""

    def layout(self, rng: Random) -> dict[str, Any]:
        """What is drawn once per trial and stays on reload: `{"order": [slot names]}`."""

    def impression(self, pictures: "Mapping[str, NDArray[uint8]]") -> Any:
        """What a simulated eye makes of the pictures (slot → [H, W, 3] uint8); once per item.

        One number, or whatever else `simulate` of the same kind takes.
        """

    def simulate(
        self, impression: Any, item_effect: float, rater: SimulatedRater, rng: Random
    ) -> dict[str, int]:
        """The answers of a simulated rater: question → point."""


TRIALS: PluginFolder[TrialKind] = PluginFolder("studies.trials")
