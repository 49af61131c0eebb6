"""One SMTP server, step by step: what was surely not sent, and what nobody can know. Pure."""

import smtplib
import ssl
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

SECONDS = 30
"""How long an answer of the server is waited for."""


class Refused(RuntimeError):
    """The server does not take this mail: surely not sent. The server's sentence."""

    def __init__(self, code: int, said: bytes | str) -> None:
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        super().__init__(f"{code} {' '.join(words.split())}")
        self.lasting = code >= 500
        """Whether the server says that trying again is of no use."""


class Unreachable(RuntimeError):
    """No mail can be sent just now; nothing was sent. The sentence is for researchers."""


class Unknown(RuntimeError):
    """The connection was lost while the mail was handed over: perhaps sent."""


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in, as EMAIL_URL says it."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: str = "starttls"
    """“starttls”, “smtps” or “none”."""


def server_of(url: str) -> MailServer:
    """The server of `smtp://USER:PASSWORD@host:587` (STARTTLS), `smtps://…:465` (TLS from the
    start) or `smtp://host:25?insecure=1` (none); the address is checked at start."""
    parts = urlsplit(url)
    tls = "smtps" if parts.scheme == "smtps" else "starttls"
    if parts.query == "insecure=1":
        tls = "none"
    usual = {"smtps": 465, "starttls": 587, "none": 25}[tls]
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return MailServer(parts.hostname or "", parts.port or usual, user, password, tls)


class Connection:
    """A conversation with the server, opened again where the server ended it."""

    def __init__(self, server: MailServer, seconds: float = SECONDS) -> None:
        self.server, self.seconds = server, seconds
        self._smtp: smtplib.SMTP | None = None

    def ready(self) -> None:
        """Be connected, or raise Unreachable."""
        if self._smtp is not None and self._answers(self._smtp):
            return
        self.close()
        where = f"The mail server {self.server.host}:{self.server.port}"
        try:
            self._smtp = self._opened()
        except smtplib.SMTPAuthenticationError as error:
            refused = Refused(error.smtp_code, error.smtp_error)
            raise Unreachable(f"{where} does not accept user and password: {refused}") from error
        except (OSError, smtplib.SMTPException) as error:
            raise Unreachable(f"{where} cannot be reached: {error}") from error

    def deliver(self, sender: str, address: str, message: bytes) -> None:
        """Hand one mail in; `ready` comes before. Returns when the server has taken it.

        Raises Refused or Unreachable where it was surely not sent, Unknown where it may have been.
        """
        smtp = self._smtp
        assert smtp is not None, "ready() opens the connection"
        try:
            code, said = smtp.mail(sender)
            if code != 250:
                raise Unreachable(f"The mail server refuses the sender: {Refused(code, said)}")
            code, said = smtp.rcpt(address)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise Unreachable(f"The mail server ended the connection: {error}") from error
        if code not in (250, 251):
            self._forget(smtp)
            raise Refused(code, said)
        self._hand_over(smtp, message)

    def close(self) -> None:
        """Say goodbye; a server that is gone is left alone."""
        if self._smtp is not None:
            try:
                self._smtp.quit()
            except (OSError, smtplib.SMTPException):
                self._smtp.close()
        self._smtp = None

    def _hand_over(self, smtp: smtplib.SMTP, message: bytes) -> None:
        try:
            code, said = smtp.data(message)
        except smtplib.SMTPDataError as error:  # refused before a word of it was sent
            self._forget(smtp)
            raise Refused(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise Unknown(str(error)) from error
        if code != 250:
            self._forget(smtp)
            raise Refused(code, said)

    def _forget(self, smtp: smtplib.SMTP) -> None:
        try:
            smtp.rset()
        except (OSError, smtplib.SMTPException):
            self.close()

    def _answers(self, smtp: smtplib.SMTP) -> bool:
        try:
            return smtp.noop()[0] == 250
        except (OSError, smtplib.SMTPException):
            return False

    def _opened(self) -> smtplib.SMTP:
        server, context = self.server, ssl.create_default_context()
        if server.tls == "smtps":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=self.seconds, context=context
            )
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=self.seconds)
        try:
            smtp.ehlo()
            if server.tls == "starttls":
                smtp.starttls(context=context)
                smtp.ehlo()
            if server.user:
                smtp.login(server.user, server.password)
        except BaseException:
            smtp.close()
            raise
        return smtp
