"""The demo: the sandbox's painters through the whole chain, on this machine, with no network."""


class DemoError(RuntimeError):
    """The demo cannot go on; the message says in one sentence what is missing."""
