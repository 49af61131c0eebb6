"""A study's life: applied, generated, launched, paused, closed; and frozen when it is launched."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model

from generation import working
from generation.models import Job, Recipe
from studies import queries, services
from studies.models import Condition, Event, Item, Stimulus, Study
from studies.models.frozen import FrozenError
from studies.protocol import ProtocolError
from studies.services import StudyError
from tests.studies.paintings import import_paintings, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    import_paintings()
    return services.apply(text=text())


def made(study: Study) -> Study:
    services.generate(study=study)
    working.work_off(wait=False)
    return study


def launched(study: Study) -> Study:
    return services.launch(study=made(study))


def test_applying_lays_out_conditions_items_and_recipes(study: Study) -> None:
    # three painters with two artworks each × clean × (none, jpeg-15), and two practice items
    assert study.conditions.count() == 3 * 1 * 2
    assert study.items.filter(practice=False).count() == 2 * 6
    assert study.items.filter(practice=True, condition=None).count() == 2
    assert Stimulus.objects.filter(item__study=study).count() == 2 * (12 + 2)
    assert study.protocol.document["study"]["raters"]["lease_minutes"] == 90


def test_every_item_shows_the_original_and_what_its_condition_made_of_it(study: Study) -> None:
    item = study.items.get(position=3)
    assert item.condition is not None
    assert item.condition.levels["purification"] == "jpeg-15"
    slots = {stimulus.slot: stimulus.recipe for stimulus in item.stimuli.all()}
    assert slots["original"].kind == "preparation"
    assert slots["altered"].method == "jpeg"
    assert slots["altered"].document["inputs"] == {"image": slots["original"].key}


def test_practice_pictures_are_not_judged_where_the_collection_has_others(study: Study) -> None:
    practised = set(study.items.filter(practice=True).values_list("artwork", flat=True))
    judged = set(study.items.filter(practice=False).values_list("artwork", flat=True))
    # Ada has a third picture, which the study does not use; the second one must be shared
    assert len(practised - judged) == 1
    notes = study.events.get(kind="applied").details["notes"]
    assert notes == [
        "1 of 2 practice pictures are also judged in the study: the collection has no others."
    ]


def test_a_draft_costs_no_work_until_it_is_generated(study: Study) -> None:
    assert not Job.objects.exists()
    assert services.generate(study=study) == Recipe.objects.exclude(kind="artwork").count()
    assert queries.making(study).moving


def test_applying_the_same_file_again_changes_nothing(study: Study) -> None:
    before = list(study.items.values_list("pk", flat=True))
    again = services.apply(text=text())
    assert again == study
    assert list(again.items.values_list("pk", flat=True)) == before
    assert study.events.count() == 1


def test_applying_a_changed_file_brings_the_draft_in_line(study: Study) -> None:
    services.apply(text=text(stimuli__purifications={"none": None}, title="New"))
    study.refresh_from_db()
    assert study.title == "New"
    assert study.items.filter(practice=False).count() == 6
    assert list(study.items.values_list("position", flat=True)) == list(range(1, 9))


def test_work_that_a_changed_file_no_longer_needs_is_cancelled(study: Study) -> None:
    services.generate(study=study)
    services.apply(text=text(experiment="other", stimuli__purifications={"none": None}))
    services.apply(text=text(stimuli__purifications={"none": None, "jpeg-9": {"method": "jpeg"}}))
    states = dict(Job.objects.values_list("recipe__kind", "state").distinct())
    assert states == {"preparation": Job.State.READY, "purification": Job.State.CANCELLED}


def test_work_that_another_study_needs_goes_on(study: Study) -> None:
    services.generate(study=study)
    services.apply(text=text(experiment="other"))
    services.apply(text=text(stimuli__purifications={"none": None}))
    assert not Job.objects.filter(state=Job.State.CANCELLED).exists()


def test_a_grown_collection_is_noticed(study: Study) -> None:
    import_paintings({"Dora Dun": 2}, first=200)
    assert services.apply(text=text()).items.filter(practice=False).count() == 16


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stimuli__collection": "demmo"}, "There is no collection “demmo”"),
        ({"stimuli__select": {"painters": ["Ada Azur"]}}, "Did you mean “Ada Azure”"),
        ({"stimuli__select": {"artworks_per_painter": 9}}, "No painter"),
        ({"stimuli__skip": [{"protection": "clean"}]}, None),
        ({"stimuli__skip": [{"protection": ["clean"]}]}, "every condition"),
        ({"stimuli__skip": [{"artist": ["Zoe"]}]}, "Zoe"),
    ],
)
def test_what_cannot_be_served_is_refused_and_leaves_nothing(
    changes: dict[str, Any], words: str | None
) -> None:
    import_paintings()
    with pytest.raises(StudyError if words else ProtocolError, match=words):
        services.apply(text=text(**changes))
    assert not Study.objects.exists()
    assert not Recipe.objects.exists()


def test_a_draft_belongs_to_whoever_applied_it_first(study: Study) -> None:
    alice, charlie, root = (
        get_user_model().objects.create_user(name, is_superuser=name == "root")
        for name in ("alice", "charlie", "root")
    )
    assert services.apply(text=text(title="By Alice"), owner=alice).owner == alice
    with pytest.raises(StudyError, match="is taken"):
        services.apply(text=text(title="By Charlie"), owner=charlie)
    assert services.apply(text=text(title="By root"), owner=root).owner == alice


def test_launching_without_pictures_is_refused_in_a_sentence(study: Study) -> None:
    with pytest.raises(StudyError, match=r"pictures are not made yet.*generate small"):
        services.launch(study=study)
    study.refresh_from_db()
    assert study.state == Study.State.DRAFT
    assert not study.protocol.design_sha256


def test_launching_freezes_pictures_and_design_under_one_hash(study: Study) -> None:
    actor = get_user_model().objects.create_user("alice")
    live = services.launch(study=made(study), actor=actor)
    assert live.state == Study.State.LIVE
    assert live.launched_at
    assert live.protocol.design_sha256 == services.design_sha256(live)
    stimuli = Stimulus.objects.filter(item__study=live)
    assert not stimuli.filter(image=None).exists()
    assert not stimuli.filter(rendition_sha256="").exists()
    event = live.events.get(kind="launched")
    assert event.actor == actor
    assert event.details["design_sha256"] == live.protocol.design_sha256


def test_the_same_file_over_the_same_pictures_has_the_same_hash(study: Study) -> None:
    first = services.design_sha256(launched(study))
    copy = services.apply(text=text(experiment="copy"))
    copied = services.design_sha256(launched(copy))
    assert first != copied  # the name is part of the protocol
    for change in ({"stimuli__seed": 21}, {"study__seed": 8}):
        other = services.apply(text=text(experiment="copy-2", **change))
        assert services.design_sha256(launched(other)) not in (first, copied)
        Study.objects.filter(pk=other.pk).update(slug=f"x{other.pk}")


def test_launching_without_a_clean_arm_is_recorded_with_a_warning() -> None:
    import_paintings()
    jpeg = {"jpeg": {"method": "jpeg"}}
    live = launched(services.apply(text=text(stimuli__purifications=jpeg)))
    assert "no clean arm" in live.events.get(kind="launched").details["warnings"][0]


def test_launching_twice_is_refused_and_recorded_once(study: Study) -> None:
    launched(study)
    with pytest.raises(StudyError, match="cannot be launched"):
        services.launch(study=Study.objects.get(pk=study.pk))
    with pytest.raises(StudyError, match="cannot be launched"):
        services.launch(study=study)  # a stale row, still called a draft
    assert study.events.filter(kind="launched").count() == 1


def test_nothing_in_a_launched_design_can_change(study: Study) -> None:
    launched(study)
    item = Item.objects.filter(study=study).select_related("condition").first()
    assert item is not None
    stimulus = item.stimuli.get(slot="altered")
    protocol = Study.objects.get(pk=study.pk).protocol
    with pytest.raises(StudyError, match="frozen"):
        services.apply(text=text(stimuli__seed=99))
    for change in (
        protocol.save,
        protocol.delete,
        item.save,
        item.delete,
        stimulus.save,
        stimulus.delete,
        item.condition.save,  # type: ignore[union-attr]
        lambda: Item.objects.filter(study=study).update(practice=True),
        lambda: Item.objects.filter(study=study).delete(),
        lambda: Condition.objects.filter(study=study).update(levels={}),
        lambda: Stimulus.objects.filter(item__study=study).update(image=None),
        lambda: Condition.objects.create(study=study, position=99, levels={}),
        lambda: Item.objects.bulk_create([Item(study=study, position=99, artwork=item.artwork)]),
        lambda: Stimulus.objects.bulk_update([stimulus], ["slot"]),
    ):
        with pytest.raises(FrozenError):
            change()


def test_a_live_study_pauses_resumes_and_closes_with_a_record_of_who(study: Study) -> None:
    actor = get_user_model().objects.create_user("alice")
    live = launched(study)
    assert services.pause(study=live, actor=actor).state == Study.State.PAUSED
    assert services.resume(study=live, actor=actor).state == Study.State.LIVE
    closed = services.close(study=live, actor=actor)
    assert closed.state == Study.State.CLOSED
    assert closed.closed_at
    kinds = list(Event.objects.filter(actor=actor).values_list("kind", flat=True))
    assert kinds == ["paused", "resumed", "closed"]


@pytest.mark.parametrize(
    ("state", "verb"),
    [
        ("draft", "pause"),
        ("draft", "resume"),
        ("draft", "close"),
        ("live", "resume"),
        ("paused", "pause"),
        ("closed", "pause"),
        ("closed", "resume"),
        ("closed", "close"),
        ("closed", "launch"),
        ("paused", "launch"),
    ],
)
def test_wrong_moves_are_refused_and_not_recorded(study: Study, state: str, verb: str) -> None:
    Study.objects.filter(pk=study.pk).update(state=state)
    study.refresh_from_db()
    with pytest.raises(StudyError, match=f"is {state}; it cannot be"):
        getattr(services, verb)(study=study)
    study.refresh_from_db()
    assert study.state == state
    assert study.events.count() == 1
