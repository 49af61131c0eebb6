"""What metrics see of quality, where it is known; and ladders of degradation."""

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from benchmarks.simulated_ladder import Size, simulated
from config.plugins import PluginError
from evaluation.analyses import ANALYSES, Finding
from evaluation.charts.figures import drawn
from evaluation.evidence import Evidence
from evaluation.findings.verdicts import BLIND, SEES, sight
from evaluation.ratings import TableError
from evaluation.statistics.association.attributes import attributes
from evaluation.statistics.estimate import BadData, Estimate

METRICS = ["blind", "sees", "noise"]


@cache
def study(seed: int = 1) -> Evidence:
    return simulated(np.random.default_rng(seed), Size(5, 4, 24, 10))


def run(evidence: Evidence, **settings: object) -> Finding:
    analysis = ANALYSES.build("quality_blindness", {"metrics": METRICS, **settings})
    return analysis.run(evidence, seed=3)


def nobody(evidence: Evidence) -> Evidence:
    return replace(evidence, ratings=evidence.ratings.iloc[:0])


def undegraded(evidence: Evidence) -> Evidence:
    items = evidence.items[evidence.items["degradation"] == "none"]
    ratings = evidence.ratings[evidence.ratings["degradation"] == "none"]
    return replace(evidence, items=items, ratings=ratings)


def verdicts(finding: Finding) -> dict[str, str]:
    return dict(zip(finding.table["metric"], finding.table["verdict"], strict=True))


def test_a_blind_metric_is_found_blind_and_a_seeing_one_to_see() -> None:
    finding = run(study())
    said = verdicts(finding)
    assert said["blind"] == BLIND
    assert said["sees"] == SEES
    assert "blind is blind to quality" in finding.claim
    assert "depend on quality" in finding.claim
    assert finding.assumptions
    assert finding.limits


def test_the_ladder_says_where_each_series_first_changes() -> None:
    finding = run(study())
    steps = next(e.table for e in finding.exhibits if e.title.startswith("Where people stop"))
    notices = steps.set_index("series")["notices"]
    assert notices["raters: quality"] == "notices at 1"
    assert notices["sees"] == "notices at 1"
    assert "never" in notices["blind"] or "not shown" in notices["blind"]
    shares = next(e.table for e in finding.exhibits if "call it a success" in e.title)
    assert shares["share_success"].is_monotonic_decreasing
    half = float(steps.set_index("series")["half_point"]["raters: success"].split()[0])
    below = shares[shares["share_success"] < 0.5]["at dose"].iloc[0]
    assert 0 < half <= float(below)


def test_without_a_ladder_the_ratings_stand_alone_and_say_what_is_missing() -> None:
    finding = run(undegraded(study()))
    assert set(verdicts(finding)) >= set(METRICS)
    assert verdicts(finding)["blind"] != SEES
    assert any("the ladder is missing" in note for note in finding.notes)


def test_without_any_answers_the_ladder_stands_alone() -> None:
    finding = run(nobody(study()))
    assert set(finding.table["series"]) == set(METRICS)
    assert any("ratings is missing" in note for note in finding.notes)
    assert "sees: notices at 1" in finding.claim
    assert "SIMULATED" not in drawn(finding.chart, "a chart")


def test_without_either_half_both_reasons_are_given() -> None:
    with pytest.raises(TableError, match=r"ratings is missing.*ladder is missing"):
        run(undegraded(nobody(study())))


def test_metrics_that_were_not_measured_are_named() -> None:
    with pytest.raises(TableError, match="measure"):
        run(study(), metrics=["lpips"])
    finding = run(study(), metrics=["blind", "lpips"])
    assert "Not measured: LPIPS." in finding.notes


def test_nothing_is_called_blind_where_success_was_not_asked_for() -> None:
    finding = run(study(), success=None)
    assert verdicts(finding)["blind"] == "cannot tell"
    assert "not that quality matters" in finding.claim


def test_a_metric_that_is_the_same_everywhere_leaves_the_rest_standing() -> None:
    evidence = study()
    flat = evidence.measurements.copy()
    flat.loc[flat["metric"] == "noise", "value"] = 1.0
    finding = run(replace(evidence, measurements=flat))
    assert verdicts(finding)["noise"] == "cannot tell"
    assert verdicts(finding)["sees"] == SEES
    assert "noise: cannot tell: it is the same for every picture" in finding.claim


def test_infinite_values_are_taken_as_the_best_of_all() -> None:
    evidence = study()
    best = evidence.measurements.copy()
    bare = evidence.items[evidence.items["degradation"] == "none"]["item"]
    best.loc[(best["metric"] == "sees") & best["item"].isin(bare), "value"] = np.inf
    finding = run(nobody(replace(evidence, measurements=best)))
    assert "sees: notices at 1" in finding.claim


def test_two_raters_are_too_few_and_the_ladder_still_stands() -> None:
    evidence = study()
    few = evidence.ratings[evidence.ratings["participant"].isin(["P001", "P002"])]
    finding = run(replace(evidence, ratings=few))
    assert any("raters" in note and "missing" in note for note in finding.notes)
    assert "Along blur" in finding.claim


def test_order_of_rows_does_not_matter() -> None:
    evidence = study()
    shuffled = replace(
        evidence,
        ratings=evidence.ratings.sample(frac=1, random_state=1),
        measurements=evidence.measurements.sample(frac=1, random_state=2),
        items=evidence.items.sample(frac=1, random_state=3),
    )
    before, after = run(evidence), run(shuffled)
    assert before.claim == after.claim
    numbers = before.table.select_dtypes("number")
    np.testing.assert_allclose(numbers, after.table[numbers.columns], rtol=1e-6)


