"""What adaptive dealing gains and costs: python benchmarks/adaptive.py [--runs 200]

Programs answer, nothing here says anything about people. First pairs: answers that balanced
dealing and dealing by information need for the same error of Bradley-Terry strengths. Then items:
how often intervals of means cover the truth when items stop by the rule, and when all have as many
ratings as the rule needed on average. Both are dealt by the functions that deal in a live study.
"""

import argparse
import sys
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from scipy.stats import norm, t

from studies.designs.arms import BESIDE
from studies.designs.assignment import Candidate
from studies.designs.dealing import Rules, deal_share
from studies.designs.information import posterior
from studies.designs.seeking import Seeking
from studies.designs.stopping import Stopping

ARTWORKS, EACH = 3, 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=200)
    runs = parser.parse_args().runs
    for conditions, people in ((6, 30), (12, 60)):
        _pairs(conditions, people, runs)
    for points in ("spread", "at one end"):
        _items(points, runs)


def _pairs(conditions: int, people: int, runs: int) -> None:
    apart = []
    for run in range(runs):
        sought = _errors(conditions, people, run, Seeking())
        even = _errors(conditions, people, run, None)
        apart.append((sought, even))
    both = np.array(apart)  # [runs, 2, people]
    sought, even = np.sqrt((both**2).mean(0))
    ratio = _ratio(both[:, :, -1])
    half = people // 2
    print(
        f"{conditions} conditions, {people} participants × {EACH} comparisons, {runs} runs:"
        f" error {sought[half]:.3f} sought, {even[half]:.3f} balanced at half;"
        f" {sought[-1]:.3f} and {even[-1]:.3f} at the end; ratio at the end {ratio};"
        f" the error of balanced dealing is reached after {_needed(both)} answers of"
        f" {people * EACH}"
    )


def _needed(both: np.ndarray) -> str:
    """Answers after which the error is that of balanced dealing, with its bootstrap interval."""
    rng = np.random.default_rng(1)
    rows = [np.arange(len(both)), *rng.integers(0, len(both), (1000, len(both)))]
    found = []
    for row in rows:
        sought, even = np.sqrt((both[row] ** 2).mean(0))
        enough = np.flatnonzero(sought <= even[-1])
        found.append(EACH * (int(enough[0]) + 1 if len(enough) else len(even)))
    low, high = np.quantile(found[1:], [0.025, 0.975])
    return f"{found[0]} [{low:.0f}, {high:.0f}]"


def _ratio(ends: np.ndarray) -> str:
    """Ratio of root mean square errors with its bootstrap interval over runs."""
    rng = np.random.default_rng(1)
    draws = rng.integers(0, len(ends), (2000, len(ends)))
    found = np.sqrt((ends[draws] ** 2).mean(1))
    low, high = np.quantile(found[:, 0] / found[:, 1], [0.025, 0.975])
    value = np.sqrt((ends**2).mean(0))
    return f"{value[0] / value[1]:.3f} [{low:.3f}, {high:.3f}]"


def _errors(conditions: int, people: int, run: int, seeking: Seeking | None) -> list[float]:
    """Root mean square error of strengths after each participant."""
    rng, world = Random(run), np.random.default_rng(run)
    truth = world.normal(0, 1.5, conditions)
    truth -= truth.mean()
    names = [f"c{n:02d}" for n in range(conditions)]
    pairs = [(i, j) for i in range(conditions) for j in range(i + 1, conditions)]
    items = [
        Candidate(n, n % ARTWORKS, "p", BESIDE.join((names[i], names[j])), 0)
        for n, (i, j) in enumerate(pair for pair in pairs for _ in range(ARTWORKS))
    ]
    rules = Rules(EACH, 1 if seeking else 1000, seeking=seeking)
    claims, wins, found = Counter[int](), np.zeros((conditions, conditions)), list[float]()
    for _ in range(people):
        now = [replace(i, claims=claims[i.item], answered=claims[i.item]) for i in items]
        won = {BESIDE.join((names[i], names[j])): (wins[i, j], wins[j, i]) for i, j in pairs}
        share = deal_share(now, rules, Counter(), rng, won)
        for item in share.items if share else ():
            claims[item.item] += 1
            i, j = (names.index(name) for name in item.condition.split(BESIDE))
            first = world.random() < 1 / (1 + np.exp(truth[j] - truth[i]))
            wins[(i, j) if first else (j, i)] += 1
        strengths = posterior(wins, 2.0)[0]
        found.append(float(np.sqrt(((strengths - strengths.mean() - truth) ** 2).mean())))
    return found


def _items(where: str, runs: int) -> None:
    rule = Stopping(0.3, 10, 80, 5)
    results = [_rated(rule, where, run) for run in range(runs)]
    used = np.concatenate([r[0] for r in results])
    fixed = round(float(used.mean()))
    plain = [
        _rated(replace(rule, at_least=fixed, at_most=fixed), where, run) for run in range(runs)
    ]
    lines = [("by the rule", results), (f"{fixed} ratings each", plain)]
    for name, each in lines:
        cover = np.concatenate([r[1] for r in each])
        width = np.concatenate([r[2] for r in each])
        share = cover.mean()
        error = 1.96 * np.sqrt(share * (1 - share) / len(cover))
        bias = np.concatenate([r[3] for r in each])
        print(
            f"answers {where}, {name}: coverage of 95 % intervals {share:.3f} ± {error:.3f},"
            f" half-widths {np.quantile(width, 0.05):.2f} to {np.quantile(width, 0.95):.2f},"
            f" bias {bias.mean():+.3f}, ratings an item {_told(each)}"
        )


def _told(each: list[tuple[np.ndarray, ...]]) -> str:
    used = np.concatenate([r[0] for r in each])
    return f"{used.mean():.1f} ({used.min():.0f} to {used.max():.0f})"


def _rated(rule: Stopping, where: str, run: int) -> tuple[np.ndarray, ...]:
    """20 items rated until each stops: ratings, whether covered, half-widths, errors of means."""
    rng, world = Random(run), np.random.default_rng(run)
    chances = [_scale(world, where) for _ in range(20)]
    given: dict[int, Counter[int]] = defaultdict(Counter)
    rules = Rules(8, rule.at_least, at_most=rule.at_most)
    while True:
        now = [
            Candidate(n, n, "p", "c", given[n].total(), given[n].total(), "", rule.stops(given[n]))
            for n in range(20)
        ]
        share = deal_share(now, rules, Counter(), rng)
        if share is None:
            break
        for item in share.items:
            given[item.item][int(world.choice(5, p=chances[item.item])) + 1] += 1
    rows = [_interval(given[n], chances[n]) for n in range(20)]
    return tuple(np.array(column) for column in zip(*rows, strict=True))


def _scale(world: np.random.Generator, where: str) -> np.ndarray:
    """Chances of the five points: a normal impression, cut."""
    centre = world.uniform(2, 4) if where == "spread" else world.uniform(4.6, 5.2)
    cuts = np.array([-np.inf, 1.5, 2.5, 3.5, 4.5, np.inf])
    return np.diff(norm.cdf(cuts, centre, world.uniform(0.6, 1.4)))


def _interval(counts: Counter[int], chances: np.ndarray) -> tuple[float, bool, float, float]:
    answers = np.array([point for point, n in sorted(counts.items()) for _ in range(n)])
    truth = float(chances @ np.arange(1, 6))
    half = t.ppf(0.975, len(answers) - 1) * answers.std(ddof=1) / np.sqrt(len(answers))
    error = float(answers.mean()) - truth
    return len(answers), abs(error) <= half, float(half), error


if __name__ == "__main__":
    main()
