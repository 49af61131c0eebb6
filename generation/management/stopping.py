"""Ctrl-C and SIGTERM, for work that ends at the next step and leaves nothing half-made."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event


@contextmanager
def until_signalled() -> Iterator[Callable[[], bool]]:
    """Gives a function that says whether a signal to stop has come; nothing else stops inside."""
    stopping = Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for number in before:
        signal.signal(number, lambda *_: stopping.set())
    try:
        yield stopping.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
