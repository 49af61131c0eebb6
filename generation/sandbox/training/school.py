"""The whole training, part after part; each goes on from where an earlier run stopped."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import cast

import torch
from diffusers import AutoencoderKL
from torch import Tensor, nn
from transformers import CLIPTokenizer

from generation.networks import load
from generation.networks.perceptual import Perceptual
from generation.networks.trunk import Trunk
from generation.progress import Progress
from generation.sandbox.training import autoencoder, card, course, shipping, words
from generation.sandbox.training.autoencoder import AutoencoderLesson
from generation.sandbox.training.corpus import Corpus, painted, trained_on
from generation.sandbox.training.course import Course, Lesson
from generation.sandbox.training.denoiser import DenoiserLesson
from generation.sandbox.training.pair import PairLesson, all_texts
from generation.sandbox.training.trunk import TrunkLesson

PARTS = ("trunk", "autoencoder", "denoiser", "pair")

COURSES: Mapping[str, Course] = {
    "trunk": Course(steps=1200, lr=1e-3),
    "autoencoder": Course(steps=7000, lr=1e-3),
    "denoiser": Course(steps=3500, lr=5e-4, average=0.999),
    "pair": Course(steps=5000, lr=6e-4, weight_decay=0.1),
}

Follow = Callable[[str], Progress]
"""Names a part and gives the progress to tell of it."""


@dataclass(frozen=True)
class School:
    """One training: its working folder (checkpoints, outside the repository) and its seed."""

    folder: Path
    per_motif: int
    seed: int
    networks: Path | None
    """Where LPIPS (squeeze), which the trunk and the autoencoder learn from, is looked for."""
    courses: Mapping[str, Course]
    follow: Follow

    @cached_property
    def corpus(self) -> Corpus:
        """The paintings that are trained on."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / f"paintings-{self.per_motif}.npy"
        return painted(trained_on(self.per_motif), file, self.follow("paintings"))

    @cached_property
    def tokenizer(self) -> CLIPTokenizer:
        """The vocabulary of both text encoders."""
        return words.tokenizer(all_texts(self.corpus.subjects))

    @cached_property
    def teacher(self) -> Perceptual:
        """LPIPS (squeeze) itself; needed for training only. Raises NetworkUnavailable."""
        perceptual: Perceptual = load({"perceptual": "lpips_squeeze"}, self.networks).perceptual
        return perceptual

    @cached_property
    def trunk(self) -> Trunk:
        """Part 1."""
        network = self._taught("trunk", TrunkLesson(self.corpus, self.teacher))
        return cast(Trunk, cast(nn.ModuleDict, network)["trunk"])

    @cached_property
    def _autoencoder(self) -> AutoencoderKL:
        return self._taught("autoencoder", AutoencoderLesson(self.corpus, self.teacher))

    @cached_property
    def _latents(self) -> Tensor:
        """Minutes of work, so they are kept; a course of another length has others."""
        network = self._autoencoder
        file = self.folder / "autoencoder" / f"latents-{self.courses['autoencoder'].steps}.pt"
        if not file.is_file():
            unfinished = file.with_suffix(".unfinished")
            torch.save(autoencoder.latents_of(network, self.corpus), unfinished)
            unfinished.replace(file)
        latents: Tensor = torch.load(file, weights_only=True)
        return latents

    @cached_property
    def autoencoder(self) -> AutoencoderKL:
        """Part 2, its latents standardised."""
        return autoencoder.standardised(deepcopy(self._autoencoder), self._latents)

    @cached_property
    def denoiser(self) -> nn.ModuleDict:
        """Part 3: UNet and text encoder."""
        latents = autoencoder.standard(self._latents)
        captions = [subject.caption for subject in self.corpus.subjects]
        lesson = DenoiserLesson(latents, captions, self.tokenizer)
        return cast(nn.ModuleDict, self._taught("denoiser", lesson))

    @cached_property
    def pair(self) -> nn.Module:
        """Part 4: the image-text pair of the metrics."""
        return self._taught("pair", PairLesson(self.corpus, self.tokenizer))

    def teach(self, part: str) -> None:
        """Train one part, and what it builds on."""
        getattr(self, part)

    def ship(self, to: Path) -> None:
        """Everything as the folders that the sandbox's ids stand for."""
        shipping.ship_pipeline(self.autoencoder, self.denoiser, self.tokenizer, to / "pipeline")
        shipping.ship_pair(self.pair, self.tokenizer, to / "clip")
        (to / "lpips").mkdir(parents=True, exist_ok=True)
        self.trunk.save(to / "lpips" / "lpips.safetensors")
        shipping.ship_manifest(to)

    def report(self, weights: Path) -> None:
        """Measure what was shipped to `weights` on unseen paintings; the model card beside it."""
        follow = self.follow("model card")
        unseen = painted(card.unseen(), self.folder / "unseen.npy", self.follow("unseen paintings"))
        found = card.measure(weights, unseen, card.asked(), self.teacher, follow)
        card.write(found, self.folder, weights)

    def _taught(self, part: str, lesson: Lesson) -> nn.Module:
        torch.manual_seed(self.seed)
        place, plan = self.folder / part, self.courses[part]
        return course.follow(lesson, plan, place, self.seed, self.follow(part)).network
