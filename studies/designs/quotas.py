"""Places of a study and of groups of people, with those added for expected exclusions. Pure."""

from collections.abc import Mapping
from math import ceil

REST = "everybody else"
"""The group of whoever is in no named one."""


def opened(places: int, over_recruit: float) -> int:
    """Places that are opened so that `places` remain when a share of answers is left out."""
    return ceil(round(places * (1 + over_recruit), 9))


def groups(participants: int, quotas: Mapping[str, int], over_recruit: float) -> dict[str, int]:
    """Group → places that are opened for it; the rest share what is left of `participants`."""
    rest = max(0, participants - sum(quotas.values()))
    return {group: opened(places, over_recruit) for group, places in {**quotas, REST: rest}.items()}


def group_of(name: str, quotas: Mapping[str, int]) -> str:
    """The group whose places somebody takes."""
    return name if name in quotas else REST
