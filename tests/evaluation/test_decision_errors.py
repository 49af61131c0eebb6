"""Conclusions by a metric against those of raters: every pair, winners, inflation, restoration."""

import numpy as np
import pandas as pd
import pytest

from evaluation.analyses import ANALYSES, Finding
from evaluation.evidence import Evidence
from evaluation.ratings import TableError, checked
from tests.evaluation.tables import mimicry_table

GENRE = "clip_genre.correct"


def measured(table: pd.DataFrame, **metrics) -> pd.DataFrame:
    """Each metric a function of an item's row; a little noise, which 0/1 metrics do without."""
    items, draw = table.drop_duplicates("item"), np.random.default_rng(5)
    rows = [
        {"item": row.item, "metric": name, "value": value(row), "version": ""}
        for name, value in metrics.items()
        for row in items.itertuples()
    ]
    found = pd.DataFrame(rows)
    noise = draw.normal(0, 0.02, len(found))
    found["value"] += np.where(found["metric"] == GENRE, 0.0, noise)
    return found


def far(row) -> float:
    """How far from the painter: as tests.evaluation.tables has it."""
    return {"clean": 0.1, "glazenone": 0.9, "glazeimpress": 0.3, "glazejpeg": 0.7}[
        row.protection + (row.purification if row.protection == "glaze" else "")
    ]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return checked(mimicry_table(raters=16, sets=10, painters=2))


def found(table: pd.DataFrame, measurements: pd.DataFrame, **settings) -> Finding:
    build = {"splits": 2, **settings}
    return ANALYSES.build("decision_errors", build).run(Evidence(table, measurements), seed=2)


def outcomes(finding: Finding) -> dict[str, dict[str, float]]:
    kinds = ["agreed", "neither", "missed", "false_alarm", "reversed"]
    return finding.table.set_index("by")[kinds].to_dict("index")


def test_a_good_metric_agrees_a_blind_one_misses_a_contrary_one_reverses(table) -> None:
    metrics = measured(
        table, lpips=far, good=lambda r: -far(r), blind=lambda r: 0.5, contrary=lambda r: far(r)
    )
    counts = outcomes(found(table, metrics))
    assert counts["LPIPS"]["agreed"] == counts["good"]["agreed"] == 6
    assert counts["blind"]["missed"] == 6
    assert counts["contrary"]["reversed"] == 6
    assert all(sum(each.values()) == pytest.approx(6) for each in counts.values())


def test_a_metric_that_sees_what_raters_do_not_raises_false_alarms(table) -> None:
    same = table.assign(value=3.0)
    draw = np.random.default_rng(1)
    same["value"] = draw.choice([2.0, 3.0], len(same))
    finding = found(same, measured(same, good=lambda r: -far(r)))
    assert outcomes(finding)["good"]["false_alarm"] == 6
    assert "cannot tell whether a metric would lead" in finding.claim


def test_another_panel_stands_beside_the_metrics(table) -> None:
    finding = found(table, measured(table, good=lambda r: -far(r)))
    assert "the other half of these raters" in outcomes(finding)
    assert "Two halves of these raters conclude otherwise in" in finding.claim
    assert "the other half of these raters" not in outcomes(
        found(table, measured(table, good=lambda r: -far(r)), splits=0)
    )


def test_the_wrong_winner_and_its_cost_are_told(table) -> None:
    finding = found(table, measured(table, contrary=far))
    won = next(e.table for e in finding.exhibits if e.title.startswith("Who wins"))
    row = won[won["contest"].str.startswith("purification")].iloc[0]
    assert (row["by_raters"], row["by_metric"]) == ("glaze 0.05 · impress", "glaze 0.05 · jpeg")
    success = table.assign(hit=table["value"] <= 2).groupby("purification")["hit"].mean()
    assert row["share_lost"] == pytest.approx(success["impress"] - success["jpeg"], abs=0.02)


def test_what_genre_accuracy_calls_success_is_set_beside_what_raters_do(table) -> None:
    metrics = measured(table, **{GENRE: lambda r: 1.0 if r.purification == "impress" else 0.0})
    finding = found(table, metrics)
    rows = next(e.table for e in finding.exhibits if e.title.startswith("Success of mimicry"))
    row = rows[rows["purification"] == "impress"].iloc[0]
    raters = 1 - (table[table["purification"] == "impress"]["value"] <= 2).mean()
    assert row["share_mimicry_by_metric"] == 1.0
    assert row["share_inflation"] == pytest.approx(1 - raters)
    assert row["share_inflation_low"] < row["share_inflation"] < row["share_inflation_high"]


def test_what_purification_gives_back_is_a_share_of_what_was_taken(table) -> None:
    finding = found(table, measured(table, good=lambda r: -far(r)))
    rows = next(e.table for e in finding.exhibits if e.title.startswith("How much")).set_index(
        ["condition", "by"]
    )
    value = rows.loc[("glaze 0.05 · impress", "good"), "share_restored"]
    assert value == pytest.approx((0.9 - 0.3) / (0.9 - 0.1), abs=0.03)
    psr = table.assign(hit=table["value"] <= 2).groupby(["protection", "purification"])["hit"]
    mean = psr.mean()
    taken = mean["clean", "none"] - mean["glaze", "none"]
    given = mean["glaze", "impress"] - mean["glaze", "none"]
    by_raters = rows.loc[("glaze 0.05 · impress", "raters"), "share_restored"]
    assert by_raters == pytest.approx(given / taken)


def test_degraded_pictures_are_no_conditions_of_a_decision(table) -> None:
    metrics = measured(table, good=lambda r: -far(r))
    worse = table.assign(degradation="blur", dose="2", item=table["item"] + "-blur")
    both = pd.concat([table, worse], ignore_index=True)
    assert outcomes(found(both, metrics)) == outcomes(found(table, metrics))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda t, m: (t[t["protection"] == "clean"], m), "one condition only"),
        (lambda t, m: (t, m.assign(item=m["item"] + "x")), "name items alike"),
        (lambda t, m: (t, m[:0]), "run `manage.py measure`"),
        (lambda t, m: (t, m.assign(value=np.inf)), "run `manage.py measure`"),
    ],
)
def test_what_cannot_be_decided_is_said(table, spoil, said: str) -> None:
    with pytest.raises(TableError, match=said):
        found(*spoil(table, measured(table, good=far)))


def test_a_metric_that_is_the_same_everywhere_concludes_nothing(table) -> None:
    constant = measured(table, **{GENRE: lambda r: 1.0})
    counts = outcomes(found(table, constant))["CLIP genre: correct"]
    assert counts["missed"] == 6
