"""Stand-ins for DISTS and for BRISQUE's regression, in the layouts of their releases."""

import importlib.util
from pathlib import Path
from types import ModuleType

import torch
from safetensors.torch import save_file

DATA = Path(__file__).parents[1] / "data" / "metrics"


def pattern() -> ModuleType:
    """tests/data/metrics/pattern.py, which is also run where this project is not."""
    spec = importlib.util.spec_from_file_location("metric_pattern", DATA / "pattern.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_dists(folder: Path) -> None:
    """`tiny-dists`: trunk and weights in one file."""
    (folder / "tiny-dists").mkdir()
    state = {name: torch.tensor(value) for name, value in pattern().small_dists().items()}
    save_file(state, folder / "tiny-dists" / "dists.safetensors")


def write_brisque(folder: Path) -> None:
    """`tiny-brisque`: five vectors."""
    (folder / "tiny-brisque").mkdir()
    for name, text in zip(("allmodel", "allrange"), pattern().small_regression(), strict=True):
        (folder / "tiny-brisque" / name).write_text(text)
