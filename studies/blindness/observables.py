"""What can be observed of a trial besides its pixels: features of addresses, headers, bytes, pages.

A feature's value is a number, a text, or a set of words (each word is then a feature of its own).
Pixels are left out on purpose: seeing them is what raters are asked to do. Pure.
"""

import re
import struct
from base64 import urlsafe_b64decode
from binascii import Error as NotBase64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlsplit

Value = float | str | frozenset[str]
Features = dict[str, Value]

PER_RESPONSE = {"date", "x-request-id"}
"""Headers that differ by response whatever is sent; of these only the presence is looked at."""
DRAWN = {
    "set-cookie": (r"(?i)(^[^=;]+=|expires=)[^;]*", r"\1…"),
    "content-security-policy": (r"'nonce-[^']*'", "'nonce-…'"),
}
"""Headers of which a part is drawn for each response; the rest is looked at."""
COUNTS = re.compile(r"\b\d+ of \d+\b")
SIGNATURE = b"\x89PNG\r\n\x1a\n"
NEVER_COMPRESSED = {"IHDR", "IDAT", "IEND", "PLTE"}
VOID = {"img", "input", "meta", "link", "br", "hr", "source"}


@dataclass(frozen=True)
class Received:
    """One response, as a browser gets it."""

    address: str
    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes
    seconds: float


@dataclass(frozen=True)
class SeenPicture:
    """One picture of a trial: asked for twice, as a reload does, and once for a part of it.

    `probed` is the answer to a question for the first byte, and only if the file is another one.
    """

    slot: str
    place: int
    first: Received
    again: Received
    probed: Received | None = None


@dataclass(frozen=True)
class SeenTrial:
    """One trial; `tokens` are opaque strings that differ for everybody and are blanked.

    `brought` is its page as the receipt of the answer before brought it, where one did.
    """

    page: Received
    pictures: Sequence[SeenPicture]
    position: int
    tokens: Sequence[str]
    brought: Received | None = None


def of_trial(seen: SeenTrial, labelled: bool) -> Features:
    """Features of a whole trial: its page, its place in the session, its pictures.

    Pictures whose slots are named on the page (`labelled`) are told apart by slot, others by place.
    """
    found: Features = {
        "order: place in the session": float(seen.position),
        "order: odd or even": float(seen.position % 2),
        **_of_page(seen.page, seen.tokens, "page"),
        "page: pictures": float(len(seen.pictures)),
    }
    if seen.brought is not None:
        found |= _of_page(seen.brought, seen.tokens, "page with the receipt")
    for picture in seen.pictures:
        name = picture.slot if labelled else f"picture {picture.place}"
        found |= {f"{name}: {key}": value for key, value in of_picture(picture).items()}
        if labelled:
            found[f"order: place of {picture.slot}"] = float(picture.place)
    return found | _between(seen.pictures)


def of_picture(picture: SeenPicture) -> Features:
    """Features of one picture: address, headers, bytes and times."""
    first, again = picture.first, picture.again
    return {
        **_of_address(first.address),
        **_of_headers(first.headers),
        **_of_bytes(first.body),
        "status": str(first.status),
        "seconds": first.seconds,
        "seconds when asked again": again.seconds,
        "faster when asked again": first.seconds - again.seconds,
        "headers when asked again": _header_words(again.headers),
        **_of_probe(picture.probed),
    }


def _of_probe(probed: Received | None) -> Features:
    """What a browser learns that asks for a part, or whether its copy is still good."""
    if probed is None:
        return {}
    return {
        "asked for a part: status": str(probed.status),
        "asked for a part: length": float(len(probed.body)),
        "asked for a part: headers": _header_words(probed.headers),
    }


