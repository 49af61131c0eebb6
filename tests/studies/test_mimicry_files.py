"""The section `mimicries` of an experiment file: what it says is read, what is wrong is told."""

import json
from typing import Any

import pytest
import yaml

from studies import protocol
from studies.drafting.draft import read_checked
from studies.presets import preset_text
from studies.protocol import ProtocolError
from studies.protocol.stimuli import named_networks, network_names
from studies.protocol.templates import TemplateError, fill, placeholders
from tests.studies.mimicries import mimicry, text


def problems(source: str) -> str:
    with pytest.raises(ProtocolError) as caught:
        protocol.read(source)
    return str(caught.value)


def test_a_mimicry_is_read_with_all_settings_and_paints_as_large_as_the_originals() -> None:
    read = protocol.read(text())
    learnt = read.stimuli.mimicries["learnt"]
    assert (learnt.settings["steps"], learnt.settings["rate"]) == (2, 5e-6)
    assert learnt.paintings.sampler["size"] == 32
    assert learnt.paintings.sampler["scheduler"] == "dpmpp"
    assert "prompt" not in learnt.paintings.sampler
    again = protocol.read(yaml.safe_dump(protocol.document(read)))
    assert again == read
    assert protocol.restore(json.loads(protocol.canonical(read))) == read


def test_the_network_of_the_study_learns_where_a_mimicry_names_none() -> None:
    read = protocol.read(
        text({"a": mimicry(network=None)}, stimuli__networks={"diffusion": "tiny-pipeline"})
    )
    assert read.stimuli.mimicries["a"].network == "tiny-pipeline"


def test_artist_and_mimic_may_see_with_different_networks() -> None:
    cloak = {
        "method": "photoguard_encoder",
        "budgets": ["8/255"],
        "networks": {"autoencoder": "the-artists"},
    }
    read = protocol.read(
        text(
            {"a": mimicry(network="one"), "b": mimicry(network="other")},
            stimuli__protections={"clean": None, "cloak": cloak},
            stimuli__networks={"autoencoder": "the-mimics"},
        )
    )
    protection = read.stimuli.protections["cloak"]
    assert protection is not None
    assert network_names(read.stimuli, protection)["autoencoder"] == "the-artists"
    assert [network for _, network in named_networks(read.stimuli)] == [
        "the-mimics",
        "the-artists",
        "one",
        "other",
    ]


@pytest.mark.parametrize(
    ("changes", "place", "words"),
    [
        ({"paintings__count": 5}, "paintings.count", "5 paintings cannot be shown 2 at a time: 4"),
        ({"paintings__count": 1}, "paintings.count", "at a time: 2 would do"),
        ({"paintings__prompts": ["x {title}"]}, "prompts[1]", "there is no placeholder {title}"),
        ({"paintings__prompts": ["x {painter"]}, "prompts[1]", "a brace has no partner"),
        ({"paintings__prompts": []}, "prompts", "at least one prompt"),
        ({"paintings__prompts": "heldout"}, "prompts", "this must be 'held_out'"),
        ({"paintings__sampler": {"stps": 3}}, "sampler.stps", "Did you mean “steps”?"),
        ({"paintings__sampler": {"prompt": "x"}}, "sampler", "prompts are said beside"),
        ({"paintings__preset": "laptp"}, "preset", "it has: "),
        ({"training__caption": "{title"}, "caption", "a brace has no partner"),
        ({"training__images": 2}, "training.images", "learns from at least 3 pictures"),
        ({"training__cloaked": 0}, "cloaked", "more than 0"),
        ({"training__cloaked": 1.5}, "cloaked", "at most 1"),
        ({"method": "dreambuth"}, "method", "Did you mean “dreambooth”?"),
        ({"network": None}, "mimicries.learnt", "needs a network for “diffusion”"),
    ],
)
def test_a_problem_of_a_mimicry_is_told_at_its_place(
    changes: dict[str, Any], place: str, words: str
) -> None:
    told = problems(text({"learnt": mimicry(**changes)}))
    assert place in told
    assert words in told
    assert told.startswith("line ")


def test_a_trial_that_shows_mimics_needs_them_and_others_refuse_them() -> None:
    assert "add a section stimuli.mimicries" in problems(text({}))
    told = problems(text(study__trial={"kind": "acceptability"}))
    assert "mimicry_success, protection_success" in told


def test_the_label_none_is_taken() -> None:
    assert "take another label" in problems(text({"none": mimicry()}))


def test_skip_knows_the_labels_of_mimicries() -> None:
    rule = {"mimicry": ["lernt"]}
    assert "Did you mean “learnt”?" in problems(text(stimuli__skip=[rule]))
    protocol.read(text(stimuli__skip=[{"mimicry": ["learnt"], "purification": ["jpeg-15"]}]))


def test_a_style_s_prompt_names_the_target_only() -> None:
    style = {"transfer": "image_to_image", "settings": {"prompt": "{titel} style"}}
    cloak = {"method": "glaze", "budgets": [0.05], "style": style}
    networks = dict.fromkeys(("autoencoder", "perceptual", "diffusion"), "some")
    told = problems(text(stimuli__protections={"cloak": cloak}, stimuli__networks=networks))
    assert "there is no placeholder {titel} for prompts; there are: {painter}, {genre}" in told


def test_templates_are_filled_from_a_record() -> None:
    assert placeholders("{a} by {b}, {a}") == ["a", "b"]
    assert fill("{a} by {b}", {"a": "x", "b": "{c}", "c": "no"}) == "x by {c}"
    for wrong in ("{", "}", "a {b", "{}", "{{a}}"):
        with pytest.raises(TemplateError):
            placeholders(wrong)


@pytest.mark.parametrize("name", ["glaze_psr", "glaze_psr_sandbox"])
def test_networks_of_the_presets_are_plain_settings(name: str) -> None:
    experiment = read_checked(preset_text(name))
    roles = dict(named_networks(experiment.stimuli))
    assert {"autoencoder", "diffusion", "perceptual", "clip"} <= roles.keys()
    other = "diffusion: some/other@1234#abcdef01"
    read = read_checked(preset_text(name).replace(f"diffusion: {roles['diffusion']}", other))
    assert {each.network for each in read.stimuli.mimicries.values()} == {
        "some/other@1234#abcdef01"
    }
    assert protocol.sha256(read) != protocol.sha256(experiment)


def test_the_real_preset_pins_its_network_to_a_commit() -> None:
    roles = dict(named_networks(read_checked(preset_text("glaze_psr")).stimuli))
    name, _, revision = roles["diffusion"].partition("@")
    assert name == "stable-diffusion-v1-5/stable-diffusion-v1-5"
    assert len(revision) == 40
