"""Progress bars of the commands: on a terminal only, on stderr, one line."""

from collections.abc import Iterator
from contextlib import contextmanager

from tqdm import tqdm

from generation.progress import Progress


@contextmanager
def bar(label: str, unit: str = "") -> Iterator[Progress]:
    """A `Progress` that draws a bar; where stderr is no terminal it says nothing."""
    with tqdm(desc=label, unit=unit, disable=None, leave=False, dynamic_ncols=True) as drawn:

        def progress(done: int, total: int, message: str = "") -> None:
            drawn.total = total
            drawn.set_postfix_str(message, refresh=False)
            drawn.update(done - drawn.n)

        yield progress
