"""From painters to a live study and its report, through the same commands that people type.

Each step can be run again: what is there already is kept, so a second run is quick, an interrupted
one goes on, and answers are never lost. Imports torch.
"""

import logging
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from evaluation.demo import DemoError, paintings
from evaluation.demo.easel import Say, carry_out
from evaluation.demo.stopwatch import Stopwatch
from generation.management.bars import bar
from generation.networks import NetworkUnavailable, identify
from generation.sandbox.exhibition import ExhibitionError, Work, called, exhibit, works
from generation.sandbox.painters import contemporary, historical
from studies import queries
from studies.drafting.draft import read_checked
from studies.models import Study
from studies.protocol import Experiment
from studies.protocol.stimuli import named_networks

SHOWN = 24
"""Works of each painter who is studied."""
OTHERS = 4
"""Works of each historical painter, whose styles cloaks aim at."""


@dataclass(frozen=True)
class Demo:
    """One study of the demo; `say` is told a line at a time."""

    experiment: Experiment
    text: str
    """The experiment file."""
    raters: int
    say: Say
    stopwatch: Stopwatch

    @property
    def slug(self) -> str:
        """Of the study."""
        return self.experiment.experiment

    @property
    def folder(self) -> Path:
        """Where the demo keeps what is no part of the site: paintings, reports."""
        return Path(settings.VAR_DIR) / "demo"


def prepare(text: str, raters: int, say: Say) -> Demo:
    """The demo of an experiment file; raises DemoError where one of its networks is missing."""
    experiment = read_checked(text)
    for role, network in named_networks(experiment.stimuli):
        try:
            identify(network, settings.NETWORKS_DIR, role)
        except NetworkUnavailable as error:
            raise DemoError(str(error)) from error
    return Demo(experiment, text, raters, say, Stopwatch())


def build(demo: Demo) -> Study:
    """Everything up to the live study and its report.

    Raises DemoError and CommandError, both a sentence for whoever started it.
    """
    logging.getLogger().setLevel(logging.WARNING)  # the progress bars say it better
    with demo.stopwatch.lap("the site"):
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
    _import(demo)
    if _unlaunched(demo.slug):
        _draw_up(demo)
        _make(demo)
        _open(demo)
    _simulate(demo)
    _report(demo)
    return Study.objects.get(slug=demo.slug)


def _unlaunched(slug: str) -> bool:
    return not Study.objects.filter(slug=slug).exclude(state=Study.State.DRAFT).exists()


def _import(demo: Demo) -> None:
    """Bring in the works that the study needs, as its collection."""
    slug = demo.experiment.stimuli.collection
    if slug == paintings.COLLECTION:
        demo.say("1 of 7  Choosing paintings")
        folder, manifest = paintings.chosen(settings.ARTWORKS_DIR, demo.folder)
        title = "Paintings of the demo"
    else:
        folder, manifest = _painted(demo)
        title = "Painters of the sandbox"
    demo.say("\n2 of 7  Importing their works")
    with demo.stopwatch.lap("importing"):
        _manage(
            "collection", "import", folder, "--slug", slug, "--manifest", manifest, "--title", title
        )


def _painted(demo: Demo) -> tuple[Path, Path]:
    """Works by the sandbox's painters: their folder and its manifest."""
    folder = demo.folder / "paintings"
    demo.say("1 of 7  The sandbox's painters paint")
    with demo.stopwatch.lap("painting by the painters"), bar("painting", "work") as progress:
        try:
            return folder, exhibit(needed(demo.experiment), folder, progress=progress)
        except ExhibitionError as error:
            raise DemoError(str(error)) from error


def needed(experiment: Experiment) -> list[Work]:
    """Many by those who are studied, a few by the historical painters."""
    studied = called(experiment.stimuli.select.painters or contemporary())
    counts = dict.fromkeys(historical(), OTHERS) | dict.fromkeys(studied, SHOWN)
    return [work for painter, count in counts.items() for work in works(painter, count)]


def _draw_up(demo: Demo) -> None:
    demo.say("\n3 of 7  Drawing up the study from its experiment file")
    file = demo.folder / f"{demo.slug}.yaml"
    file.write_text(demo.text, encoding="utf-8")
    with demo.stopwatch.lap("drawing up the study"):
        _manage("experiment", "apply", file)
        _manage("experiment", "generate", demo.slug)


def _make(demo: Demo) -> None:
    demo.say("\n4 of 7  Making pictures and mimics")
    with demo.stopwatch.lap("pictures and mimics"):
        carry_out(demo.stopwatch, demo.say)
    if not queries.making(Study.objects.get(slug=demo.slug)).complete:
        raise DemoError(
            "Some of the pictures were cancelled while the demo was running: start it again."
        )


def _open(demo: Demo) -> None:
    demo.say("\n5 of 7  Opening the study")
    with demo.stopwatch.lap("opening the study"):
        _manage("experiment", "launch", demo.slug)


def _simulate(demo: Demo) -> None:
    """Top the SIMULATED raters up to `raters`; they take no real person's place."""
    study = Study.objects.get(slug=demo.slug)
    there = study.participants.filter(simulated=True).count()
    if study.state != Study.State.LIVE or there >= demo.raters:
        return
    demo.say("\n6 of 7  Playing SIMULATED raters through the rater's own pages")
    count = ("--raters", demo.raters - there, "--seed", there + 1)
    with demo.stopwatch.lap("SIMULATED raters"):
        _manage("experiment", "simulate", demo.slug, *count)


def _report(demo: Demo) -> None:
    demo.say("\n7 of 7  Measuring the pictures and writing the report")
    with demo.stopwatch.lap("measuring and reporting"):
        _manage("experiment", "report", demo.slug, "--to", demo.folder / f"{demo.slug}-report")


def _manage(*words: object) -> None:
    """Run a command as it would be typed."""
    call_command(*(str(word) for word in words))
