"""Every trial kind, played by SIMULATED raters: a report by itself fits the kind's scale."""

import pytest
import yaml

from evaluation import services
from studies import services as studies_services
from studies.models import Study
from studies.simulation import simulate
from studies.trials import TRIALS, compares
from tests.studies import stand_ins
from tests.studies.comparing_scene import comparing_text
from tests.studies.mimicries import PAINTERS, import_paintings, mimicry
from tests.studies.mimicries import text as mimicry_text
from tests.studies.paintings import text

pytestmark = pytest.mark.django_db


SETTINGS = {"attribution": {"choices": list(PAINTERS)}}
"""The painters themselves, so that the file need not say who is right for whom."""
MIMICS = {"originals": 2, "paintings": 2}


def file_of(kind: str) -> str:
    """A small experiment file of this kind that names no analysis."""
    built = TRIALS.build(kind)
    if not built.slots:
        data = yaml.safe_load(text(study__trial={"kind": kind}, study__checks=[]))
        data["study"]["raters"] = {"participants": 6, "items_each": 1, "per_item": 6}
        return yaml.safe_dump({key: part for key, part in data.items() if key != "stimuli"})
    if kind == "aic3_triplet":
        return comparing_text(kind, settings={})
    if compares(built) > 1:
        return comparing_text(kind)
    if built.shows_mimics:
        mimics = {"learnt": mimicry(network="sandbox")}
        return mimicry_text(mimics, study__trial={"kind": kind, "settings": MIMICS})
    return text(study__trial={"kind": kind, "settings": SETTINGS.get(kind, {})})


def played(kind: str, source: str = "") -> Study:
    """Live, with stand-ins for its pictures, and answered by three SIMULATED raters."""
    import_paintings()
    study = studies_services.apply(text=source or file_of(kind))
    stand_ins.fill(study)
    study = studies_services.launch(study=study)
    simulate(study=study, raters=3, seed=1)
    return study


PREFERRED = {"agreement", "preference"}
OPINION = {"agreement", "opinion"}
MIMICRY = {
    "agreement", "clip_genre_shift", "decision_errors", "generality", "metric_assisted",
    "metric_validity", "psr",
}  # fmt: skip
EXPECTED: dict[str, set[str]] = {
    "acceptability": {
        "acceptability", "agreement", "metric_assisted", "metric_validity", "opinion", "thresholds",
    },
    "aic3_triplet": {"agreement", "jnd", "preference"},
    "artifact_marking": OPINION | {"artifact_map"},
    "attribution": OPINION | {"attribution"},
    "best_worst": PREFERRED,
    "flicker": OPINION,
    "forced_choice": PREFERRED,
    "free_text": {"survey"},
    "genre_choice": {"agreement"},
    "in_place": OPINION,
    "mimicry_success": MIMICRY,
    "protection_success": MIMICRY,
    "quality_rating": OPINION | {"quality_blindness"},
    "questionnaire": {"survey"},
    "ranking": PREFERRED,
    "rating": OPINION,
    "slider": OPINION,
    "style_and_quality": MIMICRY | {"opinion", "quality_blindness"},
    "triplet": PREFERRED,
    "visibility": {"agreement", "detection"},
}  # fmt: skip
"""Kind → the analyses of a report whose file names none, by the scales of its questions."""
NAMES = {"genre_choice": {"survey", "genre_choice"}}
"""Beside them one of these, at least."""
ANSWER = {
    "acceptability", "agreement", "attribution", "detection", "jnd", "opinion", "preference", "psr",
    "survey",
}  # fmt: skip
"""Those that need nothing but answers; the others say what they lack (metrics, budgets, eras)."""


def test_the_table_of_this_test_names_every_kind():
    assert set(EXPECTED) == set(TRIALS.names())


@pytest.mark.parametrize("kind", sorted(EXPECTED))
def test_a_report_of_every_kind_has_the_analyses_that_fit_its_scale(kind):
    document = services.compute_report(study=played(kind)).document
    found, either = {section["name"] for section in document["sections"]}, NAMES.get(kind, set())
    assert found - either == EXPECTED[kind]
    assert found & either or not either
    for section in document["sections"]:
        for block in section["blocks"]:
            assert "fault of the program" not in block["problem"]
            assert bool(block["claim"]) or section["name"] not in ANSWER, block["problem"]


def test_analyses_of_another_scale_are_refused_by_name_and_the_rest_stands(monkeypatch):
    """In studies that were launched before their file was held against what analyses read."""
    monkeypatch.setattr("studies.protocol.catalogues.unread", lambda *_: ())
    source = yaml.safe_load(file_of("attribution"))
    source["analysis"]["analyses"] = {
        "psr": {"question": "attribution", "points": [1, 2]},
        "agreement": {"questions": ["attribution"], "measurement": "ordinal"},
        "attribution": {},
    }
    document = services.compute_report(study=played("attribution", yaml.safe_dump(source))).document
    blocks = {section["name"]: section["blocks"][0] for section in document["sections"]}
    assert blocks["psr"]["problem"] == (
        "The answers to “attribution” are names without an order, and the analysis psr reads points"
        " of a scale, in order. Use attribution instead."
    )
    assert "use agreement with measurement: nominal" in blocks["agreement"]["problem"]
    assert blocks["attribution"]["claim"]
