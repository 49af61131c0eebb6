"""Captioners: sentences for pictures that came without, kept with what wrote them."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.core.management import CommandError, call_command

from config.plugins import PluginError, record
from generation import networks, store
from generation.captioners import CAPTIONERS
from generation.importing import import_folder
from generation.manifest import RightsRecord
from generation.models import Artwork
from generation.networks import Networks
from generation.progress import silent
from generation.refusals import Refused
from generation.wording import cleaned
from tests.generation.pictures import encoded, picture
from tests.generation.tiny import pictures
from tests.generation.tiny_captioners import WORDS, write_captioners

FOLDERS = {"vit_gpt2": "vit-gpt2", "blip": "blip"}

every_captioner = pytest.mark.parametrize("name", CAPTIONERS.names())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_captioners(tmp_path_factory.mktemp("captioners"))


def load(folder: Path, name: str) -> Networks:
    return networks.load({"captioner": FOLDERS[name]}, folder)


@every_captioner
def test_each_picture_gets_its_sentence_whatever_stands_beside_it(name: str, folder: Path) -> None:
    captioner, loaded = CAPTIONERS.build(name, {"stripped": []}), load(folder, name)
    images = pictures(3, height=40, width=32)
    together = captioner.caption(images, loaded, silent)
    alone = [captioner.caption(image[None], loaded, silent)[0] for image in images]
    assert list(together) == alone
    assert all(set(sentence.split()) <= set(WORDS) for sentence in together)
    assert all(sentence for sentence in together)


@every_captioner
def test_the_other_kind_of_network_is_refused(name: str, folder: Path) -> None:
    (other,) = set(FOLDERS) - {name}
    with pytest.raises(Refused, match=f"The captioner {name} works with a"):
        CAPTIONERS.build(name).caption(pictures(1), load(folder, other), silent)


def test_blip_goes_on_from_an_opening(folder: Path) -> None:
    settings = {"opening": "a painting of", "stripped": []}
    told = CAPTIONERS.build("blip", settings).caption(pictures(1), load(folder, "blip"), silent)
    assert told[0].startswith("a painting of ")
    settings = {"opening": "a painting of", "stripped": ["a painting of"]}
    bare = CAPTIONERS.build("blip", settings).caption(pictures(1), load(folder, "blip"), silent)
    assert told[0] == f"a painting of {bare[0]}"


def test_openings_are_taken_away_once_and_an_empty_sentence_is_refused() -> None:
    openings = ("a painting of", "a painting")
    assert cleaned(["A painting of  a harbour . "], openings) == ["a harbour"]
    assert cleaned(["a paintings shop", "rain"], openings) == ["a paintings shop", "rain"]
    with pytest.raises(Refused, match="said nothing of picture 2 of 2"):
        cleaned(["rain", " . "], openings)


@every_captioner
def test_settings_are_checked_and_presets_can_be_built(name: str) -> None:
    schema = CAPTIONERS.schema(name)
    jsonschema.validate(record(CAPTIONERS.build(name)), schema)
    assert all(rules.get("description") for rules in schema["properties"].values())
    for preset in CAPTIONERS.presets(name):
        CAPTIONERS.build(name, preset=preset)
    with pytest.raises(PluginError, match="beams"):
        CAPTIONERS.build(name, {"beams": 0})


@every_captioner
def test_it_is_written_down(name: str) -> None:
    page = (Path(__file__).parents[2] / "docs" / "mimicry.md").read_text("utf-8")
    assert f"`{name}`" in page
    assert all(f"`{preset}`" in page for preset in CAPTIONERS.presets(name))


# A collection


@pytest.fixture
def collection(db: None, tmp_path: Path, settings: Any, folder: Path) -> None:
    """“demo”: three artworks of two sizes, one with a caption from its manifest."""
    settings.NETWORKS_DIR = folder
    storage = "django.core.files.storage.FileSystemStorage"
    options = {"location": str(tmp_path / "store")}
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": storage, "OPTIONS": options}}
    place = tmp_path / "in"
    place.mkdir()
    for number, height in enumerate((40, 40, 32)):
        (place / f"{number}.png").write_bytes(encoded(picture(48, height, number)))
    manifest = place / "manifest.csv"
    rows = ["0.png,Ada,One,a mill at dusk", "1.png,Ada,Two,", "2.png,Bo,Three,"]
    manifest.write_text("\n".join(["path,painter,title,caption", *rows]) + "\n")
    rights = RightsRecord("public_domain", "painter died 1890")
    import_folder(folder=place, slug="demo", manifest=manifest, rights=rights)


def caption(*options: str) -> None:
    call_command(
        "collection", "caption", "demo", "--captioner", "vit_gpt2", "--network", "vit-gpt2",
        "--set", 'stripped=[]', *options,
    )  # fmt: skip


def captions() -> dict[str, str]:
    return {art.title: art.notes["columns"].get("caption", "") for art in Artwork.objects.all()}


def test_what_has_no_caption_gets_one_with_what_wrote_it(
    collection: None, capsys: pytest.CaptureFixture[str]
) -> None:
    caption("--json")
    told = json.loads(capsys.readouterr().out)
    assert {one["title"]: one["caption"] for one in told["captions"]} == {
        title: text for title, text in captions().items() if title != "One"
    }
    assert captions()["One"] == "a mill at dusk"
    assert captions()["Three"]
    written = Artwork.objects.get(title="Three").notes
    assert written["caption"]["captioner"] == "vit_gpt2"
    assert written["caption"]["network"]["sha256"]
    assert written["caption"]["settings"]["beams"] == 4
    assert "caption" not in Artwork.objects.get(title="One").notes


def test_again_changes_nothing_and_force_keeps_what_stood_there(
    collection: None, capsys: pytest.CaptureFixture[str]
) -> None:
    caption()
    before = captions()
    capsys.readouterr()
    caption()
    assert capsys.readouterr().out == "demo: 0 artworks captioned.\n"
    assert captions() == before
    caption("--force")
    assert captions()["Two"] == before["Two"]
    assert captions()["One"] != "a mill at dusk"
    assert Artwork.objects.get(title="One").notes["caption"]["before"] == "a mill at dusk"


def test_bad_input_is_refused_in_a_sentence(collection: None) -> None:
    with pytest.raises(CommandError, match="no collection “other”"):
        call_command(
            "collection", "caption", "other", "--captioner", "blip", "--network", "blip"
        )  # fmt: skip
    with pytest.raises(CommandError, match="no captioner called “nobody”"):
        call_command(
            "collection", "caption", "demo", "--captioner", "nobody", "--network", "blip"
        )  # fmt: skip
    with pytest.raises(CommandError, match="There is no captioner “absent”"):
        call_command(
            "collection", "caption", "demo", "--captioner", "blip", "--network", "absent"
        )  # fmt: skip


def test_a_lost_picture_ends_it_in_a_sentence_and_what_was_captioned_stays(
    collection: None, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = Artwork.objects.get(title="Two").image_id
    store.default_storage.delete(store.name_of(lost))
    with pytest.raises(CommandError, match="The store has no file"):
        caption()
    assert "Bo: Three" in capsys.readouterr().out
    assert captions()["Three"]
    assert not captions()["Two"]
