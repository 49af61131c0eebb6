"""What mimics learn from and paint, and what raters see together: designs, sums and warnings."""

from typing import Any

import pytest

from studies import protocol
from studies.designs.selection import Picture, SelectionError
from studies.drafting.commissions import Studio
from studies.drafting.layout import Layout, lay_out
from studies.drafting.overview import sum_up
from tests.studies.mimicries import PAINTERS, mimicry, text


def collection(**columns: str) -> list[Picture]:
    said = {"caption": "art {n}", "genre": "Cubism", **columns}
    rows = [(painter, n) for painter, count in PAINTERS.items() for n in range(count)]
    return [
        Picture(
            key,
            painter,
            f"{painter}{n:03d}".encode().hex(),
            {name: words.format(n=n) for name, words in said.items()}
            | {"title": f"{painter} {n}", "painter": painter, "year": ""},
        )
        for key, (painter, n) in enumerate(rows)
    ]


def laid_out(source: str, pictures: list[Picture] | None = None) -> Layout:
    return lay_out(protocol.read(source), pictures or collection())


def refused(source: str, pictures: list[Picture] | None = None) -> str:
    with pytest.raises(SelectionError) as caught:
        laid_out(source, pictures)
    return str(caught.value)


def test_an_item_is_a_set_of_paintings_beside_held_out_originals() -> None:
    layout = laid_out(text())
    # 2 painters × 1 protection × 2 purifications × 1 mimicry, each with 4 paintings in 2 sets
    assert len(layout.conditions) == 4
    assert len(layout.judged) == 8
    for item in layout.judged:
        assert len(item.originals) == len(item.paintings) == 2
        assert item.artwork == item.originals[0]
        learnt = layout.studios[item.artwork.painter].commissions["learnt"].lessons
        assert not {lesson.picture for lesson in learnt} & set(item.originals)
        assert item.cell["mimicry"] == "learnt"


def test_every_condition_of_a_painter_shows_the_same_sets() -> None:
    layout = laid_out(text())
    shown: dict[tuple[str, str], set[tuple[Any, ...]]] = {}
    for item in layout.judged:
        key = (item.cell["artist"], item.cell["purification"])
        shown.setdefault(key, set()).add((tuple(item.originals), tuple(item.paintings)))
    assert len(shown) == 4
    assert shown["Ada Azure", "none"] == shown["Ada Azure", "jpeg-15"]
    assert {numbers for _, numbers in shown["Ada Azure", "none"]} == {(0, 1), (2, 3)}


def test_practice_shows_further_paintings_of_mimics_that_are_trained_anyway() -> None:
    layout = laid_out(text())
    judged = {n for item in layout.judged for n in item.paintings}
    practice = [item for item in layout.items if item.practice]
    assert len(practice) == 2
    for item in practice:
        assert not set(item.paintings) & judged
        assert any(item.cell == cell for cell in layout.conditions)
    assert practice[0].paintings != practice[1].paintings
    # Bruno's five works that are held out do not suffice for three sets of two, and that is said
    assert "originals in practice are also shown in the study" in " ".join(layout.notes)
    roomy = collection() + [
        Picture(100 + n, p.painter, f"{n:04d}", p.record) for n, p in enumerate(collection())
    ]
    layout = laid_out(text(), roomy)
    rehearsed = {o for item in layout.items if item.practice for o in item.originals}
    assert not rehearsed & {o for item in layout.judged for o in item.originals}
    assert layout.notes == []


def test_prompts_are_the_captions_of_held_out_works_each_with_a_seed_of_its_own() -> None:
    studio = laid_out(text()).studios["Bruno Burnt-Sienna"]
    commission = studio.commissions["learnt"]
    wanted = [commission.pair(number) for number in range(7)]
    captions = [picture.record["caption"] for picture in studio.held_out]
    assert [pair.prompt for pair in wanted] == [*captions, *captions[:2]]
    assert [pair.seed for pair in wanted] == [100, 101, 102, 103, 104, 105, 106]


def test_listed_prompts_name_the_painter_and_the_genre() -> None:
    prompts = ["a boat by {painter}", "{genre}"]
    source = text(
        {"a": mimicry(training__caption="{title}, {caption}", paintings__prompts=prompts)}
    )
    commission = laid_out(source).studios["Ada Azure"].commissions["a"]
    assert [commission.pair(n).prompt for n in range(3)] == [
        "a boat by Ada Azure",
        "Cubism",
        "a boat by Ada Azure",
    ]
    assert commission.lessons[0].caption.startswith("Ada Azure ")


