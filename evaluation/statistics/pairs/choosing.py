"""Which pairs to show next: those whose answer would teach most, and always some at random.

What an answer is expected to teach stands in studies/designs/information.py, because running
studies draw by it too. A round takes the pairs of one maximum spanning tree of the gains, so that
every item appears in it, and then counts those answers as given.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.sparse.csgraph import minimum_spanning_tree

from evaluation.statistics.answers import Codes, Floats, Labels
from evaluation.statistics.estimate import BadData
from evaluation.statistics.pairs.table import Comparisons
from studies.designs.information import as_if_answered, gains, posterior


@dataclass(frozen=True)
class NextPair:
    """A pair to show, in this order; `gain` in nats is what its answer is expected to teach."""

    first: Hashable
    second: Hashable
    gain: float
    chosen: Literal["informative", "random"]
    """store it: contrasts picked because of the data are unbiased on the random pairs alone"""


def next_pairs(
    first: Labels,
    second: Labels,
    first_won: Labels,
    *,
    items: Sequence[Hashable],
    generator: np.random.Generator,
    count: int | None = None,
    random_share: float = 0.25,
    prior: float = 2.0,
) -> list[NextPair]:
    """The next `count` pairs of `items` (None: one fewer than items), given answers so far.

    first, second, first_won  as in `davidson`; may be empty. A tie counts as half a win for each.
    random_share  of the pairs, drawn evenly from all: at least 0.2, so that some contrasts are
        not chosen for what they showed.
    prior  standard deviation of strengths before any answer, in logits.

    Which item is shown first is drawn too. Answers within 50 ms for 50 items.
    """
    size = len(items)
    wanted = size - 1 if count is None else count
    _check(items, wanted, random_share, prior)
    wins = _wins(first, second, first_won, items)
    mean, covariance = posterior(wins, prior)
    at_random = int(random_share * wanted + generator.random())
    drawn = _drawn(size, at_random, generator)
    picked = _informative(mean, covariance, wanted - at_random)
    taught = gains(mean, covariance)
    found = [(i, j, "informative") for i, j in picked] + [(i, j, "random") for i, j in drawn]
    swaps = generator.random(len(found)) < 0.5
    order = generator.permutation(len(found))
    return [_pair(items, taught, found[k], bool(swaps[k])) for k in order]


def _pair(
    items: Sequence[Hashable],
    taught: Floats,
    found: tuple[int, int, Literal["informative", "random"]],
    swap: bool,
) -> NextPair:
    i, j = found[:2][::-1] if swap else found[:2]
    return NextPair(items[i], items[j], float(taught[i, j]), found[2])


def _check(items: Sequence[Hashable], count: int, random_share: float, prior: float) -> None:
    if len(items) < 2 or len(set(items)) < len(items):
        raise BadData("Pairs need two or more items, each named once.")
    if count < 1:
        raise BadData(f"At least one pair can be asked for; given: {count}.")
    if not 0.2 <= random_share <= 1:
        raise BadData(
            f"The share of random pairs lies between 0.2 and 1; given: {random_share}. Without "
            "them, differences that were followed up because they looked large stay too large."
        )
    if not prior > 0:
        raise BadData(f"A prior is a standard deviation above 0, e.g. 2; given: {prior}.")


def _wins(first: Labels, second: Labels, first_won: Labels, items: Sequence[Hashable]) -> Floats:
    """[I, I]: in the order of `items`."""
    wins = np.zeros((len(items), len(items)))
    if not len(np.asarray(first_won)):
        return wins
    comparisons = Comparisons.of(first, second, first_won)
    place = {item: k for k, item in enumerate(items)}
    strange = [item for item in comparisons.items if item not in place]
    if strange:
        raise BadData(f"“{strange[0]}” was compared but is none of the {len(items)} items.")
    where = np.array([place[item] for item in comparisons.items])
    wins[np.ix_(where, where)] = comparisons.wins
    return wins


def _informative(mean: Floats, covariance: Floats, count: int) -> list[tuple[int, int]]:
    """Tree after tree; within the last, the pairs that teach most."""
    picked: list[tuple[int, int]] = []
    while len(picked) < count:
        # as good as equal is equal: what a processor rounds does not choose between two pairs
        taught = gains(mean, covariance).round(12)
        # the tree of least weight under -gain; an edge of weight 0 would be no edge
        tree = minimum_spanning_tree(np.triu(-taught - 1e-12, 1)).tocoo()
        order = np.argsort(-taught[tree.row, tree.col], kind="stable")[: count - len(picked)]
        chosen = [(int(tree.row[k]), int(tree.col[k])) for k in order]
        picked += chosen
        for i, j in chosen:
            covariance = as_if_answered(mean, covariance, i, j)
    return picked


def _drawn(size: int, count: int, generator: np.random.Generator) -> Codes:
    """[count, 2]: pairs drawn evenly, none twice before all came up."""
    everything = np.stack(np.triu_indices(size, 1), 1)
    rounds = -(-count // len(everything))
    orders = [generator.permutation(len(everything)) for _ in range(rounds)]
    return everything[np.concatenate([*orders, np.empty(0, dtype=np.intp)])[:count].astype(np.intp)]
