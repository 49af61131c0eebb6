"""Ladders of degradation in a study: the file, the design, the recipes, what is seen of them."""

import io
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from evaluation.findings.arms import UNDEGRADED as AGAINST_UNDEGRADED
from evaluation.findings.arms import arms, contrasts
from evaluation.findings.comparisons import How, Pair
from evaluation.findings.conditions import cells
from evaluation.ratings import checked, clean_protection
from generation.recipe import Step, artwork_step
from generation.sandbox.light import MOODS
from generation.sandbox.scenes import SCENES
from generation.sandbox.world import paint
from studies import protocol
from studies.designs.factorial import UNDEGRADED, cross
from studies.drafting.overview import sum_up
from studies.drafting.stimuli import Recipes
from studies.protocol.problems import ProtocolError
from studies.simulated.picture_flaws import soundness
from studies.trials import TRIALS
from tests.evaluation.tables import mimicry_table
from tests.studies.mimicries import text
from tests.studies.test_mimicry_design import laid_out

LADDERS: dict[str, Any] = {
    "blur": {"method": "gaussian_blur", "strengths": [1, 4]},
    "jpeg": {"method": "jpeg", "strengths": [85], "settings": {"subsampling": "4:4:4"}},
}


def of(**ladders: Any) -> str:
    return text(stimuli__degradations=ladders or LADDERS)


def wrong(**ladders: Any) -> str:
    with pytest.raises(ProtocolError) as caught:
        protocol.read(of(**ladders))
    return str(caught.value)


def test_doses_are_nested_in_degradations_and_the_undegraded_come_first() -> None:
    made = cross(
        ["A"], {"clean": ["0"]}, ["none"], degradations={"blur": ["1", "4"], "jpeg": ["85"]}
    )
    steps = [(cell["degradation"], cell["dose"]) for cell in made]
    assert steps == [("none", "0"), ("blur", "1"), ("blur", "4"), ("jpeg", "85")]
    skipped = cross(["A"], {"clean": ["0"]}, ["none"], [{"dose": ["4"]}],
                    degradations={"blur": ["1", "4"]})  # fmt: skip
    assert len(skipped) == 2


def test_every_set_of_paintings_is_shown_at_every_dose() -> None:
    plain, laddered = laid_out(text()), laid_out(of())
    assert len(laddered.conditions) == 4 * len(plain.conditions)
    shown: dict[tuple[str, str], set[Any]] = {}
    for item in laddered.judged:
        step = item.cell["degradation"], item.cell["dose"]
        shown.setdefault(step, set()).add((item.artwork.painter, tuple(item.paintings)))
    assert len(shown) == 4
    assert len({frozenset(sets) for sets in shown.values()}) == 1
    experiment = protocol.read(of())
    pictures = sum_up(experiment, laddered).pictures
    assert pictures["mimics"] == sum_up(experiment, plain).pictures["mimics"]
    spoilt = {
        (*item.cell.values(), number)
        for item in laddered.items
        for number in item.paintings
        if item.cell["degradation"] != "none"
    }
    assert pictures["degraded"] == len(spoilt) >= 3 * 4 * 4


def step_of(dose: str, label: str = "blur") -> Step:
    recipes = Recipes(protocol.read(of()), {}, None)
    painting = artwork_step("a" * 64)
    return recipes.degraded(painting, {"degradation": label, "dose": dose})


def test_a_dose_is_a_step_of_its_own_on_the_very_painting() -> None:
    mild, strong = step_of("1"), step_of("4")
    assert mild.kind == "degradation"
    assert mild.settings["strength"] == 1
    assert strong.settings["strength"] == 4
    assert mild.inputs == strong.inputs == {"image": artwork_step("a" * 64)}
    assert mild.seed == strong.seed
    assert step_of("85", "jpeg").settings["subsampling"] == "4:4:4"
    assert step_of("0", "none") == artwork_step("a" * 64)


