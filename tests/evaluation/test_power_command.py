"""`manage.py power`: numbers or an experiment file in, a study's prospects out."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.studies.paintings import import_paintings, text

PSR = ("--psr", "clean=0.2", "cloak=0.6", "--studies", "40")
SIZE = ("--raters", "10", "--artworks", "8")


def said(*arguments: object) -> str:
    out = StringIO()
    call_command("power", *map(str, arguments), stdout=out)
    return out.getvalue()


def told(*arguments: object) -> Any:
    return json.loads(said(*arguments, "--json"))


def test_power_is_said_with_its_interval_and_its_error() -> None:
    lines = said(*PSR, *SIZE)
    assert "does the PSR of cloak differ from that of clean" in lines
    assert "10 raters × 8 artworks, 2 conditions seen by all, 16 answers each" in lines
    assert "power" in lines
    assert "wrong yes" in lines


def test_the_same_seed_says_the_same() -> None:
    assert told(*PSR, *SIZE) == told(*PSR, *SIZE, "--processes", "1")
    assert told(*PSR, *SIZE)["power"]["value"] > 0.5


def test_how_many_are_needed() -> None:
    found = told(*PSR, *SIZE, "--find", "raters", "--most", "40")
    assert 4 <= found["size"]["value"] <= 20
    assert found["vary"] == "raters"


@pytest.mark.parametrize(
    "question",
    [
        ("equivalence", "--margin", "0.1"),
        ("non_inferiority", "--margin", "0.1"),
        ("precision", "--half-width", "0.1"),
    ],
)
def test_other_questions_are_asked(question) -> None:
    found = told(*PSR, *SIZE, "--question", *question, "--sd", "rater:condition=0.2")
    assert "rater:condition 0.2" in found["truth"]
    assert 0 <= found["power"]["value"] <= 1


@pytest.mark.django_db
def test_the_size_is_that_of_the_experiment_file(tmp_path: Path) -> None:
    import_paintings()
    file = tmp_path / "small.yaml"
    file.write_text(text())
    # six artworks under two conditions, and both are compared
    assert "6 raters × 6 artworks" in said(file, *PSR)
    assert "20 raters × 6 artworks" in said(file, *PSR, "--raters", "20")


@pytest.mark.django_db
def test_a_file_without_its_collection_needs_numbers(tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(text())
    with pytest.raises(CommandError, match="Or give --artworks and --answers-each"):
        said(file, *PSR)
    assert "8 artworks" in said(file, *PSR, "--artworks", "8", "--answers-each", "6")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--psr", "clean", *SIZE), "--psr takes NAME=NUMBER"),
        (("--psr", "a=0.2", "b=1.2", *SIZE), "between 0 and 1"),
        (("--psr", "a=0.2", *SIZE), "Name two conditions"),
        (PSR, "Give an experiment file, or --raters"),
        ((*PSR, *SIZE, "--sd", "people=1"), "--sd takes rater"),
        ((*PSR, *SIZE, "--question", "precision"), "needs --half-width"),
        ((*PSR, *SIZE, "--question", "equivalence"), "needs --margin"),
        (("nowhere.yaml", *PSR), "cannot be read"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(arguments, words) -> None:
    with pytest.raises(CommandError, match=words):
        said(*arguments)
