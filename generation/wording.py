"""What captioners' sentences need before they can be captions. Pure."""

from collections.abc import Sequence

from generation.refusals import Refused


def cleaned(sentences: Sequence[str], stripped: Sequence[str]) -> list[str]:
    """Without the openings in `stripped` and dangling articles; raises Refused for an empty one."""
    captions = [_cleaned(sentence, stripped) for sentence in sentences]
    bare = [number for number, caption in enumerate(captions, start=1) if not caption]
    if bare:
        raise Refused(
            f"The captioner said nothing of picture {bare[0]} of {len(captions)}: write its caption"
            " by hand, or take another captioner."
        )
    return captions


def check_architecture(architecture: str, wanted: str, method: str) -> None:
    """Raises Refused where a captioner was given another kind of network than it knows."""
    if architecture != wanted:
        raise Refused(
            f"The captioner {method} works with a {wanted}, and the network is a {architecture}:"
            " name another network, or another captioner."
        )


def _cleaned(sentence: str, stripped: Sequence[str]) -> str:
    caption = " ".join(sentence.split()).rstrip(" .")
    for opening in sorted(stripped, key=len, reverse=True):
        if caption.lower().startswith(opening.lower() + " "):
            return caption[len(opening) :].strip()
    return caption
