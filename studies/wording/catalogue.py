"""Languages that participants' pages are translated into: one catalogue of gettext each. Pure."""

from functools import lru_cache
from gettext import GNUTranslations
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "locale"
"""`<language>/LC_MESSAGES/django.po`, and the .mo that `manage.py translations` makes of it."""
SOURCE = "en"
"""The language of the texts in the code; it needs no catalogue."""


@lru_cache
def languages() -> tuple[str, ...]:
    """Codes of all languages that there are pages in, as browsers write them: en, ar, de, …"""
    found = (path.parts[-3] for path in FOLDER.glob("*/LC_MESSAGES/django.mo"))
    return (SOURCE, *sorted(name.replace("_", "-").lower() for name in found))


def translated(text: str, language: str) -> str | None:
    """A text of the platform in another language; None where it has no words for it."""
    if not text:
        return None
    found = _catalogue(language)
    words = found.gettext(text) if found else text
    return words if words != text or (found and text in _same(language)) else None


def is_ours(text: str) -> bool:
    """Whether this is a text of the platform, which catalogues translate."""
    return any(translated(text, language) is not None for language in languages())


def folder_of(language: str) -> Path:
    """Where the catalogue of a language lies: `zh-hans` → …/zh_Hans/LC_MESSAGES."""
    head, _, tail = language.partition("-")
    region = tail.upper() if len(tail) == 2 else tail.title()
    return FOLDER / (f"{head}_{region}" if tail else head) / "LC_MESSAGES"


@lru_cache
def _catalogue(language: str) -> GNUTranslations | None:
    path = folder_of(language) / "django.mo"
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return GNUTranslations(file)


@lru_cache
def _same(language: str) -> frozenset[str]:
    """Texts that are the same in both languages (“Pop Art”), and known to be."""
    found = _catalogue(language)
    known: dict[object, str] = found._catalog if found else {}  # type: ignore[attr-defined]
    return frozenset(str(text) for text, words in known.items() if text == words)
