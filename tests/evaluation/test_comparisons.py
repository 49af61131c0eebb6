"""Shares and their differences as families: what the library says, margins, the mixed model."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from evaluation import ratings
from evaluation.analyses import ANALYSES, Finding
from evaluation.evidence import Evidence
from evaluation.findings.comparisons import How, Pair, family, share
from evaluation.findings.field_model import model_exhibits
from evaluation.ratings import answers_to
from evaluation.reporting.tables import shown
from evaluation.statistics import psr
from evaluation.statistics.clustered import clustered_difference, clustered_mean
from tests.evaluation.tables import mimicry_table


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    return answers_to(ratings.checked(mimicry_table(painters=3)), "mimicry_success")


def arm(answers: pd.DataFrame, protection: str, purification: str = "none") -> pd.DataFrame:
    return answers[
        (answers["protection"] == protection) & (answers["purification"] == purification)
    ]


def run(table: pd.DataFrame, **settings) -> Finding:

    return ANALYSES.build("psr", settings).run(Evidence(table), seed=3)


@pytest.mark.parametrize("interval", ["clustered", "bootstrap", "model"])
def test_a_share_is_the_librarys(answers, interval) -> None:
    rows, how = arm(answers, "glaze"), How(5, interval, 300)
    found = share(rows, (1, 2), how)
    drawn = {"generator": np.random.default_rng(5)} if interval == "bootstrap" else {}
    direct = psr.protection_success_rate(
        rows["value"], rows["participant"], rows["item"], clusters=rows["cluster"],
        success=(1, 2), interval=interval, replicates=300, **drawn,
    )  # fmt: skip
    assert found.answers == direct.answers
    assert found.artworks == direct.artworks


def test_a_family_has_intervals_that_hold_together(answers) -> None:
    clean, how = arm(answers, "clean"), How(5)
    pairs = [Pair(clean, arm(answers, "glaze", p), (1, 2), "artist") for p in ("none", "jpeg")]
    found = family([lambda level, p=p: p.difference(how, level) for p in pairs], 0.95)
    for compared, pair in zip(found, pairs, strict=True):
        assert compared.joint.level == pytest.approx(0.975)
        assert compared.joint.low < compared.estimate.low
        assert compared.adjusted >= compared.p == pair.difference(how, 0.95).p
    assert family([], 0.95) == []


@pytest.mark.parametrize("interval", ["clustered", "bootstrap", "model"])
def test_a_family_tests_again_only_where_an_interval_does_not_follow_from_its_error(
    answers, interval
) -> None:
    how, asked = How(5, interval, 200), []
    first, purified = arm(answers, "glaze"), arm(answers, "glaze", "jpeg")
    alike = first.assign(value=5.0)
    pairs = [Pair(first, purified, (1, 2)), Pair(alike, purified, (1, 2))]

    def test(number: int, level: float) -> psr.PsrDifference:
        asked.append((number, round(level, 6)))
        return pairs[number].difference(how, level)

    found = family([partial(test, number) for number in (0, 1)], 0.95)
    again = {number for number, level in asked if level == 0.975}
    assert again == {"clustered": {1}, "model": {1}, "bootstrap": {0, 1}}[interval]
    assert len(asked) == 2 + len(again)
    direct = [str(pair.difference(how, found[0].joint.level).estimate) for pair in pairs]
    assert [str(each.joint) for each in found] == direct


def test_a_family_of_one_is_tested_once(answers) -> None:
    pair = Pair(arm(answers, "clean"), arm(answers, "glaze"), (1, 2))
    how, asked = How(5, "bootstrap", 200), []

    def test(level: float) -> psr.PsrDifference:
        asked.append(level)
        return pair.difference(how, level)

    (only,) = family([test], 0.95)
    assert (only.joint, asked) == (only.estimate, [0.95])


def test_a_difference_within_painters_is_the_slope_beside_painters() -> None:
    rng = np.random.default_rng(4)
    painter = rng.integers(0, 3, 200)
    second = rng.random(200) < np.array([0.2, 0.5, 0.9])[painter]
    values = (rng.random(200) < 0.2 + 0.3 * painter / 2 + 0.2 * second).astype(float)
    rater, work = rng.integers(0, 12, 200), painter * 10 + rng.integers(0, 4, 200)
    found = clustered_difference(values, rater, work, second, strata=painter, bounds=(0, 1))
    design = np.column_stack([second, np.eye(3)[painter]])
    slope, *constants = np.linalg.lstsq(design, values, rcond=None)[0]
    assert found.estimate.value == pytest.approx(slope)
    # the sandwich, cluster by cluster, as sandwich::vcovCL has it before its own corrections
    bread = np.linalg.inv(design.T @ design)
    scores = design * (values - design @ np.array([slope, *constants]))[:, None]

    def meat(codes: np.ndarray) -> float:
        sums = np.stack([scores[codes == code].sum(0) for code in np.unique(codes)])
        return float((bread @ sums.T @ sums @ bread)[0, 0])

    groups = [len(np.unique(codes)) for codes in (rater, work)]
    terms = [meat(codes) * g / (g - 1) for codes, g in zip((rater, work), groups, strict=True)]
    both = terms[0] + terms[1] - meat(rater * 1000 + work)
    assert found.estimate.se**2 == pytest.approx(max(both, *terms))


def test_painters_whom_one_condition_lacks_are_left_out(answers) -> None:
    clean, glaze = arm(answers, "clean"), arm(answers, "glaze")
    some = glaze[glaze["artist"] != "painter 2"]
    both = clean[clean["artist"] != "painter 2"]
    how = How(1)
    left, direct = (
        Pair(first, some, (1, 2), "artist").difference(how, 0.95) for first in (clean, both)
    )
    assert left.estimate == direct.estimate
    nobody = Pair(
        clean[clean["artist"] == "painter 2"], some, (1, 2), "artist"
    ).difference(how, 0.95)  # fmt: skip
    assert nobody.estimate.method == "undefined: nothing in common to compare"


def test_measurements_have_pictures_alone_as_their_sample() -> None:
    values, works = [0.5, 1.0, 0.75, 0.25, 1.0, 1.0], [1, 1, 2, 2, 3, 3]
    found = clustered_mean(values, None, works, bounds=(0, 1))
    means = np.array([1.5, 1.0, 2.0]) - 2 * np.mean(values)
    assert found.estimate.se**2 == pytest.approx(3 / 2 * (means**2).sum() / 36)
    assert found.estimate.method == "clustered by items (3 items), logit scale, t(2)"
    alike = clustered_mean([1.0] * 4, None, [1, 2, 3, 4], bounds=(0, 1)).estimate
    assert (alike.low, alike.high) == pytest.approx((0.05 ** (1 / 4), 1.0))
    second = [False, True] * 3
    same = clustered_difference([0.2, 0.4] * 3, None, works, second)
    assert same.estimate.method == "no interval: within each condition all answers are alike"
    equal = clustered_difference([0.2, 0.4, 0.5, 0.7, 0.1, 0.3], None, works, second)
    assert equal.estimate.method == "no interval: the difference is the same in every item"


def test_artworks_drawn_by_painter_are_fewer_than_artworks(answers) -> None:
    rows = arm(answers, "glaze")
    columns = rows["value"], rows["participant"], rows["item"]
    alone = psr.protection_success_rate(*columns, success=(1, 2))
    drawn = psr.protection_success_rate(*columns, clusters=rows["artist"], success=(1, 2))
    assert alone.artworks.value == drawn.artworks.value
    assert "t(11)" in alone.artworks.method
    assert "t(2)" in drawn.artworks.method
    each = psr.protection_success_rate(*columns, clusters=rows["item"], success=(1, 2))
    assert each.artworks == alone.artworks


def test_a_margin_asks_for_equivalence_and_says_what_is_shown(answers) -> None:
    table = ratings.checked(mimicry_table(painters=3))
    assert not any("Too small to matter" in e.title for e in run(table).exhibits)
    finding = run(table, margin=0.6)
    exhibit = next(e for e in finding.exhibits if "Too small to matter" in e.title)
    rows = exhibit.table.set_index("comparison")
    assert rows.loc["glaze 0.05 against clean", "equivalent"] == "not shown"
    assert rows.loc["glaze 0.05 · impress against clean", "equivalent"] == "shown"
    assert rows.loc["glaze 0.05 against clean", "not_lower"] == "shown"
    assert finding.sentences[-1].startswith("Shown to differ by less than ±60 points: glaze")
    assert "±60 points" in exhibit.caption
    strict = run(table, margin=0.001)
    assert strict.sentences[-1].startswith("No two conditions are shown to differ by less than")


def test_the_mixed_model_stands_beside_the_shares(answers) -> None:
    table = ratings.checked(mimicry_table(painters=3))
    finding = run(table)
    exhibit = next(e for e in finding.exhibits if "mixed model" in e.title)
    rows = exhibit.table.set_index("condition")
    assert np.isnan(rows.loc["clean", "log_odds"])
    assert rows.loc["glaze 0.05", "log_odds_high"] < 0  # lower answers than of the clean arm
    own = finding.table.set_index("condition")["share_psr_answers"]
    assert (rows["share_psr_model"] - own).abs().max() < 0.1
    assert "against clean" in exhibit.caption
    said = next(note for note in finding.notes if note.startswith("The mixed model"))
    assert "random intercepts of rater (14 levels)" in said
    assert "Standard deviations on the log odds: " in said


def test_where_the_model_cannot_be_fitted_a_note_says_why(answers) -> None:
    alike = answers.assign(value=3.0)
    parts = {"": {"clean": arm(alike, "clean"), "glaze": arm(alike, "glaze")}}
    exhibits, notes = model_exhibits(parts, (1, 2), 0.95, "share_model")
    assert exhibits == []
    assert notes[0].startswith("The mixed model cannot be fitted: the answers")
    assert notes[0].endswith(".")
    finding = run(ratings.checked(mimicry_table().assign(value=3)))
    assert any("cannot be fitted" in note for note in finding.notes)


def test_a_model_that_is_sure_of_every_answer_is_not_shown(answers) -> None:
    rng = np.random.default_rng(2)
    rows = arm(answers, "glaze")
    levels = rng.integers(1, 6, rows["participant"].nunique()).astype(float)
    sure = rows.assign(value=levels[pd.factorize(rows["participant"])[0]])
    noisy = sure.assign(value=sure["value"].where(rng.random(len(sure)) < 0.995, 3.0))
    exhibits, notes = model_exhibits({"": {"a": noisy, "b": noisy}}, (1, 2), 0.95, "share_model")
    assert exhibits == []
    assert "cannot be fitted" in notes[0]


def test_answers_on_one_side_of_the_cut_have_no_model_share(answers) -> None:
    high = answers.assign(value=answers["value"].clip(lower=3.0))
    parts = {"": {"clean": arm(high, "clean"), "glaze": arm(high, "glaze")}}
    exhibits, notes = model_exhibits(parts, (1, 2), 0.95, "share_model")
    assert exhibits[0].table["share_model"].isna().all()
    assert exhibits[0].table["log_odds"].notna().any()
    assert "no answer lies from 1 to 2" in notes[0]


def test_intervals_that_hold_together_are_shown_without_a_value_of_their_own() -> None:
    table = {
        "title": "t",
        "caption": "said below",
        "columns": ["comparison", "share_difference_joint_low", "share_difference_joint_high",
                    "n_low", "n_high"],
        "rows": [["a minus b", -0.1, 0.25, 3, 4], ["c minus d", None, None, 0, 1]],
    }  # fmt: skip
    read = shown(table)
    assert [label for label, _ in read.headings] == ["comparison", "all at once", "low", "high"]
    assert [row[1][0] for row in read.rows] == ["[−10%, +25%]", "–"]
    assert read.caption == "said below"
