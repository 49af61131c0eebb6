"""Methods over files (`manage.py protect`, `purify`, `edit`) and `remake`, and what they say."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from PIL import Image as Picture
from torch import Generator

from generation import jobs, pixels, services, steps, store, working
from generation.models import Image, Recipe
from generation.networks import load
from generation.originals import encode_png
from generation.progress import silent
from generation.recipe import Step, artwork_step, digest, plugin_step
from generation.steps import KINDS
from tests.generation.pictures import encoded, picture
from tests.generation.tiny_pipeline import PIPELINE

REPOSITORY = Path(__file__).resolve().parent.parent.parent
NOISE = ["--method", "gaussian_noise"]
JPEG = ["--method", "jpeg"]
OTHER = ["--networks", "autoencoder=sd1_vaelight"]


@pytest.fixture(autouse=True)
def _no_networks(settings: Any) -> None:
    settings.NETWORKS_DIR = None


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder of three pictures, two of one size, one in a folder of its own."""
    place = tmp_path / "in"
    (place / "sub").mkdir(parents=True)
    (place / "a.png").write_bytes(encoded(picture(40, 32)))
    (place / "b.jpg").write_bytes(encoded(picture(40, 32, 1), "JPEG"))
    (place / "sub" / "c.png").write_bytes(encoded(picture(24, 24, 2)))
    return place


def run(command: str, *options: object) -> None:
    """A command with its options as they are typed."""
    call_command(command, *map(str, options))


def test_a_folder_keeps_its_names_and_places(pictures: Path, tmp_path: Path, capsys: Any) -> None:
    run("purify", pictures, tmp_path / "out", *JPEG)
    made = sorted(
        path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.*")
    )
    assert made == ["a.png", "b.png", "sub/c.png"]
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_one_picture_goes_to_a_file_or_into_a_folder(pictures: Path, tmp_path: Path) -> None:
    run("purify", pictures / "a.png", tmp_path / "one.png", *JPEG)
    run("purify", pictures / "a.png", tmp_path / "folder", *JPEG)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "folder" / "a.png").read_bytes()


def test_what_is_printed_is_measured_on_the_saved_file(
    pictures: Path, tmp_path: Path, capsys: Any
) -> None:
    run("purify", pictures / "a.png", tmp_path / "out.png", *JPEG, "--json")
    (said,) = json.loads(capsys.readouterr().out)
    before = np.asarray(Picture.open(pictures / "a.png"), dtype=float)
    after = np.asarray(Picture.open(tmp_path / "out.png"), dtype=float)
    assert said["realised"]["linf"] == pytest.approx(np.abs(after - before).max() / 255)
    assert said["realised"]["l2"] == pytest.approx(np.linalg.norm(after - before) / 255)
    assert said["realised"]["linf"] > 0


def test_the_recipe_is_told_and_its_key_is_its_hash(
    pictures: Path, tmp_path: Path, capsys: Any
) -> None:
    run("purify", pictures / "a.png", tmp_path / "out.png", *NOISE, "--seed", 4, "--json")
    (said,) = json.loads(capsys.readouterr().out)
    assert said["recipe"] == digest(said["document"])
    assert said["document"]["seed"] == 4
    leaf = hashlib.sha256(encode_png(picture(40, 32))).hexdigest()
    assert said["document"]["inputs"]["image"] == artwork_step(leaf).key


def test_the_same_seed_gives_the_same_file_and_another_another(
    pictures: Path, tmp_path: Path
) -> None:
    for name, seed in (("one", 1), ("again", 1), ("two", 2)):
        run("purify", pictures / "a.png", tmp_path / f"{name}.png", *NOISE, "--seed", seed)
    one, again, two = ((tmp_path / f"{name}.png").read_bytes() for name in ("one", "again", "two"))
    assert one == again != two


def test_a_picture_does_not_depend_on_what_shares_its_batch(pictures: Path, tmp_path: Path) -> None:
    run("purify", pictures, tmp_path / "all", *NOISE, "--batch-size", 4)
    run("purify", pictures / "b.jpg", tmp_path / "alone.png", *NOISE)
    assert (tmp_path / "all" / "b.png").read_bytes() == (tmp_path / "alone.png").read_bytes()


