"""A folder of pictures becomes a collection: file by file, and no file stops another."""

import hashlib
import stat
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from unicodedata import category

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import transaction

from generation import store
from generation.manifest import Entry, RightsRecord, entries_by_name, files_below, read_manifest
from generation.models import Artwork, Collection
from generation.originals import UnreadableImage, decode, encode_png
from generation.progress import Progress, silent
from generation.recipe import artwork_step
from generation.services import describe
from generation.store import StoreFailure

MAX_FILE_BYTES = 500_000_000
"""Larger files are refused unread."""


UNPRINTED = ("Cc", "Zl", "Zp")
"""Unicode's control characters and its separators of lines and paragraphs."""


class CollectionError(ValueError):
    """An import that cannot begin or go on; the message says what to do."""


class ImportStopped(CollectionError):
    """An import that could not go on, because the store failed; what is in stays in."""

    def __init__(self, sentence: str, summary: "ImportSummary") -> None:
        super().__init__(sentence)
        self.summary = summary
        """What became of the files before."""


class Outcome(StrEnum):
    """What became of one file."""

    IMPORTED = "imported"
    KNOWN = "already there"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    LEFT_OUT = "left out"


@dataclass(frozen=True)
class Line:
    """One file's line in the summary of an import."""

    path: str
    outcome: Outcome
    sentence: str = ""


@dataclass(frozen=True)
class ImportSummary:
    """What an import did, file by file."""

    slug: str
    lines: Sequence[Line]

    def count(self, outcome: Outcome) -> int:
        """How many files ended so."""
        return Counter(line.outcome for line in self.lines)[outcome]


def import_folder(
    *,
    folder: Path,
    slug: str,
    title: str = "",
    manifest: Path | None = None,
    rights: RightsRecord | None = None,
    progress: Progress = silent,
) -> ImportSummary:
    """Bring a folder of pictures into the collection called `slug`, made if it is new.

    With a manifest its rows are imported, without one every file (painter: the folder's name,
    title: the file's), and then `rights` must be given. A file that cannot be used gets its line
    in the summary and stops nothing else. Repeating an import brings in what is new.
    Raises CollectionError or ManifestError before anything is written, and ImportStopped, with
    the lines so far, where the store fails; the same import then goes on from there.
    """
    entries = _entries(folder, slug, manifest, rights)
    lines: list[Line] = []
    for number, entry in enumerate(entries):
        progress(number, len(entries), _printable(entry.path))
        try:
            lines.append(_import_entry(entry, folder, slug))
        except StoreFailure as error:
            sentence = f"The import stopped at {_printable(entry.path)}: {error}"
            raise ImportStopped(sentence, ImportSummary(slug, lines)) from error
    progress(len(entries), len(entries))
    if title:
        Collection.objects.filter(slug=slug).update(title=title)
    if manifest:
        lines += _left_out(folder, manifest, entries)
    return ImportSummary(slug, lines)


def _entries(
    folder: Path, slug: str, manifest: Path | None, rights: RightsRecord | None
) -> list[Entry]:
    try:
        validate_slug(slug)
    except ValidationError:
        raise CollectionError(
            f"“{slug}” cannot name a collection: use letters, digits, - and _ only."
        ) from None
    if not folder.is_dir():
        raise CollectionError(f"There is no folder {folder}.")
    if manifest:
        return read_manifest(manifest, folder, rights)
    if rights is None:
        raise CollectionError(
            "Say by what right the pictures are used: give --manifest FILE.csv with a column"
            " “rights” or “licence”, or --rights and --statement for all of them."
        )
    return entries_by_name(folder, rights)


def _left_out(folder: Path, manifest: Path, entries: Sequence[Entry]) -> list[Line]:
    """Files that the manifest does not name."""
    named = {entry.path for entry in entries}
    papers = {entry.rights.consent for entry in entries} | {manifest.resolve()}
    return [
        Line(_printable(path), Outcome.LEFT_OUT, "not in the manifest")
        for path in files_below(folder)
        if path not in named and (folder / path).absolute() not in papers
    ]


def _import_entry(entry: Entry, folder: Path, slug: str) -> Line:
    path = _printable(entry.path)
    try:
        outcome, sentence = _bring_in(entry, _read(folder, entry), slug)
    except UnreadableImage as error:
        return Line(path, Outcome.REFUSED, _printable(str(error)))
    except ValidationError as error:
        return Line(path, Outcome.REFUSED, _printable(" ".join(error.messages)))
    return Line(path, outcome, _printable(sentence))


