"""Catalogues of translations on disk: brought up to date with the texts in the code, compiled."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polib

from studies.management.extraction import Message
from studies.wording.catalogue import FOLDER

FORMS = {
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 :"
    " n%100>=11 ? 4 : 5);",
    "fr": "nplurals=2; plural=(n > 1);",
    "ja": "nplurals=1; plural=0;",
    "zh_Hans": "nplurals=1; plural=0;",
}
"""How languages count, where it is not one and many; a catalogue may say so itself."""
ONE_AND_MANY = "nplurals=2; plural=(n != 1);"


@dataclass(frozen=True)
class Standing:
    """How far one catalogue is."""

    language: str
    known: int
    missing: tuple[str, ...]
    gone: tuple[str, ...]
    """Texts that it translates and nobody says any more."""


def catalogues() -> list[Path]:
    """All of them, by language."""
    return sorted(FOLDER.glob("*/LC_MESSAGES/django.po"))


def bring_up_to_date(path: Path, found: Sequence[Message]) -> Standing:
    """Add what is new (without words), drop what is gone, keep every translation; then compile."""
    standing = standing_of(path, found)
    book, texts = polib.pofile(str(path)), {message.text: message for message in found}
    kept = {entry.msgid: entry for entry in book if not entry.obsolete}
    fresh = polib.POFile(wrapwidth=100)
    fresh.metadata = {**_metadata(path.parts[-3]), **book.metadata}
    fresh.header = book.header
    fresh.extend(_entry(message, kept.get(text)) for text, message in sorted(texts.items()))
    fresh.save(str(path))
    compile_one(path)
    return standing


def compile_one(path: Path) -> None:
    """Make the .mo that programs read."""
    polib.pofile(str(path)).save_as_mofile(str(path.with_suffix(".mo")))


def start(language: str) -> Path:
    """An empty catalogue for a language that has none; its folder is called as gettext calls it."""
    path = FOLDER / language / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        book = polib.POFile()
        book.metadata = _metadata(language)
        book.save(str(path))
    return path


def standing_of(path: Path, found: Sequence[Message]) -> Standing:
    """What is missing in a catalogue, and what it holds for nothing."""
    entries = {entry.msgid: entry for entry in polib.pofile(str(path)) if not entry.obsolete}
    done = {text for text, entry in entries.items() if entry.translated()}
    wanted = [message.text for message in found]
    missing = tuple(text for text in wanted if text not in done)
    gone = tuple(text for text in entries if text not in set(wanted))
    return Standing(path.parts[-3], len(wanted) - len(missing), missing, gone)


def _entry(message: Message, known: polib.POEntry | None) -> polib.POEntry:
    same = known if known and known.msgid_plural == message.plural else None
    return polib.POEntry(
        msgid=message.text,
        msgid_plural=message.plural,
        msgstr=(same.msgstr if same else known.msgstr if known and not message.plural else ""),
        msgstr_plural=dict(same.msgstr_plural) if same else {},
        occurrences=[(message.where, "")],
        flags=same.flags if same else [],
        tcomment=known.tcomment if known else "",
    )


def _metadata(folder: str) -> dict[str, str]:
    return {
        "Project-Id-Version": "Connoisseur",
        "Language": folder,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": FORMS.get(folder, ONE_AND_MANY),
    }
