"""The table of ratings: checked with sentences, and never pooled silently."""

import re

import pandas as pd
import pytest

from evaluation import groups, ratings
from evaluation.measuring import measurements
from evaluation.ratings import TableError
from tests.evaluation.tables import measurements_table, ratings_table


def small(**columns: object) -> pd.DataFrame:
    base = {"participant": ["a", "b"], "item": ["x", "y"], "question": ["q", "q"], "value": [1, 3]}
    return pd.DataFrame({**base, **columns})


def test_a_small_table_is_filled_in_with_defaults() -> None:
    table = ratings.checked(small())
    assert table["scale"].tolist() == [3, 3]
    assert table["budget"].tolist() == ["", ""]
    assert not table[["simulated", "gold", "excluded"]].to_numpy().any()


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (small().drop(columns="item"), "lacks the column “item”; its columns are: participant"),
        (small(value=["1", "many"]), "Row 2: “many” in the column “value” is no number"),
        (small(participant=["a", ""]), "Row 2 has nothing in the column “participant”"),
        (small(simulated=["true", "perhaps"]), "Row 2: “perhaps” in the column “simulated”"),
        (small(value=[1, 6], scale=[5, 5]), "Row 2: the value 6 is not on a scale of 5 points"),
        (small(value=[0, 3]), "Row 1: the value 0 is not on a scale"),
        (small(value=["1", "inf"]), "Row 2: “inf” in the column “value” is no point on a scale"),
        (small(value=["1", "-inf"]), "Row 2: “-inf” in the column “value” is no point"),
        (small(value=["1e300", "1"]), "Row 1: “1e300” in the column “value” is no point"),
        (small(value=["1", "2.5"]), "Row 2: “2.5” in the column “value” .* whole numbers"),
        (small(scale=["5", "inf"]), "Row 2: “inf” in the column “scale” is no point"),
        (small(scale=["5", "101"]), "Row 2: “101” in the column “scale” .* 100 at most"),
        (small(scale=["5", "4.5"]), "Row 2: “4.5” in the column “scale” is no point"),
    ],
)
def test_a_wrong_table_is_refused_with_a_sentence(table: pd.DataFrame, said: str) -> None:
    with pytest.raises(TableError, match=said):
        ratings.checked(table)


@pytest.mark.parametrize("missing", ["", "NA", None])
def test_a_missing_value_is_no_mistake_and_no_answer(missing: object) -> None:
    table = ratings.checked(small(value=[missing, "3"]))
    assert len(ratings.usable(table)) == 1


def test_the_exported_table_comes_through_csv_unchanged(tmp_path) -> None:
    table = ratings_table(raters=3)
    table.to_csv(tmp_path / "t.csv", index=False)
    read = pd.read_csv(tmp_path / "t.csv", dtype=str, keep_default_na=False)
    before, after = ratings.checked(table), ratings.checked(read)
    columns = ["value", "scale", "simulated", "gold", "excluded", "repeat_of", "artwork", "budget"]
    pd.testing.assert_frame_equal(before[columns], after[columns], check_dtype=False)


def test_excluded_gold_and_repeated_answers_do_not_count() -> None:
    table = ratings.checked(
        small(
            participant=list("abcd"), item=list("wxyz"), question=["q"] * 4, value=[1, 2, 3, 4],
            excluded=[True, False, False, False], gold=[False, True, False, False],
            repeat_of=["", "", "trial-1", ""],
        )
    )  # fmt: skip
    assert ratings.usable(table)["participant"].tolist() == ["d"]


def test_a_condition_is_the_protection_where_there_is_none() -> None:
    given = small(condition=["clean", "glaze"], budget=["0", "0.05"])
    table = ratings.checked(given)
    assert table["protection"].tolist() == ["clean", "glaze"]
    assert ratings.clean_protection(table) == "clean"
    assert "“condition” is taken" in dict(ratings.remarks(given, table))["Conditions"]


def test_a_condition_beside_a_protection_is_told_as_unused() -> None:
    given = small(condition=["a", "b"], protection=["clean", "glaze"], colour="red")
    table = ratings.checked(given)
    assert table["protection"].tolist() == ["clean", "glaze"]
    assert dict(ratings.remarks(given, table)) == {
        "Not used": "2 columns of the table: condition and colour."
    }


def test_of_answers_given_twice_the_first_counts() -> None:
    given = small(
        participant=["a"] * 4, item=["x", "x", "x", "y"], question=["q"] * 4, value=[1, 2, 2, 3],
        repeat_of=["", "", "trial-1", ""],
    )  # fmt: skip
    table = ratings.checked(given)
    assert ratings.usable(table)["value"].tolist() == [1, 3]
    assert ratings.repeated(table, "q")[["first", "second"]].to_numpy().tolist() == [[1, 2]]
    assert "1 answer to a question" in dict(ratings.remarks(given, table))["Counted once"]


