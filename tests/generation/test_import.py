"""A folder becomes a collection: every file gets what it deserves, and none stops another."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from PIL import Image as Picture

from generation import importing, store
from generation.importing import CollectionError, ImportSummary, Outcome, import_folder
from generation.manifest import ManifestError, RightsRecord
from generation.models import Artwork, Collection, Image, Recipe
from generation.pixels import read_png
from generation.recipe import artwork_step
from tests.generation.pictures import (
    bomb_png,
    cmyk_profile,
    encoded,
    picture,
    png_16,
    profile_bomb_png,
    text_bomb_png,
)

pytestmark = pytest.mark.django_db

FREE = RightsRecord("public_domain", "painter died 1890")
HEADER = "path,painter,title,rights,statement\n"


@pytest.fixture(autouse=True)
def _own_store(tmp_path: Path, settings) -> None:
    folder = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path / "store")},
    }
    settings.STORAGES = {**settings.STORAGES, "default": folder}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder to import from."""
    place = tmp_path / "paintings"
    place.mkdir()
    return place


def fill(folder: Path, files: dict[str, bytes]) -> Path:
    """Write files, with their folders."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def bring_in(folder: Path, **options) -> ImportSummary:
    """Import with rights for all."""
    return import_folder(**{"folder": folder, "slug": "demo", "rights": FREE, **options})


def manifest(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    """A manifest beside the pictures."""
    path = folder / "manifest.csv"
    path.write_bytes(text.encode(encoding))
    return path


def problems(folder: Path, text: str, **options) -> str:
    """What is said about a wrong manifest; nothing may have been imported."""
    with pytest.raises(ManifestError) as caught:
        bring_in(folder, manifest=manifest(folder, text), **{"rights": None, **options})
    assert not Collection.objects.exists()
    assert not Image.objects.exists()
    return str(caught.value)


# without a manifest


def test_painter_and_title_come_from_the_names_of_folder_and_file(folder: Path) -> None:
    fill(
        folder,
        {"Claude Monet/poppies.png": encoded(picture()), "alone.png": encoded(picture(seed=1))},
    )
    bring_in(folder)
    assert list(Artwork.objects.values_list("painter", "title", "rights", "rights_statement")) == [
        ("Claude Monet", "poppies", "public_domain", "painter died 1890"),
        ("paintings", "alone", "public_domain", "painter died 1890"),
    ]


def test_the_stored_picture_is_the_imported_one_as_png(folder: Path) -> None:
    fill(folder, {"a/one.png": encoded(picture())})
    bring_in(folder)
    artwork = Artwork.objects.get()
    data = store.get(artwork.image_id)
    assert np.array_equal(
        np.rint(read_png(data)[0].permute(1, 2, 0).numpy() * 255), np.asarray(picture())
    )
    assert (artwork.image.width, artwork.image.height) == (24, 16)
    assert Recipe.objects.get(pk=artwork_step(artwork.image_id).key).image == artwork.image
    assert artwork.image.size == len(data)
    assert artwork.source_sha256 == hashlib.sha256(encoded(picture())).hexdigest()


def test_without_rights_nothing_is_imported(folder: Path) -> None:
    fill(folder, {"a/one.png": encoded(picture())})
    with pytest.raises(CollectionError, match="by what right"):
        bring_in(folder, rights=None)
    assert not Collection.objects.exists()


def test_a_missing_folder_and_a_bad_slug_are_said(folder: Path) -> None:
    with pytest.raises(CollectionError, match="There is no folder"):
        bring_in(folder / "nowhere")
    with pytest.raises(CollectionError, match="cannot name a collection"):
        bring_in(folder, slug="my paintings!")


def test_hidden_files_are_passed_over(folder: Path) -> None:
    fill(folder, {".DS_Store": b"x", ".git/config": b"x", "a.png": encoded(picture())})
    assert [line.path for line in bring_in(folder).lines] == ["a.png"]


# repeats and duplicates


def test_a_second_import_brings_in_nothing(folder: Path) -> None:
    fill(folder, {"a/one.png": encoded(picture()), "a/two.png": encoded(picture(seed=1))})
    assert bring_in(folder).count(Outcome.IMPORTED) == 2
    again = bring_in(folder)
    assert (again.count(Outcome.IMPORTED), again.count(Outcome.KNOWN)) == (0, 2)
    assert Artwork.objects.count() == 2


def test_a_later_import_brings_in_what_is_new(folder: Path) -> None:
    fill(folder, {"a/one.png": encoded(picture())})
    bring_in(folder)
    fill(folder, {"a/two.png": encoded(picture(seed=1))})
    again = bring_in(folder)
    assert [(line.path, line.outcome) for line in again.lines] == [
        ("a/one.png", Outcome.KNOWN),
        ("a/two.png", Outcome.IMPORTED),
    ]


def test_the_same_bytes_under_another_name_are_a_duplicate(folder: Path) -> None:
    fill(folder, {"a/one.png": encoded(picture()), "b/copy.png": encoded(picture())})
    summary = bring_in(folder)
    assert summary.lines[1].outcome == Outcome.DUPLICATE
    assert summary.lines[1].sentence == "the same file as a/one.png"


def test_the_same_pixels_in_another_file_format_are_a_duplicate(folder: Path) -> None:
    fill(folder, {"a/one.png": encoded(picture()), "b/copy.bmp": encoded(picture(), "BMP")})
    assert bring_in(folder).lines[1].sentence == "the same picture as a/one.png"
    assert Artwork.objects.count() == 1


def test_a_picture_in_two_collections_is_stored_once_and_said(folder: Path) -> None:
    fill(folder, {"a/one.png": encoded(picture())})
    bring_in(folder)
    summary = bring_in(folder, slug="other")
    assert summary.lines[0].outcome == Outcome.IMPORTED
    assert "in the collection demo" in summary.lines[0].sentence
    assert (Artwork.objects.count(), Image.objects.count()) == (2, 1)


def test_another_picture_under_a_known_path_is_imported_beside_the_old_one(folder: Path) -> None:
    fill(folder, {"a/one.png": encoded(picture())})
    bring_in(folder)
    fill(folder, {"a/one.png": encoded(picture(seed=1))})
    assert "another picture came from this path" in bring_in(folder).lines[0].sentence
    assert Artwork.objects.count() == 2


def test_what_a_later_manifest_tells_differently_is_said_and_left(folder: Path) -> None:
    fill(folder, {"one.png": encoded(picture())})
    bring_in(folder)
    text = HEADER + "one.png,Somebody Else,Other,public domain,died 1900\n"
    summary = bring_in(folder, manifest=manifest(folder, text))
    assert "told differently now" in summary.lines[0].sentence
    assert Artwork.objects.get().painter == "paintings"


# hostile files


def animated() -> bytes:
    return encoded(picture(), "GIF", save_all=True, append_images=[picture(seed=1)])


HOSTILE = {
    "corrupt.png": (encoded(picture())[:60] + b"\xff" * 40 + encoded(picture())[100:], "damaged"),
    "truncated.jpg": (encoded(picture(64, 64), "JPEG")[:-300], "damaged or cut short"),
    "bomb.png": (bomb_png(), "more pixels"),
    "large.png": (bomb_png(10_000, 10_000), "MAX_MEGAPIXELS"),
    "text-bomb.png": (text_bomb_png(), "damaged"),
    "profile-bomb.png": (profile_bomb_png(), "damaged"),
    "profile.jpg": (encoded(picture(), "JPEG", icc_profile=bytes(9_000_000)), "colour profile"),
    "notes.txt": (b"Bought in Arles.", "not a picture"),
    "drawing.svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
    "animated.gif": (animated(), "animated"),
    "empty.png": (b"", "empty"),
    "float.tif": (encoded(Picture.fromarray(np.ones((4, 4), np.float32)), "TIFF"), "32-bit"),
}
UNUSUAL = {
    "cmyk.jpg": (encoded(picture().convert("CMYK"), "JPEG"), "CMYK without a profile"),
    "cmyk-profile.jpg": (
        encoded(picture(seed=2).convert("CMYK"), "JPEG", icc_profile=cmyk_profile()),
        "converted to sRGB",
    ),
    "deep.png": (png_16(np.full((4, 4, 3), 40_000), 2), "16 bits"),
    "palette.png": (encoded(picture(seed=3).quantize(8)), "palette"),
    "jpeg.png": (encoded(picture(seed=4), "JPEG"), "but is a JPEG"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_cannot_be_used_gets_its_line_and_stops_nothing(
    folder: Path, name: str
) -> None:
    data, sentence = HOSTILE[name]
    fill(
        folder,
        {"a.png": encoded(picture(seed=8)), f"m/{name}": data, "z.png": encoded(picture(seed=9))},
    )
    lines = {line.path: line for line in bring_in(folder).lines}
    assert lines[f"m/{name}"].outcome == Outcome.REFUSED
    assert sentence in lines[f"m/{name}"].sentence
    assert lines["a.png"].outcome == lines["z.png"].outcome == Outcome.IMPORTED


@pytest.mark.parametrize("name", UNUSUAL)
def test_an_unusual_picture_is_imported_and_what_was_changed_is_kept(
    folder: Path, name: str
) -> None:
    data, sentence = UNUSUAL[name]
    fill(folder, {name: data})
    (line,) = bring_in(folder).lines
    assert line.outcome == Outcome.IMPORTED
    assert sentence in line.sentence
    assert sentence in "; ".join(Artwork.objects.get().notes["changes"])


def link_out(folder: Path) -> None:
    (folder.parent / "secret.png").write_bytes(encoded(picture(seed=5)))
    (folder / "odd.png").symlink_to(folder.parent / "secret.png")


ODD: dict[str, tuple[Callable[[Path], object], str]] = {
    "a link out of the folder": (link_out, "leads out of the folder"),
    "a link to itself": (lambda folder: (folder / "odd.png").symlink_to("odd.png"), "circle"),
    "a link to nothing": (
        lambda folder: (folder / "odd.png").symlink_to("gone.png"),
        "cannot be opened",
    ),
    "a pipe": (lambda folder: os.mkfifo(folder / "odd.png"), "not an ordinary file"),
}


@pytest.mark.parametrize("what", ODD)
def test_what_is_no_file_of_the_folder_gets_its_line_and_stops_nothing(
    folder: Path, what: str
) -> None:
    make, sentence = ODD[what]
    make(folder)
    fill(folder, {"z.png": encoded(picture())})
    odd, good = bring_in(folder).lines
    assert (odd.outcome, good.outcome) == (Outcome.REFUSED, Outcome.IMPORTED)
    assert sentence in odd.sentence


def test_an_unreadable_file_gets_its_line(folder: Path) -> None:
    fill(folder, {"locked.png": encoded(picture()), "z.png": encoded(picture(seed=1))})
    (folder / "locked.png").chmod(0)
    if os.access(folder / "locked.png", os.R_OK):
        pytest.skip("this user may read every file")
    locked, good = bring_in(folder).lines
    assert (locked.outcome, good.outcome) == (Outcome.REFUSED, Outcome.IMPORTED)
    assert "Permission denied" in locked.sentence


def test_a_link_inside_the_folder_is_followed(folder: Path) -> None:
    fill(folder, {"one.png": encoded(picture())})
    (folder / "also.png").symlink_to("one.png")
    assert [line.outcome for line in bring_in(folder).lines] == [
        Outcome.IMPORTED,
        Outcome.DUPLICATE,
    ]


def test_a_name_that_is_not_utf_8_gets_its_line(folder: Path) -> None:
    (Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.png"))).write_bytes(encoded(picture()))
    (line,) = bring_in(folder).lines
    assert line.outcome == Outcome.REFUSED
    assert "not UTF-8" in line.sentence
    line.path.encode()


def test_a_very_large_file_is_refused_unread(folder: Path, monkeypatch) -> None:
    monkeypatch.setattr(importing, "MAX_FILE_BYTES", 1_000)
    fill(folder, {"big.bmp": encoded(picture(), "BMP")})
    assert "save it smaller" in bring_in(folder).lines[0].sentence


def test_a_name_that_is_too_long_for_its_column_gets_its_line(folder: Path) -> None:
    fill(folder, {"p" * 201 + "/one.png": encoded(picture()), "z.png": encoded(picture(seed=1))})
    assert [line.outcome for line in bring_in(folder).lines] == [
        Outcome.REFUSED,
        Outcome.IMPORTED,
    ]


def test_when_every_file_is_refused_no_collection_is_made(folder: Path) -> None:
    fill(folder, {"notes.txt": b"hello"})
    bring_in(folder)
    assert not Collection.objects.exists()


# with a manifest


def test_a_manifest_gives_painter_title_year_and_rights_in_any_order(folder: Path) -> None:
    fill(folder, {"a/one.png": encoded(picture()), "a/two.png": encoded(picture(seed=1))})
    text = (
        "\ufeffTitle,Year,Licence,ARTIST,shelf,path\n"
        "Poppies,1873,public domain: painter died 1926,Claude Monet,B 12,a/one.png\n"
        '"Haystacks, end of summer",,CC BY-SA 4.0,Claude Monet,,a/two.png\n'
    )
    bring_in(folder, manifest=manifest(folder, text), rights=None)
    one = Artwork.objects.get(title="Poppies")
    assert (one.painter, one.year, one.rights) == ("Claude Monet", "1873", "public_domain")
    assert one.rights_statement == "painter died 1926"
    assert one.notes["columns"] == {"shelf": "B 12"}
    two = Artwork.objects.get(title="Haystacks, end of summer")
    assert (two.rights, two.rights_statement) == ("licence", "CC BY-SA 4.0")


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_manifest_may_be_separated_by_semicolons_or_tabs(folder: Path, separator: str) -> None:
    fill(folder, {"one.png": encoded(picture())})
    text = "path,painter,rights,statement\none.png,Monet,public domain,died 1926\n"
    bring_in(folder, manifest=manifest(folder, text.replace(",", separator)), rights=None)
    assert Artwork.objects.get().painter == "Monet"


def test_only_rows_are_imported_and_other_files_are_said(folder: Path) -> None:
    fill(folder, {"one.png": encoded(picture()), "extra.png": encoded(picture(seed=1))})
    text = HEADER + "one.png,Monet,Poppies,public domain,died 1926\n"
    summary = bring_in(folder, manifest=manifest(folder, text), rights=None)
    assert [(line.path, line.outcome) for line in summary.lines] == [
        ("one.png", Outcome.IMPORTED),
        ("extra.png", Outcome.LEFT_OUT),
    ]


def test_rights_given_for_all_fill_in_rows_that_have_none(folder: Path) -> None:
    fill(folder, {"one.png": encoded(picture())})
    bring_in(folder, manifest=manifest(folder, "path,painter\none.png,Monet\n"))
    assert Artwork.objects.get().rights_statement == FREE.statement


def test_consent_is_kept_with_its_document(folder: Path) -> None:
    fill(folder, {"one.png": encoded(picture()), "papers/jane.pdf": b"%PDF signed"})
    text = (
        "path,painter,rights,statement,consent_document\n"
        "one.png,Jane Doe,consent,may be cloaked and shown to raters,papers/jane.pdf\n"
    )
    summary = bring_in(folder, manifest=manifest(folder, text), rights=None)
    artwork = Artwork.objects.get()
    assert artwork.rights == "consent"
    assert store.get(artwork.consent_sha256) == b"%PDF signed"
    assert summary.count(Outcome.LEFT_OUT) == 0


def test_bytes_other_than_the_manifest_promises_are_refused(folder: Path) -> None:
    fill(folder, {"one.png": encoded(picture())})
    text = f"path,painter,sha256\none.png,Monet,{'0' * 64}\n"
    assert "sha256" in bring_in(folder, manifest=manifest(folder, text)).lines[0].sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("painter,title,rights\nMonet,Poppies,public domain: x\n", "Line 1: the column “path” is"),
        ("path,title,rights\none.png,P,public domain: x\n", "Line 1: the column “painter” is"),
        ("path,painter\none.png,Monet\n", "Line 1: a column “rights” or “licence” is missing"),
        ("path,path,painter,rights\n1,2,3,4\n", "Line 1: there are two columns “path”"),
        (HEADER, "needs a line of column names and rows"),
        ("", "needs a line of column names and rows"),
        (HEADER + "gone.png,M,P,public domain,x\n", "Line 2: “gone.png” is missing"),
        (HEADER + "\n\ngone.png,M,P,public domain,x\n", "Line 4: “gone.png” is missing"),
        (HEADER + "../one.png,M,P,public domain,x\n", "Line 2: “../one.png” leads out"),
        (HEADER + "/etc/passwd,M,P,public domain,x\n", "Line 2: “/etc/passwd” leads out"),
        (HEADER + "a\\..\\..\\x.png,M,P,public domain,x\n", "leads out"),
        (HEADER + "one.png,M,P,found it,x\n", "Line 2: unknown rights “found it”"),
        (HEADER + "one.png,M,P,,x\n", "Line 2: it says nothing of rights"),
        (HEADER + "one.png,M,P,public domain,\n", "Line 2: the rights need a reason"),
        (HEADER + ",M,P,public domain,x\n", "Line 2: the path is empty"),
        (HEADER + "one.png,,P,public domain,x\n", "Line 2: the painter is empty"),
        (HEADER + "one.png,M,P,consent,signed\n", "Line 2: consent needs its document"),
        (HEADER + "one.png,M,P,public domain,x,y,z\n", "Line 2: 7 cells for 5 columns"),
        (HEADER + "one.png,M\x00,P,public domain,x\n", "Line 2: there is a control character"),
        (HEADER + 'one.png,"M,P,public domain,x\n', "Line 2: this is not CSV"),
        (HEADER + 'one.png,"M\nN",P,public domain,x\ngone,M,P,public domain,x\n', "Line 4: “gone”"),
        (
            HEADER + "one.png,M,P,public domain,x\n./one.png,M,Q,public domain,x\n",
            "Line 3: “one.png” stands on line 2 already",
        ),
    ],
)
def test_a_wrong_manifest_is_refused_whole_with_the_line(
    folder: Path, text: str, sentence: str
) -> None:
    fill(folder, {"one.png": encoded(picture())})
    assert sentence in problems(folder, text)


def test_a_consent_document_must_be_there_and_inside(folder: Path) -> None:
    fill(folder, {"one.png": encoded(picture()), "../outside.pdf": b"x"})
    header = "path,painter,rights,statement,consent\none.png,M,consent,signed,"
    assert "“no.pdf” is missing" in problems(folder, header + "no.pdf\n")
    assert "lies outside" in problems(folder, header + "../outside.pdf\n")


def test_every_problem_of_a_manifest_is_said_at_once(folder: Path) -> None:
    rows = "".join(f"gone-{number}.png,M,P,public domain,x\n" for number in range(30))
    said = problems(folder, HEADER + rows)
    assert "Line 2: " in said
    assert "Line 21: " in said
    assert said.endswith("… and 10 more problems.")


def test_a_manifest_in_another_encoding_is_said_with_its_line(folder: Path) -> None:
    fill(folder, {"one.png": encoded(picture())})
    path = manifest(folder, HEADER + "one.png,Dürer,P,public domain,x\n", "latin-1")
    with pytest.raises(ManifestError, match="Line 2: this is not UTF-8"):
        bring_in(folder, manifest=path)


def test_a_missing_manifest_is_said(folder: Path) -> None:
    with pytest.raises(ManifestError, match="cannot be read: No such file"):
        bring_in(folder, manifest=folder / "none.csv")


# the command


def test_the_command_prints_lines_and_counts(folder: Path, capsys) -> None:
    fill(folder, {"a/one.png": encoded(picture()), "b/copy.png": encoded(picture())})
    options = ["--rights", "public_domain", "--statement", "died 1890"]
    call_command("collection", "import", str(folder), "--slug", "demo", "--title", "Demo", *options)
    said = capsys.readouterr().out
    assert "duplicate  b/copy.png: the same file as a/one.png" in said
    assert "demo: 1 imported, 0 already there, 1 duplicate" in said
    assert Collection.objects.get().title == "Demo"
    call_command("collection", "import", str(folder), "--slug", "demo", *options)
    assert "Nothing is new." in capsys.readouterr().out


def test_the_command_prints_json(folder: Path, capsys) -> None:
    fill(folder, {"a/one.png": encoded(picture())})
    options = ["--rights", "public_domain", "--statement", "died 1890", "--json"]
    call_command("collection", "import", str(folder), "--slug", "demo", *options)
    summary = json.loads(capsys.readouterr().out)
    assert summary["counts"]["imported"] == 1
    assert summary["files"] == [{"path": "a/one.png", "outcome": "imported", "note": ""}]


def test_the_command_fails_at_the_end_when_files_were_refused(folder: Path, capsys) -> None:
    fill(folder, {"a.png": encoded(picture()), "b.png": b""})
    with pytest.raises(CommandError, match="1 file was refused"):
        call_command(
            "collection", "import", str(folder), "--slug", "demo",
            "--rights", "public_domain", "--statement", "died 1890",
        )  # fmt: skip
    assert "refused  b.png: The file is empty" in capsys.readouterr().out
    assert Artwork.objects.count() == 1


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--rights", "public_domain"], "Say why in --statement"),
        (["--rights", "consent", "--statement", "signed"], "needs --consent-document"),
        ([], "by what right"),
        (["--manifest", "none.csv"], "cannot be read"),
        (["--rights", "stolen", "--statement", "x"], "invalid choice: 'stolen'"),
    ],
)
def test_the_command_says_what_is_missing(folder: Path, options: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("collection", "import", str(folder), "--slug", "demo", *options)


@pytest.mark.real_data
def test_the_real_paintings_are_imported_with_their_rights(real_data: Path) -> None:
    paintings = real_data / "artworks"
    few = (paintings / "MANIFEST.csv").read_text(encoding="utf-8").splitlines()[:4]
    copy = Path(store.default_storage.location).parent / "few.csv"
    copy.write_text("\n".join(few), encoding="utf-8")
    summary = import_folder(folder=paintings, slug="real", manifest=copy)
    assert summary.count(Outcome.IMPORTED) == 3
    assert summary.count(Outcome.REFUSED) == 0
    assert set(Artwork.objects.values_list("rights", flat=True)) == {"public_domain"}
