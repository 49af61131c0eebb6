"""A CSV of scores from elsewhere: what is matched, and a sentence for each line that is wrong."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas import DataFrame

from evaluation.measuring import measurements, score_tables
from evaluation.measuring.measurements import direction_of
from evaluation.measuring.score_tables import Score, Scores
from evaluation.ratings import TableError

A, B, C = "a" * 64, "ab" * 32, "c" * 64
KNOWN = {"item-0000": [A, B], "item-0001": [C], "item-0002": [A]}


def read(text: str, direction: str = "higher") -> Scores:
    return score_tables.read(text, KNOWN, direction)


def said(text: str, direction: str = "higher") -> list[str]:
    return [str(problem) for problem in read(text, direction).problems]


def test_items_pictures_short_digits_and_file_names_are_all_found() -> None:
    found = read(
        "item,image,file,metric,value\n"
        f"item-0001,,,beauty,1\n,{B},,style,2\n,{C[:12]},,style,3\n,,out/{B.upper()}.PNG,grain,4\n"
        ",,item-0001.jpg,grain,5\nitem-0001," + C + ",,both,6\n"
    )
    assert not found.problems
    assert not found.unknown
    assert [(s.item, s.picture, s.metric, s.value) for s in found.scores] == [
        ("item-0001", "", "beauty", 1), ("item-0000", B, "style", 2), ("item-0001", C, "style", 3),
        ("item-0000", B, "grain", 4), ("item-0001", "", "grain", 5), ("item-0001", C, "both", 6),
    ]  # fmt: skip


def test_a_picture_that_two_items_show_scores_both() -> None:
    found = read(f"image,metric,value\n{A},style,0.5\n")
    assert {score.item for score in found.scores} == {"item-0000", "item-0002"}


def test_semicolons_byte_order_mark_and_infinity_are_read() -> None:
    found = read("\ufeffMetric;Value;Item;note\r\npsnr2;inf;item-0001;x\r\n")
    assert found.scores == (Score(2, "item-0001", "", "psnr2", inf),)
    assert found.unread == ("note",)


def test_an_items_score_is_its_own_or_the_mean_over_all_its_pictures() -> None:
    found = read(f"image,metric,value\n{A},style,1\n{B},style,3\n")
    assert score_tables.means(found.scores, KNOWN) == {
        ("item-0000", "style"): 2, ("item-0002", "style"): 1,
    }  # fmt: skip
    half = read(f"image,metric,value\n{B},style,3\n")
    assert score_tables.means(half.scores, KNOWN) == {}
    (covered,) = score_tables.coverage(half, KNOWN)
    assert covered.said == "0 of 3 items; not item-0000, item-0001 and item-0002"


def test_lower_is_better_becomes_part_of_the_name() -> None:
    found = read("item,metric,value,direction\nitem-0001,loss,1,lower\nitem-0001,beauty,1,\n")
    assert dict(found.directions) == {"loss(lower)": "lower", "beauty": "higher"}
    assert direction_of("loss(lower)") == -1
    assert direction_of("beauty") == 1
    assert dict(read("item,metric,value\nitem-0001,loss,1\n", "lower").directions) == {
        "loss(lower)": "lower"
    }


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The file is empty: it needs a head with the columns' names."),
        ("item,metric,value\n", "The file has a head and no line below it."),
        ("item,metric\nitem-0001,m\n",
         "The column “value” must be in the first line; this file has “item” and “metric”."),
        ("metric,value\nm,1\n", "A column must say what a line is about: “item” (item-0007),"),
        ("item,item,metric,value\n", "The column “item” is there twice: keep one."),
        ("item,metric,value\nitem-0001,m,nan\n", "Line 2: “nan” is no number; write inf"),
        ("item,metric,value\nitem-0001,m,\n", "Line 2: the value is missing; write inf"),
        ("item,metric,value\nitem-0001,m,-inf\n", "Line 2: “-inf” is no number"),
        ("item,metric,value\nitem-0001,m,1,2\n",
         "Line 2: 4 cells, where the head has 3 columns."),
        ("item,metric,value\nitem-0001,,1\n", "Line 2: it names no metric."),
        ("item,metric,value\n,m,1\n", "Line 2: it names neither an item nor a picture."),
        ("item,metric,value\nitem-0001,lpips,1\n",
         "Line 2: “lpips” is a name of Connoisseur's own: give the scores another, such as"
         " “my_lpips”."),
        ("item,metric,value\nitem-0001,clip_genre(mode=legacy).margin,1\n", "Line 2: “clip_genre("),
        ("item,metric,value\nitem-0001,calibrated:3f2a,1\n", "Line 2: “calibrated:3f2a” is a name"),
        ("item,metric,value\nitem-0001,m,1\nitem-0001,n,1\nitem-0001,m,2\n",
         "Line 4: m of item-0001 is given a second time (first in line 2)."),
        (f"item,image,metric,value\nitem-0001,,m,1\n,{C},m,2\n",
         "Line 3: m of item-0001 is given for the whole item and for single pictures (line 2)"),
        (f"item,image,metric,value\nitem-0001,{B},m,1\n",
         f"Line 2: “item-0001” and “{B}” are not one thing."),
        ("item,metric,value,direction\nitem-0001,m,1,up\n",
         "Line 2: the direction “up” is neither “higher” nor “lower”."),
        ("item,metric,value,direction\nitem-0001,m,1,lower\nitem-0000,m,1,higher\n",
         "Line 3: m is better higher here, and better lower further up."),
    ],
)  # fmt: skip
def test_each_wrong_line_gets_its_sentence(text: str, sentence: str) -> None:
    (only,) = said(text)
    assert only.startswith(sentence)


def test_a_short_digit_that_means_two_pictures_is_refused() -> None:
    twins = {"item-0000": ["d" * 12 + "0" * 52, "d" * 12 + "1" * 52]}
    found = score_tables.read("image,metric,value\n" + "d" * 12 + ",m,1\n", twins)
    assert "is the beginning of 2 pictures" in str(found.problems[0])


def test_lines_about_nothing_here_are_told_apart_from_wrong_ones() -> None:
    found = read(f"item,metric,value\nitem-0001,m,1\nitem-0099,m,1\n{'f' * 64},m,1\n")
    assert not found.problems
    assert [str(problem) for problem in found.unknown] == [
        "Line 3: “item-0099” (item) is no item and no judged picture of this study.",
        f"Line 4: “{'f' * 64}” (item) is no item and no judged picture of this study.",
    ]
    assert "is it another study's file?" in said("item,metric,value\nitem-0099,m,1\n")[0]


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    found = read(text)
    assert found.scores or found.problems
    assert all(str(problem).strip() for problem in found.problems)


@given(
    st.lists(st.tuples(st.sampled_from(list(KNOWN)), st.sampled_from("mno"),
                       st.floats(-1e100, 1e100, allow_nan=False)),
             min_size=1, max_size=12, unique_by=lambda row: row[:2])
)  # fmt: skip
def test_what_is_written_for_items_comes_back(rows) -> None:
    text = "item,metric,value\n" + "".join(f"{i},{m},{v!r}\n" for i, m, v in rows)
    found = read(text)
    assert not found.problems
    assert score_tables.means(found.scores, KNOWN) == {(i, m): v for i, m, v in rows}


def test_a_table_from_elsewhere_may_say_that_lower_is_better() -> None:
    table = DataFrame(
        [("a", "loss", 1.0, "lower"), ("a", "beauty", 2.0, ""), ("a", "lpips", 3.0, "lower")],
        columns=["item", "metric", "value", "direction"],
    )
    found = measurements.checked(table)
    assert set(found["metric"]) == {"loss(lower)", "beauty", "lpips"}
    with pytest.raises(TableError, match="Row 1 of the metrics: the direction “down” is neither"):
        measurements.checked(table.assign(direction="down"))
