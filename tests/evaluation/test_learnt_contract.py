"""What every analysis promises, of those that learn from answers and need more artists."""

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from evaluation.analyses import ANALYSES, Finding
from evaluation.charts.figures import drawn
from evaluation.evidence import Evidence
from evaluation.ratings import TableError
from tests.evaluation.learnt import evidence

QUICK = {"calibrated_metric": {"repeats": 1}, "metric_assisted": {"draws": 5}}
NAMES = sorted(QUICK)


def run(name: str, given: Evidence) -> Finding:
    asked = {"question": "mimicry_success", **QUICK[name]}
    return ANALYSES.build(name, asked).run(given, seed=3)


@cache
def found(name: str, simulated: bool = False) -> Finding:
    return run(name, evidence(artists=4, raters=4, rated=0.75, simulated=simulated))


@pytest.mark.parametrize("name", NAMES)
def test_a_claim_with_an_interval_a_table_a_chart_and_limits(name: str) -> None:
    finding = found(name)
    assert "[" in finding.claim
    assert finding.claim.endswith(".")
    assert "<svg" in drawn(finding.chart, "a chart")
    assert finding.notes
    assert finding.caption
    assert finding.assumptions
    assert finding.limits
    assert "n" in finding.table


@pytest.mark.parametrize("name", NAMES)
def test_seed_and_order_of_rows(name: str) -> None:
    given = evidence(artists=4, raters=4, rated=0.75)
    again, before = run(name, given), found(name)
    assert again.claim == before.claim
    assert again.attachments == before.attachments
    assert json.dumps(again.chart) == json.dumps(before.chart)
    shuffled = replace(
        given,
        ratings=given.ratings.sample(frac=1, random_state=5),
        measurements=given.measurements.sample(frac=1, random_state=6),
    )
    other = run(name, shuffled)
    assert other.claim == before.claim
    numbers = before.table.select_dtypes("number")
    np.testing.assert_allclose(numbers, other.table[numbers.columns], rtol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_simulated_raters_are_stamped(name: str) -> None:
    assert "SIMULATED" in drawn(found(name, simulated=True).chart, "a chart")
    assert "SIMULATED" not in drawn(found(name).chart, "a chart")


@pytest.mark.parametrize("name", NAMES)
def test_people_and_simulated_raters_are_never_mixed(name: str) -> None:
    given = evidence(artists=4)
    mixed = pd.concat([given.ratings, given.ratings.assign(simulated=True)])
    with pytest.raises(TableError):
        run(name, replace(given, ratings=mixed))


@pytest.mark.parametrize("name", NAMES)
def test_one_rater_is_answered_and_what_cannot_be_had_is_said(name: str) -> None:
    finding = run(name, evidence(artists=5, raters=1))
    assert "no interval" in finding.claim or "undefined" in finding.claim
