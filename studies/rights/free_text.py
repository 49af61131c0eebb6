"""What in a free text may tell who somebody is: e-mail, web, account, phone, address, name. Pure.

Patterns and a short list of given names, so both kinds of error happen: rare names and addresses
of other shapes are missed, and a painter called Claude is taken for a participant.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from studies.rights.plain_letters import plain

E_MAIL = "e-mail"
LABELS = (E_MAIL, "web address", "account", "address", "phone number", "name")
"""What stands in brackets where something was; the first wins where two overlap."""

RUN = re.compile(r"[^\s<>()\[\]{},;:\"]+")
ENDINGS = "com|org|net|edu|gov|info|io|art|me|app|dev|co|eu|uk|de|fr|nl|it|es|pl|ch|at|be|se|jp|br"
STREETS = "Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Court|Ct|Boulevard|Blvd|Square|Terrace"
SITES = (
    "instagram|insta|twitter|tiktok|telegram|discord|deviantart|artstation|mastodon|bluesky"
    "|facebook|whatsapp"
)
GIVEN = (
    "Aisha|Alexander|Alexandra|Alice|Amelia|Amy|Ana|Andrea|Andrew|Anna|Anne|Anthony|Antonio|Barbara"
    "|Benjamin|Carlos|Carmen|Caroline|Catherine|Charlotte|Chris|Christine|Christopher|Claire"
    "|Claude|Daniel|David|Deborah|Diana|Edward|Elena|Elizabeth|Emily|Emma|Eric|Fatima|Francesco"
    "|Giulia|Hannah|Hans|Helen|Isabella|Ivan|James|Jane|Jean|Jennifer|Jessica|Joanna|John|Jonathan"
    "|Jose|Joseph|José|Juan|Julia|Karen|Kevin|Laura|Linda|Lisa|Lucas|Luis|Maria|María|Marie|Martin"
    "|Mary|Matthew|Michael|Michelle|Mohamed|Mohammed|Muhammad|Nancy|Natalia|Nicholas|Nicole|Olga"
    "|Oliver|Olivia|Patricia|Patrick|Paul|Peter|Pierre|Rachel|Rebecca|Richard|Robert|Samuel|Sandra"
    "|Sarah|Simon|Sofia|Sophie|Stephen|Steven|Susan|Thomas|Timothy|Victoria|Wei|William|Yuki"
    "|Alejandro|Begoña|Heike|Iñigo|Javier|Jürgen|Katrin|Klaus|Lucía|Lukas|Miguel|Sabine|Sergio"
    "|Stefan|Thorsten|Ursula|Wolfgang"
)
"""Common given names that are seldom words as well (no Rose, Mark, Grace, Will)."""
ARABIC = (
    "محمد|أحمد|احمد|محمود|مصطفى|فاطمة|عائشة|مريم|خديجة|زينب|يوسف|إبراهيم|ابراهيم|عبد الله|عبدالله"
)
"""The same in Arabic, which has no capitals (no حسن, “good”, and no علي, “on me”)."""
NAME = r"[A-ZÀ-ÖØ-Þ][\w'’-]{1,30}"
INTRODUCED = (
    "my name is|my name's|je m'appelle|mon nom est|mein name ist|ich hei(?:ß|ss)e|me llamo"
    "|mi nombre es|mi chiamo|il mio nome è|اسمي(?: هو)?|меня зовут|моё имя|мое имя"
)
"""What is followed by a name, however the name is written."""
FURTHER = "and|but|from|i|i'm|und|aber|aus|ich|et|mais|pero|soy|yo|ma|sono|я|وأنا|وانا|أنا|من"
"""Words after a name that are none: the sentence goes on."""

PATTERNS = (
    # an address that is written so that programs do not see it: kim (at) example (dot) org
    (
        E_MAIL,
        r"\w[\w.+-]{0,63}\s?[(\[{]\s?(?i:at)\s?[)\]}]\s?[\w-]{1,63}"
        r"(?:(?:\s?[(\[{]\s?(?i:dot)\s?[)\]}]\s?|\.)[\w-]{1,63}){1,4}",
    ),
    (
        E_MAIL,
        r"\b\w[\w.+-]{0,63}\s(?i:at)\s[\w-]{1,63}(?:\s(?i:dot)\s[\w-]{1,63}){0,3}"
        rf"\s(?i:dot\s(?:{ENDINGS}))\b",
    ),
    ("web address", r"(?i:https?://|www\.)[^\s<>\"\[\]]+"),
    (
        "web address",
        rf"(?<![\w.-])[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{0,3}}\.(?i:{ENDINGS})\b(?:/[^\s<>\"\[\]]*)?",
    ),
    ("account", r"(?<![\w@])@\w[\w.]{1,40}"),
    ("account", rf"\b(?i:{SITES})\s?(?:[:=–]|-\s|is\s)\s?@?[\w.]{{2,40}}"),
    ("account", r"\b\w{2,32}#\d{4}\b"),
    ("address", rf"\b\d{{1,5}}[A-Za-z]?,?\s(?:[A-Z][\w'’-]{{1,30}}\s){{1,3}}(?:{STREETS})\b"),
    (
        "address",
        r"\b\d{1,5}[a-z]?,?\s(?!(?:the|this|that|a)\b)[a-z]{2,30}\s"
        r"(?:street|road|avenue|lane|boulevard)\b",
    ),
    ("address", r"\b(?i:[\w-]{2,30}(?:straße|strasse|str\.))\s\d{1,4}[a-z]?\b"),
    (
        "address",
        r"\b[A-ZÄÖÜ][\w-]{1,30}(?:straße|strasse|str\.|weg|platz|gasse|allee)\s\d{1,4}[a-z]?\b",
    ),
    (
        "address",
        r"\b\d{1,4},?\s(?:rue|avenue|boulevard|place|chemin|quai)\s(?:(?:de|du|des|la|le)\s){0,2}"
        rf"{NAME}",
    ),
    ("address", r"\b(?:شارع|طريق|حي)\s\w{2,30}(?:\s\w{2,30}){0,3},?\s\d{1,4}\b"),
    (
        "address",
        rf"\b(?:[Cc]/|[Cc]alle|Via|Viale|Plaza|Piazza|Avenida|Avda\.|Paseo)\s?{NAME}(?:\s{NAME})?,?\s\d{{1,4}}\b",
    ),
    ("address", r"\b[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}\b"),
    ("phone number", r"(?<![\w.])(?:\+\s?)?\(?\d[\d ().\-/]{5,20}\d(?!\w)"),
    (
        "name",
        rf"\b(?i:(?:{INTRODUCED}):?\s\w[\w'’-]{{0,30}}"
        rf"(?:\s(?!(?:{FURTHER})\b)\w[\w'’-]{{1,30}}){{0,2}})",
    ),
    ("name", r"(?:我叫|我的名字是|我的名字叫|私の名前は|제 이름은\s?)\w{2,4}"),
    ("name", rf"\b(?i:i am called|i'm called|call me)\s{NAME}(?:\s{NAME}){{0,2}}"),
    (
        "name",
        rf"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Frau|Mme)\b\.?\s{NAME}(?:\s{NAME})?",
    ),
    ("name", rf"\b(?:{GIVEN}|{GIVEN.upper()})\b(?:\s(?:[A-Z]\.\s)?{NAME}){{0,2}}"),
    ("name", rf"\b(?:{ARABIC})\b(?:\sال\w{{2,30}})?"),
)
COMPILED = tuple((label, re.compile(pattern)) for label, pattern in PATTERNS)
DATES = re.compile(
    r"\d{4}\s?[-/]\s?\d{4}|\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{4}"
)
FEWEST_DIGITS = 7


@dataclass(frozen=True)
class Span:
    """The characters from `start` up to, not including, `end`; `label` is one of `LABELS`."""

    start: int
    end: int
    label: str


def spans(text: str) -> tuple[Span, ...]:
    """What was found, in the order of the text; what overlaps is one."""
    merged: list[Span] = []
    for span in sorted(_found(text), key=lambda span: (span.start, span.end)):
        if merged and span.start < merged[-1].end:
            last = merged.pop()
            label = min(last.label, span.label, key=LABELS.index)
            merged.append(Span(last.start, max(last.end, span.end), label))
        else:
            merged.append(span)
    return tuple(merged)


def masked(text: str) -> str:
    """The text with `[e-mail]` and the like where something was found; all else as it stood."""
    parts, end = [], 0
    for span in spans(text):
        parts += [text[end : span.start], f"[{span.label}]"]
        end = span.end
    return "".join([*parts, text[end:]])


def _found(written: str) -> Iterator[Span]:
    seen = plain(written)
    for run in RUN.finditer(seen.text):  # no single pattern: one that backtracks takes cubic time
        if _is_e_mail(run.group()):
            yield Span(*seen.written(*run.span()), E_MAIL)
    for label, pattern in COMPILED:
        for match in pattern.finditer(seen.text):
            if label != "phone number" or _is_phone(match.group()):
                yield Span(*seen.written(*match.span()), label)


def _is_e_mail(run: str) -> bool:
    at = run.find("@", 1)
    return at > 0 and re.search(r"[.。]\w", run[at + 2 :]) is not None


def _is_phone(found: str) -> bool:
    digits = sum(letter.isdigit() for letter in found)
    return digits >= FEWEST_DIGITS and not DATES.fullmatch(found)
