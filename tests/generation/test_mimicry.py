"""What every mimicry promises, over the whole catalogue: seeded, resumable, plain in refusing."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import torch

from config.plugins import PluginError, record
from generation import pixels, sampling
from generation.checkpoints import CheckpointError, Checkpoints
from generation.finetuning.training_run import TrainingRun
from generation.mimic import Mimic
from generation.mimicry import MIMICRY, MimicryError, SampleSheets
from generation.networks import Networks, loading
from generation.progress import Cancelled, silent
from generation.refusals import PromptError
from generation.sampling import Sampler
from tests.generation import tiny_pipeline
from tests.generation.teaching import CAPTIONS, STEPS, Learn, interrupted, learn
from tests.generation.test_checkpoints import files_no_larger_than
from tests.generation.tiny import generators, pictures

VARIANTS = [
    ("dreambooth", {}),
    ("dreambooth", {"text_encoder": True}),
    ("dreambooth", {"prior": True, "class_images": 3, "class_steps": 2}),
    ("text_to_image", {}),
    ("text_to_image", {"ema": 0.9, "flip": True, "accumulate": 2, "precision": "bfloat16"}),
    ("lora", {}),
    ("lora", {"text_encoder": True, "gradient_checkpointing": True}),
]

every_mimicry = pytest.mark.parametrize("name", MIMICRY.names())
every_variant = pytest.mark.parametrize(
    ("name", "settings"), VARIANTS, ids=[f"{name} {' '.join(more)}" for name, more in VARIANTS]
)
every_preset = pytest.mark.parametrize(
    ("name", "preset"),
    [(name, preset) for name in MIMICRY.names() for preset in MIMICRY.presets(name)],
)


# What is learnt


@every_variant
def test_the_same_seed_gives_the_same_bytes_whatever_others_draw(
    name: str, settings: dict[str, Any], every_network: Networks, learnt: Learn
) -> None:
    first = learnt(name, **settings)
    torch.manual_seed(first.record["seed"] % 1000)
    before = torch.get_rng_state()
    assert learn(name, every_network, **settings).to_bytes() == first.to_bytes()
    assert torch.equal(before, torch.get_rng_state())


@every_mimicry
def test_another_seed_learns_otherwise(name: str, every_network: Networks, learnt: Learn) -> None:
    assert learn(name, every_network, seed=8).record["losses"] != learnt(name).record["losses"]


@every_variant
def test_the_base_network_stays_as_it_is(
    name: str,
    settings: dict[str, Any],
    every_network: Networks,
    pipelines_folder: Path,
    learnt: Learn,
) -> None:
    learnt(name, **settings).paint(every_network.diffusion, ["rain"], [1], Sampler(steps=1))
    loading._loaded.clear()
    fresh = tiny_pipeline.load_diffusion(pipelines_folder)
    for part in ("unet", "text_encoder"):
        now, then = (getattr(held, part).state_dict() for held in (every_network.diffusion, fresh))
        assert list(now) == list(then)
        assert all(torch.equal(now[key], then[key]) for key in then)
        weights = list(getattr(every_network.diffusion, part).parameters())
        assert not any(weight.requires_grad or weight.grad is not None for weight in weights)


@every_mimicry
def test_a_mimic_paints_otherwise_than_its_base_and_equally_from_its_file(
    name: str, every_network: Networks, learnt: Learn
) -> None:
    sampler, prompts, seeds = Sampler(steps=3), ["a harbour by art", "rain"], [1, 2]
    mimic = learnt(name, rate=1e-2)
    painted = mimic.paint(every_network.diffusion, prompts, seeds, sampler)
    again = Mimic.from_bytes(mimic.to_bytes()).paint(
        every_network.diffusion, prompts, seeds, sampler
    )
    untaught = sampling.paint(
        every_network.diffusion, prompts, "", sampler, generators(2, seed=1), silent
    )
    assert painted.shape == (2, 3, 32, 32)
    assert torch.equal(painted, pixels.quantise(painted))
    assert torch.equal(painted, again)
    assert not torch.equal(painted, untaught)


def test_frozen_text_encoders_stay_out_of_the_file(learnt: Learn) -> None:
    for name in MIMICRY.names():
        assert all(key.startswith("unet.") for key in learnt(name).tensors)
    both = learnt("dreambooth", text_encoder=True).tensors
    assert any(key.startswith("text_encoder.") for key in both)


# Any size, flips, prompts


@every_mimicry
def test_pictures_need_not_be_square_nor_of_the_networks_own_size(
    name: str, every_network: Networks
) -> None:
    images = pictures(3, height=24, width=40)
    mimic = learn(name, every_network, images=images, captions=CAPTIONS[:3], steps=1)
    assert mimic.record["size"] == [24, 40]
    assert (
        mimic.paint(every_network.diffusion, ["rain"], [1], Sampler(steps=1), size=48).shape[-1]
        == 48
    )


def test_class_images_take_the_pictures_size(every_network: Networks) -> None:
    images = pictures(3, height=24, width=40)
    settings = {"prior": True, "class_images": 2, "class_steps": 1, "steps": 1}
    assert learn(
        "dreambooth", every_network, images=images, captions=CAPTIONS[:3], **settings
    ).tensors


def test_a_prompt_can_hold_the_caption_and_a_word_for_the_artist(every_network: Networks) -> None:
    told = learn("dreambooth", every_network, prompt="{caption} by art", steps=1).record["prompts"]
    assert told == [f"{caption} by art" for caption in CAPTIONS]
    same = learn(
        "dreambooth", every_network, prompt="a painting by art", captions=[""] * 4, steps=1
    )
    assert set(same.record["prompts"]) == {"a painting by art"}


# Taken up again


@every_variant
def test_a_training_that_was_cancelled_goes_on_bit_for_bit(
    name: str, settings: dict[str, Any], every_network: Networks, tmp_path: Path, learnt: Learn
) -> None:
    checkpoints, stop = Checkpoints(tmp_path, every=2), interrupted(3, Cancelled())
    with pytest.raises(Cancelled):
        learn(name, every_network, checkpoints=checkpoints, progress=stop, **settings)
    heard: list[int] = []

    def listen(done: int, total: int, message: str = "") -> None:
        if "left" in message:
            heard.append(done)

    resumed = learn(name, every_network, checkpoints=checkpoints, progress=listen, **settings)
    assert heard == [3, 4]
    assert resumed.to_bytes() == learnt(name, **settings).to_bytes()


KILLED = """
import os, signal, sys
from pathlib import Path
from generation import networks
from generation.checkpoints import Checkpoints
from tests.generation import teaching, tiny_pipeline

