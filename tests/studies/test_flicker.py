"""Flicker under guard: what is computed before launch, refused, slowed down, told and frozen."""

from typing import Any

import numpy as np
import pytest
from django.urls import reverse

from evaluation.analyses.jnd import Jnd
from evaluation.queries import evidence
from evaluation.ratings import checked
from generation import store, working
from studies import fieldwork, services
from studies.drafting import readiness
from studies.models import Event, PairFlash, Study
from studies.models.frozen import FrozenError
from studies.showing import flashes
from studies.showing.flicker import (
    FASTEST,
    Flicker,
    expected,
    flicker_of,
    pairs_of,
    refusal,
    verdict,
)
from studies.showing.photosensitivity import MOST, Flash
from studies.simulation import simulate
from studies.tables.comparisons import comparisons
from studies.trials import TRIALS, slots_of
from tests.studies.comparing_scene import live
from tests.studies.factories import enrolled, live_study
from tests.studies.paintings import import_paintings, text

LADDER = {"blur": {"method": "gaussian_blur", "strengths": ["1", "2", "4"]}}
HARMLESS, HARMFUL = Flash(0.1, 0.0), Flash(0.9, 0.3)


def flickering(**settings: Any) -> Study:
    return live_study(
        frozen=False,
        trial={"kind": "flicker", "settings": settings},
        checks=[],
        practice=0,
        raters={"participants": 10, "items_each": 2},
    )


def triplets(presentation: str = "both", **changes: Any) -> str:
    settings = {"presentation": presentation, **changes.pop("settings", {})}
    return text(
        **{
            "stimuli__purifications": {"none": None},
            "stimuli__degradations": LADDER,
            "study__trial": {"kind": "aic3_triplet", "settings": settings},
            "study__compare": {"factors": ["degradation", "dose"]},
            **changes,
        }
    )


def test_more_than_three_rounds_a_second_are_slowed_down_or_refused_where_something_flashes():
    asked = Flicker(8.0, "hold", 2.0)
    exact = Flicker(8.0, "hold", 2.0, exact=True)
    assert "runs at 8 rounds" in verdict(asked, [HARMLESS])
    assert "1 of them lie above it" in verdict(asked, [HARMLESS, HARMFUL])
    assert "runs at 3 rounds" in verdict(asked, [HARMLESS, HARMFUL])
    assert refusal(asked, {"a pair": HARMFUL}) == ""
    assert refusal(exact, {"a pair": HARMLESS}) == ""
    said = refusal(exact, {"mild": HARMLESS, "item 4": HARMFUL})
    assert "luminance changes in 90%" in said
    assert "(item 4)" in said


def test_before_there_are_pictures_the_check_says_what_will_be_allowed():
    assert "allowed for any pictures" in expected(Flicker(2.0, "hold", 2.0))
    assert "3 are shown instead" in expected(Flicker(8.0, "hold", 2.0))
    assert "cannot be launched" in expected(Flicker(8.0, "hold", 2.0, exact=True))


def test_pairs_that_may_alternate_are_all_pairs_of_the_screens_that_flicker():
    assert list(pairs_of(TRIALS.build("flicker"))) == [("original", "altered")]
    assert list(pairs_of(TRIALS.build("in_place"))) == []
    both = TRIALS.build("aic3_triplet", {"presentation": "both"})
    assert set(pairs_of(both)) == {
        ("original", "first-boosted"),
        ("original", "second-boosted"),
        ("first-boosted", "second-boosted"),
    }
    assert flicker_of(both, "plain") is None
    assert flicker_of(TRIALS.build("aic3_triplet", {"presentation": "plain"})) is None
    assert all(0 < kind.flicker.rate <= FASTEST for kind in (both, TRIALS.build("flicker")))


@pytest.mark.django_db
def test_every_pair_of_a_study_is_on_record_with_the_rate_that_it_is_allowed():
    study = flickering(rate=6)
    flashes.fix(study)
    rows = PairFlash.objects.filter(item__study=study)
    assert rows.count() == study.items.count()
    assert {row.rate for row in rows} == {6.0}  # pictures of 32 pixels fill no field of view
    offered = flashes.allowed(study)
    assert offered is not None
    assert offered.rate == 6
    assert "All lie below it" in flashes.sentence(study)
    flashes.fix(study)  # again: the same rows
    assert rows.count() == study.items.count()


@pytest.mark.django_db
def test_one_pair_that_flashes_slows_down_the_whole_study():
    study = flickering(rate=6)
    flashes.fix(study)
    row = PairFlash.objects.filter(item__study=study).first()
    assert row is not None
    row.general, row.rate = 0.6, MOST
    row.save()
    offered = flashes.allowed(study)
    assert offered is not None
    assert offered.rate == MOST
    assert "luminance flashes in 60.0%" in flashes.sentence(study)


