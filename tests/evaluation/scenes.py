"""Studies with answers and measured pictures, for tests of services, pages and commands."""

from functools import cache
from typing import Any

import pandas as pd
from django.contrib.auth.models import User

from evaluation import ratings
from evaluation.evidence import Evidence
from evaluation.models import Measurement, Report
from evaluation.queries import pairs
from evaluation.reporting.report import compose
from generation.models import Artwork, Collection, Recipe
from generation.recipe import Step, artwork_step
from generation.services import describe
from studies.models import Condition, Item, Participant, Protocol, Response, Stimulus, Study, Trial
from studies.protocol import document, structure
from tests.evaluation.tables import ratings_table
from tests.studies.researcher_scene import NOW, SOURCE, Scene, digest, keep, painted


def answered_study(
    *,
    owner: User | None = None,
    people: int = 3,
    simulated: int = 2,
    slug: str = "judged",
    launched: bool = True,
) -> Study:
    """All pictures made, each rater with twelve answers; nothing measured."""
    scene = Scene(owner, slug=slug, title="Which perturbations do people accept?").generate()
    if launched:
        scene.launch()
    if people:
        scene.take_part(people)
    if simulated:
        scene.take_part(simulated, simulated=True)
    return scene.study


def researcher(name: str) -> User:
    return User.objects.create_user(name, password="paint-dries-slowly")


def measured_as(study: Study, values: dict[str, float]) -> None:
    """Every picture of the study has these values, each a little more than the one before."""
    table = pairs(study).drop_duplicates(["image", "reference"])
    Measurement.objects.bulk_create(
        Measurement(
            image_id=row.image,
            reference_id=row.reference,
            metric=metric,
            version="v",
            provenance={},
            value=value + number / 100,
        )
        for number, row in enumerate(table.itertuples())
        for metric, value in values.items()
    )


@cache
def small_document() -> dict[str, Any]:
    """A report of eight people and six simulated raters, composed once for all page tests."""
    made_up = ratings_table(raters=6, artworks=4, simulated=True, seed=9)
    both = pd.concat([ratings_table(raters=8, artworks=4), made_up])
    return compose(
        title="Which perturbations do people accept?",
        facts=[("Seed", "4")],
        plan={"acceptability": {}},
        evidence=Evidence(ratings.checked(both)),
        participants=None,
        seed=4,
    )


def reported(study: Study, *, answers: int = 120, table: str = "t" * 64) -> Report:
    """A stored report of the study, without computing one."""
    document = {**small_document(), "answers": answers}
    return Report.objects.create(study=study, table_sha256=table, seed=4, document=document)


PAINTERS = {"Ada Faceter": ("Cubism", "historical"), "Bo Dotter": ("Pointillism", "contemporary")}
CELLS = [("clean", "0", "none"), ("glaze", "0.07", "none"), ("glaze", "0.07", "jpeg-75")]
TRIAL = "{kind: mimicry_success, settings: {originals: 2, paintings: 3}}"


class MimicryScene:
    """A study of mimicry row by row: 2 painters × 3 conditions × 2 sets of three small paintings.

    The originals of a set are two; each set begins with another one.
    """

    def __init__(self, *, clip: str = "tiny-clip", analyses: str = "{}", slug: str = "mimicked"):
        self.study = Study.objects.create(slug=slug, title="Do cloaks hold?")
        text = SOURCE.format(
            slug=slug, title="Do cloaks hold?", places=9, items_each=12, per_item=3
        )
        text = text.replace("{kind: acceptability}", TRIAL)
        text = text.replace("perceptual: lpips_squeeze", f"perceptual: lpips_squeeze, clip: {clip}")
        text = text.replace("{acceptability: {}}", analyses)
        stored = document(structure(text))
        Protocol.objects.create(study=self.study, source=text, document=stored, sha256=digest(text))
        self.collection = Collection.objects.create(slug=slug)
        self.pictures = 0
        for painter, (genre, era) in PAINTERS.items():
            columns = {"genre": genre, "era": era}
            originals = [self._artwork(painter, columns, number) for number in range(4)]
            for cell in CELLS:
                self._condition(painter, cell, originals)

    def judged_by(self, raters: int, *, simulated: bool = True) -> "MimicryScene":
        """Every rater answers about every item: low where the art was protected."""
        for rater in range(raters):
            person = Participant.objects.create(
                study=self.study, code=f"P-{rater}", channel="open_link", population="artists",
                simulated=simulated, state="finished", consented_at=NOW, consent_sha256="0" * 64,
                lease_until=NOW, finished_at=NOW, seed=rater,
            )  # fmt: skip
            for position, item in enumerate(self.study.items.select_related("condition")):
                trial = Trial.objects.create(
                    participant=person, item=item, position=position, kind="mimicry_success",
                    answered_at=NOW, shown_at=NOW, rt_ms=5000,
                )  # fmt: skip
                value = 4 if item.condition.levels["protection"] == "clean" else 2
                value += (rater + position) % 2
                Response.objects.create(
                    participant=person, trial=trial, question="mimicry_success",
                    answer=f"point {value}", value=value, scale=5, answered_at=NOW,
                )  # fmt: skip
        return self

    def _artwork(self, painter: str, columns: dict[str, str], number: int) -> Artwork:
        return Artwork.objects.create(
            collection=self.collection, image=keep(painted(self._next())), painter=painter,
            source_name=f"{painter}-{number}.png", source_sha256=digest(f"{painter}{number}"),
            title=f"No. {number}", rights="public_domain", rights_statement="made here",
            notes={"columns": columns},
        )  # fmt: skip

    def _condition(self, painter: str, cell: tuple[str, ...], originals: list[Artwork]) -> None:
        factors = ("artist", "protection", "budget", "purification", "mimicry")
        condition = Condition.objects.create(
            study=self.study, position=self.study.conditions.count(),
            levels=dict(zip(factors, (painter, *cell, "dreambooth"), strict=True)),
        )  # fmt: skip
        for part in range(2):
            shown = originals[2 * part : 2 * part + 2]
            item = Item.objects.create(
                study=self.study, position=self.study.items.count(), condition=condition,
                artwork=shown[0],
            )  # fmt: skip
            for number, artwork in enumerate(shown, start=1):
                self._stimulus(item, f"original-{number}", self._prepared(artwork))
            for number in range(1, 4):
                self._stimulus(item, f"mimicry-{number}", self._painted(number))

    def _stimulus(self, item: Item, slot: str, recipe: Recipe) -> None:
        Stimulus.objects.create(item=item, slot=slot, recipe=recipe, image=recipe.image)

    def _prepared(self, artwork: Artwork) -> Recipe:
        leaf = artwork_step(artwork.image_id)
        (recipe,) = describe(steps=[Step("preparation", "square", {"size": 64}, {"image": leaf})])
        return self._made(recipe)

    def _painted(self, number: int) -> Recipe:
        settings = {"prompt": f"painting {number}", "size": 64}
        (recipe,) = describe(steps=[Step("painting", "prompt", settings, {}, seed=self._next())])
        return self._made(recipe)

    def _made(self, recipe: Recipe) -> Recipe:
        if recipe.image is None:
            recipe.image = keep(painted(self._next()))
            recipe.save()
        return recipe

    def _next(self) -> int:
        self.pictures += 1
        return 1000 + self.pictures