def test_settings_and_presets_reach_the_method(pictures: Path, tmp_path: Path, capsys: Any) -> None:
    run("purify", pictures / "a.png", tmp_path / "a.png", *JPEG, "--set", "quality=7", "--json")
    assert json.loads(capsys.readouterr().out)[0]["document"]["settings"]["quality"] == 7
    catalogue = KINDS["purification"].catalogue
    name, values = next(iter(catalogue.presets("gaussian_noise").items()))
    run("purify", pictures / "a.png", tmp_path / "b.png", *NOISE, "--preset", name, "--json")
    settings = json.loads(capsys.readouterr().out)[0]["document"]["settings"]
    assert values.items() <= settings.items()


def test_a_size_cuts_squares_first(pictures: Path, tmp_path: Path) -> None:
    run("purify", pictures, tmp_path / "out", *JPEG, "--size", 16)
    assert Picture.open(tmp_path / "out" / "a.png").size == (16, 16)


def test_nothing_is_written_over_without_force(pictures: Path, tmp_path: Path, capsys: Any) -> None:
    out = tmp_path / "out.png"
    out.write_bytes(b"mine")
    with pytest.raises(CommandError, match="1 of 1 files failed"):
        run("purify", pictures / "a.png", out, *JPEG)
    assert "is there already; --force" in capsys.readouterr().out
    assert out.read_bytes() == b"mine"
    run("purify", pictures / "a.png", out, *JPEG, "--force")
    assert Picture.open(out).size == (40, 32)


def test_a_bad_file_is_said_and_the_others_are_made(
    pictures: Path, tmp_path: Path, capsys: Any
) -> None:
    (pictures / "notes.txt").write_text("hello")
    (pictures / "empty.png").write_bytes(b"")
    with pytest.raises(CommandError, match="2 of 5 files failed"):
        run("purify", pictures, tmp_path / "out", *JPEG)
    said = capsys.readouterr().out
    assert "failed  notes.txt: This is not a picture" in said
    assert "failed  empty.png: The file is empty" in said
    assert len(list((tmp_path / "out").rglob("*.png"))) == 3


def test_what_was_made_inside_the_folder_is_not_made_from_again(
    pictures: Path, capsys: Any
) -> None:
    run("purify", pictures, pictures / "out", *JPEG)
    run("purify", pictures, pictures / "out", *JPEG, "--force")
    assert not (pictures / "out" / "out").exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["{in}", "{out}", "--method", "nix"], "no purification called “nix”"),
        (["{in}", "{out}", *JPEG, "--set", "nix=1"], "no setting “nix”"),
        (["{in}", "{out}", *JPEG, "--set", "quality=900"], "quality"),
        (["{in}", "{out}", *JPEG, "--set", "quality"], "write KEY=VALUE"),
        (["{in}", "{out}", *JPEG, "--preset", "nix"], "no preset “nix”"),
        (["{in}", "{out}", *JPEG, "--size", "17"], "multiple of 8"),
        (["{in}", "{out}", *JPEG, "--networks", "eyes=x"], "no role “eyes”"),
        (["{in}/nix.png", "{out}", *JPEG], "There is no file or folder"),
        (["{in}", "{out}.png", *JPEG], "is a folder: name a folder"),
        (["{in}", "{out}", "--method", "impress", *OTHER], "missing"),
        (["{in}", "{out}"], "--method"),
    ],
)
def test_wrong_options_are_said_and_nothing_is_written(
    pictures: Path, tmp_path: Path, options: list[str], sentence: str
) -> None:
    typed = [option.format(**{"in": pictures, "out": tmp_path / "out"}) for option in options]
    with pytest.raises(CommandError, match=sentence):
        run("purify", *typed)
    assert not (tmp_path / "out").exists()


def test_two_files_that_would_become_one_are_said(pictures: Path, tmp_path: Path) -> None:
    (pictures / "a.jpg").write_bytes(encoded(picture(), "JPEG"))
    with pytest.raises(CommandError, match="would both be saved as"):
        run("purify", pictures, tmp_path / "out", *JPEG)


def test_a_method_with_a_target_says_how_to_give_one(pictures: Path, tmp_path: Path) -> None:
    glaze = ["protect", pictures, tmp_path / "out", "--method", "glaze"]
    with pytest.raises(CommandError, match="give --style IMAGE"):
        run(*glaze)
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(CommandError, match=r"notes\.txt: This is not a picture"):
        run(*glaze, "--style", tmp_path / "notes.txt")
    networks = ["--networks", "autoencoder=sd1_vaelight"]
    with pytest.raises(CommandError, match="autoencoder “sd1_vaelight” is missing"):
        run(*glaze, "--style", pictures / "a.png", *networks)


