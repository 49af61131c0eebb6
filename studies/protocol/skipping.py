"""Rules that leave cells out of the crossing: do they name levels that there are? Pure."""

from collections.abc import Iterator, Mapping

from studies.designs.factorial import NO_MIMICRY, UNDEGRADED
from studies.protocol.problems import Place, unknown
from studies.protocol.sections import CLEAN
from studies.protocol.stimuli import Stimuli


def unknown_levels(stimuli: Stimuli) -> Iterator[tuple[Place, str]]:
    """Where a rule names a level that no section has, and a sentence; painters are known later."""
    known = levels_of(stimuli)
    for number, skip in enumerate(stimuli.skip):
        for factor in known.keys() & skip.rules.keys():
            for level in set(skip.rules[factor]) - set(known[factor]):
                yield ("stimuli", "skip", number, factor), unknown(level, known[factor])


def levels_of(stimuli: Stimuli) -> Mapping[str, list[str]]:
    """Factor → its levels, but for artists."""
    budgets = {b for p in stimuli.protections.values() if p for b in p.budgets or ()}
    doses = (dose for ladder in stimuli.degradations.values() for dose in ladder.strengths)
    return {
        "protection": list(stimuli.protections),
        "purification": list(stimuli.purifications),
        "budget": sorted({CLEAN, *budgets}),
        "mimicry": list(stimuli.mimicries) or [NO_MIMICRY],
        "degradation": [UNDEGRADED["degradation"], *stimuli.degradations],
        "dose": list(dict.fromkeys([UNDEGRADED["dose"], *doses])),
    }