def _between(pictures: Sequence[SeenPicture]) -> Features:
    """What comparing the pictures of a trial tells."""
    bodies = [picture.first.body for picture in pictures]
    lengths = [float(len(body)) for body in bodies]
    seconds = [picture.first.seconds for picture in pictures]
    if len(pictures) < 2:
        return {}
    return {
        "pictures: same file twice": float(len(set(bodies)) < len(bodies)),
        "pictures: spread of lengths": max(lengths) - min(lengths),
        "pictures: second slower than first": seconds[1] - seconds[0],
        "pictures: slowest": max(seconds),
    }


def _of_address(address: str) -> Features:
    """Path and query: its words, its length, and the numbers that opaque parts stand for."""
    parts = urlsplit(address)
    segments = [segment for segment in parts.path.split("/") if segment]
    name = segments[-1] if segments else ""
    stem, _, ending = name.partition(".")
    query = parse_qsl(parts.query, keep_blank_values=True)
    return {
        "address: length": float(len(address)),
        "address: parts": float(len(segments)),
        "address: ending": ending,
        "address: words": frozenset(_words(f"{stem} {parts.query}")),
        "address: first signs": stem[:1],
        "address: last signs": stem[-1:],
        "address: as a number": _number(stem),
        "address: query": frozenset(f"{key}={value}" for key, value in query),
    }


def _of_headers(headers: Sequence[tuple[str, str]]) -> Features:
    """Names and values, the order of the names, and numbers where values are numbers."""
    found: Features = {
        "headers": _header_words(headers),
        "headers: order": ",".join(name.lower() for name, _ in headers),
    }
    for name, value in headers:
        if value.isascii() and value.isdigit() and len(value) < 16:
            found[f"headers: {name.lower()}"] = float(value)
    return found


def _header_words(headers: Sequence[tuple[str, str]]) -> frozenset[str]:
    return frozenset(_header_word(name.lower(), value) for name, value in headers)


def _header_word(name: str, value: str) -> str:
    if name in PER_RESPONSE:
        return name
    drawn, left = DRAWN.get(name, ("$^", ""))
    return f"{name}: {re.sub(drawn, left, value)}"


def _of_bytes(body: bytes) -> Features:
    """The file without its pixels: format, size, chunks, what stands in them and behind them."""
    found: Features = {"bytes: length": float(len(body)), "bytes: format": body[:4].hex()}
    if not body.startswith(SIGNATURE):
        return found | {"bytes: words": frozenset(_words(body[:4_000].decode("latin-1")))}
    parts = list(chunks(body))
    end = len(SIGNATURE) + sum(len(data) + 12 for _, data in parts)
    found |= {
        "bytes: chunks": ",".join(name for name, _ in parts),
        "bytes: behind the end": float(len(body) - end),
    }
    for name, data in parts:
        found[f"bytes: length of {name}"] = float(len(data))
        if name == "IHDR":
            found |= _of_header_chunk(data)
        elif name == "IDAT":
            found["bytes: compression"] = data[:3].hex()
        elif name not in NEVER_COMPRESSED:
            found[f"bytes: {name} as a number"] = float(int.from_bytes(data[:6]))
            found[f"bytes: mean of {name}"] = sum(data) / max(1, len(data))
            found[f"bytes: words in {name}"] = frozenset(_words(_text(data[:2_000])))
    return found


def _text(data: bytes) -> str:
    """What can be read in some bytes; "" where they are no text, such as random padding."""
    readable = sum(32 <= byte < 127 or byte in {0, 9, 10, 13} for byte in data)
    return data.decode("latin-1") if readable > 0.9 * len(data) else ""


def _of_header_chunk(data: bytes) -> Features:
    if len(data) != 13:
        return {}
    width, height, *rest = struct.unpack(">IIBBBBB", data)
    return {
        "bytes: width": float(width),
        "bytes: height": float(height),
        "bytes: depth and colour": ",".join(map(str, rest)),
    }


