"""The way of one participant through their trials: read once, for all that a page says of it."""

from dataclasses import dataclass

from django.db.models import Exists
from django.http import Http404

from studies.models import Participant, Trial


@dataclass(frozen=True)
class Way:
    """What comes next, and whether anything was looked at before."""

    next: Trial | None
    begun: bool


@dataclass(frozen=True)
class Course:
    """All trials of a participant, in their order."""

    participant: Participant
    trials: list[Trial]

    @property
    def way(self) -> Way:
        """As `way_of`."""
        begun = any(trial.shown_at for trial in self.trials)
        return Way(next((trial for trial in self.trials if waits(trial)), None), begun)

    def trial(self, token: str) -> Trial:
        """The one of this address. Raises Http404."""
        found = next((trial for trial in self.trials if trial.token == token), None)
        if found is None:
            raise Http404
        return found

    def like(self, this: Trial) -> list[Trial]:
        """Those of the same sort (practice or not) that are not left out."""
        return [t for t in self.trials if t.practice == this.practice and not t.released]

    def number(self, this: Trial) -> int:
        """This one's place among those like it, from 1."""
        return sum(trial.position <= this.position for trial in self.like(this))

    def after(self, this: Trial) -> list[Trial]:
        """The next one that waits for an answer, if there is one."""
        return [t for t in self.trials if t.position > this.position and waits(t)][:1]

    def before(self, this: Trial) -> Trial | None:
        """The one that was answered last before this one."""
        earlier = [t for t in self.trials if t.position < this.position and t.answered_at]
        return earlier[-1] if earlier else None

    def first_that_counts(self, this: Trial) -> bool:
        """Whether the one before was the last for practice."""
        earlier = [trial for trial in self.trials if trial.position < this.position]
        return bool(earlier) and earlier[-1].practice and not this.practice


def waits(trial: Trial) -> bool:
    """Whether an answer may still come."""
    return trial.answered_at is None and not trial.released


def course_of(participant: Participant) -> Course:
    """One query; how pictures were looked at stays in the database."""
    trials = list(participant.trials.defer("viewing"))
    for trial in trials:
        trial.participant = participant
    return Course(participant, trials)


def way_of(participant: Participant) -> Way:
    """The first trial that waits for an answer, whatever the number of trials: one query."""
    begun = Exists(Trial.objects.filter(participant=participant, shown_at__isnull=False))
    waiting = participant.trials.filter(answered_at__isnull=True, released=False)
    first = waiting.annotate(begun=begun).order_by("position").first()
    return Way(first, bool(first and first.begun))
