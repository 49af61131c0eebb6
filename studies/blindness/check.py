"""The blind check of a study: crawled, tested, put on record, told in a certificate."""

from collections.abc import Hashable, Iterator, Mapping
from importlib.metadata import version
from typing import Any

from django.utils import timezone

from generation.progress import Progress, silent
from studies.blindness import certificate
from studies.blindness.crawl import Crawl, crawl
from studies.blindness.observables import as_observations
from studies.blindness.testing import Question, answer
from studies.live.plan import plan_of
from studies.models import Event, Study

ALPHA = 0.05
"""How often a blind study is called leaky, at most."""
SHUFFLES = 1999
EVENT = "blindcheck"
CERTIFICATE = "certificate"
VISIBLE = {"artist"}
"""Factors that the picture itself shows: whose hand it is, is for raters to see."""
WHOLE = "condition"


def blindcheck(
    study: Study,
    *,
    participants: int,
    seed: int,
    site: str = "",
    progress: Progress = silent,
) -> dict[str, Any]:
    """Crawl a live study, test what was seen, keep and return the certificate.

    Raises StudyClosed where the study is not open.
    """
    seen = crawl(study, participants=participants, seed=seed, site=site, progress=progress)
    questions = [
        question for question in (_trials(study, seen), _pictures(study, seen)) if question
    ]
    alpha = ALPHA / max(1, len(questions))
    answers = [
        answer(question, alpha=alpha, shuffles=SHUFFLES, seed=seed) for question in questions
    ]
    made = certificate.make(
        study={
            "slug": study.slug,
            "title": study.title,
            **as_it_is(study),
        },
        crawl=_told(seen, participants, seed, site),
        named=_named(seen),
        answers=answers,
        alpha=ALPHA,
        at=timezone.now().isoformat(timespec="seconds"),
    )
    details = {"verdict": made["verdict"], CERTIFICATE: made}
    Event.objects.create(study=study, kind=EVENT, details=details)
    return made


def as_it_is(study: Study) -> dict[str, Any]:
    """What a certificate is about: it is stale once one of these is another."""
    return {
        "design_sha256": study.protocol.design_sha256,
        "information": study.consent_version,
        "software": version("connoisseur"),
    }


def latest(study: Study) -> dict[str, Any] | None:
    """The certificate of the last blind check of a study."""
    event = study.events.filter(kind=EVENT).order_by("-at", "-pk").first()
    return event.details[CERTIFICATE] if event else None


def _told(seen: Crawl, participants: int, seed: int, site: str) -> dict[str, Any]:
    return {
        "participants": participants,
        "seed": seed,
        "site": site or "answered in this process by the site's own code",
        "trials": len(seen.sights),
        "items": len(seen.items),
        "pictures": seen.pictures,
        "bytes": seen.received,
    }


def _named(seen: Crawl) -> list[dict[str, Any]]:
    """Names that came with some items and not with others, and hashes that came at all."""
    return [
        {"text": text, "items": sorted(items)}
        for text, items in sorted(seen.named.items())
        if len(items) < len(seen.items) or len(text) == 64
    ]


def _trials(study: Study, seen: Crawl) -> Question | None:
    """Does anything about a trial foretell the condition of its item?"""
    known = study.items.filter(position__in=seen.items, condition__isnull=False)
    rows = known.values_list("position", "artwork", "condition__levels")
    cells = {position: (artwork, cell) for position, artwork, cell in rows}
    sights = [sight for sight in seen.sights if sight.item in cells]
    levels: dict[Hashable, Mapping[str, str]] = {
        position: _levels(cell) for position, (_, cell) in cells.items()
    }
    factors = dict(_varying(levels))
    if not factors:
        return None
    return Question(
        name="trials: which condition is it?",
        observations=as_observations([sight.trial for sight in sights]),
        units=[sight.item for sight in sights],
        factors=factors,
        strata=_strata({p: artwork for p, (artwork, _) in cells.items()}, levels, factors),
    )


def _pictures(study: Study, seen: Crawl) -> Question | None:
    """Does anything about a picture foretell which one it is, where the page does not say?"""
    hidden = {slot.name for slot in plan_of(study).kind.slots if not slot.label}
    rows = study.items.filter(position__in=seen.items, stimuli__slot__in=hidden)
    keys = ("position", "stimuli__slot", "stimuli__condition__levels")
    levels: dict[Hashable, Mapping[str, str]] = {
        (position, slot): {"picture": slot, **(_levels(cell) if cell else {})}
        for position, slot, cell in rows.values_list(*keys)
    }
    pairs = [
        ((sight.item, slot), features)
        for sight in seen.sights
        for slot, features in sight.pictures.items()
        if (sight.item, slot) in levels
    ]
    factors = dict(_varying({unit: levels[unit] for unit, _ in pairs}))
    if not factors:
        return None
    return Question(
        name="pictures of a trial: which one is it?",
        observations=as_observations([features for _, features in pairs]),
        units=[unit for unit, _ in pairs],
        factors=factors,
        strata={unit: unit[0] for unit, _ in pairs},
    )


def _levels(cell: Mapping[str, str]) -> dict[str, str]:
    """Levels that a picture does not show by itself, and all of them as one."""
    hidden = {factor: str(level) for factor, level in cell.items() if factor not in VISIBLE}
    return {WHOLE: " · ".join(hidden.values()), **hidden}


def _varying(
    levels: Mapping[Hashable, Mapping[str, str]],
) -> Iterator[tuple[str, dict[Hashable, str]]]:
    """Factors with more than one level, each split of the units told once."""
    names = dict.fromkeys(name for cell in levels.values() for name in cell)
    told: set[tuple[int, ...]] = set()
    for name in names:
        of = {unit: cell.get(name, "") for unit, cell in levels.items()}
        numbers = {level: number for number, level in enumerate(dict.fromkeys(of.values()))}
        split = tuple(numbers[level] for level in of.values())
        if len(numbers) > 1 and split not in told:
            told.add(split)
            yield name, of


def _strata(
    artworks: Mapping[int, int | None],
    levels: Mapping[Hashable, Mapping[str, str]],
    factors: Mapping[str, Any],
) -> dict[Hashable, Hashable]:
    """The artwork, where every artwork comes under several conditions; else all items together."""
    under: dict[int | None, set[str]] = {}
    for position, artwork in artworks.items():
        under.setdefault(artwork, set()).add(levels[position][next(iter(factors))])
    crossed = all(len(cells) > 1 for cells in under.values())
    return {position: artwork if crossed else 0 for position, artwork in artworks.items()}