def chunks(png: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and content of every chunk of a PNG, as far as they are whole."""
    offset = len(SIGNATURE)
    while offset + 12 <= len(png):
        (size,) = struct.unpack_from(">I", png, offset)
        if offset + size + 12 > len(png):
            return
        yield png[offset + 4 : offset + 8].decode("latin-1"), png[offset + 8 : offset + 8 + size]
        offset += size + 12


def without_pixels(body: bytes) -> bytes:
    """The file's bytes but for the compressed pixels; files that are no PNG as they are."""
    if not body.startswith(SIGNATURE):
        return body
    kept = [data for name, data in chunks(body) if name not in {"IDAT"}]
    return b"\n".join(kept)


def _of_page(page: Received, tokens: Sequence[str], name: str) -> Features:
    """The page without tokens and counts: its words, its tags with attributes, their order."""
    text = _plain(page, tokens)
    reader = _Reader()
    reader.feed(text)
    return {
        f"{name}: status": str(page.status),
        f"{name}: length": float(len(text)),
        f"{name}: seconds": page.seconds,
        f"{name}: headers": _header_words(
            [pair for pair in page.headers if pair[0].lower() != "content-length"]
        ),
        f"{name}: words": frozenset(reader.words),
        f"{name}: tags": frozenset(reader.tags),
        f"{name}: order of tags": str(hash_of(reader.order)),
    }


def _plain(page: Received, tokens: Sequence[str]) -> str:
    """The page with every opaque token blanked, and without “3 of 12”."""
    text = page.body.decode("utf-8", "replace")
    for token in sorted(filter(None, tokens), key=len, reverse=True):
        text = text.replace(token, "…")
    text = re.sub(r"""(nonce=|csrfmiddlewaretoken" value=)"[^"]*\"""", r'\1"…"', text)
    text = re.sub(r'data-upcoming="[^"]*"', "", text)  # the next trial's: looked at with that one
    return re.sub(r"\s+", " ", COUNTS.sub("…", text))


def hash_of(parts: Sequence[str]) -> str:
    """A short text that stands for a long sequence."""
    total = 0
    for part in parts:
        for sign in part:
            total = (total * 131 + ord(sign)) % (2**61 - 1)
        total = (total * 131 + 7) % (2**61 - 1)
    return f"{total:x}"


class _Reader(HTMLParser):
    """Words, tags with attributes, and the order of tags."""

    def __init__(self) -> None:
        super().__init__()
        self.words: set[str] = set()
        self.tags: set[str] = set()
        self.order: list[str] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        told = " ".join(f"{name}={value}" for name, value in attrs)
        self.tags.add(f"<{tag} {told}>"[:300])
        self.order.append(tag if tag not in VOID else f"{tag} {told}"[:300])

    def handle_data(self, data: str) -> None:
        self.words.update(_words(data))

    def handle_comment(self, data: str) -> None:
        self.words.update(_words(data))


def _words(text: str) -> list[str]:
    """Runs of three letters or more, and numbers with a point, in small letters."""
    return [word.lower() for word in re.findall(r"[A-Za-z]{3,}|\d+\.\d+", text)]


def _number(text: str) -> float:
    """What an opaque name is as a number: its first bytes."""
    try:
        return float(int.from_bytes(urlsafe_b64decode(f"{text}==")[:6]))
    except (NotBase64, ValueError):
        return float(int.from_bytes(text.encode()[:6]))


def as_observations(features: Sequence[Features]) -> Sequence[Mapping[str, Value]]:
    """Every observation with the same names: what one lacks is “(absent)” there, or 0 of a number.

    A set of words becomes one feature a word, for words that not all observations have.
    """
    spread = [_spread(each) for each in features]
    numbers = {
        name for each in spread for name, value in each.items() if not isinstance(value, str)
    }
    names = list(dict.fromkeys(name for each in spread for name in each))
    return [
        {name: each.get(name, 0.0 if name in numbers else "(absent)") for name in names}
        for each in spread
    ]


def _spread(features: Features) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, value in features.items():
        if isinstance(value, frozenset):
            found |= {f"{name} “{word}”": 1.0 for word in value}
        else:
            found[name] = value
    return found
