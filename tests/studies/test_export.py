"""What leaves a study: the one table, who took part, every picture; nothing that identifies."""

import csv
import hashlib
import json
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from pytest_django import DjangoAssertNumQueries

from generation.models import Artwork
from studies import export
from studies.models import Study, Trial
from studies.tables.codebook import PARTICIPANTS, RESPONSES, STIMULI
from tests.studies.factories import enrolled, finish, live_study

pytestmark = pytest.mark.django_db

CONTRACT = [
    "study",
    "protocol",
    "participant",
    "population",
    "simulated",
    "trial",
    "kind",
    "position",
    "item",
    "artwork",
    "artist",
    "era",
    "surface",
    "genre",
    "protection",
    "budget",
    "purification",
    "mimicry",
    "degradation",
    "dose",
    "question",
    "answer",
    "masking",
    "value",
    "scale",
    "rt_ms",
    "started_at",
    "answered_at",
    "repeat_of",
    "gold",
    "excluded",
    "exclusion_reason",
]


@pytest.fixture
def study() -> Study:
    study = live_study()
    finish(enrolled(study))
    finish(enrolled(study, simulated=True), count=5)
    return study


def test_one_row_per_answer_without_practice_in_the_contract_s_columns(study: Study) -> None:
    table = export.responses(study)
    assert list(table.columns) == CONTRACT == list(RESPONSES)
    # six items by the real rater; five trials less two of practice by the simulated one
    assert len(table) == 2 * 6 + 2 * 3
    assert table.groupby("trial")["question"].agg(list).map(tuple).unique().tolist() == [
        ("acceptability", "noticeability")
    ]
    assert table["simulated"].sum() == 6
    assert (table["protocol"] == study.protocol.design_sha256).all()
    assert set(table["value"]) == {4}
    assert table["item"].str.fullmatch(r"item-\d{4}").all()


def test_a_row_says_what_was_judged_under_which_condition(study: Study) -> None:
    row = export.responses(study).iloc[0]
    trial = Trial.objects.get(
        participant__code=row["participant"], position=row["position"], practice=False
    )
    assert trial.item.condition is not None
    assert row["item"] == f"item-{trial.item.position:04d}"
    factors = ["artist", "protection", "budget", "purification", "mimicry"]
    assert row[factors].to_dict() == trial.item.condition.levels
    # conditions from before there were degradations
    assert row[["degradation", "dose"]].to_list() == ["none", "0"]
    assert row["answered_at"] == pd.Timestamp(
        trial.responses.get(question=row["question"]).answered_at
    )
    assert row["trial"] == f"{row['participant']}-{row['position']:03d}"


def test_an_empty_study_has_the_same_columns_and_types(study: Study) -> None:
    empty = export.responses(live_study(slug="empty"))
    full = export.responses(study)
    assert len(empty) == 0
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()