@pytest.mark.parametrize(("share", "cloaked"), [(0.25, 1), (0.5, 2), (0.75, 3), (1.0, 4)])
def test_a_share_of_the_training_pictures_is_cloaked(share: float, cloaked: int) -> None:
    source = text({"a": mimicry(training__images=4, training__cloaked=share)})
    lessons = laid_out(source).studios["Ada Azure"].commissions["a"].lessons
    assert sum(lesson.cloaked for lesson in lessons) == cloaked


def test_mimicries_with_training_sets_of_different_sizes_share_what_is_held_out() -> None:
    small, large = mimicry(training__images=3), mimicry(training__images=5)
    layout = laid_out(text({"small": small, "large": large}))
    studio = layout.studios["Ada Azure"]
    few, many = (studio.commissions[label].lessons for label in ("small", "large"))
    assert {lesson.picture for lesson in few} < {lesson.picture for lesson in many}
    assert not {lesson.picture for lesson in many} & set(studio.held_out)
    by_label: dict[str, set[tuple[Picture, ...]]] = {}
    for item in layout.judged:
        by_label.setdefault(item.cell["mimicry"], set()).add(tuple(item.originals))
    assert by_label["small"] == by_label["large"]


def test_sets_of_originals_are_apart_where_enough_are_held_out_and_differ_where_not() -> None:
    pictures = collection()[:9]
    enough = Studio(pictures, {})
    sets = [set(enough.originals(part, 4, 2)) for part in range(4)]
    assert len(set[Picture]().union(*sets)) == 8
    scarce = Studio(pictures[:4], {})
    assert len({scarce.originals(part, 4, 3)[0] for part in range(4)}) == 4
    assert all(len(set(scarce.originals(part, 9, 3))) == 3 for part in range(9))


def test_too_few_artworks_are_counted_with_the_originals_that_are_shown() -> None:
    told = refused(text({"a": mimicry(training__images=7)}))
    assert "Bruno Burnt-Sienna has 8 pictures; 7 are to train a mimic and 2 to stay held" in told
    assert "Each trial shows 2 originals" in told


def test_an_unknown_column_and_an_empty_cell_are_different_mistakes() -> None:
    assert "Did you mean “title”?" in refused(text({"a": mimicry(training__caption="{titel}")}))
    no_captions = collection()
    for picture in no_captions:
        del picture.record["caption"]  # type: ignore[attr-defined]
    told = refused(text({"a": mimicry(training__caption="{caption}")}), no_captions)
    assert "manage.py collection caption" in told
    assert "“year”" in refused(text({"a": mimicry(training__caption="{year}")}))


def test_a_genre_that_nobody_wrote_down_is_missed() -> None:
    source = text({"a": mimicry(paintings__prompts=["{genre} painting"])})
    assert "Ada Azure's artworks have no “genre”" in refused(source, collection(genre=""))


def test_the_sums_count_every_mimic_and_painting_once() -> None:
    cloak = {"method": "photoguard_encoder", "budgets": ["8/255"]}
    source = text(
        {"half": mimicry(), "whole": mimicry(training__cloaked=1.0)},
        stimuli__protections={"clean": None, "cloak": cloak},
        stimuli__networks={"autoencoder": "some"},
        stimuli__purifications={"none": None},
        study__checks=[],
    )
    experiment = protocol.read(source)
    sums = sum_up(experiment, lay_out(experiment, collection()))
    # each painter: one clean mimic (untouched pictures are the same whatever the share), two others
    assert sums.pictures["mimics"] == 6
    assert sums.pictures["paintings"] == 6 * 4
    assert sums.pictures["protected"] == 2 * 3
    # 3 training pictures and 4 originals of each painter
    assert sums.pictures["prepared"] == 2 * (3 + 4)
    assert sums.items == 2 * 4 * 2


def warnings(source: str) -> str:
    experiment = protocol.read(source)
    return " ".join(sum_up(experiment, lay_out(experiment, collection())).warnings)


def test_a_study_of_protection_without_a_clean_arm_is_warned_of() -> None:
    cloak = {"method": "photoguard_encoder", "budgets": ["8/255"]}
    common: dict[str, Any] = {
        "stimuli__networks": {"autoencoder": "some"},
        "stimuli__purifications": {"none": None, "jpeg": {"method": "jpeg"}},
    }
    both = {"clean": None, "cloak": cloak}
    assert "clean arm" not in warnings(text(stimuli__protections=both, **common))
    told = warnings(text(stimuli__protections={"cloak": cloak}, **common))
    assert "There is no clean arm, a mimic that learns from untouched art" in told
    skip = [{"artist": ["Ada Azure"], "protection": ["clean"]}]
    told = warnings(text(stimuli__protections=both, stimuli__skip=skip, **common))
    assert "For learnt of Ada Azure there is no clean arm" in told
