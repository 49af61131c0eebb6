"""Style transfer: the content stays, colours and textures become the other picture's."""

import torch
from torch import Tensor

from generation.networks import Networks
from generation.progress import silent
from generation.style_transfers.gram import Gram
from tests.generation.tiny import generators, pictures

IMAGES = pictures(2, seed=1, height=64, width=64)
STYLES = (
    0.3 * pictures(2, seed=2, height=64, width=64) + torch.tensor([0.6, 0.3, 0.0]).view(3, 1, 1)
).clamp(0, 1)


def transfer(networks: Networks, **settings) -> Tensor:
    recipe = Gram(**{"steps": 40, **settings})
    return recipe.transfer(IMAGES, STYLES, networks, generators(2), silent)


def grams(networks: Networks, images: Tensor) -> Tensor:
    layer = networks.perceptual.activations(images)[1].flatten(2)
    return layer @ layer.transpose(1, 2) / layer.shape[2]


def test_textures_become_those_of_the_style(tiny_networks: Networks) -> None:
    painted = transfer(tiny_networks)
    goal = grams(tiny_networks, STYLES)
    before, after = ((grams(tiny_networks, x) - goal).norm() for x in (IMAGES, painted))
    assert after < 0.5 * before


def test_colours_become_those_of_the_style(tiny_networks: Networks) -> None:
    mean = transfer(tiny_networks).mean((2, 3))
    torch.testing.assert_close(mean, STYLES.mean((2, 3)), atol=0.05, rtol=0)


def test_the_content_stays_where_it_was(tiny_networks: Networks) -> None:
    painted, image = (x.mean(1).flatten(1) for x in (transfer(tiny_networks), IMAGES))
    for pair in zip(painted, image, strict=True):
        assert torch.corrcoef(torch.stack(pair))[0, 1] > 0.5


def test_smoothness_smooths(tiny_networks: Networks) -> None:
    rough, smooth = (
        transfer(tiny_networks, smoothness=weight).diff(dim=3).abs().mean() for weight in (0, 300)
    )
    assert smooth < rough
