"""What every analysis promises, and what each of them finds in tables where the truth is known."""

import json
from functools import cache

import numpy as np
import pandas as pd
import pytest

from config.plugins import PluginError
from evaluation import ratings
from evaluation.analyses import ANALYSES, Finding, agreement
from evaluation.charts.figures import drawn
from evaluation.evidence import Evidence
from evaluation.measuring import measurements
from evaluation.ratings import TableError
from evaluation.statistics.clustered import clustered_share
from evaluation.statistics.estimate import Estimate
from tests.evaluation.tables import (
    genre_table,
    measurements_table,
    mimicry_table,
    ratings_table,
)

QUICK = {
    name: {"replicates": 200}
    for name in ("agreement", "metric_validity", "psr", "clip_genre_shift")
}
OF_MIMICRY = ("psr", "clip_genre_shift")
OWN_TABLES = {
    "artifact_map", "attribution", "calibrated_metric", "decision_errors", "detection",
    "generality", "genre_choice", "jnd", "metric_assisted", "preference", "quality_blindness",
    "set_quality", "thresholds",
}  # fmt: skip
"""Analyses that ask for more than these tables hold: their tests make their own."""
NAMES = [name for name in ANALYSES.names() if name not in OWN_TABLES]


@cache
def answered(of_mimicry: bool, *, raters: int = 20, simulated: bool = False) -> pd.DataFrame:
    if of_mimicry:
        return ratings.checked(mimicry_table(raters=raters, simulated=simulated))
    return ratings.checked(ratings_table(raters=raters, artworks=8, simulated=simulated))


@pytest.fixture
def of_mimicry(request: pytest.FixtureRequest) -> bool:
    """Whether the analysis under test asks about mimicry."""
    asked = getattr(request.node, "callspec", None)
    return asked is not None and asked.params.get("name") in OF_MIMICRY


@pytest.fixture
def table(of_mimicry: bool) -> pd.DataFrame:
    return answered(of_mimicry)


@pytest.fixture
def metrics(of_mimicry: bool, table: pd.DataFrame) -> pd.DataFrame:
    return measurements.checked((genre_table if of_mimicry else measurements_table)(table))


def run(name: str, table: pd.DataFrame, measured: pd.DataFrame, **settings: object) -> Finding:
    analysis = ANALYSES.build(name, {**QUICK.get(name, {}), **settings})
    return analysis.run(Evidence(table, measured), seed=3)


@pytest.mark.parametrize("name", NAMES)
def test_every_analysis_gives_a_claim_with_an_interval_a_table_and_a_chart(
    name, table, metrics
) -> None:
    finding = run(name, table, metrics)
    assert "[" in finding.claim
    assert finding.claim.endswith(".")
    assert len(finding.table)
    assert "<svg" in drawn(finding.chart, "a chart")
    assert finding.notes
    assert finding.caption


@pytest.mark.parametrize("name", NAMES)
def test_every_number_of_every_analysis_has_an_interval_and_an_n(name, table, metrics) -> None:
    columns = set(run(name, table, metrics).table.columns)
    assert "n" in columns
    values = {
        "share", "mean", "alpha", "agreement", "share_ceiling", "kendall", "share_accuracy",
        "share_shift",
        "share_psr_answers", "share_psr_items",
    } & columns  # fmt: skip
    assert values
    for value in values:
        assert {f"{value}_low", f"{value}_high"} <= columns


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_gives_the_same_finding(name, table, metrics) -> None:
    twice = [run(name, table, metrics) for _ in range(2)]
    assert twice[0].claim == twice[1].claim
    pd.testing.assert_frame_equal(twice[0].table, twice[1].table)
    assert json.dumps(twice[0].chart) == json.dumps(twice[1].chart)


