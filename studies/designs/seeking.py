"""Comparisons drawn by what they are expected to teach, within the limits of a design. Pure.

Of each turn a share is drawn evenly from all pairs of conditions that are still possible; in the
others the pair of most gain comes, answers on their way counted as given. Every draw is told with
its chance given all that was known before it, so that an analysis may weight or check it.
Whether a pair is drawn depends on answers that are stored, and on nothing else of the raters
(selection is ignorable): likelihood methods such as Bradley-Terry need no weights.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

import numpy as np

from studies.designs.arms import BESIDE
from studies.designs.assignment import Candidate, Limits, allowed, choose
from studies.designs.information import Floats, as_if_answered, gains, posterior

Won = Mapping[str, tuple[float, float]]
"""Pair of conditions, as items name it → wins of its first and of its second; halves for ties."""


@dataclass(frozen=True)
class Seeking:
    """How pairs are sought."""

    random_share: float = 0.25
    prior: float = 2.0


@dataclass(frozen=True)
class Draw:
    """Why an item was given. `chance` is that of its pair, of the items of a pair those with the
    fewest raters come; None where it was due to coverage."""

    item: int
    why: Literal["coverage", "random", "informative"]
    gain: float | None = None
    """In nats."""
    chance: float | None = None


def seek(
    candidates: Sequence[Candidate],
    size: int,
    seeking: Seeking,
    won: Won,
    limits: Limits,
    begun: Sequence[Candidate],
    rng: Random,
) -> list[tuple[Candidate, Draw]]:
    """At most `size` items for a participant who has `begun`, in the order in which they were
    drawn."""
    known = _Known(candidates, won, seeking)
    share, found = list(begun), list[tuple[Candidate, Draw]]()
    while len(found) < size:
        possible = _possible(candidates, limits, share)
        if not possible:
            break
        pair, why, gain, chance = known.draw(sorted(possible), rng)
        item = choose(possible[pair], 1, None, rng, limits=limits, begun=share)[0]
        share.append(item)
        found.append((item, Draw(item.item, why, gain, chance)))
    return found


class _Known:
    """What is known of the strengths, with answers on their way counted as given."""

    def __init__(self, items: Sequence[Candidate], won: Won, seeking: Seeking) -> None:
        self.seeking = seeking
        pairs = sorted({item.condition for item in items})
        names = sorted({name for pair in pairs for name in _sides(pair)})
        place = {name: n for n, name in enumerate(names)}
        self.places = {pair: (place[_sides(pair)[0]], place[_sides(pair)[1]]) for pair in pairs}
        wins = np.zeros((len(names), len(names)))
        for pair, (i, j) in self.places.items():
            first, second = won.get(pair, (0.0, 0.0))
            wins[i, j] += first
            wins[j, i] += second
        self.mean, self.covariance = posterior(wins, seeking.prior)
        waiting = Counter[str]()
        for item in items:
            waiting[item.condition] += max(0, item.claims - item.answered)
        for pair, number in sorted(waiting.items()):
            self._expect(pair, number)

    def draw(
        self, pairs: Sequence[str], rng: Random
    ) -> tuple[str, Literal["random", "informative"], float, float]:
        """A pair of these, whether by chance, its gain, and how probable it was."""
        table: Floats = gains(self.mean, self.covariance)
        gain = {pair: float(table[self.places[pair]]) for pair in pairs}
        most = max(gain.values())
        best = [pair for pair in pairs if gain[pair] >= most - 1e-12]
        by_chance = rng.random() < self.seeking.random_share
        pair = rng.choice(pairs if by_chance else best)
        evenly = self.seeking.random_share / len(pairs)
        chance = evenly + (pair in best) * (1 - self.seeking.random_share) / len(best)
        self._expect(pair, 1)
        return pair, "random" if by_chance else "informative", gain[pair], chance

    def _expect(self, pair: str, number: int) -> None:
        if number:
            i, j = self.places[pair]
            self.covariance = as_if_answered(self.mean, self.covariance, i, j, number)


def _sides(pair: str) -> tuple[str, str]:
    one, _, other = pair.partition(BESIDE)
    return one, other


def _possible(
    candidates: Sequence[Candidate], limits: Limits, share: Sequence[Candidate]
) -> dict[str, list[Candidate]]:
    """Pair → its items that the participant may still be given."""
    has = {item.item for item in share}
    painters = Counter(item.painter for item in share)
    artworks = Counter(item.baseline for item in share)
    found: dict[str, list[Candidate]] = defaultdict(list)
    for item in candidates:
        if item.item not in has and allowed(item, limits, painters, artworks):
            found[item.condition].append(item)
    return found
