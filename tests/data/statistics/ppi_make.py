"""Writes ppi.json: a small table, and what ppi-python makes of it, to test ours against.

In an environment of its own:
    pip install ppi-python==0.2.3
    python tests/data/statistics/ppi_make.py
then the clustered variances by R's sandwich (apt-get install r-cran-sandwich r-cran-jsonlite):
    Rscript tests/data/statistics/ppi_make.R tests/data/statistics/ppi.json
"""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
from ppi_py import ppi_mean_ci, ppi_mean_pointestimate

LAMBDA = 0.6
rng = np.random.default_rng(8)
artist = np.repeat(np.arange(9), 8)
rater = rng.integers(0, 6, 72)
taste, ease = rng.normal(size=9)[artist], rng.normal(size=72)
answers = np.round(3 + taste + 0.4 * rng.normal(size=6)[rater] + ease, 2)
predicted = np.round(3 + 0.5 * taste + 0.8 * ease + 0.6 * rng.normal(size=72), 2)
unlabelled = np.round(3 + rng.normal(size=400), 2)
columns = [answers, predicted, unlabelled]
document = {
    "versions": {name: version(name) for name in ("ppi-python", "numpy")},
    "command": "see the head of ppi_make.py",
    "answers": answers.tolist(),
    "predicted": predicted.tolist(),
    "unlabelled": unlabelled.tolist(),
    "artist": artist.tolist(),
    "rater": rater.tolist(),
    "lambda": LAMBDA,
    "value": float(np.ravel(ppi_mean_pointestimate(*columns, lam=LAMBDA))[0]),
    "interval": [float(np.ravel(end)[0]) for end in ppi_mean_ci(*columns, alpha=0.05, lam=LAMBDA)],
    "tuned": float(np.ravel(ppi_mean_pointestimate(*columns))[0]),
}
Path(__file__).with_name("ppi.json").write_text(json.dumps(document) + "\n")
