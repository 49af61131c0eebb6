"""Means of conditions on points and lines; scales that are refused, with what to use instead."""

import numpy as np
import pytest
from pandas import DataFrame

from evaluation.analyses.opinion import Opinion
from evaluation.evidence import Evidence
from evaluation.findings.surveyed import Asked
from evaluation.ratings import checked
from evaluation.reporting.report import compose
from studies.questions import Measured


def table(question: str, scale: int) -> DataFrame:
    """Twelve raters, eight artworks; the cloaked ones are a quarter of the scale lower."""
    rng = np.random.default_rng(3)
    low = 0 if scale == 100 else 1
    rows = []
    for rater in range(12):
        for work in range(8):
            for protection, place in (("clean", 0.7), ("veil", 0.45)):
                value = round(low + (scale - low) * float(np.clip(rng.normal(place, 0.1), 0, 1)))
                rows.append(
                    {
                        "participant": f"r{rater}", "item": f"{protection}{work}",
                        "artwork": f"w{work}", "artist": "Ada", "protection": protection,
                        "budget": "0" if protection == "clean" else "0.1", "question": question,
                        "scale": scale, "value": value, "answer": str(value), "simulated": True,
                        "population": "",
                    }
                )  # fmt: skip
    return DataFrame(rows)


def evidence(measured: Measured, scale: int = 100) -> Evidence:
    asked = Asked("liking", "How much do you like it?", measured)
    return Evidence(checked(table("liking", scale)), asked=(asked,))


@pytest.mark.parametrize(("measured", "scale"), [("interval", 100), ("ordinal", 5)])
def test_means_of_conditions_are_those_of_the_answers_and_their_difference_is_found(
    measured, scale
):
    given = evidence(measured, scale)
    finding = Opinion().run(given, seed=1)
    rows = finding.table.set_index("protection")
    means = given.ratings.groupby("protection")["value"].mean()
    for name in ("clean", "veil"):
        assert rows["mean"][name] == pytest.approx(means[name])
        assert 0 <= rows["mean_low"][name] < means[name] < rows["mean_high"][name] <= scale
    (difference,) = finding.exhibits[-1].table.to_dict("records")
    assert difference["difference"] == pytest.approx(means["veil"] - means["clean"])
    assert difference["difference_high"] < 0
    assert "significant" in finding.sentences[0]


@pytest.mark.parametrize(
    ("measured", "settings", "said"),
    [
        ("interval", {"acceptability": {"question": "liking"}}, "Use opinion or agreement instead"),
        ("interval", {"psr": {"question": "liking", "points": [1]}}, "places on a line"),
        ("nominal", {"opinion": {"questions": ["liking"]}}, "Use survey instead"),
        ("preference", {"metric_validity": {"question": "liking"}}, "Use preference instead"),
        ("text", {"agreement": {"questions": ["liking"]}}, "Use survey instead"),
    ],
)
def test_an_analysis_of_another_scale_names_the_one_to_use_and_the_rest_stands(
    measured, settings, said
):
    made = compose(
        title="t", facts=[], plan={**settings, "survey": {}}, evidence=evidence(measured),
        participants=None, seed=1,
    )  # fmt: skip
    first, second = (section["blocks"][0] for section in made["sections"])
    assert said in first["problem"]
    assert first["claim"] == ""
    assert second["claim"]
