"""A study as its report tells of it: what was asked and shown, how it was made, what changed."""

from collections import Counter
from collections.abc import Mapping, Sequence

from django.db.models import Q
from pandas import DataFrame

from evaluation.reporting import methods, papers
from evaluation.reporting.about import About, Amendment, Asked, Passage
from evaluation.reporting.methods import Described, Network
from evaluation.reporting.report import Plan
from generation.models import Recipe, Rights
from studies.live.plan import plan_of
from studies.models import Event, Stimulus, Study
from studies.queries import ancestry
from studies.questions import Question

CHANGES: Mapping[str, str] = {
    "paused": "The study was paused: nobody could start.",
    "resumed": "The study was opened again.",
    "closed": "The study was closed.",
    "amended": "Amendment.",
}
"""Kinds of events after the launch that a report tells of."""
NO_REASON = "no reason was given"


def about(study: Study, ratings: DataFrame, plan: Plan, seed: int, versions: str) -> About:
    """What the report says of the study itself."""
    told = _described(study)
    used = methods.used(told.protocol, told.networks)
    used += [f"analyses/{name}" for name in plan]
    used += [f"metrics/{name}" for name in _metrics(plan)]
    references = [
        {"key": each.key, "text": each.text, "bibtex": each.bibtex} for each in papers.cited(used)
    ]
    return About(
        asked=tuple(told.asked),
        trial=told.trial,
        seen=tuple(told.seen),
        recruited=told.recruited,
        launched=study.launched_at is not None,
        amendments=tuple(amendments(study, ratings)),
        methods=(*methods.passages(told), methods.analyses(plan, seed, versions)),
        papers=tuple(references),
    )


def elsewhere(plan: Plan, seed: int, versions: str) -> About:
    """The same for a table that was collected elsewhere: only what was computed is known."""
    used = [f"analyses/{name}" for name in plan]
    used += [f"metrics/{name}" for name in _metrics(plan)]
    references = [
        {"key": each.key, "text": each.text, "bibtex": each.bibtex} for each in papers.cited(used)
    ]
    source = Passage(
        "Data",
        ("The answers were collected elsewhere and handed over as a table; how pictures were made"
         " and raters were found is not known to this program.",),
    )  # fmt: skip
    return About(methods=(source, methods.analyses(plan, seed, versions)), papers=tuple(references))


def amendments(study: Study, ratings: DataFrame) -> list[Amendment]:
    """What changed after the launch, with the answers on either side."""
    events = Event.objects.filter(study=study, participant=None, kind__in=CHANGES).order_by("pk")
    when = ratings["answered_at"]
    return [
        Amendment(
            at=f"{event.at:%Y-%m-%dT%H:%M:%SZ}",
            what=CHANGES[event.kind],
            reason=str(event.details.get("reason") or NO_REASON),
            before=int((when <= event.at).sum()),
            after=int((when > event.at).sum()),
        )
        for event in events
    ]


def _described(study: Study) -> Described:
    plan, frozen = plan_of(study), study.protocol
    kind = plan.kind
    judged = study.items.filter(practice=False, gold="")
    pictured = judged.exclude(artwork=None).order_by()
    works = pictured.values("artwork").distinct().values_list(
        "artwork", "artwork__painter", "artwork__rights"
    )  # fmt: skip
    rights = Counter(Rights(right).label for _, _, right in works)
    hashes = {"the protocol": frozen.sha256, "the design": frozen.design_sha256}
    return Described(
        protocol=frozen.document,
        artworks=len(works),
        painters=sorted({painter for _, painter, _ in works}),
        conditions=study.conditions.filter(_judged()).distinct().count(),
        items=judged.count(),
        practice=study.items.filter(practice=True).count(),
        networks=_networks(study),
        rights=dict(sorted(rights.items())),
        hashes=hashes if frozen.design_sha256 else {},
        asked=[_asked(question) for question in kind.questions],
        trial=kind.label,
        seen=kind.instructions,
        recruited=_recruited(study, type(plan.channel).label),
    )


def _judged() -> Q:
    """Conditions of items, or of pictures where an item compares several."""
    return Q(items__practice=False) | Q(stimuli__item__practice=False)


def _asked(question: Question) -> Asked:
    """With the answers as they were shown: pictures by their letters, never by their slots."""
    groups = question.groups(question.labels)
    shown = tuple(choice.words for choice in groups[0].choices) if groups else question.labels
    points = question.measured in ("ordinal", "interval")
    return Asked(question.name, question.text, shown, question.hint, numbered=points)


def _recruited(study: Study, channel: str) -> str:
    people = study.participants.filter(simulated=False)
    channels = sorted(set(people.values_list("channel", flat=True)))
    named = channel.lower() if len(channels) < 2 else ", ".join(channels)
    return f"Participants came by this way: {named.replace('_', ' ')}."


def _networks(study: Study) -> Sequence[Network]:
    """Every network that had a part in the study's pictures, each once, by role."""
    keys = ancestry(Stimulus.objects.filter(item__study=study).values_list("recipe", flat=True))
    documents = Recipe.objects.filter(pk__in=keys).values_list("document__networks", flat=True)
    found = {
        (role, each["id"], each.get("revision", ""), each["sha256"])
        for networks in documents
        for role, each in networks.items()
    }
    return [Network(*each) for each in sorted(found)]


def _metrics(plan: Plan) -> list[str]:
    """Names of the metrics that a plan's settings name."""
    names: list[str] = []
    for settings in plan.values():
        for entry in (*settings.get("metrics", ()), *_single(settings.get("metric"))):
            name = next(iter(entry)) if isinstance(entry, dict) else str(entry)
            names.append(name.partition("(")[0].partition(".")[0])
    return list(dict.fromkeys(names))


def _single(value: object) -> list[object]:
    return [] if value is None else [value]
