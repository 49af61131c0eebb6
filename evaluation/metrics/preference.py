"""Preference score: would people choose this picture for its prompt?

Scorers that are CLIP networks tuned on people's choices between pictures of one prompt: PickScore
(Kirstain et al. 2023, arXiv:2305.01569), HPS v2 (Wu et al. 2023, arXiv:2306.09341). Which one it is
says the network in the role “preference”.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from config.plugins import Settings, plugin

if TYPE_CHECKING:
    from torch import Tensor

    from generation.networks import Networks


@plugin
class Preference:
    """Cosine of picture and prompt, times the network's own scale (as PickScore is reported)."""

    label: ClassVar[str] = "Preference score"
    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Settings]] = {"hps": {"scaled": False}}
    needs: ClassVar[tuple[str, ...]] = ("preference",)
    against: ClassVar[Literal["prompt"]] = "prompt"
    higher_is_closer: ClassVar[bool] = True
    unit: ClassVar[str] = ""
    parts: ClassVar[Mapping[str, str]] = {}

    scaled: bool = True
    """Whether the cosine is multiplied by the network's scale; HPS v2 is reported without."""

    def score(self, images: "Tensor", prompts: Sequence[str], networks: "Networks") -> "Tensor":
        """[N, 3, H, W] in [0, 1], N prompts → [N] float64. Raises PromptError for a long one."""
        scorer = networks.preference
        apart = list(dict.fromkeys(prompts))  # the paintings of a study share few prompts
        texts = scorer.embed_texts(apart).double()[[apart.index(prompt) for prompt in prompts]]
        cosines = (scorer.embed_images(images).double() * texts).sum(1)
        return (scorer.logit_scale * cosines if self.scaled else cosines).cpu()
