"""Files into weights: damaged ones are named, and whatever is loaded is frozen."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from generation.networks.files import NetworkUnavailable


def frozen(network: nn.Module, device: torch.device) -> nn.Module:
    """In eval mode, without gradients, channels last: convolutions run about twice as fast."""
    network = network.eval().requires_grad_(False).to(device)
    return network.to(memory_format=torch.channels_last)


def state_dict(path: Path) -> Mapping[str, Tensor]:
    """The tensors of a safetensors file, or of a pickle that holds nothing but tensors."""
    with intact(path):
        if path.suffix == ".safetensors":
            return load_file(path)
        return dict(torch.load(path, weights_only=True, map_location="cpu"))


@contextmanager
def intact(*paths: Path) -> Iterator[None]:
    """Whatever goes wrong inside, but for lack of memory, is the fault of the files at `paths`."""
    try:
        yield
    except (MemoryError, torch.OutOfMemoryError, NetworkUnavailable):
        raise
    except Exception as error:  # readers of damaged files raise nearly anything
        named = " and ".join(map(str, paths))
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise NetworkUnavailable(
            f"{named} cannot be loaded as the network it should be ({reason}): fetch it again."
        ) from error


@contextmanager
def quiet() -> Iterator[None]:
    """No progress bars of transformers and no notes of open_clip while a network is read."""
    # a worker whose networks need no transformers should not wait for its import
    from transformers.utils import logging as bars  # noqa: PLC0415

    root, shown = logging.getLogger(), bars.is_progress_bar_enabled()
    before = root.level
    bars.disable_progress_bar()
    root.setLevel(logging.WARNING)
    try:
        yield
    finally:
        root.setLevel(before)
        if shown:
            bars.enable_progress_bar()
