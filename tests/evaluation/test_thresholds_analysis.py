"""The budget that half accept, and the LPIPS there, where both are known."""

import numpy as np
import pandas as pd
import pytest

from evaluation.analyses import ANALYSES, Finding
from evaluation.evidence import Evidence
from evaluation.ratings import TableError, checked

BUDGETS = ("0.02", "0.05", "0.1", "0.2")
HALF, NINE = 0.1, 0.1 - np.log(9) / 40
"""Where the curve logit(share) = 40 (0.1 - budget) reaches one half and nine tenths."""


def study(*, raters: int = 30, works: int = 12, seed: int = 1, see: bool = True) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    rows = []
    for work in range(works):
        for budget in ("0", *BUDGETS):
            level = float(budget)
            for rater in draw.choice(raters, 8, replace=False):
                accepts = draw.random() < 1 / (1 + np.exp(-40 * (HALF - level)))
                sees = draw.random() < 0.1 + 0.9 / (1 + np.exp(-60 * (level - 0.06)))
                answers = {"acceptability": 5 if accepts else 2}
                if see:
                    answers["noticeability"] = 3 if sees and level else 1
                rows += [
                    {
                        "participant": f"P{rater}", "item": f"{work}-{budget}",
                        "artwork": f"work-{work}", "artist": "painter",
                        "protection": "glaze" if level else "clean", "budget": budget,
                        "question": question, "value": value, "scale": 5,
                    }
                    for question, value in answers.items()
                ]  # fmt: skip
    return checked(pd.DataFrame(rows))


def measured(table: pd.DataFrame) -> pd.DataFrame:
    """LPIPS twice the budget, and infinite for untouched pictures by a metric like PSNR."""
    items = table.drop_duplicates("item")
    value = 2 * items["budget"].astype(float)
    return pd.DataFrame({"item": items["item"], "metric": "lpips", "value": value, "version": ""})


def found(table: pd.DataFrame, measurements: pd.DataFrame | None = None, **settings) -> Finding:
    evidence = Evidence(table) if measurements is None else Evidence(table, measurements)
    return ANALYSES.build("thresholds", settings).run(evidence, seed=1)


def row(finding: Finding, question: str, target: float) -> pd.Series:
    table = finding.table.set_index(["question", "share_target"])
    return table.loc[(question, target)]


@pytest.fixture(scope="module")
def finding() -> Finding:
    table = study()
    return found(table, measured(table))


@pytest.mark.parametrize(("target", "truth"), [(0.5, HALF), (0.9, NINE)])
def test_the_budget_that_a_share_accepts_is_found(finding: Finding, target, truth) -> None:
    at = row(finding, "acceptability", target)
    assert at["budget_low"] < truth < at["budget_high"]
    assert at["budget"] == pytest.approx(truth, abs=0.02)


def test_lpips_at_that_point_is_given_beside_the_budget(finding: Finding) -> None:
    at = row(finding, "acceptability", 0.5)
    assert at["lpips"] == pytest.approx(2 * at["budget"], rel=0.02)
    assert "LPIPS" in " ".join(finding.sentences)


def test_seeing_a_change_rises_with_the_budget(finding: Finding) -> None:
    at = row(finding, "noticeability", 0.5)
    assert at["budget"] < HALF
    held = {each.name: each.held for each in finding.assumptions}
    assert held["Answers change with the budget (glaze, see a change)"] is True


def test_without_the_question_of_visibility_acceptance_stands_alone() -> None:
    assert set(found(study(see=False)).table["question"]) == {"acceptability"}


def test_an_untouched_picture_that_too_few_accept_has_no_budget() -> None:
    table = study()
    harsh = table.assign(value=table["value"].where(table.index % 3 > 0, 1.0))
    at = row(found(harsh), "acceptability", 0.9)
    assert np.isnan(at["budget"])
    assert "fewer than 90% accept it even where nothing was altered" in at["method"]


def test_where_everybody_accepts_no_curve_is_drawn() -> None:
    table = study(see=False).assign(value=5.0)
    finding = found(table)
    assert "no curve" in finding.claim
    assert finding.table["budget"].isna().all()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda t: t[t["protection"] == "clean"], "several budgets that are numbers"),
        (lambda t: t.assign(budget="strong", protection="glaze"), "several budgets"),
        (lambda t: t[t["question"] == "noticeability"], "Nobody was asked"),
    ],
)
def test_studies_without_a_ladder_of_budgets_are_told_what_is_missing(spoil, said) -> None:
    with pytest.raises(TableError, match=said):
        found(spoil(study()))
