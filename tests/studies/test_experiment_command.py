"""`manage.py experiment`: a study from its file to its data, or one sentence that says why not."""

import json
import time
from io import StringIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from django.core.management import call_command
from django.core.management.base import CommandError

from generation import working
from generation.models import Job
from studies.management.commands import experiment as command
from studies.models import Study
from studies.presets import preset_names, preset_text
from tests.conftest import REPOSITORY
from tests.studies.factories import live_study
from tests.studies.paintings import import_paintings, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(text())
    return path


def experiment(*arguments: object, **options: Any) -> str:
    out = StringIO()
    call_command("experiment", *map(str, arguments), stdout=out, **options)
    return out.getvalue()


def told(*arguments: object) -> Any:
    return json.loads(experiment(*arguments, "--json"))


def test_check_does_the_sums(file: Path) -> None:
    import_paintings()
    said = experiment("check", file)
    assert "12 items × 3 = 36 ratings" in said
    assert "6 participants × 6 items = 36 ratings" in said
    sums = told("check", file)["sums"]
    assert (sums["conditions"], sums["items"], sums["practice_items"]) == (6, 12, 2)
    # six artworks and one more for practice are prepared; six are compressed
    made = {sort: count for sort, count in sums["pictures"].items() if count}
    assert made == {"prepared": 7, "purified": 6}
    assert sums["minutes"] > 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"study__raters": {"participants": 5, "items_each": 6, "per_item": 3}},
         "5 participants × 6 items = 30 ratings, but 12 items × 3 = 36 are needed:"
         " 6 participants would do, or per_item 2"),
        ({"study__raters": {"participants": 1, "items_each": 6, "per_item": 3}},
         "6 participants would do."),
        ({"study__raters": {"participants": 9, "items_each": 6, "per_item": 3}},
         "more than the 36 that are needed: items get 4 ratings each"),
        ({"study__raters": {"participants": 9, "items_each": 6, "per_item": 3}},
         "about 8 of 9 starts the next waits until others have answered. Raise per_item to 4"),
        ({"study__checks": [{"check": "identical_pairs",
                             "settings": {"each": 1, "pool": 2, "may_fail": 0,
                                          "expected": {"noticeability": [1, 2]}}}]},
         "identical_pairs: 1 of 2 pictures with a known answer are also judged in the study"),
        ({"study__raters": {"participants": 6, "items_each": 40, "per_item": 3}},
         "there are only 12 items"),
        ({"study__raters": {"participants": 2, "items_each": 12, "per_item": 3}},
         "nobody judges an item twice"),
        ({"stimuli__purifications": {"jpeg": {"method": "jpeg"}}}, "no clean arm"),
        ({"stimuli__select": {"artworks_per_painter": 3}},
         "Left out, having too few artworks: Bruno Burnt-Sienna, Cleo Cerulean"),
        ({"stimuli__networks": {"autoencoder": "no-such-network"}}, "no-such-network"),
        ({"stimuli__collection": "absent"}, "import it first"),
        ({"study__contact": "Your Name, your.name@example.org"}, "contact"),
    ],
)  # fmt: skip
def test_check_warns_of_what_does_not_fit(file: Path, changes: dict[str, Any], words: str) -> None:
    import_paintings()
    file.write_text(text(**changes))
    warnings = told("check", file)["warnings"]
    assert any(words in warning for warning in warnings), warnings
    assert f"Warning: {told('check', file)['warnings'][0]}" in experiment("check", file)


def test_a_file_that_fits_has_no_warnings(file: Path) -> None:
    import_paintings({"Ada Azure": 3, "Bruno Burnt-Sienna": 3})
    file.write_text(
        text(
            study__raters={"participants": 4, "items_each": 6, "per_item": 3},
            study__contact="Kim Keeper, kim@museum.test",
        )
    )
    assert told("check", file)["warnings"] == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (text(study__seed="x").encode(), r"line \d+, study.seed: a whole number is needed"),
        (text(stimuli__select={"painters": ["Zoe"]}).encode(), "no painter “Zoe”"),
        (b"\xff\xfe\x00", "UTF-8"),
    ],
)
def test_a_bad_file_is_refused_in_a_sentence(file: Path, content: bytes, words: str) -> None:
    import_paintings()
    file.write_bytes(content)
    with pytest.raises(CommandError, match=words):
        experiment("check", file)
    with pytest.raises(CommandError, match=words):
        experiment("apply", file)
    assert not Study.objects.exists()


def test_a_missing_file_and_a_missing_study_are_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        experiment("check", tmp_path / "none.yaml")
    for verb in ("generate", "launch", "pause", "resume", "close", "status"):
        with pytest.raises(CommandError, match="no study “none”"):
            experiment(verb, "none")


def test_a_study_goes_from_its_file_to_its_data(file: Path, tmp_path: Path) -> None:
    import_paintings()
    assert told("apply", file)["items"] == 12
    assert told("generate", "small")["pictures"]["made"] == 0
    working.work_off(wait=False)
    assert told("generate", "small", "--wait")["pictures"]["jobs"] == {}
    launched = told("launch", "small")
    study = Study.objects.get(slug="small")
    assert launched["design"] == study.protocol.design_sha256
    assert study.link_token in launched["link"]
    assert len(told("simulate", "small", "--raters", 2, "--seed", 5)["raters"]) == 2
    status = told("status", "small")
    assert status["participants"]["started"] == 0
    assert status["simulated"]["finished"] == 2
    assert told("pause", "small")["state"] == "paused"
    assert told("resume", "small")["state"] == "live"
    assert told("close", "small")["state"] == "closed"
    files = told("export", "small", "--to", tmp_path / "out")["files"]
    assert {path.name for path in (tmp_path / "out").iterdir()} == set(files)


