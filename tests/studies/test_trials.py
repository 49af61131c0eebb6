"""Contracts over whole catalogues: trial kinds, checks, channels; and what simulated eyes see."""

from random import Random

import numpy as np
import pytest
from django.template.loader import get_template
from pydantic import ValidationError

from config.plugins import PluginError
from generation.sandbox.light import MOODS
from generation.sandbox.scenes import SCENES
from generation.sandbox.world import paint
from studies.channels import CHANNELS
from studies.checks import CHECKS, RATHER_NOT
from studies.live.answers import read_answers
from studies.simulated.style_gap import gap, resemblance
from studies.simulated.visibility import graininess, visibility
from studies.trials import TRIALS, SimulatedRater, order_of, parts_of, questions_of

WITHOUT_PICTURES = ("questionnaire",)
RATER = SimulatedRater(leniency=0.0, sensitivity=1.0, noise=0.4)


def noisy(strength: float, size: int = 48) -> np.ndarray:
    rng = np.random.default_rng(1)
    y, x = np.mgrid[0:size, 0:size] / size
    base = np.stack([120 + 60 * np.sin(6 * x + phase) * np.cos(5 * y) for phase in (0, 1, 2)], -1)
    return np.clip(base + strength * rng.standard_normal(base.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("name", TRIALS.names())
def test_every_trial_kind_says_what_it_shows_and_asks(name):
    kind = TRIALS.build(name)
    names = [slot.name for slot in kind.slots]
    assert len(set(names)) == len(names)
    assert names or name in WITHOUT_PICTURES
    assert len({question.name for question in kind.questions}) == len(kind.questions) > 0
    assert all(words.strip() for question in kind.questions for words in question.labels)
    assert all(question.text and question.reminder for question in kind.questions)
    asked = [question.name for part in parts_of(kind) for question in questions_of(kind, part)]
    assert asked == [question.name for question in kind.questions]
    assert kind.instructions
    for template in (kind.template, *(question.template for question in kind.questions)):
        get_template(template)


@pytest.mark.parametrize("name", TRIALS.names())
def test_every_layout_is_an_order_of_all_slots_and_is_drawn_from_its_generator(name):
    kind = TRIALS.build(name)
    for seed in range(20):
        layout = kind.layout(Random(seed))
        assert sorted(layout["order"]) == sorted(slot.name for slot in kind.slots)
        assert layout == kind.layout(Random(seed))


@pytest.mark.parametrize("name", TRIALS.names())
def test_every_trial_kind_can_play_its_own_participant(name):
    kind = TRIALS.build(name)
    for strength in (0.0, 5.0, 40.0):
        pictures = {slot.name: noisy(strength) for slot in kind.slots}
        impression = kind.impression(pictures)
        for seed in range(20):
            meant = kind.simulate(impression, 0.0, RATER, Random(seed))
            assert meant == kind.simulate(impression, 0.0, RATER, Random(seed))
            layout = kind.layout(Random(seed))
            for part in parts_of(kind):
                order = order_of(kind, part, layout)
                for question in questions_of(kind, part):
                    sent = question.fill(meant[question.name], order)
                    assert read_answers([question], sent, order)[question.name].answer


@pytest.mark.parametrize("name", CHECKS.names())
def test_every_check_offers_a_way_not_to_say(name):
    check = CHECKS.build(name)
    asked = [question for question in check.questions if question.choices]  # text may stay empty
    assert all(RATHER_NOT in question.choices for question in asked)
    assert all(len(set(q.choices)) == len(q.choices) for q in check.questions)
    assert check.practice_trials >= 0
    assert isinstance(check.population({q.name: q.choices[0] for q in asked}), str)


NEEDED = {
    "invitation": {"minutes": 10},
    "panel": {
        "parameters": {"id": "{id}"},
        "person": "id",
        "addresses": {"completed": "https://panel.example/done"},
    },
    "prolific": {"minutes": 10, "reward": 150},
    "sona": {"site": "https://lab.sona.example", "experiment": 7, "credit_token": "abc123"},
}
"""Settings without which a channel cannot be."""


@pytest.mark.parametrize("name", CHANNELS.names())
def test_every_channel_has_an_entrance(name):
    channel = CHANNELS.build(name, NEEDED.get(name, {}))
    assert channel.entrance("https://x.example", "abc").startswith("https://x.example/")


def test_the_original_stands_left_unless_sides_are_drawn():
    fixed, drawn = (
        TRIALS.build("acceptability"),
        TRIALS.build("acceptability", {"original_side": "random"}),
    )
    assert {fixed.layout(Random(n))["order"][0] for n in range(30)} == {"original"}
    first = [drawn.layout(Random(n))["order"][0] for n in range(400)]
    assert 160 < first.count("original") < 240


def test_a_scale_of_another_length_is_a_setting():
    kind = TRIALS.build("rating", {"labels": ["No", "Hm", "Yes"], "text": "Like it?"})
    assert kind.questions[0].points == 3
    answers = {
        kind.simulate(g, 0.0, RATER, Random(n))["rating"] for g in (1, 3, 5) for n in range(9)
    }
    assert answers == {1, 2, 3}


def test_populations_are_a_setting_and_never_pool_the_undisclosed():
    check = CHECKS.build("expertise", {"populations": {"artist": "I paint", "crowd": "I do not"}})
    assert check.questions[0].choices == ("I paint", "I do not", RATHER_NOT)
    named = [check.population({"expertise": choice}) for choice in check.questions[0].choices]
    assert named == ["artist", "crowd", "undisclosed"]


@pytest.mark.parametrize(
    "populations",
    [{}, {"artist": "I paint", "painter": "I paint"}, {"a": RATHER_NOT}, {"undisclosed": "Me"}],
)
def test_populations_that_cannot_be_told_apart_are_refused(populations):
    with pytest.raises((PluginError, ValidationError)):
        CHECKS.build("expertise", {"populations": populations})


def test_a_stronger_change_is_more_visible_and_none_is_unseen():
    seen = [visibility(noisy(0), noisy(strength)) for strength in (0, 2, 6, 14, 30)]
    assert seen == sorted(seen)
    assert seen[0] < 1
    assert seen[-1] > 3.5


def test_the_same_change_hides_in_a_busy_picture():
    calm, busy = noisy(0).astype(int), noisy(25).astype(int)
    change = np.random.default_rng(2).integers(-8, 9, calm.shape)
    add = lambda picture: np.clip(picture + change, 0, 255).astype(np.uint8)  # noqa: E731
    assert visibility(busy.astype(np.uint8), add(busy)) < visibility(
        calm.astype(np.uint8), add(calm)
    )


def test_a_grainy_picture_looks_grainier():
    grain = [graininess(noisy(strength)) for strength in (0, 10, 40)]
    assert grain == sorted(grain)
    assert 1 <= grain[0] < 2


MIMICRY_KINDS = ("mimicry_success", "protection_success")


@pytest.mark.parametrize("name", MIMICRY_KINDS)
def test_pictures_are_shuffled_inside_their_group_and_groups_stay_together(name):
    kind = TRIALS.build(name)
    orders = [kind.layout(Random(seed))["order"] for seed in range(60)]
    assert all([slot.partition("-")[0] for slot in order] == ["original"] * 4 + ["mimicry"] * 4
               for order in orders)  # fmt: skip
    assert len({tuple(order[:4]) for order in orders}) > 15
    assert len({tuple(order[4:]) for order in orders}) > 15
    still = TRIALS.build(name, {"shuffle": False, "originals_stand": "last"})
    assert still.layout(Random(1))["order"] == [
        f"{group}-{n}" for group in ("mimicry", "original") for n in (1, 2, 3, 4)
    ]
    either = TRIALS.build(name, {"originals_stand": "random"})
    first = [either.layout(Random(n))["order"][0][0] for n in range(400)]
    assert 160 < first.count("o") < 240


@pytest.mark.parametrize("name", MIMICRY_KINDS)
def test_number_and_wording_are_settings_within_bounds(name):
    kind = TRIALS.build(name, {"originals": 1, "paintings": 6, "text": "Well?"})
    assert [slot.shows for slot in kind.slots] == ["artwork"] + ["condition"] * 6
    assert kind.questions[0].text == "Well?"
    for wrong in (
        {"originals": 0},
        {"paintings": 7},
        {"labels": ["a", "b"]},
        {"labels": ["a"] * 5},
        {"originals_heading": "Made by a computer"},
    ):
        with pytest.raises(PluginError):
            TRIALS.build(name, wrong)


def test_success_of_a_protection_lies_at_the_end_of_the_scale_where_the_mimicry_failed():
    mimicry, protection = (TRIALS.build(name) for name in MIMICRY_KINDS)
    assert mimicry.success_points == (1, 2)
    assert protection.success_points == (4, 5)
    calm = SimulatedRater(leniency=0.0, sensitivity=1.0, noise=0.0)
    for impression in (1.0, 3.0, 5.0):
        told = [k.simulate(impression, 0.0, calm, Random(0)) for k in (mimicry, protection)]
        assert told[0]["mimicry_success"] + told[1]["protection_success"] == 6
    assert mimicry.simulate(5.0, 0.0, calm, Random(0)) == {"mimicry_success": 5}


def test_words_beside_a_picture_are_the_same_for_all_of_a_group():
    for name in MIMICRY_KINDS:
        slots = TRIALS.build(name).slots
        assert len({(s.label, s.alt, s.group) for s in slots}) == 2


def painted(painter, seeds, size=96):
    scenes = sorted(SCENES)
    works = [
        paint(painter, scenes[seed % len(scenes)], MOODS[seed % len(MOODS)], 7_000_000 + seed, size)
        for seed in seeds
    ]
    return [np.rint(work.transpose(1, 2, 0) * 255).astype(np.uint8) for work in works]


def test_simulated_eyes_tell_one_hand_from_another_and_a_close_one_lies_between():
    own = painted("elsbeth-marne", range(4), 256)
    again = painted("elsbeth-marne", range(4, 8), 256)
    alike = painted("ines-carrow", range(4, 8), 256)
    other = painted("gerrit-haldane", range(4, 8), 256)
    seen = [resemblance(own, pictures) for pictures in (again, alike, other)]
    assert seen == sorted(seen, reverse=True)
    assert seen[0] > 4.5
    assert seen[2] < 1.5


def test_simulated_eyes_read_pictures_of_any_size_and_kind():
    assert gap([noisy(0)], [noisy(0)]) == 0
    assert 0 < gap([noisy(0, 48)], [noisy(40, 64), noisy(40, 80)]) <= 1