@pytest.mark.parametrize("name", NAMES)
def test_order_of_rows_does_not_matter(name, table, metrics) -> None:
    shuffled = table.sample(frac=1, random_state=5)
    before, after = (run(name, rows, metrics) for rows in (table, shuffled))
    assert before.claim == after.claim
    numbers = before.table.select_dtypes("number")
    np.testing.assert_allclose(numbers, after.table[numbers.columns], rtol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_simulated_raters_are_stamped_into_every_chart(name, of_mimicry, metrics) -> None:
    made_up = answered(of_mimicry, raters=12, simulated=True)
    finding = run(name, made_up, metrics)
    charts = [finding.chart, *(exhibit.chart for exhibit in finding.exhibits if exhibit.chart)]
    assert all("SIMULATED" in drawn(chart, "a chart") for chart in charts)
    assert "SIMULATED" not in drawn(
        run(name, made_up.assign(simulated=False), metrics).chart, "a chart"
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_mixed_table_is_refused(name, table, metrics) -> None:
    mixed = pd.concat([table, table.assign(simulated=True)])
    with pytest.raises(TableError):
        run(name, mixed, metrics)


@pytest.mark.parametrize("name", NAMES)
def test_one_rater_is_answered_without_intervals(name, table, metrics) -> None:
    alone = table[table["participant"] == table["participant"].iloc[0]]
    finding = run(name, alone, metrics)
    if name == "clip_genre_shift":  # CLIP's own intervals rest on no rater
        assert finding.table["share_psr_answers_low"].isna().all()
    else:
        assert "no interval" in finding.claim or "undefined" in finding.claim


@pytest.mark.parametrize("name", NAMES)
def test_unknown_settings_are_refused(name) -> None:
    with pytest.raises(PluginError, match="there is no setting “colour”"):
        ANALYSES.build(name, {"colour": "red"})


def test_shares_are_those_of_the_statistic(table, metrics) -> None:
    rows = run("acceptability", table, metrics).table.set_index("condition")
    mine = table[
        (table["protection"] == "glaze") & (table["budget"] == "0.03")
        & (table["purification"] == "jpeg-75") & (table["question"] == "acceptability")
    ]  # fmt: skip
    direct = clustered_share(mine["value"] >= 4, mine["participant"], mine["artwork"])
    row = rows.loc["glaze 0.03 · jpeg-75"]
    assert (row["share"], row["share_low"], row["share_high"]) == pytest.approx(
        (direct.estimate.value, direct.estimate.low, direct.estimate.high)
    )
    assert row["n"] == len(mine)


def test_the_cut_is_a_setting_and_is_said(table, metrics) -> None:
    strict = run("acceptability", table, metrics, willing_from=5)
    assert any("an answer of 5 or more on the scale of 5" in note for note in strict.notes)
    usual = run("acceptability", table, metrics)
    assert (strict.table["share"] <= usual.table["share"]).all()
    with pytest.raises(TableError, match="willing_from is 6"):
        run("acceptability", table, metrics, willing_from=6)


def test_a_strong_fall_is_called_significant_and_no_change_is_not() -> None:
    found = run("acceptability", ratings.checked(ratings_table(raters=30, artworks=10)),
                measurements.empty())  # fmt: skip
    assert any(s.startswith("glaze 0.07 against clean: −") and ", significant" in s
               for s in found.sentences)  # fmt: skip
    flat = ratings.checked(ratings_table(raters=30, artworks=10))
    rng = np.random.default_rng(6)
    flat = flat.assign(value=rng.integers(1, 6, len(flat)).astype(float))
    assert all(
        "not significant" in s for s in run("acceptability", flat, measurements.empty()).sentences
    )


@pytest.mark.parametrize("left", [["protection", "budget"], ["budget"]])
def test_a_table_that_names_no_untouched_arm_gets_no_claim_about_one(table, metrics, left) -> None:
    finding = run("acceptability", table.drop(columns=left).pipe(ratings.checked), metrics)
    assert "untouched" not in finding.claim + finding.caption + " ".join(finding.sentences)
    assert "  " not in finding.claim


def test_without_a_clean_arm_neighbours_are_still_compared(table, metrics) -> None:
    finding = run("acceptability", table[table["protection"] != "clean"], metrics)
    assert any("no untouched arm" in note for note in finding.notes)
    assert [s.split(":")[0] for s in finding.sentences] == [
        "glaze 0.07 against glaze 0.03",
        "photoguard 0.0627 against photoguard 0.0157",
    ]


def test_unmeasured_pictures_leave_out_the_second_chart_only(table) -> None:
    finding = run("acceptability", table, measurements.empty())
    assert finding.exhibits[0].title == "How the answers fall"


def test_agreement_within_conditions_is_lower_than_over_all_pictures(table, metrics) -> None:
    rows = run("agreement", table, metrics).table.set_index(["question", "scope"])["alpha"]
    assert rows["acceptability", "all pictures"] > rows["acceptability", "within conditions"] + 0.1
    assert len(rows) == 2 * (2 + 10)


def test_metrics_that_follow_the_dose_foretell_acceptability(table, metrics) -> None:
    finding = run("metric_validity", table, metrics)
    rows = finding.table.set_index(["metric", "level"])
    assert set(rows.index.get_level_values("level")) == {
        "all pictures", "within painters", "within artworks", "conditions", "within conditions",
    }  # fmt: skip
    over = rows.drop(index="within conditions", level="level")
    assert (over["agreement"] > 0.4).all()
    assert (over["ceiling"] > over["agreement"]).all()
    assert any("Not measured: L∞ and L2" in note for note in finding.notes)


def test_a_metric_that_is_noise_is_told_from_one_that_is_not(table, metrics) -> None:
    rng = np.random.default_rng(7)
    items = table["item"].unique()
    noise = pd.DataFrame(
        {"item": items, "metric": "noise", "value": rng.normal(size=len(items)), "version": ""}
    )
    both = pd.concat([metrics, noise])
    finding = run("metric_validity", table, both, metrics=["lpips", "noise"], replicates=600)
    (said,) = (s for s in finding.sentences if s.startswith("Over all pictures, these differ"))
    assert "LPIPS minus noise" in said
    assert said.endswith("together: LPIPS; noise.")
    verdicts = finding.table.set_index(["metric", "level"])["verdict"]
    assert verdicts["noise", "all pictures"] == "falls short"
    assert verdicts["LPIPS", "conditions"] == "stands in"


def test_distances_are_turned_round(table, metrics) -> None:
    turned = metrics.assign(value=metrics["value"].where(metrics["metric"] != "lpips", 0.0))
    lpips = metrics[metrics["metric"] == "lpips"]
    flipped = pd.concat([lpips, lpips.assign(metric="closeness", value=-lpips["value"]), turned])
    flipped = flipped.drop_duplicates(["item", "metric"])
    rows = run("metric_validity", table, flipped, metrics=["lpips", "closeness"]).table
    by_metric = rows.set_index(["metric", "level"])["agreement"]
    assert by_metric["LPIPS"].tolist() == by_metric["closeness"].tolist()


def test_nothing_measured_is_said(table) -> None:
    with pytest.raises(TableError, match=r"run .manage.py measure. first"):
        run("metric_validity", table, measurements.empty())


def _spans(name: str) -> Estimate:
    low, high = {"below": (-0.4, -0.1), "across": (-0.1, 0.8), "above": (0.2, 0.7)}[name]
    return Estimate((low + high) / 2, low, high, 0.1, 0.95, 10, "bootstrap")


def test_agreement_is_said_no_surer_than_its_interval() -> None:
    alone = Estimate.without_interval(0.48, level=0.95, n=4, reason="two raters only")
    said = [agreement._against_chance(e) for e in (_spans("above"), _spans("across"), alone)]
    assert said[0].endswith("less than chance would have them")
    assert said[1].endswith("but the interval does not exclude chance agreement")
    assert said[2].endswith("without an interval chance agreement is not excluded")
