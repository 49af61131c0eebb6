"""Checks: what stands around the trials (who the person is, practice before it counts)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from config.plugins import PluginFolder

RATHER_NOT = "I would rather not say"


@dataclass(frozen=True)
class PersonQuestion:
    """One question about the person, with choices that have no order."""

    name: str
    text: str
    choices: tuple[str, ...]
    hint: str = ""


class Check(Protocol):
    """One check. The file's name is the check's name."""

    label: ClassVar[str]
    version: ClassVar[int]

    @property
    def questions(self) -> tuple[PersonQuestion, ...]:
        """What is asked about the person before the trials; may be empty."""

    @property
    def practice_trials(self) -> int:
        """How many practice trials come first; 0 for a check that asks for none."""

    def population(self, answers: Mapping[str, str]) -> str:
        """The population that the answers (question → choice) put the person in, or “”."""


CHECKS: PluginFolder[Check] = PluginFolder("studies.checks")
