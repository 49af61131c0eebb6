"""What the analyses agreement and metric_validity say: populations, yes-or-no metrics, ranks."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from config.plugins import PluginError
from evaluation import groups, ratings
from evaluation.analyses import ANALYSES, Finding
from evaluation.evidence import Evidence
from evaluation.findings.binary_metrics import chance_of, margin_of, with_margins
from evaluation.measuring import measurements
from evaluation.reporting.report import compose
from tests.evaluation.tables import genre_table, mimicry_table, ratings_table

OF_PSR: dict[str, Any] = {"question": "mimicry_success", "of": "psr", "replicates": 200}


def run(name: str, table: pd.DataFrame, scores: pd.DataFrame | None = None, **how: Any) -> Finding:
    measured = measurements.empty() if scores is None else measurements.checked(scores)
    return ANALYSES.build(name, how).run(Evidence(table, measured), seed=2)


@pytest.fixture(scope="module")
def both() -> pd.DataFrame:
    parts = [ratings_table(raters=12, artworks=6, population=name) for name in ("artists", "crowd")]
    table = pd.concat(parts, ignore_index=True)
    return ratings.checked(table[table["question"] == "acceptability"])


@pytest.fixture(scope="module")
def mimicked() -> pd.DataFrame:
    return ratings.checked(mimicry_table())


def test_the_old_name_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(PluginError, match=r"no analysis called “metric_association”.*validity"):
        ANALYSES.load("metric_association")


def test_populations_are_compared_in_a_part_of_its_own_and_never_pooled(both) -> None:
    document = compose(
        title="t", facts=[], plan={"agreement": {"replicates": 200}}, evidence=Evidence(both),
        participants=None, seed=1,
    )  # fmt: skip
    (section,) = document["sections"]
    names = [block["group"] for block in section["blocks"]]
    assert names == ["artists", "crowd", "artists and crowd compared"]
    last = section["blocks"][-1]
    assert not last["problem"]
    assert "of one of them and one of the crowd" in last["claim"]
    assert "rank correlation over conditions" in last["claim"]
    for block in section["blocks"][:2]:
        assert not any(said.startswith("Only ") for said in block["limits"])


def test_simulated_raters_are_never_compared_with_people(both) -> None:
    made_up = both.assign(population="crowd", simulated=True)
    people = both[both["population"] == "artists"]
    found = groups.compared(pd.concat([people, made_up]))
    assert found == []
    (group,) = groups.compared(both.assign(simulated=True))
    assert group.name == "SIMULATED artists and crowd compared"


def test_one_population_alone_is_told_what_is_missing(both) -> None:
    alone = both[both["population"] == "artists"]
    finding = ANALYSES.build("agreement", {}).run(Evidence(alone).of(alone), seed=1)
    assert any("Only artists answered" in said for said in finding.limits)
    assert finding.claim


def test_a_noisier_crowd_needs_more_raters_to_equal_an_artist() -> None:
    rng = np.random.default_rng(1)
    table = ratings_table(raters=30, artworks=8, each=60)
    table = table[table["question"] == "acceptability"].copy()
    crowd = table["participant"] >= "P-AR012"
    noisy = table["value"] + np.where(crowd, rng.normal(0, 1.5, len(table)), 0.0)
    table["value"] = noisy.round().clip(1, 5).astype(int)
    table.loc[crowd, "population"] = "crowd"
    row = run("agreement", ratings.checked(table), replicates=300).table.iloc[0]
    assert row["others_per_expert"] > 1.5
    assert row["expert_expert"] > row["expert_other"] > row["other_other"]
    assert row["true_scores"] == pytest.approx(1.0, abs=0.1)
    assert row["same_order"] > 0.7


def test_without_a_population_of_that_name_the_first_stands_in_its_place(both) -> None:
    finding = run("agreement", both, experts="painters", replicates=200)
    assert any("No population is called “painters”: artists stand" in n for n in finding.notes)


def test_the_ceiling_is_given_by_level_and_for_single_raters(both) -> None:
    finding = run("agreement", both[both["population"] == "crowd"])
    table = next(e.table for e in finding.exhibits if e.title.startswith("The ceiling"))
    found = table.set_index("level")["ceiling"]
    assert found["conditions"] > found["within conditions"]
    lower = found["single raters, with the mean of the others"]
    assert lower < found["single raters, with the mean of all"] < 1


def test_a_yes_or_no_metric_brings_its_margin_and_says_both_levels_on_one_line(mimicked) -> None:
    finding = run(
        "metric_validity", mimicked, genre_table(mimicked), metrics=["clip_genre.correct"], **OF_PSR
    )
    assert set(finding.table["metric"]) == {"CLIP genre: correct", "CLIP genre: margin"}
    assert (
        "over conditions, 0.75 [0.48, 0.91] within artworks where guessing gives 0.4"
        in (finding.sentences[0])
    )
    assert "where guessing would be right about 8%" in finding.sentences[0]
    beside = next(e.table for e in finding.exhibits if e.title.startswith("Yes-or-no"))
    assert beside["metric"].tolist() == ["CLIP genre: correct", "CLIP genre: margin"]
    assert beside["share_by_chance"].iloc[0] == pytest.approx(3 / 39)


def test_a_margin_that_was_not_measured_is_missed(mimicked) -> None:
    genres = genre_table(mimicked)
    only = genres[genres["metric"] == "clip_genre.correct"]
    finding = run("metric_validity", mimicked, only, metrics=["clip_genre.correct"], **OF_PSR)
    assert "the margin behind it was not measured" in finding.sentences[0]


def test_margins_and_chance_levels_are_found_by_the_plugins_parts() -> None:
    legacy = "clip_genre(mode=legacy).correct"
    assert margin_of(legacy) == "clip_genre(mode=legacy).margin"
    assert margin_of("lpips") is None
    assert with_margins([legacy, "lpips"], ["lpips"]) == [legacy, "lpips"]
    assert chance_of(legacy) == pytest.approx(3 / 39)
    assert chance_of("clip_genre(labels=4#abc).correct") is None
    assert chance_of("theirs.correct") is None


def test_success_is_told_from_failure_and_held_against_other_raters(mimicked) -> None:
    finding = run(
        "metric_validity", mimicked, genre_table(mimicked), metrics=["clip_genre.margin"], **OF_PSR
    )
    areas = next(e.table for e in finding.exhibits if "ROC" in e.title).set_index("score")
    assert areas.loc["CLIP genre: margin", "area_low"] > 0.7
    assert areas["area"].iloc[1] < areas["area"].iloc[2]
    curve = next(e.table for e in finding.exhibits if e.title.startswith("Calibration")).iloc[0]
    assert curve["slope_low"] < 1 < curve["slope_high"]
    assert 0 < curve["brier_score"] < 0.25


def test_how_much_is_enough_is_a_setting(mimicked) -> None:
    how = {**OF_PSR, "metrics": ["clip_genre.margin"]}
    words = [
        set(
            run("metric_validity", mimicked, genre_table(mimicked), enough=e, **how).table[
                "verdict"
            ]
        )
        for e in (0.3, 0.99)
    ]
    assert "stands in" in words[0]
    assert "stands in" not in words[1]
