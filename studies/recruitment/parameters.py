"""Launch parameters of panels, and addresses with placeholders for them. Pure."""

import re
from collections.abc import Collection, Mapping
from string import Formatter
from urllib.parse import quote, urlsplit

from studies.channels import LaunchError
from studies.wording import Filled

LONGEST = 100
LONGEST_STRATUM = 60
STRATUM = r"^([A-Za-z][A-Za-z0-9_]{0,39})?$"
"""How the launch parameter may be called that says somebody's quota; empty: there is none."""
TEMPLATE = re.compile(r"[{}<>%$\s]|\[\[")
"""What remains in an identifier where the panel did not fill its placeholder in."""


def given(query: Mapping[str, str], names: Collection[str], panel: str) -> dict[str, str]:
    """The named parameters of a launch; raises LaunchError where one is missing or not filled."""
    found = {name: query.get(name, "").strip() for name in names}
    if not all(found.values()):
        raise LaunchError(
            Filled(
                "This study is for people who come from {panel}, and the address does not say who"
                " you are. Please open the study from its page on {panel} once more.",
                panel=panel,
            )
        )
    if any(len(text) > LONGEST or TEMPLATE.search(text) for text in found.values()):
        raise LaunchError(
            Filled(
                "This address is not one that {panel} made."
                " Please open the study from its page on {panel} once more.",
                panel=panel,
            )
        )
    return found


def optional(query: Mapping[str, str], names: Collection[str]) -> dict[str, str]:
    """Those of the named parameters that are there and look like identifiers."""
    found = {name: query.get(name, "").strip() for name in names}
    return {
        name: text
        for name, text in found.items()
        if text and len(text) <= LONGEST and not TEMPLATE.search(text)
    }


def stratum_of(query: Mapping[str, str], name: str) -> str:
    """The quota that the launch parameter `name` says; “” where it says none."""
    found = optional(query, [name]).get(name, "") if name else ""
    return found if len(found) <= LONGEST_STRATUM else ""


def filled(address: str, values: Mapping[str, str]) -> str:
    """The address with every `{name}` replaced, quoted; “” where a value is missing."""
    if not address or any(not values.get(name) for name in placeholders(address)):
        return ""
    return address.format(**{name: quote(text, safe="") for name, text in values.items()})


def placeholders(address: str) -> set[str]:
    """Names in braces; raises ValueError where braces do not pair or say more than a name."""
    found = list(Formatter().parse(address))
    if any(form or conversion for _, _, form, conversion in found):
        raise ValueError(f"“{address}”: write placeholders as {{name}}.")
    return {name for _, name, _, _ in found if name is not None}


def check_address(address: str, known: Collection[str]) -> None:
    """Raise ValueError unless this is https with a fixed host and only known placeholders."""
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname or "{" in parts.netloc or "@" in parts.netloc:
        raise ValueError(f"“{address}”: write the whole address, from https:// on.")
    strange = placeholders(address) - set(known)
    if strange:
        raise ValueError(
            f"“{address}” names {', '.join(sorted(strange))}: known are {', '.join(sorted(known))}."
        )
