"""Which answers are left out of analyses, and by which rules: one place for all of them.

Every rule was fixed in the experiment file before anybody answered. A source is a function from a
study to the trials it leaves out; whoever adds one names it in `SOURCES`.
"""

from collections.abc import Callable, Mapping

from studies.checking.findings import left_out_people
from studies.live.plan import plan_of
from studies.models import Study, Trial
from studies.showing.validity import left_out

Reasons = Mapping[int, tuple[str, ...]]
"""Primary key of a trial → names of the rules that leave its answers out."""

BETWEEN = "; "
"""Between the rules, where several leave out one answer."""


def viewing(study: Study) -> Reasons:
    """By the rules of `study.viewing`: `viewing.` and the rule, e.g. `viewing.min_scale`."""
    rules = plan_of(study).fieldwork.viewing
    rows = Trial.objects.filter(participant__study=study, answered_at__isnull=False, practice=False)
    found = {pk: left_out(rules, report) for pk, report in rows.values_list("pk", "viewing")}
    return {pk: tuple(f"viewing.{rule}" for rule in rules) for pk, rules in found.items() if rules}


def checks(study: Study) -> Reasons:
    """By checks whose consequence leaves somebody out: `check.` and its name, for all answers.

    A finding that a person has set aside leaves nobody out.
    """
    found = left_out_people(study)
    if not found:
        return {}
    rows = Trial.objects.filter(participant__in=found, answered_at__isnull=False, practice=False)
    return {
        pk: tuple(f"check.{name}" for name in found[person])
        for pk, person in rows.values_list("pk", "participant")
    }


SOURCES: tuple[Callable[[Study], Reasons], ...] = (viewing, checks)


def reasons(study: Study) -> Mapping[int, str]:
    """Primary key of every trial that is left out → why: all its rules, as the table tells them."""
    found: dict[int, list[str]] = {}
    for source in SOURCES:
        for trial, rules in source(study).items():
            found.setdefault(trial, []).extend(rules)
    return {trial: BETWEEN.join(dict.fromkeys(rules)) for trial, rules in found.items()}
