"""A metric learnt from ratings: its score on artists it never saw, its file, and the next study."""

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from evaluation.analyses import ANALYSES, Finding
from evaluation.evidence import Evidence
from evaluation.findings import calibrations
from evaluation.findings.calibrations import Calibration, applied, extrapolation, read
from evaluation.ratings import TableError
from evaluation.statistics.estimate import BadData
from tests.evaluation.learnt import evidence


def run(given: Evidence, **settings: object) -> Finding:
    asked = {"question": "mimicry_success", "repeats": 1, **settings}
    return ANALYSES.build("calibrated_metric", asked).run(given, seed=1)


@cache
def found(of: str = "answers") -> Finding:
    return run(evidence(), of=of)


def file_of(finding: Finding) -> Calibration:
    return read(finding.attachments[0].text)


def test_a_metric_that_knows_something_is_learnt_and_noise_is_not() -> None:
    good = found().table.set_index("metric")
    assert good.loc["the calibrated metric", "r_within"] > 0.5
    assert good.loc["good", "r_within"] > good.loc["noise", "r_within"] + 0.3
    assert good.loc["noise", "verdict"] == "significant"
    blind = run(evidence(knows=0.0, seed=4)).table.set_index("metric")
    assert blind.loc["the calibrated metric", "r_within_low"] < 0


def test_the_claim_has_score_ceiling_and_best_single_metric_with_intervals() -> None:
    claim = found().claim
    assert claim.startswith("A metric learnt from 288 answers foretells")
    assert claim.count("[") >= 4
    assert "of the ceiling" in claim
    assert "best single metric" in claim


def test_conditions_are_held_out_too() -> None:
    titles = [exhibit.title for exhibit in found().exhibits]
    assert "Artists held out, and conditions as well" in titles
    one = run(evidence(protections=("cloak",), artists=5))
    assert "Artists held out, and conditions as well" not in [e.title for e in one.exhibits]
    assert any("one condition" in limit for limit in one.limits)


def test_the_file_says_what_it_was_learnt_from_and_how_well_it_did() -> None:
    told = json.loads(found("psr").attachments[0].text)
    assert told["training"]["studies"] == ["small"]
    assert told["training"]["protocols"] == ["b" * 64]
    assert len(told["training"]["table_sha256"]) == 64
    assert told["training"]["artists"] == 6
    assert [each["version"] for each in told["inputs"]] == ["v1", "v1"]
    assert told["quality"]["r_within_artists"]["value"] == pytest.approx(
        found("psr").table["r_within"][0]
    )
    assert told["mark"] == ""
    assert told["licence"]


def test_simulated_raters_mark_the_file() -> None:
    finding = run(evidence(simulated=True, artists=4))
    assert file_of(finding).mark.startswith("SIMULATED")
    assert any("SIMULATED" in limit for limit in finding.limits)


def test_the_file_gives_the_values_of_the_composite_from_other_metrics() -> None:
    file = file_of(found())
    values = pd.DataFrame({"good": [-1.0, 0.0, 1.0], "noise": [0.0, 0.0, 0.0]})
    low, middle, high = file.values(values)
    assert 1 < low < middle < high < 5
    # by the recipe that the file itself writes down
    z = [(1.0 - file.inputs[0].centre) / file.inputs[0].spread,
         (0.0 - file.inputs[1].centre) / file.inputs[1].spread]  # fmt: skip
    eta = z[0] * file.inputs[0].weight + z[1] * file.inputs[1].weight
    below = [1 / (1 + np.exp(eta - threshold)) for threshold in file.thresholds]
    shares = np.diff([0, *below, 1])
    assert high == pytest.approx(shares @ file.worth)


def test_psr_falls_where_answers_rise() -> None:
    values = pd.DataFrame({"good": [-1.0, 1.0], "noise": [0.0, 0.0]})
    low, high = file_of(found("psr")).values(values)
    assert 1 >= low > high >= 0
    assert calibrations.direction(file_of(found("psr")).name) == -1
    assert calibrations.direction(file_of(found()).name) == 1


def test_a_file_is_known_by_its_content() -> None:
    file = file_of(found())
    assert file.name == f"calibrated:{file.id}"
    assert file.name in " ".join(found().sentences)
    assert replace(file, licence="other").id != file.id
    assert read(file.text) == file


