"""The small world: painters, scenes, distances between styles, and the ruler that reads them."""

import hashlib
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from generation.sandbox import ruler
from generation.sandbox.known_styles import fit_ruler, known_styles, wear
from generation.sandbox.light import MOODS
from generation.sandbox.painters import GENRES, PAINTERS, contemporary, historical
from generation.sandbox.ruler import fit, load
from generation.sandbox.scenes import SCENES
from generation.sandbox.style import PARAMETERS, Style, style_distance
from generation.sandbox.traits import names, traits
from generation.sandbox.world import WorldError, caption, paint

ROOT = Path(__file__).parents[2]

numbers = st.floats(0, 1, allow_nan=False)
vectors = st.lists(numbers, min_size=len(PARAMETERS), max_size=len(PARAMETERS))
styles = vectors.map(lambda values: Style(**dict(zip(PARAMETERS, values, strict=True))))

DIGESTS = """
import hashlib, sys
from generation.sandbox.world import paint
for painter in sys.argv[1:]:
    levels = (paint(painter, "a harbour", "at dusk", 5) * 255).round().astype("uint8")
    print(hashlib.sha256(levels.tobytes()).hexdigest())
"""


def digest(painter: str) -> str:
    levels = (paint(painter, "a harbour", "at dusk", 5) * 255).round().astype(np.uint8)
    return hashlib.sha256(levels.tobytes()).hexdigest()


class TestPaintings:
    @pytest.mark.parametrize("painter", PAINTERS)
    def test_each_painter_paints_each_scene_in_range(self, painter: str) -> None:
        for number, scene in enumerate(SCENES):
            image = paint(painter, scene, MOODS[number % len(MOODS)], seed=number, size=64)
            assert image.shape == (3, 64, 64)
            assert image.dtype == np.float32
            assert image.min() >= 0
            assert image.max() <= 1
            assert image.std() > 0.01, "a painting shows something"

    def test_the_same_words_and_seed_give_the_same_bytes_in_another_process(self) -> None:
        painters = ["anselm-roux", "otto-vrabel", "mina-thornfield"]
        command = [sys.executable, "-c", DIGESTS, *painters]
        told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        assert told.stdout.split() == [digest(one) for one in painters]
        assert told.stdout.split() == [digest(one) for one in painters]

    def test_another_seed_is_another_composition(self) -> None:
        first, second = (paint("elsbeth-marne", "a harbour", "at noon", one, 64) for one in (1, 2))
        assert np.abs(first - second).mean() > 0.03

    def test_painting_leaves_the_global_random_state_alone(self) -> None:
        before = np.random.get_state()[1].tolist()  # type: ignore[index]
        paint("anselm-roux", "a street", "at night", 3, 64)
        assert np.random.get_state()[1].tolist() == before  # type: ignore[index]

    def test_a_smaller_painting_is_the_same_one_seen_from_further_away(self) -> None:
        whole = paint("odile-vernay", "a castle", "at noon", 4)
        half = paint("odile-vernay", "a castle", "at noon", 4, size=128)
        averaged = whole.reshape(3, 128, 2, 128, 2).mean(axis=(2, 4))
        assert np.abs(half - averaged).max() <= 1.01 / 255

    def test_painters_share_a_composition_so_that_only_style_differs(self) -> None:
        first, second = (
            paint(one, "a lighthouse", "at noon", 9, 16) for one in ("elsbeth-marne", "ines-carrow")
        )
        assert np.corrcoef(first.mean(axis=0).ravel(), second.mean(axis=0).ravel())[0, 1] > 0.9

    def test_night_is_darker_than_noon_and_dusk_warmer(self) -> None:
        noon, dusk, night = (
            paint("elsbeth-marne", "a field", mood, 2, 64)
            for mood in ("at noon", "at dusk", "at night")
        )
        assert night.mean() < noon.mean() - 0.1
        assert (dusk[0] - dusk[2]).mean() > (noon[0] - noon[2]).mean() + 0.1

    def test_paintings_lie_on_the_eight_bit_grid(self) -> None:
        levels = paint("bruno-keldorf", "a garden", "at dawn", 1, 64) * 255
        assert np.abs(levels - levels.round()).max() < 1e-3

    @pytest.mark.parametrize(
        ("painter", "scene", "mood", "size", "known"),
        [
            ("monet", "a harbour", "at dusk", 64, "anselm-roux"),
            ("anselm-roux", "a harbor", "at dusk", 64, "a harbour"),
            ("anselm-roux", "a harbour", "dusk", 64, "at dusk"),
            ("anselm-roux", "a harbour", "at dusk", 1024, "256"),
        ],
    )
    def test_what_the_world_lacks_is_named_with_what_it_has(
        self, painter: str, scene: str, mood: str, size: int, known: str
    ) -> None:
        with pytest.raises(WorldError, match=re.escape(known)):
            paint(painter, scene, mood, 1, size)