def test_the_number_of_queries_does_not_grow_with_the_answers(
    study: Study, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    study = Study.objects.get(pk=study.pk)
    with django_assert_num_queries(5):
        export.responses(study)
    with django_assert_num_queries(2):
        export.stimuli(study)
    with django_assert_num_queries(2):
        export.participants(study)


def test_stimuli_name_every_picture_with_its_condition(study: Study) -> None:
    table = export.stimuli(study)
    assert list(table.columns) == list(STIMULI)
    assert len(table) == 2 * 12
    assert not table["practice"].any()
    assert set(table["slot"]) == {"original", "altered"}
    assert table["image"].str.fullmatch("[0-9a-f]{64}").all()
    with_practice = export.stimuli(study, practice=True)
    assert len(with_practice) == 2 * 14
    assert (with_practice.loc[with_practice["practice"], "protection"] == "").all()


def test_participants_carry_what_they_said_about_themselves(study: Study) -> None:
    table = export.participants(study)
    assert list(table.columns)[: len(PARTICIPANTS)] == list(PARTICIPANTS)
    assert table["about_expertise"].str.len().gt(0).all()
    assert sorted(table["trials"]) == [3, 6]


def test_the_flow_counts_real_and_simulated_raters_apart(study: Study) -> None:
    flow = export.flow(study).set_index(["simulated", "stage"])["raters"]
    assert flow[False, "agreed to take part"] == flow[True, "agreed to take part"] == 1
    assert flow[False, "finished"] == 1
    assert flow[True, "finished"] == 0


def test_the_folder_holds_every_table_and_their_hashes(study: Study, tmp_path: Path) -> None:
    written = export.write(study, tmp_path / "out")
    assert set(written) == {path.name for path in (tmp_path / "out").iterdir()}
    hashes = json.loads((tmp_path / "out" / "hashes.json").read_text())
    assert hashes["design"] == study.protocol.design_sha256
    for name, sha256 in hashes["files"].items():
        assert hashlib.sha256((tmp_path / "out" / name).read_bytes()).hexdigest() == sha256
    assert (tmp_path / "out" / "experiment.yaml").read_text() == study.protocol.source


def test_simulated_raters_have_files_of_their_own(study: Study, tmp_path: Path) -> None:
    export.write(study, tmp_path)
    real = pd.read_csv(tmp_path / "responses.csv")
    made_up = pd.read_csv(tmp_path / "responses_SIMULATED.csv")
    assert not real["simulated"].any()
    assert made_up["simulated"].all()
    assert len(real) == 12
    assert len(made_up) == 6


def test_a_study_of_people_alone_has_no_simulated_files(tmp_path: Path) -> None:
    study = live_study()
    finish(enrolled(study))
    assert not [name for name in export.write(study, tmp_path) if "SIMULATED" in name]


def test_the_same_study_gives_the_same_bytes(study: Study, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        export.write(study, tmp_path / folder)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_the_csv_reads_back_as_the_table(study: Study, tmp_path: Path) -> None:
    export.write(study, tmp_path)
    read = pd.read_csv(
        tmp_path / "responses.csv",
        dtype=dict.fromkeys(
            ("budget", "dose", "repeat_of", "exclusion_reason", "population"), "str"
        ),
        keep_default_na=False,
        na_values={"rt_ms": [""]},
        parse_dates=["started_at", "answered_at"],
    )
    table = export.responses(study)
    real = table[~table["simulated"]].reset_index(drop=True)
    assert_frame_equal(read, real, check_dtype=False)


def test_no_token_and_no_secret_leaves(study: Study, tmp_path: Path) -> None:
    export.write(study, tmp_path)
    everything = "".join(path.read_text() for path in tmp_path.iterdir())
    tokens = [
        study.link_token,
        *study.participants.values_list("token", flat=True),
        *Trial.objects.values_list("token", flat=True),
        *filter(None, study.participants.values_list("completion_code", flat=True)),
    ]
    assert not [token for token in tokens if token in everything]


FORMULAS = ["=1", "+1", "-1", "@SUM(A1)", "\tx", "\r=x", "  =1+1", "\xa0@x", "\ufeff=1", "\uff1d1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_becomes_a_formula(text: str) -> None:
    mixed = pd.Series([text, None], dtype=object)
    written = export.as_csv(pd.DataFrame({"a": [text, "plain"], "b": [-1, 2], "c": mixed}))
    rows = list(csv.reader(StringIO(written, newline="")))
    assert rows == [["a", "b", "c"], ["'" + text, "-1", "'" + text], ["plain", "2", ""]]


def test_the_codebook_explains_every_column(study: Study, tmp_path: Path) -> None:
    export.write(study, tmp_path)
    book = json.loads((tmp_path / "codebook.json").read_text())
    told = {(entry["table"], entry["column"]) for entry in book}
    for table in ("responses", "participants", "stimuli", "flow"):
        columns = pd.read_csv(tmp_path / f"{table}.csv").columns
        assert {(table, column) for column in columns} <= told
    scale = next(e for e in book if (e["table"], e["column"]) == ("responses", "value"))
    assert scale["values"]["acceptability"]["5"] == "Very willing"


def test_the_era_of_the_painter_is_the_one_on_record(study: Study) -> None:
    assert set(export.responses(study)["era"]) == {""}
    artist = study.conditions.first().levels["artist"]
    said = {"era": "historical", "surface": "smooth"}
    Artwork.objects.update(painter=artist, notes={"columns": said})
    assert set(export.responses(study)["era"]) == {"historical"}
    assert set(export.responses(study)["surface"]) == {"smooth"}


def test_items_that_nobody_rated_are_in_the_table_of_items(study: Study) -> None:
    answered = export.responses(study)
    found = export.items(study)
    assert len(found) == study.items.filter(practice=False).count()
    assert set(answered["item"]) <= set(found["item"])
    both = answered.drop_duplicates("item").merge(found, on="item", suffixes=("", "_item"))
    for column in ("artwork", "artist", "protection", "budget"):
        assert (both[column] == both[f"{column}_item"]).all()
