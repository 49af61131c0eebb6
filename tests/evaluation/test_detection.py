"""Which picture was altered: shares of right choices against chance, and d′."""

import numpy as np
import pytest
from pandas import DataFrame

from evaluation.analyses.detection import Detection
from evaluation.evidence import Evidence
from evaluation.ratings import TableError, checked
from studies.questions import CANNOT_TELL_WORDS

RIGHT = {"clean": 0.5, "veil": 0.85}


def table(unsure: float = 0.0, raters: int = 16, works: int = 12) -> DataFrame:
    rng = np.random.default_rng(2)
    rows = []
    for name, chance in RIGHT.items():
        for rater in range(raters):
            for work in range(works):
                told = rng.random() >= unsure
                value = 2 if rng.random() < chance else 1
                rows.append(
                    {
                        "participant": f"r{rater}", "item": f"{name}-{work}", "artwork": f"w{work}",
                        "protection": name, "budget": "0" if name == "clean" else "0.1",
                        "question": "altered", "scale": 2, "simulated": False,
                        "value": value if told else None, "answer": "A" if told else "Not sure",
                    }
                )  # fmt: skip
    return DataFrame(rows)


def found(given: DataFrame) -> DataFrame:
    return Detection().run(Evidence(checked(given)), seed=1).table.set_index("protection")


def test_a_visible_change_is_found_beyond_chance_and_no_change_is_not():
    rows = found(table())
    assert rows["verdict"].to_dict() == {"clean": "not shown to be seen", "veil": "seen"}
    assert rows.loc["veil", "share"] == pytest.approx(0.85, abs=0.06)
    # Macmillan and Creelman (2005), table A5.1: 0.85 right in 2AFC is d′ = 1.47
    assert rows.loc["veil", "d_prime"] == pytest.approx(
        1.466 + (rows.loc["veil", "share"] - 0.85) * 6.07, abs=0.05
    )


def test_who_was_not_sure_is_left_out_and_counted_as_half_beside_but_not_who_cannot_tell():
    given = table(unsure=0.3)
    rows = found(given)
    veil = given[given["protection"] == "veil"]
    assert rows.loc["veil", "not_sure"] == veil["value"].isna().sum() > 0
    assert rows.loc["veil", "share"] == pytest.approx((veil["value"].dropna() == 2).mean())
    assert 0.5 < rows.loc["veil", "share_split"] < rows.loc["veil", "share"]
    told = given.assign(answer=given["answer"].replace("Not sure", CANNOT_TELL_WORDS))
    assert found(told)["not_sure"].tolist() == [0, 0]


def test_identical_pairs_that_are_told_apart_are_a_doubt():
    given = table()
    clean = given["protection"] == "clean"
    finding = Detection().run(Evidence(checked(given.assign(
        value=given["value"].where(~clean, 2)
    ))), seed=1)  # fmt: skip
    held = {each.name: each.held for each in finding.assumptions}
    assert held["Identical pairs at chance"] is False


def test_a_scale_of_five_points_is_no_choice_of_two():
    with pytest.raises(TableError, match="no choice of two"):
        found(table().assign(scale=5))
