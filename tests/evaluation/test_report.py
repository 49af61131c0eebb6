"""The report: one document in, pages, files and rows out; people and SIMULATED raters apart."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from django.core.management import CommandError, call_command

from evaluation import ratings, services
from evaluation.evidence import Evidence
from evaluation.findings.exclusions import flow
from evaluation.measuring import measurements
from evaluation.models import Report
from evaluation.reporting import pages
from evaluation.reporting.report import compose, csv_files, fingerprint
from evaluation.reporting.tables import shown
from tests.evaluation.scenes import answered_study, measured_as
from tests.evaluation.tables import (
    genre_table,
    measurements_table,
    mimicry_table,
    ratings_table,
)

PLAN = {
    "acceptability": {},
    "agreement": {"replicates": 200},
    "metric_validity": {"metrics": ["lpips", "ssim"], "replicates": 200},
}


@pytest.fixture(scope="module")
def document() -> dict:
    people = ratings_table(raters=10, artworks=6)
    made_up = ratings_table(raters=8, artworks=6, simulated=True, seed=9)
    made_up["participant"] = "S" + made_up["participant"]
    table = ratings.checked(pd.concat([people, made_up]))
    return compose(
        title="Which <perturbations> do people accept?",
        facts=[("Seed", "4")],
        plan=PLAN,
        evidence=Evidence(table, measurements.checked(measurements_table(table))),
        participants=None,
        seed=4,
    )


def test_people_come_first_and_simulated_raters_stand_apart(document) -> None:
    for section in document["sections"]:
        assert [block["group"] for block in section["blocks"]] == ["artists", "SIMULATED artists"]
    assert document["raters"] == {"people": 10, "simulated": 8}
    assert document["simulated"] == "some"


def test_what_was_found_speaks_of_people_alone(document) -> None:
    found = pages.context(document)["found"]
    assert len(found) == len(PLAN)
    assert not any(block["simulated"] for section in found for block in section["blocks"])


def test_simulated_is_marked_in_every_file_figure_and_row(document) -> None:
    html = pages.standalone(document)
    assert html.count("SIMULATED") > 10
    for name, text in csv_files(document).items():
        marked = {line.split(",")[1] for line in text.splitlines()[1:]}
        assert marked == ({"True"} if "SIMULATED" in name else {"False"})
    for section in document["sections"]:
        for figure in section["blocks"][1]["figures"]:
            assert figure["caption"].startswith("SIMULATED raters.")
            assert "SIMULATED</text>" in figure["wide"]
            assert "SIMULATED</text>" in figure["narrow"]
            assert "SIMULATED" in json.dumps(figure["spec"])


def test_a_report_of_simulated_raters_alone_says_so_at_the_top(document) -> None:
    table = ratings.checked(ratings_table(raters=8, artworks=4, simulated=True))
    alone = compose(
        title="t", facts=[], plan={"acceptability": {}},
        evidence=Evidence(table), participants=None, seed=1,
    )  # fmt: skip
    html = pages.standalone(alone)
    assert "<title>SIMULATED" in html
    assert html.index("Every answer behind this report was made up") < html.index("What was found")


def test_the_file_needs_no_other_file(document) -> None:
    html = pages.standalone(document)
    assert not re.search(r"<script[^>]+src|<link|@import", html)
    said = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)  # a browser test has them
    assert not re.search(r'(src|href)="(?!#|data:)', said.replace("http://www.w3.org", ""))
    assert "url(" not in said
    assert "Which &lt;perturbations&gt; do people accept?" in html


def test_drawings_obey_the_content_security_policy_and_follow_the_page(document) -> None:
    for section in document["sections"]:
        for block in section["blocks"]:
            for figure in block["figures"]:
                for svg in (figure["wide"], figure["narrow"]):
                    assert "style=" not in svg
                    assert 'role="img" aria-label="' in svg
                    colours = set(re.findall(r'(?:fill|stroke)="([^"]+)"', svg))
                    assert all(c.startswith("var(--") for c in colours - {"none", "transparent"})


def test_every_colour_of_the_drawings_is_a_design_token(document) -> None:
    tokens = (Path(__file__).parents[2] / "static" / "tokens.css").read_text()
    for name in set(re.findall(r"var\((--[a-z0-9-]+)", pages.as_json(document) + str(document))):
        assert tokens.count(f"{name}:") == 2, name  # light and dark


def test_what_cannot_be_answered_is_said_and_stops_nothing(document) -> None:
    table = ratings.checked(ratings_table(raters=4, artworks=4))
    made = compose(
        title="t", facts=[], plan={"metric_validity": {}, "acceptability": {}},
        evidence=Evidence(table), participants=None, seed=1,
    )  # fmt: skip
    first, second = (section["blocks"][0] for section in made["sections"])
    assert "have been measured by L∞, L2" in first["problem"]
    assert second["claim"]


def test_populations_are_pooled_only_where_the_plan_says_so_and_never_with_simulated_raters() -> (
    None
):
    parts = [
        ratings_table(raters=4, artworks=4, population="artists"),
        ratings_table(raters=4, artworks=4, population="crowd"),
        ratings_table(raters=4, artworks=4, population="crowd", simulated=True),
    ]
    made = compose(
        title="t", facts=[],
        evidence=Evidence(ratings.checked(pd.concat(parts))), participants=None, seed=1,
        plan={"acceptability": {"pooled": True}, "agreement": {"replicates": 200}},
    )  # fmt: skip
    together, apart = ([b["group"] for b in section["blocks"]] for section in made["sections"])
    assert together == ["artists and crowd together", "SIMULATED crowd"]
    assert apart == ["artists", "crowd", "SIMULATED crowd", "artists and crowd compared"]


def test_tables_of_the_page_put_the_interval_beside_its_value() -> None:
    table = {
        "title": "t",
        "columns": ["condition", "n", "share", "share_low", "share_high", "mean", "p", "method"],
        "rows": [
            ["glaze", 1234, 0.5, 0.25, 0.75, -1, 0.00001, "two-way clustered (9 raters)"],
            ["clean", 3, 1, None, None, 2.5, 0.04, "no interval: one item"],
        ],
    }
    read = shown(table)
    assert [label for label, _ in read.headings][:3] == ["condition", "answers", "share willing"]
    assert [text for text, _ in read.rows[0]] == [
        "glaze", "1,234", "50% [25%, 75%]", "−1.00", "< 0.001",
    ]  # fmt: skip
    assert read.rows[1][2][0] == "100% [no interval]"
    assert read.methods == ["two-way clustered", "no interval: one item"]


def test_the_fingerprint_changes_with_plan_table_and_measurements() -> None:
    table = ratings.checked(ratings_table(raters=2))
    first = fingerprint(PLAN, Evidence(table), None)
    assert first == fingerprint(PLAN, Evidence(table.copy()), None)
    others = [
        fingerprint({"agreement": {}}, Evidence(table), None),
        fingerprint(PLAN, Evidence(table.iloc[1:]), None),
        fingerprint(PLAN, Evidence(table, measurements_table(table)), None),
        fingerprint(PLAN, Evidence(table, items=Evidence(table).of_items), None),
    ]
    assert len({first, *others}) == 5


def test_the_flow_counts_who_agreed_who_answered_and_what_rules_left_out() -> None:
    table = ratings.checked(ratings_table(raters=3, each=10))
    names = table["participant"].unique()
    table.loc[table["participant"] == names[0], ["excluded", "exclusion_reason"]] = [True, "speed"]
    table.loc[table.index[-1], "gold"] = True
    people = pd.DataFrame(
        {"participant": [*names, "P-SILENT"], "simulated": False,
         "state": ["finished", "finished", "lapsed", "active"]}
    )  # fmt: skip
    (found,) = flow(table, people)
    assert [(box["label"], box["raters"], box["answers"]) for box in found["boxes"]] == [
        ("agreed to take part", 4, None),
        ("answered about no picture", 1, None),
        ("answered at least once", 3, 60),
        ("pictures whose right answer is known", 1, 1),
        ("excluded: speed", 1, 20),
        ("in the analysis", 2, 39),
    ]
    assert found["boxes"][-1]["parts"] == (
        "1 finished",
        "1 left before the end; their answers count",
    )


@pytest.mark.django_db
def test_a_study_is_reported_once_until_an_answer_or_a_measurement_changes() -> None:
    study = answered_study()
    first = services.compute_report(study=study)
    assert services.compute_report(study=study).pk == first.pk
    measured_as(study, {"lpips": 0.1})
    second = services.compute_report(study=study)
    assert second.pk != first.pk
    assert Report.objects.count() == 2


@pytest.mark.django_db
def test_a_report_carries_the_hashes_seed_and_versions_it_was_made_with() -> None:
    study = answered_study()
    facts = dict(services.compute_report(study=study).document["facts"])
    assert facts["Protocol (sha256)"] == study.protocol.sha256
    assert facts["Design (sha256)"] == study.protocol.design_sha256
    assert facts["Seed"] == "11"
    assert "numpy" in facts["With"]


@pytest.mark.django_db
def test_artworks_are_what_items_are_drawn_with() -> None:
    from evaluation import queries

    table = queries.ratings(answered_study())
    assert table["artwork"].nunique() == 3
    assert table.groupby("item")["artwork"].nunique().max() == 1


@pytest.mark.django_db
def test_nobody_answered_means_no_report() -> None:
    with pytest.raises(ratings.TableError, match="Nobody has answered yet"):
        services.compute_report(study=answered_study(people=0, simulated=0))


@pytest.mark.django_db
def test_the_command_writes_the_report_into_a_folder(tmp_path, capsys) -> None:
    study = answered_study()
    call_command(
        "experiment", "report", study.slug, "--to", str(tmp_path / "out"), "--no-measuring"
    )
    assert (tmp_path / "out" / "report.html").read_text().startswith("<!doctype html>")
    assert json.loads((tmp_path / "out" / "report.json").read_text())["title"] == study.title
    assert list((tmp_path / "out" / "tables").glob("acceptability-*.csv"))
    assert "Raters would post" in capsys.readouterr().out


@pytest.mark.django_db
def test_a_report_goes_on_without_metrics_where_networks_are_missing(
    tmp_path, settings, capsys
) -> None:
    settings.NETWORKS_DIR = tmp_path
    study = answered_study()
    call_command("experiment", "report", study.slug, "--to", str(tmp_path / "out"))
    told = capsys.readouterr()
    assert "“lpips_squeeze” is missing" in told.err
    assert (tmp_path / "out" / "report.html").exists()


def test_analyse_reports_on_data_collected_elsewhere(tmp_path, capsys) -> None:
    table = ratings_table(raters=8, artworks=4)
    bare = table[["participant", "item", "question", "value", "protection", "budget"]]
    bare.to_csv(tmp_path / "ratings.csv", index=False)
    measurements_table(table).to_csv(tmp_path / "metrics.csv", index=False)
    call_command(
        "analyse", tmp_path / "ratings.csv", metrics=tmp_path / "metrics.csv", to=tmp_path / "out"
    )
    told = capsys.readouterr().out
    assert "Krippendorff" in told
    assert "LPIPS" in told
    html = (tmp_path / "out" / "report.html").read_text()
    assert "every item counts as unrelated" in html


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("participant,item\n1,2\n", "lacks the column “question”"),
        ("participant,item,question,value\na,b,q,lots\n", "“lots” in the column “value”"),
        ("", "The file is empty"),
    ],
)
def test_analyse_refuses_a_wrong_table_with_a_sentence(tmp_path, text, said) -> None:
    (tmp_path / "r.csv").write_text(text)
    with pytest.raises(CommandError, match=said):
        call_command("analyse", tmp_path / "r.csv", to=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_analyse_names_the_questions_it_could_have_analysed(tmp_path, capsys) -> None:
    table = ratings_table(raters=4, artworks=4).assign(question="beauty")
    table = table.drop_duplicates(["participant", "item"])
    table.to_csv(tmp_path / "r.csv", index=False)
    call_command("analyse", tmp_path / "r.csv", to=tmp_path / "out")
    assert "questions of the table: beauty" in capsys.readouterr().out
    call_command("analyse", tmp_path / "r.csv", to=tmp_path / "out", question="beauty")
    assert "Raters would post" in capsys.readouterr().out


def _files_of(populations: list[str]) -> dict[str, str]:
    parts = [
        ratings_table(raters=4, artworks=3, population=name).assign(
            participant=lambda rows, n=number: rows["participant"] + f"-{n}"
        )
        for number, name in enumerate(populations)
    ]
    document = compose(
        title="t", facts=[], plan={"acceptability": {}},
        evidence=Evidence(ratings.checked(pd.concat(parts))), participants=None, seed=1,
    )  # fmt: skip
    return csv_files(document)


def test_populations_with_like_names_have_files_of_their_own() -> None:
    names = ["художники", "зрители", "A/B", "a b", "SIMULATED x", "x" * 300, "x" * 301]
    files = _files_of(names)
    assert len(files) == len(names) * len(_files_of(["one"]))
    assert max(map(len, files)) < 120
    assert len({name.casefold() for name in files}) == len(files)


def test_a_table_of_several_populations_keeps_them_row_by_row(document) -> None:
    block = document["sections"][0]["blocks"][0]
    table = {"name": "beside", "columns": ["level", "population"], "rows": [["x", "artists"]]}
    block = {**block, "tables": [table], "sensitivity": None}
    made = csv_files({**document, "sections": [{"blocks": [block]}]})["beside.csv"]
    assert made.splitlines() == ["level,population,simulated", "x,artists,False"]


def test_two_tables_of_one_name_are_refused(document) -> None:
    twice = {**document, "sections": document["sections"] * 2}
    with pytest.raises(ValueError, match="Two tables of the report are called"):
        csv_files(twice)


def test_no_text_of_a_table_becomes_a_formula_and_numbers_stay_numbers() -> None:
    text = next(iter(_files_of(["=HYPERLINK(1)"]).values()))
    assert "\n'=HYPERLINK(1)," in text
    text = next(iter(_files_of([" =HYPERLINK(1)"]).values()))
    assert "\n' =HYPERLINK(1)," in text
    differences = next(t for n, t in _files_of(["one"]).items() if "differences-over" in n)
    assert ",-0." in differences
    assert "'" not in differences


def test_a_table_of_a_header_alone_is_refused_and_nothing_is_written(tmp_path) -> None:
    (tmp_path / "r.csv").write_text("participant,item,question,value\n")
    with pytest.raises(CommandError, match="no answers: there is no row below its header"):
        call_command("analyse", tmp_path / "r.csv", to=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_analyse_reports_psr_beside_genre_shift_from_tables_of_elsewhere(tmp_path, capsys) -> None:
    table = mimicry_table(raters=8, sets=3)
    table.to_csv(tmp_path / "ratings.csv", index=False)
    genre_table(table).to_csv(tmp_path / "metrics.csv", index=False)
    call_command(
        "analyse", tmp_path / "ratings.csv", metrics=tmp_path / "metrics.csv", to=tmp_path / "out"
    )
    told = capsys.readouterr().out
    assert "PSR (share of answers) is" in told
    assert "Genre accuracy (CLIP genre) is" in told
    assert "what a perfect metric would correlate with PSR by artists" in told
    assert "willing" not in told
    files = {path.name for path in (tmp_path / "out" / "tables").iterdir()}
    assert any(name.startswith("psr-artists-1") for name in files)


def test_analyse_never_pools_the_conditions_of_a_column_called_condition(tmp_path, capsys) -> None:
    table = mimicry_table(raters=8, sets=3)
    labels = table["protection"] + "+" + table["purification"]
    given = table[["participant", "item", "artwork", "question", "value"]].assign(
        condition=labels, colour="red"
    )
    pd.concat([given, given[:5]]).to_csv(tmp_path / "r.csv", index=False)
    call_command("analyse", tmp_path / "r.csv", to=tmp_path / "out")
    told = capsys.readouterr().out
    assert "Conditions: The column “condition” is taken for the protection" in told
    assert "Not used: 1 column of the table: colour." in told
    assert "Counted once: Left out: 5 answers" in told
    assert "pictures without a label" not in told
    html = (tmp_path / "out" / "report.html").read_text()
    assert "glaze+impress" in html
    assert "1 column of the table: colour" in html


def test_copied_rows_change_no_analysis(tmp_path) -> None:
    table = mimicry_table(raters=6, sets=2)
    found = []
    for name, rows in {"once": table, "twice": pd.concat([table, table])}.items():
        rows.to_csv(tmp_path / f"{name}.csv", index=False)
        call_command("analyse", tmp_path / f"{name}.csv", to=tmp_path / name, title="t")
        sections = json.loads((tmp_path / name / "report.json").read_text())["sections"]
        rows = [block.pop("rows") for section in sections for block in section["blocks"]]
        found.append((sections, [each["used"] for each in rows]))
    assert found[0] == found[1]


def test_analyse_takes_the_points_that_say_that_a_protection_held(tmp_path, capsys) -> None:
    table = mimicry_table(raters=8, sets=3).assign(question="likeness")
    table.to_csv(tmp_path / "r.csv", index=False)
    call_command(
        "analyse", tmp_path / "r.csv", to=tmp_path / "out", question="likeness", points=[1]
    )
    assert "PSR (share of answers) is" in capsys.readouterr().out
    html = (tmp_path / "out" / "report.html").read_text()
    assert "the answer to “likeness” is 1 on the scale of 5" in html
    assert "protection success rate" in html


HOSTILE = {
    "one rater": lambda t: t[t["participant"] == t["participant"].iloc[0]],
    "one item": lambda t: t[t["item"] == t["item"].iloc[0]],
    "one artwork": lambda t: t[t["artwork"] == t["artwork"].iloc[0]],
    "all alike": lambda t: t.assign(value=3),
    "separated": lambda t: t.assign(value=(t["protection"] == "clean") * 4 + 1),
    "an empty condition": lambda t: t.assign(
        value=t["value"].astype(object).where(t["protection"] != "clean", "NaN")
    ),
    "nothing but NaN": lambda t: t.assign(value="nan"),
    "four columns": lambda t: t[["participant", "item", "question", "value"]],
    "unknown columns": lambda t: t.assign(colour="red", n_low=1),
    "an answer a rater": lambda t: t.assign(participant=range(len(t))),
    "an answer a picture": lambda t: t.assign(item=range(len(t))),
    "answers given twice": lambda t: pd.concat([t, t]),
}


@pytest.mark.parametrize("question", ["mimicry_success", "acceptability"])
@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.filterwarnings("error")
def test_analyse_answers_hostile_tables_in_sentences(kind, question, tmp_path, capsys) -> None:
    table = mimicry_table(raters=5, sets=2).assign(question=question)
    rows = HOSTILE[kind](table)
    rows.to_csv(tmp_path / "r.csv", index=False)
    metrics = pd.DataFrame({"item": rows["item"].unique(), "metric": "lpips"})
    metrics.assign(value=range(len(metrics))).to_csv(tmp_path / "m.csv", index=False)
    call_command(
        "analyse", tmp_path / "r.csv", metrics=tmp_path / "m.csv", to=tmp_path / "out", margin=0.1
    )
    document = json.loads((tmp_path / "out" / "report.json").read_text())
    for section in document["sections"]:
        for block in section["blocks"]:
            said = [block["claim"] or block["problem"], *block["sentences"], *block["notes"]]
            assert not [
                text for text in said if "nan" in text.split() or not text.endswith((".", ")"))
            ]
