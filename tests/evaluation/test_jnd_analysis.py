"""The analysis in just noticeable differences: scale, ladders, what it says and what it refuses."""

import numpy as np
import pytest
from pandas import DataFrame

from evaluation.analyses import Finding
from evaluation.analyses.jnd import Jnd
from evaluation.charts import plots
from evaluation.charts.figures import drawings
from evaluation.evidence import Evidence
from evaluation.ratings import TableError, checked
from evaluation.statistics.examples import triplets
from evaluation.statistics.examples.making import JND

EMPTY = {"purification": "none", "mimicry": "none", "degradation": "none", "dose": "0"}


def evidence(boosted: bool = True, clean: bool = True, degraded: bool = False) -> Evidence:
    """The example triplets as a study exports them: a protection at four budgets, or a ladder."""
    told = triplets()
    told = told if boosted else told[told["boosted"] == 0]
    told = told if clean else told[(told["first"] != "0") & (told["second"] != "0")]
    told = told.reset_index(drop=True)
    sides = {}
    for side in ("first", "second"):
        budget = told[side]
        name = "jpeg" if degraded else "veil"
        sides |= {f"{side}_{factor}": level for factor, level in EMPTY.items()}
        sides[f"{side}_protection"] = np.where(degraded | (budget == "0"), "clean", name)
        sides[f"{side}_budget"] = "0" if degraded else budget
        if degraded:
            sides[f"{side}_degradation"] = np.where(budget == "0", "none", name)
            sides[f"{side}_dose"] = budget
        sides[side] = np.where(budget == "0", "clean", f"{name} · " + budget)
    question = np.where(told["boosted"] == 1, "more_distorted_boosted", "more_distorted")
    pairs = told.assign(
        **sides,
        question=question,
        item=[f"item-{n:04d}" for n in range(len(told))],
        artist="",
        repeat_of="",
        gold=False,
        excluded=False,
    )
    answers = DataFrame(
        {
            "participant": told["participant"],
            "item": pairs["item"],
            "question": question,
            "value": np.where(told["first_more"] == 0.5, np.nan, 2 - told["first_more"]),
            "scale": 2,
            "simulated": True,
        }
    )
    return Evidence(checked(answers), pairs=pairs.rename(columns={"first_more": "first_won"}))


@pytest.fixture(scope="module")
def finding() -> Finding:
    return Jnd().run(evidence(), seed=1)


def test_every_level_has_a_distance_with_an_interval_that_holds_the_truth(finding: Finding):
    assert list(finding.table["condition"]) == [f"veil · {b}" for b in JND if b != "0"]
    for row, true in zip(finding.table.itertuples(), list(JND.values())[1:], strict=True):
        assert row.jnd_low < true < row.jnd_high
    assert set(finding.table["unit"]) == {"JND"}
    assert "SIMULATED" in str(finding.chart)


def test_the_claim_is_the_budget_at_one_jnd(finding: Finding):
    (exhibit,) = finding.exhibits
    row = exhibit.table.iloc[0]
    assert (row["ladder"], row["of"], row["target"]) == ("veil", "budget", 1.0)
    assert row["amount_low"] < 0.04 < row["amount_high"]
    assert finding.claim.startswith("veil: 1 JND at a budget of 0.0")


def test_what_was_not_sure_and_how_much_boosting_helped_are_said(finding: Finding):
    assert any(
        "not sure; they mean that the difference lay within a band" in n for n in finding.notes
    )
    assert any("Boosting made differences" in said for said in finding.sentences)
    assert any("one factor for all levels" in note.replace("\n", " ") for note in finding.notes)


def test_halving_what_was_not_sure_is_a_setting_and_said():
    halved = Jnd(halves=True).run(evidence(), seed=1)
    assert any("half a choice for each" in note for note in halved.notes)


def test_boosted_pictures_alone_are_not_passed_off_as_plain_ones():
    told = evidence()
    only = Evidence(
        told.ratings, pairs=told.pairs[told.pairs["question"] == "more_distorted_boosted"]
    )
    finding = Jnd().run(only, seed=1)
    assert set(finding.table["unit"]) == {"boosted JND"}
    assert any("Only boosted pictures" in note for note in finding.notes)


def test_doses_of_a_degradation_are_a_ladder_too():
    finding = Jnd(targets=(1.0, 2.0)).run(evidence(degraded=True), seed=1)
    table = finding.exhibits[0].table
    assert list(table["of"]) == ["dose", "dose"]
    assert finding.claim.startswith("jpeg: 1 JND at a dose of 0.0")
    assert table["amount"].is_monotonic_increasing


def test_without_the_untouched_pictures_there_is_no_zero():
    with pytest.raises(TableError, match="begins at the untouched pictures, of which none was"):
        Jnd().run(evidence(clean=False), seed=1)


def test_a_study_that_compared_nothing_is_told_what_it_needs():
    told = evidence()
    with pytest.raises(TableError, match="aic3_triplet"):
        Jnd().run(Evidence(told.ratings), seed=1)


def test_a_reference_nobody_compared_is_refused():
    with pytest.raises(TableError, match="Nobody compared “mesh”"):
        Jnd(reference="mesh").run(evidence(), seed=1)


def test_answers_that_are_left_out_change_the_scale():
    told = evidence()
    left_out = told.pairs.assign(excluded=told.pairs["participant"] == "r01")
    finding = Jnd().run(Evidence(told.ratings, pairs=left_out), seed=1)
    assert finding.table["raters"].max() == 29


@pytest.mark.parametrize("form", ["wide", "narrow"])
def test_the_chart_names_every_level(finding: Finding, form: str):
    drawn = drawings(finding.chart, "Levels")[form]
    assert [name for name in finding.table["condition"] if f">{name}</text>" not in drawn] == []


def test_levels_of_several_ladders_take_no_more_room_than_those_of_one(finding: Finding):
    rows = finding.table.assign(ladder=["one", "one", "two", "two"])
    options = {"row": "condition", "title": "", "domain": (0.0, 1.0), "simulated": False}
    order = list(rows["condition"])
    made = [
        plots.intervals(
            rows,
            ("jnd", "jnd_low", "jnd_high"),
            series=series,
            series_order=list(rows[series].unique()),
            order=order,
            **options,
        )
        for series in ("unit", "ladder")
    ]
    assert made[0]["height"] == made[1]["height"]
