"""Tensors and a record in one safetensors file that can tell whether it is whole.

The metadata hold a sha256 over the record and all names, shapes, dtypes and bytes: a file that was
cut short, half written or changed by a bit is found out. Any reader of safetensors reads it.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load, save, save_file
from torch import Tensor

KEY = "connoisseur"
"""The one entry of the metadata; with several, safetensors writes them in any order."""


class SealBroken(ValueError):
    """Bytes that are not what was once sealed."""


@dataclass(frozen=True)
class Sealed:
    """What is in such a file; tensors on the CPU."""

    tensors: Mapping[str, Tensor]
    record: Mapping[str, Any]
    """Plain JSON values."""


def to_bytes(content: Sealed) -> bytes:
    """The file; the same content gives the same bytes."""
    tensors = _plain(content.tensors)
    data: bytes = save(tensors, _metadata(tensors, content.record))
    return data


def from_bytes(data: bytes) -> Sealed:
    """What is in the file; raises SealBroken where it is not whole."""
    try:
        length = int.from_bytes(data[:8], "little")
        metadata = json.loads(data[8 : 8 + length])["__metadata__"]
        tensors = load(data)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise SealBroken("The file is damaged, or another kind of file.") from error
    return _opened(tensors, metadata)


def write(path: Path, content: Sealed) -> None:
    """Write the file whole or not at all, without a second copy of it in memory.

    Raises OSError with the system's reason where it cannot be written; what was there stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    tensors = _plain(content.tensors)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    os.close(descriptor)
    temporary = Path(name)
    try:
        save_file(tensors, temporary, _metadata(tensors, content.record))
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except SafetensorError as error:  # how its Rust half says that a write failed
        raise OSError(str(error).rpartition("error: ")[2]) from error
    finally:
        temporary.unlink(missing_ok=True)


def read(path: Path) -> Sealed:
    """What is in the file at `path`; raises SealBroken where it is not whole."""
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata()
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError) as error:
        raise SealBroken(f"{path} is damaged.") from error
    return _opened(tensors, metadata)


def _plain(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}


def _metadata(tensors: Mapping[str, Tensor], record: Mapping[str, Any]) -> dict[str, str]:
    text = json.dumps(record, sort_keys=True, allow_nan=False)
    return {KEY: json.dumps({"sha256": _sha256(tensors, text), "record": text})}


def _opened(tensors: Mapping[str, Tensor], metadata: Mapping[str, str] | None) -> Sealed:
    try:
        sealed = json.loads((metadata or {})[KEY])
        text, sha256 = sealed["record"], sealed["sha256"]
        whole = sha256 == _sha256(tensors, text)
        record = json.loads(text)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SealBroken("The file was not written by this project, or is damaged.") from error
    if not whole:
        raise SealBroken("The file is damaged: its sha256 is not the one that it names.")
    return Sealed(tensors, record)


def _sha256(tensors: Mapping[str, Tensor], text: str) -> str:
    total = hashlib.sha256(text.encode())
    for name in sorted(tensors):
        tensor = tensors[name]
        total.update(f"\n{name} {tensor.dtype} {list(tensor.shape)}\n".encode())
        total.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return total.hexdigest()
