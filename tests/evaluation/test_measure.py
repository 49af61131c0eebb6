"""Measuring a study's pictures: against the working copy, once a version, nothing lost."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from evaluation import queries, services
from evaluation.measuring.measurements import MeasureError
from evaluation.metrics.ssim import Ssim
from evaluation.models import Measurement
from evaluation.tasks import measure_study
from generation.pixels import read_png
from generation.store import get
from studies.models import Stimulus, Study
from tests.evaluation.scenes import answered_study

PIXELS_ONLY = ["linf", "l2", "ssim", "psnr"]


@pytest.mark.django_db
def test_every_picture_is_scored_against_its_working_copy() -> None:
    study = answered_study(people=0, simulated=0)
    seen: list[tuple[int, int]] = []
    done = services.measure(
        study=study, metrics=PIXELS_ONLY, progress=lambda k, n, _="": seen.append((k, n))
    )
    row = Measurement.objects.filter(metric="linf", value__gt=0).first()
    image, reference = (read_png(get(sha256)) for sha256 in (row.image_id, row.reference_id))
    assert row.value == pytest.approx((image - reference).abs().max().item(), abs=1e-7)
    assert done.new == Measurement.objects.count()
    assert seen[-1][0] == seen[-1][1]


@pytest.mark.django_db
def test_the_reference_is_the_working_copy_that_the_trial_shows() -> None:
    study = answered_study(people=0, simulated=0)
    table = queries.pairs(study).set_index("item")
    shown = Stimulus.objects.filter(item__study=study, slot="original", item__position=3).get()
    assert table.loc["item-0003", "reference"] == shown.image_id


@pytest.mark.django_db
def test_where_no_original_is_shown_the_reference_is_found_in_the_recipe() -> None:
    study = answered_study(people=0, simulated=0, launched=False)
    before = queries.pairs(study)
    Stimulus.objects.filter(item__study=study, slot="original").delete()
    assert queries.pairs(study)["reference"].tolist() == before["reference"].tolist()


@pytest.mark.django_db
def test_measuring_again_computes_nothing() -> None:
    study = answered_study(people=0, simulated=0)
    first = services.measure(study=study, metrics=PIXELS_ONLY)
    assert first.new > 0
    assert services.measure(study=study, metrics=PIXELS_ONLY).new == 0


@pytest.mark.django_db
def test_what_a_killed_run_stored_is_not_computed_again() -> None:
    study = answered_study(people=0, simulated=0)

    def killed(done: int, total: int, message: str = "") -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        services.measure(study=study, metrics=["linf"], progress=killed)
    kept = Measurement.objects.count()
    assert kept > 0
    assert services.measure(study=study, metrics=["linf"]).new == len(set(_keys(study))) - kept


@pytest.mark.django_db
def test_a_new_version_of_a_metric_is_measured_beside_the_old_and_shown_instead(
    monkeypatch,
) -> None:
    study = answered_study(people=0, simulated=0)
    first = services.measure(study=study, metrics=["ssim"])
    monkeypatch.setattr(Ssim, "version", 2)
    monkeypatch.setattr(
        Ssim, "score", lambda self, images, *_: torch.full((len(images),), 0.5, dtype=torch.float64)
    )
    assert services.measure(study=study, metrics=["ssim"]).new == first.new
    assert set(queries.measurements(study)["value"]) == {0.5}
    assert Measurement.objects.values("version").distinct().count() == 2


@pytest.mark.django_db
def test_infinite_psnr_is_stored_as_empty_and_comes_back_infinite() -> None:
    study = answered_study(people=0, simulated=0)
    services.measure(study=study, metrics=["psnr"])
    assert Measurement.objects.filter(value=None).exists()
    assert (queries.measurements(study)["value"] == float("inf")).any()


@pytest.mark.django_db
def test_a_metric_whose_network_is_missing_is_said_in_a_sentence(settings, tmp_path) -> None:
    settings.NETWORKS_DIR = tmp_path
    study = answered_study(people=0, simulated=0)
    done = services.measure(study=study, others=True)
    assert "lpips_squeeze" in done.skipped["lpips"]
    assert "sd1_vaelight" in done.skipped["reconstruction_error"]
    assert "ssim" in set(queries.measurements(study)["metric"])
    with pytest.raises(MeasureError, match="lpips_squeeze"):
        services.measure(study=study, metrics=["lpips"])


@pytest.mark.django_db
def test_metrics_whose_network_the_file_does_not_name_are_left_out_and_said() -> None:
    study = answered_study(people=0, simulated=0)
    study.protocol.document["stimuli"]["networks"] = {}
    done = services.measure(study=study, others=True)
    assert "names" not in done.skipped
    assert "the experiment does not name" in done.skipped["lpips"]
    with pytest.raises(MeasureError, match="LPIPS needs the network “perceptual”"):
        services.measure(study=study, metrics=["lpips"])


@pytest.mark.django_db
@pytest.mark.real_data
def test_lpips_is_measured_with_the_network_of_the_experiment(settings, real_data: Path) -> None:
    settings.NETWORKS_DIR = real_data / "weights"
    study = answered_study(people=0, simulated=0)
    services.measure(study=study, metrics=["lpips"])
    row = Measurement.objects.filter(value__gt=0).first()
    assert row.provenance["networks"]["perceptual"]["id"] == "lpips_squeeze"
    assert len(row.provenance["networks"]["perceptual"]["sha256"]) == 64


@pytest.mark.django_db
def test_the_database_refuses_a_second_value_with_and_without_reference() -> None:
    study = answered_study(people=0, simulated=0)
    image, reference = next(iter(_keys(study)))
    for against in (reference, None):
        row = {"image_id": image, "reference_id": against, "metric": "m", "version": "v"}
        Measurement.objects.create(**row, provenance={}, value=1.0)
        with pytest.raises(IntegrityError), transaction.atomic():
            Measurement.objects.create(**row, provenance={}, value=2.0)


@pytest.mark.django_db
def test_the_command_measures_a_study(capsys) -> None:
    study = answered_study(people=0, simulated=0)
    call_command("measure", study=study.slug, metric=["linf", "psnr"])
    assert f"{study.slug}: {Measurement.objects.count()} new values." in capsys.readouterr().out
    with pytest.raises(CommandError, match="no study “absent”"):
        call_command("measure", study="absent")


def _keys(study):
    table = queries.pairs(study)
    return list(zip(table["image"], table["reference"], strict=True))


def picture(path: Path, shade: int, size: int = 24) -> None:
    from PIL import Image

    path.parent.mkdir(exist_ok=True)
    Image.new("RGB", (size, size), (shade, shade, shade)).save(path)


def test_a_folder_is_measured_by_name_and_bad_files_are_told(tmp_path, capsys) -> None:
    for name, shade in (("a", 100), ("b", 120)):
        picture(tmp_path / "out" / f"{name}.png", shade + 3)
        picture(tmp_path / "in" / f"{name}.jpg", shade)
    picture(tmp_path / "out" / "c.png", 10, size=30)
    picture(tmp_path / "in" / "c.png", 10)
    (tmp_path / "out" / "d.png").write_bytes(b"no picture")
    with pytest.raises(CommandError, match="2 of 4 pictures could not be measured"):
        call_command(
            "measure", tmp_path / "out", reference=tmp_path / "in", metric=["linf"], json=True
        )
    told = capsys.readouterr()
    rows = {Path(row["image"]).stem: row for row in json.loads(told.out)}
    assert rows["a"]["linf"] == pytest.approx(3 / 255, abs=1.5 / 255)
    assert "30×30 pixels and its reference" in rows["c"]["problem"]
    assert "d.png" in told.err


def test_csv_of_the_command_is_what_analyse_reads(tmp_path, capsys) -> None:
    picture(tmp_path / "a.png", 100)
    call_command(
        "measure", tmp_path / "a.png", reference=tmp_path / "a.png", metric=["psnr"], csv=True
    )
    assert capsys.readouterr().out.splitlines()[:2] == [
        "item,metric,value,image,reference",
        f"a,psnr,inf,{tmp_path}/a.png,{tmp_path}/a.png",
    ]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"metric": ["beauty"]}, "no metric called “beauty”"),
        ({}, "linf compares with a reference"),
        ({"reference": "."}, "no file or folder"),
    ],
)
def test_impossible_orders_are_refused(options, said, tmp_path) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("measure", tmp_path / "absent", **options)


@pytest.mark.django_db
def test_a_worker_measures_and_a_second_message_changes_nothing() -> None:
    study = answered_study(people=0, simulated=0, launched=False)
    study.protocol.document["stimuli"]["networks"] = {}
    _plan(study, PIXELS_ONLY)
    for _ in range(2):
        measure_study(study.pk)
    table = queries.measurements(study)
    counts = table[table["metric"].isin(PIXELS_ONLY)].groupby("metric").size()
    assert counts.to_dict() == dict.fromkeys(PIXELS_ONLY, len(queries.pairs(study)))


@pytest.mark.django_db
def test_a_worker_measures_what_it_can(settings, tmp_path) -> None:
    settings.NETWORKS_DIR = tmp_path
    study = answered_study(people=0, simulated=0, launched=False)
    _plan(study, ["lpips", "ssim"])
    measure_study(study.pk)
    measured = set(Measurement.objects.values_list("metric", flat=True))
    assert measured == {"ssim"}


def _plan(study: Study, metrics: Sequence[str]) -> None:
    study.protocol.document["analysis"]["analyses"] = {"metric_validity": {"metrics": metrics}}
    study.protocol.save()


@pytest.mark.django_db
def test_the_plan_says_what_is_measured_and_all_else_waits_to_be_asked_for() -> None:
    study = answered_study(people=0, simulated=0, launched=False)
    _plan(study, ["ssim"])
    assert services.measure(study=study).new
    assert set(queries.measurements(study)["metric"]) == {"ssim"}
    services.measure(study=study, others=True)
    assert {"ssim", "psnr"} <= set(queries.measurements(study)["metric"])


def test_the_web_process_reads_reports_without_torch() -> None:
    code = (
        "import django, sys; django.setup(); import evaluation.urls;"
        "from evaluation.analyses import ANALYSES; [ANALYSES.load(n) for n in ANALYSES.names()];"
        "print('torch' in sys.modules)"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert ran.stdout.strip() == "False", ran.stderr
