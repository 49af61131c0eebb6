"""PSR and CLIP genre shift: numbers of hand-made tables, arms that are compared, honest words."""

import numpy as np
import pandas as pd
import pytest

from evaluation import ratings
from evaluation.analyses import ANALYSES, Finding
from evaluation.evidence import Evidence
from evaluation.findings.arms import arms, success_points
from evaluation.measuring import measurements
from evaluation.ratings import TableError
from evaluation.statistics.estimate import BadData
from tests.evaluation.tables import genre_table, mimicry_table

QUICK = {"replicates": 300}


def run(
    name: str, table: pd.DataFrame, measured: pd.DataFrame | None = None, **settings
) -> Finding:
    found = measurements.empty() if measured is None else measured
    return ANALYSES.build(name, {**QUICK, **settings}).run(Evidence(table, found), seed=3)


def by_condition(finding: Finding) -> pd.DataFrame:
    return finding.table.set_index("condition")


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return ratings.checked(mimicry_table())


@pytest.fixture(scope="module")
def genres(table: pd.DataFrame) -> pd.DataFrame:
    return measurements.checked(genre_table(table))


def small() -> pd.DataFrame:
    """Three raters, two sets of one painter, clean and glaze: answers written down by hand."""
    answers = {
        ("clean", "0", "set 1"): (4, 5, 2),
        ("clean", "0", "set 2"): (5, 4, 3),
        ("glaze", "0.05", "set 1"): (1, 2, 4),
        ("glaze", "0.05", "set 2"): (2, 3, 3),
    }
    return ratings.checked(
        pd.DataFrame(
            [
                {
                    "participant": f"P{rater}", "item": f"{protection} {part}", "artwork": part,
                    "artist": "Monet", "protection": protection, "budget": budget,
                    "question": "mimicry_success", "value": value, "scale": 5,
                }
                for (protection, budget, part), values in answers.items()
                for rater, value in enumerate(values)
            ]
        )
    )  # fmt: skip


def test_the_psr_of_a_painter_counts_artworks_and_not_their_items() -> None:
    """Three sets of paintings beside each of two artworks are two samples, not six."""
    raw = [
        {
            "participant": f"P{rater}", "item": f"{painter} {work} {part}", "artwork": work,
            "artist": painter, "protection": "clean", "budget": "0",
            "question": "mimicry_success", "value": 1 + 3 * (work == "b") + (rater + part) % 2,
            "scale": 5,
        }
        for painter in ("Monet", "Turner")
        for work in ("a", "b")
        for part in range(3)
        for rater in range(6)
    ]  # fmt: skip
    table = ratings.checked(pd.DataFrame(raw))
    [each] = [e for e in run("psr", table).exhibits if e.title == "PSR of each painter"]
    alone = run("psr", table[table["artist"] == "Monet"]).table.iloc[0]
    monet = each.table.set_index("painter").loc["Monet"]
    for column in ("share_psr_answers_low", "share_psr_answers_high"):
        assert monet[column] == pytest.approx(alone[column])


def test_psr_of_a_table_made_by_hand() -> None:
    found = by_condition(run("psr", small()))
    # clean: one of six answers is 1 or 2; medians 4 and 4. glaze: 1, 2, 2 of six; medians 2 and 3
    assert found.loc["clean", "share_psr_answers"] == pytest.approx(1 / 6)
    assert found.loc["glaze 0.05", "share_psr_answers"] == pytest.approx(3 / 6)
    assert found["share_psr_items"].tolist() == [0.0, 0.5]
    assert found["n"].tolist() == [6, 6]
    assert found["items"].tolist() == [2, 2]


def test_the_difference_to_the_clean_arm_is_that_of_the_shares() -> None:
    finding = run("psr", small())
    differences = finding.exhibits[1].table
    assert differences["share_difference"].tolist() == pytest.approx([3 / 6 - 1 / 6])
    assert differences["against"].tolist() == ["clean arm"]
    assert "not significant" in finding.sentences[0]


def test_a_question_turned_round_counts_the_highest_points() -> None:
    turned = small().assign(question="protection_success", value=lambda t: 6 - t["value"])
    found = run("psr", turned, question="protection_success")
    plain = run("psr", small())
    assert by_condition(found)["share_psr_answers"].tolist() == pytest.approx(
        by_condition(plain)["share_psr_answers"].tolist()
    )
    assert "is 4 to 5 on the scale of 5" in found.notes[0]


def test_the_cut_is_a_setting_and_is_said() -> None:
    found = run("psr", small(), points=[1])
    assert by_condition(found)["share_psr_answers"].tolist() == pytest.approx([0, 1 / 6])
    assert "is 1 on the scale" in found.notes[0]


@pytest.mark.parametrize(
    ("question", "points", "said"),
    [
        ("beauty", None, "Say which points of “beauty” count"),
        ("mimicry_success", (1, 3), "must follow one another"),
        ("mimicry_success", (0, 1), "its scale goes from 1 to 5"),
        ("mimicry_success", (5, 6), "The points 5 and 6"),
    ],
)
def test_points_that_are_none_are_refused(question, points, said: str) -> None:
    with pytest.raises(TableError, match=said):
        success_points(question, points, 5)


