"""Writes agreement.json: agreement by other people's programs, to test ours against.

In an environment of its own (irrCAC has no licence, pingouin is GPL-3; neither is a dependency):
    pip install statsmodels==0.15.0 pingouin==0.7.0 && pip install --no-deps irrCAC==0.4.4
    python tests/data/statistics/agreement_make.py && Rscript tests/data/statistics/agreement.R
The second command adds agreement_r.json (psych, lme4, stats of R) from the same tables.
"""

import json
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from irrCAC.raw import CAC
from scipy.stats import friedmanchisquare
from statsmodels.stats.inter_rater import aggregate_raters, cohens_kappa, fleiss_kappa

warnings.simplefilter("ignore")


def table(raters, items, missing, seed):
    """Answers 1..5 with rater and item effects; nan where missing."""
    rng = np.random.default_rng(seed)
    latent = rng.normal(0, 0.7, (raters, 1)) + rng.normal(0, 1.0, (1, items))
    values = np.clip(np.round(3 + latent + rng.normal(0, 0.8, (raters, items))), 1, 5)
    values[rng.random(values.shape) < missing] = np.nan
    return values


def chance_case(name, values):
    found = {}
    for weights in ("identity", "linear", "quadratic", "ordinal"):
        cac = CAC(pd.DataFrame(values.T), weights=weights, categories=[1, 2, 3, 4, 5], digits=12)
        for method in ("gwet", "fleiss"):
            est = getattr(cac, method)()["est"]
            found[f"{method} {weights}"] = {
                "value": est["coefficient_value"],
                "se": est["se"],
                "pa": est["pa"],
                "pe": est["pe"],
            }
    return {"name": name, "values": np.where(np.isnan(values), None, values).tolist(), **found}


def kappa_case(one, other):
    counts = np.zeros((5, 5))
    np.add.at(counts, (one.astype(int) - 1, other.astype(int) - 1), 1)
    found = {}
    for name, wt in (("identity", None), ("linear", "linear"), ("quadratic", "quadratic")):
        result = cohens_kappa(counts, wt=wt)
        found[name] = {"value": float(result.kappa), "se": float(result.std_kappa)}
    return {"first": one.tolist(), "second": other.tolist(), **found}


complete, holes, sparse = table(4, 20, 0, 1), table(5, 18, 0.3, 2), table(12, 25, 0.7, 3)
pair = table(2, 60, 0, 4)
document = {
    "versions": {name: version(name) for name in ("statsmodels", "irrCAC", "scipy")},
    "command": "python tests/data/statistics/agreement_make.py",
    "chance": [
        chance_case("complete", complete),
        chance_case("holes", holes),
        chance_case("sparse", sparse),
    ],
    "fleiss": float(fleiss_kappa(aggregate_raters(complete.T)[0])),
    "kappa": kappa_case(*pair),
    "friedman": float(friedmanchisquare(*complete.T).statistic),
}
Path(__file__).with_name("agreement.json").write_text(
    json.dumps(document, separators=(",", ":")) + "\n"
)
