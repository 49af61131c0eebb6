"""What errs where answers depend on one another says so, in the words of its method."""

import pytest

from evaluation.statistics import meta, ppi, psr
from tests.evaluation.statistics.candour import said
from tests.evaluation.statistics.degenerate_tables import grids, seeded, study
from tests.evaluation.statistics.every_function import DRAWS, FUNCTIONS, psr_of

ALONE = dict.fromkeys(
    (
        "correlation",
        "compare_dependent",
        "weighted_kappa",
        "auc",
        "delong",
        "calibration",
        "jonckheere",
        "psychometric",
        "bradley_terry",
        "thurstone",
        "davidson",
        "clm",
    ),
    "independent",
)
SHORT = ALONE | {
    "clmm, quadrature": "which is short with 12 levels of rater",
    "mixed.logit": "which is short with 4 levels of artwork",
    "noise_ceiling": "a little short with 8 items",
    "psychometric, raters": "the artworks held",
    "bradley_terry by rater": "the artworks held",
}


@pytest.mark.parametrize("name", SHORT)
def test_what_errs_on_dependent_answers_says_so(name: str) -> None:
    """docs/statistics/coverage.md has how often; the word stands in each estimate's method."""
    found = FUNCTIONS[name](study(raters=12))
    assert SHORT[name] in said(found)


def test_published_ppi_says_that_images_are_taken_for_independent() -> None:
    table = study()
    found = ppi.mean(table["value"], table["metric"], [0.1, 0.5, 0.9])
    assert "images independent" in found.estimate.method
    named = ppi.mean(table["value"], table["metric"], [0.1, 0.5], artists=table["artwork"])
    assert "name raters if they repeat" in named.estimate.method


def test_what_resamples_images_only_says_whom_it_does_not_speak_about() -> None:
    cells = grids(study(raters=12))
    found = meta.compare_metrics(
        cells["human"],
        cells["first"],
        cells["second"],
        generator=seeded(),
        tests=["PERM-BOTH", "PERM-INPUTS"],
        by="group-by-item",
        replicates=DRAWS,
    )
    assert "false alarms" in found.tests["PERM-BOTH"].population
    assert "no other conditions" in found.tests["PERM-INPUTS"].population


def test_independent_success_rates_warn() -> None:
    with pytest.warns(psr.IndependenceWarning):
        psr_of("independent", study())
