"""Scores from elsewhere, as they count now: read beside the measurements of our own metrics."""

from collections.abc import Callable

from pandas import DataFrame

from evaluation.measuring import score_tables
from evaluation.measuring.measurements import COLUMNS
from evaluation.measuring.score_tables import Score
from evaluation.models import ImportedScore, ScoreFile
from studies import export
from studies.models import Study


def counting(study: Study) -> dict[str, ScoreFile]:
    """Metric → the newest file that has it and was not removed."""
    files = ScoreFile.objects.filter(study=study, removed_at=None).exclude(accepted_at=None)
    found: dict[str, ScoreFile] = {}
    for file in files.order_by("accepted_at", "pk").defer("text"):
        found |= dict.fromkeys(file.directions, file)
    return found


def accepted(study: Study) -> list[tuple[ScoreFile, list[str]]]:
    """Every file that was ever taken over, the newest first, and its metrics that count now."""
    now = counting(study)
    files = ScoreFile.objects.filter(study=study).exclude(accepted_at=None).defer("text")
    return [
        (file, sorted(metric for metric, counts in now.items() if counts.pk == file.pk))
        for file in files.order_by("-accepted_at", "-pk")
    ]


def measurements(study: Study, pictures: Callable[[], DataFrame]) -> DataFrame:
    """Those from elsewhere: the columns of ours, the version being the file's sha256.

    `pictures` gives the columns item and image, a row for each judged picture; asked for only where
    there are scores.
    """
    now = counting(study)
    if not now:
        return DataFrame({name: [] for name in COLUMNS})
    rows = ImportedScore.objects.filter(file__in={file.pk for file in now.values()})
    named = rows.values_list("file", "item__position", "picture", "metric", "value")
    scores = [
        Score(0, export.item_name(position), picture, metric, float("inf") if v is None else v)
        for file, position, picture, metric, v in named
        if now.get(metric) is not None and now[metric].pk == file
    ]
    values = score_tables.means(scores, known_of(pictures()))
    table = [
        (item, metric, value, now[metric].sha256)
        for (item, metric), value in sorted(values.items())
    ]
    return DataFrame(table, columns=list(COLUMNS)).astype({"value": "float64"})


def known_of(pictures: DataFrame) -> dict[str, list[str]]:
    """Item → its judged pictures."""
    found: dict[str, list[str]] = {}
    for item, picture in zip(pictures["item"], pictures["image"], strict=True):
        found.setdefault(item, []).append(picture)
    return found
