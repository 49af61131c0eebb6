"""Studies with answers and measured pictures, for tests of services, pages and commands."""

from django.contrib.auth.models import User

from evaluation.models import Measurement
from evaluation.queries import pairs
from studies.models import Study
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
