"""Measuring a study of mimicry: several paintings an item, against originals and genres."""

import csv
import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from evaluation import planned, queries, services
from evaluation.measuring.measurements import MeasureError
from evaluation.models import Measurement
from generation.models import Artwork
from generation.pixels import read_png
from generation.store import get
from studies.models import Stimulus
from studies.queries import recorded
from tests.evaluation.scenes import PAINTERS, MimicryScene
from tests.evaluation.test_measure import picture

pytestmark = pytest.mark.django_db
BOTH = ["clip_genre", "clip_image_similarity"]


@pytest.fixture
def scene(settings, clip_folder: Path) -> MimicryScene:
    settings.NETWORKS_DIR = clip_folder
    return MimicryScene()


def test_every_painting_is_held_against_the_genre_and_each_original_once(scene) -> None:
    done = services.measure(study=scene.study, metrics=BOTH)
    paintings = Stimulus.objects.filter(slot__startswith="mimicry").count()
    genre = Measurement.objects.filter(metric__startswith="clip_genre.")
    assert genre.count() == 3 * paintings  # correct, margin, probability
    assert set(genre.values_list("reference", flat=True)) == {None}
    assert set(genre.values_list("genre", flat=True)) == {genre for genre, _ in PAINTERS.values()}
    similar = Measurement.objects.filter(metric="clip_image_similarity")
    assert similar.count() == 2 * paintings  # two originals stand beside each
    assert done.new == genre.count() + similar.count()
    assert services.measure(study=scene.study, metrics=BOTH).new == 0


def test_an_items_value_is_the_mean_over_its_paintings(scene, clip_networks) -> None:
    services.measure(study=scene.study, metrics=BOTH)
    table = queries.measurements(scene.study).set_index(["item", "metric"])["value"]
    shown = Stimulus.objects.filter(item__position=7).order_by("slot")
    images = {s.slot: read_png(get(s.image_id)) for s in shown}
    clip = clip_networks.clip
    seen = {slot: clip.embed_images(image)[0] for slot, image in images.items()}
    cosines = [
        float(seen[f"mimicry-{m}"] @ seen[f"original-{o}"]) for m in (1, 2, 3) for o in (1, 2)
    ]
    assert table["item-0007", "clip_image_similarity"] == pytest.approx(sum(cosines) / 6, abs=1e-5)
    margins = Measurement.objects.filter(
        image__in=[s.image_id for s in shown if s.slot.startswith("mimicry")],
        metric="clip_genre.margin",
    ).values_list("value", flat=True)
    assert len(margins) == 3
    assert table["item-0007", "clip_genre.margin"] == pytest.approx(sum(margins) / 3)


def test_an_item_of_which_a_painting_is_not_measured_is_left_out(scene) -> None:
    services.measure(study=scene.study, metrics=["clip_genre"])
    before = set(queries.measurements(scene.study)["item"])
    gone = Stimulus.objects.get(item__position=4, slot="mimicry-2").image
    Measurement.objects.filter(image=gone).delete()
    assert before - set(queries.measurements(scene.study)["item"]) == {"item-0004"}


def test_one_metric_with_two_settings_is_kept_apart(scene) -> None:
    services.measure(study=scene.study, metrics=["clip_genre"])
    services.measure(study=scene.study, metrics=[{"clip_genre": {"mode": "legacy"}}])
    found = set(queries.measurements(scene.study)["metric"])
    assert {"clip_genre.margin", "clip_genre(mode=legacy).margin"} <= found
    versions = Measurement.objects.values_list("version", flat=True).distinct()
    assert len(versions) == 2
    row = Measurement.objects.filter(provenance__settings__mode="legacy").first()
    assert row.provenance["networks"]["clip"]["id"] == "tiny-clip"
    assert len(row.provenance["networks"]["clip"]["sha256"]) == 64


def test_a_genre_that_is_mended_is_measured_again(scene) -> None:
    services.measure(study=scene.study, metrics=["clip_genre"])
    Artwork.objects.filter(painter="Ada Faceter").update(notes={"columns": {"genre": "fauvism"}})
    again = services.measure(study=scene.study, metrics=["clip_genre"])
    assert again.new == Measurement.objects.filter(genre="fauvism").count() > 0
    table = queries.comparisons(scene.study)
    assert set(table["genre"]) == {"fauvism", "Pointillism"}


def test_the_plan_says_which_settings_are_measured(settings, clip_folder) -> None:
    settings.NETWORKS_DIR = clip_folder
    asked = "{metric_validity: {question: mimicry_success, metrics: [clip_genre: {top: 5}]}}"
    scene = MimicryScene(analyses=asked)
    assert queries.unmeasured(scene.study) == 12
    done = services.measure(study=scene.study, others=True)
    assert "clip_genre(top=5).correct" in set(queries.measurements(scene.study)["metric"])
    assert "clip_genre.correct" not in set(queries.measurements(scene.study)["metric"])
    assert queries.unmeasured(scene.study) == 0
    assert "a mimic's paintings are made from none" in done.skipped["lpips"]
    assert "a mimic's paintings are made from none" in done.skipped["ssim"]


