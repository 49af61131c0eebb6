"""Formats of the report and what stands behind them: bytes, pages, rows, rights, colours."""

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
import pypdfium2
import pytest
import vl_convert
import yaml
from PIL import Image

from evaluation import ratings
from evaluation.analyses import ANALYSES
from evaluation.charts.plots import SERIES
from evaluation.evidence import Evidence
from evaluation.reporting import behind, files, latex, pages, papers
from evaluation.reporting.about import About, Amendment, Passage
from evaluation.reporting.front import found, front
from evaluation.reporting.interactive import interactive
from evaluation.reporting.pdf import pdf
from evaluation.reporting.publication import refusal
from evaluation.reporting.report import compose, csv_files
from evaluation.reporting.sheets import Picture, sheet
from evaluation.reporting.tables import Shown
from tests.evaluation.tables import ratings_table

TOO_FAST = {"excluded": True, "exclusion_reason": "too fast"}


def table() -> pd.DataFrame:
    """People of whom two are ruled out, and SIMULATED raters."""
    people = ratings_table(raters=8, artworks=4)
    for name in ("P-AR000", "P-AR001"):
        people.loc[people["participant"] == name, list(TOO_FAST)] = list(TOO_FAST.values())
    made_up = ratings_table(raters=5, artworks=4, simulated=True, seed=9)
    made_up["participant"] = "S" + made_up["participant"]
    return ratings.checked(pd.concat([people, made_up]))


def composed(plan: dict | None = None) -> dict:
    about = About(
        launched=True,
        amendments=(Amendment("2026-11-01T10:00:00Z", "Paused.", "server down", 3, 4),),
        methods=(Passage("Stimuli", ("Cost: 5 % & more_than {that}.",)),),
        papers=({"key": "a2020", "text": "A (2020). T.", "bibtex": "@misc{a2020,\n}"},),
    )
    return compose(
        title="Cloaks & “quotes” <b>", facts=[("Seed", "4")], plan=plan or {"acceptability": {}},
        evidence=Evidence(table()), participants=None, seed=4, about=about,
    )  # fmt: skip


@pytest.fixture(scope="module")
def document() -> dict:
    return composed()


TWICE = """
import django; django.setup()
import hashlib, sys
from evaluation.reporting import pages
from tests.evaluation.test_report_formats import composed
made = composed({"acceptability": {"interval": "bootstrap", "replicates": 200}, "agreement": {}})
print(hashlib.sha256(pages.as_json(made).encode()).hexdigest())
"""


def test_two_processes_write_the_same_json_byte_for_byte() -> None:
    root = Path(__file__).parents[2]
    said = [
        subprocess.run(
            [sys.executable, "-c", TWICE], cwd=root, capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "DJANGO_SETTINGS_MODULE": "config.settings"},
        ).stdout.split()[-1]
        for seed in ("1", "2")
    ]  # fmt: skip
    assert said[0] == said[1]


def test_the_pdf_has_pages_with_numbers_the_mark_and_the_findings(document) -> None:
    read = pypdfium2.PdfDocument(pdf(document))
    texts = [page.get_textpage().get_text_range() for page in read]
    assert all("SOME RATERS SIMULATED" in text for text in texts)
    assert all(f"page {number} of {len(texts)}" in text for number, text in enumerate(texts, 1))
    claim = document["sections"][0]["blocks"][0]["claim"]
    assert "".join(claim.split())[:60] in "".join(texts[0].split())
    assert "server down" in "".join(texts)
    read.close()


def test_a_report_without_any_answerable_question_is_a_pdf_too() -> None:
    assert pdf(composed({"psr": {}})).startswith(b"%PDF")


def test_latex_escapes_what_it_would_run_and_gives_every_table() -> None:
    made = composed()
    found = latex.files(made)
    tables = [name for name in found if name.startswith("tables/")]
    assert len(tables) == len(csv_files(made))
    assert all(f"\\input{{{name.removesuffix('.tex')}}}" in found["tables.tex"] for name in tables)
    text = found[tables[0]]
    assert text.count("\\toprule") == text.count("\\bottomrule") == 1
    assert not re.search(r"(?<!\\)[%&_#](?![^\n]*\\\\\n)(?!\d)", text.partition("\\midrule")[0])
    assert r"Cost: 5 \% \& more\_\allowbreak{}than \{that\}." in found["methods.tex"]
    assert latex.escaped(r"\input{x} ~ ^") == (
        r"\textbackslash{}input\{x\} \textasciitilde{} \textasciicircum{}"
    )
    assert latex.escaped("λ ≥ 0, 絵") == r"\ensuremath{\lambda} $\geq$ 0, ?"
    assert found["references.bib"].startswith("@misc{a2020")