def progress(done, total, message=""):
    if "left" in message and done == total - 1:
        os.kill(os.getpid(), signal.SIGKILL)

base = networks.load({"diffusion": tiny_pipeline.PIPELINE}, Path(sys.argv[1]))
folder = Checkpoints(Path(sys.argv[2]), every=2)
teaching.learn("dreambooth", base, checkpoints=folder, progress=progress)
"""


def test_a_killed_process_is_taken_up_by_another_bit_for_bit(
    every_network: Networks, pipelines_folder: Path, tmp_path: Path, learnt: Learn
) -> None:
    environment = {**os.environ, "OMP_NUM_THREADS": str(torch.get_num_threads())}
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(pipelines_folder), str(tmp_path)],
        cwd=Path(__file__).parents[2], env=environment, capture_output=True, check=False,
    )  # fmt: skip
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    assert [path.name for path in tmp_path.iterdir()] == ["step-0000002.safetensors"]
    resumed = learn("dreambooth", every_network, checkpoints=Checkpoints(tmp_path, every=2))
    assert resumed.to_bytes() == learnt("dreambooth").to_bytes()


def test_where_checkpoints_stand_changes_nothing(
    every_network: Networks, tmp_path: Path, learnt: Learn
) -> None:
    often = learn("lora", every_network, checkpoints=Checkpoints(tmp_path / "often", every=1))
    assert often.to_bytes() == learnt("lora").to_bytes()


def test_class_images_are_painted_once_for_a_training_that_is_taken_up(
    every_network: Networks, tmp_path: Path
) -> None:
    painted: list[str] = []

    def listen(done: int, total: int, message: str = "") -> None:
        if message.endswith("class images painted"):
            painted.append(message)

    settings = {"prior": True, "class_images": 3, "class_steps": 2, "steps": 1}
    for _ in range(2):
        learn(
            "dreambooth",
            every_network,
            checkpoints=Checkpoints(tmp_path),
            progress=listen,
            **settings,
        )
    assert len(painted) == 1


def test_a_disk_that_fills_ends_the_training_in_a_sentence_and_it_goes_on_later(
    every_network: Networks, tmp_path: Path, learnt: Learn
) -> None:
    checkpoints, stop = Checkpoints(tmp_path, every=1), interrupted(2, Cancelled())
    with pytest.raises(Cancelled):
        learn("dreambooth", every_network, checkpoints=checkpoints, progress=stop)
    with files_no_larger_than(100_000), pytest.raises(CheckpointError, match="after step 2"):
        learn("dreambooth", every_network, checkpoints=checkpoints)
    resumed = learn("dreambooth", every_network, checkpoints=checkpoints)
    assert resumed.to_bytes() == learnt("dreambooth").to_bytes()


# What is told


@every_mimicry
def test_progress_tells_loss_rate_and_time_left_and_ends_at_its_total(
    name: str, every_network: Networks
) -> None:
    heard: list[tuple[int, int]] = []
    told: list[str] = []

    def listen(done: int, total: int, message: str = "") -> None:
        heard.append((done, total))
        told.append(message)

    learn(name, every_network, progress=listen)
    assert heard == [(0, STEPS), *((step, STEPS) for step in range(1, STEPS + 1))]
    assert told[0] == "4 of 4 pictures encoded"
    assert re.fullmatch(r"loss \d\.\d{4}, learning rate 0\.001, \d+ s left", told[-1])


def test_what_comes_before_the_steps_is_told_and_not_counted(every_network: Networks) -> None:
    told: list[object] = []
    settings = {"prior": True, "class_images": 3, "class_steps": 2, "steps": 1}
    learn("dreambooth", every_network, progress=lambda *words: told.append(words), **settings)
    assert told[:-1] == [
        (0, 1, "4 of 4 pictures encoded"),
        (0, 1, "painting class images 1 to 3 of 3, 50%"),
        (0, 1, "painting class images 1 to 3 of 3, 100%"),
        (0, 1, "3 of 3 class images painted"),
    ]


def test_sample_sheets_come_on_the_way_and_change_nothing(
    every_network: Networks, learnt: Learn
) -> None:
    sheets: dict[int, bytes] = {}
    samples = SampleSheets(sheets.__setitem__, every=3, steps=2)
    watched = learn("lora", every_network, samples=samples)
    assert watched.to_bytes() == learnt("lora").to_bytes()
    assert list(sheets) == [3, 4]
    assert pixels.read_png(sheets[3]).shape == (1, 3, 32, 4 * 32 + 3 * 4)
    assert sheets[3] != sheets[4]


def test_the_record_says_all_that_decided_what_was_learnt(every_network: Networks) -> None:
    mimic = learn("text_to_image", every_network, warm_up=2, schedule="linear")
    told = Mimic.from_bytes(mimic.to_bytes()).record
    assert told["method"] == "text_to_image"
    assert told["network"]["sha256"] == every_network.records["diffusion"].sha256
    assert told["settings"]["rate"] == 1e-3
    assert told["captions"] == CAPTIONS
    assert [step for step, _, _ in told["losses"]] == [1, 2, 3, 4]
    rates = [rate for _, _, rate in told["losses"]]
    assert rates == pytest.approx([0, 5e-4, 1e-3, 5e-4])
    assert "seconds" not in told
    assert mimic.seconds > 0


# What is refused


def refused(every_network: Networks, name: str = "dreambooth", **given: Any) -> str:
    with pytest.raises((MimicryError, PromptError)) as said:
        learn(name, every_network, **given)
    return str(said.value)


@every_mimicry
def test_bad_input_is_refused_in_a_sentence(name: str, every_network: Networks) -> None:
    few = refused(every_network, name, images=pictures(2, height=32, width=32))
    assert few == "A mimic needs at least 3 pictures to learn from; given: 2."
    assert "given: 3 for 4 pictures" in refused(every_network, name, captions=CAPTIONS[:3])
    bare = refused(every_network, name, captions=["rain", "rain", " ", "rain"])
    assert bare.startswith("Picture 3 of 4 has no caption")
    odd = refused(every_network, name, images=pictures(4, height=34, width=48))
    assert "multiples of 4 pixels, not 48 × 34" in odd
    long = refused(every_network, name, captions=["rain " * 30, *CAPTIONS[1:]])
    assert "tokens" in long
    assert "rain rain" in long


def test_a_class_prompt_over_the_token_limit_is_refused_before_anything_is_painted(
    every_network: Networks,
) -> None:
    heard: list[int] = []
    settings = {"prior": True, "class_prompt": "rain " * 30}
    said = refused(
        every_network, progress=lambda done, total, message="": heard.append(done), **settings
    )
    assert "tokens" in said
    assert not heard


def test_a_loss_that_is_no_number_says_to_lower_the_rate(every_network: Networks) -> None:
    said = refused(
        every_network, rate=1.0, steps=200, clip=0.0, precision="float32", weight_decay=0.0
    )
    assert re.match(r"The training diverged: at step \d+ its loss or its weights are no", said)
    assert "Lower the learning rate (rate is 1)" in said


def test_weights_that_float16_cannot_hold_are_no_mimic(
    every_network: Networks, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = {"unet.conv_in.bias": torch.tensor([1e6])}
    monkeypatch.setattr(TrainingRun, "result", lambda run: large)
    assert "at step 4 its loss or its weights" in refused(every_network)


def test_a_mimic_refuses_another_network(tmp_path: Path, learnt: Learn) -> None:
    folder = tiny_pipeline.write_pipeline(tmp_path, prediction="v_prediction")
    other = tiny_pipeline.load_diffusion(folder)
    with pytest.raises(MimicryError, match="was learnt on the network tiny-pipeline"):
        learnt("lora").onto(other)


def test_damaged_bytes_are_refused(learnt: Learn) -> None:
    data = learnt("lora").to_bytes()
    for wrong in (b"", data[:-1], data[:-1] + bytes([data[-1] ^ 1]), b"\x89PNG" + data):
        with pytest.raises(MimicryError, match="no whole mimic"):
            Mimic.from_bytes(wrong)


# The catalogue


@every_preset
def test_every_preset_runs(name: str, preset: str, every_network: Networks) -> None:
    quick = {"steps": 1, "epochs": 0, "batch": 1, "accumulate": 1}
    quick |= {"class_images": 1, "class_steps": 1}
    known = MIMICRY.settings(name)
    settings = {
        **MIMICRY.presets(name)[preset],
        **{key: value for key, value in quick.items() if key in known},
    }
    assert learn(name, every_network, **settings).record["steps"] == 1


@every_mimicry
def test_settings_are_checked_and_described(name: str) -> None:
    schema = MIMICRY.schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(record(MIMICRY.build(name)), schema)
    assert all(rules.get("description") for rules in schema["properties"].values())
    for wrong in ({"steps": 0}, {"rate": 0}, {"nonsense": 1}):
        with pytest.raises(PluginError, match=next(iter(wrong))):
            MIMICRY.build(name, wrong)


@every_mimicry
def test_its_formula_and_presets_are_written_down(name: str) -> None:
    docs = Path(__file__).parents[2] / "docs"
    methods, mimicry = (
        docs.joinpath(page).read_text("utf-8") for page in ("methods.md", "mimicry.md")
    )
    assert f"`{name}`" in methods
    assert MIMICRY.load(name).label in methods
    assert all(f"`{preset}`" in mimicry for preset in MIMICRY.presets(name))
