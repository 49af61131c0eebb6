"""What stands between a draft and its launch."""

from collections import Counter
from random import Random

from studies import queries
from studies.designs.factorial import UNDEGRADED
from studies.drafting import rehearsals
from studies.drafting.overview import clean_arm, too_few
from studies.live.answers import IncompleteAnswer, read_answers
from studies.live.plan import plan_of
from studies.models import Study
from studies.protocol import restore, wordings
from studies.protocol.problems import in_words
from studies.showing import flashes, lossless_advice
from studies.trials import SimulatedRater, order_of, parts_of, questions_of

AVERAGE = SimulatedRater(leniency=0.0, sensitivity=1.0, noise=0.5)


def obstacles(study: Study) -> list[str]:
    """Why a draft cannot be launched now, in sentences; empty where it can."""
    if not hasattr(study, "protocol") or not study.items.exists():
        return ["The study holds nothing yet: apply an experiment file first."]
    return [
        *_missing_pictures(study),
        *_unplayable_trials(study),
        *_wordless(study),
        *rehearsals.obstacles(study),
    ]


def warnings(study: Study) -> list[str]:
    """What may be regretted after a launch, in sentences."""
    levels = study.conditions.values_list("levels", flat=True)
    cells = [{**UNDEGRADED, **cell} for cell in levels]
    experiment, rehearsal = restore(study.protocol.document), rehearsals.rehearsal_of(study)
    arms = Counter(item.arm for item in rehearsal.stay.items)
    said = clean_arm(experiment, cells)
    said += too_few(experiment, arms.total(), min(arms.values()))
    said += lossless_advice.of_draft(study)
    said += wordings.translated_scales(plan_of(study).fieldwork)
    said += rehearsals.regrets(rehearsal)
    flicker = flashes.sentence(study)
    return [*said, flicker] if flicker else said


def _missing_pictures(study: Study) -> list[str]:
    making = queries.making(study)
    if making.complete:
        return []
    why = f" ({' '.join(making.messages)})" if making.messages else ""
    missing = making.total - making.made
    return [
        f"{missing} of {making.total} pictures are not made yet{why}:"
        f" run “manage.py experiment generate {study.slug} --wait”."
    ]


def _wordless(study: Study) -> list[str]:
    """Languages that lack something, since the file was applied: the platform says more by now."""
    plan = plan_of(study)
    wrong = wordings.wrong(plan.title, plan.fieldwork)
    return [f"{in_words(place)}: {sentence}" for place, sentence in wrong]


def _unplayable_trials(study: Study) -> list[str]:
    """A study that cannot be simulated cannot be opened: play one trial."""
    kind = plan_of(study).kind
    try:
        meant = kind.simulate(3.0, 0.0, AVERAGE, Random(0))  # noqa: S311 (a rehearsal)
        layout = kind.layout(Random(0))  # noqa: S311 (likewise)
        for part in parts_of(kind):
            order = order_of(kind, part, layout)
            for question in questions_of(kind, part):
                read_answers([question], question.fill(meant[question.name], order), order)
    except (IncompleteAnswer, NotImplementedError, AttributeError, KeyError) as error:
        return [f"The trial kind {kind.label} cannot be simulated ({error}): it must be, to open."]
    return []
