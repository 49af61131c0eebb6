"""What a study will hold: its conditions and items, laid out from the file and a collection.

Pure: no recipe is built and no network is needed, so that `experiment check` can do the sums.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from studies.checking.sessions import Expected
from studies.checks import CHECKS, Known
from studies.designs import comparing, factorial, gold, practice
from studies.designs.factorial import NO_MIMICRY, Condition
from studies.designs.selection import Picture, SelectionError, group, select
from studies.drafting.commissions import Studio, studios
from studies.drafting.exhibitions import exhibitions, shown, trial_kind
from studies.protocol import CLEAN, Experiment, amount
from studies.protocol.stimuli import Stimuli
from studies.trials import compares

NO_BUDGET = ""
"""The budget level of a protection that takes none."""


NO_ARTWORK = Picture(0, "none", "")
"""Of the one item of a study without pictures."""

NOTHING: Condition = {
    **dict.fromkeys(factorial.FACTORS, "none"),
    "budget": CLEAN,
    **factorial.UNDEGRADED,
}
"""Its condition: there is nothing that could differ."""


@dataclass(frozen=True)
class Placed:
    """One item: an artwork under a condition. Practice items have no condition, only a cell.

    Where mimics paint, an item is a set of paintings of one mimic beside a set of originals.
    """

    position: int
    """From 1; practice items come after all others."""
    artwork: Picture
    """The first of the originals, where there are several."""
    cell: Condition
    condition: int | None
    originals: Sequence[Picture] = ()
    paintings: Sequence[int] = ()
    """Numbers of the paintings within the mimic's commission, from 0."""
    compared: Sequence[tuple[int | None, Condition]] = ()
    """Position (none in practice) and cell of each condition, where several are compared; `cell` is
    the first one's then, and `condition` None."""
    gold: str = ""
    """The check that wants it, where the right answer is known; such items have no condition."""
    expected: Expected = field(default_factory=dict)
    alike: bool = False
    """Whether every picture is the artwork itself, untouched."""

    @property
    def practice(self) -> bool:
        """Whether the item is for practice only."""
        return (
            not self.gold
            and self.condition is None
            and all(position is None for position, _ in self.compared)
        )

    @property
    def cells(self) -> Sequence[Condition]:
        """Every condition that the item shows."""
        return [cell for _, cell in self.compared] or [self.cell]


@dataclass(frozen=True)
class Layout:
    """All conditions and items of a study."""

    conditions: Sequence[Condition]
    items: Sequence[Placed]
    notes: Sequence[str]
    """What whoever wrote the file should know, in sentences."""
    studios: Mapping[str, Studio] = field(default_factory=dict)
    """Painter → what mimics learn from and paint; empty where there is no mimicry."""

    @property
    def judged(self) -> Sequence[Placed]:
        """The items that count."""
        return [item for item in self.items if not item.practice and not item.gold]

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
    if not stimuli.pictured:
        return Layout([NOTHING], [Placed(1, NO_ARTWORK, NOTHING, 1)], [])
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
        stimuli.mimicries or (NO_MIMICRY,),
        {label: ladder.strengths for label, ladder in stimuli.degradations.items()},
    )
    _refuse_empty(stimuli, painters, conditions)
    if stimuli.mimicries:
        layout = _paintings(experiment, conditions, by_painter)
    else:
        layout = _pictures(experiment, conditions, by_painter, collection)
    left_out = sorted({artwork.painter for artwork in collection} - set(painters))
    if left_out and stimuli.select.painters is None:
        note = f"Left out, having too few artworks: {', '.join(left_out)}."
        return replace(layout, notes=[*layout.notes, note])
    return layout


def _pictures(
    experiment: Experiment,
    conditions: Sequence[Condition],
    by_painter: Mapping[str, Sequence[Picture]],
    collection: Sequence[Picture],
) -> Layout:
    """Every artwork is judged under each condition of its painter."""
    judged = [
        (artwork, *shown)
        for shown in _judged(experiment, conditions)
        for artwork in by_painter[shown[0]["artist"]]
    ]
    chosen = [artwork for artworks in by_painter.values() for artwork in artworks]
    cells = _practice_cells(experiment, conditions)
    pictures, notes = _rehearsed(experiment, len(cells), chosen, collection)
    rehearsed = [(artwork, *shown) for artwork, shown in zip(pictures, cells, strict=True)]
    items = [
        Placed(position, artwork, cell, condition, compared=compared)
        for position, (artwork, cell, condition, compared) in enumerate([*judged, *rehearsed], 1)
    ]
    golden = _golden(experiment, conditions, [*chosen, *pictures], collection)
    placed = [replace(item, position=n) for n, item in enumerate(golden, len(items) + 1)]
    return Layout(conditions, [*items, *placed], [*notes, *_met_again(placed, chosen)])


def _golden(
    experiment: Experiment,
    conditions: Sequence[Condition],
    used: Sequence[Picture],
    collection: Sequence[Picture],
) -> Iterator[Placed]:
    """Items whose right answer is known, check by check; their positions are still to be set."""
    for name, known in known_items(experiment).items():
        shows = _known_cells(experiment, conditions, known)
        if len(shows) < known.pool:
            raise SelectionError(
                f"{name}: no condition is as `where` says, so there is nothing to show."
                " In studies that compare, exactly one of those compared must be."
            )
        pictures, _ = practice.pictures(used, collection, known.pool, experiment.stimuli.seed)
        for artwork, cells in zip(pictures, shows, strict=True):
            compared = [(None, cell) for cell in cells] if len(cells) > 1 else []
            yield Placed(
                0,
                artwork,
                cells[0],
                None,
                compared=compared,
                gold=name,
                expected=known.expected,
                alike=known.alike,
            )


