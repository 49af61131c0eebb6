"""Networks that an experiment names with or without a checksum, as far as they are to be had."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from generation.networks import NetworkRecord, NetworkUnavailable, identify
from generation.networks.hub import is_hub_id
from studies.protocol.stimuli import Stimuli, named_networks

DIGITS = 12
"""Of a sha256: as many as advice tells; an id needs 8."""


@dataclass(frozen=True)
class Named:
    """A network as the file names it, and what was found of it."""

    role: str
    id: str
    record: NetworkRecord | None
    missing: str = ""
    """Why there is no record: a sentence."""

    @property
    def unpinned(self) -> bool:
        """Whether it comes from a hub, and its id has no checksum."""
        if "#" in self.id:
            return False
        if self.record is not None:
            return bool(self.record.revision)
        return is_hub_id(self.id) or ":" in self.id


def named(stimuli: Stimuli, folder: Path | None) -> list[Named]:
    """Every network that the file names, each identified once. `folder` is the networks folder."""
    return [_named(role, network, folder) for role, network in named_networks(stimuli)]


def advice(networks: Sequence[Named]) -> list[str]:
    """One line about all networks of a hub that have no checksum; none where there are none."""
    open_ones = [_remedy(each) for each in networks if each.unpinned]
    if not open_ones:
        return []
    return [
        "No checksum says which files these networks of the hub have to be; end each id in # and"
        " the first digits of its sha256 (docs/methods.md, “Networks”):"
        f" {'; '.join(open_ones)}."
    ]


def _named(role: str, network: str, folder: Path | None) -> Named:
    try:
        return Named(role, network, identify(network, folder, role))
    except NetworkUnavailable as error:
        return Named(role, network, None, str(error))


def _remedy(network: Named) -> str:
    if network.record is None:
        return f"{network.role}: {network.id}, whose sha256 is known once it is fetched"
    return f"{network.role}: {network.id}#{network.record.sha256[:DIGITS]}"
