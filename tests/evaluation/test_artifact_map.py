"""Marks against maps: planted faults are found, chance is chance, doubts are said."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas import DataFrame

from evaluation import ratings
from evaluation.analyses import ANALYSES, Finding
from evaluation.evidence import Evidence
from evaluation.findings.fault_maps import agreement, cells, counted, smoothed
from evaluation.measuring.map_table import SIDE, marks_checked
from evaluation.ratings import TableError
from evaluation.reporting.report import compose, fingerprint
from evaluation.statistics.estimate import Estimate

GOOD, NOISE, FLAT = "lpips", "ssim", "pixel_change"


def blob(x: float, y: float) -> np.ndarray:
    grid = np.zeros((SIDE, SIDE))
    grid[min(int(y * SIDE), SIDE - 1), min(int(x * SIDE), SIDE - 1)] = 1.0
    return smoothed(grid, 0.08)


def study(
    raters: int = 8, artworks: int = 6, *, seed: int = 3, marked: bool = True, place: object = None
) -> Evidence:
    """Every artwork has a fault in another place; raters mark near it, `lpips` is high there,
    `ssim` is noise and `pixel_change` the same everywhere."""
    rng = np.random.default_rng(seed)
    faults = rng.uniform(0.15, 0.85, (artworks, 2))
    answers, marks, maps = [], [], []
    for item in range(artworks):
        name = f"item-{item:04d}"
        for rater in range(raters):
            answers.append({
                "participant": f"P-{rater}", "item": name, "artwork": f"a{item}", "artist": "Ada",
                "protection": ("clean", "glaze")[item % 2], "budget": ("0", "0.1")[item % 2],
                "question": "disturbance", "value": 3, "scale": 5, "simulated": True,
            })  # fmt: skip
            for order in range(int(rng.integers(1, 4)) if marked else 0):
                x, y = np.clip(faults[item] + rng.normal(0, 0.05, 2), 0, 1)
                x, y = (x, y) if place is None else place  # type: ignore[misc]
                mark = {"participant": f"P-{rater}", "item": name, "x": x, "y": y, "order": order}
                marks.append(mark)
        grids = {
            GOOD: blob(*faults[item]),
            NOISE: rng.random((SIDE, SIDE)),
            FLAT: np.ones((SIDE, SIDE)),
        }
        maps += [(name, m, "v1", tuple(grid.ravel().tolist())) for m, grid in grids.items()]
    evidence = Evidence(ratings.checked(DataFrame(answers)))
    table = DataFrame(maps, columns=["item", "map", "version", "grid"])
    marks_table = DataFrame(marks) if marks else evidence.marks
    return replace(evidence, marks=marks_table, maps=table)


def run(evidence: Evidence, **settings: object) -> Finding:
    return ANALYSES.build("artifact_map", settings).run(evidence, 1)


def row(finding: Finding, name: str) -> "pd.Series[float]":
    return finding.table.set_index("map").loc[name]


def test_a_map_of_the_planted_faults_agrees_and_noise_does_not():
    finding = run(study())
    good, noise, others = (row(finding, name) for name in ("LPIPS", "SSIM", "Other raters"))
    assert good["auc_low"] > 0.8
    assert noise["auc_low"] < 0.5 < noise["auc_high"]
    assert others["auc"] > 0.8
    assert good["nss_low"] > 1
    assert good["correlation"] > noise["correlation"]
    assert good["verdict"] == "stands in"
    assert noise["verdict"] == "falls short"
    assert any("LPIPS looks where raters do" in sentence for sentence in finding.sentences)
    assert any("SSIM is not shown to look where raters do" in s for s in finding.sentences)


def test_a_map_that_is_the_same_everywhere_is_left_out_and_said():
    finding = run(study())
    assert "Pixel change" not in set(finding.table["map"])
    assert any("6 maps (Pixel change) left out" in note for note in finding.notes)


def test_a_habit_of_marking_the_middle_is_no_agreement():
    evidence = study()
    rng = np.random.default_rng(5)
    near = np.clip(rng.normal(0.5, 0.1, (len(evidence.marks), 2)), 0, 1)
    evidence = replace(evidence, marks=evidence.marks.assign(x=near[:, 0], y=near[:, 1]))
    middle = tuple(blob(0.5, 0.5).ravel().tolist())
    maps = evidence.maps.assign(grid=[middle] * len(evidence.maps))
    found = row(run(replace(evidence, maps=maps)), "LPIPS")
    assert abs(found["auc"] - 0.5) < 0.05
    assert found["nss"] > 1  # which has no such control, and is shown beside it


@pytest.mark.parametrize(
    ("evidence", "sentence"),
    [(study(marked=False), "Nobody marked a place"), (study(raters=3, marked=False), "--marks")],
)
def test_no_marks_at_all_are_a_sentence(evidence: Evidence, sentence: str):
    with pytest.raises(TableError, match=sentence):
        run(evidence)


def test_of_one_rater_there_is_no_ceiling_and_no_interval():
    finding = run(study(raters=1))
    assert "No picture was marked by two raters" in finding.claim
    assert "Other raters" not in set(finding.table["map"])
    assert np.isnan(row(finding, "LPIPS")["auc_low"])
    assert any("cannot be told" in sentence for sentence in finding.sentences)


def test_marks_that_are_all_in_one_place_tell_nothing_and_it_is_said():
    finding = run(study(place=(0.4, 0.4)))
    assert row(finding, "LPIPS")["auc"] == pytest.approx(0.5)
    held = {each.name: each.held for each in finding.assumptions}
    assert held["Marks are in several places"] is False


def test_without_maps_raters_are_compared_with_one_another_and_the_command_is_named():
    evidence = study()
    finding = run(replace(evidence, maps=evidence.maps[:0]))
    assert list(finding.table["map"]) == ["Other raters"]
    assert "measure --study SLUG --maps" in finding.claim


def test_only_marks_of_the_raters_of_the_group_count():
    evidence = study()
    strangers = evidence.marks.assign(participant="P-stranger", x=0.0, y=0.0)
    more = replace(evidence, marks=pd.concat([evidence.marks, strangers], ignore_index=True))
    assert run(more).table.equals(run(evidence).table)


def test_conditions_have_rows_of_their_own_and_say_how_much_was_marked():
    tables = {exhibit.title: exhibit.table for exhibit in run(study()).exhibits}
    assert set(tables["By condition"]["condition"]) == {"clean", "glaze 0.1"}
    assert (tables["Marks by condition"]["share_marked"] == 1).all()


def test_it_stands_in_a_report_that_knows_marks_and_maps_and_marks_simulated_raters():
    evidence = study(artworks=4)
    plan = {"artifact_map": {"shown": 1}}
    document = compose(title="t", facts=[], plan=plan, evidence=evidence, participants=None, seed=1)
    block = document["sections"][0]["blocks"][0]
    assert not block["problem"]
    assert all("SIMULATED" in figure["wide"] for figure in block["figures"])
    known = fingerprint(plan, evidence, None)
    assert known != fingerprint(plan, replace(evidence, marks=evidence.marks[:-1]), None)
    assert known != fingerprint(plan, replace(evidence, maps=evidence.maps[:-1]), None)


def test_auc_of_four_cells_by_hand():
    grid = np.zeros((SIDE, SIDE))
    grid.ravel()[[0, 1, 2]] = [3.0, 2.0, 1.0]
    # marks at 3 and 1; controls at 2, 1, 0: (3 of 3 + (1 below + half a tie) of 3) / 2
    auc, nss, _ = agreement(np.array([0, 2]), grid, np.array([1, 2, 500]), 0.04)
    assert auc == pytest.approx((1 + 1.5 / 3) / 2)
    assert nss == pytest.approx((2 - grid.mean()) / grid.std())


shares = st.floats(0, 1)


@given(st.lists(st.tuples(shares, shares), min_size=1, max_size=12))
def test_every_place_has_a_cell_and_smoothing_keeps_a_constant(places: list[tuple[float, float]]):
    found = cells(DataFrame(places, columns=["x", "y"]))
    assert counted([found]).sum() == len(places)
    assert ((found >= 0) & (found < SIDE * SIDE)).all()
    assert smoothed(np.ones((SIDE, SIDE)), 0.1) == pytest.approx(np.ones((SIDE, SIDE)))


@given(st.integers(0, 1000), st.floats(0.1, 9), st.floats(-5, 5))
def test_agreement_does_not_depend_on_the_unit_of_a_map(seed: int, factor: float, added: float):
    rng = np.random.default_rng(seed)
    grid, own, elsewhere = rng.random((SIDE, SIDE)), rng.integers(0, 1024, 5), np.arange(1024)
    one = agreement(own, grid, elsewhere, 0.04)
    other = agreement(own, factor * grid + added, elsewhere, 0.04)
    assert one == pytest.approx(other, abs=1e-9)


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (DataFrame({"participant": ["a"], "item": ["b"], "x": ["0.1"]}), "lacks the column “y”"),
        (DataFrame({"participant": ["a"], "item": ["b"], "x": ["7"], "y": ["0"]}), "line 2"),
        (DataFrame({"participant": ["a"], "item": ["b"], "x": ["left"], "y": ["0"]}), "no number"),
    ],
)
def test_marks_from_elsewhere_that_cannot_be_places_are_a_sentence(table: DataFrame, sentence: str):
    with pytest.raises(TableError, match=sentence):
        marks_checked(table)


def test_intervals_cover_chance_where_nothing_agrees():
    """A map of noise is called better than chance about as rarely as its level says."""
    wrong = 0
    for seed in range(20):
        finding = run(study(raters=6, artworks=8, seed=100 + seed), maps=[NOISE], shown=1)
        found = row(finding, "SSIM")
        interval = Estimate(found["auc"], found["auc_low"], found["auc_high"], 0, 0.95, 1, "")
        wrong += interval.excludes(0.5)
    assert wrong <= 4
