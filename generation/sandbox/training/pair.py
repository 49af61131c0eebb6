"""The image-text pair that metrics use: a small open_clip model with a vocabulary of its own.

Trained apart from the generator: other weights, other captions, other seed. Contrastive as in
Radford et al., “Learning Transferable Visual Models From Natural Language Supervision” (ICML 2021),
with every text of a batch that is true of a picture as its target, not only its own.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from open_clip.model import CLIP
from torch import Generator, Tensor
from transformers import CLIPTokenizer

from generation.sandbox.training.corpus import Corpus, Subject

IMAGE_SIZE = 128

Text = tuple[str, tuple[str, ...]]
"""A text, and the attributes of a subject that it is about."""


def _of_scene(subject: Subject) -> str:
    return subject.caption.rpartition(", by ")[0]


TEXTS: Sequence[Callable[[Subject], Text]] = (
    lambda s: (s.caption, ("painter", "scene", "mood")),
    lambda s: (s.caption, ("painter", "scene", "mood")),
    lambda s: (_of_scene(s), ("scene", "mood")),
    lambda s: (s.genre, ("genre",)),
    lambda s: (f"a painting in the style of {s.genre}", ("genre",)),
    lambda s: (f"a {s.genre} painting", ("genre",)),
    lambda s: (f"{_of_scene(s)}, {s.genre}", ("scene", "mood", "genre")),
    lambda s: (f"a painting by {s.caption.rpartition(', by ')[2]}", ("painter",)),
)


def configuration(tokenizer: CLIPTokenizer) -> dict[str, Any]:
    """What open_clip_config.json holds."""
    return {
        "model_cfg": {
            "embed_dim": 128,
            "quick_gelu": False,
            "vision_cfg": {
                "image_size": IMAGE_SIZE,
                "layers": 4,
                "width": 160,
                "head_width": 40,
                "patch_size": 16,
            },
            "text_cfg": {
                "context_length": tokenizer.model_max_length,
                "vocab_size": len(tokenizer),
                "width": 128,
                "heads": 4,
                "layers": 2,
                "hf_tokenizer_name": "connoisseur-sandbox",
                "tokenizer_kwargs": {"clean": "lower"},
            },
        },
        "preprocess_cfg": {
            "mean": [0.5, 0.5, 0.5],
            "std": [0.5, 0.5, 0.5],
            "interpolation": "bicubic",
            "resize_mode": "shortest",
        },
    }


def all_texts(subjects: Sequence[Subject]) -> list[str]:
    """Every text that training may show, for the vocabulary."""
    return list(dict.fromkeys(text(subject)[0] for subject in subjects for text in TEXTS))


class PairLesson:
    """Pictures at 128 px, cut and toned a little, and texts that are true of them."""

    def __init__(self, corpus: Corpus, tokenizer: CLIPTokenizer, batch: int = 48) -> None:
        self.corpus, self.tokenizer, self.batch = corpus, tokenizer, batch
        self.network = CLIP(**configuration(tokenizer)["model_cfg"])

    def loss(self, step: int, generator: Generator) -> Tensor:  # noqa: ARG002 (any step alike)
        indices = self.corpus.draw(self.batch, generator)
        subjects = [self.corpus.subjects[index] for index in indices.tolist()]
        choices = torch.randint(len(TEXTS), (self.batch,), generator=generator).tolist()
        texts = [TEXTS[choice](subject) for choice, subject in zip(choices, subjects, strict=True)]
        images = _looked_at(self.corpus.batch(indices), generator)
        seen = self.network.encode_image(images * 2 - 1, normalize=True)
        read = self.network.encode_text(self._tokens([text for text, _ in texts]), normalize=True)
        logits = self.network.logit_scale.clamp(max=4.6).exp() * seen @ read.T
        true = _true(subjects, texts)
        return (_aimed(logits, true) + _aimed(logits.T, true.T)) / 2

    def _tokens(self, texts: Sequence[str]) -> Tensor:
        tokens: Tensor = self.tokenizer(
            [text.lower() for text in texts], padding="max_length", return_tensors="pt"
        ).input_ids
        return tokens


def _true(subjects: Sequence[Subject], texts: Sequence[Text]) -> Tensor:
    """[images, texts]: 1 where the text is true of the picture."""
    return torch.tensor(
        [
            [
                float(all(getattr(subject, part) == getattr(source, part) for part in about))
                for source, (_, about) in zip(subjects, texts, strict=True)
            ]
            for subject in subjects
        ]
    )


def _aimed(logits: Tensor, true: Tensor) -> Tensor:
    return F.cross_entropy(logits, true / true.sum(1, keepdim=True))


def _looked_at(images: Tensor, generator: Generator) -> Tensor:
    """Each picture cut, half of them mirrored, some blurred or grainy, in other tones, at 128 px.

    A genre is more than one painter's palette and size of stroke: without this, the pair knew the
    painters it was trained on (96 % of their genres) and nobody else (9 %).
    """
    seen = []
    for image in images:
        side = int(torch.randint(160, image.shape[-1] + 1, (1,), generator=generator))
        top, left = torch.randint(image.shape[-1] - side + 1, (2,), generator=generator).tolist()
        part = image[None, :, top : top + side, left : left + side]
        part = F.interpolate(part, size=(IMAGE_SIZE,) * 2, mode="area")
        mirrored, grain, soft = torch.rand(3, generator=generator).tolist()
        part = part.flip(-1) if mirrored < 0.5 else part
        if soft < 0.2:
            part = F.interpolate(F.avg_pool2d(part, 2), scale_factor=2.0, mode="bilinear")
        part = part + torch.randn(part.shape, generator=generator) * (0.05 if grain < 0.2 else 0)
        seen.append(_toned(part, generator))
    return torch.cat(seen).clamp(0, 1)


def _toned(image: Tensor, generator: Generator) -> Tensor:
    """`image` [1, 3, H, W] paler or stronger, greyer or gaudier, in another light."""
    drawn = torch.rand(3, generator=generator)
    saturation, contrast, lift = 0.2 + 1.4 * drawn[0], 0.5 + 0.8 * drawn[1], 0.4 * drawn[2] - 0.2
    gains = 0.8 + 0.4 * torch.rand(1, 3, 1, 1, generator=generator)
    grey = image.mean(1, keepdim=True)
    coloured = (grey + (image - grey) * saturation) * gains
    mean = coloured.mean()
    return mean + (coloured - mean) * contrast + lift