class TestPainters:
    def test_captions_read_as_english(self) -> None:
        assert caption("anselm-roux", "a harbour", "at dusk") == "a harbour at dusk, by Anselm Roux"
        for scene in SCENES:
            for mood in MOODS:
                words = caption("ines-carrow", scene, mood)
                assert re.fullmatch(r"an? [a-z ]+ at [a-z]+, by Ines Carrow", words)

    def test_the_world_is_as_large_as_promised(self) -> None:
        assert len(GENRES) >= 12
        assert len(SCENES) >= 12
        assert sorted(PAINTERS[one].genre for one in historical()) == sorted(GENRES)
        assert len(contemporary()) >= 6

    @pytest.mark.parametrize("era", ["historical", "contemporary"])
    def test_both_eras_hold_smooth_and_textured_surfaces(self, era: str) -> None:
        surfaces = [one.surface for one in PAINTERS.values() if one.era == era]
        assert surfaces.count("smooth") >= 3
        assert surfaces.count("textured") >= 3

    def test_contemporary_painters_differ_from_every_historical_one(self) -> None:
        for young in contemporary():
            for old in historical():
                assert style_distance(PAINTERS[young].style, PAINTERS[old].style) > 0.08, (
                    young,
                    old,
                )

    def test_no_two_painters_are_alike(self) -> None:
        keys = list(PAINTERS)
        apart = [
            style_distance(PAINTERS[one].style, PAINTERS[other].style)
            for at, one in enumerate(keys) for other in keys[:at]
        ]  # fmt: skip
        assert min(apart) > 0.08

    def test_a_parameter_that_cannot_show_is_zero(self) -> None:
        for one in PAINTERS.values():
            style = one.style
            assert style.strokes > 0 or style.stroke_length == style.turbulence == 0
            assert style.strokes > 0 or style.dots > 0 or style.stroke_width == 0
            assert style.facets > 0 or style.facet_size == style.seams == 0
            assert style.strokes > 0 or style.dots > 0 or style.facets > 0 or style.broken == 0
            assert style.strokes > 0 or style.dots > 0 or style.relief == 0


class TestDistance:
    @given(styles)
    def test_is_zero_on_itself(self, one: Style) -> None:
        assert style_distance(one, one) == 0

    @given(styles, styles)
    def test_is_symmetric_and_lies_between_zero_and_one(self, one: Style, other: Style) -> None:
        apart = style_distance(one, other)
        assert apart == style_distance(other, one)
        assert 0 <= apart <= 1 + 1e-12

    @given(styles, styles, styles)
    def test_obeys_the_triangle(self, one: Style, other: Style, third: Style) -> None:
        detour = style_distance(one, third) + style_distance(third, other)
        assert style_distance(one, other) <= detour + 1e-12

    @pytest.mark.parametrize("name", PARAMETERS)
    def test_grows_with_every_parameter(self, name: str) -> None:
        near, far = replace(Style(), **{name: 0.6}), replace(Style(), **{name: 1.0})
        zero = replace(Style(), **{name: 0.0})
        assert 0 < style_distance(zero, near) < style_distance(zero, far)

    def test_a_parameter_outside_its_range_is_refused(self) -> None:
        with pytest.raises(ValueError, match="warmth"):
            Style(warmth=1.2)


def gallery(seed: int, painters: list[str]) -> np.ndarray:
    """A painting by each of `painters`, of motifs that no ruler was fitted on."""
    scenes = list(SCENES)
    return np.stack([
        paint(one, scenes[at * 5 % len(scenes)], MOODS[at % len(MOODS)], seed + at)
        for at, one in enumerate(painters)
    ])  # fmt: skip


