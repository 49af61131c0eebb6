"""Small live studies made of drawn pictures: no image method and no network runs."""

import hashlib
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import numpy as np
import PIL.Image
import yaml
from django.utils import timezone

from generation import store
from generation.models import Artwork, Collection, Image, Recipe, Rights
from studies import fieldwork, protocol
from studies.live.plan import plan_of
from studies.models import Condition, Item, Participant, Protocol, Stimulus, Study
from studies.showing import renditions

PAINTERS = ("Ada Azure", "Bruno Burnt-Sienna", "Cleo Cerulean")
STRENGTHS = (0.0, 2.0, 6.0, 14.0, 30.0)
"""Standard deviation of the noise (of 255) that stands for each condition; 0 is clean."""


def experiment_text(
    slug: str = "drawn", raters: Mapping[str, int] | None = None, **study: Any
) -> str:
    """An experiment file; `study` replaces parts of its study section."""
    return yaml.safe_dump(
        {
            "experiment": slug,
            "title": "Which changes do people accept?",
            "stimuli": {
                "collection": "drawn",
                "preparation": {"method": "square", "settings": {"size": 32}},
                "seed": 1,
                "protections": {"clean": None},
            },
            "study": {
                "trial": {"kind": "acceptability"},
                "information": "We look at **pictures** together.\n\nIt takes ten minutes.",
                "consent": ["I am 18 or older.", "I take part of my own free will."],
                "contact": "Kim Keeper, kim@example.org",
                "checks": [
                    {"check": "expertise"},
                    {"check": "practice", "settings": {"trials": 2}},
                ],
                "raters": {"participants": 10, "items_each": 6, "per_item": 5, **(raters or {})},
                "debrief": "Some pictures were *cloaked*. Thank you!",
                "seed": 7,
                **study,
            },
            "analysis": {"seed": 11},
        }
    )


def live_study(
    *,
    slug: str = "drawn",
    artworks: int = 4,
    conditions: int = 3,
    practice: int = 2,
    size: int = 32,
    raters: Mapping[str, int] | None = None,
    state: str = Study.State.LIVE,
    frozen: bool = True,
    **study_section: Any,
) -> Study:
    """A launched study of `artworks` × `conditions` items with renditions, ready for raters."""
    text = experiment_text(slug, raters, **study_section)
    experiment = protocol.structure(text)
    study = Study.objects.create(
        slug=slug, title=experiment.title, state=state, launched_at=timezone.now()
    )
    design = Protocol.objects.create(
        study=study,
        source=text,
        document=protocol.document(experiment),
        sha256=protocol.sha256(experiment),
    )
    _items(study, artworks, conditions, practice, size)
    renditions.fix(study)
    if frozen:
        design.design_sha256, design.frozen_at = "d" * 64, timezone.now()
        design.save()
    return Study.objects.select_related("protocol").get(pk=study.pk)


def enrolled(study: Study, **options: Any) -> Participant:
    """A participant who agreed and answered the questions about the person."""
    participant = fieldwork.enrol(
        study=study, consent_sha256=plan_of(study).consent_sha256, **options
    )
    if not fieldwork.is_described(participant):
        fieldwork.describe(participant=participant, answers=a_person(study))
    return participant


def a_person(study: Study, choice: int = 0) -> dict[str, str]:
    """Answers to the questions about the person."""
    return {q.name: q.choices[choice] for q in plan_of(study).person_questions}


def an_answer(study: Study, point: int = 4) -> dict[str, int]:
    """The same point for every question of a trial."""
    return {question.name: point for question in plan_of(study).kind.questions}


def finish(participant: Participant, count: int | None = None) -> int:
    """Answer up to `count` trials (all when None); returns how many."""
    done = 0
    while count is None or done < count:
        trial = fieldwork.next_trial(participant)
        if trial is None:
            break
        fieldwork.record(trial=trial, answers=an_answer(participant.study))
        done += 1
    return done


def drawn(seed: int, size: int, noise: float = 0.0) -> bytes:
    """A PNG of soft coloured waves, with noise over them."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:size, 0:size] / size
    waves = [
        128 + 90 * np.sin(2 * np.pi * (x * rng.uniform(0.5, 3) + y * rng.uniform(0.5, 3) + phase))
        for phase in rng.random(3)
    ]
    pixels = np.stack(waves, axis=-1) + noise * rng.standard_normal((size, size, 3))
    file = BytesIO()
    PIL.Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


def _items(study: Study, artworks: int, conditions: int, practice: int, size: int) -> None:
    collection, _ = Collection.objects.get_or_create(slug="drawn")
    kind = plan_of(study).kind
    cells = [
        Condition.objects.create(
            study=study,
            position=position,
            levels={
                "artist": "any",
                "protection": "glaze" if position else "clean",
                "budget": f"{STRENGTHS[position % 5] / 255:.4f}",
                "purification": "none",
                "mimicry": "none",
            },
        )
        for position in range(conditions)
    ]
    judged = [(a, cell) for a in range(artworks) for cell in cells]
    rehearsed = [(artworks + n, None) for n in range(practice)]
    for position, (number, cell) in enumerate([*judged, *rehearsed], start=1):
        item = Item.objects.create(
            study=study,
            position=position,
            condition=cell,
            artwork=_artwork(collection, number, size),
            practice=cell is None,
        )
        strength = STRENGTHS[cell.position % 5 if cell else 3]
        for slot in kind.slots:
            noise = strength if slot.shows == "condition" else 0.0
            _stimulus(item, slot.name, number, size, noise)


def _artwork(collection: Collection, number: int, size: int) -> Artwork:
    image = _image(drawn(number, size))
    return Artwork.objects.get_or_create(
        collection=collection,
        image=image,
        defaults={
            "source_name": f"{number}.png",
            "source_sha256": image.sha256,
            "painter": PAINTERS[number % len(PAINTERS)],
            "title": f"Waves in secret {number}",
            "rights": Rights.PUBLIC_DOMAIN,
            "rights_statement": "drawn by a test",
        },
    )[0]


def _stimulus(item: Item, slot: str, number: int, size: int, noise: float) -> None:
    image = _image(drawn(number, size, noise))
    key = hashlib.sha256(f"{image.sha256}/{noise}".encode()).hexdigest()
    recipe, _ = Recipe.objects.get_or_create(
        key=key,
        defaults={
            "kind": "protection",
            "method": "glaze",
            "document": {"noise": noise, "image": image.sha256},
            "image": image,
        },
    )
    Stimulus.objects.create(item=item, slot=slot, recipe=recipe, image=image)


def _image(data: bytes) -> Image:
    return store.put_png(data)
