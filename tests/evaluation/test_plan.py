"""Metrics in the analysis section of an experiment file: checked, frozen, refused with the line."""

import pytest

from config.environment import ROOT
from evaluation.analyses import ANALYSES
from evaluation.choices import numbers_of
from studies.protocol import Experiment, ProtocolError, read

PRESET = (ROOT / "studies" / "presets" / "glaze_psr_sandbox.yaml").read_text()
LISTED = "metrics: [clip_genre: {labels: sandbox}, clip_image_similarity]"


def with_metrics(metrics: str) -> Experiment:
    assert LISTED in PRESET
    return read(PRESET.replace(LISTED, f"metrics: {metrics}"), ANALYSES)


def test_settings_of_metrics_are_frozen_with_the_plan() -> None:
    plan = with_metrics("[lpips, clip_genre.margin: {mode: legacy}]").analysis.analyses
    asked = plan["metric_validity"]["metrics"]
    assert numbers_of(asked) == ["lpips", "clip_genre(mode=legacy).margin"]
    assert asked[1]["clip_genre.margin"]["mode"] == "legacy"
    assert set(asked[1]["clip_genre.margin"]) == {"mode", "labels", "templates", "top"}


@pytest.mark.parametrize(
    ("metrics", "said"),
    [
        ("[beauty]", "“beauty” is not known here"),
        ("[beauty: {}]", "“beauty” is not known here"),
        ("[clip_genres: {mode: legacy}]", "no metric called “clip_genres” that could take"),
        ("[clip_genre: {mood: legacy}]", "there is no setting “mood”"),
        ("[clip_genre.beauty]", "gives no number called “beauty”"),
        ("[clip_genre: {mode: legacy}, 'clip_genre(mode=legacy)']", "is not known here"),
    ],
)
def test_metrics_that_make_no_sense_are_refused_with_the_line(metrics: str, said: str) -> None:
    with pytest.raises(ProtocolError, match=said) as refused:
        with_metrics(metrics)
    (problem,) = refused.value.problems
    line = PRESET.splitlines()[problem.line - 1]
    assert "metric" in line
    assert problem.place.startswith("analysis.analyses.metric_validity")


def test_genre_shift_asks_for_the_network_that_it_needs() -> None:
    lines = [line for line in PRESET.splitlines() if not line.strip().startswith("clip: ")]
    with pytest.raises(ProtocolError, match="clip_genre_shift needs a network for “clip”"):
        read("\n".join(lines), ANALYSES)
