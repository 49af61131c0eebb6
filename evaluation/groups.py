"""The groups of raters that a table is split into, so that nothing is pooled silently. Pure."""

from dataclasses import dataclass

from pandas import DataFrame, Series

from evaluation.words import listed


@dataclass(frozen=True)
class Group:
    """Answers that may be pooled: of one population, all of people or all SIMULATED."""

    population: str
    simulated: bool
    ratings: DataFrame

    @property
    def name(self) -> str:
        population = self.population or "all raters"
        return f"SIMULATED {population}" if self.simulated else population


def groups(ratings: DataFrame, *, pooled: bool = False) -> list[Group]:
    """Every population apart, people before SIMULATED raters; empty for an empty table.

    `pooled`: all populations together, and said so in their name; never with simulated raters.
    """
    if pooled:
        named = ratings.groupby("simulated")["population"].transform(_together)
        ratings = ratings.assign(population=named)
    parts = ratings.groupby(["simulated", "population"], sort=True)
    return [Group(str(key[1]), bool(key[0]), part) for key, part in parts]


def compared(ratings: DataFrame) -> list[Group]:
    """All populations of people in one table, none pooled, and all of SIMULATED raters likewise.

    For analyses that compare populations; empty where there is one only.
    """
    found = []
    for simulated, part in ratings.groupby("simulated", sort=True):
        names = sorted(name or "unnamed" for name in part["population"].unique())
        if len(names) > 1:
            found.append(Group(f"{listed(names)} compared", bool(simulated), part))
    return found


def _together(populations: Series) -> str:
    names = sorted(name or "unnamed" for name in populations.unique())
    return populations.iloc[0] if len(names) == 1 else f"{listed(names)} together"
