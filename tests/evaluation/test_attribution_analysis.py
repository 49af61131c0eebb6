"""Who made a picture: right attributions against chance, freed of a lean to one answer."""

import numpy as np
import pytest
from pandas import DataFrame

from evaluation.analyses import Finding
from evaluation.analyses.attribution import Attribution
from evaluation.evidence import Evidence
from evaluation.ratings import TableError, checked

ANSWERS = ("A person", "A computer")
KNOWN = Attribution(sources={"Machine": "A computer"}, otherwise="A person")


def table(hit: float, false_alarm: float, unsure: float = 0.0, population: str = "") -> DataFrame:
    """`hit` and `false_alarm`: how often “A computer” is said of the machine's, of a person's."""
    rng, rows = np.random.default_rng(5), []
    for rater in range(20):
        for work in range(20):
            machine = work % 2 == 0
            computer = rng.random() < (hit if machine else false_alarm)
            told = rng.random() >= unsure
            rows.append(
                {
                    "participant": f"{population}{rater}", "item": f"i{work}",
                    "artwork": f"w{work}", "artist": "Machine" if machine else "Ines",
                    "protection": "clean", "budget": "0", "question": "attribution", "scale": 2,
                    "simulated": True, "population": population,
                    "value": 1 + computer if told else None,
                    "answer": ANSWERS[computer] if told else "I do not know",
                }
            )  # fmt: skip
    return DataFrame(rows)


def found(given: DataFrame) -> Finding:
    return KNOWN.run(Evidence(checked(given)), seed=1)


def freed(finding: Finding) -> DataFrame:
    whole = finding.exhibits[0].table
    assert whole is not None
    return whole


def test_raters_who_can_tell_are_above_chance_with_the_d_prime_that_they_were_given():
    whole = freed(found(table(0.8, 0.3))).iloc[0]
    assert whole["verdict"] == "above chance"
    assert whole["share_balanced_low"] < 0.75 < whole["share_balanced_high"]
    assert whole["d_prime_low"] < 0.842 + 0.524 < whole["d_prime_high"]  # z(0.8) - z(0.3)


def test_a_lean_to_one_answer_looks_like_skill_for_one_source_and_is_none():
    finding = found(table(0.85, 0.85))
    verdicts = finding.table.set_index("source")["verdict"]
    assert verdicts.to_dict() == {"A computer": "above chance", "A person": "below chance"}
    whole = freed(finding).iloc[0]
    assert whole["verdict"] == "not shown to differ from chance"
    assert whole["lean_high"] < 0


def test_not_sure_is_left_out_and_counted_as_a_guess_beside():
    given = table(0.9, 0.1, unsure=0.3)
    rows = found(given).table
    assert rows["not_sure"].sum() == given["value"].isna().sum() > 0
    assert (rows["share_split"] < rows["share"]).all()


def test_populations_stand_beside_one_another_and_are_not_pooled():
    both = [table(0.9, 0.1, population="artists"), table(0.6, 0.4, population="crowd")]
    given = DataFrame([row for each in both for row in each.to_dict("records")])
    whole = freed(found(given)).drop_duplicates("population").set_index("population")
    assert whole.loc["artists", "share_balanced"] == pytest.approx(0.9, abs=0.05)
    assert whole.loc["crowd", "share_balanced"] == pytest.approx(0.6, abs=0.07)


def test_a_source_that_no_answer_names_is_refused_with_what_to_do():
    with pytest.raises(TableError, match="`sources`"):
        Attribution().run(Evidence(checked(table(0.8, 0.3))), seed=1)
