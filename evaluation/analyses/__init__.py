"""Analyses: one file a question; a table of ratings in, a Finding out.

An analysis sees conditions only as labels in a table, and one group of raters at a time: it refuses
a table that mixes populations, or people with SIMULATED raters (`evaluation.ratings`).

Tables of a finding are tidy: a value and its interval are the columns `x`, `x_low` and `x_high`
(shown as one), columns called `share…` are shares in [0, 1], `n` counts answers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from pandas import DataFrame

from config.plugins import PluginFolder
from evaluation.evidence import Evidence


@dataclass(frozen=True)
class Exhibit:
    """A further picture, table, or both, that belongs to a finding."""

    title: str
    table: DataFrame | None = None
    chart: dict[str, Any] | None = None
    caption: str = ""


@dataclass(frozen=True)
class Attachment:
    """A file that belongs to a finding, to be taken away."""

    name: str
    """Of the file, without the folder; the report puts the group of raters before it."""
    title: str
    text: str
    media: str = "application/json"


@dataclass(frozen=True)
class Assumption:
    """Something that must hold for a finding to mean what it says, and whether it does."""

    name: str
    """As statisticians call it: “Proportional odds”."""
    held: bool | None
    """None where the table cannot tell."""
    said: str
    """A sentence with the numbers that it was checked by."""


@dataclass(frozen=True)
class Finding:
    """What an analysis found, in words, numbers and a picture."""

    claim: str
    """One or two plain sentences with their intervals in them."""
    table: DataFrame
    chart: dict[str, Any]
    """Vega-Lite, in the style of evaluation/charts/plots.py"""
    notes: tuple[str, ...] = ()
    """What a reader must know to read it right: estimand, cut, families, what is drawn again."""
    sentences: tuple[str, ...] = ()
    """The parts of the answer, a sentence each."""
    exhibits: tuple[Exhibit, ...] = ()
    caption: str = ""
    """What the chart shows; also its text alternative."""
    assumptions: tuple[Assumption, ...] = ()
    """What was checked before this was said."""
    limits: tuple[str, ...] = ()
    """What this finding does not say, a sentence each."""
    attachments: tuple[Attachment, ...] = ()
    """Files that the report is written with."""


class Analysis(Protocol):
    """One question. The file's name is its name in experiment files."""

    label: ClassVar[str]
    """The question, as a heading."""
    version: ClassVar[int]
    """Raise it when results change: reports are computed anew."""
    # An analysis may also have `takes`, the scales (`studies.questions.Measured`) of the questions
    # that it can read: files and reports with others are refused with a sentence
    # (studies/protocol/fitting.py, evaluation/reporting/scales.py). Without it, it can read all.

    @property
    def pooled(self) -> bool:
        """Whether the report hands over all populations together; a setting, false by default."""

    @classmethod
    def names(cls, asked: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Setting → the names it may hold, given the names of the questions that a trial asks.

        Experiment files that name anything else are refused; settings not listed may hold any.
        """

    def run(self, evidence: Evidence, seed: int) -> Finding:
        """The answer for one group of raters.

        Raises `evaluation.ratings.TableError` or `evaluation.statistics.estimate.BadData` with a
        sentence where the evidence cannot answer the question.
        """


ANALYSES: PluginFolder[Analysis] = PluginFolder("evaluation.analyses")


def compares(name: str) -> bool:
    """Whether an analysis also compares populations: a class attribute `compares` that is true.

    It is then run once more with the ratings of all populations of people (of SIMULATED raters) in
    one table, none pooled.
    """
    return name in ANALYSES and bool(getattr(ANALYSES.load(name), "compares", False))
