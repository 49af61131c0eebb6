"""Pairs: against R, properties, and what is said where nothing can be estimated."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.statistics.estimate import BadData
from evaluation.statistics.pairs import (
    bradley_terry,
    davidson,
    intransitivity,
    next_pairs,
    thurstone,
)
from tests.conftest import REPOSITORY

FOLDER = REPOSITORY / "tests/data/statistics"
REFERENCE = json.loads((FOLDER / "pairs.json").read_text())
ANSWERS = pd.read_csv(FOLDER / "pairs.csv")
DECIDED = ANSWERS[ANSWERS.first_won != 0.5]
COLUMNS = ["first", "second", "first_won"]


def columns(table: pd.DataFrame) -> list[pd.Series]:
    return [table[name] for name in COLUMNS]


def contrasts(found):
    return [found.position, *(found.difference(item, "a") for item in "bcdef")]


def test_agrestis_baseball_teams_and_their_home_advantage_equal_bradleyterry2() -> None:
    games = pd.DataFrame(REFERENCE["baseball"]["games"])
    wins, losses = games["home.wins"], games["away.wins"]
    won = np.concatenate([np.repeat([1, 0], pair) for pair in zip(wins, losses, strict=True)])
    found = bradley_terry(games.home.repeat(wins + losses), games.away.repeat(wins + losses), won)
    wanted = REFERENCE["baseball"]["coefficients"]
    teams = [name.removeprefix("team") for name in wanted if name != "at.home"]
    estimates = [found.difference(team, "Baltimore") for team in teams] + [found.position]
    assert [e.value for e in estimates] == pytest.approx(list(wanted.values()), abs=1e-8)
    assert [e.se for e in estimates] == pytest.approx(REFERENCE["baseball"]["se"], rel=1e-5)
    assert round(found.position.value, 4) == 0.3023  # as printed in the package's vignette


@pytest.mark.parametrize("model", [bradley_terry, thurstone])
def test_estimates_and_errors_equal_those_of_glm_and_sandwich(model) -> None:
    wanted = REFERENCE[model.__name__]
    raters, artworks = DECIDED.rater, DECIDED.artwork
    plain = model(*columns(DECIDED))
    by_rater = model(*columns(DECIDED), raters=raters)
    both = model(*columns(DECIDED), raters=raters, artworks=artworks)
    values = [e.value for e in contrasts(plain)]
    assert values == pytest.approx(wanted["estimate"], abs=1e-6)
    assert plain.log_likelihood == pytest.approx(wanted["log_likelihood"], abs=1e-8)
    assert [e.se for e in contrasts(plain)] == pytest.approx(wanted["se_model"], rel=1e-6)
    assert [e.se for e in contrasts(by_rater)] == pytest.approx(wanted["se_rater"], rel=1e-6)
    largest = np.max([wanted[f"se_{kind}"] for kind in ("rater", "artwork", "both")], axis=0)
    assert [e.se for e in contrasts(both)] == pytest.approx(list(largest), rel=1e-6)


def test_davidson_equals_psychotools() -> None:
    wanted = REFERENCE["davidson"]
    found = davidson(*columns(ANSWERS), position=False)
    for item in "bcdef":
        assert found.difference(item, "a").value == pytest.approx(wanted["worth"][item], abs=1e-8)
    errors = [found.difference(item, "a").se for item in "bcdef"]
    errors.append(found.ties.se / found.ties.value)
    assert errors == pytest.approx(wanted["se"], rel=1e-6)
    assert np.log(found.ties.value) == pytest.approx(wanted["worth"]["(undecided)"], abs=1e-8)
    assert found.log_likelihood == pytest.approx(wanted["log_likelihood"], abs=1e-7)


def test_davidson_with_a_position_effect_equals_the_log_linear_model() -> None:
    wanted = REFERENCE["davidson_beaver"]
    found = davidson(*columns(ANSWERS))
    values = [found.difference(item, "a").value for item in "bcdef"]
    values += [found.position.value, np.log(found.ties.value)]
    assert values == pytest.approx(wanted["estimate"], abs=1e-6)
    assert found.position.se == pytest.approx(wanted["se_model"][5], rel=1e-6)
    assert found.fit.chi_square == pytest.approx(wanted["pearson"], rel=1e-6)
    assert found.fit.deviance == pytest.approx(wanted["deviance"], rel=1e-6)
    assert found.fit.freedom == wanted["freedom"]


def test_dropping_ties_overstates_and_halving_them_understates() -> None:
    apart = davidson(*columns(ANSWERS)).difference("f", "a").value
    dropped = bradley_terry(*columns(DECIDED)).difference("f", "a").value
    assert dropped > apart


def test_ties_are_refused_by_models_that_do_not_know_them() -> None:
    with pytest.raises(BadData, match="use davidson"):
        bradley_terry(*columns(ANSWERS))


def test_the_chances_of_a_pair_and_its_mirror_add_up_with_the_ties() -> None:
    found = davidson(*columns(ANSWERS), raters=ANSWERS.rater)
    one, other = found.preferred("f", "a"), found.preferred("a", "f")
    eta, nu = found.difference("f", "a").value, found.ties.value
    tie = nu / (2 * np.cosh(eta / 2) + nu)
    assert one.value + other.value + tie == pytest.approx(1)
    assert one.low < one.value < one.high
    assert found.chances().loc["f", "a"] == pytest.approx(one.value)


@settings(max_examples=6, deadline=None)
@given(st.randoms(use_true_random=False))
def test_order_of_rows_and_names_of_items_and_raters_do_not_matter(random) -> None:
    order = list(range(len(ANSWERS)))
    random.shuffle(order)
    names = dict(zip("abcdef", random.sample("uvwxyz", 6), strict=True))
    mixed = ANSWERS.iloc[order].replace({"first": names, "second": names})
    mixed["rater"] = "x" + mixed.rater.str[::-1]
    before = davidson(*columns(ANSWERS), raters=ANSWERS.rater)
    after = davidson(*columns(mixed), raters=mixed.rater)
    for one, other in ("ab", "cf"):
        was, now = before.difference(one, other), after.difference(names[one], names[other])
        assert (was.value, was.low) == pytest.approx((now.value, now.low), abs=1e-7)
    assert before.fit.p == pytest.approx(after.fit.p, abs=1e-7)


def test_swapping_left_and_right_turns_the_position_effect_round_and_nothing_else() -> None:
    before = davidson(*columns(ANSWERS), raters=ANSWERS.rater)
    swapped = davidson(
        ANSWERS.second, ANSWERS["first"], 1 - ANSWERS.first_won, raters=ANSWERS.rater
    )
    assert swapped.position.value == pytest.approx(-before.position.value)
    assert swapped.difference("a", "b").low == pytest.approx(before.difference("a", "b").low)


def test_twice_the_same_raters_are_no_more_certain_than_once() -> None:
    twice = pd.concat([DECIDED, DECIDED])
    once = bradley_terry(*columns(DECIDED), raters=DECIDED.rater).difference("a", "f")
    again = bradley_terry(*columns(twice), raters=twice.rater).difference("a", "f")
    naive = bradley_terry(*columns(twice)).difference("a", "f")
    assert again.se == pytest.approx(once.se)
    assert naive.se < once.se
    assert "independent" in naive.method


def test_all_pairs_together_have_wider_intervals_and_larger_p_than_each_alone() -> None:
    found = davidson(*columns(ANSWERS), raters=ANSWERS.rater, artworks=ANSWERS.artwork)
    together = found.differences(generator=np.random.default_rng(1))
    assert len(together) == 15
    for (one, other), (estimate, p) in together.items():
        alone = found.difference(one, other)
        assert estimate.value == pytest.approx(alone.value)
        assert estimate.low < alone.low
        assert p >= found.p(one, other)
        assert p <= min(1.0, 15 * found.p(one, other)) + 2e-3


def balanced(wins: dict[str, tuple[int, int]]) -> tuple[list[str], list[str], list[int]]:
    """{"ab": (3, 1)}: a won 3 and b 1, each pair shown in both orders alike."""
    rows = []
    for (one, other), (won, lost) in wins.items():
        for left, right, flip in ((one, other, 0), (other, one, 1)):
            rows += [(left, right, 1 - flip)] * won + [(left, right, flip)] * lost
    return tuple(list(column) for column in zip(*rows, strict=True))


def test_two_items_give_the_log_odds() -> None:
    found = bradley_terry(*balanced({"ab": (30, 10)}))
    assert found.difference("a", "b").value == pytest.approx(np.log(3))
    assert found.position.value == pytest.approx(0, abs=1e-9)


def test_an_item_that_never_lost_is_named_and_a_prior_helps() -> None:
    answers = balanced({"ab": (5, 0), "ac": (5, 0), "bc": (3, 2)})
    found = bradley_terry(*answers)
    assert "“a” never lost to any other item" in found.problem
    assert not found.strengths["b"].defined
    assert not found.differences(generator=np.random.default_rng(1))["a", "b"][0].defined
    assert found.difference("b", "c").method == f"undefined: {found.problem}"
    stated = bradley_terry(*answers, prior=2)
    assert stated.difference("a", "b").low > 0
    assert "normal prior, sd 2" in stated.strengths["a"].method


def test_items_that_were_never_compared_have_no_common_scale() -> None:
    found = davidson(*balanced({"ab": (3, 2), "cd": (2, 3)}))
    assert "2 groups that were never compared" in found.problem
    assert bradley_terry(*balanced({"ab": (3, 2), "cd": (2, 3)}), prior=1).problem == ""


def test_a_nearly_separated_probit_is_not_taken_for_a_fit() -> None:
    first, second = ["a"] * 300 + ["b"] * 300, ["b"] * 300 + ["a"] * 300
    found = thurstone(first, second, [1] * 299 + [0] * 301)
    assert "foretell every answer" in found.problem


def test_raters_who_answer_exactly_alike_give_no_interval_of_width_zero() -> None:
    first, second, won = list("abab"), list("baba"), [1, 0, 0, 1]
    rater = np.repeat(range(10), 4)
    found = bradley_terry(first * 10, second * 10, won * 10, raters=rater)
    assert "so alike" in found.strengths["a"].method
    assert not found.preferred("a", "b").has_interval
    assert np.isnan(found.p("a", "b"))


def test_position_and_strength_that_foretell_every_answer_are_told() -> None:
    found = bradley_terry(list("abbcac"), list("bacbca"), [1, 1, 1, 1, 1, 1])
    assert "foretell every answer" in found.problem
    assert bradley_terry(list("abbcac"), list("bacbca"), [1] * 6, position=False).problem == ""
    assert (
        "position=False" in bradley_terry(list("abbcac"), list("bacbca"), [1] * 6, prior=1).problem
    )


def test_pairs_shown_in_one_order_only_cannot_tell_the_position() -> None:
    first, second, won = ["a"] * 10 + ["a"] * 10, ["b"] * 10 + ["c"] * 10, [1, 0] * 10
    with pytest.raises(BadData, match="both orders"):
        bradley_terry(first, second, won)
    assert bradley_terry(first, second, won, position=False).difference("a", "b").defined


def test_without_any_tie_nu_is_zero_and_says_that_it_has_no_interval() -> None:
    found = davidson(*columns(DECIDED), raters=DECIDED.rater)
    plain = bradley_terry(*columns(DECIDED), raters=DECIDED.rater)
    assert found.ties.value == 0
    assert "nobody called a pair equal" in found.ties.method
    assert found.difference("a", "b") == plain.difference("a", "b")


def test_nothing_but_ties_says_so() -> None:
    found = davidson(list("abc"), list("bca"), [0.5] * 3)
    assert found.problem == "every answer is a tie"
    assert not found.strengths["a"].defined


def test_one_rater_gets_strengths_without_intervals() -> None:
    mine = ANSWERS[ANSWERS.rater == "r00"]
    found = davidson(*columns(mine), raters=mine.rater, prior=2)
    assert found.strengths["a"].defined
    assert not found.strengths["a"].has_interval
    assert np.isnan(found.fit.p)


@pytest.mark.parametrize(
    ("first", "second", "won", "said"),
    [
        (["a"], ["a"], [1], "against itself"),
        (["a"], ["b"], [2], "write 1 where"),
        (["a"], ["b"], [np.nan], "leave missing"),
        (["a"], [None], [1], "names no item"),
        (["a", "b"], ["b"], [1], "equally long"),
        ([], [], [], "no comparison"),
    ],
)
def test_tables_that_are_none_are_refused(first, second, won, said) -> None:
    with pytest.raises(BadData, match=said):
        davidson(first, second, won)


def test_strengths_that_depend_on_the_pair_are_found_out_by_the_fit() -> None:
    circle = balanced({"ab": (30, 10), "bc": (30, 10), "ca": (30, 10)})
    assert bradley_terry(*circle).fit.p < 1e-6
    scale = balanced({"ab": (30, 10), "bc": (30, 10), "ac": (36, 4)})
    assert bradley_terry(*scale).fit.p > 0.5


def test_circles_are_counted_within_raters_and_named_among_majorities() -> None:
    first, second, won = list("abc" * 2), list("bca" * 2), [1, 1, 1, 1, 1, 0]
    found = intransitivity(first, second, won, raters=[1, 1, 1, 2, 2, 2])
    assert found.share.value == 0.5
    assert found.triads == 2
    straight = intransitivity(first, second, [1, 1, 0, 1, 1, 0], raters=[1, 1, 1, 2, 2, 2])
    assert (straight.share.value, straight.pooled_circles) == (0, ())
    assert "Clopper-Pearson" in straight.share.method
    round_and_round = intransitivity(first, second, [1] * 6, raters=[1, 1, 1, 2, 2, 2])
    assert round_and_round.pooled_circles == (("a", "b", "c"),)


def test_raters_who_guess_go_in_circles_in_a_quarter_of_triads() -> None:
    rng = np.random.default_rng(5)
    pairs = np.array([(i, j) for i in range(7) for j in range(i)])
    shown = np.tile(pairs, (60, 1))
    raters = np.repeat(np.arange(60), len(pairs))
    found = intransitivity(*shown.T, rng.integers(0, 2, len(shown)), raters=raters)
    assert found.triads == 60 * 35
    assert not found.share.excludes(0.25)


def test_no_complete_triad_says_so() -> None:
    found = intransitivity(["a", "b"], ["b", "c"], [1, 1], raters=[1, 1])
    assert "no rater decided all three" in found.share.method


def test_the_next_pairs_hold_every_item_and_a_random_share() -> None:
    items = [f"m{k}" for k in range(20)]
    found = next_pairs([], [], [], items=items, generator=np.random.default_rng(1), count=100)
    assert len(found) == 100
    assert {pair.first for pair in found} | {pair.second for pair in found} == set(items)
    assert sum(pair.chosen == "random" for pair in found) in (25, 26)


def test_pairs_whose_answer_is_foregone_teach_least() -> None:
    rng = np.random.default_rng(3)
    first, second = ["a"] * 40 + ["b"] * 5, ["b"] * 40 + ["c"] * 5
    found = next_pairs(first, second, [1] * 45, items="abcd", generator=rng, count=300)
    gains = {frozenset((pair.first, pair.second)): pair.gain for pair in found}
    order = sorted(gains, key=gains.__getitem__)
    assert order[:2] == [frozenset("ac"), frozenset("ab")]
    assert all("d" in pair for pair in order[3:])


def test_next_pairs_are_the_same_for_the_same_seed() -> None:
    def chosen(seed: int):
        rng = np.random.default_rng(seed)
        return next_pairs(*columns(ANSWERS), items="abcdef", generator=rng, count=9)

    assert chosen(4) == chosen(4)
    assert chosen(4) != chosen(5)


def test_fewer_random_pairs_than_a_fifth_are_refused() -> None:
    rng = np.random.default_rng(1)
    with pytest.raises(BadData, match=r"between 0\.2 and 1"):
        next_pairs([], [], [], items="abc", generator=rng, random_share=0.1)
    with pytest.raises(BadData, match="none of the 2 items"):
        next_pairs(["a"], ["c"], [1], items="ab", generator=rng)
