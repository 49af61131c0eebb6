"""Published numbers: those of the papers, put together again, and marked beside a study's own."""

import math

import pytest

from evaluation import published
from evaluation.analyses.psr import Psr
from evaluation.evidence import Evidence
from evaluation.published.beside import NOT_COMPARABLE, as_printed, genre_exhibit
from evaluation.ratings import checked
from evaluation.reporting.tables import shown
from evaluation.statistics.estimate import Estimate
from tests.evaluation.tables import mimicry_table

# typed again from the papers' tables, number by number, not read from the files under test
IMPRESS_1 = {
    "CLIP classifier": [
        (90.8, 3.2), (42.5, 8.3), (64.9, 7.6), (47.9, 7.0), (66.6, 3.4), (87.0, 6.7),
    ],
    "Diffusion classifier": [
        (95.4, 3.1), (42.9, 9.5), (67.6, 9.0), (40.9, 9.8), (68.0, 9.5), (82.3, 8.3),
    ],
}  # fmt: skip
IMPRESS_2 = {
    "SSIM": [(0.41, 0.06), (0.52, 0.07), (0.18, 0.05), (0.49, 0.08), (0.49, 0.08)],
    "PSNR": [(14.24, 1.57), (15.51, 1.69), (11.06, 0.94), (14.94, 1.59), (15.61, 2.03)],
    "VIF-p": [(0.11, 0.03), (0.15, 0.04), (0.06, 0.02), (0.14, 0.05), (0.16, 0.04)],
}
IMPRESS_3 = {
    "Protected": [42.5, 41.0, 40.8, 47.1, 77.1], "IMPRESS": [85.6, 84.6, 81.9, 85.7, 82.1],
}  # fmt: skip
IMPRESS_4 = {
    "CLIP classifier": [(90.8, 3.2), (42.5, 8.3), (87.0, 6.7), (40.8, 9.1), (81.9, 5.5)],
    "Diffusion classifier": [(95.4, 3.1), (42.9, 9.5), (82.3, 8.3), (44.1, 9.3), (84.0, 6.6)],
}
IMPRESS_5 = {
    "SSIM": [(0.41, 0.06), (0.49, 0.08), (0.42, 0.04), (0.52, 0.05)],
    "PSNR": [(14.24, 1.57), (15.61, 2.03), (14.54, 1.74), (15.90, 1.23)],
    "VIF-p": [(0.11, 0.03), (0.16, 0.04), (0.14, 0.04), (0.16, 0.03)],
}
GLAZE = {
    "Artist-rated PSR": [(4.6, 1.4), (93.3, 0.6), (95.9, 0.4), (96.1, 0.3)],
    "CLIP-based genre shift": [(2.4, 0.8), (96.0, 0.3), (98.2, 0.1), (98.5, 0.1)],
}


@pytest.mark.parametrize(
    ("paper", "number", "expected"),
    [("impress", "1", IMPRESS_1), ("impress", "2", IMPRESS_2), ("impress", "4", IMPRESS_4),
     ("impress", "5", IMPRESS_5), ("glaze", "", GLAZE)],
)  # fmt: skip
def test_every_number_and_its_spread_is_the_papers(paper, number, expected) -> None:
    found = published.table(paper, number)
    assert found.measures == list(expected)
    for measure, numbers in expected.items():
        assert [(cell.value, cell.spread) for cell in found.row(measure)] == numbers


def test_table_3_has_no_spread() -> None:
    found = published.table("impress", "3")
    for measure, numbers in IMPRESS_3.items():
        assert [(cell.value, cell.spread) for cell in found.row(measure)] == [
            (number, None) for number in numbers
        ]
    assert found.columns == ("1", "10", "40", "100", "1000")


def test_table_6_repeats_table_4_in_parentheses_and_says_what_is_misprinted() -> None:
    six, four = (published.table("impress", number) for number in "64")
    assert [cell.value for cell in six.row("CLIP classifier")] == [90.8, 42.5, 87.0, 48.0, 83.9]
    assert [cell.value for cell in six.row("Diffusion classifier")] == [95.4, 42.9, 82.3, 47.8, 84]
    for measure in four.measures:
        before = [cell.before for cell in six.row(measure)[3:]]
        assert before == [cell.value for cell in four.row(measure)[3:]]
    assert "printed as “84.”" in six.notes


def test_tables_agree_with_each_other_where_they_print_the_same_thing() -> None:
    one, four = published.table("impress", "1"), published.table("impress", "4")
    two, five = published.table("impress", "2"), published.table("impress", "5")
    for measure in one.measures:
        for mine, theirs in (("Clean", "Clean"), ("Protected", "Protected"),
                             ("IMPRESS", "Purified")):  # fmt: skip
            assert one.cell(measure, mine).printed == four.cell(measure, theirs).printed
    for measure in two.measures:
        assert two.cell(measure, "IMPRESS").printed == five.cell(measure, "Purified").printed
    three = published.table("impress", "3")
    assert three.cell("IMPRESS", "40").value == four.cell("CLIP classifier",
                                                          "Purified, adaptive").value  # fmt: skip


