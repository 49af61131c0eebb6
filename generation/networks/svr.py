"""Support vector regression in the files of libsvm, as BRISQUE's authors publish theirs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from generation.networks.files import Source
from generation.networks.reading import intact


@dataclass(frozen=True)
class Regression:
    """A regression with Gaussian kernel: Σ c exp(-γ ‖x - v‖²) - ρ, on features scaled to ranges."""

    vectors: Tensor
    """[V, D] float64"""
    weights: Tensor
    """[V]"""
    gamma: float
    rho: float
    ranges: Tensor
    """[D, 2]: what becomes -1 and what becomes 1"""

    def predict(self, features: Tensor) -> Tensor:
        """[N, D] float64 → [N]."""
        low, high = self.ranges.T
        scaled = 2 * (features - low) / (high - low) - 1
        squares = (scaled[:, None] - self.vectors).square().sum(2)
        value: Tensor = (-self.gamma * squares).exp() @ self.weights - self.rho
        return value


def load_regression(source: Source, device: torch.device) -> Regression:
    """The regression of a source; raises NetworkUnavailable where its files are none."""
    model, ranges = source.files["allmodel"], source.files["allrange"]
    with intact(ranges):
        table = _ranges(ranges)
    with intact(model):
        head, _, tail = model.read_text(encoding="ascii").partition("\nSV")
        settings = dict(line.split(maxsplit=1) for line in head.splitlines())
        if settings["svm_type"] != "epsilon_svr" or settings["kernel_type"] != "rbf":
            raise ValueError("it is no epsilon_svr with the kernel rbf")
        rows = [line.split() for line in tail.splitlines() if line.strip()]
        weights = [float(row[0]) for row in rows]
        vectors = [_dense(row[1:], len(table)) for row in rows]
        gamma, rho = float(settings["gamma"]), float(settings["rho"])
    return Regression(
        torch.tensor(vectors, dtype=torch.float64, device=device),
        torch.tensor(weights, dtype=torch.float64, device=device),
        gamma,
        rho,
        torch.tensor(table, dtype=torch.float64, device=device),
    )


def _dense(pairs: list[str], width: int) -> list[float]:
    """“1:0.5 3:2” → [0.5, 0, 2, ...]: what is left out is 0."""
    known: Mapping[int, float] = {
        int(place): float(value) for place, value in (pair.split(":") for pair in pairs)
    }
    if known and max(known) > width:
        raise ValueError(f"it has {max(known)} features, and the ranges {width}")
    return [known.get(place, 0.0) for place in range(1, width + 1)]


def _ranges(path: Path) -> list[list[float]]:
    """The lines “number low high” that svm-scale writes after its first two."""
    rows = [line.split() for line in path.read_text(encoding="ascii").splitlines()[2:]]
    return [[float(low), float(high)] for _, low, high in (row for row in rows if row)]
