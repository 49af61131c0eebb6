"""How long each step of the demo took, to be told at its end."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic, process_time


@dataclass(frozen=True)
class Seconds:
    """A moment, or the time between two."""

    wall: float = 0.0
    processor: float = 0.0
    """Of all threads of this process: what the step costs, however busy the machine is."""

    def __add__(self, other: "Seconds") -> "Seconds":
        return Seconds(self.wall + other.wall, self.processor + other.processor)

    def __sub__(self, other: "Seconds") -> "Seconds":
        return Seconds(self.wall - other.wall, self.processor - other.processor)


def now() -> Seconds:
    """This moment; only differences mean anything."""
    return Seconds(monotonic(), process_time())


class Stopwatch:
    """Seconds by name, in the order in which the names came up."""

    def __init__(self) -> None:
        self.began = now()
        self.laps: dict[str, Seconds] = {}

    @contextmanager
    def lap(self, name: str) -> Iterator[None]:
        """What is done inside is counted as `name`, also where it ends in an exception."""
        start = now()
        self.laps.setdefault(name, Seconds())
        try:
            yield
        finally:
            self.add(name, now() - start)

    def add(self, name: str, spent: Seconds) -> None:
        """So much more of `name`; a name that begins with blanks is a part of the one above."""
        self.laps[name] = self.laps.get(name, Seconds()) + spent

    def table(self) -> str:
        """One line a name, and the sum."""
        rows = [*self.laps.items(), ("all in all", now() - self.began)]
        width = max(len(name) for name, _ in rows)
        head = f"  {'seconds':<{width}}    wall  processor"
        return "\n".join(
            [head]
            + [f"  {name:<{width}}  {one.wall:6.1f}     {one.processor:6.1f}" for name, one in rows]
        )
