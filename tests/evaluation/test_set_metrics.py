"""Set metrics: closed forms, other packages' values, bias where it is, and intervals that hold."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy.linalg
import torch
from hypothesis import given, settings
from hypothesis import strategies as some

from evaluation.measuring.picture_sets import Draws, PictureSet, compared
from evaluation.seeing.set_distances import (
    discrepancy,
    frechet,
    frechet_extrapolated,
    gaussian,
    polynomial,
)
from evaluation.set_metrics import SET_METRICS, needs
from evaluation.statistics.estimate import BadData

ROOT = Path(__file__).parents[2]


def points(
    seed: int, count: int, dimensions: int = 4, shift: float = 0.0, spread: float = 1.0
) -> PictureSet:
    drawn = np.random.default_rng(seed).normal(shift, spread, (count, dimensions))
    return PictureSet(drawn, ("",) * count)


def distance_of(distance, sample: PictureSet, reference: PictureSet) -> float:
    return distance(sample, reference, np.ones(len(sample)), np.ones(len(reference)))


def by_the_authors_formula(sample: PictureSet, reference: PictureSet) -> float:
    """As the reference code of FID writes it: scipy's root of the product of covariances."""
    one, other = sample.vectors, reference.vectors
    covariances = np.cov(one, rowvar=False), np.cov(other, rowvar=False)
    root = scipy.linalg.sqrtm(covariances[0] @ covariances[1]).real
    gap = one.mean(0) - other.mean(0)
    return float(gap @ gap + np.trace(covariances[0] + covariances[1] - 2 * root))


class TestFrechet:
    @given(some.integers(0, 10_000), some.integers(6, 40), some.integers(6, 40))
    @settings(max_examples=25, deadline=None)
    def test_it_is_the_authors_formula(self, seed: int, n: int, m: int) -> None:
        sample, reference = points(seed, n), points(seed + 1, m, shift=0.5, spread=2.0)
        expected = by_the_authors_formula(sample, reference)
        assert distance_of(frechet, sample, reference) == pytest.approx(expected, rel=1e-6)

    def test_gaussians_with_a_known_distance(self) -> None:
        """|μ - ν|² + D (σ - τ)² of isotropic Gaussians: 4 · 1² + 4 · (3 - 1)² = 20."""
        sample = points(1, 60_000, shift=1.0, spread=3.0)
        reference = points(2, 60_000)
        assert distance_of(frechet, sample, reference) == pytest.approx(20, rel=0.02)

    def test_fewer_pictures_than_dimensions_are_no_difficulty(self) -> None:
        sample, reference = points(1, 8, 30), points(2, 11, 30)
        root = scipy.linalg.sqrtm(
            np.cov(sample.vectors, rowvar=False) @ np.cov(reference.vectors, rowvar=False)
            + 1e-13 * np.eye(30)
        ).real
        gap = sample.vectors.mean(0) - reference.vectors.mean(0)
        traces = sample.vectors.var(0, ddof=1).sum() + reference.vectors.var(0, ddof=1).sum()
        expected = gap @ gap + traces - 2 * np.trace(root)
        assert distance_of(frechet, sample, reference) == pytest.approx(expected, rel=1e-4)

    def test_equal_sets_have_none_whatever_their_order(self) -> None:
        sample = points(3, 9)
        turned = sample.taken(np.arange(9)[::-1])
        assert distance_of(frechet, sample, turned) == pytest.approx(0, abs=1e-9)

    def test_a_weight_is_a_copy(self) -> None:
        sample, reference = points(4, 5), points(5, 6)
        weights = np.array([2.0, 0.0, 1.0, 1.0, 1.0])
        copied = sample.taken(np.array([0, 0, 2, 3, 4]))
        weighted = frechet(sample, reference, weights, np.ones(6))
        assert weighted == pytest.approx(distance_of(frechet, copied, reference))

    def test_small_sets_are_biased_upward_and_extrapolation_takes_it_away(self) -> None:
        """No difference at all: 0. With many more pictures than dimensions the bias is ∝ 1/n."""
        pairs = [(points(seed, 60), points(seed + 500, 60)) for seed in range(30)]
        plain = np.mean([distance_of(frechet, *pair) for pair in pairs])
        generator = np.random.default_rng(0)
        extrapolated = np.mean([frechet_extrapolated(*pair, 5, generator) for pair in pairs])
        assert plain > 0.1
        assert abs(extrapolated) < plain / 4


