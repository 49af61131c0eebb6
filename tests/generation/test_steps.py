"""Steps: the one door through which every image is made."""

import sys

import pytest
import torch

from config.plugins import PluginError
from generation import steps
from generation.declared import declared
from generation.networks import Networks, NetworkUnavailable
from generation.paintings import PAINTINGS
from generation.progress import silent
from tests.generation.tiny import generators, pictures
from tests.workers import TOY_PLUGIN


def run(kind, method, inputs, networks, seeded=None, **settings):
    count = len(inputs["image"]) if "image" in inputs else 1
    seeded = generators(count) if seeded is None else seeded
    return steps.run(kind, method, settings, inputs, networks, seeded, silent)


def test_every_kind_of_step_has_its_catalogue() -> None:
    assert {name: kind.catalogue.noun for name, kind in steps.KINDS.items()} == {
        "preparation": "preparation",
        "style_transfer": "style transfer",
        "protection": "protection",
        "purification": "purification",
        "mimic": "mimicry",
        "painting": "painting",
        "edit": "edit",
        "degradation": "degradation",
        "amplification": "amplification",
    }


def test_roles_and_needs_are_those_of_the_method() -> None:
    protection = steps.KINDS["protection"]
    assert protection.roles("glaze") == ("image", "target")
    assert protection.needs("glaze") == ("autoencoder", "perceptual")
    assert protection.roles("photoguard_encoder") == ("image",)
    assert protection.optional("photoguard_encoder") == ("target",)
    assert steps.KINDS["style_transfer"].roles("gram") == ("image", "style")
    assert steps.KINDS["style_transfer"].roles("image_to_image") == ("image",)


@pytest.mark.parametrize("method", PAINTINGS.names())
def test_a_painting_varies_nothing_but_the_prompt_in_a_batch(method: str) -> None:
    assert steps.KINDS["painting"].varies(method) in {(), ("prompt",)}
    assert set(steps.KINDS["painting"].varies(method)) <= set(PAINTINGS.settings(method))


def test_what_a_method_declares_is_read_without_importing_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(str(TOY_PLUGIN))
    monkeypatch.delitem(sys.modules, "toy_methods", raising=False)
    catalogue = steps.KINDS["purification"].catalogue
    assert declared(catalogue, "slow", "label", "") == "Slow"
    assert "toy_methods" not in sys.modules
    assert declared(catalogue, "slow", "varies", ("none",)) == ("none",)
    assert declared(catalogue, "magic", "label", "unknown") == "unknown"


def test_a_mimic_is_no_image(tiny_networks: Networks) -> None:
    with pytest.raises(steps.StepError, match="A mimic is learnt, and makes no image"):
        run("mimic", "lora", {"image": pictures(1)}, tiny_networks)


def test_a_missing_target_is_said_in_a_sentence(tiny_networks: Networks) -> None:
    with pytest.raises(steps.StepError, match="glaze takes the images image, target; given: image"):
        run("protection", "glaze", {"image": pictures(1)}, tiny_networks)


def test_an_input_nobody_asked_for_is_refused(tiny_networks: Networks) -> None:
    both = {"image": pictures(1), "target": pictures(1)}
    with pytest.raises(steps.StepError, match="jpeg takes"):
        run("purification", "jpeg", both, tiny_networks)


def test_images_of_two_sizes_are_refused(tiny_networks: Networks) -> None:
    both = {"image": pictures(1), "target": pictures(1, height=40)}
    with pytest.raises(steps.StepError, match="one size"):
        run("protection", "glaze", both, tiny_networks)


def test_each_image_needs_its_generator(tiny_networks: Networks) -> None:
    with pytest.raises(steps.StepError, match="given: 1 for 2 images"):
        run("purification", "jpeg", {"image": pictures(2)}, tiny_networks, generators(1))


def test_an_unknown_method_is_refused(tiny_networks: Networks) -> None:
    with pytest.raises(PluginError, match=r"Choose one of: .*jpeg"):
        run("purification", "magic", {"image": pictures(1)}, tiny_networks)


def test_a_method_without_its_network_says_which(tiny_networks: Networks) -> None:
    bare = Networks(torch.device("cpu"), {}, {})
    with pytest.raises(NetworkUnavailable, match="autoencoder"):
        run("protection", "photoguard_encoder", {"image": pictures(1)}, bare)
