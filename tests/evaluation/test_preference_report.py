"""A study that compares conditions, from its file to its report."""

import csv
import io

import pytest

from evaluation.reporting import contact_sheets
from evaluation.services import compute_report
from studies.simulation import simulate
from tests.studies.comparing_scene import comparing_text, live

pytestmark = pytest.mark.django_db


def test_the_report_of_simulated_raters_says_which_condition_is_preferred_and_is_marked():
    study = live(
        comparing_text(
            "forced_choice",
            "none",
            "jpeg-15",
            "jpeg-5",
            study__checks=[],
            study__raters={"participants": 20, "items_each": 9, "per_item": 6},
            analysis__analyses={"preference": {}},
        )
    )
    simulate(study=study, raters=10, seed=3)
    document = compute_report(study=study).document
    text = str(document)
    assert "Quality: clean was preferred to clean · jpeg-5 in" in text
    assert "SIMULATED" in text
    assert "Strengths: style" in text
    assert "option-1" not in text


def test_sheets_show_each_compared_picture_under_the_condition_that_made_it():
    study = live(comparing_text("forced_choice", "none", "jpeg-15", "jpeg-5", study__checks=[]))
    made = contact_sheets.of(study)
    names = {name for name in made.files if name.endswith(".jpg")}
    assert names == {
        "00-artworks.jpg",
        "01-clean-0.jpg",
        "02-clean-0-jpeg-15.jpg",
        "03-clean-0-jpeg-5.jpg",
    }
    rows = list(csv.DictReader(io.StringIO(made.files["credits.csv"].decode())))
    stored = study.items.filter(stimuli__condition__levels__purification="jpeg-5")
    images = set(stored.values_list("stimuli__image", "stimuli__condition__levels__purification"))
    told = {row["image"] for row in rows if row["condition"] == "clean 0 · jpeg-5"}
    assert told == {image for image, level in images if level == "jpeg-5"}
    assert made.overview is not None
