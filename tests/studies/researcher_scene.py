"""Studies in each stage of their life, made row by row: small, quick, and without torch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from random import Random

import PIL.Image
from django.contrib.auth.models import User

from generation.models import Artwork, Collection, Image, Job, Recipe
from generation.recipe import Step, artwork_step
from generation.services import describe
from generation.store import get, put_png
from studies.models import (
    Condition,
    Event,
    Item,
    Participant,
    Protocol,
    Response,
    Stimulus,
    Study,
    Trial,
)
from studies.protocol import document, structure
from studies.queries import ancestry

NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)

SOURCE = """\
experiment: {slug}
title: "{title}"
stimuli:
  collection: demo
  preparation: {{method: square, settings: {{size: 64}}}}
  networks: {{autoencoder: sd1_vaelight, perceptual: lpips_squeeze}}
  seed: 20
  protections:
    clean: null
    glaze: {{method: glaze, budgets: [0.03, 0.07], style: {{transfer: gram}}}}
  purifications:
    none: null
    jpeg-75: {{method: jpeg, settings: {{quality: 75}}}}
study:
  trial: {{kind: acceptability}}
  information: You will see pairs of pictures.
  consent: ["I am 18 or older.", "I agree to take part."]
  contact: Alice, alice@example.org
  checks:
    - {{check: expertise}}
    - {{check: practice, settings: {{trials: 2}}}}
  raters: {{participants: {places}, items_each: {items_each}, per_item: {per_item}}}
  debrief: Thank you.
  seed: 7
analysis:
  seed: 11
  analyses: {{acceptability: {{}}}}
