"""Forms of questions: what a browser may send, what is stored, and what stays open."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.live.answers import IncompleteAnswer, read_answers
from studies.questions import CANNOT_TELL, Question
from studies.questions.best_worst import BestWorst
from studies.questions.order import Order
from studies.questions.pick import Pick
from studies.questions.scale import Scale
from studies.questions.slider import Slider
from studies.questions.text import Text
from studies.questions.things import Things
from studies.trial_forms.asking import Asked

SLOTS = ("red", "green", "blue")
SCALE = Scale("good", "Good?", ("No", "Hm", "Yes"))
PICK = Pick("which", "Which?", Things(SLOTS), not_sure="Not sure")
ORDER = Order("rank", "Rank!", Things(SLOTS))
ENDS = BestWorst("ends", "Ends?", Things(SLOTS))
FORMS = (SCALE, PICK, ORDER, ENDS)


def one(question: Question, sent: dict[str, str], order: tuple[str, ...] = SLOTS):
    return read_answers([question], sent, order)[question.name]


@given(st.permutations(SLOTS), st.sampled_from(SLOTS))
def test_a_pick_is_the_same_slot_wherever_it_stood_and_the_page_never_names_it(order, meant):
    sent = PICK.fill(meant, order)
    answer = one(PICK, sent, tuple(order))
    assert answer.details == {"chosen": meant}
    assert answer.value == SLOTS.index(meant) + 1
    assert answer.answer == "ABC"[order.index(meant)]
    page = [(c.value, c.words) for group in PICK.groups(order) for c in group.choices]
    assert page == [("1", "A"), ("2", "B"), ("3", "C"), ("0", "Not sure")]


@given(st.permutations(SLOTS), st.permutations(SLOTS))
def test_a_ranking_is_read_as_it_was_meant_and_the_last_place_follows(order, meant):
    sent = ORDER.fill(meant, order)
    assert len(sent) == 2
    assert one(ORDER, sent, tuple(order)).details == {"order": list(meant)}


def test_best_and_worst_differ():
    for best, worst in permutations(SLOTS, 2):
        sent = ENDS.fill((best, worst), SLOTS)
        assert one(ENDS, sent).details == {"best": best, "worst": worst}
    with pytest.raises(IncompleteAnswer):
        one(ENDS, ENDS.fill(("red", "red"), SLOTS))


def test_not_sure_is_an_answer_that_decides_for_none_and_only_where_it_is_offered():
    answer = one(PICK, {"which": "0"})
    assert (answer.value, answer.details) == (None, {"not_sure": True})
    with pytest.raises(IncompleteAnswer):
        one(Pick("which", "Which?", Things(SLOTS)), {"which": "0"})


@pytest.mark.parametrize("question", FORMS, ids=lambda q: q.name)
def test_what_is_left_open_is_named_and_then_may_be_left_open(question):
    with pytest.raises(IncompleteAnswer) as caught:
        one(question, {})
    assert caught.value.missing == (question.name,)
    left = one(question, {question.name: CANNOT_TELL})
    assert (left.value, left.details) == (None, {"cannot_tell": True})
    assert left.scale == len(question.labels)


@pytest.mark.parametrize("question", FORMS, ids=lambda q: q.name)
@given(junk=st.text(max_size=5))
def test_what_was_not_offered_is_refused(question, junk):
    fields = [group.field for group in question.groups(SLOTS)]
    offered = {c.value for group in question.groups(SLOTS) for c in group.choices}
    if (
        junk in offered
        or junk == CANNOT_TELL
        or (junk.isascii() and junk.isdigit() and str(int(junk)) in offered)
    ):
        return
    with pytest.raises(IncompleteAnswer):
        one(question, dict.fromkeys([*fields, question.name], junk))


def test_an_answer_counts_more_than_the_box_that_says_one_cannot_tell():
    sent = {**ORDER.fill(SLOTS, SLOTS), "rank": CANNOT_TELL}
    assert one(ORDER, sent).details == {"order": list(SLOTS)}


def test_the_first_few_of_many_words_are_chosen_from_lists_and_have_no_digits():
    words = tuple(f"genre {n}" for n in range(27))
    top = Order("genre", "Which?", Things(words, pictures=False), 3)
    answer = one(top, top.fill(words[4:7], SLOTS))
    assert answer.details == {"order": list(words[4:7])}
    assert (answer.value, answer.scale) == (5, 27)
    assert top.long
    assert Asked(top, SLOTS).digits == 0
    assert Asked(PICK, SLOTS).digits == 3
    assert Asked(PICK, SLOTS).not_sure == "Not sure"


@pytest.mark.parametrize("question", [Text("said", "What?"), Slider("said", "Where?", "a", "b")])
def test_beside_an_empty_box_to_cannot_tell_is_no_text(question):
    for sent in (CANNOT_TELL, ["", CANNOT_TELL]):
        left = read_answers([question], {"said": sent}, ())["said"]
        assert (left.value, left.details) == (None, {"cannot_tell": True})
    told = read_answers([Text("said", "What?")], {"said": ["Words", CANNOT_TELL]}, ())["said"]
    assert told.answer == "Words"
