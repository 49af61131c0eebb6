"""The order of rows, names of raters and items, and the number of threads change no estimate."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.evaluation.statistics.candour import assert_same, numbers
from tests.evaluation.statistics.degenerate_tables import study
from tests.evaluation.statistics.every_function import CLOSED, FUNCTIONS


@cache
def usual(name: str) -> list[list[float]]:
    return numbers(FUNCTIONS[name](study(raters=7)))


# what the order of a table means something to: who came first, or what is beside what
ORDERED = (
    "confidence_sequence",
    "bradley_terry",
    "bradley_terry by rater",
    "bradley_terry, prior",
    "thurstone",
    "davidson",
    "intransitivity",
    "jnd_scale",
    "jnd_scale, halves",
    "jnd_scale, no prior",
    "next_pairs",
    "rank_clusters",
    "dominance",
)
STEADY = [name for name in FUNCTIONS if name not in ORDERED]


@pytest.mark.parametrize("name", STEADY)
@given(shuffle=st.randoms(use_true_random=False))
@settings(max_examples=2, deadline=None)
def test_the_order_of_rows_changes_nothing(name: str, shuffle: Any) -> None:
    table = study(raters=7)
    order = list(range(len(table)))
    shuffle.shuffle(order)
    turned = table.iloc[order].reset_index(drop=True)
    assert_same(usual(name), numbers(FUNCTIONS[name](turned)))


@pytest.mark.parametrize("name", [name for name in CLOSED if name in STEADY])
@given(shuffle=st.randoms(use_true_random=False))
@settings(max_examples=2, deadline=None)
def test_names_of_raters_change_nothing(name: str, shuffle: Any) -> None:
    table = study(raters=7)
    names = [f"rater {k}" for k in range(7)]
    shuffle.shuffle(names)
    renamed = table.assign(rater=[names[k] for k in table["rater"]])
    assert_same(usual(name), numbers(CLOSED[name](renamed)))


PROGRAM = """
import json, sys
sys.path.insert(0, sys.argv[1])
from tests.evaluation.statistics.candour import numbers
from tests.evaluation.statistics.degenerate_tables import study
from tests.evaluation.statistics.every_function import CLOSED, DRAWN
names = ["rating_model", "mixed.logit", "icc", "krippendorff_alpha, ordinal", "agreement"]
calls = DRAWN | {name: CLOSED[name] for name in names}
print(json.dumps({name: numbers(call(study(20, 16))) for name, call in calls.items()}))
"""


def test_threads_change_nothing() -> None:
    root = Path(__file__).resolve().parents[3]
    found = []
    for threads in ("1", "2"):
        said = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(root)],
            env=os.environ | {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        )
        found.append(json.loads(said.stdout))
    for name, once in found[0].items():
        assert_same(once, found[1][name], tolerance=1e-9)
