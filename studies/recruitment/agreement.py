"""What a panel says, what is here, and the code that was given: which of these go together. Pure.

Every combination either agrees or has a sentence: what is missing in a table here is a
disagreement, never silence.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from studies.channels import Exit


class Here(StrEnum):
    """Where the person of a submission stands with us."""

    NOBODY = "nobody"
    """Nobody arrived with it."""
    ERASED = "erased"
    """They had everything erased: nothing of theirs can be compared."""
    ACTIVE = "active"
    FINISHED = "finished"
    LAPSED = "lapsed"
    SCREENED_OUT = "screened_out"
    WITHDRAWN = "withdrawn"


class Code(StrEnum):
    """What the code that a person gave the panel is to us, besides the code of an `Exit`."""

    NONE = "none"
    FOREIGN = "foreign"


EVERYWHERE = frozenset(Here)
LEFT = frozenset({Here.ERASED, Here.SCREENED_OUT, Here.WITHDRAWN})
AGREED: Mapping[str, frozenset[Here]] = {
    "RESERVED": EVERYWHERE,
    "ACTIVE": EVERYWHERE,  # whoever is through here may hand the code in a little later
    "AWAITING REVIEW": frozenset({Here.FINISHED, Here.SCREENED_OUT, Here.WITHDRAWN}),
    "APPROVED": frozenset({Here.FINISHED, Here.ERASED}),
    "PARTIALLY APPROVED": LEFT | {Here.LAPSED},
    "SCREENED OUT": frozenset({Here.SCREENED_OUT, Here.ERASED}),
    "TIMED-OUT": frozenset({Here.NOBODY, Here.ERASED, Here.LAPSED, Here.WITHDRAWN}),
    "RETURNED": LEFT | {Here.NOBODY, Here.LAPSED},
    "REJECTED": frozenset({Here.NOBODY, Here.ERASED, Here.LAPSED}),
    "UNKNOWN": EVERYWHERE - {Here.FINISHED},
    "PROCESSING": EVERYWHERE,
}
"""The panel's state → where its people may stand here. Whoever was screened out and let the time
run out may have missed what they are due, so that is no agreement."""
EXCUSED = frozenset(
    {
        ("AWAITING REVIEW", Here.LAPSED, Exit.FAILED),
        ("AWAITING REVIEW", Here.NOBODY, Exit.NO_CONSENT),
    }
)
"""What agrees because of the code: our pictures failed, or they would rather not take part."""
GOES_WITH: Mapping[Exit, frozenset[Here]] = {
    Exit.COMPLETED: frozenset({Here.FINISHED, Here.ERASED}),
    Exit.SCREENED_OUT: frozenset({Here.SCREENED_OUT, Here.ERASED}),
    Exit.NO_CONSENT: frozenset({Here.NOBODY, Here.ERASED}),
    Exit.WITHDRAWN: frozenset({Here.WITHDRAWN, Here.ERASED}),
    Exit.FAILED: frozenset({Here.LAPSED, Here.ERASED}),
}
"""The code → who may have it."""
MEANS: Mapping[Exit, str] = {
    Exit.COMPLETED: "The code of those who finished",
    Exit.SCREENED_OUT: "The code of those who were screened out",
    Exit.NO_CONSENT: "The code of those who would rather not take part",
    Exit.WITHDRAWN: "The code of those who withdrew",
    Exit.FAILED: "The code for pictures that did not arrive",
}
SENTENCES: Mapping[Here, tuple[str, str]] = {
    Here.NOBODY: (
        "no_data",
        "“{said}” at the panel, and nobody arrived here: ask the person before anything else.",
    ),
    Here.ERASED: (
        "erased",
        "“{said}” at the panel, and the person had everything erased here: decide by what you"
        " know of it, with the reason.",
    ),
    Here.ACTIVE: ("unfinished", "“{said}” at the panel, but {who} has not finished here."),
    Here.FINISHED: (
        "late",
        "{who} finished here, and the panel says “{said}”: the answers are kept; see that the"
        " whole work is paid.",
    ),
    Here.LAPSED: ("unfinished", "“{said}” at the panel, but {who} left here before the end."),
    Here.SCREENED_OUT: (
        "screened_out",
        "“{said}” at the panel, but {who} was screened out here: see that they are paid what is"
        " due to them.",
    ),
    Here.WITHDRAWN: (
        "withdrew",
        "“{said}” at the panel, but {who} withdrew here: see that nothing is held against them.",
    ),
}
"""Where they stand → kind of the disagreement, and what is said of it."""
STANDS: Mapping[Here, str] = {
    Here.NOBODY: "never arrived here",
    Here.ERASED: "had everything erased here",
    Here.ACTIVE: "is still taking part here",
    Here.FINISHED: "finished here: see that the whole work is paid",
    Here.LAPSED: "left here before the end",
    Here.SCREENED_OUT: "was screened out here",
    Here.WITHDRAWN: "withdrew here",
}


def disagreements(
    said: str, here: Here, code: Exit | Code, who: str, given: str = ""
) -> Iterator[tuple[str, str]]:
    """(kind, sentence) of what does not agree; nothing where all three do.

    `said` is the panel's state, `who` how the person is called in the sentences, `given` the code
    as it stands at the panel.
    """
    if said not in AGREED:
        yield "state", f"The panel says “{said}”, which is not documented."
    elif here not in AGREED[said] and (said, here, code) not in EXCUSED:
        kind, sentence = SENTENCES[here]
        yield kind, sentence.format(said=said, who=who)
    if code is Code.FOREIGN:
        yield "code", f"A code that is none of ours (“{given}”) was given by {who}."
    elif isinstance(code, Exit) and here not in GOES_WITH[code]:
        yield "code", f"{MEANS[code]} was given by {who}, who {STANDS[here]}."