def test_metrics_that_compare_with_a_counterpart_are_refused_where_there_is_none(scene) -> None:
    with pytest.raises(MeasureError, match="SSIM compares a picture with the one it was made from"):
        services.measure(study=scene.study, metrics=["ssim"])


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({}, "no record of the collection names one for Bo Dotter: add a column “genre”"),
        ({"genre": "Vorticism"}, "“Vorticism” is none of the genres that are told apart here"),
    ],
)
def test_an_unknown_genre_is_said_and_stops_no_other_metric(scene, columns, said: str) -> None:
    Artwork.objects.filter(painter="Bo Dotter").update(notes={"columns": columns})
    done = services.measure(study=scene.study, others=True)
    assert said in done.skipped["clip_genre"]
    measured = set(queries.measurements(scene.study)["metric"])
    assert {"clip_image_similarity", "clip_style_similarity"} <= measured
    assert not any(name.startswith("clip_genre") for name in measured)
    with pytest.raises(MeasureError, match=said.replace("“", ".").replace("”", ".")):
        services.measure(study=scene.study, metrics=["clip_genre"])


def test_the_genre_of_a_painter_is_the_one_recorded_most_often(scene) -> None:
    odd = Artwork.objects.filter(painter="Ada Faceter").first()
    odd.notes = {"columns": {"genre": "Baroque"}}
    odd.save()
    assert recorded(scene.study, "genre")["Ada Faceter"] == "Cubism"
    assert recorded(scene.study, "era") == {
        "Ada Faceter": "historical", "Bo Dotter": "contemporary",
    }  # fmt: skip


def test_the_database_keeps_one_value_a_genre(scene) -> None:
    row = {"image": Artwork.objects.first().image, "metric": "m", "version": "v", "provenance": {}}
    Measurement.objects.create(**row, genre="Cubism", value=1.0)
    Measurement.objects.create(**row, genre="Fauvism", value=1.0)
    with pytest.raises(IntegrityError), transaction.atomic():
        Measurement.objects.create(**row, genre="Cubism", value=2.0)


def test_the_report_shows_psr_and_genre_shift_by_era_marked_simulated(scene) -> None:
    scene.judged_by(4)
    services.measure(study=scene.study, others=True)
    sections = planned.plan(scene.study)
    usual = {"agreement", "clip_genre_shift", "metric_validity", "psr"}
    assert set(sections) == {*usual, "decision_errors", "generality", "metric_assisted"}
    assert sections["psr"]["points"] == [1, 2]
    document = services.compute_report(study=scene.study).document
    blocks = {section["name"]: section["blocks"][0] for section in document["sections"]}
    assert all(block["group"] == "SIMULATED artists" for block in blocks.values())
    answered = {"agreement", "clip_genre_shift", "psr", "decision_errors"}
    assert not [blocks[name]["problem"] for name in answered if blocks[name]["problem"]]
    assert blocks["psr"]["claim"].startswith("Contemporary painters: PSR (share of answers) is 0%")
    assert "Genre accuracy (CLIP genre) is" in blocks["clip_genre_shift"]["claim"]
    for name in ("psr", "clip_genre_shift"):
        assert all("SIMULATED</text>" in figure["wide"] for figure in blocks[name]["figures"])
        assert all(
            figure["caption"].startswith("SIMULATED raters.") for figure in blocks[name]["figures"]
        )


def test_the_values_of_each_painting_can_be_printed(scene, capsys) -> None:
    call_command("measure", study=scene.study.slug, metric=["clip_image_similarity"], csv=True)
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == 12 * 3 * 2
    held = {"reference", "genre", "prompt", "gallery"}
    assert set(rows[0]) == {"item", "image", *held, "metric", "value", "version"}


def clip_at(folder: Path) -> list[str]:
    return [f"clip={folder / 'tiny-clip'}"]


def test_files_are_held_against_a_genre_with_settings(tmp_path, clip_folder, capsys) -> None:
    picture(tmp_path / "a.png", 100)
    order = {"metric": ["clip_genre"], "networks": clip_at(clip_folder), "csv": True}
    call_command(
        "measure", tmp_path / "a.png", genre="ukiyo-e", values=["clip_genre.mode=legacy"], **order
    )
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[1] for line in lines[1:]] == [
        f"clip_genre(mode=legacy).{part}" for part in ("correct", "margin", "probability")
    ]
    with pytest.raises(CommandError, match="clip_genre needs the painter's genre"):
        call_command("measure", tmp_path / "a.png", **order)
    with pytest.raises(CommandError, match="“Vorticism” is none of the genres"):
        call_command("measure", tmp_path / "a.png", genre="Vorticism", **order)
    with pytest.raises(CommandError, match=r"--set: write METRIC\.KEY=VALUE"):
        call_command("measure", tmp_path / "a.png", genre="Cubism", values=["mode=legacy"], **order)


def test_a_files_similarity_is_the_mean_over_the_originals(tmp_path, clip_folder, capsys) -> None:
    for name, shade in (("one", 10), ("two", 200)):
        picture(tmp_path / "originals" / f"{name}.png", shade, size=40)
    picture(tmp_path / "images" / "mimic.png", 10, size=40)
    order = {"metric": ["clip_image_similarity"], "networks": clip_at(clip_folder), "csv": True}
    values = []
    for against in ("originals", "originals/one.png", "originals/two.png"):
        call_command("measure", tmp_path / "images", reference=tmp_path / against, **order)
        values.append(float(capsys.readouterr().out.splitlines()[1].split(",")[2]))
    assert values[0] == pytest.approx((values[1] + values[2]) / 2)
    assert values[1] == pytest.approx(1)
