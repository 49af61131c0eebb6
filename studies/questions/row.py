"""Row: one item of a matrix; every item is a question of its own, with words at every point."""

from dataclasses import dataclass

from studies.questions.scale import Scale


@dataclass(frozen=True)
class Row(Scale):
    """A scale that shares its points, and the question above it, with the rows beside it."""

    lead: str = ""
    """The question of the matrix; stands above its first row, and is empty in the others."""
