"""The generator: UNet and text encoder, trained together on latents and captions.

Epsilon prediction under Stable Diffusion 1's noise schedule (Rombach et al. 2022), with the min-SNR
weighting of Hang et al., “Efficient Diffusion Training via Min-SNR Weighting Strategy” (ICCV 2023,
gamma 5); one caption in ten is left empty, so that guidance works (Ho & Salimans 2022).
"""

from collections.abc import Sequence

import torch
from diffusers import DDPMScheduler, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from torch import Generator, Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from generation.sandbox.training.course import in_bfloat16

GAMMA, EMPTY = 5.0, 0.1
SCHEDULE = {
    "num_train_timesteps": 1000,
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "prediction_type": "epsilon",
    "clip_sample": False,
}


def untrained_unet() -> UNet2DConditionModel:
    """5.6 million weights, three levels, text at the two lower ones."""
    return UNet2DConditionModel(
        sample_size=32,
        in_channels=4,
        out_channels=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        block_out_channels=(64, 96, 128),
        layers_per_block=1,
        cross_attention_dim=128,
        attention_head_dim=4,
        norm_num_groups=16,
    )


def untrained_text_encoder(tokenizer: CLIPTokenizer) -> CLIPTextModel:
    """Three layers over the world's own small vocabulary."""
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(tokenizer),
            hidden_size=128,
            intermediate_size=384,
            num_hidden_layers=3,
            num_attention_heads=4,
            max_position_embeddings=tokenizer.model_max_length,
            projection_dim=128,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )


class DenoiserLesson:
    """`network` holds the UNet and the text encoder."""

    def __init__(
        self, latents: Tensor, captions: Sequence[str], tokenizer: CLIPTokenizer, batch: int = 32
    ) -> None:
        self.latents, self.batch = latents, batch
        self.tokens = _tokens(tokenizer, captions)
        self.empty = _tokens(tokenizer, [""])
        self.scheduler = DDPMScheduler(**SCHEDULE)
        snr = self.scheduler.alphas_cumprod / (1 - self.scheduler.alphas_cumprod)
        self.weights = snr.clamp(max=GAMMA) / snr
        unet, text = untrained_unet(), untrained_text_encoder(tokenizer)
        # a quarter faster here than torch's fused attention, whose way back is slow on CPUs
        unet.set_attn_processor(AttnProcessor())
        self.network = nn.ModuleDict({"unet": unet, "text": text})

    def loss(self, step: int, generator: Generator) -> Tensor:  # noqa: ARG002 (any step alike)
        indices = torch.randint(len(self.latents), (self.batch,), generator=generator)
        latents = self._mirrored(self.latents[indices], generator)
        noise = torch.randn(latents.shape, generator=generator)
        times = torch.randint(1000, (self.batch,), generator=generator)
        noisy = self.scheduler.add_noise(latents, noise, times)
        tokens = self._some_emptied(self.tokens[indices], generator)
        predicted = in_bfloat16(lambda: self._predicted(noisy, times, tokens))
        errors = (predicted - noise).square().mean((1, 2, 3))
        weighted: Tensor = (errors * self.weights[times]).mean()
        return weighted

    def _predicted(self, noisy: Tensor, times: Tensor, tokens: Tensor) -> Tensor:
        text = self.network["text"](tokens).last_hidden_state
        predicted: Tensor = self.network["unet"](noisy, times, encoder_hidden_states=text).sample
        return predicted

    def _mirrored(self, latents: Tensor, generator: Generator) -> Tensor:
        mirrored = torch.rand(len(latents), 1, 1, 1, generator=generator) < 0.5
        return torch.where(mirrored, latents.flip(-1), latents)

    def _some_emptied(self, tokens: Tensor, generator: Generator) -> Tensor:
        emptied = torch.rand(len(tokens), 1, generator=generator) < EMPTY
        return torch.where(emptied, self.empty, tokens)


def _tokens(tokenizer: CLIPTokenizer, captions: Sequence[str]) -> Tensor:
    tokens: Tensor = tokenizer(
        list(captions), padding="max_length", truncation=False, return_tensors="pt"
    ).input_ids
    return tokens
