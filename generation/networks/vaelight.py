"""VAElight: a tiny, blurry autoencoder for the latent space of Stable Diffusion 1.x.

Written from the description that comes with its weights (Graphnull/VAElight, Apache-2.0): branches
from one input, each a chain of convolutions with LeakyReLU(0.01) between, summed. Layers keep the
names of the file.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

Layers = Sequence[tuple[str, nn.Module]]


def _plain(inputs: int, outputs: int) -> nn.Module:
    return nn.Conv2d(inputs, outputs, kernel_size=3, padding=1)


def _down(inputs: int, outputs: int) -> nn.Module:
    return nn.Conv2d(inputs, outputs, kernel_size=2, stride=2)


def _up(inputs: int, outputs: int) -> nn.Module:
    return nn.ConvTranspose2d(inputs, outputs, kernel_size=2, stride=2)


class _Branches(nn.Module):
    """Chains of named layers; LeakyReLU follows every layer but the last of a chain."""

    def __init__(self, branches: Sequence[Layers]) -> None:
        super().__init__()
        for name, layer in (named for branch in branches for named in branch):
            self.add_module(name, layer)
        self.names = [[name for name, _ in branch] for branch in branches]

    def run(self, branch: int, inputs: Tensor) -> Tensor:
        *hidden, last = self.names[branch]
        for name in hidden:
            inputs = functional.leaky_relu(self.get_submodule(name)(inputs), 0.01, inplace=True)
        outputs: Tensor = self.get_submodule(last)(inputs)
        return outputs


class Encoder(_Branches):
    """Images [N, 3, H, W] in [-1, 1] → latents [N, 4, H/8, W/8], unscaled."""

    def __init__(self) -> None:
        fine = [
            ("cv1", _down(3, 16)),
            ("cv2", _plain(16, 32)),
            ("cv3", _down(32, 32)),
            ("cv4", _plain(32, 64)),
            ("cv5", _down(64, 64)),
            ("cv6", _plain(64, 4)),
        ]
        coarse = [
            ("cv14", _plain(3, 64)),
            ("cv15", _plain(64, 64)),
            ("cv16", _plain(64, 64)),
            ("cv17", _plain(64, 128)),
            ("cv18", _plain(128, 4)),
        ]
        super().__init__([fine, coarse])

    def forward(self, images: Tensor) -> Tensor:
        return self.run(0, images) + self.run(1, functional.avg_pool2d(images, 8))


class Decoder(_Branches):
    """Latents [N, 4, h, w] → images [N, 3, 8h, 8w] around [-1, 1]: four sizes, summed."""

    def __init__(self) -> None:
        at_1 = [
            ("c2v1", _plain(4, 8)),
            ("c2v2", _plain(8, 16)),
            ("c2v3", _plain(16, 32)),
            ("c2v4", _plain(32, 3)),
        ]
        at_2 = [
            ("c3v1", _plain(4, 8)),
            ("c3v2", _plain(8, 16)),
            ("c3v3", _up(16, 16)),
            ("c3v4", _plain(16, 32)),
            ("c3v5", _plain(32, 3)),
        ]
        at_4 = [
            ("c4v1", _plain(4, 8)),
            ("c4v2", _plain(8, 16)),
            ("c4v3", _up(16, 16)),
            ("c4v4", _plain(16, 32)),
            ("c4v5", _plain(32, 64)),
            ("c4v6", _up(64, 64)),
            ("c4v7", _plain(64, 64)),
            ("c4v8", _plain(64, 3)),
        ]
        at_8 = [
            ("cv1", _plain(4, 8)),
            ("cv2", _plain(8, 16)),
            ("cv3", _up(16, 16)),
            ("cv4", _plain(16, 32)),
            ("cv5", _plain(32, 64)),
            ("cv6", _up(64, 64)),
            ("cv7", _plain(64, 64)),
            ("cv8", _plain(64, 64)),
            ("cv9", _up(64, 64)),
            ("cv10", _plain(64, 64)),
            ("cv11", _plain(64, 3)),
        ]
        super().__init__([at_1, at_2, at_4, at_8])

    def forward(self, latents: Tensor) -> Tensor:
        images = self.run(3, latents)
        size = images.shape[-2:]
        for branch in (0, 1, 2):
            small = self.run(branch, latents)
            images = images + functional.interpolate(small, size, mode="bilinear")
        return images


def load_parts(weights: Mapping[str, Mapping[str, Tensor]]) -> tuple[nn.Module, nn.Module]:
    """Encoder and decoder with `weights["encoder"]` and `weights["decoder"]`, in float32."""
    encoder, decoder = Encoder(), Decoder()
    encoder.load_state_dict(dict(weights["encoder"]))
    decoder.load_state_dict(dict(weights["decoder"]))
    return encoder.to(torch.float32), decoder.to(torch.float32)