def test_a_cloak_needs_nothing_but_what_comes_with_the_project_and_says_what_that_is(
    pictures: Path, tmp_path: Path, capsys: Any
) -> None:
    cloak = ["--method", "photoguard_encoder", "--set", "steps=1"]
    run("protect", pictures / "a.png", tmp_path / "out.png", *cloak)
    told = capsys.readouterr().err
    assert "“sandbox”, which was trained on an invented world" in told
    assert "--networks autoencoder=" in told
    assert (tmp_path / "out.png").is_file()


def test_a_method_without_a_target_takes_no_style(pictures: Path, tmp_path: Path) -> None:
    options = ["--method", "photoguard_encoder", "--style", pictures / "a.png"]
    with pytest.raises(CommandError, match="takes no target"):
        run("protect", pictures, tmp_path / "out", *options)


TINY = [f"diffusion={PIPELINE}", f"autoencoder={PIPELINE}", "perceptual=lpips_squeeze"]
MEMBERS = [word for named in TINY for word in ("--networks", named)]


@pytest.fixture
def tiny_pipelines(pipelines_folder: Path, networks_folder: Path, tmp_path: Path, settings: Any):
    """A networks folder with a tiny Stable Diffusion and a tiny perceptual network."""
    for part in (pipelines_folder / PIPELINE, *networks_folder.glob("squeezenet*")):
        (tmp_path / "networks").mkdir(exist_ok=True)
        (tmp_path / "networks" / part.name).symlink_to(part)
    settings.NETWORKS_DIR = tmp_path / "networks"


@pytest.mark.usefixtures("tiny_pipelines")
def test_glaze_takes_its_target_from_a_style_in_words(pictures: Path, tmp_path: Path) -> None:
    glaze = ["protect", pictures / "a.png", tmp_path / "out.png", "--method", "glaze", *MEMBERS]
    told = ["--transfer", "image_to_image", "--set-transfer", "steps=3", "--size", 32]
    with pytest.raises(CommandError, match="leave --style away"):
        run(*glaze, *told, "--style", pictures / "b.jpg")
    run(*glaze, *told, "--set", "steps=2", "--set-transfer", "prompt=Monet style")
    assert Picture.open(tmp_path / "out.png").size == (32, 32)


@pytest.mark.usefixtures("tiny_pipelines")
def test_an_edit_draws_its_noise_from_the_seed_alone(
    pictures: Path, tmp_path: Path, pipelines_folder: Path, capsys: Any
) -> None:
    told = {"steps": 4, "prompt": "boats"}
    options = [word for name, value in told.items() for word in ("--set", f"{name}={value}")]
    method = ["--method", "image_to_image", *options, *MEMBERS, "--seed", 7]
    run("edit", pictures / "a.png", tmp_path / "out.png", *method, "--json")
    (made,) = json.loads(capsys.readouterr().out)
    image = pixels.to_tensor(Picture.open(pictures / "a.png"))
    seeded = [Generator().manual_seed(7)]
    members = load({"diffusion": PIPELINE}, pipelines_folder)
    expected = steps.run("edit", "image_to_image", told, {"image": image}, members, seeded, silent)
    assert made["document"]["kind"] == "edit"
    assert (tmp_path / "out.png").read_bytes() == pixels.write_png(expected)


def test_a_network_that_is_not_there_is_said(pictures: Path, tmp_path: Path) -> None:
    options = ["--method", "image_to_image", "--networks", "diffusion=nothing"]
    with pytest.raises(CommandError, match="no pipeline “nothing”"):
        run("edit", pictures, tmp_path / "out", *options)


@pytest.mark.parametrize("kind", ["protection", "purification", "edit", "degradation"])
def test_the_help_of_every_method_lists_its_settings(kind: str, capsys: Any) -> None:
    catalogue = KINDS[kind].catalogue
    command = {
        "protection": "protect", "purification": "purify", "edit": "edit", "degradation": "degrade",
    }[kind]  # fmt: skip
    for name in catalogue.names():
        with pytest.raises(SystemExit) as left:
            run(command, "--help-method", name)
        assert left.value.code == 0
        said = capsys.readouterr().out
        assert catalogue.load(name).label in said
        for setting in [*catalogue.settings(name), *catalogue.presets(name)]:
            assert f"\n  {setting}" in said


def test_no_database_is_touched(pictures: Path, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "VAR_DIR": str(tmp_path / "var"),
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
    }
    command = ["purify", str(pictures), str(tmp_path / "out"), *JPEG]
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "sub/c.png → " in done.stdout


# with the small real networks


@pytest.fixture
def real_networks(real_data: Path, settings: Any) -> Path:
    """The folder of small networks, set."""
    settings.NETWORKS_DIR = real_data / "weights"
    return real_data


