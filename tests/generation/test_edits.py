"""Edits, transfers and paintings told in words: what they draw, and what they refuse."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from config.plugins import PluginError
from generation import networks, steps
from generation.edits import EDITS
from generation.networks import Networks
from generation.paintings import PAINTINGS
from generation.progress import silent
from generation.refusals import PaintingFlagged, PromptError
from generation.sampling import Sampler, paint
from generation.style_transfers import STYLE_TRANSFERS
from tests.generation import tiny_pipeline
from tests.generation.tiny import generators, pictures

QUICK = {"steps": 4, "prompt": "paint a harbour"}


def edited(members: Networks, images: Tensor, **settings) -> Tensor:
    plugin = EDITS.build("image_to_image", {**QUICK, **settings})
    same = [torch.Generator().manual_seed(5) for _ in images]
    return plugin.edit(images, members, same, silent)


def test_prompt_and_strength_each_make_another_edit(every_network: Networks) -> None:
    images = pictures(1)
    first = edited(every_network, images)
    others = [
        edited(every_network, images, prompt="boats"),
        edited(every_network, images, strength=1.0),
        edited(every_network, images, negative="blurred"),
    ]
    assert not any(torch.equal(first, other) for other in others)


def test_the_same_seed_draws_the_same_noise_for_every_picture(every_network: Networks) -> None:
    """At full strength little but the noise is left, so two pictures end alike."""
    images = pictures(2)
    first, second = edited(every_network, images, strength=1.0)
    assert (first - second).abs().mean() < 0.2 * (images[0] - images[1]).abs().mean()


def test_a_transfer_is_told_the_style_and_takes_no_picture_of_it(every_network: Networks) -> None:
    kind = steps.KINDS["style_transfer"]
    assert kind.roles("image_to_image") == ("image",)
    assert kind.roles("gram") == ("image", "style")
    one, other = (
        steps.run(
            "style_transfer",
            "image_to_image",
            {**QUICK, "prompt": f"{painter} style"},
            {"image": pictures(2)},
            every_network,
            generators(2),
            silent,
        )
        for painter in ("Monet", "Hokusai")
    )
    assert not torch.equal(one, other)


def test_a_transfer_whose_target_nobody_named_is_refused(every_network: Networks) -> None:
    transfer = STYLE_TRANSFERS.build("image_to_image")
    with pytest.raises(PromptError, match="say whose style"):
        transfer.transfer(pictures(1), None, every_network, generators(1), silent)


def test_paintings_of_one_batch_may_differ_in_their_prompts(every_network: Networks) -> None:
    prompts = ["paint a harbour", "art by b"]
    together = steps.run(
        "painting", "prompt", QUICK, {}, every_network, generators(2), silent,
        each=[{**QUICK, "prompt": prompt} for prompt in prompts],
    )  # fmt: skip
    sampler = Sampler(steps=4)
    direct = paint(every_network.diffusion, prompts, "", sampler, generators(2), silent)
    assert torch.equal(together, direct)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"eta": 0.5}, "^painting prompt: Only ddim draws fresh noise"),
        ({"scheduler": "ddim", "karras": True}, "^painting prompt: Only dpmpp"),
        ({"size": 3}, "size"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(settings, says: str) -> None:
    with pytest.raises(PluginError, match=says):
        PAINTINGS.build("prompt", settings)


class Strict:
    """A safety checker that flags what is not black."""

    def flagged(self, images: Tensor) -> Tensor:
        return images.amax((1, 2, 3)) > 0


def test_what_the_safety_checker_flags_is_refused_or_blank_and_said(
    every_network: Networks,
) -> None:
    checked = replace(every_network.diffusion, safety_checker=Strict())
    heard = []

    def made(safety: str) -> Tensor:
        plugin = PAINTINGS.build("prompt", {"steps": 2, "safety": safety})
        return plugin.paint(
            checked, ["art"], generators(1), lambda done, total, message="": heard.append(message)
        )

    with pytest.raises(PaintingFlagged, match=r"flagged 1 of 1 paintings \(“art”\)"):
        made("refuse")
    assert made("blank").amax() == 0
    assert heard[-1].startswith("The network's safety checker flagged 1 of 1 paintings")
    assert made("keep").amax() > 0


def test_a_tiny_stable_diffusion_protects_purifies_and_edits_by_its_id_alone(
    pipelines_folder, networks_folder
) -> None:
    """Ω by image-to-image, glaze and impress on its autoencoder, and an edit of what is left."""
    ids = {
        "diffusion": tiny_pipeline.PIPELINE,
        "autoencoder": tiny_pipeline.PIPELINE,
        "perceptual": "lpips_squeeze",
    }
    lpips = networks.load({"perceptual": "lpips_squeeze"}, networks_folder)
    found = networks.load(
        {role: ids[role] for role in ("diffusion", "autoencoder")}, pipelines_folder
    )
    members = replace(
        found,
        records={**found.records, **lpips.records},
        members={**found.members, **lpips.members},
    )
    images, few = pictures(2), {"steps": 3}
    told = {**few, "prompt": "Monet style"}
    target = steps.run(
        "style_transfer", "image_to_image", told, {"image": images}, members, generators(2), silent
    )
    cloaked = steps.run(
        "protection", "glaze", few, {"image": images, "target": target}, members, generators(2),
        silent,
    )  # fmt: skip
    clean = steps.run(
        "purification", "impress", few, {"image": cloaked}, members, generators(2), silent
    )
    last = steps.run(
        "edit", "image_to_image", told, {"image": clean}, members, generators(2), silent
    )
    assert last.shape == images.shape
    assert not torch.equal(cloaked, images)