def test_columns_of_a_wide_table_share_the_width_of_the_page_and_wrap() -> None:
    row = [("word " * 30, False), ("12", True)]
    wide = Shown("Wide", [("condition", False), ("n", True)], [row], [], "")
    text = latex.tabular(wide, "about", "tab:t")
    shares = [float(share) for share in re.findall(r"p\{([0-9.]+)\\linewidth\}", text)]
    assert len(shares) == 2
    assert 0.8 < sum(shares) < 1
    assert shares[0] > 10 * shares[1]


def test_rows_behind_a_finding_are_its_raters_answers_with_the_reason_of_those_left_out(
    document,
) -> None:
    rows = files.as_csv(behind.table(table()))
    found = dict(files.rows_behind(document, rows))
    people, made_up = (
        pd.read_csv(io.StringIO(found[block["stem"]]))
        for block in document["sections"][0]["blocks"]
    )
    assert set(people["question"]) == {"acceptability"}
    assert people["left_out"].value_counts().to_dict() == {"too fast": 48}
    assert made_up["simulated"].all()
    assert len(people) == sum(document["sections"][0]["blocks"][0]["rows"][n]
                              for n in ("used", "left_out"))  # fmt: skip


def test_main_numbers_stand_beside_those_without_the_rules_of_exclusion(document) -> None:
    people, made_up = document["sections"][0]["blocks"]
    compared = people["sensitivity"]
    assert compared["answers"] == 48 * 2
    assert {"condition", "share", "share_all"} <= set(compared["table"]["columns"])
    assert compared["said"].startswith("With all answers kept")
    everyone = ratings.checked(ratings_table(raters=8, artworks=4))
    whole = compose(
        title="t", facts=[], plan={"acceptability": {}}, evidence=Evidence(everyone),
        participants=None, seed=4,
    )["sections"][0]["blocks"][0]  # fmt: skip
    assert compared["claim"] == whole["claim"]
    assert made_up["sensitivity"] is None
    assert whole["sensitivity"] is None


def test_an_analysis_that_breaks_names_the_error_and_the_others_stand(monkeypatch) -> None:
    def broken(*_args, **_kwargs):
        raise ZeroDivisionError("by nought")

    monkeypatch.setattr(ANALYSES.load("agreement"), "run", broken)
    made = composed({"agreement": {}, "acceptability": {}})
    first, second = (section["blocks"][0] for section in made["sections"])
    assert "broke with ZeroDivisionError (by nought)" in first["problem"]
    assert "Please report it" in first["problem"]
    assert second["claim"]


def test_the_first_page_says_what_does_not_hold_and_what_cannot_be_told() -> None:
    made = composed()
    block = made["sections"][0]["blocks"][0]
    block["assumptions"] = [
        {"name": "A", "held": True, "said": "yes"},
        {"name": "B", "held": False, "said": "3 < 5"},
        {"name": "C", "held": None, "said": "unknown"},
    ]
    block["limits"] = ["Nothing about others."]
    read = front(made)
    said = "1 assumption holds, 1 does not hold, 1 cannot be checked"
    assert read["found"][0]["blocks"][0]["trust"] == said
    assert [(each["name"], each["said"]) for each in read["doubts"]] == [("B", "3 < 5")]
    assert [each["said"] for each in read["untold"]] == ["Nothing about others.", "C: unknown"]
    html = pages.standalone(made)
    assert "Does not hold:" in html
    assert "cannot be checked" in html
    assert "server down" in html


def test_interactive_charts_are_valid_and_leave_the_stored_ones_as_they_are(document) -> None:
    for section in document["sections"]:
        for figure in section["blocks"][0]["figures"]:
            before = json.dumps(figure["spec"])
            lively = interactive(figure["spec"])
            assert '"params"' in json.dumps(lively)
            assert "<svg" in vl_convert.vegalite_to_svg(vl_spec=lively)
            assert json.dumps(figure["spec"]) == before


