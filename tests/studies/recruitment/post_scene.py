"""A study that invites, a real SMTP server on this machine, and what people do with their mail."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from logging import StreamHandler, getLogger
from socket import socket
from typing import TextIO

from aiosmtpd.controller import Controller
from django.conf import settings as site
from django.test import Client
from structlog.stdlib import ProcessorFormatter

from studies.models import Participant, Study
from tests.studies.factories import live_study
from tests.studies.recruitment.conftest import agree

LINK = re.compile(r"http://localhost(/s/\S+)")
LEAVE = re.compile(r"http://localhost(/p/\S+/mail/)")


@dataclass
class Letterbox:
    """What the server took, and what it is to do with whom."""

    mails: list[EmailMessage] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)
    """Address → the server's sentence at RCPT TO."""
    drops: set[str] = field(default_factory=set)
    """Addresses whose mail is taken, and the connection cut before the answer."""
    greeting: str = ""
    """What it says to whoever introduces themselves; empty: the usual."""

    async def handle_MAIL(self, server, session, envelope, address, options):
        envelope.mail_from = address
        return self.greeting or "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mail = message_from_bytes(envelope.content, policy=default)
        mail["X-Envelope"] = f"{envelope.mail_from} to {', '.join(envelope.rcpt_tos)}"
        self.mails.append(mail)
        if self.drops & set(envelope.rcpt_tos):
            server.transport.abort()
        return "250 taken"

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"] == address]


@contextmanager
def smtp(settings) -> Iterator[Letterbox]:
    """A server that listens; the settings point at it."""
    box = Letterbox()
    getLogger("mail.log").propagate = False  # the server's own log, which is not the site's
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        settings.EMAIL_URL = f"smtp://127.0.0.1:{port}?insecure=1"
        settings.EMAIL_FROM = "Study team <study@example.org>"
        settings.EMAIL_PER_MINUTE = 6000
        yield box
    finally:
        controller.stop()


def inviting(slug: str = "drawn", *, raters=None, study=None, **settings) -> Study:
    channel = {"kind": "invitation", "settings": {"minutes": 12, **settings}}
    raters = {"participants": 5, **(raters or {})}
    return live_study(slug=slug, channel=channel, raters=raters, **(study or {}))


def link_in(mail: EmailMessage) -> str:
    return LINK.search(mail.get_content())[1]


def leave_in(mail: EmailMessage) -> str:
    return LEAVE.search(mail.get_content())[1]


def arrive(study: Study, mail: EmailMessage, browser: Client | None = None) -> Participant:
    person = agree(study, link_in(mail), browser)
    assert person is not None
    return person


@contextmanager
def listening(stream: TextIO) -> Iterator[None]:
    """Every line of the log, as the site writes it, goes to the stream too."""
    handler = StreamHandler(stream)
    options = {**site.LOGGING["formatters"]["structured"]}
    del options["()"]
    handler.setFormatter(ProcessorFormatter(**options))
    loggers = [getLogger(), getLogger("django_structlog")]  # another test may have quieted them
    levels = [logger.level for logger in loggers]
    getLogger().addHandler(handler)
    for logger in loggers:
        logger.setLevel("INFO")
    try:
        yield
    finally:
        getLogger().removeHandler(handler)
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
