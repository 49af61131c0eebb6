"""Just noticeable differences: how distorted each level looks, on a scale on which 1 is 75 %."""

from evaluation.statistics.jnd.reaching import amount_at
from evaluation.statistics.jnd.scale import JndScale, jnd_scale

__all__ = ["JndScale", "amount_at", "jnd_scale"]