@pytest.mark.django_db
def test_a_study_whose_pairs_are_not_on_record_is_offered_no_more_than_three_rounds():
    offered = flashes.allowed(flickering(rate=6))
    assert offered is not None
    assert offered.rate == MOST


@pytest.mark.django_db
def test_the_page_has_the_rate_that_is_allowed_and_a_warning(client):
    study = flickering(rate=6)
    person = enrolled(study)
    trial = fieldwork.next_trial(person)
    assert trial is not None
    page = client.get(reverse("studies:trial", args=[person.token, trial.token])).content.decode()
    assert 'data-rate="3.0"' in page
    assert 'data-largest="2.0"' in page
    assert "epilepsy" in page


@pytest.mark.django_db
def test_nothing_flickers_in_other_kinds():
    study = live_study()
    flashes.fix(study)
    assert not PairFlash.objects.exists()
    assert flashes.allowed(study) is None
    assert flashes.sentence(study) == flashes.obstacle(study) == ""


@pytest.mark.django_db
def test_a_launch_computes_the_pairs_tells_them_and_freezes_them():
    import_paintings()
    study = services.apply(text=text(study__trial={"kind": "flicker", "settings": {"rate": 2}}))
    assert any("allowed for any pictures" in said for said in readiness.warnings(study))
    services.generate(study=study)
    working.work_off(wait=False)
    study = services.launch(study=study)
    told = Event.objects.get(study=study, kind="launched").details["warnings"]
    assert any("Flicker runs at 2 rounds a second" in said for said in told)
    row = PairFlash.objects.filter(item__study=study).first()
    assert row is not None
    row.rate = 9.0
    with pytest.raises(FrozenError):
        row.save()


@pytest.mark.django_db
def test_a_launch_is_refused_with_the_reason_where_an_exact_rate_is_not_allowed(monkeypatch):
    import_paintings()
    kind = {"kind": "flicker", "settings": {"rate": 8, "exact_rate": True}}
    study = services.apply(text=text(study__trial=kind))
    services.generate(study=study)
    working.work_off(wait=False)
    monkeypatch.setattr(flashes, "flash", lambda *_: HARMFUL)  # small pictures never flash
    with pytest.raises(services.StudyError, match="8 rounds a second are not allowed"):
        services.launch(study=study)
    study.refresh_from_db()
    assert study.state == Study.State.DRAFT


@pytest.fixture
def boosted(db: None) -> Study:
    return live(triplets())


def test_boosted_pictures_are_recipes_of_the_plain_ones_and_the_original(boosted: Study):
    for item in boosted.items.filter(practice=False):
        made = {stimulus.slot: stimulus for stimulus in item.stimuli.all()}
        assert set(made) == {slot.name for slot in TRIALS.build(
            "aic3_triplet", {"presentation": "both"}
        ).slots}  # fmt: skip
        for place in ("first", "second"):
            plain, strong = made[place], made[f"{place}-boosted"]
            assert plain.condition == strong.condition
            if plain.recipe == made["original"].recipe:
                assert strong.recipe == plain.recipe  # nothing to enlarge
                continue
            assert strong.recipe.kind == "amplification"
            assert strong.recipe.document["inputs"] == {
                "image": plain.recipe.key,
                "reference": made["original"].recipe.key,
            }
            images = {name: pixels(one.image_id) for name, one in made.items()}
            apart = images[place] - images["original"]
            wanted = np.clip(images["original"] + 2 * apart, 0, 255)
            np.testing.assert_allclose(images[f"{place}-boosted"], wanted, atol=1)


def pixels(image: str) -> Any:
    from io import BytesIO

    from PIL import Image

    with Image.open(BytesIO(store.get(image))) as opened:
        return np.asarray(opened.convert("RGB"), dtype=float)


def test_simulated_raters_finish_triplets_and_the_analysis_finds_a_scale(boosted: Study):
    simulate(study=boosted, raters=6, seed=1)
    rows = comparisons(boosted, evidence(boosted).ratings)
    asked = set(rows["question"])
    assert asked == {"more_distorted", "more_distorted_boosted"}
    assert len(rows) == len(rows.drop_duplicates(["trial", "question"]))  # one pair an answer
    told = evidence(boosted)
    finding = Jnd().run(told.of(checked(told.ratings)), seed=1)
    by_name = finding.table.set_index("condition")["jnd"]
    strongest = next(name for name in by_name.index if name.endswith("4"))
    assert by_name[strongest] > 0
    assert set(finding.table["unit"]) == {"JND"}


def test_each_screen_of_a_triplet_shows_its_own_versions(boosted: Study):
    kind = TRIALS.build("aic3_triplet", {"presentation": "both"})
    assert [slot.name for slot in slots_of(kind, "plain")] == ["original", "first", "second"]
    assert {slot.amplified for slot in slots_of(kind, "boosted")} == {1.0, 2.0}
