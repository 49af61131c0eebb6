"""Calibrated metrics of earlier studies: kept by their sha256, named by plans, never stored."""

import json
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from django.core.management import CommandError, call_command

from evaluation import planned, queries
from evaluation.analyses import ANALYSES
from evaluation.findings.calibrations import Calibration, read
from evaluation.measuring import calibration_store
from evaluation.ratings import TableError
from studies.models import Protocol
from tests.evaluation.learnt import evidence
from tests.evaluation.scenes import answered_study, measured_as
from tests.evaluation.test_plan import with_metrics


@pytest.fixture(autouse=True)
def storage(settings, tmp_path: Path) -> None:
    place = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path / "store"},
    }
    settings.STORAGES = {**settings.STORAGES, "default": place}


@cache
def text(inputs: tuple[str, ...] = ("good", "noise")) -> str:
    asked = {"question": "mimicry_success", "repeats": 1}
    found = ANALYSES.build("calibrated_metric", asked).run(evidence(artists=4), seed=1)
    told = found.attachments[0].text
    for old, new in zip(("good", "noise"), inputs, strict=True):
        told = told.replace(f'"name": "{old}"', f'"name": "{new}"')
    return told.replace('"v1"', '""')


def test_a_file_is_kept_once_and_found_by_its_name() -> None:
    first, again = calibration_store.keep(text()), calibration_store.keep(text())
    assert first == again == calibration_store.kept(first.name)
    assert calibration_store.everything() == [first]


def test_what_is_not_known_here_is_told_with_what_to_do() -> None:
    with pytest.raises(TableError, match=r"manage\.py calibrated add"):
        calibration_store.kept("calibrated:0123456789abcdef")
    with pytest.raises(TableError, match="names no calibrated metric"):
        calibration_store.kept("calibrated:mine")
    file = calibration_store.keep(text())
    with pytest.raises(TableError, match="foretells something else"):
        calibration_store.kept(file.name.replace("calibrated:", "calibrated_psr:"))


def test_the_command_adds_and_lists(tmp_path: Path, capsys) -> None:
    path = tmp_path / "file.json"
    path.write_text(text())
    call_command("calibrated", "add", str(path))
    call_command("calibrated", "list", "--json")
    (told,) = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told == {"name": read(text()).name, "metrics": ["good", "noise"]}
    path.write_text("{}")
    with pytest.raises(CommandError, match="no file of a calibrated metric"):
        call_command("calibrated", "add", str(path))
    with pytest.raises(CommandError, match="Name the files"):
        call_command("calibrated", "add")


def test_a_plan_may_name_one() -> None:
    name = read(text()).name
    plan = with_metrics(f'[clip_image_similarity, "{name}"]').analysis.analyses
    assert name in plan["metric_validity"]["metrics"]


def _planned(name: str) -> None:
    """Every protocol asks for the metric of this name."""
    for protocol in Protocol.objects.all():
        document = protocol.document
        document["analysis"]["analyses"] = {"metric_validity": {"metrics": ["lpips", name]}}
        Protocol.objects.filter(pk=protocol.pk).update(document=document)


@pytest.mark.django_db
def test_the_next_study_has_a_value_of_it_for_every_item() -> None:
    file = calibration_store.keep(text(("lpips", "psnr")))
    study = answered_study(people=0, simulated=0, launched=False)
    measured_as(study, {"lpips": 0.1, "psnr": 30.0})
    _planned(file.name)
    study.refresh_from_db()
    found = queries.measurements(study)
    mine = found[found["metric"] == file.name]
    assert len(mine) == study.items.filter(practice=False).count() > 0
    assert set(mine["version"]) == {file.id}
    entries = planned.metrics(study)
    assert calibration_store.files_of(entries) == (file,)
    said = calibration_store.remarks(found, entries)
    assert "extrapolates for" in said[file.name]


@pytest.mark.django_db
def test_inputs_that_were_not_measured_are_told_and_stop_nothing() -> None:
    file = calibration_store.keep(text())
    study = answered_study(people=0, simulated=0, launched=False)
    measured_as(study, {"lpips": 0.1})
    _planned(file.name)
    study.refresh_from_db()
    found = queries.measurements(study)
    assert set(found["metric"]) == {"lpips"}
    said = calibration_store.remarks(found, planned.metrics(study))
    assert "needs good, which was not measured" in said[file.name]


def test_its_inputs_are_measured_with_their_settings() -> None:
    told = json.loads(text(("lpips", "clip_genre(mode=legacy).margin")))
    told["inputs"][1]["settings"] = {"mode": "legacy"}
    file: Calibration = calibration_store.keep(json.dumps(told))
    assert calibration_store.inputs_of([file.name]) == [{"clip_genre": {"mode": "legacy"}}]


@pytest.mark.django_db
def test_analyse_takes_items_and_a_calibrated_metric(tmp_path: Path, capsys) -> None:
    given = evidence(artists=4, raters=4, rated=0.5, seed=7)
    tables = {"r": given.ratings, "m": given.measurements.assign(version=""), "i": given.items}
    for name, table in tables.items():
        assert isinstance(table, pd.DataFrame)
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    (tmp_path / "file.json").write_text(text())
    call_command(
        "analyse", tmp_path / "r.csv", metrics=tmp_path / "m.csv", items=tmp_path / "i.csv",
        calibrated=[tmp_path / "file.json"], to=tmp_path / "out",
    )  # fmt: skip
    capsys.readouterr()
    attached = sorted(path.name for path in (tmp_path / "out" / "attachments").iterdir())
    assert [name.partition("calibrated")[0] for name in attached] == [
        "artists-", "artists-rate-next.csv",
    ]  # fmt: skip
    report = (tmp_path / "out" / "report.json").read_text()
    assert "Calibrated metric" in report
    assert "16 of 32 items are rated" in report