@pytest.mark.parametrize(
    ("ladders", "said"),
    [
        ({"blur": {"method": "gaussian_blur", "strengths": [4, 1]}}, "strengths must rise"),
        ({"blur": {"method": "gaussian_blur", "strengths": [0, 1]}}, "above 0"),
        ({"blur": {"method": "gaussian_blur", "strengths": [1, 400]}}, "64"),
        ({"blur": {"method": "gaussian_blurr", "strengths": [1]}}, "gaussian_blur"),
        ({"none": {"method": "jpeg", "strengths": [85]}}, "nothing was degraded"),
        ({"jpeg": {"method": "jpeg", "strengths": [85], "settings": {"strength": 3}}}, "strengths"),
        ({"rounds": {"method": "reconstruction", "strengths": [2]}}, "autoencoder"),
    ],
)
def test_ladders_that_cannot_be_climbed_are_refused(ladders: dict[str, Any], said: str) -> None:
    assert said in wrong(**ladders)


def test_skip_rules_know_labels_and_doses() -> None:
    with pytest.raises(ProtocolError, match="smear"):
        protocol.read(
            text(stimuli__degradations=LADDERS, stimuli__skip=[{"degradation": ["smear"]}])
        )
    kept = laid_out(text(stimuli__degradations=LADDERS, stimuli__skip=[{"dose": ["4"]}]))
    assert len(kept.conditions) == 3 * 4


def test_degraded_pictures_are_arms_of_their_own_and_never_the_clean_one() -> None:
    bare = mimicry_table(raters=6)
    spoilt = bare.assign(item=bare["item"] + "-blurred", degradation="blur", dose="4", value=1)
    table = checked(pd.concat([bare, spoilt], ignore_index=True)).assign(
        cluster=lambda rows: rows["artwork"]
    )
    found = arms(table, pool_eras=True)
    clean = [arm for arm in found if arm.clean]
    assert len(clean) == 1
    assert set(clean[0].rows["degradation"]) == {"none"}
    assert {arm.name for arm in found} >= {"clean", "clean · blur 4"}
    compared = contrasts(
        found, lambda one, other, level: Pair(one, other, (1, 2)).difference(How(1), level), 0.95
    )
    for contrast in compared:
        alike = [arm.levels["degradation"] for arm in (contrast.first, contrast.second)]
        assert (len(set(alike)) == 1) == (contrast.against != AGAINST_UNDEGRADED)
    assert any(contrast.against == AGAINST_UNDEGRADED for contrast in compared)
    doses = cells(
        table, ("protection", "budget", *UNDEGRADED), clean_protection(table), (1, 2), How(1)
    )
    assert all(cell.answers["degradation"].nunique() == 1 for cell in doses)


def painting(seed: int) -> np.ndarray:
    work = paint("odile-vernay", next(iter(SCENES)), MOODS[0], seed)
    return np.round(work.transpose(1, 2, 0) * 255).astype(np.uint8)


def jpeg(picture: np.ndarray, quality: int) -> np.ndarray:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format="JPEG", quality=quality)
    return np.asarray(Image.open(buffer))


def test_a_simulated_eye_sees_blur_grain_and_blocks() -> None:
    originals, shown = [painting(1), painting(2)], painting(3)
    rng = np.random.default_rng(1)
    whole = soundness(originals, [shown])
    assert whole > 4
    for spoil in (
        lambda dose: gaussian_filter(shown, (dose, dose, 0)),
        lambda dose: np.clip(shown + rng.normal(0, 20 * dose, shown.shape), 0, 255).astype("u1"),
        lambda dose: jpeg(shown, round(20 / dose)),
    ):
        mild, strong = (soundness(originals, [spoil(dose)]) for dose in (2, 4))
        assert whole > mild >= strong
        assert whole - strong > 1


def test_style_and_quality_are_asked_apart_after_success() -> None:
    kind = TRIALS.build("style_and_quality", {"originals": 1, "paintings": 1})
    assert [question.name for question in kind.questions] == [
        "mimicry_success",
        "style",
        "quality",
    ]
    pictures = {"original-1": painting(1), "mimicry-1": painting(2)}
    style, quality = kind.impression(pictures)
    blurred = {**pictures, "mimicry-1": gaussian_filter(painting(2), (5, 5, 0))}
    assert kind.impression(blurred)[1] < quality - 1
    assert style > 2
