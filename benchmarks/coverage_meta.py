"""How often nominal 95 % intervals of agreement and association hold the truth, and are wrong.

    python benchmarks/coverage_meta.py 200            # as docs/statistics/meta.md has it
    python benchmarks/coverage_meta.py 200 levels     # one part: levels, columns or people

Where the truth has no closed form it is the mean over the simulated studies (on Fisher's z): what
such a study estimates on average.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from evaluation.statistics.answers import Floats
from evaluation.statistics.association import auc, compare_dependent, correlation, delong
from evaluation.statistics.estimate import Estimate
from evaluation.statistics.groups import expert_vs_crowd
from evaluation.statistics.meta import Grid, agreement, pairwise_accuracy
from evaluation.statistics.meta.grid import By
from evaluation.statistics.meta.jackknife import difference_interval

# conditions, items, raters, share of cells filled
DESIGNS = (
    (6, 20, 10, 1.0),
    (12, 40, 15, 0.3),
    (20, 60, 40, 0.2),
    (5, 4, 10, 1.0),
    (5, 8, 30, 0.5),
    (8, 50, 100, 0.05),
)
LEVELS: tuple[By, ...] = ("condition", "group-by-item", "group-by-condition", "none")


def study(rng: np.random.Generator, design: tuple[int, int, int, float]) -> tuple[Floats, Floats]:
    """Answers [raters, conditions, items] and two equally good metrics."""
    conditions, items, raters, filled = design
    truth = (
        rng.normal(0, 0.7, (conditions, 1))
        + rng.normal(0, 0.7, (1, items))
        + rng.normal(0, 0.5, (conditions, items))
    )
    answers = (
        3 + truth + rng.normal(0, 0.4, (raters, 1, 1)) + rng.normal(0, 0.3, (raters, conditions, 1))
    )
    answers = answers + rng.normal(0, 0.8, (*answers.shape[:2], items))
    answers[rng.random(answers.shape) > filled] = np.nan
    own, noise = rng.normal(0, 0.5, (2, conditions, 1)), rng.normal(0, 0.7, (2, *truth.shape))
    return answers, truth + own + noise


def covered(found: list[Estimate], truth: float | None = None) -> str:
    """Share that hold the truth, and how many had an interval."""
    known = [e for e in found if e.has_interval]
    middle = np.tanh(np.mean([np.arctanh(np.clip(e.value, -0.999, 0.999)) for e in found]))
    true = float(middle) if truth is None else truth
    share = np.mean([e.low <= true <= e.high for e in known])
    return f"{share:.1%}" + (f" of {len(known)}" if len(known) < len(found) else "")


def levels(studies: int) -> None:
    print("| conditions × items, raters, filled | " + " | ".join(LEVELS) + " | accuracy | alarms |")
    print("| --- " * (len(LEVELS) + 3) + "|")
    for design in DESIGNS:
        found: dict[str, list[Estimate]] = {name: [] for name in (*LEVELS, "accuracy", "alarms")}
        for seed in range(studies):
            answers, metrics = study(np.random.default_rng([seed, *design[:3]]), design)
            for by in LEVELS:
                found[by].append(agreement(answers, metrics[0], by=by))
            found["accuracy"].append(pairwise_accuracy(answers, metrics[0]).estimate)
            grid = Grid.of(answers, list(metrics))
            found["alarms"].append(difference_interval(grid, "condition", "pearson", 0.95))
        cells = [covered(found[name]) for name in (*LEVELS, "accuracy")]
        alarms = np.mean([e.excludes(0.0) for e in found["alarms"]])
        size = f"{design[0]} × {design[1]}, {design[2]}, {design[3]:.0%}"
        print(f"| {size} | " + " | ".join(cells) + f" | {alarms:.1%} |", flush=True)


def columns(studies: int) -> None:
    """Artists' images: 20 artists with 10 each."""
    found: dict[str, list[Estimate]] = {}
    alarms = {"Williams": 0, "Steiger": 0, "DeLong, clustered": 0, "DeLong, i.i.d.": 0}
    for seed in range(studies):
        rng = np.random.default_rng([seed, 1])
        artist = np.repeat(np.arange(20), 10)
        human = rng.normal(0, 0.7, 20)[artist] + rng.normal(size=200)
        own = rng.normal(0, 0.7, (2, 20))
        first, second = (human + own[k][artist] + rng.normal(size=200) for k in (0, 1))
        yes = human > 0.3
        drawn = correlation(first, human, clusters=artist, generator=rng, replicates=400)
        found.setdefault("Pearson, clustered", []).append(drawn.estimate)
        found.setdefault("Pearson, i.i.d.", []).append(correlation(first, human).estimate)
        found.setdefault("AUC, clustered", []).append(auc(first, yes, clusters=artist))
        found.setdefault("AUC, i.i.d.", []).append(auc(first, yes))
        alarms["DeLong, clustered"] += delong(first, second, yes, clusters=artist).p < 0.05
        alarms["DeLong, i.i.d."] += delong(first, second, yes).p < 0.05
        x = rng.normal(size=(3, 20))
        means = compare_dependent(x[0] + x[1], x[0] + x[2], x[0])
        alarms["Williams"] += means.williams_p < 0.05
        alarms["Steiger"] += means.steiger_p < 0.05
        pair = rng.normal(size=(2, 30))
        for name in ("pearson", "spearman", "kendall"):
            one = correlation(pair[0], pair[0] + pair[1], method=name).estimate
            found.setdefault(f"{name}, 30 independent pairs", []).append(one)
    for name, estimates in found.items():
        print(f"| {name} | {covered(estimates)} |")
    for name, count in alarms.items():
        print(f"| false alarms: {name} | {count / studies:.1%} |", flush=True)


def people(studies: int) -> None:
    """True scores correlate by 0.9."""
    found: dict[str, list[Estimate]] = {
        "true r": [],
        "φ(1) of experts": [],
        "φ(1) of the crowd": [],
    }
    for seed in range(studies):
        rng = np.random.default_rng([seed, 2])
        true = rng.multivariate_normal([0, 0], [[1, 0.9], [0.9, 1]], 30)
        parts = []
        for group, (raters, noise) in enumerate(((10, 0.7), (40, 1.1))):
            y = (
                true[:, group]
                + rng.normal(0, 0.4, (raters, 1))
                + rng.normal(0, noise, (raters, 30))
            )
            who, what = np.nonzero(rng.random(y.shape) < 0.6)
            parts.append((y[who, what], who + 1000 * group, what, np.full(len(who), group == 0)))
        table = [np.concatenate(column) for column in zip(*parts, strict=True)]
        both = expert_vs_crowd(*table, generator=rng, replicates=400)
        found["true r"].append(both.true_score_correlation)
        found["φ(1) of experts"].append(both.groups["experts"].reliability)
        found["φ(1) of the crowd"].append(both.groups["crowd"].reliability)
    truths = (0.9, 1 / (1 + 0.16 + 0.49), 1 / (1 + 0.16 + 1.21))
    for (name, estimates), truth in zip(found.items(), truths, strict=True):
        print(f"| {name} | {covered(estimates, truth)} |", flush=True)


def main() -> None:
    studies = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    for part in (levels, columns, people):
        if part.__name__ in sys.argv[2:] or not sys.argv[2:]:
            part(studies)
    print(f"{studies} studies a row")


if __name__ == "__main__":
    main()
