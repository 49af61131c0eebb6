"""Answers stretched by metrics: what is saved, what is not, and what to rate next."""

from dataclasses import replace
from functools import cache
from io import StringIO

import numpy as np
import pandas as pd
import pytest

from evaluation.analyses import ANALYSES, Finding
from evaluation.evidence import Evidence
from evaluation.findings.assisted import foretold
from evaluation.findings.judged import judged
from evaluation.findings.next_items import drawn as drawn_items
from evaluation.ratings import TableError
from evaluation.statistics.estimate import BadData
from tests.evaluation.learnt import evidence


def run(given: Evidence, **settings: object) -> Finding:
    asked = {"question": "mimicry_success", "draws": 5, **settings}
    return ANALYSES.build("metric_assisted", asked).run(given, seed=1)


@cache
def half_rated(knows: float) -> Finding:
    return run(evidence(artists=10, pictures=6, rated=0.5, knows=knows), of="psr")


def test_both_intervals_stand_side_by_side() -> None:
    table = half_rated(0.95).table
    assert {"share_psr_alone_low", "share_psr_assisted_low", "lambda", "effective"} <= set(table)
    assert (table["rated items"] == 30).all()
    assert (table["unrated items"] == 30).all()


def test_a_good_metric_saves_ratings_and_a_useless_one_adds_nothing() -> None:
    good, blind = half_rated(0.95), half_rated(0.0)
    assert good.table["lambda"].mean() > 0.3
    assert good.table["effective"].sum() > good.table["n"].sum()
    assert "they save" in good.claim
    assert blind.table["lambda"].mean() < 0.1
    assert "add nothing" in blind.claim or "add nothing" in " ".join(blind.sentences)


def test_where_all_are_rated_it_says_so_and_shows_what_would_have_been_saved() -> None:
    finding = run(evidence(artists=8, knows=0.95))
    assert finding.claim.startswith("All 64 items are rated")
    assert "would have saved" in finding.claim
    titles = [exhibit.title for exhibit in finding.exhibits]
    assert "Had only a part been rated (means over conditions and random draws)" in titles
    assert (finding.table["mean_alone"] == finding.table["mean_assisted"]).all()


def test_the_plan_names_unrated_items_with_their_probabilities() -> None:
    given = evidence(artists=10, pictures=6, rated=0.5)
    finding = run(given, next_items=20)
    plan = pd.read_csv(StringIO(finding.attachments[0].text))
    rated = set(given.ratings["item"])
    assert len(plan) == 20
    assert not set(plan["item"]) & rated
    assert plan["probability"].between(0, 1, inclusive="right").all()
    assert plan["weight"].sum() == pytest.approx(60)  # as many as the pool has
    assert (plan["simulated"] == False).all()  # noqa: E712 (a column)


def test_every_item_is_drawn_as_often_as_its_probability_says() -> None:
    given = evidence(artists=6, pictures=6, rated=0.5)
    table = judged(given, "mimicry_success", [], success=None, of_success=False)
    told = foretold(table, drawn="artists", level=0.95)
    drawn: dict[str, int] = {}
    stated: dict[str, float] = {}
    for seed in range(80):
        for row in drawn_items(told, n=12, seed=seed)[0].itertuples():
            drawn[row.item] = drawn.get(row.item, 0) + 1
            stated[row.item] = row.probability
    assert len(drawn) == 36
    for item, times in drawn.items():
        assert abs(times / 80 - stated[item]) < 4 * np.sqrt(stated[item] / 80)


def test_expected_intervals_become_narrower_with_more_items() -> None:
    finding = run(evidence(artists=10, pictures=10, rated=0.3), of="psr")
    (widths,) = (e.table for e in finding.exhibits if e.title.startswith("Expected half width"))
    assert widths["items to rate"].tolist()[:3] == [20, 40, 80]
    assert widths["share_half_width_alone"].is_monotonic_decreasing
    saved = widths["share_half_width_assisted"] / widths["share_half_width_alone"]
    assert saved[0] < 0.95
    assert (saved < 1.02).all()


def test_known_probabilities_take_off_the_bias_of_an_uneven_sample() -> None:
    whole = evidence(artists=12, pictures=8, raters=4, knows=0.9)
    truth = whole.ratings.groupby("protection")["value"].mean()
    items = whole.of_items.merge(
        whole.measurements.query("metric == 'good'")[["item", "value"]], on="item"
    )
    high = items["value"] > items.groupby("protection")["value"].transform("median")
    rng = np.random.default_rng(3)
    chance = dict(zip(items["item"], np.where(high, 0.9, 0.2), strict=True))
    kept = [item for item, p in chance.items() if rng.uniform() < p]
    ratings = whole.ratings[whole.ratings["item"].isin(kept)]
    known = ratings.assign(probability=ratings["item"].map(chance))
    plain, weighted = (
        run(replace(whole, ratings=rows)).table.set_index("condition") for rows in (ratings, known)
    )
    names = {"clean": "clean", "cloak": "cloak 0.1"}
    for protection, condition in names.items():
        error = abs(weighted.loc[condition, "mean_alone"] - truth[protection])
        assert error < abs(plain.loc[condition, "mean_alone"] - truth[protection])
        low, high_end = (weighted.loc[condition, f"mean_assisted_{end}"] for end in ("low", "high"))
        assert low <= truth[protection] <= high_end


def test_an_unfair_sample_is_noticed() -> None:
    given = evidence(artists=8, pictures=6, knows=0.9)
    good = given.measurements.query("metric == 'good'").set_index("item")["value"]
    best = set(good[good > good.median()].index)
    finding = run(replace(given, ratings=given.ratings[given.ratings["item"].isin(best)]))
    (fair,) = (a for a in finding.assumptions if a.name == "Rated items are a fair sample")
    assert fair.held is False
    assert "differ most in good" in fair.said
    (unknown,) = (a for a in half_rated(0.0).assumptions if "fair" in a.name)
    assert unknown.held is not True  # no table can show it


def test_one_artist_is_refused_but_for_other_pictures() -> None:
    given = evidence(artists=1, pictures=12, rated=0.5)
    with pytest.raises(BadData, match=r"All rated items are of one artist.*`drawn: items`"):
        run(given)
    assert "[" in run(given, drawn="items").claim or run(given, drawn="items").table.size


def test_wrong_probabilities_and_nothing_measured_are_told() -> None:
    given = evidence()
    with pytest.raises(TableError, match="above 0, and 1 at most"):
        run(replace(given, ratings=given.ratings.assign(probability=2.0)))
    with pytest.raises(TableError, match="holds something that is no number"):
        run(replace(given, ratings=given.ratings.assign(probability="often")))
    with pytest.raises(TableError, match="No metric has been measured"):
        run(replace(given, measurements=given.measurements[:0]))


@pytest.mark.parametrize("raters", [1, 2])
def test_few_raters_are_told(raters: int) -> None:
    finding = run(evidence(raters=raters, rated=0.5, artists=8))
    (enough,) = (a for a in finding.assumptions if a.name == "Enough raters and units")
    assert enough.held is False


def test_one_condition_is_enough() -> None:
    assert len(run(evidence(protections=("cloak",), artists=8, rated=0.5)).table) == 1
