"""Many press the same button at once on PostgreSQL: one study, one launch, one record of it."""

from collections import Counter

import pytest
from django.db import connection

from generation import working
from studies import services
from studies.models import Item, Study
from tests.studies.paintings import import_paintings, text
from tests.studies.races import together

pytestmark = [
    pytest.mark.services,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="DATABASE_URL names no server"),
    pytest.mark.django_db(transaction=True),
]


def test_a_file_that_is_applied_many_times_at_once_gives_one_study():
    import_paintings()
    results = together(12, lambda number: services.apply(text=text(study__seed=number % 2)))
    assert {type(result) for result in results} == {Study}
    study = Study.objects.get()
    positions = list(Item.objects.values_list("position", flat=True))
    assert positions == list(range(1, 15))
    assert services.apply(text=study.protocol.source).events.count() == study.events.count()


def test_a_study_that_is_launched_many_times_at_once_is_launched_once():
    import_paintings()
    study = services.apply(text=text())
    services.generate(study=study)
    working.work_off(wait=True)
    results = together(8, lambda _: services.launch(study=study))
    assert Counter(type(result).__name__ for result in results) == {"Study": 1, "StudyError": 7}
    study.refresh_from_db()
    assert study.state == Study.State.LIVE
    assert study.events.filter(kind="launched").count() == 1
    assert study.protocol.design_sha256 == services.design_sha256(study)


def test_applying_while_launching_never_changes_what_was_frozen():
    import_paintings()
    study = services.apply(text=text())
    services.generate(study=study)
    working.work_off(wait=True)

    def act(number: int) -> object:
        if number == 0:
            return services.launch(study=study)
        return services.apply(text=text(title=f"Title {number}"))

    together(6, act)
    study = Study.objects.get()
    if study.state == Study.State.LIVE:
        assert study.protocol.design_sha256 == services.design_sha256(study)
    else:
        assert not study.protocol.design_sha256
