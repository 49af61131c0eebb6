"""A folder is a catalogue: tested on a small folder of its own, through the public door."""

import dataclasses
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from config.plugins import PluginError, PluginFolder, record

CLOAK = '''
"""A cloak for tests."""

from typing import Annotated, ClassVar

from pydantic import Field

from config.plugins import plugin


@plugin
class Cloak:
    label: ClassVar[str] = "Cloak"
    presets: ClassVar = {"strong": {"steps": 500, "budget": 0.1}}

    budget: Annotated[float, Field(gt=0, le=1, description="on [0, 1] pixels")] = 0.05
    steps: Annotated[int, Field(ge=1)] = 60
    start: str


class _Private:
    pass
'''


@pytest.fixture
def zoo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PluginFolder[Any]]:
    """A catalogue with a plugin, a file that must not be imported, and a private file."""
    folder = tmp_path / "zoo_cloaks"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "cloak.py").write_text(CLOAK)
    (folder / "heavy.py").write_text("raise ImportError('listing must not import this')")
    (folder / "_shared.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    yield PluginFolder("zoo_cloaks")
    for name in [name for name in sys.modules if name.partition(".")[0] == "zoo_cloaks"]:
        del sys.modules[name]


@pytest.fixture
def stranger(tmp_path: Path, zoo: PluginFolder[Any]) -> PluginFolder[Any]:
    """The same catalogue with a plugin from another installed package."""
    (tmp_path / "elsewhere.py").write_text(CLOAK.replace("class Cloak", "class Veil"))
    metadata = tmp_path / "elsewhere-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: elsewhere\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        "[connoisseur.zoo_cloaks]\nveil = elsewhere:Veil\ncloak = elsewhere:Veil\n"
    )
    return zoo


def test_listing_imports_nothing(zoo: PluginFolder[Any]) -> None:
    assert zoo.names() == ["cloak", "heavy"]
    assert "zoo_cloaks.cloak" not in sys.modules


def test_a_name_that_does_not_exist_gets_the_choices(zoo: PluginFolder[Any]) -> None:
    with pytest.raises(PluginError) as error:
        zoo.build("clock")
    assert str(error.value) == (
        "There is no zoo cloak called “clock”. Choose one of: cloak, heavy."
    )


@pytest.mark.parametrize("name", ["_shared", "__init__", "../cloak", "cloak.Cloak", ""])
def test_only_listed_names_are_imported(name: str, zoo: PluginFolder[Any]) -> None:
    with pytest.raises(PluginError):
        zoo.load(name)


def test_defaults_presets_and_settings_lie_over_each_other(zoo: PluginFolder[Any]) -> None:
    cloak = zoo.build("cloak", {"steps": 7, "start": "noise"}, preset="strong")
    assert record(cloak) == {"budget": 0.1, "steps": 7, "start": "noise"}


def test_a_plugin_is_frozen(zoo: PluginFolder[Any]) -> None:
    cloak = zoo.build("cloak", {"start": "noise"})
    with pytest.raises(dataclasses.FrozenInstanceError):
        cloak.steps = 3


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"start": "x", "stepz": 3},
            "zoo cloak cloak: there is no setting “stepz”; there are: budget, steps, start.",
        ),
        (
            {"start": "x", "steps": 0},
            "zoo cloak cloak: steps: input should be greater than or equal to 1 (given: 0).",
        ),
        (
            {"start": "x", "budget": float("nan")},
            "zoo cloak cloak: budget: input should be a finite number (given: nan).",
        ),
        ({}, "zoo cloak cloak: the setting “start” is missing."),
    ],
)
def test_settings_it_cannot_take_get_a_sentence(
    settings: dict[str, Any], sentence: str, zoo: PluginFolder[Any]
) -> None:
    with pytest.raises(PluginError) as error:
        zoo.build("cloak", settings)
    assert str(error.value) == sentence


def test_an_unknown_preset_gets_the_choices(zoo: PluginFolder[Any]) -> None:
    with pytest.raises(PluginError, match="has no preset “weak”; it has: strong"):
        zoo.build("cloak", preset="weak")


def test_the_schema_holds_bounds_units_and_defaults(zoo: PluginFolder[Any]) -> None:
    schema = zoo.schema("cloak")
    Draft202012Validator.check_schema(schema)
    assert schema["properties"]["budget"] == {
        "title": "Budget",
        "type": "number",
        "default": 0.05,
        "description": "on [0, 1] pixels",
        "exclusiveMinimum": 0.0,
        "maximum": 1.0,
    }
    assert schema["additionalProperties"] is False


def test_settings_are_listed_in_the_order_of_the_file(zoo: PluginFolder[Any]) -> None:
    assert list(zoo.settings("cloak")) == ["budget", "steps", "start"]


def test_other_packages_add_plugins_by_entry_point(stranger: PluginFolder[Any]) -> None:
    assert stranger.names() == ["cloak", "heavy", "veil"]
    assert type(stranger.build("veil", {"start": "noise"})).__name__ == "Veil"


def test_other_packages_cannot_replace_our_plugins(stranger: PluginFolder[Any]) -> None:
    assert stranger.load("cloak").__name__ == "Cloak"


def test_a_file_with_two_public_classes_is_refused(tmp_path: Path, zoo: PluginFolder[Any]) -> None:
    (tmp_path / "zoo_cloaks" / "two.py").write_text("class A: ...\nclass B: ...\n")
    with pytest.raises(PluginError, match="must hold one public class; it holds: A, B"):
        zoo.load("two")


@pytest.mark.parametrize(
    ("package", "noun"),
    [
        ("generation.protections", "protection"),
        ("generation.style_transfers", "style transfer"),
        ("evaluation.analyses", "analysis"),
    ],
)
def test_messages_use_the_folders_own_word(package: str, noun: str) -> None:
    assert PluginFolder(package).noun == noun