"""

LEVELS = [
    ("clean", "0", "none"),
    ("clean", "0", "jpeg-75"),
    ("glaze", "0.03", "none"),
    ("glaze", "0.03", "jpeg-75"),
    ("glaze", "0.07", "none"),
    ("glaze", "0.07", "jpeg-75"),
]
LABELS = {
    "acceptability": ["very unwilling", "unwilling", "undecided", "willing", "very willing"],
    "noticeability": ["not at all", "slightly", "moderately", "strongly", "very"],
}

Picture = PIL.Image.Image


def painted(seed: int) -> Picture:
    """A small made-up picture, different for each seed."""
    rng = Random(seed)
    picture = PIL.Image.new("RGB", (64, 64), tuple(rng.randrange(256) for _ in range(3)))
    for _ in range(12):
        box = [rng.randrange(64) for _ in range(2)]
        size = (rng.randrange(6, 30), rng.randrange(6, 30))
        picture.paste(
            tuple(rng.randrange(256) for _ in range(3)), (*box, box[0] + size[0], box[1] + size[1])
        )
    return picture


@dataclass
class Scene:
    """One study with its artworks, conditions, items and pictures; more on demand."""

    owner: User | None
    slug: str = "acceptability-demo"
    title: str = "Which perturbations do people accept?"
    works: Sequence[tuple[str, str]] = (
        ("Claude Monet", "Water Lilies"),
        ("Berthe Morisot", "The Cradle"),
        ("Utagawa Hiroshige", "Sudden Shower"),
    )
    paint: Callable[[int], Picture] = painted
    places: int = 60
    items_each: int = 12
    per_item: int = 5
    seed: int = 20
    study: Study = field(init=False)
    items: list[Item] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        """A draft whose pictures nobody has asked for yet."""
        self.study = Study.objects.create(slug=self.slug, title=self.title, owner=self.owner)
        self._protocol()
        conditions = [
            Condition.objects.create(
                study=self.study,
                position=position,
                levels=dict(
                    zip(
                        ("artist", "protection", "budget", "purification", "mimicry"),
                        (painter, *levels, "none"),
                        strict=True,
                    )
                ),
            )
            for position, (painter, levels) in enumerate(
                (painter, levels) for painter in self.painters for levels in LEVELS
            )
        ]
        for number, (painter, title) in enumerate(self.works):
            artwork, prepared = self._artwork(number, painter, title)
            for condition in conditions:
                if condition.levels["artist"] == painter:
                    self._item(artwork, condition, prepared, number)
        Event.objects.create(study=self.study, actor=self.owner, kind="applied")

    @property
    def painters(self) -> list[str]:
        return list(dict.fromkeys(painter for painter, _ in self.works))

    def _protocol(self) -> None:
        text = SOURCE.format(
            slug=self.slug,
            title=self.title,
            places=self.places,
            items_each=self.items_each,
            per_item=self.per_item,
        )
        stored = document(structure(text))
        Protocol.objects.create(study=self.study, source=text, document=stored, sha256=digest(text))

    def _artwork(self, number: int, painter: str, title: str) -> tuple[Artwork, Step]:
        collection, _ = Collection.objects.get_or_create(slug="demo", title="Demo collection")
        image = keep(self.paint(number))
        artwork, _ = Artwork.objects.get_or_create(
            collection=collection,
            image=image,
            defaults={
                "source_name": f"{number}.png",
                "source_sha256": image.sha256,
                "painter": painter,
                "title": title,
                "rights": "public_domain",
                "rights_statement": "died before 1950",
            },
        )
        prepared = Step(
            "preparation", "square", {"size": 64}, {"image": artwork_step(image.sha256)}
        )
        return artwork, prepared

    def _item(self, artwork: Artwork, condition: Condition, prepared: Step, number: int) -> None:
        item = Item.objects.create(
            study=self.study, position=len(self.items), condition=condition, artwork=artwork
        )
        self.items.append(item)
        levels = condition.levels
        altered = prepared
        if levels["protection"] != "clean":
            settings = {"budget": float(levels["budget"]), "number": number}
            altered = Step("protection", "glaze", settings, {"image": altered}, seed=self.seed)
        if levels["purification"] != "none":
            altered = Step("purification", "jpeg", {"quality": 75}, {"image": altered})
        for slot, step in (("original", prepared), ("altered", altered)):
            (recipe,) = describe(steps=[step])
            Stimulus.objects.create(item=item, slot=slot, recipe=recipe)

    @property
    def recipes(self) -> list[Recipe]:
        """Every recipe of the study's pictures, inputs before what is made from them."""
        steps = ("preparation", "protection", "purification")
        found = Recipe.objects.filter(key__in=ancestry(stimuli_keys(self.study)))
        return sorted(found, key=lambda recipe: (steps.index(recipe.kind), recipe.key))

    # what happens to it

    def request(self) -> "Scene":
        """Somebody asked for the pictures; nothing is made yet."""
        for recipe in self.recipes:
            if recipe.image_id is None:
                Job.objects.create(recipe=recipe, group="g", state=Job.State.READY)
        return self

    def generate(self, upto: int | None = None, failed: int = 0) -> "Scene":
        """The first `upto` pictures are made, the next `failed` could not be."""
        if not Job.objects.filter(recipe__in=self.recipes).exists():
            self.request()
        missing = [recipe for recipe in self.recipes if recipe.image_id is None]
        end = len(missing) if upto is None else upto
        for number, recipe in enumerate(missing[:end]):
            recipe.image = keep(self._altered(recipe, number))
            recipe.realised = {"linf": 0.0314, "l2": 1.274, "lpips": 0.0298}
            recipe.save()
        done = Job.objects.filter(recipe__in=missing[:end])
        done.update(state=Job.State.DONE, progress=1.0)
        Job.objects.filter(recipe__in=missing[end : end + failed]).update(
            state=Job.State.FAILED,
            message="protection glaze ran out of memory, even alone: use a smaller size.",
        )
        running = Job.objects.filter(recipe__in=missing[end + failed : end + failed + 2])
        running.update(state=Job.State.RUNNING, progress=0.4, message="step 24 of 60")
        return self

    def _altered(self, recipe: Recipe, number: int) -> Picture:
        source = recipe.input_links.get().source
        picture = opened(source.image)
        if recipe.kind == "preparation":
            side = min(picture.size)
            return picture.crop((0, 0, side, side))
        strength = recipe.document["settings"].get("budget", 0.01)
        noise = PIL.Image.effect_noise(picture.size, 900 * strength).convert("RGB")
        return PIL.Image.blend(picture, noise, min(1.0, 3 * strength))

    def launch(self, state: str = Study.State.LIVE) -> "Scene":
        """Frozen and open (or paused, or closed)."""
        Stimulus.objects.filter(item__study=self.study).update(rendition_sha256="0" * 64)
        for stimulus in Stimulus.objects.filter(item__study=self.study).select_related("recipe"):
            stimulus.image_id = stimulus.recipe.image_id
            stimulus.save()
        self.study.state = state
        self.study.launched_at = NOW - timedelta(days=2)
        if state == Study.State.CLOSED:
            self.study.closed_at = NOW
        self.study.save()
        protocol = self.study.protocol
        Protocol.objects.filter(pk=protocol.pk).update(
            design_sha256=digest(self.slug), frozen_at=NOW - timedelta(days=2)
        )
        self.study.refresh_from_db()
        Event.objects.create(study=self.study, actor=self.owner, kind="launched")
        return self

    def take_part(
        self, number: int, *, simulated: bool = False, state: str = "finished", answers: int = 12
    ) -> "Scene":
        """`number` participants who each answered the first `answers` of their trials."""
        for _ in range(number):
            self._person(simulated, state, answers)
        return self

    def _person(self, simulated: bool, state: str, answers: int) -> None:
        count = Participant.objects.filter(study=self.study).count()
        rng = Random(count)
        started = NOW - timedelta(hours=40) + timedelta(minutes=17 * count)
        person = Participant.objects.create(
            study=self.study,
            code=f"P-{digest(f'{self.slug}{count}')[:5].upper()}",
            channel="open_link",
            population=rng.choice(["artists", "general public"]),
            simulated=simulated,
            state=state,
            consented_at=started,
            consent_sha256="0" * 64,
            lease_until=started + timedelta(minutes=90),
            finished_at=started + timedelta(minutes=14) if state == "finished" else None,
            seed=count,
        )
        chosen = [
            self.items[(count * 5 + step) % len(self.items)] for step in range(self.items_each)
        ]
        for position, item in enumerate(chosen):
            answered = started + timedelta(seconds=40 * position) if position < answers else None
            self._trial(person, item, position, answered, rng)

    def _trial(
        self, person: Participant, item: Item, position: int, answered: datetime | None, rng: Random
    ) -> None:
        trial = Trial.objects.create(
            participant=person,
            item=item,
            position=position,
            kind="acceptability",
            answered_at=answered,
            rt_ms=rng.randrange(3000, 20000) if answered else None,
            released=answered is None and person.state == "lapsed",
        )
        if answered is None:
            return
        Response.objects.bulk_create(
            Response(
                participant=person,
                trial=trial,
                question=question,
                answer=labels[point - 1],
                value=point,
                scale=5,
                answered_at=answered,
            )
            for question, labels in LABELS.items()
            for point in [rng.randrange(1, 6)]
        )


def stimuli_keys(study: Study) -> list[str]:
    """Keys of the recipes of the pictures that raters see."""
    return list(Stimulus.objects.filter(item__study=study).values_list("recipe", flat=True))


def keep(picture: Picture) -> Image:
    """The row of a picture whose bytes are in the store."""
    buffer = BytesIO()
    picture.convert("RGB").save(buffer, "PNG")
    return put_png(buffer.getvalue())


def opened(image: Image | None) -> Picture:
    """The picture of a row."""
    assert image is not None
    return PIL.Image.open(BytesIO(get(image.sha256))).convert("RGB")


def digest(text: str) -> str:
    """64 hexadecimal digits."""
    return sha256(text.encode()).hexdigest()
