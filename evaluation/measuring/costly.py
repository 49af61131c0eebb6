"""Costly metrics: what they will take, said before, and their stages, stored as they come.

Imports torch: for commands and workers, never for the web process.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import Tensor

from evaluation.choices import taken_apart
from evaluation.findings.adaptive import Stage
from evaluation.measuring.scoring import Pair
from evaluation.metrics import CostlyMetric
from evaluation.models import MeasuringStage
from generation import store
from generation.networks import Networks
from generation.pixels import read_png


@dataclass(frozen=True)
class Cost:
    """What measuring the pictures that are due would take."""

    name: str
    passes: int
    """Network passes a picture."""
    pictures: int
    """That are due."""
    missing: int
    """Network passes in all, those of stored stages left out."""
    seconds_a_pass: float
    """On this machine; 0 where nothing is missing."""
    device: str

    @property
    def minutes(self) -> float:
        return self.missing * self.seconds_a_pass / 60

    @property
    def sentence(self) -> str:
        """The number of passes, and the time that they take here."""
        if not self.missing:
            return f"{self.name}: {self.passes:,} network passes a picture, and none is missing."
        return (
            f"{self.name}: {self.passes:,} network passes a picture, {self.pictures:,} pictures to"
            f" measure, {self.missing:,} passes in all: about {duration(self.minutes)} at"
            f" {1000 * self.seconds_a_pass:.3g} ms a pass, as just timed here ({self.device})."
        )


def duration(minutes: float) -> str:
    """“40 s”, “12 min”, “5.3 h”, “9.1 days”."""
    if minutes < 1.5:
        return f"{60 * minutes:.0f} s"
    if minutes < 90:
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.1f} h" if minutes < 48 * 60 else f"{minutes / 1440:.1f} days"


def cost(
    name: str, metric: CostlyMetric, version: str, pairs: Sequence[Pair], networks: Networks
) -> Cost:
    """What is missing for these pairs, and how long one pass takes (timed on the first picture)."""
    images = {pair.image for pair in pairs}
    if not images:
        return Cost(name, metric.passes, 0, 0, 0.0, str(networks.device))
    stages = MeasuringStage.objects.filter(image__in=images, version=version)
    stored = sum(
        len(row.document["labels"]) * row.document["count"] for row in stages.only("document")
    )
    missing = metric.passes * len(images) - stored
    second = metric.seconds_a_pass(_read(pairs[0].image), networks) if missing else 0.0
    return Cost(name, metric.passes, len(images), missing, second, str(networks.device))


def cost_of_files(
    name: str, metric: CostlyMetric, first: Tensor, pictures: int, networks: Networks
) -> Cost:
    """For picture files, of which nothing is stored; timed on the `first` one [1, 3, H, W]."""
    second = metric.seconds_a_pass(first, networks)
    missing = metric.passes * pictures
    return Cost(name, metric.passes, pictures, missing, second, str(networks.device))


def numbers(
    pair: Pair,
    name: str,
    metric: CostlyMetric,
    version: str,
    networks: Networks,
    begun: Callable[[str], None],
) -> Sequence[float]:
    """The numbers of one picture; every stage is stored before the next begins.

    `begun` hears what is being done.
    """
    image, done = _read(pair.image).to(networks.device), _stored(pair.image, version)
    begun(f"{name}, {len(done)} stages done")
    while (stage := metric.next_stage(image, done, networks)) is not None:
        row, _ = MeasuringStage.objects.get_or_create(
            image_id=pair.image,
            version=version,
            number=len(done),
            defaults={"metric": taken_apart(name)[0], "document": stage.document},
        )
        done.append(Stage.read(row.document))  # another worker's, where it was first
        begun(f"{name}, {len(done)} stages done")
    return metric.numbers(done, pair.genre)


def refusal(costs: Sequence[Cost], most: float) -> str:
    """Why metrics that take longer than `most` minutes were not begun; empty where none does."""
    long = [cost for cost in costs if cost.minutes > most]
    if not long:
        return ""
    total = duration(sum(cost.minutes for cost in long))
    return (
        f"This would take about {total}, more than {duration(most)}: add --yes to begin. It can be"
        " stopped and begun again; what is measured is kept."
    )


def _stored(image: str, version: str) -> list[Stage]:
    rows = MeasuringStage.objects.filter(image=image, version=version).order_by("number")
    return [Stage.read(row.document) for row in rows]


def _read(sha256: str) -> Tensor:
    return read_png(store.get(sha256))
