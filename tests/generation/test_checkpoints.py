"""Checkpoints: whole or not there, and nothing that is not whole is ever used."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from torch import Tensor

from generation import sealed
from generation.checkpoints import Checkpoint, CheckpointError, Checkpoints, OtherTraining
from generation.sealed import SealBroken, Sealed

TRAINING = "a" * 64


def tensors(step: int, size: int = 1000) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(step)
    return {
        "weight": torch.randn(size, generator=generator),
        "scalar": torch.tensor(float(step)),
        "half": torch.randn(3, 2, generator=generator).to(torch.bfloat16),
    }


def saved(folder: Path, *steps: int, **options: int) -> Checkpoints:
    checkpoints = Checkpoints(folder, **options)
    for step in steps:
        checkpoints.save(Checkpoint(step, tensors(step), {"loss": step / 2}), TRAINING)
    return checkpoints


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """The kernel itself refuses to write further, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def step_of(checkpoints: Checkpoints) -> int | None:
    found = checkpoints.newest(TRAINING)
    return found.step if found else None


def test_what_is_saved_comes_back_bit_for_bit(tmp_path: Path) -> None:
    found = saved(tmp_path, 10).newest(TRAINING)
    assert found is not None
    assert found.record == {"loss": 5.0}
    assert all(torch.equal(found.tensors[name], held) for name, held in tensors(10).items())
    assert {name: held.dtype for name, held in found.tensors.items()} == {
        "weight": torch.float32,
        "scalar": torch.float32,
        "half": torch.bfloat16,
    }


def test_the_newest_is_found_and_old_ones_go(tmp_path: Path) -> None:
    assert step_of(Checkpoints(tmp_path)) is None
    assert step_of(saved(tmp_path, 5, 10, 15, keep=2)) == 15
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "step-0000010.safetensors",
        "step-0000015.safetensors",
    ]


@pytest.mark.parametrize("place", [0, 9, 200, -1])
def test_one_changed_bit_anywhere_is_found_out(tmp_path: Path, place: int) -> None:
    checkpoints = saved(tmp_path, 5, 10)
    newest = tmp_path / "step-0000010.safetensors"
    data = bytearray(newest.read_bytes())
    data[place] ^= 1
    newest.write_bytes(bytes(data))
    assert step_of(checkpoints) == 5


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.999])
def test_a_file_that_was_cut_short_is_found_out(tmp_path: Path, share: float) -> None:
    checkpoints = saved(tmp_path, 5, 10)
    newest = tmp_path / "step-0000010.safetensors"
    data = newest.read_bytes()
    newest.write_bytes(data[: int(share * len(data))])
    assert step_of(checkpoints) == 5


def test_a_damaged_one_is_written_again_as_the_training_goes_on(tmp_path: Path) -> None:
    checkpoints = saved(tmp_path, 5, 10)
    (tmp_path / "step-0000010.safetensors").write_bytes(b"")
    checkpoints.save(Checkpoint(10, tensors(10), {}), TRAINING)
    assert step_of(checkpoints) == 10


def test_what_a_killed_process_left_half_written_is_ignored_and_removed(tmp_path: Path) -> None:
    checkpoints = saved(tmp_path, 5)
    (tmp_path / ".abc.part").write_bytes(b"half")
    assert step_of(checkpoints) == 5
    assert [path.name for path in tmp_path.iterdir()] == ["step-0000005.safetensors"]


def test_a_full_disk_is_said_in_a_sentence_and_leaves_the_older_one_whole(tmp_path: Path) -> None:
    checkpoints = saved(tmp_path, 5)
    large = Checkpoint(10, tensors(10, size=100_000), {})
    with files_no_larger_than(50_000), pytest.raises(CheckpointError) as refused:
        checkpoints.save(large, TRAINING)
    assert "step-0000010.safetensors could not be written" in str(refused.value)
    assert "it goes on after step 5." in str(refused.value)
    assert [path.name for path in tmp_path.iterdir()] == ["step-0000005.safetensors"]
    assert step_of(checkpoints) == 5


def test_the_reason_is_the_systems_own(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(CheckpointError, match=r"\(.*(exists|directory)\).*it starts anew"):
        saved(tmp_path / "file", 5)


def test_another_trainings_checkpoints_are_never_taken_up(tmp_path: Path) -> None:
    with pytest.raises(OtherTraining, match="empty it, or name another folder"):
        saved(tmp_path, 5).newest("b" * 64)


def test_what_is_dear_is_computed_once(tmp_path: Path) -> None:
    calls: list[int] = []

    def make() -> dict[str, Tensor]:
        calls.append(1)
        return tensors(1)

    for _ in range(2):
        kept = Checkpoints(tmp_path).once("class-images", TRAINING, make)
        assert torch.equal(kept["weight"], tensors(1)["weight"])
    assert len(calls) == 1
    (tmp_path / "class-images.safetensors").write_bytes(b"damaged")
    Checkpoints(tmp_path).once("class-images", TRAINING, make)
    assert len(calls) == 2


def test_sealed_bytes_are_the_same_each_time_and_say_when_they_are_not_whole() -> None:
    content = Sealed(tensors(1), {"b": 1, "a": [0.5, None]})
    data = sealed.to_bytes(content)
    assert data == sealed.to_bytes(
        Sealed(dict(reversed(tensors(1).items())), {"a": [0.5, None], "b": 1})
    )
    assert sealed.from_bytes(data).record == {"a": [0.5, None], "b": 1}
    for wrong in (b"", b"PNG", data[:-1], data[:100], data.replace(b"0.5", b"0.6")):
        with pytest.raises(SealBroken):
            sealed.from_bytes(wrong)
