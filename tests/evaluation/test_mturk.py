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
    ],
)
def test_no_line_is_lost_or_shifted_in_silence(tmp_path, lines, sentence):
    path = tmp_path / "batch.csv"
    path.write_text("HITId,AssignmentId,WorkerId,AssignmentStatus,Input.image,Answer.q\n" + lines)
    with pytest.raises(CommandError, match=sentence):
        converted(path)
    assert not path.with_name("ratings.csv").exists()


def test_an_answer_in_no_finite_number_has_no_value(tmp_path):
    path = tmp_path / "batch.csv"
    head = "HITId;AssignmentId;WorkerId;AssignmentStatus;Answer.q\n"
    path.write_text(f"{head}H1;A1;W1;Approved;inf\nH1;A2;W2;Approved;1e999\n", encoding="utf-16")
    table = converted(path)
    assert len(table) == 2
    assert table["value"].isna().all()