def test_what_a_study_cannot_do_now_is_refused_in_a_sentence(file: Path) -> None:
    import_paintings()
    experiment("apply", file)
    with pytest.raises(CommandError, match="not made yet"):
        experiment("launch", "small")
    with pytest.raises(CommandError, match="is draft; it cannot be closed"):
        experiment("close", "small")
    with pytest.raises(CommandError, match="has not opened yet"):
        experiment("simulate", "small", "--raters", 1)
    with pytest.raises(CommandError, match="at least 1"):
        experiment("simulate", "small", "--raters", 0)


def test_following_says_why_pictures_cannot_be_made(file: Path) -> None:
    import_paintings()
    experiment("apply", file)
    experiment("generate", "small")
    Job.objects.update(state=Job.State.FAILED, message="The disk is full.")
    Job.objects.filter(recipe__kind="purification").update(state=Job.State.CANCELLED, message="")
    study = Study.objects.get(slug="small")
    with pytest.raises(CommandError, match=r"13 of 13 pictures.*disk is full"):
        command.Command().follow(study)


def test_a_live_study_is_checked_for_leaks_and_the_certificate_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studies.blindness.check.ALPHA", 0.0)  # else one check in twenty cries
    live_study(artworks=8, conditions=2, practice=0, checks=[], size=16, raters={"items_each": 16})
    page, data = tmp_path / "blind.md", tmp_path / "blind.json"
    said = experiment("blindcheck", "drawn", "--participants", 2, "--to", page)
    assert said.startswith("# Blind check of")
    assert page.read_text() == said
    made = told("blindcheck", "drawn", "--participants", 1, "--to", data)
    assert json.loads(data.read_text()) == made
    assert made["crawl"]["participants"] == 1


def test_a_leak_ends_in_a_sentence_and_an_exit_that_scripts_notice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    live_study(artworks=1, conditions=2, practice=0, checks=[], size=16, raters={"items_each": 2})
    leaky = {"verdict": "leaks", "says": "A rater could learn it."}
    monkeypatch.setattr("studies.management.blindcheck.blindcheck", lambda *_, **__: leaky)
    monkeypatch.setattr("studies.management.blindcheck.certificate.page", lambda made: "page")
    with pytest.raises(CommandError, match="Do not recruit before it is closed"):
        experiment("blindcheck", "drawn")


@pytest.mark.parametrize(
    ("options", "words"),
    [(["--participants", 0], "at least 1"), (["--site", "localhost"], "starts with http://")],
)
def test_a_blind_check_that_cannot_be_is_refused(options: list[object], words: str) -> None:
    live_study()
    with pytest.raises(CommandError, match=words):
        experiment("blindcheck", "drawn", *options)


def test_an_export_into_an_impossible_place_is_refused(file: Path, tmp_path: Path) -> None:
    import_paintings()
    experiment("apply", file)
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(CommandError, match="cannot be written"):
        experiment("export", "small", "--to", tmp_path / "taken")


def test_waiting_follows_the_workers_until_all_is_made(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_paintings()
    experiment("apply", file)
    # whenever the command pauses, a worker carries out what is ready
    monkeypatch.setattr(command, "sleep", lambda _seconds: working.work_off(wait=False))
    assert "13 of 13 pictures are made" in experiment("generate", "small", "--wait")


def test_waiting_says_when_no_worker_is_at_work(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_paintings()
    experiment("apply", file)
    idle, at_work = lambda: time.sleep(0.2), lambda: working.work_off(wait=False)
    pauses = iter([idle, idle, idle, at_work])
    monkeypatch.setattr(command, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(command, "sleep", lambda _seconds: next(pauses)())
    err = StringIO()
    experiment("generate", "small", "--wait", stderr=err)
    assert err.getvalue().count("No worker is at work") == 1


@pytest.mark.parametrize("name", ["experiment-file.md", "experiment.schema.json"])
def test_the_published_reference_is_up_to_date(name: str, tmp_path: Path) -> None:
    experiment("reference", "--to", tmp_path)
    published = (REPOSITORY / "docs" / name).read_text(encoding="utf-8")
    assert published == (tmp_path / name).read_text(encoding="utf-8"), (
        "run: manage.py experiment reference --to docs"
    )


def test_the_published_schema_knows_the_settings_of_every_method(tmp_path: Path) -> None:
    experiment("reference", "--to", tmp_path)
    schema = json.loads((tmp_path / "experiment.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    for preset in preset_names():
        jsonschema.validate(yaml.safe_load(preset_text(preset)), schema)
    wrong = yaml.safe_load(preset_text("acceptability"))
    wrong["stimuli"]["purifications"]["jpeg-75"]["settings"]["quality"] = 101
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema)


@pytest.mark.parametrize("preset", preset_names())
def test_every_preset_is_in_order(preset: str, tmp_path: Path) -> None:
    path = tmp_path / "preset.yaml"
    path.write_text(preset_text(preset))
    assert told("check", path)["valid"]
