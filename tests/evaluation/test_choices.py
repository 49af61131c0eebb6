"""Metrics by name and settings: what a plan writes, what tables say, what is refused."""

import pytest
from pydantic import TypeAdapter

from config.plugins import PluginError
from evaluation.analyses import ANALYSES
from evaluation.choices import MetricChoice, choice_of, choices_of, names, numbers_of
from evaluation.measuring.measurements import direction_of, label_of
from evaluation.measuring.scoring import provenance
from generation.networks import NetworkRecord


def test_a_metric_of_several_numbers_stands_for_all_of_them() -> None:
    parts = ["correct", "margin", "probability"]
    assert numbers_of(["clip_genre"]) == [f"clip_genre.{part}" for part in parts]
    assert numbers_of(["lpips", "clip_genre.margin"]) == ["lpips", "clip_genre.margin"]


def test_settings_that_are_not_the_default_are_part_of_the_name() -> None:
    entries = [{"clip_genre.correct": {"mode": "legacy"}}, {"clip_genre.correct": {}}]
    assert numbers_of(entries) == ["clip_genre(mode=legacy).correct", "clip_genre.correct"]
    (own,) = numbers_of([{"clip_genre.margin": {"labels": ["a", "b", "c", "d"]}}])
    (other,) = numbers_of([{"clip_genre.margin": {"labels": ["a", "b", "c", "e"]}}])
    assert own.startswith("clip_genre(labels=4#")
    assert own != other


def test_one_metric_with_the_same_settings_is_measured_once() -> None:
    chosen = choices_of(["clip_genre.margin", "clip_genre", {"clip_genre": {"mode": "legacy"}}])
    assert [choice.name for choice in chosen] == ["clip_genre", "clip_genre(mode=legacy)"]


def test_names_from_elsewhere_stand_for_themselves() -> None:
    assert numbers_of(["style_loss", "their.metric"]) == ["style_loss", "their.metric"]
    assert label_of("style_loss") == "style_loss"
    assert direction_of("style_loss") == 1


def test_numbers_are_written_with_their_settings() -> None:
    assert label_of("clip_genre(mode=legacy).margin") == "CLIP genre: margin (mode=legacy)"
    assert label_of("lpips") == "LPIPS"
    assert direction_of("clip_genre(mode=legacy).correct") == 1
    assert direction_of("lpips") == -1


def test_a_plan_is_frozen_with_every_setting_of_its_metrics() -> None:
    filled = TypeAdapter(MetricChoice).validate_python
    assert filled("lpips") == "lpips"
    assert filled("clip_genre") == {
        "clip_genre": {"mode": "corrected", "labels": None, "templates": None, "top": None}
    }
    assert numbers_of([filled({"clip_genre.margin": {"mode": "legacy"}})]) == [
        "clip_genre(mode=legacy).margin"
    ]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("beauty", "no metric called “beauty”"),
        ("clip_genre.beauty", "gives no number called “beauty”; it has: correct"),
        ("lpips.margin", "it gives one number only"),
        ({"clip_genre": {"colour": 1}}, "there is no setting “colour”"),
        ("clip_genre(mode=legacy)", "write the settings of clip_genre as a section"),
    ],
)
def test_what_no_metric_knows_is_refused(entry, said: str) -> None:
    with pytest.raises(PluginError, match=said.replace("(", r"\(").replace(")", r"\)")):
        choice_of(entry)


def test_an_analysis_refuses_settings_that_its_metric_cannot_take() -> None:
    with pytest.raises(PluginError, match="leave labels, templates and top out"):
        ANALYSES.build(
            "metric_validity", {"metrics": [{"clip_genre": {"mode": "legacy", "top": 5}}]}
        )
    with pytest.raises(PluginError, match="one metric an entry"):
        ANALYSES.build("metric_validity", {"metrics": [{"lpips": {}, "ssim": {}}]})
    with pytest.raises(PluginError, match="lpips does not say whether a genre is correct"):
        ANALYSES.build("clip_genre_shift", {"metrics": ["lpips"]})


def test_every_number_can_be_named_in_an_experiment_file() -> None:
    assert {"lpips", "clip_genre", "clip_genre.margin"} <= set(names())


def test_a_values_version_depends_on_the_settings_and_the_network() -> None:
    def version(settings: dict, sha256: str) -> str:
        (choice,) = choices_of([{"clip_genre": settings}])
        records = {"clip": NetworkRecord("id", "", sha256)}
        return provenance(choice.name, choice.built, records)[0]

    versions = [version({}, "a"), version({"mode": "legacy"}, "a"), version({}, "b")]
    assert len(set(versions)) == 3
    assert version({"mode": "corrected"}, "a") == versions[0]
