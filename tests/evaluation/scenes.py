"""Studies with answers and measured pictures, for tests of services, pages and commands."""

from functools import cache
from typing import Any

import pandas as pd
from django.contrib.auth.models import User

from evaluation import measurements, ratings
from evaluation.models import Measurement, Report
from evaluation.queries import pairs
from evaluation.report import compose
from studies.models import Study
from tests.evaluation.tables import ratings_table
from tests.studies.researcher_scene import Scene


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
        ratings=ratings.checked(both),
        measurements=measurements.empty(),
        participants=None,
        seed=4,
    )


def reported(study: Study, *, answers: int = 120, table: str = "t" * 64) -> Report:
    """A stored report of the study, without computing one."""
    document = {**small_document(), "answers": answers}
    return Report.objects.create(study=study, table_sha256=table, seed=4, document=document)
