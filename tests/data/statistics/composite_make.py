"""Writes composite.json: out-of-fold predictions of scikit-learn, to test ours against.

In an environment of its own:
    pip install scikit-learn
    python tests/data/statistics/composite_make.py
"""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
from sklearn.linear_model import Ridge
from sklearn.model_selection import LeaveOneGroupOut, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

PENALTY, ARTISTS, EACH = 0.05, 8, 10
rng = np.random.default_rng(21)
artist = np.repeat(np.arange(ARTISTS), EACH)
quality = rng.normal(size=len(artist)) + rng.normal(size=ARTISTS)[artist]
features = np.round(quality[:, None] + rng.normal(size=(len(artist), 4)) * [0.8, 1, 2, 4], 2)
answers = np.round(3 + quality + 0.5 * rng.normal(size=len(artist)), 2)
training = len(artist) - EACH


def predicted(model):
    pipeline = make_pipeline(StandardScaler(), model)
    found = cross_val_predict(pipeline, features, answers, groups=artist, cv=LeaveOneGroupOut())
    return found.tolist()


document = {
    "versions": {name: version(name) for name in ("scikit-learn", "numpy")},
    "command": "python tests/data/statistics/composite_make.py",
    "features": features.tolist(),
    "answers": answers.tolist(),
    "artist": artist.tolist(),
    "penalty": PENALTY,
    "ridge": predicted(Ridge(alpha=PENALTY * training)),
    "monotone": predicted(Ridge(alpha=PENALTY * training, positive=True, tol=1e-12)),
}
Path(__file__).with_name("composite.json").write_text(json.dumps(document) + "\n")
