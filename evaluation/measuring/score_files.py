"""Scores from elsewhere in a study: given, looked at, accepted, removed."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from config import csv_text
from evaluation import queries
from evaluation.measuring import score_tables
from evaluation.measuring.imported import accepted, counting, known_of
from evaluation.measuring.score_tables import Coverage, Score, Scores
from evaluation.models import ImportedScore, ScoreFile
from studies import export
from studies.models import Event, Item, Study

__all__ = ["accept", "accepted", "give", "known", "preview", "remove"]

MAX_BYTES = 10_000_000
COMMAND_LINE = "command line"


class ScoreFileError(ValueError):
    """A file of scores that cannot be taken over; the message has a sentence for each reason."""


@dataclass(frozen=True)
class Preview:
    """What a file would bring, against the study as it is now."""

    found: Scores
    coverage: Sequence[Coverage]
    replaced: Sequence[str]
    """metrics that the study already has from an earlier file"""

    @property
    def lines(self) -> int:
        """How many lines were matched; one that is about several items counts once."""
        return len({score.line for score in self.found.scores})


def known(study: Study) -> dict[str, list[str]]:
    """Item → its judged pictures, in the order of items; also of items without a picture yet."""
    items = study.items.filter(practice=False, gold="").order_by("position")
    there: dict[str, list[str]] = {
        export.item_name(position): [] for position in items.values_list("position", flat=True)
    }
    return there | known_of(queries.pairs(study, "nothing"))


def give(*, study: Study, name: str, data: bytes, direction: str, by: str) -> ScoreFile:
    """Keep a file to be looked at; nothing of it counts yet. Raises ScoreFileError.

    What was given to this study before and never accepted is forgotten.
    """
    if direction not in score_tables.DIRECTIONS:
        raise ScoreFileError("Say whether higher or lower scores are better.")
    if len(data) > MAX_BYTES:
        raise ScoreFileError(
            f"{name} has {len(data) / 1e6:.1f} MB; files of scores have up to {MAX_BYTES // 10**6}"
            " MB: give it in parts."
        )
    try:
        text = csv_text.decoded(data)
    except ValueError as error:
        raise ScoreFileError(f"{name} {error}.") from error
    with transaction.atomic():
        ScoreFile.objects.filter(study=study, accepted_at=None).delete()
        return ScoreFile.objects.create(
            study=study,
            name=name[:255],
            sha256=hashlib.sha256(data).hexdigest(),
            text=text,
            direction=direction,
            given_by=by,
        )


def preview(file: ScoreFile) -> Preview:
    """What the file says of its study, and what it would replace."""
    there = known(file.study)
    found = score_tables.read(file.text, there, file.direction)
    covered = score_tables.coverage(found, there)
    before = counting(file.study)
    return Preview(found, covered, sorted({each.metric for each in covered} & before.keys()))


@transaction.atomic
def accept(*, file: ScoreFile, leave_out: bool = False, actor: User | None = None) -> ScoreFile:
    """Take a file over, whole or not at all; harmless to repeat.

    `leave_out` says that lines about nothing in this study may be left out. Raises ScoreFileError.
    """
    if file.accepted_at is not None:
        return file
    study = Study.objects.select_for_update().get(pk=file.study_id)
    there = known(study)
    found = score_tables.read(file.text, there, file.direction)
    refused = [*found.problems, *(() if leave_out else found.unknown)]
    if refused:
        raise ScoreFileError(told(refused))
    moved = ScoreFile.objects.filter(pk=file.pk, accepted_at=None).update(
        accepted_at=timezone.now(), directions=dict(found.directions), left_out=len(found.unknown)
    )
    if moved:
        _store(file, found.scores)
        _event(file, actor, "scores_taken_over")
    file.refresh_from_db()
    return file


@transaction.atomic
def remove(*, file: ScoreFile, actor: User | None = None) -> None:
    """Let a file count no more; what an earlier file says of its metrics counts again."""
    by = actor.get_username() if actor else COMMAND_LINE
    moved = ScoreFile.objects.filter(pk=file.pk, removed_at=None).update(
        removed_at=timezone.now(), removed_by=by
    )
    if moved:
        _event(file, actor, "scores_removed")


def told(problems: Sequence[score_tables.Problem], most: int = 20) -> str:
    """A sentence for each of the first problems, and how many more there are."""
    said = [str(problem) for problem in problems[:most]]
    more = len(problems) - len(said)
    return "\n".join([*said, *([f"… and {more} more."] if more else [])])


def _event(file: ScoreFile, actor: User | None, kind: str) -> None:
    details = {"file": file.name, "sha256": file.sha256}
    Event.objects.create(study_id=file.study_id, actor=actor, kind=kind, details=details)


def _store(file: ScoreFile, scores: Sequence[Score]) -> None:
    positions: Mapping[str, int] = {
        export.item_name(position): pk
        for position, pk in Item.objects.filter(study=file.study_id).values_list("position", "pk")
    }
    ImportedScore.objects.bulk_create(
        (
            ImportedScore(
                file=file,
                item_id=positions[score.item],
                picture=score.picture,
                metric=score.metric,
                value=None if score.value == float("inf") else score.value,
            )
            for score in scores
        ),
        batch_size=2000,
    )
