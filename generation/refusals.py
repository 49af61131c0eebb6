"""What a method refuses of one picture of a batch, whatever becomes of the others. No torch."""

QUOTED = 80
"""Characters of a text that a sentence quotes."""


class Refused(ValueError):
    """One picture cannot be made as asked; the sentence says why and what to change."""


class PromptError(Refused):
    """A prompt that the text encoder cannot read whole."""


class PaintingFlagged(Refused):
    """A painting that the network's own safety checker would not show."""


def too_long(noun: str, text: str, count: int, limit: int) -> PromptError:
    """What to raise for a text of more tokens than its network reads."""
    quoted = text if len(text) <= QUOTED else text[: QUOTED - 1].rstrip() + "…"
    return PromptError(
        f"The {noun} “{quoted}” has {count} tokens with its start and end; this network reads"
        f" {limit}: shorten it."
    )
