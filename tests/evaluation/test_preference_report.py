"""A study that compares conditions, from its file to its report."""

import pytest

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
