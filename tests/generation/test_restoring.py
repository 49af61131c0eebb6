"""What the store lost or damaged comes back: images by remaking, originals by importing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from generation import jobs, services, store, working
from generation.importing import Outcome, import_folder
from generation.manifest import RightsRecord
from generation.models import Artwork, Recipe
from generation.originals import encode_png
from generation.recipe import artwork_step, plugin_step
from generation.steps import KINDS
from tests.generation.pictures import encoded, picture

FREE = RightsRecord("public_domain", "painter died 1890")


def lose(path: Path) -> None:
    """The file is gone."""
    path.unlink()


def damage(path: Path) -> None:
    """One byte is another; the size stays."""
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))


MISHAPS = pytest.mark.parametrize("mishap", [lose, damage])


@pytest.fixture(autouse=True)
def _own_store(tmp_path: Path, settings: Any) -> None:
    folder = {**settings.STORAGES["default"], "OPTIONS": {"location": str(tmp_path / "store")}}
    settings.STORAGES = {**settings.STORAGES, "default": folder}


@pytest.fixture
def made(transactional_db: None) -> Recipe:
    """A working copy, made by the worker's own code."""
    square = KINDS["preparation"].catalogue.build("square", {"size": 16})
    leaf = artwork_step(store.put_png(encode_png(picture())).sha256)
    step = plugin_step("preparation", "square", square, {"image": leaf})
    services.request_all(steps=[step])
    jobs.settle()
    working.work_off(wait=False)
    return Recipe.objects.get(pk=step.key)


def stored(sha256: str) -> Path:
    """Where the store keeps it."""
    return Path(default_storage.path(f"{sha256[:2]}/{sha256[2:4]}/{sha256}"))


@MISHAPS
def test_remake_restores_what_it_makes_bit_for_bit(
    made: Recipe, mishap: Callable[[Path], None], capsys: Any
) -> None:
    mishap(stored(str(made.image_id)))
    call_command("remake", made.key)
    assert "restored" in capsys.readouterr().out
    assert store.is_whole(str(made.image_id))
    call_command("remake", made.key)
    assert "restored" not in capsys.readouterr().out


def test_remake_restores_nothing_else(made: Recipe, capsys: Any) -> None:
    other = store.put_png(encode_png(picture(seed=1)))
    stored(other.sha256).unlink()
    Recipe.objects.filter(pk=made.key).update(image=other)
    with pytest.raises(CommandError, match="not what is stored"):
        call_command("remake", made.key)
    assert "another file" in capsys.readouterr().out
    assert not store.is_whole(other.sha256)


@MISHAPS
@pytest.mark.django_db
def test_importing_again_restores_an_original(
    tmp_path: Path, mishap: Callable[[Path], None]
) -> None:
    folder = tmp_path / "paintings"
    folder.mkdir()
    (folder / "a.png").write_bytes(encoded(picture()))
    import_folder(folder=folder, slug="demo", rights=FREE)
    image = Artwork.objects.get().image_id
    mishap(stored(image))
    (line,) = import_folder(folder=folder, slug="demo", rights=FREE).lines
    assert (line.outcome, "restored" in line.sentence) == (Outcome.KNOWN, True)
    assert store.is_whole(image)
    assert import_folder(folder=folder, slug="demo", rights=FREE).lines[0].sentence == ""
