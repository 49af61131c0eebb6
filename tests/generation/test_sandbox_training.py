"""Training the sandbox: what it may see, that it goes on where it stopped, and what it writes."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from django.core.management import CommandError, call_command
from torch import Generator, Tensor, nn

from generation.networks import load
from generation.networks.perceptual import TrunkLpips
from generation.networks.trunk import Trunk
from generation.progress import Cancelled, silent
from generation.sandbox.painters import contemporary
from generation.sandbox.scenes import SCENES
from generation.sandbox.training import card, words
from generation.sandbox.training.autoencoder import (
    STAGES,
    latents_of,
    stage_at,
    standard,
    standardised,
    untrained,
)
from generation.sandbox.training.corpus import (
    HELD_OUT_SEED,
    Corpus,
    Subject,
    crops,
    held_out,
    painted,
    subjects,
    trained_on,
)
from generation.sandbox.training.course import Course, follow
from generation.sandbox.training.denoiser import DenoiserLesson
from generation.sandbox.training.pair import PairLesson, all_texts
from generation.sandbox.training.shipping import ship_pair, ship_pipeline
from generation.sandbox.training.trunk import TrunkLesson, distorted

FEW = [
    Subject("anselm-roux", "a harbour", "at noon", 0),
    Subject("elsbeth-marne", "a forest", "at dusk", 1),
    Subject("hisao-tanabu", "a portrait", "at night", 2),
    Subject("pia-lindqvar", "a street", "at dawn", 3),
]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return painted(FEW, tmp_path_factory.mktemp("corpus") / "paintings.npy", silent)


@pytest.fixture(scope="module")
def tokenizer() -> object:
    return words.tokenizer(all_texts(FEW))


class Line:
    """A lesson of three weights."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.network = nn.Linear(3, 1)

    def loss(self, step: int, generator: Generator) -> Tensor:
        points = torch.randn(8, 3, generator=generator)
        return (self.network(points) - points.sum(1, keepdim=True)).square().mean()


COURSE = Course(steps=60, lr=0.05, warm_up=5, average=0.9, save_every=10)


def test_contemporary_painters_are_in_no_training_data():
    seen = {subject.painter for subject in trained_on(2)}
    assert seen
    assert not seen & set(contemporary())
    assert all(subject.seed < HELD_OUT_SEED for subject in trained_on(2))
    assert all(subject.seed >= HELD_OUT_SEED for subject in held_out(["anselm-roux"]))


def test_every_motif_is_painted_equally_often():
    assert len(set(subjects(["anselm-roux"], range(3)))) == 3 * 12 * 4


def test_a_corpus_is_painted_once(corpus: Corpus, tmp_path: Path):
    file = tmp_path / "paintings.npy"
    told: list[int] = []
    painted(FEW[:2], file, lambda done, total, message="": told.append(done))
    painted(FEW[:2], file, lambda done, total, message="": told.append(done))
    assert told == [1, 2]
    assert torch.equal(
        painted(FEW[:2], file, silent).batch(torch.tensor([1])), corpus.batch(torch.tensor([1]))
    )


def test_crops_lie_inside_and_follow_the_generator(corpus: Corpus):
    images = corpus.batch(torch.arange(4))
    first, again = (crops(images, 64, Generator().manual_seed(3)) for _ in range(2))
    assert first.shape == (4, 3, 64, 64)
    assert torch.equal(first, again)


def test_a_course_that_was_stopped_ends_as_one_that_was_not(tmp_path: Path):
    whole = follow(Line(), COURSE, tmp_path / "whole", 1, silent)

    def stop(done: int, total: int, message: str = "") -> None:
        if done == 37:
            raise Cancelled

    with pytest.raises(Cancelled):
        follow(Line(), COURSE, tmp_path / "stopped", 1, stop)
    resumed = follow(Line(), COURSE, tmp_path / "stopped", 1, silent)
    for name, value in whole.network.state_dict().items():
        assert torch.equal(value, resumed.network.state_dict()[name])
    losses = [[entry["loss"] for entry in taught.record] for taught in (whole, resumed)]
    assert losses[0] == losses[1]


def test_a_course_learns_and_keeps_a_record(tmp_path: Path):
    follow(Line(), replace(COURSE, steps=200), tmp_path, 1, silent)
    record = json.loads((tmp_path / "losses.json").read_text())
    assert [entry["step"] for entry in record] == list(range(20, 201, 20))
    assert record[-1]["loss"] < record[0]["loss"] / 10


def test_a_finished_course_is_not_run_again(tmp_path: Path):
    follow(Line(), COURSE, tmp_path, 1, silent)
    told: list[int] = []
    follow(Line(), COURSE, tmp_path, 1, lambda done, total, message="": told.append(done))
    assert told == []


def test_words_of_the_captions_are_one_token_and_others_are_spelt(tokenizer):
    known = tokenizer("a harbour at noon, by Anselm Roux").input_ids
    assert len(known) == 2 + len(["a", "harbour", "at", "noon", ",", "by", "anselm", "roux"])
    unknown = tokenizer("Ines Carrow").input_ids
    assert len(unknown) > 2 + 2
    assert tokenizer.decode(unknown, skip_special_tokens=True).strip() == "ines carrow"
    assert tokenizer.eos_token_id == len(tokenizer) - 1


