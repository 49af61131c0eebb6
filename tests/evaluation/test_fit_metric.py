"""NIQE and the cloak detector: fitted on folders, kept in files that say what they are."""

import json
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
import torch
from django.core.management import CommandError, call_command
from torch import Tensor

from config.plugins import PluginError, record
from evaluation.measuring import cloak_fitting
from evaluation.metrics import METRICS
from evaluation.seeing import cloak_model, scene_model
from evaluation.seeing.cloak_marks import NAMES, marks
from generation.pixels import quantise, to_image


def painting(seed: int, side: int = 128) -> Tensor:
    """Smooth hills of colour with some grain, as a stand-in of a painting."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(1, 3, 9, 9, generator=generator)
    smooth = torch.nn.functional.interpolate(coarse, (side, side), mode="bicubic")
    grain = 0.02 * torch.randn(1, 1, side, side, generator=generator)
    return quantise(0.2 + 0.6 * smooth + grain)


def cloaked(picture: Tensor, seed: int) -> Tensor:
    """Coloured noise that repeats every eight pixels."""
    tile = torch.randn(1, 3, 8, 8, generator=torch.Generator().manual_seed(seed))
    repeated = tile.repeat(1, 1, picture.shape[2] // 8, picture.shape[3] // 8)
    return quantise(picture + 0.03 * repeated)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("fit")
    for painter in range(6):
        for work in range(2):
            picture = painting(10 * painter + work)
            for kind, made in (("clean", picture), ("cloaked", cloaked(picture, work))):
                path = home / kind / f"p{painter}" / f"{work}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                to_image(made).save(path)
    return home


def fit(metric: str, clean: Path, to: Path, **options: object) -> str:
    out = StringIO()
    call_command("fit_metric", metric, str(clean), to=to, stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


def test_a_picture_fits_a_niqe_of_its_own_kind_best(folders: Path, tmp_path: Path) -> None:
    file = tmp_path / "own.json"
    assert "12 pictures" in fit("niqe", folders / "clean", file, block=32)
    metric = METRICS.build("niqe", {"clean": str(file)})
    new = painting(99)
    noisy = quantise(new + 0.1 * torch.rand(new.shape, generator=torch.Generator().manual_seed(1)))
    blurred = torch.nn.functional.avg_pool2d(new, 5, 1, 2)
    clean, *worse = (metric.score(each, each, None).item() for each in (new, noisy, blurred))
    assert clean < min(worse)


def test_niqe_is_its_papers_formula(folders: Path, tmp_path: Path) -> None:
    file = tmp_path / "own.json"
    fit("niqe", folders / "clean", file, block=32)
    model = json.loads(file.read_text())
    picture = painting(98)
    found, _ = scene_model.patches(picture, 32)
    mine = found[0].numpy()
    pooled = (np.cov(mine.T) + np.array(model["covariance"])) / 2
    gap = mine.mean(0) - np.array(model["mean"])
    expected = np.sqrt(gap @ np.linalg.pinv(pooled) @ gap)
    score = METRICS.build("niqe", {"clean": str(file)}).score(picture, picture, None)
    assert score.item() == pytest.approx(expected, rel=1e-6)


def test_a_fitted_file_is_part_of_what_a_value_is_known_by(folders, tmp_path) -> None:
    file = tmp_path / "own.json"
    fit("niqe", folders / "clean", file, block=32)
    first = record(METRICS.build("niqe", {"clean": str(file)}))["clean"]
    assert first.startswith(f"{file}#")
    again = METRICS.build("niqe", {"clean": first})
    assert record(again)["clean"] == first
    fit("niqe", folders / "clean", file, block=32, about="another")
    with pytest.raises(PluginError, match="not the file that was named"):
        METRICS.build("niqe", {"clean": first})


def test_what_is_no_fit_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text("{}")
    for metric, setting in (("niqe", "clean"), ("cloak_detector", "fitted_on")):
        with pytest.raises(PluginError, match="holds no such fit"):
            METRICS.build(metric, {setting: str(other)})
        with pytest.raises(PluginError, match="fit_metric"):
            METRICS.build(metric, {setting: str(tmp_path / "nowhere.json")})


def test_a_detector_finds_the_cloaks_of_painters_it_has_not_seen(folders, tmp_path) -> None:
    file = tmp_path / "cloaks.json"
    said = fit("cloak_detector", folders / "clean", file, cloaked=[folders / "cloaked"])
    assert "AUC" in said
    card = json.loads(file.read_text())["card"]
    assert card["painters"] == 6
    assert set(card["auc on held-out painters"]["cloaked"]) >= {"clean", "noise 0.02", "JPEG 75"}
    metric = METRICS.build("cloak_detector", {"fitted_on": str(file)})
    clean = torch.cat([painting(200 + k) for k in range(3)])
    other = torch.cat([cloaked(painting(200 + k), 50 + k) for k in range(3)])
    odds, chance = metric.score(torch.cat([clean, other]), torch.cat([clean, other]), None).T
    assert odds[:3].max() < odds[3:].min()
    torch.testing.assert_close(chance, odds.sigmoid())


def test_a_detector_is_asked_for_several_painters(folders: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="5 painters at least"):
        fit("cloak_detector", folders / "clean" / "p0", tmp_path / "x", cloaked=[folders])
    with pytest.raises(CommandError, match="--cloaked"):
        fit("cloak_detector", folders / "clean", tmp_path / "x")
    with pytest.raises(CommandError, match="There is no folder"):
        fit("niqe", tmp_path / "nowhere", tmp_path / "x")
    with pytest.raises(CommandError, match="are needed: give more or larger pictures"):
        fit("niqe", folders / "clean" / "p0", tmp_path / "x", block=64)


def test_no_painter_is_judged_by_a_detector_that_has_seen_them() -> None:
    """Marks that only name the painter tell nothing about the cloak of another."""
    rng = np.random.default_rng(1)
    painters = [f"p{k // 4}" for k in range(40)]
    names = rng.normal(size=(10, len(NAMES))).repeat(4, 0)
    clean = names + rng.normal(size=(40, len(NAMES))) * 0.01
    gathered = cloak_fitting.Gathered({"clean": clean}, {"cloak": clean.copy()}, painters)
    told = cloak_fitting.foretold(gathered)
    found = cloak_fitting.areas(told, gathered, "cloak", "clean")
    assert found.value == pytest.approx(0.5)


def test_the_shipped_detector_says_what_it_does_not_know() -> None:
    card = cloak_model.read("paintings").card
    assert card["painters"] == 26
    assert "Nightshade" in card["beyond"]["never seen"]


def test_marks_beyond_what_was_fitted_count_no_more_than_the_farthest() -> None:
    model = cloak_model.read("paintings")
    far = np.array(model.mean) + 1e6 * np.array(model.deviation)
    farther = np.array(model.mean) + 1e9 * np.array(model.deviation)
    assert model.log_odds(far[None]) == pytest.approx(model.log_odds(farther[None]))


def test_a_channel_copied_to_another_is_seen_as_correlated() -> None:
    noise = torch.rand(1, 1, 64, 64, generator=torch.Generator().manual_seed(3))
    same = marks(noise.expand(1, 3, 64, 64))[0]
    apart = marks(torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(4)))[0]
    place = NAMES.index("residual correlation red, green, scale 1")
    assert same[place].item() == pytest.approx(1)
    assert abs(apart[place].item()) < 0.1
