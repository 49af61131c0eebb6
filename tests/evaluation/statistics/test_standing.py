"""What a metric reaches of what raters agree on: ceilings, shares, and areas with raters drawn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.findings.verdicts import by_ranks_too, standing
from evaluation.statistics import agreement, meta
from evaluation.statistics.association import auc, crossed_auc
from evaluation.statistics.estimate import BadData, Estimate
from evaluation.statistics.group_ranks import same_order
from evaluation.statistics.meta.ceiling import _reliabilities
from evaluation.statistics.meta.standing import ratio_ends

LEVELS = ("none", "condition", "group-by-condition", "group-by-item", "group-by-painter")


def study(seed: int = 0, raters: int = 12, conditions: int = 6, artworks: int = 8):
    """Answers [R, S, I] and their true scores."""
    rng = np.random.default_rng(seed)
    shape = (conditions, artworks)
    truth = rng.normal(0, 0.8, (conditions, 1)) + rng.normal(0, 0.6, (1, artworks))
    truth = truth + rng.normal(0, 0.5, shape)
    lenient = rng.normal(0, 0.7, (raters, 1, 1))
    return 3 + truth + lenient + rng.normal(0, 1.0, (raters, *shape)), truth


PAINTERS = [k % 3 for k in range(8)]


def test_on_a_complete_table_the_ceiling_is_the_root_of_the_intraclass_correlation() -> None:
    answers, _ = study()
    rater, condition, artwork = np.nonzero(np.ones_like(answers))
    given_ = answers.ravel(), rater, condition * 8 + artwork
    known = agreement.icc(*given_)["ICC(C,k)"].value
    found = meta.ceiling(meta.Judged.of(answers), "none").estimate
    assert found.value == pytest.approx(np.sqrt(known), abs=1e-12)
    assert found.low < np.sqrt(known) < found.high


@pytest.mark.parametrize("over", LEVELS)
def test_what_is_left_out_is_left_out_of_everything(over: meta.Over) -> None:
    answers, _ = study()
    judged = meta.Judged.of(answers, PAINTERS)
    _, left = _reliabilities(judged.entries(over))
    fewer = meta.Judged.of(np.delete(answers, 3, 0), PAINTERS)
    assert left["raters"][3] == pytest.approx(_reliabilities(fewer.entries(over))[0])
    if over != "condition":
        names = [name for k, name in enumerate(PAINTERS) if k != 5]
        without = meta.Judged.of(np.delete(answers, 5, 2), names)
        assert left["artworks"][5] == pytest.approx(_reliabilities(without.entries(over))[0])


@pytest.mark.parametrize("over", LEVELS)
def test_a_metric_that_knows_the_truth_reaches_the_ceiling(over: meta.Over) -> None:
    shares = []
    for seed in range(20):
        answers, truth = study(seed, raters=8)
        judged = meta.Judged.of(answers, PAINTERS)
        shares.append(meta.standing(judged, truth, over).share.value)
    assert np.mean(shares) == pytest.approx(1.0, abs=0.03)


def test_leniency_and_a_metrics_unit_do_not_count() -> None:
    answers, truth = study()
    judged = meta.Judged.of(answers, PAINTERS)
    shifted = meta.Judged.of(answers + np.arange(12)[:, None, None], PAINTERS)
    for over in LEVELS:
        one, other = (meta.standing(j, truth, over).share.value for j in (judged, shifted))
        assert one == pytest.approx(other)
        bent = meta.standing(judged, np.exp(3 * truth), over)
        assert bent.share.value == pytest.approx(one)
        turned = meta.standing(judged, -truth, over)
        assert turned.agreement.value < 0


def test_infinite_values_are_ordered_and_missing_ones_are_refused() -> None:
    answers, truth = study()
    judged = meta.Judged.of(answers, PAINTERS)
    ends = truth.copy()
    ends[truth == truth.max()] = np.inf
    assert meta.standing(judged, ends, "none") == meta.standing(judged, truth, "none")
    ends[0, 0] = np.nan
    with pytest.raises(BadData, match="no missing one"):
        meta.standing(judged, ends, "none")


def test_too_few_raters_or_no_agreement_leave_no_interval() -> None:
    answers, truth = study(raters=2)
    found = meta.standing(meta.Judged.of(answers, PAINTERS), truth, "none")
    assert not found.share.has_interval
    noise = np.random.default_rng(3).normal(size=(12, 6, 8))
    alone = meta.standing(meta.Judged.of(noise, PAINTERS), truth, "none")
    assert standing(alone.share) == "cannot tell"
    flat = meta.standing(meta.Judged.of(answers, PAINTERS), np.ones_like(truth), "none")
    assert "the same everywhere" in flat.share.method


def test_one_answer_a_picture_shows_no_ceiling() -> None:
    answers, _ = study()
    alone = np.full_like(answers, np.nan)
    for k, place in enumerate(np.ndindex(6, 8)):
        alone[(k % 12, *place)] = answers[(k % 12, *place)]
    found = meta.ceiling(meta.Judged.of(alone), "none").estimate
    assert not found.defined


@given(
    st.floats(-0.9, 0.9), st.floats(0.05, 0.4), st.floats(0.5, 0.95), st.floats(0.02, 0.3),
    st.floats(0, 0.8),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_limits_of_a_ratio_hold_it_and_widen_with_what_is_unknown(r, a, c, b, tied) -> None:
    low, high = ratio_ends(r, (r - a, r + a), c, (c - b, c + b), tied)
    assert low <= r / c <= high
    wider = ratio_ends(r, (r - 2 * a, r + 2 * a), c, (c - b, c + b), 0.0)
    tight = ratio_ends(r, (r - a, r + a), c, (c - b, c + b), 0.0)
    assert wider[0] <= tight[0] + 1e-12
    assert wider[1] >= tight[1] - 1e-12
    known = ratio_ends(r, (r - a, r + a), c, (c, c))
    assert known == pytest.approx(((r - a) / c, (r + a) / c))


def test_limits_of_a_ratio_are_those_of_a_simulation() -> None:
    rng = np.random.default_rng(1)
    for r, c, tied in ((0.5, 0.8, 0.6), (-0.5, 0.8, 0.6), (0.1, 0.9, 0.0)):
        z = rng.normal(size=(2, 200_000))
        x, y = r + 0.1 * z[0], c + 0.08 * (tied * z[0] + np.sqrt(1 - tied**2) * z[1])
        known = np.quantile(x / y, [0.025, 0.975])
        reach = 1.96 * np.array([0.1, 0.08])
        found = ratio_ends(r, (r - reach[0], r + reach[0]), c, (c - reach[1], c + reach[1]), tied)
        assert found == pytest.approx(known, abs=0.01)


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [(0.8, 1.1, "stands in"), (0.2, 0.79, "falls short"), (0.7, 0.9, "cannot tell"),
     (0.2, 0.8, "cannot tell"), (float("nan"), float("nan"), "cannot tell")],
)  # fmt: skip
def test_a_verdict_says_what_the_whole_interval_shows(low: float, high: float, word: str) -> None:
    assert standing(Estimate(0.75, low, high, 0.1, 0.95, 9, "m"), 0.8) == word


def test_an_area_of_answers_counts_raters_and_pictures() -> None:
    rng = np.random.default_rng(2)
    pictures, raters = rng.normal(size=40), rng.normal(0, 1.0, 15)
    rater, picture = (x.ravel() for x in np.indices((15, 40)))
    hit = pictures[picture] + raters[rater] + rng.normal(0, 0.5, 600) > 0
    both = crossed_auc(pictures[picture], hit, rater, picture)
    one = auc(pictures[picture], hit, clusters=picture)
    assert both.value == one.value
    assert both.se > one.se
    few = crossed_auc(pictures[picture[:80]], hit[:80], rater[:80], picture[:80])
    assert not few.has_interval


def test_groups_that_rank_conditions_alike_are_told_from_those_that_do_not() -> None:
    rng = np.random.default_rng(4)
    effect = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    rater, condition, artwork = (x.ravel() for x in np.indices((24, 5, 6)))
    expert = rater < 12
    for sign in (1, -1):
        moved = np.where(expert, 1, sign) * effect[condition]
        values = moved + rng.normal(0, 1.0, len(rater))
        found = same_order(
            values, rater, artwork, condition, expert, generator=np.random.default_rng(5),
            replicates=300,
        )  # fmt: skip
        assert found.value * sign > 0.8
        assert found.excludes(0.0)
        assert found.high - found.low > 0.01
    two = condition < 2
    none = same_order(
        values[two], rater[two], artwork[two], condition[two], expert[two],
        generator=np.random.default_rng(5),
    )  # fmt: skip
    assert "no order to compare" in none.method


@pytest.mark.parametrize(
    ("known", "raters", "artworks", "usual", "least"),
    [(0.99, 25, 16, "stands in", 28), (0.0, 25, 16, "falls short", 28),
     (0.99, 4, 3, "cannot tell", 27), (0.8, 25, 16, "cannot tell", 25)],
    ids=["good", "random", "underpowered", "at the limit"],
)  # fmt: skip
def test_verdicts_are_right_where_the_truth_is_known(
    known: float, raters: int, artworks: int, usual: str, least: int
) -> None:
    """benchmarks/verdicts.py has the rates; this is a glance at thirty studies."""
    said = []
    for seed in range(30):
        answers, truth = study(seed, raters=raters, conditions=8, artworks=artworks)
        noise = np.random.default_rng([seed, 1]).normal(0, truth.std(), truth.shape)
        metric = known * truth + np.sqrt(1 - known**2) * noise
        said.append(standing(meta.standing(meta.Judged.of(answers), metric, "none").share))
    assert said.count(usual) >= least


def test_where_most_answers_are_alike_one_picture_does_not_decide_about_a_metric() -> None:
    """A metric that follows PSR loosely, and puts one picture of success last but one."""
    people = np.zeros((4, 16))
    people[3, 8:] = 0.5
    people[2, 15] = 1.0
    answers = np.repeat(people[None], 6, 0) > np.linspace(0.05, 0.95, 6)[:, None, None]
    metric = np.arange(64.0).reshape(4, 16) / 64
    metric[0, 0] = 2.0  # the metric's first: no success at all
    judged = meta.Judged.of(answers.astype(float))
    found = meta.standing(judged, metric, "none").agreement.value
    line = np.corrcoef(judged.means, np.argsort(np.argsort(metric.ravel())))[0, 1]
    assert found >= line - 1e-9
    over = meta.standing(judged, metric, "condition").agreement.value
    assert over > 0.5


@pytest.mark.parametrize(
    ("verdict", "rho", "said"),
    [
        ("falls short", (0.3, 0.1, 0.5), "falls short"),
        ("falls short", (0.5, 0.1, 0.8), "cannot tell"),
        ("stands in", (0.9, 0.6, 1.0), "stands in"),
        ("stands in", (0.6, 0.3, 0.9), "cannot tell"),
        ("cannot tell", (0.9, 0.85, 0.95), "cannot tell"),
    ],
)
def test_ranks_must_bear_a_verdict_out(verdict, rho, said) -> None:
    value, low, high = rho
    estimate = Estimate(value, low, high, 0.1, 0.95, 9, "m")
    most = Estimate(0.9, 0.8, 1.0, 0.05, 0.95, 9, "m")
    assert by_ranks_too(verdict, estimate, most) == said