def _read(folder: Path, entry: Entry) -> bytes:
    """The bytes of an ordinary file inside `folder`; raises UnreadableImage for anything else."""
    try:
        data = _inside(folder, entry.path).read_bytes()
    except UnicodeEncodeError:
        raise UnreadableImage("Its name is not UTF-8; rename it.") from None
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle
        reason = getattr(error, "strerror", None) or "its links go in a circle"
        raise UnreadableImage(f"It cannot be opened: {reason}.") from None
    if entry.sha256 and entry.sha256 != hashlib.sha256(data).hexdigest():
        raise UnreadableImage("Its bytes are not those whose sha256 the manifest gives.")
    return data


def _inside(folder: Path, name: str) -> Path:
    """The ordinary file called `name`, wherever links lead inside `folder`."""
    name.encode()
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise UnreadableImage("It is a link that leads out of the folder.")
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise UnreadableImage("It is not an ordinary file.")
    if found.st_size > MAX_FILE_BYTES:
        raise UnreadableImage(f"It has {found.st_size / 1e6:.0f} MB; save it smaller.")
    return path


def _bring_in(entry: Entry, data: bytes, slug: str) -> tuple[Outcome, str]:
    artwork = _artwork(entry, hashlib.sha256(data).hexdigest())
    artwork.clean_fields(exclude=["collection", "image"])
    same_file = Artwork.objects.filter(
        collection__slug=slug, source_sha256=artwork.source_sha256
    ).first()
    if same_file:
        restored = _restored(same_file, data, entry.path)
        outcome, sentence = _seen_before(same_file, artwork, "file")
        return outcome, "; ".join(filter(None, (sentence, restored)))
    original = decode(data, entry.path, settings.MAX_PIXELS)
    artwork.notes["changes"] = original.notes
    png = encode_png(original.image)
    with store.failing():
        artwork.image = store.put_png(png)
    return _keep(artwork, slug, original.notes)


def _restored(known: Artwork, data: bytes, name: str) -> str:
    """Puts the stored picture back where it is lost or damaged; says so, else says nothing."""
    with store.failing():
        whole = store.is_whole(known.image_id)
    if whole:
        return ""
    png = encode_png(decode(data, name, settings.MAX_PIXELS).image)
    if hashlib.sha256(png).hexdigest() != known.image_id:
        return (
            "its stored file is lost or damaged, and this version of Pillow makes another one of"
            " it: restore it from a backup"
        )
    with store.failing():
        store.restore(png)
    return "its stored file was lost or damaged: restored"


def _artwork(entry: Entry, source_sha256: str) -> Artwork:
    consent = entry.rights.consent
    return Artwork(
        source_name=entry.path,
        source_sha256=source_sha256,
        painter=entry.painter,
        title=entry.title,
        year=entry.year,
        rights=entry.rights.kind,
        rights_statement=entry.rights.statement,
        consent_sha256=_kept(consent) if consent else "",
        notes={"columns": dict(entry.columns)},
    )


def _kept(consent: Path) -> str:
    try:
        data = consent.read_bytes()
    except OSError as error:
        raise UnreadableImage(
            f"Its consent document {consent.name} cannot be opened: {error.strerror}."
        ) from None
    with store.failing():
        return store.put(data)


@transaction.atomic
def _keep(artwork: Artwork, slug: str, changes: Sequence[str]) -> tuple[Outcome, str]:
    # locked, so that of two imports at once each sees what the other brought in
    collection, _ = Collection.objects.select_for_update().get_or_create(slug=slug)
    same_picture = collection.artworks.filter(image=artwork.image).first()
    if same_picture:
        return _seen_before(same_picture, artwork, "picture")
    notes = list(changes)
    elsewhere = artwork.image.artworks.exclude(collection=collection).first()
    if elsewhere:
        notes.append(f"the same picture is in the collection {elsewhere.collection.slug}")
    if collection.artworks.filter(source_name=artwork.source_name).exists():
        notes.append("another picture came from this path before; both are kept")
    artwork.collection = collection
    artwork.save()
    describe(steps=[artwork_step(artwork.image_id)])
    return Outcome.IMPORTED, "; ".join(notes)


def _seen_before(known: Artwork, artwork: Artwork, what: str) -> tuple[Outcome, str]:
    if known.source_name != artwork.source_name:
        return Outcome.DUPLICATE, f"the same {what} as {known.source_name}"
    told = ("painter", "title", "year", "rights", "rights_statement", "consent_sha256")
    if all(getattr(known, name) == getattr(artwork, name) for name in told):
        return Outcome.KNOWN, ""
    return Outcome.KNOWN, "painter, title, year or rights are told differently now: left as before"


def _printable(text: str) -> str:
    """On one line of a terminal, whatever characters a file's name has."""
    known = text.encode("utf-8", "replace").decode()
    return "".join(
        character.encode("unicode_escape").decode()
        if category(character) in UNPRINTED
        else character
        for character in known
    )
