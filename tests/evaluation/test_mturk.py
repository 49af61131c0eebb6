"""An MTurk batch becomes the table that `analyse` reads, and names no worker."""

import csv

import pandas as pd
import pytest
from django.core.management import CommandError, call_command

from evaluation.ratings import checked, usable

HEAD = ["HITId", "AssignmentId", "WorkerId", "AssignmentStatus", "Input.image", "Input.method"]
ROWS = [
    ["H1", "A1", "WORKER1", "Approved", "a.png", "glaze", "4", "fine"],
    ["H2", "A2", "WORKER1", "Approved", "b.png", "none", "2", ""],
    ["H1", "A3", "WORKER2", "Submitted", "a.png", "glaze", "5", "noisy"],
    ["H2", "A4", "WORKER3", "Rejected", "b.png", "none", "1", "x"],
]


@pytest.fixture
def batch(tmp_path):
    path = tmp_path / "batch.csv"
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows([[*HEAD, "Answer.quality", "Answer.why"], *ROWS])
    return path


def converted(batch, *more: str) -> pd.DataFrame:
    to = batch.with_name("ratings.csv")
    call_command("ratings", "mturk", str(batch), "--to", str(to), *more)
    return pd.read_csv(to)


def test_each_answer_is_a_row_that_analyse_takes(batch, capsys):
    table = converted(batch, "--item", "Input.image", "--column", "protection=Input.method")
    quality = usable(checked(table))
    assert sorted(quality["value"]) == [2, 4, 5]
    assert set(zip(quality["item"], quality["protection"], strict=True)) == {
        ("a.png", "glaze"),
        ("b.png", "none"),
    }
    assert set(table["population"]) == {"MTurk"}
    assert "1 rejected assignments, 1 empty answers" in capsys.readouterr().out


def test_no_worker_is_named_and_each_keeps_one_pseudonym(batch):
    table = converted(batch)
    assert "WORKER" not in batch.with_name("ratings.csv").read_text()
    first = table[table["question"] == "quality"].set_index(["item", "value"])["participant"]
    assert first["H1", 4] == first["H2", 2] != first["H1", 5]


def test_the_pseudonym_hangs_on_the_sites_key(batch, settings):
    one = set(converted(batch)["participant"])
    settings.SECRET_KEY = "another key of fifty characters, which is not the first"
    assert not one & set(converted(batch)["participant"])


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--item", "Input.other"], "lacks the columns Input.other"),
        (["--item", "WorkerId"], "names a person"),
        (["--column", "protection"], "NAME=COLUMN"),
        (["--column", "value=Input.method"], "columns that can be named"),
    ],
)
def test_what_cannot_be_done_is_told(batch, more, sentence):
    with pytest.raises(CommandError, match=sentence):
        converted(batch, *more)


GOOD = "H1,A1,W1,Approved,a.png,4\n"


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("H1,A1,W1,Approved,a.png,4,\n", "Line 2 of .* has 7 cells, and the head has 6"),
        (f"{GOOD}H2,A2,W2\n", "Line 3 of .* has 3 cells"),
        (f"{GOOD}H1,A2, ,Approved,a.png,2\n", "1 lines have no WorkerId"),
        (f"{GOOD}H1,,W2,Approved,a.png,2\n", "1 lines have no AssignmentId"),
        (
            f"{GOOD}H1,A1,W2,Approved,a.png,2\n",
            "1 lines repeat an assignment with other words, A1 first",
        ),
        (f"{GOOD}H1,A2,W2,Approved, ,2\n", "1 lines have no Input.image"),
        ("", "No answer to take: 0 assignments"),
        (
            "H1,A1,W1,Rejected,a.png,4\nH1,A2,W2,Approved,a.png,\n",
            "No answer to take: 2 assignments, 1 of them rejected, and 1 empty answers",
        ),
    ],
)
def test_no_line_is_lost_or_shifted_in_silence(tmp_path, lines, sentence):
    path = tmp_path / "batch.csv"
    path.write_text("HITId,AssignmentId,WorkerId,AssignmentStatus,Input.image,Answer.q\n" + lines)
    with pytest.raises(CommandError, match=sentence):
        converted(path, "--item", "Input.image")
    assert not path.with_name("ratings.csv").exists()


def test_an_answer_in_no_finite_number_has_no_value(tmp_path):
    path = tmp_path / "batch.csv"
    head = "HITId;AssignmentId;WorkerId;AssignmentStatus;Answer.q\n"
    path.write_text(f"{head}H1;A1;W1;Approved;inf\nH1;A2;W2;Approved;1e999\n", encoding="utf-16")
    table = converted(path)
    assert len(table) == 2
    assert table["value"].isna().all()


def in_json(tmp_path, *texts: str):
    path = tmp_path / "batch.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow([*HEAD, "Answer.taskAnswers"])
        rows.writerows(
            [f"H{n}", f"A{n}", "W1", "Approved", "a.png", "none", text]
            for n, text in enumerate(texts)
        )
    return path


def test_answers_in_one_json_text_are_answers_as_all_others(tmp_path):
    path = in_json(
        tmp_path,
        '[{"quality": {"1": false, "4": true}, "why": "a \\"blur\\"", "style": {"label": "oil"}}]',
        '[{"quality": "2.50", "seen": {"dots": true, "lines": true}, "sure": true, "why": null}]',
    )
    table = converted(path)
    told = {(row.item, row.question): row.answer for row in table.itertuples()}
    assert told == {
        ("H0", "quality"): "4",
        ("H0", "why"): 'a "blur"',
        ("H0", "style.label"): "oil",
        ("H1", "quality"): "2.50",
        ("H1", "seen"): "dots|lines",
        ("H1", "sure"): "true",
    }
    assert sorted(table["value"].dropna()) == [2.5, 4]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[{"quality": "4"', "Expecting"),
        ("quality=4", "Expecting"),
        ('{"quality": "4"}', "no list of objects"),
        ('[{"quality": "4", "quality": "5"}]', "“quality” stands in it twice"),
        ('[{"quality": "4"}, {"quality": "5"}]', "“Answer.quality” stands in it twice"),
        ('[{"quality": NaN}]', "NaN is no number"),
        ("[" * 100_000, "Line 3"),
    ],
)
def test_broken_json_is_refused_with_its_line_and_reason(tmp_path, text, reason):
    path = in_json(tmp_path, '[{"quality": "4"}]', text)
    with pytest.raises(CommandError, match=reason) as refused:
        converted(path)
    assert "Line 3" in str(refused.value)


def test_a_name_that_is_a_column_already_is_refused(tmp_path):
    path = in_json(tmp_path, '[{"x": "4"}]')
    path.write_text(path.read_text().replace("Input.image", "Answer.x"))
    with pytest.raises(CommandError, match=r"“Answer\.x” is a column"):
        converted(path)


def test_what_a_worker_wrote_is_no_formula_and_a_number_stays_one(tmp_path):
    path = in_json(tmp_path, '[{"why": " =HYPERLINK(1)", "change": "-2"}]')
    told = converted(path).set_index("question")
    assert told.loc["why", "answer"] == "'=HYPERLINK(1)"
    assert str(told.loc["change", "answer"]) == "-2"
    assert told.loc["change", "value"] == -2