def _met_again(golden: Sequence[Placed], judged: Sequence[Picture]) -> list[str]:
    """A sentence for each check whose known answers show artworks that are judged besides."""
    used = {artwork.sha256 for artwork in judged}
    pictures = Counter(item.gold for item in golden)
    again = Counter(item.gold for item in golden if item.artwork.sha256 in used)
    return [
        f"{check}: {count} of {pictures[check]} pictures with a known answer are also judged in the"
        " study, as the collection has no others. Where a check draws one, a rater may meet that"
        " artwork once more; study.design.per_artwork does not count it."
        for check, count in again.items()
    ]


def _known_cells(
    experiment: Experiment, conditions: Sequence[Condition], known: Known
) -> list[list[Condition]]:
    """The conditions of each such item, without an artist; several where they are compared."""
    size = compares(trial_kind(experiment))
    if known.alike:
        return [[conditions[0]] * size for _ in range(known.pool)]
    if experiment.study.compare is not None:
        return gold.sets(compared(experiment, conditions), known.where, known.pool)
    cells = gold.cells(conditions, known.where, _strengths(experiment.stimuli), known.pool)
    return [[cell] for cell in cells]


def known_items(experiment: Experiment) -> dict[str, Known]:
    """Check → the items with known answers that it wants."""
    checks = {c.check: CHECKS.build(c.check, c.settings) for c in experiment.study.checks}
    return {name: check.known for name, check in checks.items() if check.known}


def _strengths(stimuli: Stimuli) -> dict[tuple[str, str], float]:
    values: Mapping[str, Mapping[str, float]] = {
        label: {budget: amount(budget) if budget else 1.0 for budget in budgets}
        for label, budgets in budget_levels(stimuli).items()
    }
    return practice.strengths(values)


Shown = tuple[Condition, int | None, Sequence[tuple[int | None, Condition]]]
"""Cell, its position, and what is compared with it: as in `Placed`."""


def _judged(experiment: Experiment, conditions: Sequence[Condition]) -> list[Shown]:
    """What raters see of every artwork of a painter: each condition, or each comparison."""
    if experiment.study.compare is None:
        return [(cell, position, ()) for position, cell in enumerate(conditions, start=1)]
    return [(each[0][1], None, each) for each in compared(experiment, conditions)]


def _paintings(
    experiment: Experiment,
    conditions: Sequence[Condition],
    by_painter: Mapping[str, Sequence[Picture]],
) -> Layout:
    """Every set of paintings of a mimic is judged beside a set of originals."""
    known = studios(experiment.stimuli, by_painter, shown(experiment, "artwork"))
    cells = _practice_cells(experiment, conditions)
    shows = exhibitions(experiment, _judged(experiment, conditions), conditions, known, cells)
    items = [
        Placed(
            position,
            show.originals[0],
            show.cell,
            show.condition,
            show.originals,
            show.paintings,
            show.compared,
        )
        for position, show in enumerate(shows, start=1)
    ]
    layout = Layout(conditions, items, [], known)
    judged = {original for item in layout.judged for original in item.originals}
    rehearsed = {o for item in items if item.practice for o in item.originals}
    again = len(rehearsed & judged)
    note = f"{again} originals in practice are also shown in the study: too few are held out."
    return replace(layout, notes=[note] if again else [])


def practice_trials(experiment: Experiment) -> int:
    """How many practice trials the checks of the file ask for."""
    checks = (CHECKS.build(check.check, check.settings) for check in experiment.study.checks)
    return sum(check.practice_trials for check in checks)


def _rehearsed(
    experiment: Experiment,
    count: int,
    chosen: Sequence[Picture],
    collection: Sequence[Picture],
) -> tuple[list[Picture], list[str]]:
    if not count:
        return [], []
    pictures, again = practice.pictures(chosen, collection, count, experiment.stimuli.seed)
    notes = [
        f"{again} of {count} practice pictures are also judged in the study: the collection"
        " has no others."
    ]
    return pictures, notes if again else []


def _practice_cells(experiment: Experiment, conditions: Sequence[Condition]) -> list[Shown]:
    """The conditions of the practice trials, without an artist, from mild to strong."""
    count, stimuli = practice_trials(experiment), experiment.stimuli
    if count == 0:
        return []
    if experiment.study.compare is not None:
        sets = comparing.spread(compared(experiment, conditions), count)
        return [(each[0], None, [(None, cell) for cell in each]) for each in sets]
    plain = [label for label, method in stimuli.purifications.items() if method is None]
    cells = practice.spread(conditions, _strengths(stimuli), plain[0] if plain else "", count)
    return [(cell, None, ()) for cell in cells]


def compared(
    experiment: Experiment, conditions: Sequence[Condition]
) -> list[tuple[comparing.Numbered, ...]]:
    """The conditions that raters see together. Raises SelectionError where there are none."""
    section = experiment.study.compare
    assert section is not None, "only for studies that compare"
    against = section.against.rules if section.against else None
    size = compares(trial_kind(experiment))
    sets = comparing.comparisons(conditions, section.factors, size, against)
    if not sets:
        raise SelectionError(
            f"`study.compare` finds no {size} conditions to show together: none agree in all"
            f" factors but {', '.join(section.factors)}"
            + (" and hold one such baseline." if against else ".")
        )
    return sets


def _refuse_empty(
    stimuli: Stimuli, painters: Sequence[str], conditions: Sequence[Condition]
) -> None:
    skipped = {name for skip in stimuli.skip for name in skip.artist or ()}
    unknown = sorted(skipped - set(painters))
    if unknown:
        raise SelectionError(f"`skip` names {unknown[0]}, who is not among the painters used.")
    if not conditions:
        raise SelectionError("`skip` leaves out every condition: nothing is left to judge.")
