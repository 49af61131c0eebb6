"""What a researcher takes to wherever people come from: the addresses, and the codes that go with
them. For all channels of which this site asks nothing by itself."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from studies.channels import Channel, Exit, Visitor
from studies.channels.open_link import OpenLink
from studies.channels.panel import Panel
from studies.live.plan import plan_of
from studies.models import Study
from studies.recruitment.receipts import exit_code

WORDS = {
    Exit.COMPLETED: "Finished",
    Exit.SCREENED_OUT: "Screened out",
    Exit.NO_CONSENT: "Would rather not take part",
    Exit.WITHDRAWN: "Withdrew",
    Exit.FAILED: "The fault was ours",
}


def told(study: Study) -> dict[str, Any]:
    """Group → address (“” where there are no groups), and the codes that people are shown."""
    channel = plan_of(study).channel
    return {
        "panel": channel.name if isinstance(channel, Panel) else channel.label,
        "addresses": _addresses(study, channel),
        "codes": [(WORDS[leaving], exit_code(study, leaving)) for leaving in _coded(channel)],
    }


def _addresses(study: Study, channel: Channel) -> list[tuple[str, str]]:
    address = channel.entrance(settings.SITE_URL, study.link_token)
    quotas = plan_of(study).fieldwork.raters.quotas
    named = isinstance(channel, OpenLink | Panel) and channel.stratum
    if not named or quotas is None or quotas.by != "launch":
        return [("", address)]
    joint = "&" if "?" in address else "?"
    return [(group, f"{address}{joint}{urlencode({named: group})}") for group in quotas.places]


def _coded(channel: Channel) -> list[Exit]:
    """Ways to leave on which a person is shown a code that the panel has to know."""
    if not channel.shared_codes:
        return []
    told = dict.fromkeys(channel.parameters, "any") if isinstance(channel, Panel) else {}
    somebody = Visitor(person="any", details=told)
    return [leaving for leaving in Exit if channel.farewell(leaving, "any", somebody).code]
