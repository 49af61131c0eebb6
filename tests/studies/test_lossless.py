"""What could hide or add a small change is said before anybody rates, with what to do about it."""

import pytest

from studies import protocol
from studies.drafting import readiness
from studies.models import Stimulus
from studies.showing import lossless_advice
from studies.showing.lossless import Source, frame, of_budgets, of_sources, of_unmoved, of_windows
from tests.studies.factories import experiment_text, live_study


def experiment(**study):
    return protocol.structure(experiment_text(**study))


def test_lossless_originals_of_8_bits_need_no_word():
    assert of_sources([Source("monet/01.png", []), Source("02.TIF", ["turned upright"])]) == []


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (Source("01.jpg", []), "compressed with loss"),
        (Source("01.WEBP", []), "compressed with loss"),
        (Source("01.png", ["named “.png”, but is a JPEG file"]), "compressed with loss"),
        (Source("1.png", ["colour profile “Adobe RGB” converted to sRGB"]), "outside sRGB"),
        (Source("1.tif", ["CMYK without a profile, converted by formula"]), "by guess"),
        (Source("1.png", ["colour profile “Grey” is for GRAY: ignored"]), "by guess"),
        (Source("1.png", ["colour profile cannot be read (bad): taken as sRGB"]), "by guess"),
        (Source("1.png", ["16 bits a channel, of which the upper 8 are kept"]), "8 are kept"),
    ],
)
def test_what_a_source_lost_is_said_with_how_many(source, words):
    (told,) = of_sources([source, Source("other.png", [])])
    assert told.startswith("1 of 2 artworks ")
    assert words in told


def test_a_file_that_is_really_a_png_is_no_jpeg_whatever_its_name():
    assert of_sources([Source("01.jpg", ["named “.jpg”, but is a PNG file"])]) == []


def test_a_budget_below_one_step_of_8_bits_is_said_for_the_norm_it_is_about():
    text = experiment_text().replace(
        "clean: null",
        "tiny: {method: random_noise, budgets: ['0.002', 8/255]}",
    )
    tiny = protocol.structure(text)
    (told,) = of_budgets(tiny, {"tiny": "linf"})
    assert "tiny at 0.002: less than one step" in told
    assert of_budgets(tiny, {"tiny": "l2"}) == []


def test_pictures_that_did_not_move_are_counted():
    (told,) = of_unmoved({"glaze at 0.002": 12, "glaze at 0.05": 0})
    assert told.startswith("Of glaze at 0.002, 12 pictures are the same as their originals")


def test_pictures_that_do_not_fit_the_smallest_window_are_said():
    (told,) = of_windows(experiment(), [(512, 512)], 2)
    assert "307 px in the smallest window of a phone" in told
    assert "min_scale" in told


@pytest.mark.parametrize(
    "rules", [{"min_scale": 1}, {"min_viewport": [1440, 1000]}, {"min_viewport": [1200, 940]}]
)
def test_a_file_that_asks_for_full_size_or_a_large_window_needs_no_word(rules):
    assert of_windows(experiment(viewing=rules), [(512, 512)], 2) == []


def test_small_pictures_need_no_word_either():
    assert of_windows(experiment(), [(256, 256)], 2) == []


def test_the_frame_is_as_wide_as_the_page_lays_it_out():
    assert frame((1440, 900), 2) == 524
    assert frame((390, 800), 2) == 384


@pytest.mark.django_db
def test_a_launch_warns_of_pictures_that_are_untouched_after_rounding():
    study = live_study(frozen=False, size=512, artworks=1, conditions=2)
    document = study.protocol.document
    document["stimuli"]["protections"]["glaze"] = {"method": "glaze"}
    study.protocol.save()
    assert any("shrunk until" in told for told in readiness.warnings(study))
    altered = Stimulus.objects.filter(item__study=study, slot="altered", item__practice=False)
    for row in altered.filter(item__condition__position=1).select_related("recipe"):
        row.recipe.realised = {"linf": 0.0}
        row.recipe.save()
    (told,) = [each for each in lossless_advice.of_draft(study) if "same as their" in each]
    assert told.startswith("Of glaze at 0.0078, 1 pictures")


@pytest.mark.django_db
def test_studies_of_paintings_by_mimics_are_not_about_single_pixels():
    study = live_study(frozen=False, checks=[], practice=0, trial={"kind": "mimicry_success"})
    assert lossless_advice.of_draft(study) == []
