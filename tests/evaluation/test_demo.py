"""The demo, with tiny random networks: from painters to a live study, interrupted and run again."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as ours
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from config.environment import ROOT
from evaluation.demo import DemoError, building, paintings
from evaluation.demo.building import Demo, build, needed, prepare
from evaluation.demo.links import farewell, links_of
from evaluation.demo.serving import address
from evaluation.management.commands.demo import PRESETS
from generation.models import Artwork, Image, Job, Mimic, Recipe
from generation.sandbox.exhibition import exhibit
from studies.drafting.draft import collection_of, read_checked
from studies.drafting.layout import lay_out
from studies.models import Response, Study
from studies.presets import preset_text
from tests.generation import tiny, tiny_pipeline
from tests.workers import own_queue_and_store

SANDBOX = (PRESETS["psr"], PRESETS["acceptability"], PRESETS["measured"])

PSR = f"""
experiment: tiny-psr
title: A tiny study
stimuli:
  collection: tiny
  select: {{painters: [Ines Carrow, Marek Solan]}}
  preparation: {{method: square, settings: {{size: 32}}}}
  networks: {{autoencoder: {tiny.AUTOENCODER}, perceptual: lpips_squeeze}}
  seed: 1
  protections:
    clean: null
    glaze:
      method: glaze
      settings: {{steps: 1}}
      style: {{transfer: gram, settings: {{steps: 1}}}}
  purifications: {{none: null, jpeg: {{method: jpeg, settings: {{quality: 75}}}}}}
  mimicries:
    lora:
      method: lora
      network: {tiny_pipeline.PIPELINE}
      settings: {{steps: 2, batch: 2}}
      training: {{images: 3, caption: "art"}}
      paintings: {{prompts: [art], count: 4, sampler: {{steps: 2, size: 32}}, seed: 1}}
  skip: [{{protection: [clean], purification: [jpeg]}}]
study:
  trial: {{kind: mimicry_success}}
  information: A test.
  consent: [I agree.]
  contact: nobody
  raters: {{participants: 4, items_each: 6, per_item: 1}}
  debrief: Thank you.
  seed: 2
analysis:
  seed: 3
  analyses: {{psr: {{replicates: 200}}}}
"""


@pytest.fixture
def place(tmp_path: Path, settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for everything, and networks in another."""
    networks = tiny.write_networks(tmp_path / "networks")
    tiny_pipeline.write_pipeline(networks)
    settings.NETWORKS_DIR = networks
    settings.VAR_DIR = tmp_path / "var"
    settings.STATIC_ROOT = tmp_path / "static"
    settings.VAR_DIR.mkdir()
    monkeypatch.setattr(building, "SHOWN", 8)
    monkeypatch.setattr(building, "OTHERS", 1)
    with own_queue_and_store(tmp_path):
        yield settings.VAR_DIR


def counts() -> dict[str, int]:
    made = (Artwork, Image, Mimic, Recipe, Job, Response)
    return {model.__name__: model.objects.count() for model in made}


@pytest.mark.django_db
def test_from_painters_to_a_live_study_though_interrupted_and_run_again(place: Path):
    told: list[str] = []

    def impatient(line: str) -> None:
        told.append(line)
        if "protection glaze" in line:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        build(prepare(PSR, 3, impatient))
    assert Study.objects.get(slug="tiny-psr").state == Study.State.DRAFT
    assert not Job.objects.filter(state=Job.State.RUNNING).exists()

    second = prepare(PSR, 3, told.append)
    study = build(second)
    assert study.state == Study.State.LIVE
    assert Mimic.objects.count() == 2 * 3  # two painters under clean, glaze and glaze + jpeg
    raters = study.participants.all()
    assert [rater.simulated for rater in raters] == [True] * 3
    answers = Response.objects.exclude(trial=None)
    assert set(answers.values_list("participant", flat=True)) == {rater.pk for rater in raters}
    assert "SIMULATED" in (place / "demo" / "tiny-psr-report" / "report.html").read_text()

    before = counts()
    again = prepare(PSR, 3, told.append)
    assert build(again).state == Study.State.LIVE
    assert counts() == before

    tell_of_each_step(second, told)
    lead_somewhere(study)


def tell_of_each_step(demo: Demo, told: list[str]) -> None:
    """Whoever waits sees each batch, and at the end what took how long."""
    said = "\n".join(told)
    for work in ("preparation square", "protection glaze", "mimic lora", "painting prompt"):
        assert re.search(rf"\d+ of \d+  {work}: \d+ made, \d+\.\d s", said), work
    for step in ("importing", "  mimic lora", "SIMULATED raters", "all in all"):
        assert re.search(rf"^  {step} +\d+\.\d +\d+\.\d$", demo.stopwatch.table(), re.M), step


