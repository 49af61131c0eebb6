"""Surveys: shares of those who answered, Wilson's interval, ticks, lines, and texts kept apart."""

import json
from typing import Any

import pytest
from pandas import DataFrame

from evaluation.analyses.survey import Survey
from evaluation.evidence import Evidence
from evaluation.findings.surveyed import LEFT_OPEN, Asked
from evaluation.ratings import TableError, checked


def row(person: int, question: str, answer: str, value: int | None = None, scale: int = 3) -> Any:
    return {
        "participant": f"P{person}",
        "item": "item-0001",
        "question": question,
        "answer": answer,
        "value": value,
        "scale": scale if value is not None else None,
        "population": "artists",
    }


ASKED = (
    Asked("post", "Do you post?", "nominal", ("Yes", "No", "Never say")),
    Asked("tools", "With what?", "nominal", ("Oil", "Ink", "Else"), several=True),
    Asked("agree", "Agree?", "ordinal", ("No", "Partly", "Yes")),
    Asked("mood", "Mood?", "interval"),
    Asked("more", "More?", "text"),
)


def table() -> DataFrame:
    rows = [row(n, "post", "Yes" if n < 7 else "No", 1 if n < 7 else 2) for n in range(10)]
    rows += [row(10, "post", LEFT_OPEN)]
    ticks = [["Oil"], ["Oil", "Ink"], ["Else: Oil pastel"], []]
    rows += [row(n, "tools", json.dumps(words)) for n, words in enumerate(ticks)]
    rows += [row(n, "agree", ("No", "Yes")[n % 2], (1, 3)[n % 2]) for n in range(4)]
    rows += [row(n, "mood", str(place), place, 100) for n, place in enumerate((0, 50, 100))]
    rows += [row(0, "more", "A secret"), row(1, "more", "")]
    return DataFrame(rows)


def found(asked: tuple[Asked, ...] = ASKED, **settings: Any) -> Any:
    return Survey(**settings).run(Evidence(checked(table()), asked=asked), seed=1)


def shares(finding: Any) -> Any:
    return finding.table.set_index(["question", "answer"])


def test_a_share_is_of_those_who_answered_with_wilsons_interval():
    told = shares(found()).loc["post", "Yes"]
    assert (told["n"], told["given"]) == (10, 7)
    # 7 of 10: 0.397, 0.892 (Newcombe 1998, method 3, by R's prop.test(7, 10, correct = FALSE))
    assert (told["share_low"], told["share_high"]) == (
        pytest.approx(0.3968, abs=1e-4),
        pytest.approx(0.8922, abs=1e-4),
    )
    assert "or could not tell" in " ".join(found().notes)


def test_options_that_nobody_chose_are_told_with_an_interval():
    told = shares(found()).loc["post", "Never say"]
    assert told["given"] == 0
    assert told["share_low"] == pytest.approx(0)
    assert told["share_high"] > 0.2


def test_each_tick_counts_for_its_option_and_what_was_written_is_no_option():
    told = shares(found())
    assert [told.loc[("tools", words), "given"] for words in ("Oil", "Ink", "Else")] == [2, 1, 1]
    assert told.loc[("tools", "Oil"), "n"] == 4


def test_a_line_has_a_mean_and_a_place_of_nought_is_one():
    lines = next(each for each in found().exhibits if each.title == "Places on lines")
    assert lines.table["mean"][0] == pytest.approx(50)
    # mean ± t(2) · 50 / √3, t(2) = 4.3027
    assert lines.table["mean_high"][0] == pytest.approx(50 + 4.30265 * 50 / 3**0.5, rel=1e-4)


def test_texts_are_counted_and_listed_only_where_that_is_asked_for():
    closed, opened = found(), found(quote=("more",))
    assert "A secret" not in str(closed)
    assert closed.table.set_index("question")["given"]["more"] == 1
    assert "A secret" in str([each.table for each in opened.exhibits])


def test_a_table_from_elsewhere_tells_by_itself_what_was_asked():
    told = shares(found(asked=()))
    assert told.loc[("tools", "Oil"), "given"] == 2
    assert told.loc[("agree", "Yes"), "given"] == 2


def test_people_who_answer_several_times_are_not_taken_for_several_people():
    again = table().assign(item="item-0002")
    both = checked(DataFrame([*table().to_dict("records"), *again.to_dict("records")]))
    finding = Survey().run(Evidence(both, asked=ASKED), seed=1)
    assert not finding.assumptions[0].held
    assert "Wilson" not in shares(finding).loc[("post", "Yes"), "method"]


def test_a_question_that_nobody_answered_is_refused():
    with pytest.raises(TableError, match="Nobody answered the question “age”"):
        found(questions=("age",))


def test_two_populations_are_never_one():
    mixed = table()
    mixed.loc[0, "population"] = "crowd"
    with pytest.raises(TableError, match="mixes populations"):
        Survey().run(Evidence(checked(mixed), asked=ASKED), seed=1)