class TestRuler:
    def test_an_own_painting_is_nearer_than_others_nearly_always(self) -> None:
        painters = list(PAINTERS)
        rows = by_painter(gallery(900_000, painters))
        assert area(rows, painters) > 0.98
        named = [min(row, key=lambda one: row[one]) for row in rows]
        assert np.mean([one == other for one, other in zip(named, painters, strict=True)]) >= 0.9

    def test_it_still_separates_worn_pictures(self) -> None:
        painters = list(PAINTERS)[::2]
        assert area(by_painter(worn(gallery(910_000, painters))), painters) > 0.97

    def test_it_reads_smaller_pictures_at_its_own_size(self) -> None:
        image = paint("pia-lindqvar", "a portrait", "at noon", 1)[None]
        half = image.reshape(1, 3, 128, 2, 128, 2).mean(axis=(3, 5))
        own, other = (
            float(ruler.distance_to(one, half)[0]) for one in ("pia-lindqvar", "bruno-keldorf")
        )
        assert own < other

    def test_its_estimates_are_styles(self) -> None:
        noise = np.random.default_rng(1).random((2, 3, 256, 256), dtype=np.float32)
        estimated = ruler.measure(noise)
        assert estimated.shape == (2, len(PARAMETERS))
        assert np.isfinite(estimated).all()
        assert estimated.min() >= 0
        assert estimated.max() <= 1

    def test_a_new_one_is_fitted_saved_and_read_back(self, tmp_path: Path) -> None:
        fitted = fit_ruler(10, seed=3, size=64)
        fitted.save(tmp_path / "ruler.npz")
        again = load(tmp_path / "ruler.npz")
        images = gallery(1, ["anselm-roux", "pia-lindqvar"])
        assert np.allclose(again.measure(images), fitted.measure(images), atol=1e-3)
        assert (tmp_path / "ruler.npz").stat().st_size < 100_000

    def test_images_with_their_styles_fit_the_same_ruler(self) -> None:
        pairs = list(known_styles(10, seed=3, size=64))
        fitted = fit(*(np.stack(column) for column in zip(*pairs, strict=True)))
        assert np.array_equal(fitted.slopes, fit_ruler(10, seed=3, size=64).slopes)

    def test_the_shipped_one_is_small(self) -> None:
        assert ruler.SHIPPED.stat().st_size < 100_000

    def test_too_few_pictures_are_refused(self) -> None:
        with pytest.raises(ValueError, match="at least 8"):
            fit(np.zeros((2, 3, 64, 64), dtype=np.float32), np.zeros((2, len(PARAMETERS))))

    def test_a_picture_of_another_shape_is_refused(self) -> None:
        with pytest.raises(ValueError, match=r"\[N, 3, H, W\]"):
            ruler.measure(np.zeros((3, 64, 64), dtype=np.float32))

    def test_traits_have_names_and_are_finite_on_empty_pictures(self) -> None:
        blank = traits(np.stack([np.zeros((3, 64, 64)), np.ones((3, 64, 64))]).astype(np.float32))
        assert blank.shape == (2, len(names()))
        assert np.isfinite(blank).all()


def by_painter(images: np.ndarray) -> list[dict[str, float]]:
    """Each picture's distance from each painter."""
    estimated = ruler.measure(images)
    return [
        {one: float(ruler.vector_distance(row, PAINTERS[one].style.vector())) for one in PAINTERS}
        for row in estimated
    ]


def area(rows: list[dict[str, float]], painters: list[str]) -> float:
    """How often the own painter is nearer than another's (area under the ROC curve)."""
    pairs = list(zip(rows, painters, strict=True))
    own = np.array([row[one] for row, one in pairs])
    others = np.array([row[key] for row, one in pairs for key in row if key != one])
    return float(np.mean(own[:, None] < others[None]))


def worn(images: np.ndarray) -> np.ndarray:
    rng = np.random.default_rng(2)
    levels = (images.transpose(0, 2, 3, 1) * 255).round().astype(np.uint8)
    copies = [np.asarray(wear(Image.fromarray(one), rng)) for one in levels]
    return np.stack(copies).transpose(0, 3, 1, 2).astype(np.float32) / 255