def lead_somewhere(study: Study) -> None:
    """The links answer, and the password opens."""
    links = links_of(study)
    assert opens(links.password)
    said = farewell(links, "Stop with Ctrl-C.")
    assert all(one in said for one in (links.rater, links.researcher, links.report, "Ctrl-C"))
    assert Client().get(links.rater.removeprefix(ours.SITE_URL)).status_code == 200
    links_of(study)
    assert not opens(links.password)


def opens(password: str) -> bool:
    return User.objects.get(username="researcher").check_password(password)


@pytest.mark.django_db
def test_a_picture_that_cannot_be_made_is_told_and_nothing_is_opened(place: Path):
    broken = PSR.replace("sampler: {steps: 2, size: 32}", "sampler: {steps: 2, size: 35}")
    with pytest.raises(DemoError, match=r"could not be made: .+"):
        build(prepare(broken, 3, lambda line: None))
    assert Study.objects.get(slug="tiny-psr").state == Study.State.DRAFT


def test_a_missing_network_is_told_before_anything_is_painted(place: Path):
    with pytest.raises(DemoError, match="no-such-network"):
        prepare(PSR.replace("lpips_squeeze", "no-such-network"), 3, lambda line: None)
    assert not (place / "demo").exists()


@pytest.mark.django_db
def test_a_painter_whom_the_sandbox_does_not_have_is_told(place: Path):
    with pytest.raises(DemoError, match="no painter “Rembrandt”"):
        build(prepare(PSR.replace("Marek Solan", "Rembrandt"), 3, lambda line: None))


@pytest.mark.django_db
@pytest.mark.parametrize("preset", SANDBOX)
def test_the_painters_show_enough_works_for_the_demos_own_studies(preset: str, tmp_path: Path):
    experiment = read_checked(preset_text(preset))
    manifest = exhibit(needed(experiment), tmp_path / "painted", 16)
    call_command(
        "collection", "import", str(tmp_path / "painted"), "--slug", "sandbox",
        "--manifest", str(manifest), stdout=StringIO(),
    )  # fmt: skip
    judged = lay_out(experiment, collection_of(experiment)).judged
    assert len({item.artwork.painter for item in judged}) >= 2


@pytest.mark.parametrize("preset", SANDBOX)
def test_the_demos_studies_name_nothing_but_what_comes_with_the_project(preset: str):
    stimuli = read_checked(preset_text(preset)).stimuli
    named = {*stimuli.networks.values(), *(one.network for one in stimuli.mimicries.values())}
    assert {name for name in named if name} <= {"sandbox", "sandbox_clip", "sandbox_lpips"}
    assert stimuli.collection == "sandbox"


def test_a_few_paintings_are_chosen_from_the_folders_own_manifest(tmp_path: Path):
    rows = ["path,painter", *(f"monet/{n}.jpg,Claude Monet" for n in range(9)), "goya/1.jpg,Goya"]
    (tmp_path / "MANIFEST.csv").write_text("\n".join(rows))
    folder, manifest = paintings.chosen(tmp_path, tmp_path / "demo")
    assert folder == tmp_path
    assert manifest.read_text().split() == rows[0].split() + [
        line for row in rows[1:4] for line in row.split()
    ]


@pytest.mark.parametrize(
    ("manifest", "said"), [(None, "DATA=folder"), ("path\ngoya/1.jpg", "none of the demo's")]
)
def test_paintings_that_are_not_there_are_told(manifest: str | None, said: str, tmp_path: Path):
    if manifest:
        (tmp_path / "MANIFEST.csv").write_text(manifest)
    with pytest.raises(DemoError, match=said):
        paintings.chosen(tmp_path, tmp_path / "demo")


def test_a_taken_port_is_passed_over():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert address("127.0.0.1", port).port > port


def test_ctrl_c_ends_the_command_in_a_sentence(tmp_path: Path):
    """From the first line it prints on; the real command, in a process of its own."""
    environment = {**os.environ, "VAR_DIR": str(tmp_path), "PLAIN_HTTP": "1"}
    environment.pop("PYTEST_CURRENT_TEST", None)
    process = subprocess.Popen(
        [sys.executable, "-c", IMPATIENT],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130, said
    assert "What is made is kept" in said
    assert "Traceback" not in said


IMPATIENT = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may ignore it
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
from evaluation.management.commands import demo
demo.preset_text = lambda name: signal.raise_signal(signal.SIGINT)
demo._restart_in_the_open = lambda place: None
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "demo", "--no-serve"])
"""


@pytest.mark.parametrize("words", [["--study", "unheard-of"], ["--raters", "many"]])
def test_words_that_mean_nothing_are_refused(words: list[str]):
    with pytest.raises(CommandError):
        call_command("demo", *words)
