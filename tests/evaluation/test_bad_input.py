"""Bad input: each gets its sentence, and the rest of the report stands."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.core.management import CommandError, call_command

from evaluation import ratings
from evaluation.evidence import Evidence
from evaluation.measuring import measurements
from evaluation.reporting.report import compose
from tests.evaluation.tables import (
    genre_table,
    measurements_table,
    mimicry_table,
    ratings_table,
)

ACCEPTABILITY = {
    "acceptability": {},
    "agreement": {"questions": ["acceptability"]},
    "metric_validity": {"metrics": ["lpips", "ssim", "psnr"], "replicates": 200},
}
MIMICRY: dict[str, Any] = {
    "psr": {},
    "agreement": {},
    "metric_validity": {
        "question": "mimicry_success", "of": "psr", "replicates": 200,
        "metrics": ["clip_genre.correct", "clip_image_similarity"],
    },
}  # fmt: skip


def answers() -> pd.DataFrame:
    return ratings.checked(ratings_table(raters=10, artworks=6))


def mimicked() -> pd.DataFrame:
    return ratings.checked(mimicry_table(raters=8))


def blocks(plan: dict[str, Any], table: pd.DataFrame, measured: pd.DataFrame) -> dict[str, Any]:
    """Analysis → its one block; none of them may break."""
    document = compose(
        title="t", facts=[], plan=plan, evidence=Evidence(table, measured), participants=None,
        seed=1,
    )  # fmt: skip
    found = {section["name"]: section["blocks"][-1] for section in document["sections"]}
    assert not [block["problem"] for block in found.values() if "broke" in block["problem"]]
    return found


def said(block: dict[str, Any]) -> str:
    parts = (*block["notes"], *block["sentences"], *block["limits"])
    told = " ".join(each["said"] for each in block["assumptions"])
    return " ".join([block["claim"], block["problem"], *parts, told])


def test_a_metric_that_is_the_same_everywhere_is_named_and_the_others_are_judged() -> None:
    table = answers()
    metrics = measurements_table(table)
    metrics.loc[metrics["metric"] == "ssim", "value"] = 1.0
    found = blocks(ACCEPTABILITY, table, measurements.checked(metrics))
    claim = found["metric_validity"]["claim"]
    assert "nothing can be said of SSIM: a metric that is the same everywhere" in claim
    assert "LPIPS with" in claim
    assert found["agreement"]["claim"]
    assert found["acceptability"]["claim"]


@pytest.mark.parametrize("plan", [ACCEPTABILITY, MIMICRY], ids=["acceptability", "mimicry"])
def test_two_raters_are_too_few_to_speak_of_others(plan: dict[str, Any]) -> None:
    table = answers() if plan is ACCEPTABILITY else mimicked()
    two = table[table["participant"].isin(sorted(table["participant"].unique())[:2])]
    metrics = (measurements_table if plan is ACCEPTABILITY else genre_table)(two)
    found = blocks(plan, two, measurements.checked(metrics))
    assert "say too little about others" in said(found["metric_validity"])
    assert "2 raters" in said(found["metric_validity"])
    assert "2 raters; of fewer than 10" in said(found["agreement"])
    verdicts = {
        (row[1], row[2])
        for table in found["metric_validity"]["tables"][:1]
        for row in table["rows"]
        if row[1] != "conditions"
    }
    assert {verdict for _, verdict in verdicts} == {"cannot tell"}
    shares = found["acceptability" if plan is ACCEPTABILITY else "psr"]
    assert shares["claim"]


@pytest.mark.parametrize("plan", [ACCEPTABILITY, MIMICRY], ids=["acceptability", "mimicry"])
def test_one_condition_is_analysed_as_far_as_it_goes(plan: dict[str, Any]) -> None:
    table = answers() if plan is ACCEPTABILITY else mimicked()
    one = table[(table["protection"] == "glaze") & (table["purification"] == "none")]
    one = one[one["budget"] == one["budget"].iloc[0]]
    metrics = (measurements_table if plan is ACCEPTABILITY else genre_table)(one)
    found = blocks(plan, one, measurements.checked(metrics))
    assert "1 condition, and 6 would be needed" in said(found["metric_validity"])
    assert "Over conditions" not in found["metric_validity"]["claim"]
    assert all(block["claim"] for block in found.values())


def test_pictures_that_were_not_measured_are_counted() -> None:
    table = answers()
    metrics = measurements_table(table)
    items = sorted(metrics["item"].unique())
    few = metrics[(metrics["metric"] != "psnr") | metrics["item"].isin(items[:5])]
    fewer = few[(few["metric"] != "ssim") | ~few["item"].isin(items[:7])]
    block = blocks(ACCEPTABILITY, table, measurements.checked(fewer))["metric_validity"]
    assert "PSNR is left out: measured for 5 of 60 judged pictures only" in said(block)
    assert "7 pictures without measurements left out" in said(block)
    assert "LPIPS with" in block["claim"]


def test_nothing_measured_stops_one_analysis_only() -> None:
    found = blocks(ACCEPTABILITY, answers(), measurements.empty())
    assert "run `manage.py measure` first" in found["metric_validity"]["problem"]
    assert found["agreement"]["claim"]
    assert found["acceptability"]["claim"]


def test_items_that_are_named_otherwise_in_both_tables_are_told_with_examples() -> None:
    table = answers()
    metrics = measurements_table(table)
    odd = metrics.assign(item="picture-" + metrics["item"])
    block = blocks(ACCEPTABILITY, table, measurements.checked(odd))["metric_validity"]
    assert "None of the 60 measured pictures (“picture-item-0000”, …) is among" in block["problem"]


def test_values_without_a_number_count_as_not_measured() -> None:
    table = answers()
    metrics = measurements.checked(measurements_table(table))
    holes = metrics.assign(value=metrics["value"].mask(metrics.index % 10 == 0))
    block = blocks(ACCEPTABILITY, table, holes)["metric_validity"]
    assert "pictures without measurements left out" in said(block)
    assert block["claim"]


def test_infinite_values_are_the_ends_of_a_metrics_order() -> None:
    table = answers()
    metrics = measurements_table(table)
    assert np.isinf(metrics["value"]).any()
    ends = metrics.assign(value=metrics["value"].replace(np.inf, 1e6))
    plans = [blocks(ACCEPTABILITY, table, measurements.checked(m)) for m in (metrics, ends)]
    rows = [found["metric_validity"]["tables"][0]["rows"] for found in plans]
    assert rows[0] == rows[1]


def test_csv_files_with_holes_copies_contradictions_and_strangers_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table, scores = ratings_table(raters=8, artworks=4), tmp_path / "scores.csv"
    metrics = measurements_table(table)
    metrics["value"] = metrics["value"].astype(str)
    metrics.loc[3, "value"] = "NaN"
    metrics.loc[6, "value"] = ""
    copy, other = metrics.iloc[[9]], metrics.iloc[[12]].assign(value="7")
    stranger = metrics.iloc[[15]].assign(item="nobody")
    pd.concat([metrics, copy, other, stranger]).to_csv(scores, index=False)
    pd.concat([table, table.iloc[:4]]).to_csv(tmp_path / "ratings.csv", index=False)
    call_command(
        "analyse", str(tmp_path / "ratings.csv"), metrics=scores, to=tmp_path / "out", json=True
    )
    told = json.loads(capsys.readouterr().out)
    remarks = told["remarks"]
    assert remarks["Not measured"].startswith(
        "2 rows of the metrics are left out: the first, lpips"
    )
    assert "says the same again" in remarks["Copied measurements"]
    assert remarks["Contradictions"].startswith("2 rows of the metrics are left out")
    assert "1 measured item (“nobody”) of the metrics is not among" in remarks["Unknown items"]
    assert "4 answers to a question that the rater had answered" in remarks["Counted once"]
    assert any("what a perfect metric would correlate with" in claim for claim in told["claims"])


def test_answers_that_are_all_alike_are_named_as_such() -> None:
    table = answers().assign(value=3.0)
    found = blocks(ACCEPTABILITY, table, measurements_table(table))
    assert "Every answer is the same (3)" in said(found["metric_validity"])


def test_a_metric_of_a_few_pictures_takes_no_other_metrics_pictures_away() -> None:
    table = mimicked()
    whole = genre_table(table)
    one = whole[:1].assign(metric="theirs(lower)", value=0.5)
    plan = {"decision_errors": {"question": "mimicry_success"}}
    alone = blocks(plan, table, whole)["decision_errors"]
    beside = blocks(plan, table, pd.concat([whole, one], ignore_index=True))["decision_errors"]
    assert beside["claim"] == alone["claim"]
    assert "measured for 1 of" in said(beside)


def test_numbers_that_no_computer_can_square_are_left_out_and_told() -> None:
    table = measurements_table(answers()).assign(version="1")
    table.loc[0, "value"] = 1e308
    kept, left = measurements.cleaned(table)
    assert len(kept) == len(table) - 1
    assert "beyond ±1e+100" in dict(left)["Too large"]
    assert 1e308 not in set(kept["value"])


@pytest.mark.parametrize(
    ("separator", "encoding"), [(";", "utf-8"), ("\t", "utf-16"), (",", "utf-8-sig")]
)
def test_tables_are_read_as_spreadsheets_save_them(
    separator: str, encoding: str, tmp_path: Path
) -> None:
    rows = ratings_table(raters=6, artworks=4)
    (tmp_path / "r.csv").write_bytes(rows.to_csv(index=False, sep=separator).encode(encoding))
    call_command("analyse", tmp_path / "r.csv", to=tmp_path / "out")
    assert (tmp_path / "out" / "report.json").exists()


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_bytes("participant,item\nJosé,1".encode("latin-1"))
    with pytest.raises(CommandError, match="is no text in UTF-8: save it as CSV in UTF-8"):
        call_command("analyse", tmp_path / "r.csv", to=tmp_path / "out")
