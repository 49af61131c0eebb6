"""Which artworks a study uses: a seeded draw per painter that does not depend on their order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from random import Random


@dataclass(frozen=True)
class Picture:
    """What a draw needs to know of an artwork."""

    key: int
    """Whatever the caller finds the artwork by."""
    painter: str
    sha256: str
    """Of the imported picture: sorts artworks alike on every machine."""
    record: Mapping[str, str] = field(default_factory=dict, compare=False)
    """What is said of the artwork: title, painter, year and the further columns of its manifest."""


class SelectionError(ValueError):
    """A selection that the collection cannot serve; the message says why."""


def select(
    artworks: Iterable[Picture],
    painters: Sequence[str] | None = None,
    each: int | None = None,
    seed: int = 0,
) -> list[Picture]:
    """`each` artworks of every painter, drawn by `seed`; all of them where `each` is None.

    Painters come in the order given, or by name where `painters` is None; then painters with
    fewer than `each` artworks are left out. A painter who is named must be there and have enough:
    raises SelectionError otherwise.
    """
    by_painter = group(artworks)
    if painters is None:
        chosen = sorted(p for p in by_painter if each is None or len(by_painter[p]) >= each)
    else:
        chosen = list(dict.fromkeys(painters))
        _refuse_unknown(chosen, by_painter)
        _refuse_few(chosen, by_painter, each)
    if not chosen:
        raise SelectionError(f"No painter of the collection has {each or 1} artworks.")
    return [artwork for name in chosen for artwork in _draw(by_painter[name], each, name, seed)]


def group(artworks: Iterable[Picture]) -> dict[str, list[Picture]]:
    """Artworks by painter, each painter's sorted by the sha256 of the picture."""
    by_painter: dict[str, list[Picture]] = {}
    for artwork in sorted(artworks, key=lambda artwork: artwork.sha256):
        by_painter.setdefault(artwork.painter, []).append(artwork)
    return by_painter


def _draw(artworks: Sequence[Picture], each: int | None, painter: str, seed: int) -> list[Picture]:
    if each is None:
        return list(artworks)
    drawn = Random(f"{seed} {painter}").sample(artworks, each)  # noqa: S311 (a design, no secret)
    return sorted(drawn, key=lambda artwork: artwork.sha256)


def _refuse_unknown(painters: Sequence[str], known: Mapping[str, Sequence[Picture]]) -> None:
    for painter in painters:
        if painter not in known:
            close = get_close_matches(painter, known, n=1)
            hint = f" Did you mean “{close[0]}”?" if close else ""
            raise SelectionError(f"The collection has no painter “{painter}”.{hint}")


def _refuse_few(
    painters: Sequence[str], known: Mapping[str, Sequence[Picture]], each: int | None
) -> None:
    for painter in painters:
        if each is not None and len(known[painter]) < each:
            raise SelectionError(
                f"{painter} has {len(known[painter])} artworks in the collection, and"
                f" artworks_per_painter asks for {each}: lower it or leave the painter out."
            )
