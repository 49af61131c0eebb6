"""Cumulative link mixed models beside R's ordinal::clmm, one BLAS thread, CPU seconds.

12,000 ratings by 300 raters of 400 pictures, five fixed effects: two and four random intercepts;
then 200,000 ratings with the memory they take. R runs where Rscript and its package ordinal are
there (over a minute): python benchmarks/clmm.py [--without-r]
"""

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import pandas as pd

from evaluation.statistics import ordinal

CONDITIONS = 5
FORMULA = "condition + group"
R_PROGRAM = """
suppressMessages(library(ordinal))
d <- read.csv("{table}", stringsAsFactors = TRUE); d$rating <- factor(d$rating, ordered = TRUE)
time <- system.time(m <- clmm(rating ~ condition + group + (1|rater) + (1|stimulus), data = d))
cat(sum(time[1:2]), m$logLik, m$beta, sqrt(diag(vcov(m)))[names(m$beta)])
"""


def table(raters: int, artworks: int, answers: int) -> pd.DataFrame:
    """Ratings of 1 to 5, simulated; every rater sees a random part of the pictures."""
    rng = np.random.default_rng(1)
    pictures = artworks * CONDITIONS
    rater, picture = np.divmod(rng.choice(raters * pictures, answers, replace=False), pictures)
    artwork, condition = np.divmod(picture, CONDITIONS)
    latent = 0.3 * condition + 0.3 * (rater % 2) + rng.logistic(size=answers)
    latent += rng.normal(0, 0.9, raters)[rater] + rng.normal(0, 0.5, artworks)[artwork]
    latent += rng.normal(0, 0.6, pictures)[picture]
    latent += rng.normal(0, 0.5, (raters, CONDITIONS))[rater, condition]
    columns = {
        "rater": [f"r{k}" for k in rater],
        "artwork": [f"a{k}" for k in artwork],
        "condition": [f"c{k}" for k in condition],
        "stimulus": [f"s{k}" for k in picture],
        "group": [f"g{k}" for k in rater % 2],
        "rating": np.searchsorted([-1.0, 0.3, 1.5, 2.8], latent) + 1,
    }
    return pd.DataFrame(columns)


def timed(ratings: pd.DataFrame, groups: list[ordinal.Group]) -> tuple[float, ordinal.Fit]:
    start = process_time()
    fit = ordinal.clmm(ratings, "rating", FORMULA, groups)
    assert fit.converged
    return process_time() - start, fit


def in_r(ratings: pd.DataFrame) -> list[float]:
    """CPU seconds, log-likelihood, coefficients and standard errors of two terms."""
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder) / "ratings.csv"
        ratings.to_csv(where, index=False)
        program = R_PROGRAM.format(table=where)
        said = subprocess.run(
            ["Rscript", "-e", program], capture_output=True, text=True, check=True
        )
    return [float(number) for number in said.stdout.split()]


def main() -> None:
    small = table(300, 80, 12_000)
    two, fit = timed(small, ["rater", "stimulus"])
    four, _ = timed(small, ["rater", "artwork", "stimulus", ("rater", "condition")])
    print("12,000 ratings, 300 raters, 400 pictures, 5 fixed effects, CPU seconds with Hessian")
    print(f"  two terms    {two:8.2f}   log-likelihood {fit.log_likelihood:.4f}")
    print(f"  four terms   {four:8.2f}")
    if "--without-r" not in sys.argv and shutil.which("Rscript"):
        seconds, height, *numbers = in_r(small)
        ours = [e.value for e in fit.coefficients.values()]
        se = [e.se for e in fit.coefficients.values()]
        half = len(numbers) // 2
        apart = np.abs(np.subtract(ours, numbers[:half])).max()
        print(f"  R, two terms {seconds:8.2f}   log-likelihood {height:.4f}")
        print(f"  ratio        {seconds / two:8.0f} times faster")
        print(
            f"  apart: log-likelihood {abs(height - fit.log_likelihood):.1e}, effects {apart:.1e},"
        )
        print(f"         standard errors {np.abs(np.divide(se, numbers[half:]) - 1).max():.1e}")
    large = table(2000, 400, 200_000)
    seconds, _ = timed(large, ["rater", "artwork", "stimulus", ("rater", "condition")])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print("200,000 ratings, 2,000 raters, 2,000 pictures, four terms")
    print(f"  {seconds:.0f} s, at most {peak:.2f} GiB")


if __name__ == "__main__":
    main()