@pytest.mark.real_data
def test_glaze_takes_its_target_from_a_style_picture(
    real_networks: Path, pictures: Path, tmp_path: Path, capsys: Any
) -> None:
    style = next((real_networks / "artworks" / "degas").glob("*.jpg"))
    options = ["--style", style, "--size", 64, "--set", "steps=3", "--set-transfer", "steps=2"]
    run("protect", pictures, tmp_path / "out", "--method", "glaze", *options, "--json")
    said = json.loads(capsys.readouterr().out)
    assert len(said) == 3
    for line in said:
        assert set(line["document"]["inputs"]) == {"image", "target"}
        assert line["realised"]["lpips"] <= line["document"]["settings"]["budget"]


@pytest.mark.real_data
def test_a_target_picture_is_fitted_to_each_size(
    real_networks: Path, pictures: Path, tmp_path: Path, capsys: Any
) -> None:
    (pictures / "odd.png").write_bytes(encoded(picture(41, 35, 5)))
    target = next((real_networks / "artworks" / "degas").glob("*.jpg"))
    run(
        "protect",
        pictures,
        tmp_path / "out",
        "--method",
        "glaze",
        "--target",
        target,
        "--set",
        "steps=2",
    )
    assert "cut from 41×35 to 40×32" in capsys.readouterr().out
    assert Picture.open(tmp_path / "out" / "odd.png").size == (40, 32)
    assert Picture.open(tmp_path / "out" / "sub" / "c.png").size == (24, 24)


# making again


@pytest.fixture
def made(tmp_path: Path, settings: Any, transactional_db: None) -> list[Recipe]:
    """Three noisy working copies, made by the worker's own code, two of them in one batch."""
    folder = {**settings.STORAGES["default"], "OPTIONS": {"location": str(tmp_path / "store")}}
    settings.STORAGES = {**settings.STORAGES, "default": folder}
    square = KINDS["preparation"].catalogue.build("square", {"size": 16})
    noise = KINDS["purification"].catalogue.build("gaussian_noise")
    leaves = [store.put_png(encode_png(picture(seed=seed))).sha256 for seed in range(2)]
    copies = [
        plugin_step("preparation", "square", square, {"image": artwork_step(leaf)})
        for leaf in leaves
    ]
    steps: list[Step] = [
        plugin_step("purification", "gaussian_noise", noise, {"image": copy}, seed=1)
        for copy in copies
    ]
    services.request_all(steps=steps)
    jobs.settle()
    working.work_off(wait=False)
    return [Recipe.objects.get(pk=step.key) for step in steps]


def test_a_file_and_a_studys_image_of_one_recipe_are_the_same_bytes(
    made: list[Recipe], tmp_path: Path, capsys: Any
) -> None:
    (tmp_path / "a.png").write_bytes(encoded(picture(seed=0)))
    options = [*NOISE, "--size", 16, "--seed", 1, "--json"]
    run("purify", tmp_path / "a.png", tmp_path / "out.png", *options)
    (said,) = json.loads(capsys.readouterr().out)
    assert said["recipe"] == made[0].key
    assert said["sha256"] == made[0].image_id


def test_remake_says_that_the_image_is_identical(made: list[Recipe], capsys: Any) -> None:
    run("remake", made[0].key[:16])
    assert "Identical: made again, bit for bit." in capsys.readouterr().out


def test_remake_makes_the_whole_ancestry_again(made: list[Recipe], capsys: Any) -> None:
    run("remake", made[0].key, "--ancestry", "--json")
    said = json.loads(capsys.readouterr().out)
    assert [line["identical"] for line in said] == [True, True]
    assert said[-1]["recipe"] == made[0].key


def test_remake_fails_where_the_image_differs(made: list[Recipe], capsys: Any) -> None:
    other = Image.objects.exclude(pk=made[0].image_id).filter(width=16).first()
    Recipe.objects.filter(pk=made[0].key).update(image=other)
    with pytest.raises(CommandError, match="not what is stored"):
        run("remake", made[0].key)
    assert "Differs" in capsys.readouterr().out


def test_remake_says_what_it_cannot_make(made: list[Recipe]) -> None:
    with pytest.raises(CommandError, match="There is no recipe"):
        run("remake", "zzz")
    leaf = Recipe.objects.filter(kind="artwork").first()
    assert leaf
    with pytest.raises(CommandError, match="was not made here"):
        run("remake", leaf.key)
    with pytest.raises(CommandError, match="More than one"):
        run("remake", "")
