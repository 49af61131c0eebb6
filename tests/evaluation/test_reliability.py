"""Coefficients beside Krippendorff's alpha: the library's, and a reason where there is none."""

import pandas as pd
import pytest

from evaluation import ratings
from evaluation.findings.reliability import Coefficient, coefficients
from evaluation.ratings import answers_to
from evaluation.statistics import agreement
from tests.evaluation.tables import ratings_table

GWET = ("Gwet's AC2 (ordinal weights)", "agreement of pairs of raters, raw (weighted)")


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    return answers_to(ratings.checked(ratings_table(raters=6, artworks=4)), "acceptability")


def found(answers: pd.DataFrame) -> dict[str, Coefficient]:
    of = coefficients(answers, ["all"] * len(answers), "ordinal", 0.95)
    return {each.name: each for each in of if each.name in GWET}


def test_gwets_coefficient_and_the_raw_agreement_are_of_one_computation(
    answers, monkeypatch
) -> None:
    runs = []
    library = agreement.gwet_ac

    def counted(*columns, **options):
        runs.append(library(*columns, **options))
        return runs[-1]

    monkeypatch.setattr(agreement, "gwet_ac", counted)
    told = found(answers)
    (only,) = runs
    assert [told[name].estimate for name in GWET] == [only.estimate, only.observed]
    assert {each.scope for each in told.values()} == {"all pictures"}


def test_where_agreement_cannot_be_computed_both_rows_say_why(answers) -> None:
    told = found(pd.concat([answers, answers.iloc[[0]]]))
    assert list(told) == list(GWET)
    for each in told.values():
        assert not each.estimate.defined
        assert "twice" in each.estimate.method
