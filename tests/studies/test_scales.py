"""Scales: what they offer, what they take, and what they are measured on."""

import pytest

from config.plugins import PluginError
from studies.questions import CANNOT_TELL, OpenQuestion, read_one
from studies.questions.slider import Slider
from studies.questions.text import Text
from studies.trials import TRIALS


def test_the_standards_five_grades_go_from_the_worst_to_the_best():
    absolute, degradation = (
        TRIALS.build("quality_rating", {"method": method}) for method in ("absolute", "degradation")
    )
    assert absolute.questions[0].labels == ("Bad", "Poor", "Fair", "Good", "Excellent")
    assert degradation.questions[0].labels[0] == "Very annoying"
    assert degradation.questions[0].labels[-1] == "Imperceptible"
    assert [slot.shows for slot in absolute.slots] == ["condition"]
    assert [slot.shows for slot in degradation.slots] == ["artwork", "condition"]


@pytest.mark.parametrize("grades", [9, 11])
def test_longer_scales_keep_the_five_words_and_label_every_point(grades):
    labels = TRIALS.build("quality_rating", {"grades": grades}).questions[0].labels
    assert len(labels) == grades == len(set(labels))
    assert {"1: Bad", "5: Fair", "7: Good", "9: Excellent"} <= set(labels)
    assert labels[0].startswith("0:") == (grades == 11)


def test_a_degradation_rating_has_five_grades_and_no_more():
    with pytest.raises(PluginError, match="five grades"):
        TRIALS.build("quality_rating", {"method": "degradation", "grades": 11})


def test_a_rating_may_have_eleven_points_and_no_more():
    points = [str(number) for number in range(12)]
    assert TRIALS.build("rating", {"labels": points[:11]}).questions[0].points == 11
    with pytest.raises(PluginError):
        TRIALS.build("rating", {"labels": points})


LINE = Slider("s", "How much?", "Not", "Very")


@pytest.mark.parametrize(("sent", "value"), [("0", 0), ("100", 100), (" 64 ", 64)])
def test_a_slider_takes_whole_places_from_0_to_100(sent, value):
    answer = LINE.read({"s": sent}, ())
    assert (answer.value, answer.scale) == (value, 100)
    assert LINE.measured == "interval"


@pytest.mark.parametrize("sent", ["", "101", "-1", "5.5", "٣", None, ["1", "2"], "1e1"])
def test_a_slider_takes_nothing_else(sent):
    with pytest.raises(OpenQuestion):
        LINE.read({"s": sent}, ())


def test_a_text_is_counted_as_a_browser_counts_it_and_never_cut():
    box = Text("t", "Why?", at_least=3, at_most=5)
    assert box.read({"t": " a\r\nbc "}, ()).answer == "a\nbc"
    for wrong in ("ab", "abcdef", "   ", None, ["abc", "abc"]):
        with pytest.raises(OpenQuestion):
            box.read({"t": wrong}, ())


def test_a_text_that_may_stay_empty_is_answered_when_it_does():
    assert Text("t", "Anything else?", at_least=0).read({}, ()).answer == ""


def test_cannot_tell_is_heard_beside_an_empty_field_of_the_same_name():
    answer = read_one(LINE, {"s": ["", CANNOT_TELL]}, ())
    assert (answer.value, answer.details) == (None, {"cannot_tell": True})


def test_a_text_cannot_have_to_be_longer_than_it_may_be():
    with pytest.raises(PluginError, match="nothing could be answered"):
        TRIALS.build("free_text", {"at_least": 50, "at_most": 40})
