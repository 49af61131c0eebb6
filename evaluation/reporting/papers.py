"""The papers behind the methods that a study uses, as references and as BibTeX. Pure.

`of` names what a paper is the source of: a plugin as folder/name (`protections/glaze`), a whole
folder's way of working (`analyses/*`), or the software itself (`software`).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files

import yaml


@dataclass(frozen=True)
class Paper:
    """One reference."""

    key: str
    authors: tuple[str, ...]
    """“Given Family”, in the order of the paper"""
    title: str
    venue: str
    year: int
    of: tuple[str, ...]
    kind: str = "inproceedings"
    """inproceedings, article, book or misc"""
    place: str = ""
    """volume and pages, as printed"""
    arxiv: str = ""

    @property
    def text(self) -> str:
        """As a reference list has it."""
        place = f" {self.place}" if self.place else ""
        arxiv = f" arXiv:{self.arxiv}." if self.arxiv and self.arxiv not in self.venue else ""
        return f"{_people(self.authors)} ({self.year}). {self.title}. {self.venue}{place}.{arxiv}"

    @property
    def bibtex(self) -> str:
        """As a BibTeX entry; the title's capitals are kept."""
        holder = {"inproceedings": "booktitle", "article": "journal", "book": "publisher"}
        fields = {
            "author": _tex(" and ".join(self.authors)),
            "title": f"{{{_tex(self.title)}}}",
            holder.get(self.kind, "howpublished"): _tex(self.venue),
            "note": _tex(self.place),
            "year": str(self.year),
            "eprint": self.arxiv,
            "archiveprefix": "arXiv" if self.arxiv else "",
        }
        lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
        return f"@{self.kind}{{{self.key},\n" + ",\n".join(lines) + "\n}"


def cited(used: Iterable[str]) -> list[Paper]:
    """The papers behind these methods and the software, by first author and year."""
    wanted = {*used, "software"}
    folders = {f"{name.partition('/')[0]}/*" for name in wanted}
    found = [paper for paper in PAPERS if (wanted | folders) & set(paper.of)]
    return sorted(found, key=_order)


def _order(paper: Paper) -> tuple[str, int, str]:
    return _family(paper.authors[0]).casefold(), paper.year, paper.key


def _people(authors: Sequence[str]) -> str:
    names = [_short(name) for name in authors]
    if len(names) > 6:
        return f"{', '.join(names[:3])} et al."
    return " & ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _short(name: str) -> str:
    if name == "others":
        return "others"
    family = _family(name)
    given = name.removesuffix(family).split()
    return " ".join([family, *(f"{part[0]}." for part in given)])


def _family(author: str) -> str:
    """The last word, with particles before it: “van der Walt”."""
    words = author.split(" ")
    first = next((k for k, word in enumerate(words) if k and word[0].islower()), len(words) - 1)
    return " ".join(words[first:])


def _tex(text: str) -> str:
    for plain, written in (("&", r"\&"), ("%", r"\%"), ("–", "--")):
        text = text.replace(plain, written)
    return text


def _listed() -> Iterator[Paper]:
    text = files("evaluation.reporting").joinpath("papers.yaml").read_text(encoding="utf-8")
    for entry in yaml.safe_load(text):
        lists = {name: tuple(entry[name]) for name in ("authors", "of")}
        yield Paper(**{**entry, **lists})


PAPERS: tuple[Paper, ...] = tuple(_listed())
