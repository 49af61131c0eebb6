"""Channels: how people reach a study, and what they take away from it."""

from typing import ClassVar, Protocol

from config.plugins import PluginFolder


class Channel(Protocol):
    """One way to recruit. The file's name is the channel's name."""

    label: ClassVar[str]
    version: ClassVar[int]

    def entrance(self, site_url: str, link_token: str) -> str:
        """The link to hand out."""

    def farewell(self, completion_code: str) -> str:
        """The sentence above the completion code, or “” where no code is shown."""


CHANNELS: PluginFolder[Channel] = PluginFolder("studies.channels")
