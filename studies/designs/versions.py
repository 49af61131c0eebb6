"""Items that show the same artwork, told from those that show other paintings beside it. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from studies.designs.assignment import Candidate


def versions(items: Iterable[Candidate]) -> list[Candidate]:
    """The items in the order of their numbers, sets of paintings beside one artwork numbered.

    Where few works are held out, several sets of paintings of a mimic stand beside the same
    original. The k-th sets of all conditions have the same prompts and seeds; so the k-th item of
    one artwork under one condition is version k, whatever the condition.
    """
    met = Counter[tuple[int | None, str]]()
    found = []
    for item in sorted(items, key=lambda item: item.item):
        found.append(replace(item, version=met[item.artwork, item.condition]))
        met[item.artwork, item.condition] += 1
    return found
