"""Checkpoints: where a long training stands, kept so that it can be taken up bit for bit.

A folder holds the checkpoints of one training. Each is written whole or not at all and knows its
own sha256 (`sealed.py`), so a half-written or damaged one is never taken for a whole one: the one
before it is used, or the training starts anew.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any

from torch import Tensor

from generation import sealed
from generation.refusals import Refused
from generation.sealed import SealBroken, Sealed


class CheckpointError(OSError):
    """A checkpoint that could not be written; the message says where the training can go on."""


class OtherTraining(Refused):
    """A folder with the checkpoints of another training; the message says what to do."""


@dataclass(frozen=True)
class Checkpoint:
    """The state of a training after `step` steps."""

    step: int
    tensors: Mapping[str, Tensor]
    record: Mapping[str, Any]
    """What else it must know: plain JSON values."""


@dataclass(frozen=True)
class Checkpoints:
    """The checkpoints of one training in `folder`, made when the first is written."""

    folder: Path
    every: int = 100
    """Steps from one to the next."""
    keep: int = 2
    """So many of the newest stay; older ones are removed after a newer one is written."""

    @property
    def begun(self) -> bool:
        """Whether an earlier run has left the checkpoint of a step."""
        return bool(self._paths())

    def due(self, step: int) -> bool:
        """Whether a checkpoint should be written after `step` steps."""
        return step % self.every == 0

    def save(self, checkpoint: Checkpoint, training: str) -> None:
        """Write a checkpoint of the training whose digest is `training`; raises CheckpointError."""
        content = {"training": training, "step": checkpoint.step, "record": checkpoint.record}
        self._write(self._path(checkpoint.step), Sealed(checkpoint.tensors, content))
        for old in self._paths()[self.keep :]:
            old.unlink(missing_ok=True)

    def newest(self, training: str) -> Checkpoint | None:
        """The newest whole checkpoint, tensors on the CPU; None where there is none.

        Raises OtherTraining where the folder belongs to a training with another digest.
        """
        for leftover in self.folder.glob(".*.part"):  # of a process that was killed
            leftover.unlink(missing_ok=True)
        for path in self._paths():
            content = self._read(path, training)
            if content is not None:
                record = content.record
                return Checkpoint(int(record["step"]), content.tensors, record["record"])
        return None

    def once(
        self, name: str, training: str, make: Callable[[], Mapping[str, Tensor]]
    ) -> Mapping[str, Tensor]:
        """The tensors called `name`, computed by `make` the first time and kept beside the steps.

        For what is dear and does not change during the training. Raises as `save` and `newest` do.
        """
        path = self.folder / f"{name}.safetensors"
        content = self._read(path, training) if path.exists() else None
        if content is not None:
            return content.tensors
        tensors = make()
        self._write(path, Sealed(tensors, {"training": training}))
        return tensors

    def clear(self) -> None:
        """Remove the folder: the training is over and what was learnt is stored."""
        rmtree(self.folder, ignore_errors=True)

    def _path(self, step: int) -> Path:
        return self.folder / f"step-{step:07d}.safetensors"

    def _paths(self) -> list[Path]:
        return sorted(self.folder.glob("step-*.safetensors"), reverse=True)

    def _read(self, path: Path, training: str) -> Sealed | None:
        try:
            content = sealed.read(path)
        except SealBroken:
            return None
        if content.record.get("training") != training:
            raise OtherTraining(
                f"{self.folder} holds checkpoints of another training (other pictures, captions,"
                " settings, network or seed): empty it, or name another folder."
            )
        return content

    def _write(self, path: Path, content: Sealed) -> None:
        try:
            sealed.write(path, content)
        except OSError as error:
            size = sum(tensor.nbytes for tensor in content.tensors.values())
            whole = [kept for kept in self._paths() if kept != path]
            since = f"goes on after step {_step(whole[0])}" if whole else "starts anew"
            raise CheckpointError(
                f"{path.name} could not be written to {self.folder} ({error.strerror or error}):"
                f" make room there for {_told(size)}, then run it again; it {since}."
            ) from error


def _step(path: Path) -> int:
    return int(path.stem.removeprefix("step-"))


def _told(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{max(1, round(size / 1e6))} MB"
