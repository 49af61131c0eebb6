"""Milliseconds per picture of each metric without a network, beside packages that compute the same.

One thread, one picture at a time, 256 and 512 pixels; the fastest of several rounds counts.
torchmetrics comes with the project; piq and sewar are timed where they are installed (`pip install
piq sewar`), and what is missing is said. A ratio above 1 means that this project is faster. Values
are compared in tests/evaluation/test_metrics_reference.py.

    python benchmarks/metrics.py [--sizes 256 512] [--rounds 5]
"""

import argparse
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import torch
from torch import Tensor
from torchmetrics.functional import image as torchmetrics

from evaluation.metrics import METRICS

OURS: tuple[tuple[str, dict[str, object]], ...] = (
    ("linf", {}),
    ("l2", {}),
    ("psnr", {}),
    ("ssim", {}),
    ("ssim", {"implementation": "sewar"}),
    ("ms_ssim", {}),
    ("vif", {}),
    ("vif", {"implementation": "piq"}),
    ("niqe", {}),
    ("sharpness", {}),
    ("noise_level", {}),
    ("noise_level", {"estimator": "immerkaer"}),
    ("cloak_detector", {}),
)
Other = tuple[str, Callable[[], object]]


def main() -> None:
    """One row a metric and size."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[256, 512])
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(1)
    missing = [name for name in ("piq", "sewar") if find_spec(name) is None]
    if missing:
        print(f"Not installed, and so not timed: {', '.join(missing)}.")
    print("| metric | pixels | here, ms | others, ms | ratio |")
    print("| --- | --- | --- | --- | --- |")
    for size in options.sizes:
        pair = _pair(size)
        others = _others(*pair)
        for name, settings in OURS:
            label = " ".join([name, *map(str, settings.values())])
            ours = _fastest(_call(name, settings, pair), options.rounds)
            calls = others.get(label, [])
            beside = [(who, _fastest(call, options.rounds)) for who, call in calls]
            times = ", ".join(f"{who} {1000 * took:.1f}" for who, took in beside) or "–"
            ratios = ", ".join(f"{took / ours:.1f}" for _, took in beside) or "–"
            print(f"| {label} | {size} | {1000 * ours:.1f} | {times} | {ratios} |", flush=True)


def _call(
    name: str, settings: dict[str, object], pair: tuple[Tensor, Tensor]
) -> Callable[[], object]:
    metric = METRICS.build(name, settings)
    return lambda: metric.score(*pair, None)


def _pair(size: int) -> tuple[Tensor, Tensor]:
    """A smooth picture and the same with noise, [1, 3, size, size] on the 8-bit grid."""
    rng = np.random.default_rng(1)
    rows, columns = np.mgrid[:size, :size]
    waves = [np.sin(rows / (9 + k)) + np.cos(columns / (7 + 2 * k)) for k in range(3)]
    original = np.stack(waves)[None] * 50 + 128
    altered = original + rng.normal(0, 8, original.shape)
    levels = (np.clip(each, 0, 255).round() / 255 for each in (altered, original))
    first, second = (torch.tensor(each, dtype=torch.float32) for each in levels)
    return first, second


def _others(altered: Tensor, original: Tensor) -> dict[str, list[Other]]:
    """What other packages call for the same number, by our label."""
    mine, theirs = altered.double(), original.double()
    found: dict[str, list[Other]] = {
        "psnr": [("torchmetrics", lambda: torchmetrics.peak_signal_noise_ratio(mine, theirs, 1.0))],
        "ssim": [
            (
                "torchmetrics",
                lambda: torchmetrics.structural_similarity_index_measure(
                    mine, theirs, data_range=1.0
                ),
            )
        ],
        "ms_ssim": [
            (
                "torchmetrics",
                lambda: torchmetrics.multiscale_structural_similarity_index_measure(
                    mine, theirs, data_range=1.0
                ),
            )
        ],
    }
    if find_spec("piq"):
        import piq

        found["ssim"].append(("piq", lambda: piq.ssim(mine, theirs, downsample=False)))
        found["ms_ssim"].append(("piq", lambda: piq.multi_scale_ssim(mine, theirs)))
        found["vif piq"] = [("piq", lambda: piq.vif_p(mine, theirs))]
    if find_spec("sewar"):
        import sewar

        levels = [
            (each[0].permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
            for each in (original, altered)
        ]
        found["ssim sewar"] = [("sewar", lambda: sewar.ssim(*levels))]
        found["vif"] = [("sewar", lambda: sewar.vifp(*levels))]
    return found


def _fastest(call: Callable[[], object], rounds: int) -> float:
    """Seconds of the fastest round, after one that does not count."""
    call()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


if __name__ == "__main__":
    main()
