"""Metrics against raters as a grid: which levels there are, and what they speak about."""

import numpy as np
import pandas as pd
import pytest

from evaluation import ratings
from evaluation.analyses import ANALYSES, Finding
from evaluation.evidence import Evidence
from evaluation.findings.metric_levels import Grid, gridded
from evaluation.measuring import measurements
from evaluation.measuring.measurements import wide
from evaluation.ratings import answers_to, repeated
from evaluation.statistics import meta
from tests.evaluation.tables import measurements_table, ratings_table

METRICS = ["lpips", "ssim"]


def answered(**changes: object) -> pd.DataFrame:
    table = ratings.checked(ratings_table(raters=12, artworks=6, **changes))
    found = answers_to(table, "acceptability")
    return found.assign(score=found["value"])


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    return answered()


def grid_of(answers: pd.DataFrame, metrics: pd.DataFrame | None = None) -> Grid:
    table = measurements_table(answers) if metrics is None else metrics
    values = wide(measurements.checked(table), sorted(table["metric"].unique())[:2])
    return gridded(answers, values, 1, seed=1, replicates=200, level=0.95)


def run(answers: pd.DataFrame, table: pd.DataFrame, **settings: object) -> Finding:
    analysis = ANALYSES.build("metric_validity", {"replicates": 200, **settings})
    return analysis.run(Evidence(answers, measurements.checked(table)), seed=3)


def test_the_table_is_the_grid_that_meta_takes(answers) -> None:
    grid = grid_of(answers)
    assert grid.human.shape == (12, 10, 6)
    assert grid.levels == ["none", "group-by-item", "condition", "group-by-condition"]
    assert not grid.held
    means = answers.groupby("item")["score"].mean()
    values = measurements_table(answers).query("metric == 'lpips'").set_index("item")["value"]
    expected = means.corr(-values[means.index], method="spearman")
    assert grid.agreement("none", 0).value == pytest.approx(expected)
    direct = meta.agreement(grid.human, grid.metrics[0], by="none", coefficient="spearman")
    assert grid.agreement("none", 0) == direct


def test_few_conditions_are_held_and_two_metrics_compared_by_a_bootstrap(answers) -> None:
    few = answers[answers["protection"] != "glaze"]
    few = few[few["purification"] == "none"]
    grid = grid_of(few)
    assert grid.conditions == 3
    assert grid.held
    assert "conditions held" in grid.agreement("none", 0).method
    tests = {by: {found.test for found in grid.differences(by)} for by in grid.levels}
    assert tests["none"] == {"bootstrap of both"}
    assert tests["condition"] == {"Williams"}
    assert all(np.isnan(found.p) for found in grid.differences("condition"))


def test_many_conditions_are_a_sample_and_are_permuted(answers) -> None:
    found = grid_of(answers).differences("none")
    assert [each.test for each in found] == ["permutation of conditions"]


def test_a_metric_that_is_the_same_everywhere_tells_nothing_apart(answers) -> None:
    flat = pd.DataFrame({"item": answers["item"].unique(), "metric": "flat", "value": 1.0})
    both = pd.concat([measurements_table(answers), flat], ignore_index=True)
    finding = run(answers, both, metrics=["lpips", "flat"])
    rows = finding.table.set_index(["metric", "level"])
    assert rows.loc["flat"]["agreement"].isna().all()
    assert rows.loc["flat"]["method"].str.contains("the same everywhere|does not vary").all()
    assert (rows.loc["flat"]["verdict"] == "cannot tell").all()
    assert rows.loc["LPIPS"]["agreement_low"].notna().all()
    assert "nothing can be said of flat: a metric that is the same everywhere" in finding.claim


def test_a_second_picture_of_an_artwork_counts_as_a_second_artwork(answers) -> None:
    twice = pd.concat([answers, answers.assign(item="again " + answers["item"])])
    assert grid_of(twice).human.shape == (12, 10, 12)


def test_artworks_without_a_name_leave_the_level_within_them_out(answers) -> None:
    nameless = answers.assign(artwork="", cluster=answers["item"])
    grid = grid_of(nameless)
    assert "group-by-item" not in grid.levels
    assert grid.agreement("none", 0).has_interval
    assert not grid.chance("none", 0).defined
    assert any("not named" in note for note in run(nameless, measurements_table(nameless)).notes)


def test_one_condition_speaks_of_other_pictures(answers) -> None:
    one = answers[(answers["protection"] == "clean") & (answers["purification"] == "jpeg-75")]
    grid = grid_of(one)
    assert grid.levels == ["none"]
    finding = run(one, measurements_table(one))
    assert any("speak of other raters and other pictures" in note for note in finding.notes)


def test_chance_is_around_nothing_and_pairs_are_counted(answers) -> None:
    finding = run(answers, measurements_table(answers), metrics=METRICS)
    ranks = next(e for e in finding.exhibits if e.title.startswith("Rank correlations"))
    assert (ranks.table["chance_low"] < 0).all()
    assert (ranks.table["chance_high"] > 0).all()
    pairs = next(e for e in finding.exhibits if e.title.startswith("Pairs of pictures"))
    rows = pairs.table.set_index(["metric", "level"])
    assert rows.loc[("LPIPS", "within artworks"), "share_pairs"] > 0.6
    assert rows["share_calibrated"].notna().sum() == 2
    guess = rows["share_guess"]
    assert (guess.sub(0.5).abs() < 0.2).all()
    assert guess.loc[("LPIPS", "conditions")] == pytest.approx(0.49, abs=0.02)
    assert "these raters held" in pairs.caption


def test_answers_given_twice_are_found_and_counted_for_nothing_else() -> None:
    table = ratings_table(raters=6, artworks=4)
    again = table[table["position"] == 3].assign(repeat_of="T-1", trial="again")
    again["value"] = (again["value"] + 1).clip(upper=5)
    both = ratings.checked(pd.concat([table, again], ignore_index=True))
    pairs = repeated(both, "acceptability")
    assert len(pairs) == 6
    assert (pairs["second"] >= pairs["first"]).all()
    finding = ANALYSES.build("agreement", {"questions": ["acceptability"]}).run(
        Evidence(both), seed=1
    )
    once = ANALYSES.build("agreement", {"questions": ["acceptability"]}).run(
        Evidence(ratings.checked(table)), seed=1
    )
    assert finding.claim == once.claim
    names = set(finding.exhibits[0].table["coefficient"])
    assert "same rater again: weighted kappa (quadratic)" in names
    assert names - set(once.exhibits[0].table["coefficient"]) == {
        name for name in names if name.startswith("same rater again")
    }


def test_agreement_gives_other_levels_of_measurement_and_icc_where_the_scale_allows(
    answers,
) -> None:
    def coefficients(measurement: str, table: pd.DataFrame) -> set[str]:
        found = ANALYSES.build(
            "agreement", {"questions": ["acceptability"], "measurement": measurement}
        ).run(Evidence(table), seed=1)
        return set(found.exhibits[0].table["coefficient"])

    ordinal = coefficients("ordinal", answers)
    assert {"Krippendorff's alpha, nominal", "Krippendorff's alpha, interval"} <= ordinal
    assert "ICC(A,1): one answer" in ordinal
    assert "Gwet's AC2 (ordinal weights)" in ordinal
    nominal = coefficients("nominal", answers)
    assert "Gwet's AC1" in nominal
    assert not any("ICC" in name for name in nominal)
    yes_no = answers.assign(value=(answers["value"] > 3) + 1.0, scale=2.0)
    assert not any("ICC" in name for name in coefficients("ordinal", yes_no))
