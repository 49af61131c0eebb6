"""Genres that people name: shares of right ones, and the metric that does the same task."""

import numpy as np
import pytest
from pandas import DataFrame

from evaluation.analyses import Finding
from evaluation.analyses.genre_choice import GenreChoice
from evaluation.charts.figures import drawn
from evaluation.evidence import Evidence
from evaluation.findings.surveyed import Asked
from evaluation.measuring import measurements
from evaluation.ratings import TableError, checked, items_checked

LABELS = ("Cubism", "Baroque", "Post-Impressionism", "Rococo", "Pop Art", "Realism")
ASKED = (Asked("genre", "Which?", "nominal", LABELS),)


def table(known: dict[str, float], genre: str | None = "post_impressionism") -> DataFrame:
    """`known`: protection → how often the right genre is named first; else it is not named."""
    rng, rows = np.random.default_rng(4), []
    for rater in range(16):
        for work in range(12):
            for place, (protection, often) in enumerate(known.items()):
                said = ["Post-Impressionism", "Cubism"] if rng.random() < often else ["Rococo"]
                said = [*said, "Baroque", "Realism"][:3]
                rows.append(
                    {
                        "participant": f"r{rater}", "item": f"i{work}-{place}",
                        "artwork": f"w{work}", "artist": "Ines", "protection": protection,
                        "budget": str(0.1 * place), "question": "genre", "scale": len(LABELS),
                        "value": LABELS.index(said[0]) + 1, "answer": " > ".join(said),
                        "simulated": True, **({"genre": genre} if genre is not None else {}),
                    }
                )  # fmt: skip
    return DataFrame(rows)


def found(given: DataFrame, measured: DataFrame | None = None, **more: object) -> Finding:
    values = measurements.empty() if measured is None else measurements.checked(measured)
    return GenreChoice().run(Evidence(checked(given), values, asked=ASKED, **more), seed=1)


def scores(given: DataFrame, clean: float, glaze: float) -> DataFrame:
    items = given.drop_duplicates("item")
    value = items["protection"].map({"clean": clean, "glaze": glaze})
    return DataFrame({"item": items["item"], "metric": "clip_genre.correct", "value": value})


def exhibit(finding: Finding, title: str) -> DataFrame:
    (shown,) = [each.table for each in finding.exhibits if each.title.startswith(title)]
    assert shown is not None
    return shown


def test_right_answers_are_counted_by_condition_however_the_genre_is_written():
    given = table({"clean": 0.9, "glaze": 0.4})
    rows = found(given).table.set_index("condition")
    for protection, row in zip(("clean", "glaze"), rows.itertuples(), strict=True):
        mine = given[given["protection"] == protection]
        share = mine["answer"].str.startswith("Post-Impressionism").mean()
        assert row.share_first == pytest.approx(share)
        assert row.share_first_low < share < row.share_first_high


def test_among_the_named_counts_more_than_named_first():
    given = table({"clean": 1.0})
    given["answer"] = "Cubism > Post-Impressionism > Rococo"
    row = found(given).table.iloc[0]
    assert (row["share_first"], row["share_top"]) == (0.0, 1.0)


def test_a_fall_is_significant_and_no_change_is_said_not_to_be():
    (fall,) = found(table({"clean": 0.9, "glaze": 0.3})).sentences
    (same,) = found(table({"clean": 0.6, "glaze": 0.6})).sentences
    assert ", significant" in fall
    assert "not significant" in same


def test_people_and_the_metric_are_compared_on_the_same_pictures():
    given = table({"clean": 0.95, "glaze": 0.9})
    finding = found(given, scores(given, clean=1.0, glaze=0.0))
    rows = exhibit(finding, "People and the metric").set_index("condition")
    assert rows.loc["glaze 0.1", "verdict"] == "people more often"
    assert rows.loc["clean", "verdict"] != "people more often"
    assert rows.loc["all conditions", "share_alike"] == pytest.approx(0.5)
    assert any("not its label" in note for note in finding.notes)
    assert any("Not the same task" in note for note in finding.notes)  # 3 of 39 against 3 of 6


def test_unmeasured_pictures_leave_people_alone_and_the_finding_says_so():
    finding = found(table({"clean": 0.9}))
    assert any("people stand alone" in note for note in finding.notes)
    assert "SIMULATED" in drawn(finding.chart, "a chart")


def test_confusion_counts_every_answer_once():
    given = table({"clean": 0.5})
    rows = exhibit(found(given), "Confusion")
    assert rows["given"].sum() == len(given)
    assert rows["share_given"].sum() == pytest.approx(1.0)


def test_the_genre_may_come_from_the_table_of_items():
    given = table({"clean": 0.9}, genre=None)
    items = given.drop_duplicates("item").assign(genre="Post Impressionism")
    finding = found(given, items=items_checked(items))
    assert finding.table["share_first"].iloc[0] > 0.8


@pytest.mark.parametrize("genre", [None, "", "Etching"])
def test_without_a_genre_that_a_label_stands_for_it_is_said_where_to_write_it(genre):
    with pytest.raises(TableError, match="column “genre”"):
        found(table({"clean": 0.9}, genre=genre))


def test_one_rater_gets_no_interval():
    given = table({"clean": 0.5})
    finding = found(given[given["participant"] == "r0"])
    assert "no interval" in finding.claim or "undefined" in finding.claim
