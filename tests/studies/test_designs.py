"""Crossing, selection and practice: complete, balanced, seeded, and the same on every machine."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies import protocol
from studies.designs.factorial import FACTORS, cross, matches
from studies.designs.practice import pictures, spread, strengths
from studies.designs.selection import Picture, SelectionError, select
from studies.drafting.layout import budget_levels
from tests.studies.paintings import text

names = st.lists(st.text("abc", min_size=1, max_size=3), min_size=1, max_size=4, unique=True)
protections = st.dictionaries(st.text("xyz", min_size=1, max_size=2), names, min_size=1, max_size=3)
rules = st.lists(st.dictionaries(st.sampled_from(FACTORS), names, min_size=1), max_size=3)


def paintings(**counts: int) -> list[Picture]:
    rows = [(painter, n) for painter, count in counts.items() for n in range(count)]
    return [
        Picture(key, painter, f"{painter}{n:03d}".encode().hex())
        for key, (painter, n) in enumerate(rows)
    ]


@given(names, protections, names)
def test_every_combination_is_there_once_with_budgets_nested_in_protections(
    artists: list[str], levels: dict[str, list[str]], purifications: list[str]
) -> None:
    cells = cross(artists, levels, purifications)
    assert len(cells) == len(artists) * sum(map(len, levels.values())) * len(purifications)
    assert len({tuple(cell.values()) for cell in cells}) == len(cells)
    assert all(cell["budget"] in levels[cell["protection"]] for cell in cells)
    assert all(tuple(cell) == FACTORS for cell in cells)


@given(names, protections, names, rules)
def test_skipping_leaves_out_the_matching_cells_and_keeps_the_order(
    artists: list[str],
    levels: dict[str, list[str]],
    purifications: list[str],
    skip: list[dict[str, list[str]]],
) -> None:
    everything = cross(artists, levels, purifications)
    kept = cross(artists, levels, purifications, skip)
    assert kept == [c for c in everything if not any(matches(rule, c) for rule in skip)]


def test_the_first_factor_varies_slowest() -> None:
    cells = cross(["A", "B"], {"clean": ["0"], "glaze": ["0.03", "0.05"]}, ["none", "jpeg"])
    assert {cell["mimicry"] for cell in cells} == {"none"}
    assert [" ".join(list(cell.values())[:4]) for cell in cells[:6]] == [
        "A clean 0 none",
        "A clean 0 jpeg",
        "A glaze 0.03 none",
        "A glaze 0.03 jpeg",
        "A glaze 0.05 none",
        "A glaze 0.05 jpeg",
    ]
    assert cells[6]["artist"] == "B"
    twice = cross(["A"], {"clean": ["0"]}, ["none", "jpeg"], (), ["lora", "dreambooth"])
    assert [(cell["purification"], cell["mimicry"]) for cell in twice] == [
        ("none", "lora"),
        ("none", "dreambooth"),
        ("jpeg", "lora"),
        ("jpeg", "dreambooth"),
    ]


@given(st.integers(0, 2**32), st.randoms(use_true_random=False))
def test_a_selection_depends_on_the_seed_but_not_on_the_order_of_the_artworks(
    seed: int, shuffle: Random
) -> None:
    artworks = paintings(monet=5, hokusai=4, redon=1)
    mixed = shuffle.sample(artworks, len(artworks))
    chosen = select(artworks, each=2, seed=seed)
    assert chosen == select(mixed, each=2, seed=seed)
    assert [artwork.painter for artwork in chosen] == ["hokusai"] * 2 + ["monet"] * 2


def test_another_seed_selects_other_artworks() -> None:
    artworks = paintings(monet=20)
    assert len({tuple(select(artworks, each=3, seed=seed)) for seed in range(10)}) > 5


def test_painters_come_in_the_order_named_and_must_be_there() -> None:
    artworks = paintings(monet=2, hokusai=2)
    named = select(artworks, ["monet", "hokusai"])
    assert [artwork.painter for artwork in named] == ["monet"] * 2 + ["hokusai"] * 2
    with pytest.raises(SelectionError, match="Did you mean “monet”"):
        select(artworks, ["manet"])
    with pytest.raises(SelectionError, match=r"monet has 2 artworks.*asks for 3"):
        select(artworks, ["monet"], each=3)
    with pytest.raises(SelectionError, match="No painter"):
        select(artworks, each=3)


STRENGTH = strengths(
    {"clean": {"0": 0.0}, "glaze": {"0.03": 0.03, "0.1": 0.1}, "linf": {"8/255": 8 / 255}}
)


def test_strength_is_the_rank_of_a_budget_within_its_protection() -> None:
    assert STRENGTH["clean", "0"] == 0
    assert STRENGTH["glaze", "0.03"] == 0.5
    assert STRENGTH["glaze", "0.1"] == STRENGTH["linf", "8/255"] == 1


@pytest.mark.parametrize("count", range(1, 7))
def test_practice_goes_from_the_mildest_to_the_strongest(count: int) -> None:
    levels = {"clean": ["0"], "glaze": ["0.03", "0.1"], "linf": ["8/255"]}
    cells = spread(cross(["A"], levels, ["none", "jpeg"]), STRENGTH, "none", count)
    shown = [STRENGTH[cell["protection"], cell["budget"]] for cell in cells]
    assert len(cells) == count
    assert shown == sorted(shown)
    assert shown[-1] == 1
    assert count == 1 or shown[0] == 0
    assert {cell["purification"] for cell in cells} == {"none"}


def test_practice_uses_pictures_that_are_not_judged_and_its_own_painters_first() -> None:
    everything = paintings(monet=4, hokusai=4)
    judged = [artwork for artwork in everything if artwork.painter == "monet"][:2]
    chosen, again = pictures(judged, everything, count=3, seed=1)
    assert again == 0
    assert not set(chosen) & set(judged)
    assert [artwork.painter for artwork in chosen] == ["monet", "monet", "hokusai"]


def test_practice_says_how_many_of_its_pictures_are_judged_too() -> None:
    everything = paintings(monet=3)
    judged = everything[:2]
    chosen, again = pictures(judged, everything, count=4, seed=1)
    assert [artwork in judged for artwork in chosen] == [False, True, True, False]
    assert again == 2


def test_only_an_untouched_picture_has_the_budget_0() -> None:
    source = text(stimuli__protections={"clean": None, "own": {"method": "of_a_guest"}})
    assert budget_levels(protocol.structure(source).stimuli) == {"clean": ("0",), "own": ("",)}