def test_text_of_a_study_cannot_end_the_scripts_of_the_file() -> None:
    made = {**composed(), "title": "</script><b>"}
    for figure in made["sections"][0]["blocks"][0]["figures"]:
        figure["spec"]["description"] = "</script><script>alert(1)</script>"
    html = pages.standalone(made, "participant\n</script>\n")
    assert "alert(1)</script>" not in html
    assert "<title>SIMULATED · &lt;/script&gt;" in html


@pytest.mark.parametrize(
    ("rights", "statement", "columns", "allowed"),
    [
        ("public_domain", "died 1890", {}, True),
        ("public_domain", "died 1890", {"publication": "no"}, False),
        ("licence", "CC-BY-4.0 by Ada", {}, True),
        ("licence", "CC BY-ND 4.0", {}, False),
        ("licence", "licensed to the laboratory", {}, False),
        ("licence", "licensed to the laboratory", {"publication": "Yes"}, True),
        ("consent", "shown to raters", {}, False),
        ("consent", "shown to raters", {"publication": "yes"}, True),
    ],
)
def test_only_pictures_whose_rights_allow_it_are_published(
    rights: str, statement: str, columns: dict[str, str], allowed: bool
) -> None:
    assert (refusal(rights, statement, columns) == "") is allowed


def test_a_contact_sheet_is_a_grid_that_enlarges_nothing() -> None:
    file = io.BytesIO()
    Image.new("RGB", (40, 20), "#ff0000").save(file, "PNG")
    cells = [Picture(file.getvalue(), "glaze 0.05 " * 20, "by Ada")] * 5
    with Image.open(io.BytesIO(sheet("s", "Head", "said", cells, columns=3, side=60).jpeg)) as page:
        red = np.asarray(page.convert("RGB"))[..., 0] > 200
        blue = np.asarray(page.convert("RGB"))[..., 2] < 60
    assert int((red & blue).sum()) == pytest.approx(5 * 40 * 20, rel=0.15)


def test_every_paper_names_something_there_is_and_is_good_bibtex() -> None:
    text = (Path(papers.__file__).parent / "papers.yaml").read_text()
    assert len({each["key"] for each in yaml.safe_load(text)}) == len(papers.PAPERS)
    for paper in papers.PAPERS:
        assert paper.bibtex.count("{") == paper.bibtex.count("}")
        assert re.fullmatch(r"\d{4}\.\d{4,5}", paper.arxiv or "2000.00000")
    keys = {paper.key for paper in papers.cited(["protections/glaze", "metrics/lpips"])}
    assert {"shan2023glaze", "zhang2018lpips", "harris2020numpy"} <= keys
    assert "cao2023impress" not in keys


class Eyes:
    """Machado, Oliveira, Fernandes 2009 (IEEE TVCG 15(6)), table 1, severity 1.0, linear RGB."""

    SEEN: ClassVar = {
        "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                       [-0.003882, -0.048116, 1.051998]],
        "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                         [-0.011820, 0.042940, 0.968881]],
        "all colours": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    }  # fmt: skip


def lab(colour: str, seen: str) -> np.ndarray:
    """CIELAB (D65) of a colour as it is seen."""
    rgb = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.array(Eyes.SEEN[seen]) @ linear, 0, 1)
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = to_xyz @ linear / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def dark_series() -> list[str]:
    text = (Path(__file__).parents[2] / "static" / "tokens.css").read_text()
    return [re.findall(rf"--series-{k}: (#\w+)", text)[1] for k in range(1, len(SERIES) + 1)]


@pytest.mark.parametrize("seen", list(Eyes.SEEN))
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_neighbouring_series_differ_for_every_eye(seen: str, theme: str) -> None:
    """The first four series, all pairs: ΔE of CIE 1976 of 10 and more (2.3 is just seen)."""
    colours = list(SERIES) if theme == "light" else dark_series()
    first = [lab(colour, seen) for colour in colours[:4]]
    pairs = [np.linalg.norm(a - b) for k, a in enumerate(first) for b in first[:k]]
    assert min(pairs) > 10, dict(zip(colours, first, strict=False))


def test_what_several_populations_say_word_for_word_stands_once_on_the_first_page() -> None:
    block = {"claim": "Genre is 80%.", "simulated": False, "assumptions": [], "population": "crowd"}
    other = {**block, "population": "artists"}
    apart = {**block, "claim": "Another.", "population": "students"}
    (section,) = found([{"name": "a", "blocks": [block, other, apart]}])
    assert [each["population"] for each in section["blocks"]] == ["crowd and artists", "students"]
