"""What a study will hold: its conditions and items, laid out from the file and a collection.

Pure: no recipe is built and no network is needed, so that `experiment check` can do the sums.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from studies.checks import CHECKS
from studies.designs import factorial, practice
from studies.designs.factorial import Condition
from studies.designs.selection import Picture, SelectionError, group, select
from studies.protocol import CLEAN, Experiment, amount
from studies.protocol.experiment import Stimuli

NO_BUDGET = ""
"""The budget level of a protection that takes none."""


@dataclass(frozen=True)
class Placed:
    """One item: an artwork under a condition. Practice items have no condition, only a cell."""

    position: int
    """From 1; practice items come after all others."""
    artwork: Picture
    cell: Condition
    condition: int | None

    @property
    def practice(self) -> bool:
        """Whether the item is for practice only."""
        return self.condition is None


@dataclass(frozen=True)
class Layout:
    """All conditions and items of a study."""

    conditions: Sequence[Condition]
    items: Sequence[Placed]
    notes: Sequence[str]
    """What whoever wrote the file should know, in sentences."""

    @property
    def judged(self) -> Sequence[Placed]:
        """The items that count."""
        return [item for item in self.items if not item.practice]

    @property
    def painters(self) -> Sequence[str]:
        """Everybody whose pictures are shown, practice included, each once."""
        return list(dict.fromkeys(item.artwork.painter for item in self.items))


def budget_levels(stimuli: Stimuli) -> dict[str, tuple[str, ...]]:
    """Label of each protection → its budgets as written.

    An untouched picture has the level 0, a protection that takes no budget the level “”.
    """
    return {
        label: (CLEAN,) if protection is None else protection.budgets or (NO_BUDGET,)
        for label, protection in stimuli.protections.items()
    }


def lay_out(experiment: Experiment, collection: Sequence[Picture]) -> Layout:
    """Cross the factors and place every artwork under each condition of its painter.

    `collection` holds all artworks of the collection; the file says which of them are used.
    Raises SelectionError where it cannot serve what the file asks for.
    """
    stimuli = experiment.stimuli
    chosen = select(
        collection,
        stimuli.select.painters,
        stimuli.select.artworks_per_painter,
        stimuli.select.seed,
    )
    by_painter = group(chosen)
    painters = list(dict.fromkeys(artwork.painter for artwork in chosen))
    conditions = factorial.cross(
        painters,
        budget_levels(stimuli),
        stimuli.purifications,
        [skip.rules for skip in stimuli.skip],
    )
    _refuse_empty(stimuli, painters, conditions)
    judged = [
        (artwork, cell, position)
        for position, cell in enumerate(conditions, start=1)
        for artwork in by_painter[cell["artist"]]
    ]
    rehearsed, notes = _practice(experiment, conditions, chosen, collection)
    rows = [*judged, *((artwork, cell, None) for artwork, cell in rehearsed)]
    items = [Placed(position, *row) for position, row in enumerate(rows, start=1)]
    left_out = sorted({artwork.painter for artwork in collection} - set(painters))
    if left_out and stimuli.select.painters is None:
        notes.append(f"Left out, having too few artworks: {', '.join(left_out)}.")
    return Layout(conditions, items, notes)


def practice_trials(experiment: Experiment) -> int:
    """How many practice trials the checks of the file ask for."""
    checks = (CHECKS.build(check.check, check.settings) for check in experiment.study.checks)
    return sum(check.practice_trials for check in checks)


def _practice(
    experiment: Experiment,
    conditions: Sequence[Condition],
    chosen: Sequence[Picture],
    collection: Sequence[Picture],
) -> tuple[list[tuple[Picture, Condition]], list[str]]:
    count, stimuli = practice_trials(experiment), experiment.stimuli
    if count == 0:
        return [], []
    values: Mapping[str, Mapping[str, float]] = {
        label: {budget: amount(budget) if budget else 1.0 for budget in budgets}
        for label, budgets in budget_levels(stimuli).items()
    }
    plain = [label for label, method in stimuli.purifications.items() if method is None]
    cells = practice.spread(
        conditions, practice.strengths(values), plain[0] if plain else "", count
    )
    pictures, again = practice.pictures(chosen, collection, count, stimuli.seed)
    notes = [
        f"{again} of {count} practice pictures are also judged in the study: the collection has"
        " no others."
    ]
    return list(zip(pictures, cells, strict=True)), notes if again else []


def _refuse_empty(
    stimuli: Stimuli, painters: Sequence[str], conditions: Sequence[Condition]
) -> None:
    skipped = {name for skip in stimuli.skip for name in skip.artist or ()}
    unknown = sorted(skipped - set(painters))
    if unknown:
        raise SelectionError(f"`skip` names {unknown[0]}, who is not among the painters used.")
    if not conditions:
        raise SelectionError("`skip` leaves out every condition: nothing is left to judge.")
