"""Cloak detector: does this picture look as if somebody had cloaked it?

A logistic regression of our own on 48 numbers of the finest detail (`seeing/cloak_marks.py`),
fitted on paintings cloaked by the project's own re-implementations, beside clean, noisy and
JPEG-compressed ones. What it knows and does not know stands in docs/metrics.md; it has never seen a
picture of the real Glaze, Nightshade or Mist. The coefficients and their card come with the
project; `manage.py fit_metric cloak_detector` fits others.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import AfterValidator

from config.plugins import plugin
from evaluation.seeing.cloak_marks import SMALLEST, marks
from evaluation.seeing.cloak_model import pinned, read
from evaluation.seeing.windows import at_least

if TYPE_CHECKING:
    from torch import Tensor

    from generation.networks import Networks


@plugin
class CloakDetector:
    """`log_odds` of being cloaked, and the `probability` if half of all pictures were."""

    label: ClassVar[str] = "Cloak detector"
    version: ClassVar[int] = 1
    needs: ClassVar[tuple[str, ...]] = ()
    against: ClassVar[Literal["nothing"]] = "nothing"
    higher_is_closer: ClassVar[bool] = False
    unit: ClassVar[str] = ""
    parts: ClassVar[Mapping[str, str]] = {
        "log_odds": "log-odds",
        "probability": "probability",
    }

    fitted_on: Annotated[str, AfterValidator(pinned)] = "paintings"
    """`paintings`, which comes with the project, or the path of a file that `manage.py fit_metric
    cloak_detector` wrote; its checksum is kept beside it."""

    def score(self, images: "Tensor", references: "Tensor", networks: "Networks") -> "Tensor":
        """[N, 3, H, W] in [0, 1], 64 × 64 at least → [N, 2] float64."""
        import torch  # noqa: PLC0415  # torch: only in workers

        at_least(images, SMALLEST, self.label)
        odds = torch.from_numpy(read(self.fitted_on).log_odds(marks(images).cpu().numpy()))
        return torch.stack([odds, odds.sigmoid()], 1)
