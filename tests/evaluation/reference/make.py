"""Writes reference.json: values of other people's programs on small tables, to test ours against.

Run in an environment of its own (krippendorff is GPL-3 and no dependency of the project):
    pip install krippendorff==0.9.0 statsmodels==0.15.0 scikit-image==0.26.0
    python tests/evaluation/reference/make.py
"""

import json
from importlib.metadata import version
from pathlib import Path

import krippendorff
import numpy as np
import statsmodels.api as sm
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.sandwich_covariance import cov_cluster_2groups


def table(raters, items, missing, seed):
    """Answers 1..5 with rater and item effects; nan where missing."""
    rng = np.random.default_rng(seed)
    latent = rng.normal(0, 0.8, (raters, 1)) + rng.normal(0, 1.0, (1, items))
    values = np.clip(np.round(3 + latent + rng.normal(0, 0.8, (raters, items))), 1, 5)
    values[rng.random(values.shape) < missing] = np.nan
    return values


def alpha_case(name, values):
    found = {
        level: krippendorff.alpha(reliability_data=values, level_of_measurement=level)
        for level in ("nominal", "ordinal", "interval", "ratio")
    }
    return {"name": name, "values": np.where(np.isnan(values), None, values).tolist(), **found}


def cluster_case(values):
    rater, item = np.nonzero(~np.isnan(values))
    y = (values[rater, item] >= 4).astype(float)
    fit = sm.OLS(y, np.ones(len(y))).fit()
    both, people, pictures = cov_cluster_2groups(fit, rater, item, use_correction=False)
    terms = {"raters": people.item(), "items": pictures.item(), "both": both.item()}
    return {"rater": rater.tolist(), "item": item.tolist(), "hit": y.tolist(), **terms}


def image_case(seed):
    rng = np.random.default_rng(seed)
    ramp = np.linspace(0, 255, 32)
    original = np.clip(ramp[:, None, None] + rng.normal(0, 25, (32, 32, 3)), 0, 255).astype(
        np.uint8
    )
    altered = np.clip(original + rng.normal(0, 12, original.shape), 0, 255).astype(np.uint8)
    ssim = structural_similarity(
        original,
        altered,
        channel_axis=2,
        data_range=255,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
    )
    psnr = peak_signal_noise_ratio(original, altered, data_range=255)
    return {"original": original.tolist(), "altered": altered.tolist(), "ssim": ssim, "psnr": psnr}


P_VALUES = [0.004, 0.03, 0.011, 0.6, 0.03, 0.0001]
document = {
    "versions": {name: version(name) for name in ("krippendorff", "statsmodels", "scikit-image")},
    "alpha": [
        alpha_case("complete, seven raters", table(7, 12, 0.0, 1)),
        alpha_case("a third missing", table(6, 20, 0.33, 2)),
        alpha_case("sparse", table(15, 25, 0.8, 3)),
    ],
    "clusters": cluster_case(table(12, 9, 0.25, 4)),
    "holm": {"p": P_VALUES, "adjusted": multipletests(P_VALUES, method="holm")[1].tolist()},
    "images": image_case(5),
}
Path(__file__).with_name("reference.json").write_text(
    json.dumps(document, separators=(",", ":")) + "\n"
)