def test_the_printed_tables_are_put_together_again() -> None:
    rebuilt = published.table("impress", "1").rebuilt()
    assert list(rebuilt.columns) == [
        "measure", "Clean", "Protected", "JPG", "Noise", "Resize", "IMPRESS",
    ]  # fmt: skip
    assert rebuilt.iloc[0].tolist() == [
        "CLIP classifier", "90.8 ± 3.2", "42.5 ± 8.3", "64.9 ± 7.6", "47.9 ± 7.0", "66.6 ± 3.4",
        "87.0 ± 6.7",
    ]  # fmt: skip
    assert {table.name for table in published.tables()} >= {
        "IMPRESS, table 6: Adaptive defense after O-PGD",
        "Glaze: Protection by perturbation budget (LPIPS)",
    }


def test_what_impress_gave_back_of_the_loss_is_computed_from_the_means() -> None:
    shares = published.recovered().set_index(["measure", "purification"])["share"]
    assert shares["CLIP classifier", "IMPRESS"] == pytest.approx((87 - 42.5) / (90.8 - 42.5))
    assert shares["Diffusion classifier", "Noise"] < 0
    assert len(shares) == 8


def test_all_numbers_are_one_tidy_table() -> None:
    tidy = published.tidy()
    assert len(tidy) == 12 + 15 + 10 + 10 + 12 + 10 + 8
    assert tidy["value"].notna().all()
    assert set(tidy["work"]) == {"IMPRESS", "Glaze"}


def test_every_table_says_its_paper_its_setting_and_what_the_spread_is() -> None:
    for table in published.tables():
        assert "arXiv:" in table.citation
        assert table.setting
        assert table.spread.startswith("not stated")


def test_what_is_not_there_is_said() -> None:
    with pytest.raises(KeyError, match="no published table 7 of impress"):
        published.table("impress", "7")
    with pytest.raises(KeyError, match="no published numbers of mist"):
        published.table("mist")
    with pytest.raises(KeyError, match="has no CLIP classifier of Ours"):
        published.table("impress", "1").cell("CLIP classifier", "Ours")


def test_psr_stands_beside_glazes_marked_as_published() -> None:
    evidence = Evidence(checked(mimicry_table()))
    finding = Psr(question="mimicry_success").run(evidence, 1)
    (exhibit,) = [each for each in finding.exhibits if each.title.startswith("Published")]
    rows = exhibit.table
    assert exhibit.caption.startswith(NOT_COMPARABLE)
    theirs = rows[rows["source"] == "PUBLISHED: Glaze"].set_index("condition")
    assert theirs["share_psr_answers"].to_dict() == {
        "no cloak": 0.046, "glaze 0.05": 0.933, "glaze 0.1": 0.959, "glaze 0.2": 0.961,
    }  # fmt: skip
    assert theirs["share_psr_answers_low"].isna().all()
    own = rows[~rows["source"].str.startswith("PUBLISHED")]
    assert len(own) == len(finding.table)
    assert own["share_psr_answers_low"].notna().all()
    assert "SIMULATED" not in " ".join(own["source"])


def test_genre_accuracy_stands_beside_both_papers_on_one_scale() -> None:
    own = {("CLIP genre", "clean"): Estimate(0.8, 0.7, 0.9, 0.05, 0.95, 40, "made up")}
    exhibit = genre_exhibit(own, simulated=True)
    rows = exhibit.table.set_index("condition")
    assert rows["share_accuracy"]["IMPRESS"] == 0.87
    assert rows["share_accuracy"]["glaze 0.05"] == pytest.approx(0.04)
    assert rows["printed"]["glaze 0.05"] == "shift 96.0 ± 0.3 %"
    assert rows["source"]["clean (CLIP genre)"] == "this study, SIMULATED raters"
    assert "behind the ± is not stated in the paper" in exhibit.caption


def test_a_published_number_is_shown_without_an_interval() -> None:
    own = {("CLIP genre", "clean"): Estimate(0.8, 0.7, 0.9, 0.05, 0.95, 40, "made up")}
    frame = genre_exhibit(own, simulated=False).table
    rows = [
        [None if isinstance(v, float) and math.isnan(v) else v for v in row]
        for row in frame.itertuples(index=False)
    ]
    table = shown({"title": "", "caption": "", "columns": list(frame.columns), "rows": rows,
                   "name": "x"})  # fmt: skip
    text = str(table)
    assert "87%" in text
    assert "nan" not in text


def test_all_six_tables_of_impress_stand_as_printed_beside_a_study_that_purified() -> None:
    shown = as_printed()
    assert [each.title.partition(":")[2].strip().split(":")[0] for each in shown] == [
        f"IMPRESS, table {number}" for number in range(1, 7)
    ]
    assert all(NOT_COMPARABLE in each.caption for each in shown)
    edits = shown[1].table.set_index("measure")
    assert edits.loc["SSIM", "IMPRESS"] == "0.49 ± 0.08"
