"""Measures picture files, without a study: what is held against what, and the values by file.

Imports torch: for commands, never for the web process.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from django.conf import settings
from torch import Tensor

from evaluation import scoring
from evaluation.galleries import Gallery
from evaluation.metrics import Metric
from evaluation.scoring import Loaded, Pair, ScoreError
from generation.networks import Networks
from generation.originals import UnreadableImage, decode
from generation.pixels import to_tensor
from generation.progress import Progress

Values = dict[str, float] | str
"""The numbers of a pair by name, or the sentence that says why there are none."""


@dataclass(frozen=True)
class Scored:
    """One picture's values, or the sentence that says why there are none."""

    image: str
    reference: str
    values: dict[str, float]
    problem: str = ""


@dataclass(frozen=True)
class Order:
    """Metrics that are held against the same, and for each picture its pairs."""

    metrics: dict[str, Metric]
    pairs: dict[str, list[Pair]]
    counterpart: bool
    galleries: Mapping[str, Gallery] = field(default_factory=dict)
    """by key"""


def scored(orders: Sequence[Order], networks: Networks, progress: Progress) -> list[Scored]:
    """Every picture in the order given: the mean over its pairs; what fails stops nothing else."""
    total = sum(len(pairs) for order in orders for pairs in order.pairs.values())
    found: dict[str, Scored] = {}
    done = 0
    for order in orders:
        values: dict[Pair, Values] = {}
        for lot, found_here in _lots(order, networks):
            values |= found_here
            done += lot
            progress(done, total)
        for image, pairs in order.pairs.items():
            before = found.get(image, Scored(image, "", {}))
            found[image] = _merged(before, pairs, values, order)
    return list(found.values())


def _merged(
    before: Scored, pairs: Sequence[Pair], values: dict[Pair, Values], order: Order
) -> Scored:
    """A picture's values so far, and its means over these pairs."""
    reference = before.reference or (pairs[0].reference if order.counterpart else "")
    problems = [text for pair in pairs if isinstance(text := values[pair], str)]
    if problems or not pairs:
        problem = before.problem or next(iter(problems), "There is no original to compare with.")
        return replace(before, reference=reference, problem=problem)
    rows = [row for pair in pairs if isinstance(row := values[pair], dict)]
    means = {name: sum(row[name] for row in rows) / len(rows) for name in rows[0]}
    return replace(before, reference=reference, values={**before.values, **means})


def _lots(order: Order, networks: Networks) -> Iterator[tuple[int, dict[Pair, Values]]]:
    """How many pairs were done, and their values by name, or why they have none."""
    unreadable: dict[Pair, Values] = {}

    def readable() -> Iterator[Loaded]:
        for pair in dict.fromkeys(pair for pairs in order.pairs.values() for pair in pairs):
            try:
                yield scoring.loaded(
                    pair, read, counterpart=order.counterpart, galleries=order.galleries
                )
            except ScoreError as error:
                unreadable[pair] = str(error)

    for lot in scoring.lots(readable(), settings.BATCH_SIZE):
        yield len(lot), _lot(lot, order.metrics, networks)
    yield len(unreadable), unreadable


def _lot(
    lot: Sequence[Loaded], metrics: dict[str, Metric], networks: Networks
) -> dict[Pair, Values]:
    pairs = [entry.pair for entry in lot]
    try:
        columns = scoring.scores(lot, metrics, networks)
    except ScoreError as error:
        return dict.fromkeys(pairs, str(error))
    rows = [
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]
    return dict(zip(pairs, rows, strict=True))


def read(name: str) -> Tensor:
    """A picture file as [1, 3, H, W] in [0, 1]; raises ScoreError with a sentence."""
    try:
        return to_tensor(decode(Path(name).read_bytes(), name, settings.MAX_PIXELS).image)
    except (UnreadableImage, OSError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ScoreError(f"{name}: {reason}") from error


def counterpart(name: str, reference: Path | None) -> Path | str:
    """The reference of a file: the one that was named, or the one of the same name in a folder.

    `cat.png` also finds `cat.jpg`: what is protected is saved as PNG, whatever it was before.
    """
    if reference is None or reference.is_file():
        return reference or ""
    exact = reference / name
    if exact.exists():
        return exact
    others = sorted(exact.parent.glob(f"{exact.stem}.*")) if exact.parent.is_dir() else []
    return others[0] if others else exact
