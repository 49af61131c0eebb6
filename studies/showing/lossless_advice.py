"""The warnings of `lossless`, for a file that is checked and for a draft that is launched."""

from collections.abc import Iterable, Mapping

from django.db.models import QuerySet

from generation.models import Artwork
from studies.drafting.exhibitions import trial_kind
from studies.drafting.layout import Layout
from studies.models import Stimulus, Study
from studies.protocol import Experiment, restore
from studies.showing.lossless import Source, of_budgets, of_sources, of_unmoved, of_windows
from studies.trials import TrialKind


def of_file(experiment: Experiment, layout: Layout) -> list[str]:
    """Before anything is made. Loads methods, and torch with them: for commands only."""
    kind = trial_kind(experiment)
    if not _about_pixels(experiment, kind):
        return []
    # torch stays out of the web process, which checks no files in full
    from generation.preparations import PREPARATIONS  # noqa: PLC0415

    keys = {item.artwork.key for item in layout.items}
    preparation = experiment.stimuli.preparation
    built = PREPARATIONS.build(preparation.method, preparation.settings)
    size = int(getattr(built, "size", 0))
    return [
        *of_sources(_sources(Artwork.objects.filter(pk__in=keys))),
        *of_budgets(experiment, _norms(experiment)),
        *of_windows(experiment, [(size, size)], len(kind.slots)),
    ]


def of_draft(study: Study) -> list[str]:
    """When everything is made: what is told is measured on the saved pictures."""
    experiment = restore(study.protocol.document)
    kind = trial_kind(experiment)
    if not _about_pixels(experiment, kind):
        return []
    stimuli = Stimulus.objects.filter(item__study=study)
    sizes = stimuli.exclude(recipe__image=None).values_list(
        "recipe__image__width", "recipe__image__height"
    )
    artworks = Artwork.objects.filter(items__study=study).distinct()
    return [
        *of_sources(_sources(artworks)),
        *of_unmoved(_unmoved(stimuli)),
        *of_windows(experiment, sizes.distinct(), len(kind.slots)),
    ]


def _about_pixels(experiment: Experiment, kind: TrialKind) -> bool:
    """Whether raters judge changes of pictures, and not what mimics painted."""
    changed = any(each is not None for each in experiment.stimuli.protections.values())
    return changed and bool(kind.slots) and not kind.shows_mimics


def _sources(artworks: Iterable[Artwork]) -> list[Source]:
    return [Source(each.source_name, tuple(each.notes.get("changes", ()))) for each in artworks]


def _norms(experiment: Experiment) -> Mapping[str, str]:
    """Protection → the norm of its budget."""
    from generation.protections import PROTECTIONS  # noqa: PLC0415 (as above)

    given = experiment.stimuli.protections.items()
    return {
        label: PROTECTIONS.build(each.method, each.settings, each.preset).limit.norm
        for label, each in given
        if each is not None
    }


def _unmoved(stimuli: QuerySet[Stimulus]) -> Mapping[str, int]:
    """Protection and budget → pictures whose measured change is nothing."""
    rows = stimuli.filter(recipe__kind="protection", recipe__realised__linf=0)
    rows = rows.exclude(item__condition=None).distinct()
    found: dict[str, int] = {}
    for levels in rows.values_list("item__condition__levels", flat=True):
        label = f"{levels.get('protection', '')} at {levels.get('budget', '')}"
        found[label] = found.get(label, 0) + 1
    return found
