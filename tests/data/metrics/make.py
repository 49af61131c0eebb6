"""Writes values.json: what other packages say of the pictures of pattern.py.

In an environment of its own, not the project's (sewar 0.4.10, MIT; scikit-image 0.26.0, BSD;
PyWavelets 1.9.0, MIT; piq 0.8.0, Apache-2.0; DISTS-pytorch 0.1, MIT; torch 2.15 and torchvision
0.29.2, BSD):

    python -m venv scratch
    scratch/bin/pip install sewar scikit-image PyWavelets torchvision piq DISTS-pytorch
    scratch/bin/python tests/data/metrics/make.py

Nothing is downloaded: DISTS gets the small network of pattern.py, and BRISQUE is compared before
its regression, by its 36 statistics.
"""

import importlib
import json
from pathlib import Path

import numpy as np
import piq
import sewar
import torch
from DISTS_pytorch.DISTS_pt import DISTS, L2pooling
from pattern import pair, small_dists
from skimage.measure import blur_effect
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from skimage.restoration import estimate_sigma
from torch import nn

SIZES = ((64, 48), (182, 202))
LUMA = np.array([0.299, 0.587, 0.114])


def tensor(picture):
    return torch.tensor(picture).permute(2, 0, 1)[None].double() / 255


def of(height, width):
    """All values of one pair."""
    original, altered = pair(height, width)
    mine, theirs = tensor(altered), tensor(original)
    found = {
        "psnr": peak_signal_noise_ratio(original, altered),
        "ssim-skimage": structural_similarity(
            original, altered, channel_axis=2, gaussian_weights=True, sigma=1.5,
            use_sample_covariance=False,
        ),
        "ssim-skimage-uniform": structural_similarity(original, altered, channel_axis=2),
        "ssim-sewar": sewar.ssim(original, altered)[0],
        "vif-sewar": sewar.vifp(original, altered),
        "vif-piq": piq.vif_p(mine, theirs).item(),
        "vif-sewar-0.4": sewar.vifp(original, altered, sigma_nsq=0.4),
        "reblur": 1 - blur_effect(altered / 255 @ LUMA),
        "noise-wavelet": estimate_sigma(altered / 255, channel_axis=2, average_sigmas=True),
        "dists": dists()(theirs.float(), mine.float()).item(),
        "brisque-statistics": statistics(mine),
    }  # fmt: skip
    if min(height, width) > 160:
        even = mine[..., :176, :192], theirs[..., :176, :192]
        found["ms-ssim-piq-176x192"] = piq.multi_scale_ssim(*even).item()
        found["ms-ssim-sewar-176x192"] = sewar.msssim(original[:176, :192], altered[:176, :192])
    lists = {name: value for name, value in found.items() if isinstance(value, list)}
    return {**{name: float(value) for name, value in found.items() if name not in lists}, **lists}


def statistics(images):
    """BRISQUE's 36 numbers by piq's own functions."""
    theirs = importlib.import_module("piq.brisque")
    grey, found = torch.round(theirs.rgb2yiq(images * 255)[:, :1]), []
    for _ in range(2):
        found += theirs._natural_scene_statistics(grey)[0].tolist()
        grey = theirs.imresize(grey, sizes=(grey.shape[2] // 2, grey.shape[3] // 2))
    return found


def dists():
    """The authors' class around the small network."""
    state = {name: torch.tensor(value) for name, value in small_dists().items()}
    network = DISTS.__new__(DISTS)
    nn.Module.__init__(network)
    stages, channels = [[0, 2], [5, 7], [10, 12, 14], [17, 19, 21], [24, 26, 28]], 3
    network.chns = [3]
    for number, stage in enumerate(stages, 1):
        layers = [L2pooling(channels=channels)] if number > 1 else []
        for place in stage:
            weight = state[f"features.{place}.weight"]
            layer = nn.Conv2d(weight.shape[1], weight.shape[0], 3, padding=1)
            layer.weight.data, layer.bias.data = weight, state[f"features.{place}.bias"]
            layers += [layer, nn.ReLU()]
            channels = weight.shape[0]
        setattr(network, f"stage{number}", nn.Sequential(*layers))
        network.chns.append(channels)
    network.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).view(1, -1, 1, 1))
    network.register_buffer("std", torch.tensor([0.229, 0.224, 0.225]).view(1, -1, 1, 1))
    network.alpha, network.beta = (nn.Parameter(state[name]) for name in ("alpha", "beta"))
    return network


if __name__ == "__main__":
    values = {f"{height}x{width}": of(height, width) for height, width in SIZES}
    Path(__file__).with_name("values.json").write_text(json.dumps(values, indent=1) + "\n")
