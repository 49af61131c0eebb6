"""Reference values for opinion scores, by sureal and by a general optimiser.

    pip install sureal==0.9.0 && python tests/data/statistics/opinion_make.py tests/data/statistics

Twenty raters, fifty items, one to five; three raters answer at random. `sparse` drops two fifths.
(Without a floor the likelihood is unbounded, and with 20 x 30 sureal's projection found υ = 0.)
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.stats import kurtosis
from sureal.dataset_reader import RawDatasetReader
from sureal.subjective_model import SubjectMLEModelProjectionSolver


class Dataset:
    """What sureal reads."""

    def __init__(self, table: np.ndarray) -> None:
        self.dataset_name, self.ref_score = "ours", 5.0
        self.yuv_fmt, self.width, self.height = "yuv420p", 1, 1
        self.ref_videos = [{"content_id": 0, "content_name": "a", "path": "a.yuv"}]
        self.dis_videos = [
            {"content_id": 0, "asset_id": k, "os": row.tolist(), "path": f"{k}.yuv"}
            for k, row in enumerate(table.T)
        ]


def study(rng: np.random.Generator) -> np.ndarray:
    scores, bias = rng.uniform(1.5, 4.5, 50), rng.normal(0, 0.4, 20)
    answers = scores + bias[:, None] + rng.uniform(0.5, 0.9, (20, 1)) * rng.normal(size=(20, 50))
    answers[:3] = rng.uniform(1, 5, (3, 50))
    return np.clip(np.round(answers), 1, 5)


def optimised(table: np.ndarray) -> dict[str, list[float] | float]:
    """Maximum likelihood by BFGS, no floor, nothing of our code."""
    raters, items = table.shape
    known = ~np.isnan(table)

    def loss(at: np.ndarray) -> float:
        score, bias, log = at[:items], at[items : items + raters], at[items + raters :]
        z = (table - score - bias[:, None]) / np.exp(log)[:, None]
        terms = np.where(known, z**2 / 2 + log[:, None] + np.log(2 * np.pi) / 2, 0.0)
        return float(terms.sum()) + raters * float(bias.mean()) ** 2

    start = np.concatenate([np.nanmean(table, 0), np.zeros(raters), np.zeros(raters)])
    for _ in range(4):
        found = minimize(loss, start, method="L-BFGS-B", options={"maxiter": 5000, "maxfun": 10**7})
        found = minimize(loss, found.x, method="BFGS", options={"gtol": 1e-7, "maxiter": 2000})
        start = found.x
    return {
        "scores": found.x[:items].tolist(),
        "bias": found.x[items : items + raters].tolist(),
        "inconsistency": np.exp(found.x[items + raters :]).tolist(),
        "log_likelihood": -found.fun,
    }


def screened(table: np.ndarray) -> dict[str, list[int] | list[bool]]:
    """BT.500's loops, written out; the deviation is that of n - 1 (sureal takes n)."""
    above, below = [0] * len(table), [0] * len(table)
    for column in table.T:
        given = column[~np.isnan(column)]
        mean, deviation = given.mean(), given.std(ddof=1)
        reach = (2 if 2 <= kurtosis(given, fisher=False) <= 4 else 20**0.5) * deviation
        for rater, answer in enumerate(column):
            above[rater] += bool(answer >= mean + reach)
            below[rater] += bool(answer <= mean - reach)
    rejected = [
        p + q > 0.05 * np.sum(~np.isnan(row)) and abs(p - q) < 0.3 * (p + q)
        for p, q, row in zip(above, below, table, strict=True)
    ]
    return {"above": above, "below": below, "rejected": [bool(r) for r in rejected]}


def main(folder: Path) -> None:
    rng = np.random.default_rng(910)
    full = study(rng)
    sparse = np.where(rng.random(full.shape) < 0.6, full, np.nan)
    cases = {}
    for name, table in {"full": full, "sparse": sparse}.items():
        reader = RawDatasetReader(Dataset(table))
        peer = SubjectMLEModelProjectionSolver(reader).run_modeling()
        cases[name] = {
            "table": [[None if np.isnan(a) else a for a in row] for row in table],
            "sureal": {
                "scores": list(peer["quality_scores"]),
                "bias": list(peer["observer_bias"]),
                "inconsistency": list(peer["observer_inconsistency"]),
                "inconsistency_se": list(peer["observer_inconsistency_std"]),
            },
            "optimised": optimised(table),
            "bt500": screened(table),
        }
    versions = {name: version(name) for name in ("sureal", "scipy", "numpy")}
    text = json.dumps({"versions": versions, **cases}, indent=1)
    (folder / "opinion.json").write_text(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
