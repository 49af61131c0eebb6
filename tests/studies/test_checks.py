"""Every check is a function of one session: who fails, who does not, and what is said when."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.channels import CHANNELS
from studies.checking.chance import at_least
from studies.checking.sessions import Attempt, Judged, Reply, Session
from studies.checks import CHECKS, Scene
from studies.trials import TRIALS

ORDER = ("left", "right")


def point(value: int, scale: int = 5) -> dict[str, Reply]:
    return {"q": Reply(str(value), value, scale)}


def chose(slot: str) -> dict[str, Reply]:
    return {"q": Reply(slot, ORDER.index(slot) + 1, 2, {"chosen": slot})}


def session(trials, **more) -> Session:
    return Session(trials=list(trials), **{"ended": True, **more})


def rated(values, rt_ms=None, **more):
    return [
        Judged(n, n, point(value), rt_ms=rt_ms, order=ORDER, **more)
        for n, value in enumerate(values)
    ]


def test_wrong_answers_to_gold_pairs_are_counted_as_failed_attention_checks():
    check = CHECKS.build("gold_pairs", {"expected": {"q": [4, 5]}, "may_fail": 1})
    gold = {"gold": "gold_pairs", "expected": {"q": [4, 5]}}
    one = check.evaluate(session(rated([5, 2, 4], **gold)))
    assert one is not None
    assert not one.failed
    assert one.failures == 1
    two = check.evaluate(session(rated([1, 2, 4], **gold)))
    assert two is not None
    assert two.failed
    assert two.failures == 2
    assert two.evidence["items"] == [0, 1]


def test_an_item_of_several_screens_is_wrong_once():
    check = CHECKS.build("gold_pairs", {"expected": {"q": [5], "r": [5]}})
    known = {"gold": "gold_pairs", "expected": {"q": [5], "r": [5]}}
    screens = [
        Judged(0, 7, point(1), part="one", **known),
        Judged(1, 7, {"r": Reply("1", 1, 5)}, part="two", **known),
    ]
    assert check.evaluate(session(screens)).failures == 1


def test_a_difference_seen_between_identical_pictures_is_a_signal_and_no_attention_check():
    check = CHECKS.build("identical_pairs", {"expected": {"q": [1]}, "may_fail": 0})
    found = check.evaluate(session(rated([3], gold="identical_pairs", expected={"q": [1]})))
    assert found.failed
    assert found.failures == 0


def test_known_answers_may_be_slots_or_not_sure():
    check = CHECKS.build("identical_pairs", {"expected": {"q": ["not_sure"]}, "may_fail": 0})
    known = {"gold": "identical_pairs", "expected": {"q": ["not_sure"]}}
    unsure = Judged(0, 0, {"q": Reply("I am not sure", None, 2, {"not_sure": True})}, **known)
    assert not check.evaluate(session([unsure])).failed
    assert check.evaluate(session([Judged(0, 0, chose("left"), **known)])).failed


def test_cannot_tell_is_no_right_answer_to_a_plain_difference():
    check = CHECKS.build("gold_pairs", {"expected": {"q": [5]}})
    left = Judged(0, 0, {"q": Reply("", None, 5, {"cannot_tell": True})}, gold="gold_pairs")
    assert check.evaluate(
        session([left.__class__(**{**vars(left), "expected": {"q": (5,)}})])
    ).failed


@given(st.lists(st.integers(1, 5), min_size=4, max_size=30), st.integers(1, 4))
def test_the_same_answers_again_are_never_inconsistent(values, shift):
    check = CHECKS.build("hidden_repeats")
    again = [Judged(100 + n, n, point(value), repeat=1) for n, value in enumerate(values)]
    assert not check.evaluate(session([*rated(values), *again])).failed
    assert check.evaluate(session(again)) is None, "a repeat without its first time says nothing"
    other = [Judged(100 + n, n, point(6 - v), repeat=1) for n, v in enumerate([1] * (shift + 3))]
    assert check.evaluate(session([*rated([1] * (shift + 3)), *other])).failed


def test_choices_among_pictures_are_the_same_or_not():
    check = CHECKS.build("hidden_repeats", {"most": 0.6, "least": 2})
    first = [Judged(n, n, chose("left"), order=ORDER) for n in range(4)]
    again = [
        Judged(9 + n, n, chose("right" if n else "left"), order=ORDER, repeat=1) for n in range(4)
    ]
    found = check.evaluate(session([*first, *again]))
    assert found.failed
    assert found.evidence["distance"] == 0.75


def test_straight_lining_looks_at_what_was_pressed_not_at_what_was_meant():
    check = CHECKS.build("straight_lining")
    assert check.evaluate(session(rated([3] * 10))).failed
    assert not check.evaluate(session(rated([3] * 8 + [4, 2]))).failed
    same_side = [
        Judged(n, n, chose(order[0]), order=order)
        for n, order in enumerate([ORDER, ORDER[::-1]] * 5)
    ]
    assert check.evaluate(session(same_side)).failed
    same_slot = [
        Judged(n, n, chose("left"), order=order) for n, order in enumerate([ORDER, ORDER[::-1]] * 5)
    ]
    assert not check.evaluate(session(same_slot)).failed
    assert check.evaluate(session(rated([3] * 7))) is None


def test_whoever_saw_a_plain_difference_is_no_straight_liner_however_alike_the_rest():
    check = CHECKS.build("straight_lining")
    gold = {"gold": "gold_pairs", "expected": {"q": [4, 5]}, "order": ORDER}
    alike = rated([1] * 98)
    found = check.evaluate(session([*alike, *(Judged(n, n, point(5), **gold) for n in (98, 99))]))
    assert not found.failed
    assert found.evidence["known_otherwise"] == 2
    for same in (1, 2):  # missed, or answered otherwise and wrongly
        known = [Judged(n, n, point(same), **gold) for n in (98, 99)]
        assert check.evaluate(session([*alike, *known])).failed
    habit = [Judged(n, n, point(4), **gold) for n in (98, 99)]
    assert check.evaluate(session([*rated([4] * 98), *habit])).failed  # right by habit
    looked = [*alike, *(Judged(n, n, point(5), **gold) for n in (98, 99))]
    other = rated([2] * 49 + [3], part="other")  # a sort of screen without known answers
    assert check.evaluate(session([*looked, *other])).failed


@given(st.lists(st.integers(1, 20_000), min_size=6, max_size=40))
def test_speed_only_falls_when_somebody_answers_later(times):
    check = CHECKS.build("speed")
    before = check.evaluate(session(list(_timed(times))))
    after = check.evaluate(session(list(_timed([ms + 20_000 for ms in times]))))
    assert before is not None
    assert not after.failed
    assert after.evidence["too_soon"] == 0


def _timed(times):
    return [Judged(n, n, point(3), rt_ms=ms, order=ORDER) for n, ms in enumerate(times)]


def test_what_a_screen_needs_grows_with_its_pictures():
    check = CHECKS.build("speed", {"picture_ms": 500, "question_ms": 0})
    quick = [Judged(n, n, point(3), rt_ms=1_700, order=ORDER) for n in range(8)]
    assert not check.evaluate(session(quick)).failed
    wall = tuple(f"picture-{n}" for n in range(8))
    crowded = [Judged(n, n, point(3), rt_ms=1_700, order=wall) for n in range(8)]
    assert check.evaluate(session(crowded)).failed


def test_one_side_again_and_again_is_a_bias_and_one_condition_is_none():
    check = CHECKS.build("side_bias")
    orders = [ORDER, ORDER[::-1]] * 8
    side = [Judged(n, n, chose(order[0]), order=order) for n, order in enumerate(orders)]
    found = check.evaluate(session(side))
    assert found.failed
    assert found.evidence["p"] == pytest.approx(2 * 0.5**16)
    slot = [Judged(n, n, chose("right"), order=order) for n, order in enumerate(orders)]
    assert not check.evaluate(session(slot)).failed
    assert check.evaluate(session(side[:9])) is None


def test_the_binomial_tail_is_exact():
    assert at_least(0, 5, 0.3) == pytest.approx(1)
    assert at_least(8, 10, 0.5) == pytest.approx(56 / 1024)  # (45 + 10 + 1) / 2^10


def test_side_bias_of_people_without_one_is_as_rare_as_its_limit_says():
    check, rng = CHECKS.build("side_bias", {"alpha": 0.05}), Random(4)
    found = 0
    for _ in range(1000):
        picks = [rng.choice(ORDER) for _ in range(20)]
        trials = [Judged(n, n, chose(pick), order=ORDER) for n, pick in enumerate(picks)]
        found += check.evaluate(session(trials)).failed
    assert 0.02 < found / 1000 <= 0.05, "exact tests keep below their limit"


def test_the_same_browser_names_whom_it_was_seen_with():
    check = CHECKS.build("duplicate_people")
    assert not check.evaluate(Session()).failed
    found = check.evaluate(Session(same_browser=["P-1"]))
    assert found.failed
    assert "P-1" in found.sentence


def test_pasted_text_is_told_from_typed_and_short_text_is_left_alone():
    check = CHECKS.build("pasted_text")
    long = {"why": Reply("x" * 80)}
    pasted = Judged(0, 0, long, viewing={"pasted": 70})
    typed = Judged(1, 1, long, viewing={"pasted": 5})
    short = Judged(2, 2, {"why": Reply("x" * 10)}, viewing={"pasted": 10})
    assert check.evaluate(session([pasted, typed])).evidence["positions"] == [0]
    assert not check.evaluate(session([typed])).failed
    assert check.evaluate(session([short])) is None


def hands(**more):
    return {"webdriver": False, "pointers": 30, "touches": 0, "keystrokes": 1, **more}


def test_a_driven_browser_is_enough_and_missing_hands_are_not():
    check = CHECKS.build("automation_signals")
    usual = [Judged(n, n, rt_ms=4000 + 900 * (n % 4), viewing=hands()) for n in range(10)]
    assert not check.evaluate(session(usual)).failed
    driven = [*usual[:-1], Judged(9, 9, rt_ms=5000, viewing=hands(webdriver=True))]
    assert check.evaluate(session(driven)).failed
    handless = [
        Judged(n, n, rt_ms=4000 + 900 * (n % 4), viewing=hands(pointers=0, keystrokes=0))
        for n in range(10)
    ]
    assert not check.evaluate(session(handless)).failed, "assistive technology has no pointer"
    clock = [
        Judged(n, n, rt_ms=1500 + n % 2, viewing=hands(pointers=0, keystrokes=0)) for n in range(10)
    ]
    assert check.evaluate(session(clock)).failed
    assert check.evaluate(session(rated([3] * 10))) is None, "pages that did not count say nothing"


def test_signals_can_never_do_more_than_ask_for_a_look():
    for consequence in ("exclude", "screen_out"):
        with pytest.raises(ValueError, match="automation_signals"):
            CHECKS.build("automation_signals", {"consequence": consequence})


def test_the_hidden_field_fails_whoever_filled_it_in():
    check = CHECKS.build("hidden_instruction")
    assert not check.evaluate(session(rated([3]))).failed
    assert check.evaluate(session(rated([3]), trapped=[0])).evidence["positions"] == [0]


@pytest.mark.parametrize("name", ["comprehension", "skill_task"])
def test_an_exam_is_failed_when_its_last_attempt_is(name):
    check = CHECKS.build(name, {"attempts": 2})
    wrong, right = Attempt(1, 1, 5, passed=False), Attempt(2, 5, 5, passed=True)
    assert check.evaluate(Session(attempts={name: [wrong]})) is None
    assert check.evaluate(Session(attempts={name: [wrong, wrong]})).failed
    assert not check.evaluate(Session(attempts={name: [wrong, right]})).failed


def test_expertise_can_want_some_populations():
    check = CHECKS.build("expertise", {"wanted": ["professional artist"]})
    assert check.evaluate(Session()) is None
    assert check.evaluate(Session(about={"expertise": "None of these"})).failed
    mine = check.populations["professional artist"]
    assert not check.evaluate(Session(about={"expertise": mine})).failed
    with pytest.raises(ValueError, match="painter"):
        CHECKS.build("expertise", {"wanted": ["painter"]})


@pytest.mark.parametrize(
    ("state", "ended", "failed"),
    [
        ("waiting", False, False),
        ("waiting", True, True),
        ("none", True, True),
        ("accepted", True, False),
        ("declined", False, True),
    ],
)
def test_a_portfolio_counts_once_a_person_accepted_it(state, ended, failed):
    check = CHECKS.build("portfolio_review")
    artist = Session(portfolio=state, ended=ended, population="professional artist")
    assert check.evaluate(artist).failed is failed
    assert check.evaluate(Session(portfolio=state, ended=ended, population="none")) is None


@pytest.mark.parametrize("channel", ["prolific", "connect", "panel", "sona"])
def test_a_portfolio_is_asked_for_on_links_of_ones_own_only(channel):
    kind, check = TRIALS.build("acceptability"), CHECKS.build("portfolio_review")
    assert check.refusals(Scene(kind, channel, CHANNELS.load(channel).pays, 10))
    assert not check.refusals(Scene(kind, "open_link", False, 10))


def test_checks_say_in_what_studies_they_cannot_stand():
    pairs, one = TRIALS.build("acceptability"), TRIALS.build("rating")
    name = pairs.questions[0].name
    right = CHECKS.build("identical_pairs", {"expected": {name: [1]}})
    assert not right.refusals(Scene(pairs, "open_link", False, 10))
    assert "one picture" in right.refusals(Scene(one, "open_link", False, 10))[0]
    nothing_said = CHECKS.build("gold_pairs").refusals(Scene(pairs, "open_link", False, 10))
    assert name in nothing_said[0]
    odd = CHECKS.build("gold_pairs", {"expected": {name: [9]}})
    assert "cannot be answered" in odd.refusals(Scene(pairs, "open_link", False, 10))[0]
    assert CHECKS.build("side_bias").refusals(Scene(pairs, "open_link", False, 10))
    assert not CHECKS.build("side_bias").refusals(
        Scene(TRIALS.build("forced_choice"), "open_link", False, 10)
    )
    assert CHECKS.build("hidden_repeats").refusals(Scene(pairs, "open_link", False, 6))


@pytest.mark.parametrize("name", CHECKS.names())
def test_no_check_says_anything_of_an_empty_session_that_has_just_begun(name):
    found = CHECKS.build(name).evaluate(Session())
    assert found is None or not found.failed


@pytest.mark.parametrize("name", CHECKS.names())
def test_every_check_has_a_consequence_that_the_file_can_set(name):
    assert CHECKS.build(name, {"consequence": "note"}).consequence == "note"
