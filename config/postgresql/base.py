"""Django's PostgreSQL, whose kept connections are looked at without a question to the server."""

from select import POLLIN, poll

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Before its first query a page must know whether the connection it was left is still good.

    Django asks `SELECT 1`, a way there and back for every request. A server that went away (it was
    stopped, killed, restarted) has closed its end, and its last words wait to be read: that can be
    seen here, without asking. Where there is something to read, Django's own question decides.
    """

    def is_usable(self) -> bool:
        """Whether the connection may be used again."""
        if self.connection.closed:  # seen to be broken before: it has no socket to look at
            return False
        listener = poll()
        listener.register(self.connection.fileno(), POLLIN)
        return not listener.poll(0) or bool(super().is_usable())
