"""Trial kinds: what one screen shows, what is asked about it, and how a rater is simulated."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from config.plugins import PluginFolder
from studies.questions import Question, letters
from studies.wording import Filled

if TYPE_CHECKING:
    from numpy import uint8
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Slot:
    """One picture of a trial: its name, where it comes from, and what raters read beside it."""

    name: str
    shows: Literal["artwork", "condition"]
    """`artwork`: an artwork as prepared, untouched; `condition`: what the item's condition made."""
    label: str = ""
    """Shown beside the picture; says nothing about the condition. Empty: A, B, C by its place."""
    alt: str = ""
    """The text alternative: names the picture and never describes it (WCAG 1.1.1, tests). Empty:
    “Picture A”, by its letter."""
    group: str = ""
    """The heading it stands under, together with others; empty where pictures stand alone."""
    alternative: int = 0
    """Which of the compared conditions made it, from 0, where a kind compares several."""
    amplified: float = 1.0
    """How many times its difference from the untouched artwork is enlarged."""


@dataclass(frozen=True)
class SimulatedRater:
    """How one made-up person differs from the next, in points of the latent five-point scale."""

    leniency: float
    sensitivity: float
    noise: float


class TrialKind(Protocol):
    """One kind of screen. The file's name is the kind's name.

    A kind may also have, and is read by the functions below: `parts`, the names of the screens on
    which it asks about one item (each is answered and saved by itself); `compares`, how many
    conditions stand beside one another (1 when left out); `questions_of(part)` and
    `slots_of(part)`, where these differ; `order_of(part, layout)`, where more than slots is drawn;
    `page(part)`, which has a `title` and an `intro`; `applies(part, said)`, whether a screen is
    shown after these answers (`studies.live.branching`); `flicker` (studies/showing/flicker.py);
    `opens_at(part)`, how much it enlarges at first; `balanced`, the names of slots of which each
    stands at each place equally often over a participant's trials; `marking`
    (studies/trial_forms/marks.py).
    """

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
        """What is asked, in order, over all parts; names are unique."""

    def layout(self, rng: Random) -> dict[str, Any]:
        """What is drawn once per trial and stays on reload: `{"order": [slot names]}`."""

    def impression(self, pictures: "Mapping[str, NDArray[uint8]]") -> Any:
        """What a simulated eye makes of the pictures (slot → [H, W, 3] uint8); once per item.

        One number, or whatever else `simulate` of the same kind takes.
        """

    def simulate(
        self, impression: Any, item_effect: float, rater: SimulatedRater, rng: Random
    ) -> Mapping[str, Any]:
        """The answers of a simulated rater: question → what its `fill` takes (a point, a slot)."""


Layout = dict[str, Any]
"""`{"order": [slot names]}`, and whatever else a kind draws once per trial."""

TRIALS: PluginFolder[TrialKind] = PluginFolder("studies.trials")


def parts_of(kind: TrialKind) -> tuple[str, ...]:
    """The screens of one item, in their order; one without a name where a kind has no parts."""
    parts: tuple[str, ...] = getattr(kind, "parts", ("",))
    return parts


def compares(kind: TrialKind) -> int:
    """How many conditions one item shows."""
    number: int = getattr(kind, "compares", 1)
    return number


def questions_of(kind: TrialKind, part: str) -> tuple[Question, ...]:
    """What is asked on one screen."""
    found = getattr(kind, "questions_of", None)
    asked: tuple[Question, ...] = found(part) if found else kind.questions
    return asked


def slots_of(kind: TrialKind, part: str) -> tuple[Slot, ...]:
    """The pictures of one screen."""
    found = getattr(kind, "slots_of", None)
    shown: tuple[Slot, ...] = found(part) if found else kind.slots
    return shown


def order_of(kind: TrialKind, part: str, layout: Mapping[str, Any]) -> list[str]:
    """Names of a screen's slots as they stand there; of a kind that says so itself, whatever else
    stands in a drawn order (options of a questionnaire: `question.number`)."""
    found = getattr(kind, "order_of", None)
    if found:
        own: list[str] = found(part, layout)
        return own
    shown = {slot.name for slot in slots_of(kind, part)}
    return [name for name in layout["order"] if name in shown]


def page_of(kind: TrialKind, part: str) -> Any:
    """What stands above the questions of a screen (`title`, `intro`); None where nothing does."""
    found = getattr(kind, "page", None)
    return found(part) if found else None


def opens_at(kind: TrialKind, part: str) -> float | None:
    """How much a screen enlarges its pictures at first, in screen pixels (of a coarse screen) for
    each of theirs; None: as a whole."""
    found = getattr(kind, "opens_at", None)
    return found(part) if found else None


def called(kind: TrialKind, part: str, order: Sequence[str]) -> dict[str, Slot]:
    """The slots of a screen by name, those without words beside them called by their letters."""
    slots = {slot.name: slot for slot in slots_of(kind, part)}
    bare = letters(order, [slot.name for slot in slots.values() if not slot.label])
    return {
        name: replace(slot, label=slot.label or bare[name], alt=slot.alt or _lettered(bare[name]))
        for name, slot in slots.items()
    }


def _lettered(letter: str) -> str:
    return Filled("Picture {letter}", letter=letter)


BALANCED_OVER = 2
"""Each place is taken this often in a run of trials, and no oftener: short runs stay balanced,
longer ones harder to foresee."""


def balanced_layout(kind: TrialKind, rng_of: Callable[[str, int], Random], turn: int) -> Layout:
    """The layout of a participant's `turn`-th trial (from 0) of one part.

    `rng_of(purpose, number)` is the participant's own generator. The slots in `kind.balanced` are
    turned among their places (a row of a Latin square); within each run of trials every turn comes
    equally often, in a drawn order.
    """
    layout = dict(kind.layout(rng_of("layout", turn)))
    slots: tuple[str, ...] = getattr(kind, "balanced", ())
    if not slots:
        return layout
    run, place = divmod(turn, BALANCED_OVER * len(slots))
    turns = list(range(len(slots))) * BALANCED_OVER
    rng_of("sides", run).shuffle(turns)
    turned = iter(slots[turns[place] :] + slots[: turns[place]])
    order = [next(turned) if name in slots else name for name in layout["order"]]
    return {**layout, "order": order}
