"""Set metrics: one number for a set of pictures against another set, with an interval.

They say how far two sets lie apart in a space of features, of no picture how good it is. With the
tens of pictures that a study has, they are imprecise, and some are biased: the value beside what
chance would give at these sizes, and the warnings, are part of what they say.

No file of the catalogue imports torch: features come from `evaluation/seeing/set_features.py`.
"""

from collections.abc import Mapping
from typing import ClassVar, Literal, Protocol

from config.plugins import PluginFolder, Settings
from evaluation.measuring.picture_sets import PictureSet, SetValue

Features = Literal["inception", "clip", "perceptual"]
"""Roles of networks that can say what a picture is like: `inception`, the pooled layer of an
Inception network; `clip`, the embedding on the unit sphere; `perceptual`, the mean over positions
of the last layer of the LPIPS trunk."""


class SetMetric(Protocol):
    """Compares the pictures of a condition with originals, or with those of the clean arm."""

    label: ClassVar[str]
    version: ClassVar[int]
    """Part of what a stored value is identified by: raise it when values change."""
    presets: ClassVar[Mapping[str, Settings]]
    paired: ClassVar[bool]
    """Whether each picture must also be compared with the one that it was made from, by LPIPS."""

    @property
    def features(self) -> Features:
        """The role of the network whose features it compares; a setting where there is a choice."""

    def compare(
        self, sample: PictureSet, reference: PictureSet, network: str, seed: int
    ) -> SetValue:
        """`network` is the id of the one whose features these are, for the warnings.

        Raises `evaluation.statistics.estimate.BadData` with a sentence.
        """


SET_METRICS: PluginFolder[SetMetric] = PluginFolder("evaluation.set_metrics")


def needs(metric: SetMetric) -> tuple[str, ...]:
    """Roles of the networks that it uses."""
    return tuple(dict.fromkeys([metric.features, *(["perceptual"] if metric.paired else [])]))