def test_every_arm_is_compared_with_clean_and_purified_ones_with_the_protected_arm(table) -> None:
    differences = run("psr", table).exhibits[1].table
    assert list(zip(differences["comparison"], differences["against"], strict=True)) == [
        ("glaze 0.05 minus clean", "clean arm"),
        ("glaze 0.05 · impress minus clean", "clean arm"),
        ("glaze 0.05 · impress minus glaze 0.05", "protected arm"),
        ("glaze 0.05 · jpeg minus clean", "clean arm"),
        ("glaze 0.05 · jpeg minus glaze 0.05", "protected arm"),
    ]
    assert (differences["p_holm"] >= differences["p"]).all()
    assert (differences["painters"] == 2).all()


def test_what_is_not_significant_is_said_to_be_so(table) -> None:
    rng = np.random.default_rng(8)
    flat = table.assign(value=rng.integers(1, 6, len(table)).astype(float))
    assert all("not significant" in sentence for sentence in run("psr", flat).sentences)
    said = run("psr", table).sentences
    assert said[0].startswith("glaze 0.05 against clean: +")
    assert ", significant (p" in said[0]


def test_eras_are_analysed_apart_unless_the_plan_says_otherwise() -> None:
    table = ratings.checked(mimicry_table(eras=True))
    apart = run("psr", table)
    assert set(apart.table["era"]) == {"contemporary", "historical"}
    assert apart.claim.startswith("Contemporary painters: PSR (share of answers) is ")
    assert ". Historical painters: PSR" in apart.claim
    assert len(apart.table) == 8
    assert (apart.table["painters"] == 1).all()
    assert any("Eras are analysed apart" in note for note in apart.notes)
    together = run("psr", table, pool_eras=True)
    assert len(together.table) == 4
    assert any("several eras together: contemporary and historical" in n for n in together.notes)


def test_conditions_of_one_mimicry_are_not_named_by_it_and_of_several_are(table) -> None:
    assert list(by_condition(run("psr", table)).index)[:2] == ["clean", "glaze 0.05"]
    two = pd.concat(
        [table, table.assign(mimicry="lora", item="lora " + table["item"])], ignore_index=True
    )
    names = [arm.name for arm in arms(two.assign(cluster=two["artwork"]), pool_eras=False)]
    assert names[:3] == ["clean · dreambooth", "clean · lora", "glaze 0.05 · dreambooth"]
    compared = run("psr", two).exhibits[1].table["comparison"]
    assert "glaze 0.05 · lora minus clean · lora" in set(compared)
    assert "glaze 0.05 · lora minus clean · dreambooth" not in set(compared)


def test_without_a_clean_arm_it_is_said_what_that_means(table) -> None:
    finding = run("psr", table[table["protection"] != "clean"])
    assert any("cannot imitate anybody looks like a protection" in n for n in finding.notes)
    assert set(finding.exhibits[1].table["against"]) == {"protected arm"}


def test_drawing_artists_is_wider_and_said(table) -> None:
    many = ratings.checked(mimicry_table(painters=3, sets=6))
    items, artists = (run("psr", many, drawn=drawn) for drawn in ("items", "artists"))
    width = [(f.table["share_psr_answers_high"] - f.table["share_psr_answers_low"]).max()
             for f in (items, artists)]  # fmt: skip
    assert width[1] > width[0]
    assert any("these very painters, not of other painters" in note for note in items.notes)
    assert any("Fewer than 5 painters" in note for note in artists.notes)


def test_each_painter_is_shown_beside_the_mean(table) -> None:
    exhibit = run("psr", table).exhibits[-2]
    assert exhibit.title == "PSR of each painter"
    assert exhibit.table["painter"].tolist() == ["painter 0"] * 4 + ["painter 1"] * 4
    assert exhibit.table["share_psr_answers_low"].notna().all()


def test_answers_without_a_question_about_mimicry_are_told_what_is_missing(table) -> None:
    with pytest.raises(TableError, match="Nobody was asked the question “mimicry_success”"):
        run("psr", table.assign(question="beauty"))


def test_the_clean_arm_is_marked_in_the_chart(table) -> None:
    finding = run("psr", table)
    assert "clean · clean arm" in str(finding.chart)
    assert "strokeDash" in str(finding.chart)
    assert "dashed line is the clean arm" in finding.caption


def test_genre_accuracy_and_shift_are_complements_beside_psr(table, genres) -> None:
    finding = run("clip_genre_shift", table, genres)
    rows = by_condition(finding)
    assert (rows["share_accuracy"] + rows["share_shift"]).tolist() == pytest.approx([1.0] * 4)
    assert (rows["share_accuracy_low"] + rows["share_shift_high"]).tolist() == pytest.approx(
        [1.0] * 4
    )
    measured = genres[genres["metric"] == "clip_genre.correct"].set_index("item")["value"]
    clean = table[table["protection"] == "clean"]["item"].unique()
    assert rows.loc["clean", "share_accuracy"] == pytest.approx(measured[clean].mean())
    psr = by_condition(run("psr", table))["share_psr_answers"]
    assert rows["share_psr_answers"].tolist() == pytest.approx(psr.tolist())


