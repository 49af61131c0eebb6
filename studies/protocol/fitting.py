"""Whether what a file names fits together: checks and their study, analyses and questions."""

from collections.abc import Iterator

from config.plugins import PluginError
from studies import checks
from studies.checks import CHECKS, Scene
from studies.protocol.fieldwork import Check, Fieldwork
from studies.protocol.problems import Place
from studies.trials import TrialKind

Found = Iterator[tuple[Place, str]]
"""Where in the file, and what is wrong there."""


def unfit_checks(study: Fieldwork, kind: TrialKind) -> Found:
    """Checks say themselves in what studies they cannot stand."""
    built = {i: made for i, check in enumerate(study.checks) if (made := _built(check))}
    mixed_in = sum(part.each for c in built.values() for part in (c.known, c.repeats) if part)
    scene = Scene(kind, study.channel.kind, study.raters.items_each, mixed_in)
    for i, made in built.items():
        for sentence in made.refusals(scene):
            yield ("study", "checks", i), f"the check {study.checks[i].check}: {sentence}"


def _built(check: Check) -> checks.Check | None:
    """A check with its settings; None where these are wrong, which is noted elsewhere."""
    try:
        return CHECKS.build(check.check, check.settings)
    except PluginError:
        return None
