"""What choosing pairs costs and gains: python benchmarks/next_pairs.py 10

Processor time of one call (two thousand answers so far, a round of all but one), then the error of
strengths after equal numbers of answers, pairs chosen by information against pairs drawn evenly.
"""

import sys
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from evaluation.statistics.pairs import bradley_terry, next_pairs


def timed(items: int) -> float:
    rng = np.random.default_rng(1)
    first = rng.integers(0, items, 2000)
    second = (first + rng.integers(1, items, 2000)) % items
    won = rng.integers(0, 2, 2000)
    times = []
    for _ in range(10):
        start = process_time()
        next_pairs(first, second, won, items=range(items), generator=rng)
        times.append(process_time() - start)
    return float(np.median(times))


def errors(rng: np.random.Generator, items: int, rounds: int, share: float) -> tuple[float, float]:
    """Root mean square error of strengths, and share of pairs in their right order."""
    truth = rng.normal(0, 1.2, items)
    truth -= truth.mean()
    first: list[int] = []
    second: list[int] = []
    won: list[int] = []
    for _ in range(rounds):
        chosen = next_pairs(
            first, second, won, items=range(items), generator=rng, random_share=share
        )
        for pair in chosen:
            i, j = int(str(pair.first)), int(str(pair.second))
            first.append(i)
            second.append(j)
            won.append(int(rng.random() < 1 / (1 + np.exp(truth[j] - truth[i]))))
    strengths = bradley_terry(first, second, won, position=False, prior=2).strengths
    found = np.zeros(items)
    for item, estimate in strengths.items():
        found[int(str(item))] = estimate.value
    pairs = np.triu_indices(items, 1)
    right = np.sign(np.subtract.outer(found, found)[pairs]) == np.sign(
        np.subtract.outer(truth, truth)[pairs]
    )
    return float(np.sqrt(((found - truth) ** 2).mean())), float(right.mean())


def main(simulations: int) -> None:
    for items in (20, 50):
        print(f"{items} items: {timed(items) * 1000:.1f} ms a call")
    for items, rounds in ((12, 10), (20, 15)):
        chosen = np.mean(
            [errors(np.random.default_rng(k), items, rounds, 0.25) for k in range(simulations)], 0
        )
        even = np.mean(
            [errors(np.random.default_rng(k), items, rounds, 1.0) for k in range(simulations)], 0
        )
        print(
            f"{items} items, {rounds * (items - 1)} answers: error {chosen[0]:.3f} chosen, "
            f"{even[0]:.3f} even ({chosen[0] / even[0] - 1:+.0%}); "
            f"in order {chosen[1]:.1%}, {even[1]:.1%}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