def test_the_difference_of_genre_shift_has_the_sign_of_the_shift(table, genres) -> None:
    finding = run("clip_genre_shift", table, genres)
    first = finding.exhibits[0].table.iloc[0]
    rows = by_condition(finding)["share_shift"]
    assert first["share_difference"] == pytest.approx(rows["glaze 0.05"] - rows["clean"])
    assert finding.sentences[0].startswith("Genre shift of glaze 0.05 against clean: +")
    assert "CLIP genre shift" in str(finding.chart)


def test_several_classifiers_stand_side_by_side(table, genres) -> None:
    legacy = genres[genres["metric"] == "clip_genre.correct"].assign(
        metric="clip_genre(mode=legacy).correct", value=0.5
    )
    both = pd.concat([genres, legacy], ignore_index=True)
    finding = run(
        "clip_genre_shift", table, both, metrics=["clip_genre", {"clip_genre": {"mode": "legacy"}}]
    )
    assert set(finding.table["metric"]) == {
        "CLIP genre: correct", "CLIP genre: correct (mode=legacy)",
    }  # fmt: skip
    assert len(finding.table) == 8
    assert "Genre accuracy (CLIP genre (mode=legacy)) is 50%" in finding.claim


def test_a_shift_from_a_clean_arm_that_clip_does_not_know_says_little(table, genres) -> None:
    unknown = genres.assign(
        value=genres["value"].where(genres["metric"] != "clip_genre.correct", 0.25)
    )
    assert any("says little" in n for n in run("clip_genre_shift", table, unknown).notes)
    assert not any("says little" in n for n in run("clip_genre_shift", table, genres).notes)


def test_unmeasured_items_are_left_out_and_counted(table, genres) -> None:
    gone = table["item"].unique()[:2]
    finding = run("clip_genre_shift", table, genres[~genres["item"].isin(gone)])
    assert "2 items without measurements left out." in finding.notes
    assert finding.table["items"].sum() == table["item"].nunique() - 2
    with pytest.raises(TableError, match=r"run `manage.py measure` first"):
        run("clip_genre_shift", table, measurements.empty())


def test_values_that_are_no_accuracy_are_refused(table, genres) -> None:
    wrong = genres.assign(value=genres["value"] + 1)
    with pytest.raises((TableError, BadData), match="outside 0 to 1"):
        run("clip_genre_shift", table, wrong)


ASKED = {
    "question": "mimicry_success", "of": "psr",
    "metrics": ["clip_genre.correct", "clip_genre.margin", "clip_image_similarity"],
}  # fmt: skip


def test_psr_is_held_against_metrics_at_item_and_at_condition_level(table, genres) -> None:
    finding = run("metric_validity", table, genres, **ASKED)
    rows = finding.table.set_index(["metric", "level"])
    assert rows.loc[("CLIP genre: margin", "all pictures"), "over"] == 32
    assert rows.loc[("CLIP genre: margin", "conditions"), "over"] == 4
    over = rows.drop(index="within conditions", level="level")
    assert (over["agreement"] > 0.4).all()  # farther from the painter: more protection
    assert "Over all pictures (32 pictures, ceiling 0.9" in finding.claim
    assert any("Over conditions (4 conditions, ceiling 0.9" in said for said in finding.sentences)
    assert any("the farther a picture is from the painter" in note for note in finding.notes)


def test_four_conditions_prove_nothing_about_a_metric(table, genres) -> None:
    finding = run("metric_validity", table, genres, **ASKED)
    said = " ".join(finding.sentences)
    assert "4 conditions are too few to tell a metric from chance" in said
    assert not any(said.startswith("Over conditions, these differ") for said in finding.sentences)
    rows = finding.table[finding.table["level"] == "conditions"]
    assert not (rows["agreement_high"] - rows["agreement_low"] < 1e-6).any()
    assert (rows["verdict"] == "cannot tell").all()


def test_the_item_level_is_the_correlation_of_shares_with_the_metric(table, genres) -> None:
    finding = run("metric_validity", table, genres, **ASKED)
    hit = (table["value"] <= 2).groupby(table["item"]).mean()
    metric = genres[genres["metric"] == "clip_genre.margin"].set_index("item")["value"]
    expected = hit.corr(-metric[hit.index], method="spearman")
    ranks = next(e for e in finding.exhibits if e.title.startswith("Rank correlations"))
    rows = ranks.table.set_index(["metric", "level"])["spearman"]
    assert rows["CLIP genre: margin", "all pictures"] == pytest.approx(expected)


def test_eras_are_shown_apart_where_they_are_taken_together(genres) -> None:
    table = ratings.checked(mimicry_table(eras=True))
    finding = run("metric_validity", table, genres, **ASKED)
    assert any("several eras together" in note for note in finding.notes)
    apart = finding.exhibits[-1]
    assert apart.title == "Painters of each era apart"
    assert set(apart.table["era"]) == {"contemporary", "historical"}
