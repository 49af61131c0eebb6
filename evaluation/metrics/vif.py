"""VIF in the pixel domain: how much of the reference's visual information is left in a picture.

Sheikh and Bovik 2006 (doi:10.1109/TIP.2005.859378), in the pixel-domain form that the authors
published beside it (four scales, Gaussian windows of 17, 9, 5 and 3 pixels). Not symmetric: above 1
where a picture has more contrast than its reference.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from config.plugins import Settings, plugin
from evaluation.seeing.windows import at_least, doubled, gaussian, luma, seen

if TYPE_CHECKING:
    from torch import Tensor

    from generation.networks import Networks

SIDES = (17, 9, 5, 3)
EPSILON = 1e-10
"""Variances below this, on 0..255, are none."""
SMALLEST = 41


@plugin
class Vif:
    """Information shared with the reference, as a share of the reference's own; 1 if equal.

    A reference without any variance has no information to lose: then 1 if equal, else 0.
    """

    label: ClassVar[str] = "VIF"
    version: ClassVar[int] = 1
    presets: ClassVar[Mapping[str, Settings]] = {
        "impress": {},
        "copyrightmeter": {"sigma_nsq": 0.4},
    }
    needs: ClassVar[tuple[str, ...]] = ()
    against: ClassVar[Literal["counterpart"]] = "counterpart"
    higher_is_closer: ClassVar[bool] = True
    unit: ClassVar[str] = ""
    parts: ClassVar[Mapping[str, str]] = {}

    implementation: Literal["sewar", "piq"] = "sewar"
    """`sewar`: each RGB channel, then their mean (VIFp of IMPRESS). `piq`: of the luma alone, as
    piq's vif_p."""
    sigma_nsq: Annotated[float, Field(gt=0, le=100)] = 2.0
    """Variance of the noise in the eye, on 0..255."""

    def score(self, images: "Tensor", references: "Tensor", networks: "Networks") -> "Tensor":
        """[N, 3, H, W] in [0, 1], twice, at least 41 × 41 → [N] float64, 0 and more."""
        at_least(images, SMALLEST, self.label)
        mine, theirs = (doubled(each) * 255 for each in (images, references))
        if self.implementation == "piq":
            mine, theirs = luma(mine), luma(theirs)
        equal = (mine == theirs).flatten(2).all(2)
        # only variances count: without its mean a flat channel has exactly none
        mine, theirs = (each - each.mean((2, 3), keepdim=True) for each in (mine, theirs))
        kept, whole = _information(mine, theirs, self.sigma_nsq)
        share = (kept / whole).where(whole > 0, equal.double())
        return share.mean(1)


def _information(mine: "Tensor", theirs: "Tensor", noise: float) -> tuple["Tensor", "Tensor"]:
    """Log-likelihood gains [N, C], summed over scales: of the picture, and of the reference."""
    kept, whole = (0 * theirs[:, :, 0, 0] for _ in range(2))
    for side in SIDES:
        line = gaussian(side, side / 5)
        if side != SIDES[0]:
            mine, theirs = (seen(each, line)[..., ::2, ::2] for each in (mine, theirs))
        gain, rest, variance = _channel(mine, theirs, line)
        kept = kept + (gain.square() * variance / (rest + noise)).log1p().sum((2, 3))
        whole = whole + (variance / noise).log1p().sum((2, 3))
    return kept, whole


def _channel(
    mine: "Tensor", theirs: "Tensor", line: tuple[float, ...]
) -> tuple["Tensor", "Tensor", "Tensor"]:
    """Picture = gain × reference + rest: the gain, the variance of rest, of the reference."""
    means = seen(mine, line), seen(theirs, line)
    own = (seen(mine.square(), line) - means[0].square()).clamp_min(0)
    variance = (seen(theirs.square(), line) - means[1].square()).clamp_min(0)
    shared = seen(mine * theirs, line) - means[0] * means[1]
    variance = variance.where(variance >= EPSILON, 0)
    gain = (shared / (variance + EPSILON)).where(variance > 0, 0)
    rest = (own - gain * shared).where(variance > 0, own)
    gain, rest = gain.where(own >= EPSILON, 0), rest.where(own >= EPSILON, 0)
    rest = rest.where(gain >= 0, own).clamp_min(EPSILON)
    return gain.clamp_min(0), rest, variance
