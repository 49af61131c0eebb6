"""The list of people to invite: a table of addresses, read whole or not at all. Pure."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from config.csv_text import decoded, split

COLUMNS = ("address", "name", "stratum", "language")
MOST = 20_000
LONGEST = {"address": 254, "name": 100, "stratum": 60, "language": 12}
LOCAL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
AMBIGUOUS = re.compile(r"[ßς\u200c\u200d]")
"""In a domain, letters that the older rule for ASCII spells as another, registered domain."""
CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")


@dataclass(frozen=True)
class Invitee:
    """One line of the list."""

    address: str
    """In small letters, its domain in ASCII: one person is one spelling."""
    name: str = ""
    stratum: str = ""
    language: str = ""


@dataclass(frozen=True)
class Offer:
    """What the study has for people on its list."""

    languages: Collection[str]
    strata: Collection[str] = ()
    """Groups that places are kept for; any name will do where there are none."""
    needs_name: bool = False
    """Whether the mails say {name}."""


class ListError(ValueError):
    """The list cannot be used; one sentence for each line that is wrong."""

    def __init__(self, sentences: Collection[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = tuple(sentences)


def read_people(data: bytes, offer: Offer) -> list[Invitee]:
    """Everybody on the list; separated by , ; or tab, in UTF-8 (a BOM is fine) or UTF-16.

    Raises ListError: what is wrong is told by line, no address is repeated in it.
    """
    try:
        head, lines = split(decoded(data), most=MOST)
    except ValueError as error:
        text = str(error)
        raise ListError([f"The list {text}." if text.startswith("is ") else text]) from error
    columns = _columns(head)
    found: dict[str, Invitee] = {}
    first: dict[str, int] = {}
    wrong = []
    for number, cells in lines:
        try:
            if len(cells) > len(head) and any(cell.strip() for cell in cells[len(head) :]):
                raise ValueError(f"it has {len(cells)} cells, and the head has {len(head)}.")
            one = _invitee(dict(zip(columns, cells, strict=False)), offer)
            if one.address in first:
                raise ValueError(f"it has the address of line {first[one.address]} again.")
        except ValueError as error:
            wrong.append(f"Line {number}: {error}")
            continue
        found[one.address], first[one.address] = one, number
    if wrong:
        raise ListError(wrong)
    if not found:
        raise ListError(["The list has a head and no people."])
    return list(found.values())


def canonical(address: str) -> str:
    """An address in the one spelling that is kept; raises ValueError where it is none."""
    local, at, domain = address.strip().lower().rpartition("@")
    if AMBIGUOUS.search(domain):
        raise ValueError("its domain can be spelt in two ways: write it in ASCII, as xn--….")
    try:
        domain = domain.encode("idna").decode() if domain else ""
    except UnicodeError:
        domain = ""
    dots = local.startswith(".") or local.endswith(".") or ".." in local
    if not at or dots or not LOCAL.fullmatch(local) or not DOMAIN.fullmatch(domain):
        raise ValueError("this is no mail address.")
    return f"{local}@{domain}"


def _columns(head: list[str]) -> list[str]:
    names = [name.lower() for name in head]
    unknown = [name for name in names if name not in COLUMNS]
    if "address" not in names or unknown or len(set(names)) < len(names):
        raise ListError(
            [
                "The first line must name the columns: address, and where you have them name,"
                f" stratum, language. {_what(names, unknown)}"
            ]
        )
    return names


def _what(names: list[str], unknown: list[str]) -> str:
    """Which part of the head is wrong; a head that is an address already is not repeated."""
    if any("@" in name for name in names):
        return "It holds an address."
    if unknown:
        return f"There is “{unknown[0]}”." if unknown[0] else "One of its columns has no name."
    return "There is no address." if "address" not in names else "One of them is there twice."


def _invitee(cells: Mapping[str, str], offer: Offer) -> Invitee:
    given = {name: cells.get(name, "").strip() for name in COLUMNS}
    for name, text in given.items():
        if len(text) > LONGEST[name]:
            raise ValueError(f"its {name} is longer than {LONGEST[name]} letters.")
        if CONTROL.search(text):
            raise ValueError(f"its {name} has a line break or a control character in it.")
        if name != "address" and "@" in text:
            raise ValueError(f"its {name} is an address: is each cell under its column?")
    given["address"] = canonical(given["address"])
    given["language"] = given["language"].lower().replace("_", "-")
    if given["language"] and given["language"] not in offer.languages:
        known = ", ".join(offer.languages)
        raise ValueError(f"the study has no pages in “{given['language']}”; it has: {known}.")
    if given["stratum"] and offer.strata and given["stratum"] not in offer.strata:
        known = ", ".join(offer.strata)
        raise ValueError(f"no places are kept for “{given['stratum']}”; they are for: {known}.")
    if offer.needs_name and not given["name"]:
        raise ValueError("it has no name, and the mail says {name}: say {greeting} there instead.")
    return Invitee(**given)
