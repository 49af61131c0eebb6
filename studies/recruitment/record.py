"""Who asked the panel for what: put on record also where the panel's answer is lost."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from studies.recruitment.calls import PanelError


@contextmanager
def on_record(tell: Callable[[str], None], kind: str) -> Iterator[None]:
    """Around one call: `tell(kind)` once it is done, `tell("<kind>_unclear")` where nobody knows
    whether it was, and nothing where the panel surely refused."""
    try:
        yield
    except PanelError as error:
        if not error.surely_not_done:
            tell(f"{kind}_unclear")
        raise
    tell(kind)
