"""The linear algebra and the gradients under the cumulative link models, against plain ones."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from evaluation.statistics.ordinal.laplace import Laplace
from evaluation.statistics.ordinal.layout import layout_of
from evaluation.statistics.ordinal.links import LINKS, link_of
from evaluation.statistics.ordinal.problem import Problem
from evaluation.statistics.ordinal.quadrature import Quadrature
from evaluation.statistics.ordinal.system import System
from evaluation.statistics.ordinal.terms import terms_of
from evaluation.statistics.ordinal.thresholds import in_strata, structure_of

RATER_CONDITION = ("rater", "condition")
ARTWORK_CONDITION = ("artwork", "condition")
GROUPINGS = [
    [],
    ["rater"],
    ["rater", "artwork"],
    ["rater", "artwork", RATER_CONDITION],
    ["rater", "artwork", ARTWORK_CONDITION, RATER_CONDITION],
    [RATER_CONDITION, "condition", "rater", "artwork"],
    [RATER_CONDITION, "school", "rater", "artwork"],
]


def table(answers=200):
    rng = np.random.default_rng(1)
    rater = rng.integers(0, 12, answers)
    columns = {
        "rater": rater,
        "school": rater // 4,
        "artwork": rng.integers(0, 9, answers),
        "condition": rng.integers(0, 3, answers),
    }
    return pd.DataFrame(columns)


@pytest.mark.parametrize("groups", GROUPINGS, ids=str)
def test_elimination_gives_what_the_whole_matrix_gives(groups) -> None:
    terms = terms_of(table(), groups)
    rng = np.random.default_rng(2)
    weights, sigma = rng.random(200), rng.random(len(terms)) + 0.2
    blocks = [sigma[k] * np.eye(t.levels)[t.codes] for k, t in enumerate(terms)]
    z = np.hstack([np.zeros((200, 0)), *blocks])
    whole = np.eye(z.shape[1]) + z.T @ (weights[:, None] * z)
    inverse = np.linalg.inv(whole)
    found = System(layout_of(terms), weights, sigma)
    assert found.log_determinant == pytest.approx(np.linalg.slogdet(whole)[1], abs=1e-10)
    right = rng.normal(size=z.shape[1])
    assert found.solve(right) == pytest.approx(inverse @ right, abs=1e-12)
    assert found.diagonal() == pytest.approx(np.diagonal(inverse), abs=1e-12)
    leverages, traces = found.leverages()
    assert leverages == pytest.approx(np.einsum("ij,jk,ik->i", z, inverse, z), abs=1e-12)
    ends = np.cumsum([0, *(t.levels for t in terms)])
    wanted = [np.diagonal(inverse)[a:b].sum() for a, b in pairwise(ends)]
    assert traces == pytest.approx(wanted, abs=1e-10)


def problem(link, structure, groups, strata=1):
    data = table()
    rng = np.random.default_rng(3)
    found = structure_of(structure, list("12345"))
    stratum = rng.integers(0, strata, 200)
    if strata > 1:
        found = in_strata(found, [str(k) for k in range(strata)])
    terms = terms_of(data, groups)
    design, category = rng.normal(size=(200, 2)), rng.integers(0, 5, 200)
    held = (False,) * len(terms)
    return Problem(category, stratum, design, ("a", "b"), terms, link_of(link), found, held)


def somewhere(model):
    theta = np.tile([-1.2, -0.5, 0.4, 1.3], model.structure.strata)
    alpha = np.linalg.lstsq(model.structure.matrix, theta, rcond=None)[0]
    return np.concatenate([alpha, [0.3, -0.2], np.log(np.linspace(0.4, 0.9, len(model.terms)))])


def assert_gradient_is_exact(likelihood, values) -> None:
    width = 1e-4
    differences = [
        (likelihood(values + step).value - likelihood(values - step).value) / (2 * width)
        for step in width * np.eye(len(values))
    ]
    assert likelihood(values).gradient == pytest.approx(differences, abs=2e-5)


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("groups", [GROUPINGS[0], GROUPINGS[4]], ids=str)
def test_the_gradient_of_laplace_is_exact(link, groups) -> None:
    model = problem(link, "flexible", groups)
    assert_gradient_is_exact(Laplace(model), somewhere(model))


@pytest.mark.parametrize(("structure", "strata"), [("symmetric", 1), ("equidistant", 2)])
def test_the_gradient_follows_every_threshold_structure(structure, strata) -> None:
    model = problem("logit", structure, GROUPINGS[2], strata)
    assert_gradient_is_exact(Laplace(model), somewhere(model))


@pytest.mark.parametrize("link", LINKS)
def test_the_gradient_of_quadrature_follows_its_nodes(link) -> None:
    model = problem(link, "flexible", GROUPINGS[1])
    assert_gradient_is_exact(Quadrature(model, 7), somewhere(model))


def test_one_node_is_the_laplace_approximation() -> None:
    model = problem("probit", "flexible", GROUPINGS[1])
    here = somewhere(model)
    assert Quadrature(model, 1)(here).value == pytest.approx(Laplace(model)(here).value, abs=1e-9)


def test_thresholds_out_of_order_are_impossible() -> None:
    model = problem("logit", "flexible", GROUPINGS[1])
    here = somewhere(model)
    here[:2] = here[1::-1]
    assert Laplace(model)(here).value == -np.inf


def test_terms_held_at_zero_change_nothing() -> None:
    both = problem("logit", "flexible", GROUPINGS[2])
    one = problem("logit", "flexible", GROUPINGS[1])
    model = Problem(
        both.category, both.stratum, both.design, both.effects, both.terms, both.link,
        both.structure, (False, True),
    )  # fmt: skip
    here = somewhere(one)
    assert Laplace(model)(here).value == pytest.approx(Laplace(one)(here).value, abs=1e-9)
    assert Laplace(model)(here).gradient == pytest.approx(Laplace(one)(here).gradient, abs=1e-8)