def test_of_many_metrics_the_claim_says_which_verdict_is_on_which() -> None:
    evidence = study()
    copies = [
        evidence.measurements[evidence.measurements["metric"] == "sees"].assign(metric=f"copy {k}")
        for k in range(6)
    ]
    many = replace(evidence, measurements=pd.concat([evidence.measurements, *copies]))
    finding = run(many, metrics=[*METRICS, *(f"copy {k}" for k in range(6))])
    assert "Blind to quality: blind (" in finding.claim
    assert len(finding.sentences) > len(METRICS) + 6
    shown = {row["series"] for name in finding.chart["datasets"].values() for row in name
             if "series" in row}  # fmt: skip
    assert len(shown) == 3 + 5


def test_charts_are_drawn_and_marked() -> None:
    finding = run(study())
    for chart in [finding.chart, *(e.chart for e in finding.exhibits if e.chart)]:
        assert "SIMULATED" in drawn(chart, "a chart")
    json.dumps(finding.chart)


def test_a_success_beyond_the_scale_is_refused_in_a_sentence() -> None:
    finding = run(study(), success_from=9)
    assert any("success_from is 9" in note for note in finding.notes)


def test_a_question_about_the_protection_is_no_success_of_the_picture() -> None:
    with pytest.raises(TableError, match="less is better"):
        run(study(), success="protection_success")


def test_bounds_are_settings_within_reason() -> None:
    with pytest.raises(PluginError, match="bound"):
        ANALYSES.build("quality_blindness", {"bound": 0})


def estimate(value: float, half: float) -> Estimate:
    return Estimate(value, value - half, value + half, half / 2, 0.95, 50, "made up")


@pytest.mark.parametrize(
    ("value", "half", "matters", "said"),
    [
        (0.0, 0.15, True, BLIND),
        (0.0, 0.15, False, "cannot tell"),
        (0.1, 0.15, True, "cannot tell"),
        (0.5, 0.2, False, SEES),
        (-0.5, 0.2, True, SEES),
        (0.3, 0.2, True, "cannot tell"),
    ],
)
def test_the_words_are_those_of_the_intervals(
    value: float, half: float, matters: bool, said: str
) -> None:
    both = estimate(value, half)
    assert sight(both, both, matters=matters, bound=0.2) == said


def table(rng: np.random.Generator, noise: float) -> dict[str, np.ndarray]:
    """60 items in 12 clusters, each rated by 12 of 40 raters; metric = style, plus own noise."""
    style, quality = rng.normal(size=60), rng.normal(size=60)
    metric = style + rng.normal(size=60)
    who = np.concatenate([rng.choice(40, 12, replace=False) for _ in range(60)])
    what = np.repeat(np.arange(60), 12)
    lenient = rng.normal(size=40)
    seen = {name: x[what] + lenient[who] + noise * rng.normal(size=len(who))
            for name, x in (("style", style), ("quality", quality))}  # fmt: skip
    return {**seen, "who": who, "what": what, "metric": metric[what], "cluster": what // 5}


def seen(rows: dict[str, np.ndarray]):
    return attributes(
        {name: rows[name] for name in ("style", "quality")}, rows["who"], rows["what"],
        {"metric": rows["metric"]}, clusters=rows["cluster"],
    )  # fmt: skip


def test_raters_noise_is_taken_out() -> None:
    """With reliability 12 / (12 + 9) = 0.57 the raw slope is 0.4, the true one √½ = 0.71."""
    found = [seen(table(np.random.default_rng(k), 3.0)) for k in range(40)]
    reliable = np.mean([each.reliability[0].value for each in found])
    raw, freed = (
        np.mean([getattr(each.targets["metric"], name)[0].value for each in found])
        for name in ("raw", "slope")
    )
    assert reliable == pytest.approx(0.57, abs=0.06)
    assert raw < 0.6
    assert freed == pytest.approx(0.71, abs=0.06)


def test_intervals_hold_over_raters_and_pictures() -> None:
    found = [seen(table(np.random.default_rng(k), 1.5)).targets["metric"] for k in range(60)]
    held = np.mean([each.slope[1].low <= 0 <= each.slope[1].high for each in found])
    assert held >= 0.88


def test_without_noise_the_shares_are_those_of_least_squares() -> None:
    rows = table(np.random.default_rng(5), 0.0)
    one = pd.DataFrame(rows).drop_duplicates("what")
    fit = seen(rows).targets["metric"]
    lenient = np.linalg.lstsq(  # noise-free answers: items' scores come out exactly
        np.column_stack([np.eye(60)[rows["what"]], np.eye(40)[rows["who"]]]), rows["style"],
        rcond=None,
    )[0][:60]  # fmt: skip
    r = np.corrcoef(lenient, one["metric"])[0, 1]
    assert fit.share[0].value + fit.share[1].value >= r**2 - 1e-9
    assert fit.slope[0].value == pytest.approx(fit.raw[0].value, rel=1e-6)


def test_what_cannot_be_told_apart_is_said() -> None:
    rows = table(np.random.default_rng(2), 0.1)
    found = seen({**rows, "quality": rows["style"] + 1e-3 * rows["quality"]})
    assert "alike" in found.problem
    assert not found.targets["metric"].slope[0].defined
    with pytest.raises(BadData, match="twice"):
        seen({**rows, "who": rows["who"] * 0})
