"""The sandbox's painters exhibit: files and a manifest that an import takes as they are."""

import csv
import hashlib
import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from generation.models import Artwork, Rights
from generation.sandbox.exhibition import Work, exhibit, works
from generation.sandbox.light import MOODS
from generation.sandbox.painters import contemporary, historical
from generation.sandbox.scenes import SCENES
from generation.sandbox.training.corpus import held_out, trained_on
from generation.sandbox.world import caption


def paint(folder: Path, *words: object) -> str:
    out = StringIO()
    call_command("paint_sandbox", "--to", str(folder), "--size", "32", *map(str, words), stdout=out)
    return out.getvalue()


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "MANIFEST.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.django_db
def test_an_exhibition_is_imported_as_it_is_with_rights_and_captions(tmp_path: Path):
    told = paint(tmp_path, "--painters", "ines-carrow", "Anselm Roux", "--each", 3)
    assert "6 works by 2 painters" in told
    manifest = tmp_path / "MANIFEST.csv"
    call_command(
        "collection", "import", str(tmp_path), "--slug", "sandbox", "--manifest", str(manifest),
        stdout=StringIO(),
    )  # fmt: skip
    artworks = Artwork.objects.filter(collection__slug="sandbox")
    assert {artwork.painter for artwork in artworks} == {"Ines Carrow", "Anselm Roux"}
    assert artworks.count() == 6
    for artwork in artworks:
        assert artwork.rights == Rights.LICENCE
        assert "Connoisseur's own program" in artwork.rights_statement
        assert "CC0-1.0" in artwork.rights_statement
        assert artwork.title[0].isupper()


def test_the_manifest_says_what_every_file_is(tmp_path: Path):
    paint(tmp_path, "--painters", "ines-carrow", "--each", 2)
    for row in rows(tmp_path):
        assert hashlib.sha256((tmp_path / row["path"]).read_bytes()).hexdigest() == row["sha256"]
        assert row["caption"] == caption("ines-carrow", row["scene"], row["mood"])
        assert row["title"].lower() == f"{row['scene']} {row['mood']}"
        assert (row["genre"], row["era"], row["surface"]) == ("realism", "contemporary", "smooth")


def test_painting_again_gives_the_same_bytes_and_mends_what_was_damaged(tmp_path: Path):
    paint(tmp_path, "--painters", "walter-osk", "--each", 2)
    before = files(tmp_path)
    victim = next(name for name in before if name.endswith(".png"))
    (tmp_path / victim).write_bytes(before[victim][:100])
    paint(tmp_path, "--painters", "walter-osk", "--each", 2)
    assert files(tmp_path) == before


def test_scenes_go_round_before_one_comes_again_and_fewer_are_the_first_of_more():
    many = works("tove-brask", len(SCENES) * len(MOODS))
    assert {work.scene for work in many[: len(SCENES)]} == set(SCENES)
    assert len({(work.scene, work.mood) for work in many}) == len(many)
    assert works("tove-brask", 5) == many[:5]
    assert works("tove-brask", 5, seed=1) != many[:5]


def test_no_network_was_trained_or_measured_on_what_is_exhibited():
    used = {subject.seed for subject in (*trained_on(50), *held_out([*historical()], 50))}
    assert not used & {work.seed for key in historical() for work in works(key, 48)}


def test_all_painters_show_unless_some_are_named(tmp_path: Path):
    told = json.loads(paint(tmp_path, "--each", 1, "--json"))
    assert set(told["painters"]) == {*historical(), *contemporary()}
    told = json.loads(paint(tmp_path, "--each", 1, "--painters", "contemporary", "--json"))
    assert told["painters"] == [*contemporary()]
    assert told["works"] == len(rows(tmp_path)) == len(contemporary())


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--painters", "rembrandt"), "no painter “rembrandt”.*anselm-roux"),
        (("--each", 0), "at least one work"),
        (("--size", 4000), "from 16 to 256"),
    ],
)
def test_what_cannot_be_painted_is_told_in_a_sentence(
    tmp_path: Path, words: tuple[object, ...], sentence: str
):
    with pytest.raises(CommandError, match=sentence):
        paint(tmp_path / "new", *words)
    assert not files(tmp_path)


def test_a_manifest_of_other_pictures_is_never_written_over(tmp_path: Path):
    (tmp_path / "MANIFEST.csv").write_text("path,painter\na.png,Somebody\n")
    with pytest.raises(CommandError, match="name another folder"):
        paint(tmp_path, "--painters", "walter-osk", "--each", 1)
    assert files(tmp_path) == {"MANIFEST.csv": b"path,painter\na.png,Somebody\n"}


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(CommandError, match="cannot be written"):
        paint(tmp_path / "file", "--painters", "walter-osk", "--each", 1)


def test_the_manifest_comes_last_so_that_an_interrupted_exhibition_has_none(tmp_path: Path):
    def stop(done: int, total: int, message: str = "") -> None:
        raise KeyboardInterrupt

    chosen: list[Work] = works("walter-osk", 2)
    with pytest.raises(KeyboardInterrupt):
        exhibit(chosen, tmp_path, 32, stop)
    assert len(files(tmp_path)) == 1
    assert not (tmp_path / "MANIFEST.csv").exists()
