"""How long work says where it stands, and learns that it should stop."""

from typing import Protocol


class Cancelled(Exception):
    """Raised by a `Progress` when the work is no longer wanted; nothing half-made is kept."""


class Progress(Protocol):
    """Called after each step of a long computation."""

    def __call__(self, done: int, total: int, message: str = "") -> None:
        """`done` of `total` steps are finished. May raise Cancelled."""


def silent(done: int, total: int, message: str = "") -> None:
    """A Progress that says nothing."""
