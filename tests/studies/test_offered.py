"""Choices held against the collection, and mimicries that make no pairs: said beforehand."""

import pytest
from django.core.management import CommandError, call_command

from studies import services
from studies.drafting.draft import read_checked
from studies.models import Study
from studies.protocol import ProtocolError
from tests.studies.mimicries import mimicry
from tests.studies.mimicries import text as mimicry_text
from tests.studies.paintings import PAINTERS, import_paintings, text

ALL = list(PAINTERS)


def attribution(choices: list[str], **settings: object) -> str:
    trial = {"kind": "attribution", "settings": {"choices": choices}}
    return text(study__trial=trial, analysis__analyses={"attribution": settings})


def line_of(source: str, part: str) -> int:
    return next(n for n, line in enumerate(source.splitlines(), 1) if part in line)


@pytest.mark.django_db
def test_a_name_that_no_painter_has_is_told_with_its_line_by_check_and_by_apply(tmp_path):
    import_paintings()
    source = attribution([*ALL[:2], "Cleo Ceruleen"])
    file = tmp_path / "study.yaml"
    file.write_text(source)
    said = f"line {line_of(source, 'Ceruleen')}, study.trial.settings.choices.3.: “Cleo Ceruleen”"
    with pytest.raises(CommandError, match=rf"{said}.*Did you mean “Cleo Cerulean”"):
        call_command("experiment", "check", str(file))
    with pytest.raises(ProtocolError, match="is no painter of the collection"):
        services.apply(text=source)
    assert not Study.objects.exists()


@pytest.mark.django_db
def test_a_painter_who_is_shown_and_not_offered_is_named():
    import_paintings()
    source = attribution(ALL[:2])
    line = line_of(source, "choices")
    with pytest.raises(ProtocolError, match=f"line {line}.*pictures by Cleo Cerulean are shown"):
        services.apply(text=source)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("choices", "settings"),
    [
        (ALL, {}),
        ([*ALL[:2], "Somebody else"], {"otherwise": "Somebody else", "sources": {
            ALL[0]: ALL[0], ALL[1]: ALL[1]}}),
        (["A person", "A computer"], {"otherwise": "A person"}),
    ],
)  # fmt: skip
def test_choices_that_fit_and_choices_of_other_words_are_taken(choices, settings):
    import_paintings()
    assert services.apply(text=attribution(choices, **settings)).slug == "small"


def pair(**changes: object) -> str:
    both = {"one": mimicry(), "other": mimicry(**changes)}
    return mimicry_text(
        both,
        study__trial={"kind": "forced_choice", "settings": {"originals": 2}},
        study__compare={"factors": ["mimicry"]},
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("seed", 101), ("prompts", ["a house by {painter}"]), ("count", 6)],
)
def test_paintings_that_make_no_pairs_are_not_compared(name, value):
    source = pair(**{f"paintings__{name}": value})
    second = source.index("    other:")
    line = source[: source.index(f"{name}:", second)].count("\n") + 1
    with pytest.raises(ProtocolError, match=f"line {line}, .*same prompt and seed.*{name} differ"):
        read_checked(source)


def test_mimicries_with_the_same_paintings_are_compared_however_they_are_drawn():
    assert read_checked(pair(paintings__sampler={"steps": 3})).study.compare is not None
