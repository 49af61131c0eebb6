"""How pictures reached raters, for the study's page: what counts, and what came in between."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from studies.live.plan import plan_of
from studies.models import Study, Trial
from studies.showing.validity import RULES, broken

NEWEST = 2_000
"""Answered trials that the page looks at, so that it stays quick in the largest study."""


@dataclass(frozen=True)
class Showing:
    """Of real raters, or of SIMULATED ones."""

    simulated: bool
    answered: int
    valid: int
    broken: Mapping[str, int]
    """What went wrong, in words → in how many trials."""
    put_off: int
    """Trials whose pictures failed at first, and that came again."""
    lost: int
    """Trials whose pictures never arrived: missing by delivery."""
    excludes: bool
    """Whether answers on pictures that were not seen as asked are left out."""

    @property
    def share(self) -> int:
        """Valid of a hundred answered trials."""
        return round(100 * self.valid / self.answered) if self.answered else 0


def showings(study: Study) -> list[Showing]:
    """By real raters, then by simulated ones; only where a trial was answered, or failed."""
    rules = plan_of(study).fieldwork.viewing
    told: dict[bool, list[tuple[str, ...]]] = {False: [], True: []}
    trials = Trial.objects.filter(participant__study=study, practice=False)
    answered = trials.filter(answered_at__isnull=False).order_by("-answered_at")
    for simulated, report in answered.values_list("participant__simulated", "viewing")[:NEWEST]:
        told[simulated].append(broken(rules, report))
    failed = trials.filter(undelivered__gt=0)
    failures = Counter(failed.values_list("participant__simulated", "released"))
    found = []
    for simulated, verdicts in told.items():
        counts = Counter(rule for names in verdicts for rule in names)
        found.append(
            Showing(
                simulated=simulated,
                answered=len(verdicts),
                valid=sum(not names for names in verdicts),
                broken={RULES[rule]: counts[rule] for rule in RULES if counts[rule]},
                put_off=failures[simulated, False],
                lost=failures[simulated, True],
                excludes=rules.consequence == "exclude",
            )
        )
    return [each for each in found if each.answered or each.lost or each.put_off]
