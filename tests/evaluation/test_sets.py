"""Sets of a study's pictures: what is compared, stored once, kept, printed, and reported."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from django.core.management import CommandError, call_command

from evaluation import planned, queries, ratings, services
from evaluation.analyses.set_quality import SetQuality
from evaluation.charts.figures import drawn
from evaluation.evidence import Evidence
from evaluation.measuring import set_table
from evaluation.measuring.measurements import MeasureError
from evaluation.measuring.study_sets import set_pairs
from evaluation.models import PictureFeatures, SetMeasurement
from evaluation.reporting.report import fingerprint
from evaluation.seeing import set_features
from generation.pixels import to_image
from generation.sandbox.world import paint
from studies.models import Stimulus
from tests.evaluation.scenes import MimicryScene, answered_study
from tests.evaluation.tables import ratings_table

KID = [{"kid": {"features": "clip", "replicates": 100}}]


@pytest.fixture
def scene(settings, clip_folder: Path) -> MimicryScene:
    settings.NETWORKS_DIR = clip_folder
    return MimicryScene()


@pytest.mark.django_db
class TestStudy:
    def test_conditions_of_each_era_are_held_against_originals_and_the_clean_arm(
        self, scene
    ) -> None:
        pairs = set_pairs(scene.study)
        named = {(pair.levels["condition"], pair.levels["era"], pair.against) for pair in pairs}
        conditions = {"clean", "glaze 0.07", "glaze 0.07 · jpeg-75"}
        eras = {"historical", "contemporary"}
        assert named == {(c, e, "originals") for c in conditions for e in eras} | {
            (c, e, "clean") for c in conditions - {"clean"} for e in eras
        }
        assert {len(pair.sample) for pair in pairs} == {6}  # two items of three paintings
        assert {len(pair.reference) for pair in pairs if pair.against == "originals"} == {4}
        assert all(
            {each.artist for each in pair.sample} == {each.artist for each in pair.reference}
            for pair in pairs
        )

    def test_values_are_stored_once_and_features_are_asked_for_once(
        self, scene, monkeypatch
    ) -> None:
        done = services.measure_sets(study=scene.study, set_metrics=KID)
        assert done.new == SetMeasurement.objects.count() == 10
        pictures = Stimulus.objects.values("image").distinct().count()
        assert PictureFeatures.objects.count() == pictures
        monkeypatch.setattr(set_features, "vector", lambda *_: pytest.fail("asked again"))
        assert services.measure_sets(study=scene.study, set_metrics=KID).new == 0
        more = services.measure_sets(study=scene.study, set_metrics=["cmmd"], by="artist")
        assert more.new == 10
        assert set(queries.sets(scene.study)["artist"]) == {"", "Ada Faceter", "Bo Dotter"}

    def test_a_killed_run_keeps_what_it_has(self, scene) -> None:
        def killed(done: int, total: int, message: str = "") -> None:
            if message.startswith("kid"):
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            services.measure_sets(study=scene.study, set_metrics=KID, progress=killed)
        assert SetMeasurement.objects.count() == 1
        assert services.measure_sets(study=scene.study, set_metrics=KID).new == 9

    def test_kept_features_give_the_very_same_value(self, scene) -> None:
        services.measure_sets(study=scene.study, set_metrics=KID)
        before = list(SetMeasurement.objects.order_by("pk").values_list("value", "low", "facts"))
        SetMeasurement.objects.all().delete()
        services.measure_sets(study=scene.study, set_metrics=KID)
        again = list(SetMeasurement.objects.order_by("pk").values_list("value", "low", "facts"))
        assert again == before

    def test_other_pictures_are_another_value_and_the_last_is_shown(self, scene) -> None:
        services.measure_sets(study=scene.study, set_metrics=KID)
        first, second = Stimulus.objects.filter(slot="mimicry-1")[:2]
        Stimulus.objects.filter(pk=first.pk).update(image=second.image)
        assert services.measure_sets(study=scene.study, set_metrics=KID).new > 0
        table = queries.sets(scene.study)
        assert len(table) == 10
        assert not table.duplicated(["set_metric", "against", "condition", "era"]).any()

    def test_a_network_that_the_file_does_not_name_is_said(self, scene) -> None:
        with pytest.raises(MeasureError, match="network “inception”, which the exp"):
            services.measure_sets(study=scene.study, set_metrics=["fid"])
        with pytest.raises(MeasureError, match="no set metric called “beauty”"):
            services.measure_sets(study=scene.study, set_metrics=["beauty"])

    def test_art_fid_of_a_mimics_paintings_is_left_out_and_said(self, settings, scene) -> None:
        named = scene.study.protocol.document["stimuli"]["networks"]
        named["perceptual"] = "sandbox_lpips"
        done = services.measure_sets(
            study=scene.study,
            set_metrics=[{"art_fid": {"features": "perceptual", "replicates": 100}}],
        )
        assert done.new == 0
        assert all("made from none" in reason for reason in done.skipped.values())

    def test_art_fid_of_cloaked_pictures_has_their_working_copies_as_content(self) -> None:
        study = answered_study(people=0, simulated=0)
        study.protocol.document["stimuli"]["networks"]["perceptual"] = "sandbox_lpips"
        done = services.measure_sets(
            study=study,
            set_metrics=[{"art_fid": {"features": "perceptual", "replicates": 100}}],
            against="originals",
        )
        assert done.new > 0, done.skipped
        assert PictureFeatures.objects.filter(picture__contains=":").exists()
        assert (queries.sets(study)["value"] >= 1).all()

    def test_the_command_prints_and_stores(self, scene, capsys) -> None:
        asked = {
            "study": scene.study.slug,
            "set_metric": ["kid"],
            "values": ["kid.features=clip", "kid.replicates=100"],
        }
        call_command("measure", **asked, against="clean")
        said = capsys.readouterr().out
        assert "4 new values of sets" in said
        assert "glaze 0.07 contemporary against clean" in said
        assert "! Only 6 pictures" in said
        call_command("measure", **asked, csv=True)
        rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
        assert len(rows) == 10
        assert {row["against"] for row in rows} == {"originals", "clean"}
        with pytest.raises(CommandError, match="--metric and --set-metric apart"):
            call_command("measure", **asked, metric=["linf"])

    def test_the_plan_names_what_a_worker_compares(self, settings, clip_folder) -> None:
        settings.NETWORKS_DIR = clip_folder
        asked = "{set_quality: {set_metrics: [cmmd: {replicates: 100}]}}"
        scene = MimicryScene(analyses=asked)
        scene.study.protocol.document["stimuli"]["networks"] = {"clip": "tiny-clip"}
        done = services.measure(study=scene.study)
        assert SetMeasurement.objects.filter(set_metric="cmmd").count() == 10
        assert done.new >= 10
        assert set(queries.sets(scene.study)["set_metric"]) == {"cmmd(replicates=100)"}

    def test_sets_are_reported_where_there_are_some(self, scene) -> None:
        assert "set_quality" not in planned.plan(scene.study)
        before = fingerprint({}, queries.evidence(scene.study), None)
        services.measure_sets(study=scene.study, set_metrics=KID)
        assert "set_quality" in planned.plan(scene.study)
        assert fingerprint({}, queries.evidence(scene.study), None) != before
        scene.judged_by(4)
        finding = SetQuality().run(queries.evidence(scene.study), 0)
        assert "By KID (features=clip, replicates=100) the distance" in finding.claim
        assert finding.table["share_raters"].notna().all()
        assert any("Only 4 pictures" in note for note in finding.notes)
        assert finding.assumptions[0].held is False
        drawing = drawn(finding.chart, "sets")
        assert "SIMULATED" in drawing
        assert "clean arm" in drawing


def folder(path: Path, painter: str, seeds: range) -> Path:
    path.mkdir()
    for seed in seeds:
        picture = paint(painter, "a harbour", "at noon", seed, size=64)
        import torch

        to_image(torch.from_numpy(picture)).save(path / f"{seed}.png")
    return path


@pytest.mark.django_db
def test_folders_are_compared_and_their_features_kept(tmp_path, capsys) -> None:
    one = folder(tmp_path / "roux", "anselm-roux", range(5))
    other = folder(tmp_path / "thornfield", "mina-thornfield", range(6))
    asked = {
        "set_metric": ["kid", "cmmd", "art_fid"],
        "values": [
            "kid.features=perceptual",
            "art_fid.features=perceptual",
            *(f"{name}.replicates=100" for name in ("kid", "cmmd", "art_fid")),
        ],
    }
    call_command("measure", one, reference=other, json=True, **asked)
    rows = {row["set_metric"].split("(")[0]: row for row in json.loads(capsys.readouterr().out)}
    assert set(rows) == {"kid", "cmmd", "art_fid"}
    assert (rows["kid"]["n"], rows["kid"]["n_reference"]) == (5, 6)
    assert rows["kid"]["low"] <= rows["kid"]["value"] <= rows["kid"]["high"]
    assert "not FID" in rows["art_fid"]["warning"]
    assert PictureFeatures.objects.exclude(picture__contains=":").count() == 2 * 11
    call_command("measure", one, reference=one, **asked)
    assert "against reference" in capsys.readouterr().out


def test_folders_need_no_database(tmp_path, capsys, monkeypatch) -> None:
    from evaluation.measuring import feature_store

    monkeypatch.setattr(feature_store, "ready", lambda: False)
    one = folder(tmp_path / "roux", "anselm-roux", range(4))
    asked = {"set_metric": ["kid"], "values": ["kid.features=perceptual", "kid.replicates=100"]}
    call_command("measure", one, reference=one, **asked)
    assert "4 pictures against 4" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "name its folder with --reference"),
        ({"reference": "absent"}, "is no folder"),
        ({"values": ["fid.features=clip"]}, "a metric of --set-metric"),
    ],
)
def test_impossible_orders_of_sets_are_refused(options, said, tmp_path) -> None:
    one = folder(tmp_path / "roux", "anselm-roux", range(3))
    if "reference" in options:
        options = {"reference": tmp_path / options["reference"]}
    with pytest.raises(CommandError, match=said):
        call_command("measure", one, set_metric=["kid"], **options)


class TestTable:
    def row(self, **others) -> dict:
        known = {
            "set_metric": "kid", "against": "originals", "condition": "clean", "value": "0.1",
            "low": "0.05", "high": "0.2", "n": "20", "n_reference": "30", "p": "0.01",
        }  # fmt: skip
        return {**known, **others}

    def test_a_table_from_elsewhere_stands_beside_the_ratings(self) -> None:
        sets = set_table.checked(pd.DataFrame([self.row(), self.row(condition="fog 0.5")]))
        table = ratings.checked(ratings_table(raters=6, artworks=4))
        finding = SetQuality().run(Evidence(table, sets=sets), 0)
        assert "0.1 [0.05, 0.2] for clean" in finding.claim
        assert np.isfinite(finding.table["share_raters"].iloc[0])

    @pytest.mark.parametrize(
        ("others", "said"),
        [
            ({"value": "much"}, "Row 1 of the sets: “much” in the column “value”"),
            ({"value": ""}, "Row 1 of the sets has no value"),
        ],
    )
    def test_bad_cells_are_named(self, others, said) -> None:
        with pytest.raises(ratings.TableError, match=said):
            set_table.checked(pd.DataFrame([self.row(**others)]))

    def test_a_missing_column_is_named(self) -> None:
        with pytest.raises(ratings.TableError, match="lacks the column “n_reference”"):
            set_table.checked(pd.DataFrame([self.row()]).drop(columns="n_reference"))

    def test_nothing_compared_is_said_with_what_to_do(self) -> None:
        table = ratings.checked(ratings_table(raters=6, artworks=4))
        with pytest.raises(ratings.TableError, match="measure --study SLUG --set-metric"):
            SetQuality().run(Evidence(table), 0)
        sets = set_table.checked(pd.DataFrame([self.row()]))
        with pytest.raises(ratings.TableError, match="not compared by cmmd, only by kid"):
            SetQuality(set_metrics=("cmmd",)).run(Evidence(table, sets=sets), 0)
