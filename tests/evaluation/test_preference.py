"""Preferences: shares of choices, “not sure” both ways, strengths, and what they rest on."""

import numpy as np
import pytest
from pandas import DataFrame, concat

from evaluation.analyses.preference import Preference
from evaluation.evidence import Evidence
from evaluation.ratings import TableError, checked
from evaluation.reporting.report import fingerprint
from evaluation.statistics.examples import comparisons


def evidence(pairs: DataFrame, question: str = "quality") -> Evidence:
    """The pairs, and an answer for each."""
    told = pairs.assign(
        question=question, artist="", repeat_of="", gold=False, excluded=False
    ).assign(item=[f"item-{n:04d}" for n in range(len(pairs))])
    answers = DataFrame(
        {
            "participant": told["participant"],
            "item": told["item"],
            "question": question,
            "value": np.where(told["first_won"] == 0.5, np.nan, 2 - told["first_won"]),
            "scale": 2,
            "protection": "",
            "simulated": True,
        }
    )
    return Evidence(checked(answers), pairs=told)


def test_shares_leave_out_who_was_not_sure_and_split_them_beside():
    pairs = comparisons()
    finding = Preference().run(evidence(pairs), seed=1)
    row = finding.table[
        (finding.table["condition"] == "clean") & (finding.table["against"] == "veil-16")
    ].iloc[0]
    there = pairs[pairs[["first", "second"]].isin(["clean", "veil-16"]).all(axis=1)]
    won = there["first_won"].where(there["first"] == "clean", 1 - there["first_won"])
    assert row["n"] == len(there)
    assert row["not_sure"] == (won == 0.5).sum() > 0
    assert row["share"] == pytest.approx(won[won != 0.5].mean())
    assert row["share_split"] == pytest.approx(won.mean())
    assert row["share_low"] < row["share"] < row["share_high"]
    assert row["share_joint_low"] <= row["share_low"]
    assert any("Davidson" in note for note in finding.notes)


def test_strengths_are_those_of_davidson_and_order_the_conditions():
    finding = Preference().run(evidence(comparisons()), seed=1)
    table = next(e.table for e in finding.exhibits if e.title == "Strengths: quality")
    strengths = table.set_index("condition")["strength"]
    assert strengths.idxmax() == "clean"
    assert strengths["clean"] == pytest.approx(1.22, abs=0.005)  # docs/statistics/pairs.md
    assert strengths.sum() == pytest.approx(0, abs=1e-6)
    assert any(e.title.startswith("All differences") for e in finding.exhibits)


def test_a_preference_is_claimed_only_beyond_chance_over_all_pairs():
    rng = np.random.default_rng(5)
    rows = [
        {
            "participant": f"r{r}", "artwork": f"w{w}", "simulated": True,
            "first": "a" if w % 2 else "b", "second": "b" if w % 2 else "a",
            "first_won": float(rng.random() < 0.5),
        }
        for r in range(12) for w in range(12)
    ]  # fmt: skip
    finding = Preference().run(evidence(DataFrame(rows)), seed=1)
    assert finding.table["verdict"].tolist() == ["no preference shown"]
    assert "not beyond chance" in finding.claim


def test_a_condition_that_always_won_has_a_strength_under_a_stated_prior():
    rows = [
        {
            "participant": f"r{r}", "artwork": f"w{w}", "simulated": True,
            "first": ("a", "b")[(r + w) % 2], "second": ("b", "a")[(r + w) % 2],
            "first_won": float((r + w) % 2 == 0),
        }
        for r in range(6) for w in range(6)
    ]  # fmt: skip
    finding = Preference().run(evidence(DataFrame(rows)), seed=1)
    assert finding.table["share"].tolist() == [1.0]
    assert finding.table["share_low"].iloc[0] > 0.5
    strengths = finding.exhibits[0].table
    assert np.isfinite(strengths["strength"]).all()
    assert strengths["method"].str.contains("prior").all()


def test_rows_that_do_not_count_are_left_out_and_other_groups_with_them():
    given = evidence(comparisons())
    half = given.pairs.index < 100
    fewer = Evidence(given.ratings, pairs=given.pairs.assign(excluded=half))
    whole, part = (Preference().run(e, seed=1).table["n"].sum() for e in (given, fewer))
    assert whole - part == 100
    strangers = given.pairs.assign(participant="s" + given.pairs["participant"])
    both = Evidence(given.ratings, pairs=concat([given.pairs, strangers]))
    assert Preference().run(both, seed=1).table["n"].sum() == whole


def test_a_study_that_compares_nothing_is_told_so():
    given = evidence(comparisons())
    with pytest.raises(TableError, match=r"study\.compare"):
        Preference().run(Evidence(given.ratings), seed=1)
    with pytest.raises(TableError, match="Nobody answered “style”"):
        Preference(questions=("style",)).run(given, seed=1)


def test_a_report_is_computed_anew_when_pairs_change():
    given = evidence(comparisons())
    turned = Evidence(given.ratings, pairs=given.pairs.assign(first_won=0.5))
    assert fingerprint({}, given, None) != fingerprint({}, turned, None)