class TestDiscrepancy:
    def test_kid_equals_torchmetrics(self) -> None:
        from torchmetrics.image.kid import poly_mmd

        sample, reference = points(1, 30, 16, shift=0.3), points(2, 30, 16)
        ours = distance_of(discrepancy(polynomial, unbiased=True), sample, reference)
        theirs = poly_mmd(torch.tensor(sample.vectors), torch.tensor(reference.vectors))
        assert ours == pytest.approx(float(theirs), rel=1e-9)

    def test_cmmd_of_the_authors_pairs_every_picture_with_itself(self) -> None:
        """Written again from the formula of their code: means of whole kernel matrices."""
        sample, reference = points(3, 12, 6, shift=0.5), points(4, 15, 6)

        def mean(one, other) -> float:
            pairs = [np.exp(-((a - b) ** 2).sum() / 200) for a in one for b in other]
            return float(np.mean(pairs))

        one, other = sample.vectors, reference.vectors
        expected = 1000 * (mean(one, one) + mean(other, other) - 2 * mean(one, other))
        metric = SET_METRICS.build("cmmd", preset="authors")
        found = metric.compare(sample, reference, "net", 0)
        assert found.estimate.value == pytest.approx(expected, rel=1e-9)
        assert "biased upward" in found.warnings[0]

    @pytest.mark.parametrize("kernel", [polynomial, gaussian(10.0)])
    def test_without_bias_its_mean_over_studies_without_difference_is_zero(self, kernel) -> None:
        unbiased, biased = (discrepancy(kernel, unbiased=each) for each in (True, False))
        pairs = [(points(seed, 8), points(seed + 900, 12)) for seed in range(300)]
        found = np.array([distance_of(unbiased, *pair) for pair in pairs])
        assert abs(found.mean()) < 3 * found.std() / np.sqrt(len(found))
        assert min(distance_of(biased, *pair) for pair in pairs) > 0

    def test_a_picture_drawn_twice_is_not_paired_with_its_copy(self) -> None:
        sample, reference = points(5, 4), points(6, 4)
        distance = discrepancy(gaussian(0.01), unbiased=True)  # all but equal points are unlike
        weights = np.array([2.0, 2.0, 0.0, 0.0])
        assert distance(sample, reference, weights, np.ones(4)) == pytest.approx(0, abs=1e-9)


class TestComparing:
    def test_the_interval_covers_the_true_distance(self) -> None:
        """Of kernel means: 200 pairs of sets whose discrepancy is known from very large ones."""
        distance = discrepancy(gaussian(2.0), unbiased=True)
        truth = distance_of(distance, points(9001, 4000, shift=0.7), points(9002, 4000))
        covered = 0
        for seed in range(200):
            pair = points(seed, 25, shift=0.7), points(seed + 5000, 25)
            found = compared(*pair, distance, Draws(200, 0.95, seed)).estimate
            covered += found.low <= truth <= found.high
        assert 0.90 <= covered / 200 <= 0.995

    def test_chance_is_where_equal_sets_lie_and_p_is_uniform_there(self) -> None:
        distance = discrepancy(polynomial, unbiased=True)
        ps = [
            compared(points(seed, 15), points(seed + 700, 15), distance, Draws(200, 0.95, seed)).p
            for seed in range(100)
        ]
        assert 0.35 < np.mean(ps) < 0.65
        assert np.mean(np.array(ps) <= 0.1) <= 0.2
        apart = compared(points(1, 15, shift=2.0), points(2, 15), distance, Draws(200, 0.95, 1))
        assert apart.p < 0.01
        assert apart.estimate.low > apart.chance_high

    def test_artists_are_drawn_whole_where_there_are_several(self) -> None:
        """Two artists far apart, equally in both sets: drawing pictures would hide how few."""
        names = ("Ada",) * 10 + ("Bo",) * 10 + ("Cy",) * 10
        sample, reference = (
            PictureSet(points(seed, 30).vectors + 4 * np.repeat(np.eye(3, 4), 10, 0), names)
            for seed in (1, 2)
        )
        found = compared(sample, reference, frechet, Draws(200, 0.95, 0))
        assert "artists" in found.estimate.method
        assert found.artists == 3
        assert "Only 3 artists" in found.warnings[0]

    def test_the_same_seed_gives_the_same_value(self) -> None:
        metric = SET_METRICS.build("fid", {"extrapolated": True, "replicates": 100})
        one, again = (metric.compare(points(1, 20), points(2, 22), "net", 5) for _ in range(2))
        assert one == again

    @pytest.mark.parametrize("count", [0, 2])
    def test_too_few_pictures_are_refused(self, count: int) -> None:
        with pytest.raises(BadData, match=f"this one has {count}"):
            points(1, count)

    def test_features_that_are_not_finite_are_refused(self) -> None:
        with pytest.raises(BadData, match="not finite"):
            PictureSet(np.full((4, 2), np.nan), ("",) * 4)

    def test_features_of_two_networks_are_refused(self) -> None:
        with pytest.raises(BadData, match="different networks"):
            compared(points(1, 5, 3), points(2, 5, 4), frechet, Draws(100, 0.95, 0))