def test_an_answer_that_does_not_count_leaves_the_next_one_counting() -> None:
    given = small(participant=["a"] * 2, item=["x"] * 2, value=["", "2"], scale=["5", "5"])
    assert ratings.usable(ratings.checked(given))["value"].tolist() == [2]


def test_people_and_simulated_raters_of_one_name_are_two() -> None:
    given = small(participant=["a"] * 2, item=["x"] * 2, simulated=["true", "false"])
    assert len(ratings.usable(ratings.checked(given))) == 2


def test_groups_keep_populations_and_simulated_raters_apart() -> None:
    parts = [
        ratings_table(raters=2, population="crowd"),
        ratings_table(raters=2, population="artists", simulated=True),
        ratings_table(raters=2, population="artists"),
    ]
    found = groups.groups(ratings.checked(pd.concat(parts)))
    assert [group.name for group in found] == ["artists", "crowd", "SIMULATED artists"]


@pytest.mark.parametrize(
    ("other", "said"),
    [({"population": "crowd"}, "mixes populations"), ({"simulated": True}, "SIMULATED raters")],
)
def test_a_mixed_table_is_never_analysed(other: dict[str, object], said: str) -> None:
    mixed = pd.concat([ratings_table(raters=2), ratings_table(raters=2, **other)])
    with pytest.raises(TableError, match=said):
        ratings.answers_to(ratings.checked(mixed), "acceptability")


def test_an_unasked_question_is_named_beside_those_that_were_asked() -> None:
    table = ratings.checked(ratings_table(raters=2))
    with pytest.raises(TableError, match="“beauty”; questions of the table: acceptability, noti"):
        ratings.answers_to(table, "beauty")


def test_budgets_sort_by_size_however_they_are_written() -> None:
    assert sorted(["8/255", "0.05", "0", "0.0157"], key=ratings.amount) == [
        "0", "0.0157", "8/255", "0.05",
    ]  # fmt: skip


def test_the_clean_arm_is_the_one_whose_only_budget_is_zero() -> None:
    table = ratings.checked(ratings_table(raters=4))
    assert ratings.clean_protection(table) == "clean"
    assert ratings.clean_protection(table[table["protection"] != "clean"]) is None


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({}, "no untouched arm"),
        ({"protection": ["glaze", "mist"]}, "no untouched arm"),
        ({"budget": ["0", "0"]}, "no untouched arm"),
        ({"protection": ["a", "b"], "budget": ["0", "0"]}, r"budget 0 only \(a, b\)"),
    ],
)
def test_no_arm_is_called_untouched_on_a_guess(columns: dict[str, list[str]], said: str) -> None:
    table = ratings.checked(small(**columns))
    assert ratings.clean_protection(table) is None
    assert re.search(said, ratings.no_untouched_arm(table))


def test_metrics_are_checked_too() -> None:
    table = measurements_table(ratings_table(raters=4))
    assert measurements.checked(table)["value"].max() == float("inf")
    with pytest.raises(TableError, match="lack the column “metric”"):
        measurements.checked(table.drop(columns="metric"))
    with pytest.raises(TableError, match="give lpips of item-"):
        measurements.checked(pd.concat([table, table]))
    with pytest.raises(TableError, match="Row 1 of the metrics: “much” is no number"):
        measurements.checked(table.assign(value="much"))


def test_an_items_value_is_the_mean_over_its_pictures_where_they_are_told_apart() -> None:
    table = pd.DataFrame(
        {
            "item": ["a", "a", "b", "b"],
            "metric": "lpips",
            "value": [0.1, 0.3, 0.5, 0.7],
            "image": ["1", "2", "3", "4"],
            "version": "v",
        }
    )
    found = measurements.checked(table)
    assert found["item"].tolist() == ["a", "b"]
    assert found["value"].tolist() == pytest.approx([0.2, 0.6])
    with pytest.raises(TableError, match="twice"):
        measurements.checked(table.assign(image="1"))
    with pytest.raises(TableError, match="several versions"):
        measurements.checked(table.assign(version=["v", "w", "v", "v"]))


def test_items_are_typed_like_answers_and_named_once() -> None:
    items = pd.DataFrame(
        {"item": ["x", "y"], "condition": ["clean", "glaze"], "budget": ["0", "1"]}
    )
    table = ratings.items_checked(items)
    assert table["protection"].tolist() == ["clean", "glaze"]
    assert table["purification"].tolist() == ["none", "none"]
    with pytest.raises(TableError, match="name x twice"):
        ratings.items_checked(items.assign(item="x"))
    with pytest.raises(TableError, match="lacks the column “item”"):
        ratings.items_checked(items.drop(columns="item"))
