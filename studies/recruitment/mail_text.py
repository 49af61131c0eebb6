"""The words of invitations and reminders: default texts, their placeholders, one mail. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr

from studies.recruitment.parameters import placeholders
from studies.wording import Filled, marked
from studies.wording.wording import Wording

NEEDED = ("link", "unsubscribe")
"""What every mail must say: the way in, and the way out."""
ALLOWED = (*NEEDED, "greeting", "name", "title", "minutes", "contact")
SUBJECT = marked("Invitation: {title}")
BODY = marked(
    "{greeting}\n\n"
    "we invite you to take part in the study “{title}”. It takes about {minutes} minutes.\n\n"
    "This link is yours alone, so please do not pass it on:\n"
    "{link}\n\n"
    "Opening it starts nothing: you read first what the study is about, and then decide.\n\n"
    "Questions? {contact}\n\n"
    "If you want no more mail from us, open this page:\n"
    "{unsubscribe}"
)
REMINDER_SUBJECT = marked("Reminder: {title}")
REMINDER = marked(
    "{greeting}\n\n"
    "some time ago we invited you to the study “{title}”. You can still take part; it takes about"
    " {minutes} minutes in all. If you have begun, you go on where you left off.\n\n"
    "Your personal link:\n"
    "{link}\n\n"
    "Questions? {contact}\n\n"
    "If you want no more mail from us, open this page:\n"
    "{unsubscribe}"
)
HELLO = marked("Hello,")
HELLO_NAME = marked("Hello {name},")
LONGEST_LINE = 998
"""Characters of a header's line (RFC 5322, 2.1.1): addresses in headers are not to be broken."""


@dataclass(frozen=True)
class Facts:
    """What is filled into the texts of one mail."""

    link: str
    unsubscribe: str
    title: str
    minutes: int
    contact: str
    name: str = ""


def check_text(text: str, setting: str, needed: Collection[str]) -> None:
    """Raise ValueError where a text of the experiment file cannot become a mail."""
    known = ALLOWED if needed else ("title", "name")
    try:
        found = placeholders(text)
    except ValueError as error:
        raise ValueError(f"{setting}: write placeholders as {{link}}; {error}") from error
    missing = [f"{{{name}}}" for name in needed if name not in found]
    if missing:
        raise ValueError(
            f"{setting} must say {' and '.join(missing)}: people need their link, and a way to"
            " get no more mail."
        )
    strange = sorted(found - set(known))
    if strange:
        raise ValueError(
            f"{setting} says {{{strange[0]}}}; it can say"
            f" {', '.join(f'{{{name}}}' for name in known)}."
        )
    if not needed and any(ord(letter) < 32 for letter in text):
        raise ValueError(f"{setting} must be one line.")


def filled_in(text: str, facts: Facts, wording: Wording) -> str:
    """A text in the reader's language, with everything filled in."""
    hello = Filled(HELLO_NAME, name=facts.name) if facts.name else HELLO
    values: Mapping[str, str] = {
        "greeting": wording.say(hello),
        "name": facts.name,
        "title": wording.say(facts.title),
        "minutes": str(facts.minutes),
        "contact": wording.say(facts.contact),
        "link": facts.link,
        "unsubscribe": facts.unsubscribe,
    }
    return wording.say(text).format(**values)


def mail(
    *, sender: str, to: str, reply_to: str, subject: str, body: str, headers: Mapping[str, str]
) -> EmailMessage:
    """One plain-text mail, in UTF-8 and quoted-printable, which every server takes.

    With the headers of one-click unsubscribing (RFC 8058) and further ones as given. Raises
    ValueError where an address is none.
    """
    message = EmailMessage(policy=SMTP.clone(max_line_length=LONGEST_LINE))
    message["From"] = _address(sender)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = subject
    if reply_to:
        message["Reply-To"] = Address(addr_spec=reply_to)
    message["Auto-Submitted"] = "auto-generated"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    for name, value in headers.items():
        message[name] = value
    message.set_content(body, cte="quoted-printable")
    return message


def _address(text: str) -> Address:
    name, address = parseaddr(text)
    return Address(name, addr_spec=address)
