"""An import whose store fails says so in a sentence, with what became of the files before."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from moto.server import ThreadedMotoServer

from generation import store
from generation.models import Artwork
from tests.generation.pictures import encoded, picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """Two pictures, and an empty store."""
    options = {"location": str(tmp_path / "store")}
    default = {**settings.STORAGES["default"], "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": default}
    place = tmp_path / "paintings"
    place.mkdir()
    for seed, name in enumerate("ab"):
        (place / f"{name}.png").write_bytes(encoded(picture(seed=seed)))
    return place


def bring_in(folder: Path) -> None:
    """The command, with rights for all."""
    rights = ["--rights", "public_domain", "--statement", "painter died 1890"]
    call_command("collection", "import", str(folder), "--slug", "demo", *rights)


def test_a_disk_that_fills_up_stops_the_import_after_the_lines_so_far(
    folder: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_whole, written = store.write_whole, []

    def filling(path: Path, data: bytes) -> None:
        if written:
            raise OSError(28, "No space left on device")
        written.append(path)
        write_whole(path, data)

    monkeypatch.setattr(store, "write_whole", filling)
    with pytest.raises(CommandError, match=r"stopped at b\.png.*No space left.*STORAGE_URL"):
        bring_in(folder)
    assert "demo: 1 imported" in capsys.readouterr().out
    monkeypatch.undo()
    bring_in(folder)
    assert Artwork.objects.count() == 2


def test_a_folder_that_cannot_be_written_is_said(folder: Path) -> None:
    Path(default_storage.location).write_text("a file, where the store should be")
    with pytest.raises(CommandError, match=r"stopped at a\.png: the image store failed"):
        bring_in(folder)
    assert not Artwork.objects.exists()


@pytest.fixture
def s3() -> Iterator[str]:
    """A server that speaks S3."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def test_a_missing_bucket_is_said(folder: Path, settings: Any, s3: str) -> None:
    options = {
        "bucket_name": "nowhere",
        "endpoint_url": s3,
        "access_key": "key",
        "secret_key": "secret",
        "file_overwrite": True,
    }
    default = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": default}
    with pytest.raises(CommandError, match=r"stopped at a\.png: the image store failed.*bucket"):
        bring_in(folder)


def test_a_name_with_control_characters_stays_on_its_line(folder: Path, capsys: Any) -> None:
    (folder / "b.png").rename(folder / "b\n\x1b[31m.p\nng")
    (folder / "c\u2028é.png").write_bytes(b"")
    with pytest.raises(CommandError, match="1 file was refused"):
        bring_in(folder)
    lines = capsys.readouterr().out.strip().splitlines()
    assert len(lines) == 3
    assert lines[0].lstrip().startswith(r"imported  b\n\x1b[31m.p\nng: named")
    assert r"c\u2028é.png: The file is empty" in lines[1]
