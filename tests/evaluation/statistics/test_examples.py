"""The example tables: SIMULATED, made again by their seed, and near to their own truth."""

import pandas as pd
import pytest

from evaluation.statistics import examples, psr
from evaluation.statistics.examples import making

NAMES = ["ratings", "repeats", "metrics", "comparisons", "ladder", "triplets", "truth"]


@pytest.mark.parametrize("name", NAMES)
def test_every_row_is_marked_as_simulated(name) -> None:
    table = getattr(examples, name)()
    assert table["simulated"].all()
    assert len(table) < 1200


@pytest.mark.parametrize("name", NAMES)
def test_the_seed_makes_the_same_tables_again(name) -> None:
    made = making.tables()[name]
    stored = getattr(examples, name)()
    assert list(made) == list(stored)
    for column in made:
        if pd.api.types.is_numeric_dtype(stored[column]):
            given = pd.to_numeric(made[column])
            assert given.to_numpy() == pytest.approx(stored[column].to_numpy(), nan_ok=True)
        else:
            assert made[column].astype(str).tolist() == stored[column].astype(str).tolist()


def test_ratings_are_as_the_page_says() -> None:
    table = examples.ratings()
    assert table.groupby("population").participant.nunique().to_dict() == {
        "artists": 8,
        "crowd": 12,
    }
    assert not table.duplicated(["participant", "item"]).any()
    assert set(table.item) == set(examples.metrics().query("judged").item)


def test_intervals_hold_the_truth_that_was_put_in() -> None:
    table = examples.ratings()
    true = examples.truth().set_index("condition")["protected"]
    held = []
    for condition, part in table.groupby("condition"):
        columns = part.value, part.participant, part.artwork
        found = psr.protection_success_rate(*columns, success=(1, 2)).answers
        held.append(found.low <= true[condition] <= found.high)
    assert all(held)
