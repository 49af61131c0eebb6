"""Measuring against all originals of a painter, and against prompts: in studies and over files."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from evaluation import models, queries, services
from evaluation.measuring.measurements import MeasureError
from evaluation.models import Measurement
from generation.pixels import read_png
from generation.store import get
from studies.models import Stimulus
from tests.evaluation import tiny_networks
from tests.evaluation.scenes import MimicryScene, answered_study
from tests.evaluation.test_measure import picture

pytestmark = pytest.mark.django_db
STYLE = "clip_style_similarity"


@pytest.fixture
def scene(settings, clip_folder: Path) -> MimicryScene:
    settings.NETWORKS_DIR = clip_folder
    return MimicryScene()


@pytest.fixture
def scored(settings, tmp_path: Path) -> MimicryScene:
    settings.NETWORKS_DIR = tiny_networks.write_scorer(tmp_path)
    scene = MimicryScene()
    scene.study.protocol.document["stimuli"]["networks"]["preference"] = "scorer"
    scene.study.protocol.save()
    return scene


def originals_of(painter: str) -> list[str]:
    shown = Stimulus.objects.filter(item__artwork__painter=painter, slot__startswith="original")
    return sorted(set(shown.values_list("image", flat=True)))


def test_every_painting_is_held_against_all_originals_of_its_painter_once(
    scene, clip_networks
) -> None:
    done = services.measure(study=scene.study, metrics=[STYLE])
    paintings = Stimulus.objects.filter(slot__startswith="mimicry")
    assert done.new == Measurement.objects.count() == paintings.count()
    assert services.measure(study=scene.study, metrics=[STYLE]).new == 0
    one = paintings.filter(item__artwork__painter="Ada Faceter").first()
    row = Measurement.objects.get(image=one.image)
    clip = clip_networks.clip
    mine = clip.embed_images(read_png(get(one.image_id)))[0]
    cosines = [
        float(clip.embed_images(read_png(get(name)))[0] @ mine)
        for name in originals_of("Ada Faceter")
    ]
    assert len(cosines) == 4  # also those that do not stand beside it
    assert row.value == pytest.approx(sum(cosines) / 4, abs=1e-5)


def test_a_measurement_says_what_it_was_held_against(scene) -> None:
    services.measure(study=scene.study, metrics=[STYLE])
    keys = set(Measurement.objects.values_list("gallery", flat=True))
    kept = {row.sha256: row.document for row in models.Gallery.objects.all()}
    assert keys == kept.keys()
    assert len(kept) == 2
    owns = sorted(document["own"] for document in kept.values())
    assert owns == sorted(originals_of(name) for name in ("Ada Faceter", "Bo Dotter"))
    assert all(document["others"] == [other["own"]] for document in kept.values()
               for other in kept.values() if other != document)  # fmt: skip
    assert set(queries.comparisons(scene.study)["gallery"]) == keys


def test_another_original_makes_another_gallery_and_another_measurement(scene) -> None:
    before = services.measure(study=scene.study, metrics=[STYLE]).new
    extra = Stimulus.objects.filter(item__artwork__painter="Bo Dotter", slot="mimicry-1").first()
    shown = Stimulus.objects.filter(item__artwork__painter="Ada Faceter", slot="original-1")
    first = shown.first()
    Stimulus.objects.filter(pk=first.pk).update(image=extra.image_id)
    again = services.measure(study=scene.study, metrics=[STYLE])
    assert again.new == before
    assert len(queries.measurements(scene.study)) == 12


def test_csls_is_measured_beside_the_cosine_under_a_name_of_its_own(scene) -> None:
    csls = {STYLE: {"correction": "csls", "neighbours": 3}}
    services.measure(study=scene.study, metrics=[STYLE, csls])
    names = set(queries.measurements(scene.study)["metric"])
    assert names == {STYLE, f"{STYLE}(correction=csls, neighbours=3)"}
    with pytest.raises(MeasureError, match="10 nearest neighbours needs as many"):
        services.measure(study=scene.study, metrics=[{STYLE: {"correction": "csls"}}])


def test_a_study_without_mimics_is_held_against_its_working_copies(settings, clip_folder) -> None:
    settings.NETWORKS_DIR = clip_folder
    study = answered_study(people=0, simulated=0)
    study.protocol.document["stimuli"]["networks"]["clip"] = "tiny-clip"
    done = services.measure(study=study, metrics=[STYLE])
    assert done.new == queries.pairs(study, "nothing")["image"].nunique()
    assert (queries.measurements(study)["value"] <= 1).all()


def test_a_painting_is_scored_for_the_prompt_it_was_painted_from(scored) -> None:
    services.measure(study=scored.study, metrics=["preference"])
    rows = Measurement.objects.all()
    assert rows.count() == Stimulus.objects.filter(slot__startswith="mimicry").count()
    assert set(rows.values_list("prompt", flat=True)) == {
        "painting 1", "painting 2", "painting 3",
    }  # fmt: skip
    assert rows.first().provenance["networks"]["preference"]["id"] == "scorer"


def test_pictures_that_were_painted_from_no_words_have_no_preference() -> None:
    study = answered_study(people=0, simulated=0)
    study.protocol.document["stimuli"]["networks"]["preference"] = "scorer"
    with pytest.raises(MeasureError, match="not every judged picture of this study was painted"):
        services.measure(study=study, metrics=["preference"])


def test_roles_that_a_study_does_not_name_are_said_one_by_one(scene) -> None:
    scene.study.protocol.document["stimuli"]["networks"] = {"clip": "tiny-clip"}
    skipped = services.measure(study=scene.study, others=True).skipped
    for name, role in {"csd": "style", "dino_similarity": "dino", "aesthetic": "aesthetic"}.items():
        assert f"needs the network “{role}”" in skipped[name]


def test_one_metric_that_cannot_score_a_picture_stops_no_other(scene, monkeypatch) -> None:
    from evaluation.metrics.clip_iqa import ClipIqa

    def refuses(self, images, *_):
        raise ValueError("too dark to see.")

    monkeypatch.setattr(ClipIqa, "score", refuses)
    scene.study.protocol.document["stimuli"]["networks"] = {"clip": "tiny-clip"}
    done = services.measure(study=scene.study, others=True)
    assert "too dark to see." in done.skipped["clip_iqa"]
    assert STYLE in set(queries.measurements(scene.study)["metric"])
    with pytest.raises(MeasureError, match=r"too dark to see\."):
        services.measure(study=scene.study, metrics=["clip_iqa", STYLE])


def test_files_are_held_against_a_folder_of_originals_and_others(
    tmp_path, clip_folder, capsys
) -> None:
    for name, shade in (("a", 10), ("b", 90), ("c", 200)):
        picture(tmp_path / "own" / f"{name}.png", shade, size=40)
    for painter, shade in (("bo", 50), ("cy", 150)):
        (tmp_path / "others").mkdir(exist_ok=True)
        picture(tmp_path / "others" / painter / "x.png", shade, size=40)
    picture(tmp_path / "mimic.png", 60, size=40)
    clip = [f"clip={clip_folder / 'tiny-clip'}"]
    order = {"reference": tmp_path / "own", "metric": [STYLE], "networks": clip, "csv": True}
    call_command("measure", tmp_path / "mimic.png", **order)
    plain = capsys.readouterr().out.splitlines()
    assert plain[1].startswith(f"mimic,{STYLE},")
    corrected = {"values": [f"{STYLE}.correction=csls", f"{STYLE}.neighbours=2"]}
    with pytest.raises(CommandError, match="needs originals of other painters"):
        call_command("measure", tmp_path / "mimic.png", **order, **corrected)
    call_command(
        "measure", tmp_path / "mimic.png", others=tmp_path / "others", **order, **corrected
    )
    assert "correction=csls" in capsys.readouterr().out
    with pytest.raises(CommandError, match="--others takes one with a folder a painter"):
        call_command("measure", tmp_path / "mimic.png", others=tmp_path / "no", **order)
    with pytest.raises(CommandError, match="preference needs the words it was painted from"):
        call_command("measure", tmp_path / "mimic.png", metric=["preference"])
