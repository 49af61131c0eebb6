"""Krippendorff's alpha, with its bootstrap: published values, another program, what it keeps."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.statistics.agreement import krippendorff_alpha
from evaluation.statistics.estimate import BadData
from tests.evaluation.tables import REFERENCE

LEVELS = ("nominal", "ordinal", "interval", "ratio")

# Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, example C: 4 observers, 12 units
PUBLISHED = """
1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 .
"""


def long(rows: list[list[float | None]]) -> tuple[list[float], list[int], list[int]]:
    cells = [
        (value, rater, item)
        for rater, row in enumerate(rows)
        for item, value in enumerate(row)
        if value is not None
    ]
    values, raters, items = zip(*cells, strict=True)
    return list(values), list(raters), list(items)


def alpha(rows, measurement, **options):
    generator = np.random.default_rng(1)
    return krippendorff_alpha(
        *long(rows), measurement, interval="bootstrap", generator=generator, **options
    )


def published() -> list[list[float | None]]:
    lines = PUBLISHED.split("\n")[1:-1]
    return [[None if v == "." else float(v) for v in line.split()] for line in lines]


@pytest.mark.parametrize(
    ("measurement", "value"), list(zip(LEVELS, (0.743, 0.815, 0.849, 0.797), strict=True))
)
def test_the_published_example_comes_out(measurement, value) -> None:
    found = alpha(published(), measurement)
    assert found.estimate.value == pytest.approx(value, abs=5e-4)
    assert (found.pairable, found.items, found.items_dropped) == (40, 11, 1)


@pytest.mark.parametrize("case", REFERENCE["alpha"], ids=lambda case: case["name"])
@pytest.mark.parametrize("measurement", LEVELS)
def test_it_equals_the_krippendorff_package(case, measurement) -> None:
    found = alpha(case["values"], measurement, replicates=100)
    assert found.estimate.value == pytest.approx(case[measurement], abs=1e-9)


def test_one_unit_that_all_see_differently_is_no_agreement() -> None:
    """R's irr 0.84.1 gives -0.139 here (statistics.md, finding 7)."""
    rows = [[value] for value in (1.0, 2.0, 3.0, 4.0, 5.0, 1.0, 2.0)]
    assert alpha(rows, "nominal").estimate.value == pytest.approx(0.0, abs=1e-12)


def test_equal_answers_leave_alpha_undefined() -> None:
    found = alpha([[3.0, 3.0], [3.0, 3.0]], "ordinal").estimate
    assert str(found) == "undefined: every answer is the same"


def test_no_item_with_two_answers_leaves_alpha_undefined() -> None:
    found = alpha([[1.0, None], [None, 2.0]], "ordinal")
    assert (found.items, found.items_dropped) == (0, 2)
    assert str(found) == "undefined: no item has two answers"


def test_the_interval_is_for_other_items_or_for_other_raters_too() -> None:
    case = REFERENCE["alpha"][1]["values"]
    both, items = (alpha(case, "ordinal", draw_raters=draw).estimate for draw in (True, False))
    assert both.low < items.low < items.value < items.high
    assert "6 raters and 19 items" in both.method
    assert "the raters held" in items.method


def test_a_copy_of_a_rater_is_no_second_opinion() -> None:
    """Random answers: were copies paired, every replicate would find agreement."""
    rng = np.random.default_rng(2)
    rows = rng.integers(1, 6, (8, 60)).astype(float).tolist()
    found = alpha(rows, "ordinal").estimate
    assert found.low < 0 < found.high
    assert abs(found.low + found.high) / 2 < 0.06


def test_contrasts_between_strata_are_no_agreement_within_them() -> None:
    rng = np.random.default_rng(3)
    level = np.repeat([0.0, 10.0], 15)
    values = level + rng.integers(1, 6, (6, 30))
    raters, items = np.nonzero(np.ones((6, 30)))
    table = values.ravel(), raters, items
    whole = krippendorff_alpha(*table, "interval", generator=rng).estimate.value
    within = krippendorff_alpha(*table, "interval", generator=rng, strata=level[items])
    assert whole > 0.8
    assert abs(within.estimate.value) < 0.1


def test_one_stratum_changes_nothing() -> None:
    table = long(REFERENCE["alpha"][1]["values"])
    plain, one = (
        krippendorff_alpha(*table, "ordinal", generator=np.random.default_rng(4), strata=strata)
        for strata in (None, ["all"] * len(table[0]))
    )
    assert plain.estimate == one.estimate == one.strata["all"].estimate


def test_an_item_in_two_strata_is_refused() -> None:
    with pytest.raises(BadData, match="an item has answers in two"):
        krippendorff_alpha(
            [1, 2], [1, 2], [1, 1], "nominal", generator=np.random.default_rng(5), strata=["a", "b"]
        )


def test_a_rater_who_answers_an_item_twice_is_refused() -> None:
    with pytest.raises(BadData, match="same item twice"):
        krippendorff_alpha([1, 2], [1, 1], [1, 1], "nominal", generator=np.random.default_rng(6))


def test_negative_ratio_data_are_refused() -> None:
    with pytest.raises(BadData, match=r"given: -1\.0"):
        alpha([[-1.0, 2.0], [1.0, 2.0]], "ratio")


tables = st.lists(
    st.lists(st.one_of(st.none(), st.integers(1, 5).map(float)), min_size=6, max_size=6),
    min_size=3,
    max_size=5,
).filter(lambda rows: any(value is not None for row in rows for value in row))


@given(tables, st.sampled_from(LEVELS), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_order_of_raters_and_items_does_not_matter(rows, measurement, random) -> None:
    shuffled = random.sample(rows, len(rows))
    columns = random.sample(range(6), 6)
    moved = [[row[column] for column in columns] for row in shuffled]
    before, after = (
        alpha(table, measurement, replicates=100).estimate.value for table in (rows, moved)
    )
    assert after == pytest.approx(before, nan_ok=True, abs=1e-9)


@given(tables)
@settings(max_examples=60, deadline=None)
def test_ordinal_alpha_knows_only_the_order(rows) -> None:
    stretched = [[None if value is None else value**3 + 7 for value in row] for row in rows]
    before, after = (alpha(t, "ordinal", replicates=100).estimate.value for t in (rows, stretched))
    assert after == pytest.approx(before, nan_ok=True, abs=1e-9)


@given(tables)
@settings(max_examples=60, deadline=None)
def test_nominal_alpha_knows_only_the_names(rows) -> None:
    names = {1: 40.0, 2: 3.0, 3: 9.0, 4: 1.0, 5: 22.0}
    renamed = [[None if value is None else names[int(value)] for value in row] for row in rows]
    before, after = (alpha(t, "nominal", replicates=100).estimate.value for t in (rows, renamed))
    assert after == pytest.approx(before, nan_ok=True, abs=1e-9)
