"""How often 95 % intervals of agreement hold the truth, by simulation.

    python benchmarks/coverage_agreement.py 400              # studies a design; 200 when left out
    python benchmarks/coverage_agreement.py 800 30 20 1.0    # one design: raters, items, filled

Scores: rater sd 0.5, item sd 1, noise 0.8, cut into five points for alpha, AC2 and kappa, as they
are for the rest. The truth of categories comes from large tables, that of scores is known. Printed:
share of intervals that hold it, and mean width over the width that a true one would have.
"""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from evaluation.statistics import agreement
from evaluation.statistics.estimate import Estimate

RATER, ITEM, NOISE = 0.5, 1.0, 0.8
CUTS = (-1.5, -0.5, 0.5, 1.5)
DESIGNS = [(10, 20, 1.0), (30, 40, 1.0), (10, 20, 0.5), (30, 40, 0.3), (100, 20, 0.1),
           (100, 40, 0.3), (20, 100, 0.2), (60, 400, 0.1)]  # fmt: skip
Columns = tuple[np.ndarray, np.ndarray, np.ndarray]


def scores(rng: np.random.Generator, raters: int, items: int, filled: float) -> Columns:
    latent = rng.normal(0, RATER, (raters, 1)) + rng.normal(0, ITEM, (1, items))
    values = latent + rng.normal(0, NOISE, (raters, items))
    rater, item = np.nonzero(rng.random(values.shape) < filled)
    return values[rater, item], rater, item


def points(columns: Columns) -> Columns:
    return np.searchsorted(CUTS, columns[0]) + 1.0, columns[1], columns[2]


CATEGORIES: dict[str, Callable[..., Estimate]] = {
    "alpha": lambda *c: agreement.krippendorff_alpha(*c).estimate,
    "AC2": lambda *c: agreement.gwet_ac(*c, weights="quadratic").estimate,
    "Fleiss": lambda *c: agreement.fleiss_kappa(*c).estimate,
}
SCORES: dict[str, Callable[..., Estimate]] = {
    "ICC(A,1)": lambda *c: agreement.icc(*c)["ICC(A,1)"],
    "ICC(C,1)": lambda *c: agreement.icc(*c)["ICC(C,1)"],
    "ceiling": lambda *c: agreement.noise_ceiling(*c).of_means,
    "lower": lambda *c: agreement.noise_ceiling(*c).lower,
    "halves": lambda *c: agreement.split_half(*c, generator=np.random.default_rng(1)).reliability,
}
FULL: dict[str, Callable[..., Estimate]] = {
    "W": lambda *c: agreement.kendall_w(*c).w,
}


def truths(rng: np.random.Generator) -> dict[str, float]:
    """Of statistics that do not depend on the number of raters."""
    large = [points(scores(rng, 400, 400, 0.3)) for _ in range(20)]
    found = {
        name: float(np.mean([function(*table).value for table in large]))
        for name, function in CATEGORIES.items()
    }
    found["ICC(A,1)"] = ITEM**2 / (ITEM**2 + RATER**2 + NOISE**2)
    found["ICC(C,1)"] = ITEM**2 / (ITEM**2 + NOISE**2)
    rho = np.mean([agreement.kendall_w(*scores(rng, 40, 2000, 1.0)).mean_rho.value
                   for _ in range(3)])  # fmt: skip
    found["rho"] = float(rho)
    return found


def truth(name: str, known: dict[str, float], design: tuple[int, int, float]) -> float | None:
    """What an interval should hold, or None where that is not simple."""
    raters, _, filled = design
    reliability = ITEM**2 / (ITEM**2 + NOISE**2 / raters)
    if name in known:
        return known[name]
    if filled < 1:
        return None
    return {
        "ceiling": np.sqrt(reliability),
        "halves": reliability,
        "W": (known["rho"] * (raters - 1) + 1) / raters,
        "lower": np.sqrt(known["ICC(C,1)"])
        * np.sqrt(ITEM**2 / (ITEM**2 + NOISE**2 / (raters - 1))),
    }[name]


def main(studies: int, designs: Sequence[tuple[int, int, float]]) -> None:
    known = truths(np.random.default_rng(0))
    print(f"{studies} studies a design; truths {known}")
    for design in designs:
        rng = np.random.default_rng(1)
        functions = CATEGORIES | SCORES | (FULL if design[2] == 1 else {})
        wanted = {name: truth(name, known, design) for name in functions}
        found: dict[str, list[Estimate]] = {name: [] for name in functions}
        for _ in range(studies):
            table = scores(rng, *design)
            for name, function in functions.items():
                if wanted[name] is not None:
                    found[name].append(function(*(points(table) if name in CATEGORIES else table)))
        print("{} raters, {} items, {:.0%} filled".format(*design))
        for name, estimates in found.items():
            if estimates:
                print(f"    {name:10s}{told(estimates, float(wanted[name] or 0))}")


def told(estimates: list[Estimate], wanted: float) -> str:
    """“95.0 %, width ×1.04 (2 without interval)”"""
    kept = [e for e in estimates if e.has_interval]
    held = np.mean([e.low <= wanted <= e.high for e in kept])
    width = np.mean([e.high - e.low for e in kept])
    true = np.diff(np.quantile([e.value for e in kept], [0.025, 0.975]))[0]
    without = len(estimates) - len(kept)
    said = f" ({without} without interval)" if without else ""
    return f"{held:7.1%}  width x{width / true:.2f}{said}"


if __name__ == "__main__":
    one = [(int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))] if len(sys.argv) > 4 else []
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200, one or DESIGNS)
