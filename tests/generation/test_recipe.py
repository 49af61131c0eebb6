"""A recipe's key is the hash of what makes the image, and of nothing else."""

import hashlib
import json
from dataclasses import replace
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.plugins import plugin
from generation.recipe import (
    RecipeError,
    Step,
    artwork_step,
    canonical_json,
    digest,
    edit_step,
    generator_seed,
    mimic_step,
    painting_step,
    plugin_step,
    training_keys,
)

NETWORK = {"id": "small", "revision": "", "sha256": "0" * 64}
ARTWORK = artwork_step("a" * 64)
PROTECTED = Step(
    kind="protection",
    method="glaze",
    settings={"budget": 0.07, "steps": 60},
    inputs={"image": ARTWORK},
    seed=3,
    networks={"autoencoder": NETWORK},
    version=2,
)

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@plugin
class Blur:
    """A method with two settings, for these tests."""

    version: ClassVar[int] = 4
    radius: float = 1.0
    passes: int = 2


def test_the_key_is_the_sha256_of_the_canonical_json_of_the_document() -> None:
    written = json.dumps(PROTECTED.document, sort_keys=True, separators=(",", ":"))
    assert PROTECTED.key == hashlib.sha256(written.encode()).hexdigest()


def test_a_document_names_its_inputs_by_key_and_holds_all_that_made_the_image() -> None:
    assert PROTECTED.document == {
        "format": 1,
        "kind": "protection",
        "method": "glaze",
        "version": 2,
        "settings": {"budget": 0.07, "steps": 60},
        "seed": 3,
        "networks": {"autoencoder": NETWORK},
        "inputs": {"image": ARTWORK.key},
    }


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "purification"},
        {"method": "mist"},
        {"version": 3},
        {"settings": {"budget": 0.05, "steps": 60}},
        {"seed": 4},
        {"seed": None},
        {"networks": {"autoencoder": {**NETWORK, "sha256": "1" * 64}}},
        {"inputs": {"image": artwork_step("b" * 64)}},
        {"inputs": {"target": ARTWORK}},
    ],
)
def test_whatever_could_change_the_image_changes_the_key(change: dict[str, object]) -> None:
    assert replace(PROTECTED, **change).key != PROTECTED.key  # type: ignore[arg-type]


def test_the_order_in_which_settings_are_written_does_not_change_the_key() -> None:
    assert replace(PROTECTED, settings={"steps": 60, "budget": 0.07}).key == PROTECTED.key


def test_keys_stay_what_they_are_from_release_to_release() -> None:
    # a changed number here means that every stored image would be made again
    assert ARTWORK.key == "44f792b0467a8dad2b908132af1ed7b0647c4368b506eb7b24196a7eb8215865"
    assert PROTECTED.key == "5a1965dbd32b15108d05c3faafa0ceffde62dc92fedc180ca77a8952bfbc739b"


def test_a_whole_number_has_one_spelling_whether_it_is_float_or_integer() -> None:
    assert canonical_json([1.0, -0.0, 1e22]) == "[1,0,10000000000000000000000]"
    assert canonical_json([0.07, 1e-5, 16 / 255]) == "[0.07,1e-05,0.06274509803921569]"
    assert canonical_json([True, 1]) == "[true,1]"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1: 2}, {"a": {1, 2}}, b"x"])
def test_what_json_cannot_say_is_refused(value: object) -> None:
    with pytest.raises((ValueError, TypeError), match="recipe"):
        canonical_json(value)


@given(json_values)
def test_canonical_json_reads_back_to_a_value_with_the_same_canonical_json(value: object) -> None:
    written = canonical_json(value)
    assert canonical_json(json.loads(written)) == written
    assert digest(value) == digest(json.loads(written))


def test_the_graph_holds_each_step_once_with_inputs_first() -> None:
    copy = Step("preparation", "square", {"size": 64}, {"image": ARTWORK})
    target = Step("style_transfer", "gram", {}, {"image": copy, "style": copy}, seed=1)
    cloak = Step("protection", "glaze", {}, {"image": copy, "target": target}, seed=1)
    assert list(cloak.graph()) == [ARTWORK, copy, target, cloak]


def test_a_plugins_step_records_defaults_and_version() -> None:
    step = plugin_step("purification", "blur", Blur(radius=3), {"image": ARTWORK}, seed=5)
    assert step.document["settings"] == {"radius": 3, "passes": 2}
    assert (step.document["version"], step.document["seed"]) == (4, 5)


def test_each_picture_draws_for_itself_and_the_same_at_every_budget() -> None:
    assert generator_seed(1, "x") != generator_seed(1, "y")
    assert generator_seed(1, "x") != generator_seed(2, "x")
    assert generator_seed(1, "x") == generator_seed(1, "x") < 2**63


DIFFUSION = {"diffusion": NETWORK}
PICTURES = [artwork_step(digit * 64) for digit in "abc"]
CAPTIONS = ["a harbour", "a street", "a head"]


def learnt(**changes: Any) -> Step:
    """A mimic of three pictures."""
    given: dict[str, Any] = {"pictures": PICTURES, "captions": CAPTIONS, "seed": 1} | changes
    pictures, captions = given.pop("pictures"), given.pop("captions")
    return mimic_step("blur", Blur(), pictures, captions, **{"networks": DIFFUSION, **given})


def test_a_mimic_is_made_from_its_pictures_in_order_and_their_captions() -> None:
    document = learnt().document
    assert document["kind"] == "mimic"
    assert training_keys(document) == [picture.key for picture in PICTURES]
    assert document["settings"] == {"radius": 1, "passes": 2, "captions": CAPTIONS}
    assert document["networks"] == DIFFUSION


def test_the_order_of_the_training_pictures_is_part_of_the_key() -> None:
    assert learnt(pictures=PICTURES[::-1]).key != learnt().key


def test_more_than_a_thousand_training_pictures_keep_their_order() -> None:
    many = learnt(pictures=PICTURES * 400, captions=CAPTIONS * 400).document
    assert training_keys(many) == [picture.key for picture in PICTURES] * 400


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"pictures": [], "captions": []}, "at least one"),
        ({"captions": CAPTIONS[:2]}, "given: 2 for 3"),
        ({"captions": ["a", " ", "c"]}, "Training picture 2 has no caption: write one"),
        ({"networks": {"autoencoder": NETWORK}}, "in the role “diffusion”"),
    ],
)
def test_a_mimic_that_cannot_be_learnt_is_refused_in_a_sentence(
    wrong: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(RecipeError, match=sentence):
        learnt(**wrong)


def test_a_painting_by_a_mimic_uses_the_network_that_the_mimic_was_learnt_on() -> None:
    mimic = learnt()
    painted = painting_step("blur", Blur(), seed=100, mimic=mimic)
    assert painted.inputs == {"mimic": mimic}
    assert painted.networks == DIFFUSION
    other = {"diffusion": {**NETWORK, "sha256": "1" * 64}}
    with pytest.raises(RecipeError, match="learnt on the network small"):
        painting_step("blur", Blur(), seed=100, mimic=mimic, networks=other)


def test_a_network_paints_without_a_mimic_and_nothing_paints_without_a_network() -> None:
    assert painting_step("blur", Blur(), seed=1, networks=DIFFUSION).inputs == {}
    with pytest.raises(RecipeError, match="painting blur needs a network"):
        painting_step("blur", Blur(), seed=1)
    with pytest.raises(RecipeError, match="edit blur needs a network"):
        edit_step("blur", Blur(), ARTWORK, seed=1, networks={})