class TestCatalogue:
    @pytest.mark.parametrize("name", SET_METRICS.names())
    def test_values_intervals_and_sizes_stand_together(self, name: str) -> None:
        metric = SET_METRICS.build(name, {"replicates": 100})
        sample = _paired(points(1, 12, shift=1.5))
        found = metric.compare(sample, points(2, 9), "net", 3)
        assert found.estimate.low <= found.estimate.value <= found.estimate.high
        assert (found.estimate.n, found.n_reference) == (12, 9)
        assert found.chance_low <= found.chance_high
        assert found.warnings
        assert needs(metric)

    @pytest.mark.parametrize("name", SET_METRICS.names())
    def test_sets_farther_apart_have_larger_values(self, name: str) -> None:
        metric = SET_METRICS.build(name, {"replicates": 100})
        near, far = (
            metric.compare(_paired(points(1, 20, shift=by)), points(2, 20), "net", 3)
            for by in (0.5, 2.0)
        )
        assert near.estimate.value < far.estimate.value

    def test_art_fid_is_the_product_of_content_and_style(self) -> None:
        sample, reference = _paired(points(1, 9)), points(2, 8)
        found = SET_METRICS.build("art_fid").compare(sample, reference, "net", 1)
        style = distance_of(frechet, sample, reference)
        assert found.estimate.value == pytest.approx((1 + sample.content.mean()) * (1 + style))

    def test_art_fid_refuses_pictures_that_were_made_from_none(self) -> None:
        with pytest.raises(BadData, match="made from none"):
            SET_METRICS.build("art_fid").compare(points(1, 9), points(2, 8), "net", 1)

    def test_fid_says_how_few_pictures_there_are_and_what_it_is_of(self) -> None:
        metric = SET_METRICS.build("fid", {"replicates": 100})
        said = " ".join(
            metric.compare(points(1, 8, 30), points(2, 9, 30), "sandbox_clip", 0).warnings
        )
        assert "8 pictures in 30 dimensions" in said
        assert "never published ones" in said
        assert "features of “sandbox_clip”, not FID" in said
        named = metric.compare(points(1, 40), points(2, 40), "inception_fid#12345678", 0).warnings
        assert not any("not FID" in each or "dimensions" in each for each in named)

    def test_extrapolating_where_it_cannot_work_is_said(self) -> None:
        metric = SET_METRICS.build("fid", {"extrapolated": True, "replicates": 100})
        found = metric.compare(points(1, 20, 30), points(2, 20, 30), "net", 0)
        assert "it is not taken away" in found.warnings[0]

    def test_the_catalogue_loads_no_torch(self) -> None:
        code = (
            "import sys; from evaluation.set_metrics import SET_METRICS;"
            "[SET_METRICS.load(n) for n in SET_METRICS.names()]; print('torch' in sys.modules)"
        )
        ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
        assert ran.stdout.strip() == "False", ran.stderr


def _paired(sample: PictureSet) -> PictureSet:
    content = np.linspace(0.1, 0.5, len(sample))
    return PictureSet(sample.vectors, sample.artists, content)
