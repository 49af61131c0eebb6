"""Measures picture files, without a study: what is held against what, and the values by file.

Imports torch: for commands, never for the web process.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from django.conf import settings
from torch import Tensor

from evaluation.measuring import scoring
from evaluation.measuring.galleries import Gallery
from evaluation.measuring.scoring import Loaded, Pair, ScoreError
from evaluation.metrics import Metric
from generation.networks import Networks
from generation.originals import UnreadableImage, decode
from generation.pixels import to_tensor
from generation.progress import Progress


@dataclass(frozen=True)
class Numbers:
    """The numbers of a pair by name, and the sentences that say why some are missing."""

    values: dict[str, float]
    problem: str = ""


@dataclass(frozen=True)
class Scored:
    """One picture's values, and the sentences that say why some are missing."""

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
        values: dict[Pair, Numbers] = {}
        for lot, found_here in _lots(order, networks):
            values |= found_here
            done += lot
            progress(done, total)
        for image, pairs in order.pairs.items():
            before = found.get(image, Scored(image, "", {}))
            found[image] = _merged(before, pairs, values, order)
    return list(found.values())


def _merged(
    before: Scored, pairs: Sequence[Pair], values: dict[Pair, Numbers], order: Order
) -> Scored:
    """A picture's values so far, and its means over these pairs."""
    reference = before.reference or (pairs[0].reference if order.counterpart else "")
    rows = [values[pair].values for pair in pairs]
    said = next((values[pair].problem for pair in pairs if values[pair].problem), "")
    problem = said if pairs else "There is no original to compare with."
    shared = [name for name in rows[0] if all(name in row for row in rows)] if rows else []
    means = {name: sum(row[name] for row in rows) / len(rows) for name in shared}
    return replace(
        before,
        reference=reference,
        values={**before.values, **means},
        problem=" ".join(dict.fromkeys(text for text in (before.problem, problem) if text)),
    )


def _lots(order: Order, networks: Networks) -> Iterator[tuple[int, dict[Pair, Numbers]]]:
    """How many pairs were done, and their values by name, or why they have none."""
    unreadable: dict[Pair, Numbers] = {}

    def readable() -> Iterator[Loaded]:
        for pair in dict.fromkeys(pair for pairs in order.pairs.values() for pair in pairs):
            try:
                yield scoring.loaded(
                    pair, read, counterpart=order.counterpart, galleries=order.galleries
                )
            except ScoreError as error:
                unreadable[pair] = Numbers({}, str(error))

    for lot in scoring.lots(readable(), settings.BATCH_SIZE):
        yield len(lot), _lot(lot, order.metrics, networks)
    yield len(unreadable), unreadable


def _lot(
    lot: Sequence[Loaded], metrics: dict[str, Metric], networks: Networks
) -> dict[Pair, Numbers]:
    """What one metric refuses, the others may still measure."""
    columns: dict[str, list[float]] = {}
    problems = []
    for name, metric in metrics.items():
        try:
            columns |= scoring.scores(lot, {name: metric}, networks)
        except ScoreError as error:
            problems.append(str(error))
    return {
        entry.pair: Numbers(
            {name: column[place] for name, column in columns.items()}, " ".join(problems)
        )
        for place, entry in enumerate(lot)
    }


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
