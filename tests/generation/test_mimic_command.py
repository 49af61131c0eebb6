"""`manage.py mimic`: a folder of pictures in, a mimic and its paintings out."""

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from PIL import Image as Picture

from generation.checkpoints import Checkpoint, Checkpoints
from generation.mimic import Mimic
from generation.paintings.prompt import Prompt
from tests.generation import tiny_pipeline
from tests.generation.pictures import encoded, picture

QUICK = ["--set", "steps=3", "--set", "batch=2", "--set-painting", "steps=2"]
BY = ["--caption", "a painting by {painter}"]


@pytest.fixture(autouse=True)
def _networks(settings: Any, pipelines_folder: Path) -> None:
    settings.NETWORKS_DIR = pipelines_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pictures of three sizes."""
    place = tmp_path / "art"
    place.mkdir()
    for number, (width, height) in enumerate([(48, 40), (32, 32), (40, 64)]):
        (place / f"{number}.png").write_bytes(encoded(picture(width, height, number)))
    return place


def mimic(pictures: Path, target: Path, *options: object, method: str = "lora") -> None:
    call_command(
        "mimic", str(pictures), "--to", str(target), "--method", method,
        "--network", tiny_pipeline.PIPELINE, *QUICK, *map(str, options),
    )  # fmt: skip


def refused(pictures: Path, target: Path, *options: object) -> str:
    with pytest.raises(CommandError) as said:
        mimic(pictures, target, *options)
    assert not (target / "mimic.safetensors").exists()
    return str(said.value)


def test_what_is_learnt_its_record_losses_sheets_and_paintings_are_written(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    mimic(folder, out, *BY, "--prompt", "rain", "--prompt", "our harbour", "--sheet-every", 2)
    assert sorted(path.relative_to(out).as_posix() for path in out.rglob("*.*")) == [
        "losses.csv",
        "mimic.safetensors",
        "paintings/01.png",
        "paintings/02.png",
        "record.json",
        "samples/step-000002.png",
        "samples/step-000003.png",
        "sheet.png",
    ]
    learnt = Mimic.from_bytes((out / "mimic.safetensors").read_bytes())
    assert learnt.record["captions"] == ["a painting by art"] * 3
    told = json.loads((out / "record.json").read_text())
    assert told["pictures"] == ["0.png", "1.png", "2.png"]
    assert told["seconds"] > 0
    rows = list(csv.DictReader((out / "losses.csv").open()))
    assert [row["step"] for row in rows] == ["1", "2", "3"]
    with Picture.open(out / "paintings" / "01.png") as painting:
        assert painting.size == (32, 32)
    assert capsys.readouterr().out.splitlines()[1].endswith("01.png  rain")


def test_captions_come_from_a_table_in_its_order(folder: Path, tmp_path: Path) -> None:
    table = tmp_path / "captions.csv"
    table.write_text("path,painter,caption\n2.png,Ada,rain\n0.png,Bo,a mill\n1.png,Bo,a tree\n")
    mimic(folder, tmp_path / "plain", "--captions", table)
    learnt = json.loads((tmp_path / "plain" / "record.json").read_text())
    assert learnt["captions"] == ["rain", "a mill", "a tree"]
    assert learnt["pictures"] == ["2.png", "0.png", "1.png"]
    mimic(folder, tmp_path / "filled", "--captions", table, "--caption", "{caption}, by {painter}")
    learnt = json.loads((tmp_path / "filled" / "record.json").read_text())
    assert learnt["captions"] == ["rain, by Ada", "a mill, by Bo", "a tree, by Bo"]


def test_pictures_that_the_table_does_not_name_are_told(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "3.png").write_bytes(encoded(picture(32, 32, 3)))
    (folder / "notes.txt").write_text("no picture")
    table = tmp_path / "captions.csv"
    table.write_text("path,caption\n2.png,rain\n0.png,a mill\n1.png,a tree\n")
    mimic(folder, tmp_path / "out", "--captions", table)
    told = capsys.readouterr().err
    assert "does not name 1 of the pictures" in told
    assert told.rstrip().endswith("which are left out: 3.png")


def test_the_same_command_goes_on_where_it_was_stopped(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mimic(folder, tmp_path / "whole", *BY)
    stopped, save = tmp_path / "stopped", Checkpoints.save

    def save_and_stop(self: Checkpoints, checkpoint: Checkpoint, training: str) -> None:
        save(self, checkpoint, training)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Checkpoints, "save", save_and_stop)
        said = refused(folder, stopped, *BY, "--checkpoint-every", 2)
    assert said == "Stopped. The same command goes on from here."
    assert (stopped / "checkpoints" / "step-0000002.safetensors").exists()
    other = refused(folder, stopped, *BY, "--seed", 5)
    assert "holds checkpoints of another training" in other
    mimic(folder, stopped, *BY)
    whole = (tmp_path / "whole" / "mimic.safetensors").read_bytes()
    assert (stopped / "mimic.safetensors").read_bytes() == whole
    assert not (stopped / "checkpoints").exists()


def test_what_is_there_is_learnt_anew_only_by_force(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    mimic(folder, out, *BY)
    before = (out / "mimic.safetensors").read_bytes()
    with pytest.raises(CommandError, match=r"is there already, learnt from other .* --force"):
        mimic(folder, out, *BY, "--seed", 5)
    assert (out / "mimic.safetensors").read_bytes() == before
    mimic(folder, out, *BY, "--seed", 5, "--force")
    assert (out / "mimic.safetensors").read_bytes() != before


def test_a_run_that_was_stopped_while_it_painted_goes_on_to_paint(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    out = tmp_path / "out"

    def stop(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Prompt, "paint", stop)
        with pytest.raises(CommandError, match="The same command goes on from here"):
            mimic(folder, out, *BY)
    learnt = (out / "mimic.safetensors").read_bytes()
    assert not (out / "paintings").exists()
    mimic(folder, out, *BY)
    assert (out / "paintings" / "01.png").exists()
    assert (out / "mimic.safetensors").read_bytes() == learnt
    assert "learnt just so" in capsys.readouterr().out
    (folder / "2.png").write_bytes(encoded(picture(40, 64, 9)))
    with pytest.raises(CommandError, match="other pictures"):
        mimic(folder, out, *BY)


def test_what_cannot_be_painted_is_refused_before_anything_is_learnt(
    folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert "tokens" in refused(folder, out, *BY, "--prompt", "rain " * 200)
    assert "whole multiples" in refused(folder, out, *BY, "--set-painting", "size=9")
    assert not out.exists()


def test_bad_input_is_refused_in_a_sentence(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert "There is no folder" in refused(tmp_path / "absent", out, *BY)
    assert refused(folder, out).startswith("Say what the pictures show")
    sizes = refused(folder, out, *BY, "--uncut")
    assert "0.png has 48 × 40 pixels and 1.png 32 × 32" in sizes
    assert refused(folder, out, "--caption", "{mood}").startswith("0.png has no mood")
    table = tmp_path / "captions.csv"
    table.write_text("path,caption\n0.png,rain\n1.png,\n2.png,rain\n")
    assert refused(folder, out, "--captions", table).startswith("1.png has no caption")
    table.write_text("path,caption\n0.png,rain\n../1.png,rain\n2.png,rain\n")
    assert "../1.png leads out of the folder" in refused(folder, out, "--captions", table)
    table.write_text("picture,caption\n0.png,rain\n")
    assert "needs a column “path”" in refused(folder, out, "--captions", table)
    assert "30" in refused(folder, out, *BY, "--set", "rate=30")
    assert "token" in refused(folder, out, "--caption", "rain " * 30)
    (folder / "3.png").write_bytes(b"\x89PNG nothing")
    assert refused(folder, out, *BY).startswith("3.png: ")
    for path in sorted(folder.iterdir())[1:]:
        path.unlink()
    (folder / "0.png").write_bytes(encoded(picture(48, 40)))
    assert "at least 3 pictures" in refused(folder, out, *BY)


def test_pictures_of_one_size_can_be_learnt_uncut(folder: Path, tmp_path: Path) -> None:
    for path in folder.iterdir():
        path.write_bytes(encoded(picture(48, 40)))
    mimic(folder, tmp_path / "out", *BY, "--uncut")
    assert json.loads((tmp_path / "out" / "record.json").read_text())["size"] == [40, 48]


def test_reading_settings_loads_neither_diffusers_nor_peft() -> None:
    script = (
        "import sys; from generation.mimicry import MIMICRY;"
        " [MIMICRY.schema(name) for name in MIMICRY.names()];"
        " print(sorted({'diffusers', 'peft', 'transformers'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert said.stdout.decode().strip() == "[]"