def test_the_next_study_gets_its_values_and_is_told_where_they_extrapolate() -> None:
    file, new = file_of(found()), evidence(seed=9)
    rows, _ = applied(file, new.measurements)
    assert set(rows["item"]) == set(new.of_items["item"])
    assert set(rows["version"]) == {file.id}
    far = new.measurements.assign(
        value=new.measurements["value"].where(
            (new.measurements["item"] != "item-0000") | (new.measurements["metric"] != "good"), 99.0
        )
    )
    _, told = applied(file, far)
    assert "good" in told[-1]
    assert "extrapolates for" in told[-1]
    within = pd.DataFrame({"good": [file.inputs[0].low], "noise": [file.inputs[1].high]})
    assert extrapolation(file, within) == []
    finding = run(
        Evidence(new.ratings, pd.concat([far, rows]), new.items, (file,)), metrics=["good"]
    )
    (shares,) = (e.table for e in finding.exhibits if "outside the range of its" in e.title)
    assert shares.set_index("group").loc["painter 0", "share_outside"] >= 1 / 8
    assert set(shares["of"]) == {"condition", "artist"}


def test_another_version_of_an_input_is_another_metric() -> None:
    file, new = file_of(found()), evidence(seed=9)
    with pytest.raises(TableError, match="that is another metric"):
        applied(file, new.measurements.assign(version="v2"))
    with pytest.raises(TableError, match="needs good, which was not measured"):
        applied(file, new.measurements[new.measurements["metric"] == "noise"])
    _, said = applied(file, new.measurements.assign(version=""))
    assert "is not known" in said[0]


def test_items_that_lack_an_input_have_no_value() -> None:
    file, new = file_of(found()), evidence(seed=9)
    rows, _ = applied(file, new.measurements.iloc[1:])
    assert "item-0000" not in set(rows["item"])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("nothing", "it is no JSON"),
        ("{}", "no file of a calibrated metric"),
        (json.dumps({"kind": calibrations.KIND, "format": 99}), "of format 99"),
        (json.dumps({"kind": calibrations.KIND, "format": 1}), "damaged at"),
    ],
)
def test_files_that_are_none_are_told(text: str, sentence: str) -> None:
    with pytest.raises(TableError, match=sentence):
        read(text)


def test_a_metric_that_tells_the_artist_goes_in_nowhere() -> None:
    given = evidence()
    number = given.of_items.set_index("item")["artist"].str[-1].astype(float)
    leak = pd.DataFrame(
        {"item": number.index, "metric": "who", "value": number.to_numpy(), "version": ""}
    )
    finding = run(replace(given, measurements=pd.concat([given.measurements, leak])))
    assert "who" not in finding.attachments[0].text.split('"quality"')[0]
    assert any("it tells who painted" in note for note in finding.notes)


def test_missing_and_infinite_values_are_filled_in_the_folds() -> None:
    given = evidence()
    measured = given.measurements.copy()
    noise = measured.index[measured["metric"] == "noise"]
    measured.loc[noise[0], "value"] = np.nan
    measured.loc[noise[1], "value"] = np.inf
    finding = run(replace(given, measurements=measured))
    assert file_of(finding).inputs[1].fill is not None
    assert finding.table["r_within"].notna().all()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (evidence(artists=1, pictures=8), "All rated items are by one artist"),
        (evidence(artists=2), "Two artists are rated"),
    ],
)
def test_too_few_artists_are_told(given: Evidence, sentence: str) -> None:
    with pytest.raises(BadData, match=sentence):
        run(given)


def test_a_constant_metric_is_left_out_and_said_and_alone_is_refused() -> None:
    given = evidence()
    flat = given.measurements["metric"] == "noise"
    measured = given.measurements.assign(value=given.measurements["value"].mask(flat, 1.0))
    assert any(
        "noise is the same for every rated item" in note
        for note in run(replace(given, measurements=measured)).notes
    )
    with pytest.raises(TableError, match="no metric to learn from"):
        run(replace(given, measurements=measured[flat]))
    with pytest.raises(TableError, match="No metric has been measured"):
        run(replace(given, measurements=measured[:0]))


def test_two_raters_are_enough_to_learn_from() -> None:
    assert "r =" in run(evidence(raters=2)).claim
