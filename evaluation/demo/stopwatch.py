"""How long each step of the demo took, to be told at its end."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic


class Stopwatch:
    """Seconds by name, in the order in which the names came up."""

    def __init__(self) -> None:
        self.began = monotonic()
        self.laps: dict[str, float] = {}

    @contextmanager
    def lap(self, name: str) -> Iterator[None]:
        """What is done inside is counted as `name`, also where it ends in an exception."""
        start = monotonic()
        self.laps.setdefault(name, 0.0)
        try:
            yield
        finally:
            self.add(name, monotonic() - start)

    def add(self, name: str, seconds: float) -> None:
        """`seconds` more of `name`; a name that begins with blanks is a part of the one above."""
        self.laps[name] = self.laps.get(name, 0.0) + seconds

    def table(self) -> str:
        """One line a name, and the sum."""
        rows = [*self.laps.items(), ("all in all", monotonic() - self.began)]
        width = max(len(name) for name, _ in rows)
        return "\n".join(f"  {name:<{width}}  {seconds:6.1f} s" for name, seconds in rows)