def test_what_the_autoencoder_learns_first_and_last():
    assert [stage_at(step).hues for step in (0, 999, 2999, 3000, 9000)] == [0, 0, 0, 2, 2]
    assert stage_at(999) == STAGES[0]
    assert stage_at(1000) == STAGES[1000]


def test_standardised_latents_decode_as_before(corpus: Corpus):
    torch.manual_seed(1)
    network = untrained().eval()
    latents = latents_of(network, corpus)
    with torch.no_grad():
        before = network.decode(latents).sample
        after = standardised(network, latents)
        renewed = latents_of(after, corpus)
        assert torch.allclose(standard(latents), renewed, atol=1e-3)
        assert torch.allclose(after.decode(renewed).sample, before, atol=1e-3)
    assert torch.allclose(renewed.mean((0, 2, 3)), torch.zeros(4), atol=1e-3)
    assert torch.allclose(renewed.std((0, 2, 3)), torch.ones(4), atol=1e-3)
    assert after.config.scaling_factor == 1.0


def test_the_trunk_learns_the_distances_of_its_teacher(corpus: Corpus, tmp_path: Path):
    torch.manual_seed(7)
    teacher = TrunkLpips(Trunk().requires_grad_(False))
    lesson = TrunkLesson(corpus, teacher, batch=6)
    follow(lesson, Course(steps=40, lr=2e-3, warm_up=5, average=0.5), tmp_path, 1, silent)
    images = corpus.batch(torch.arange(4))
    pictures = distorted(images, Generator().manual_seed(9))
    with torch.no_grad():
        wanted = teacher.distance(pictures, teacher.features(images))
        found = lesson.network["trunk"].compare(pictures, images)
    torch.manual_seed(8)
    untaught = Trunk().compare(pictures, images).detach()
    assert (found - wanted).abs().mean() < (untaught - wanted).abs().mean()


def test_distortions_stay_in_range_and_follow_the_generator(corpus: Corpus):
    images = corpus.batch(torch.arange(4)).repeat(2, 1, 1, 1)
    first, again = (distorted(images, Generator().manual_seed(2)) for _ in range(2))
    assert torch.equal(first, again)
    assert first.shape == images.shape
    assert 0 <= first.min() <= first.max() <= 1


def test_what_is_shipped_loads_as_any_network_and_paints(corpus: Corpus, tokenizer, tmp_path: Path):
    latents = torch.randn(4, 4, 32, 32, generator=Generator().manual_seed(1))
    denoiser = DenoiserLesson(latents, [s.caption for s in FEW], tokenizer, batch=2)
    pair = PairLesson(corpus, tokenizer, batch=4)
    for lesson in (denoiser, pair):
        assert torch.isfinite(lesson.loss(0, Generator().manual_seed(0)))
    ship_pipeline(untrained(), denoiser.network, tokenizer, tmp_path / "pipeline")
    ship_pair(pair.network, tokenizer, tmp_path / "clip")
    networks = load({"diffusion": str(tmp_path / "pipeline"), "clip": str(tmp_path / "clip")}, None)
    assert networks.diffusion.resolution == 256
    assert networks.clip.embed_texts(["a harbour"]).shape == (1, 128)


def test_the_model_card_says_what_was_measured_and_on_how_many(tokenizer, tmp_path: Path):
    torch.manual_seed(3)
    latents = torch.randn(4, 4, 32, 32, generator=Generator().manual_seed(1))
    captions = [subject.caption for subject in FEW]
    denoiser = DenoiserLesson(latents, captions, tokenizer, batch=2).network
    weights, training = tmp_path / "weights", tmp_path / "training"
    ship_pipeline(untrained(), denoiser, tokenizer, weights / "pipeline")
    ship_pair(PairLesson(Corpus([], None), tokenizer).network, tokenizer, weights / "clip")
    (weights / "lpips").mkdir()
    Trunk().save(weights / "lpips" / "lpips.safetensors")
    teacher = load({"perceptual": str(weights / "lpips")}, None).perceptual
    names = ["anselm-roux", "hisao-tanabu", "ines-carrow", "marek-solan"]
    chosen = [Subject(name, scene, "at noon", 7) for name in names for scene in [*SCENES][:5]]
    follow(Line(), COURSE, training / "denoiser", 1, silent)

    unseen = painted(chosen, tmp_path / "unseen.npy", silent)
    card.write(card.measure(weights, unseen, FEW[:2], teacher, silent), training, weights)

    measured = {
        row["what"]: (row["found"], row["n"])
        for row in json.loads((weights / "card.json").read_text())["measured"]
    }
    assert measured["rank correlation of `sandbox_lpips` with LPIPS (squeeze)"] == (
        "1.00 [1.00, 1.00]",
        20,
    )
    assert measured["genre of paintings by contemporary painters"][1] == 10
    assert measured["genre of paintings from prompts"][1] == 2
    text = (weights / "README.md").read_text()
    assert all(f"| {what} | {found} | {n} |" in text for what, (found, n) in measured.items())
    assert "| denoiser | 60 |" in text
    assert (weights / "samples.jpg").is_file()


def test_an_unknown_length_is_refused_with_a_sentence(tmp_path: Path):
    with pytest.raises(CommandError, match="PART=N"):
        call_command("train_sandbox", work=tmp_path, steps=["unet=5"])
