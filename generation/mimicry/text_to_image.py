"""Full fine-tuning of the UNet on pictures and captions, as IMPRESS and Hönig et al. mimic.

Cao et al., “IMPRESS” (NeurIPS 2023) and Hönig et al., “Adversarial Perturbations Cannot Reliably
Protect Artists From Generative AI” (ICLR 2025) both use diffusers' text_to_image example. Written
from the papers and the documentation of that example.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from config.plugins import Settings, plugin
from generation.finetuning.settings import Training


@plugin
class TextToImage(Training):
    """min_θ E ‖ε − ε_θ(z_t, t, c)‖² over all weights of the UNet; with `ema` their average."""

    label: ClassVar[str] = "Text-to-image fine-tuning (re-implementation)"
    version: ClassVar[int] = 1
    needs: ClassVar[tuple[str, ...]] = ("diffusion",)
    fewest: ClassVar[int] = 3
    presets: ClassVar[Mapping[str, Settings]] = {
        "impress": {
            "steps": 500,
            "rate": 5e-6,
            "batch": 8,
            "accumulate": 4,
            "flip": True,
            "ema": 0.9999,
            "gradient_checkpointing": True,
        },
        "hoenig": {
            "steps": 2000,
            "rate": 5e-6,
            "batch": 4,
            "flip": True,
            "ema": 0.9999,
            "precision": "float32",
            "gradient_checkpointing": True,
        },
        "glaze-paper": {"steps": 3000, "rate": 5e-6, "batch": 4},
        "sandbox-quick": {"steps": 200, "rate": 1e-4, "batch": 4, "precision": "float32"},
    }

    ema: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Decay of the moving average of the weights, which then is what was learnt; 0: none."""

    @property
    def averaging(self) -> float:
        """Decay of the moving average."""
        return self.ema
