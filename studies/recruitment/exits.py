"""The last word to whoever leaves: sentence, code and way back, as the channel has them."""

from studies.channels import Exit, Farewell, Visitor
from studies.live.plan import plan_of
from studies.models import Participant, Study
from studies.recruitment.arrivals import visitor_of
from studies.recruitment.receipts import STATES, exit_code, receipt_for


def farewell(participant: Participant) -> Farewell:
    """For a participant who is through, one way or another; without a code where no receipt is."""
    ways = [way for way, state in STATES.items() if state == participant.state]
    if not ways:
        return Farewell()
    receipt = receipt_for(participant, ways[0])
    channel = plan_of(participant.study).channel
    if receipt is None:
        return channel.farewell(ways[0], "", visitor_of(participant))
    return channel.farewell(ways[0], receipt.code, visitor_of(participant))


def farewell_to_visitor(study: Study, visitor: Visitor) -> Farewell:
    """For somebody who would rather not: nothing is stored, so nothing has to be proved."""
    channel = plan_of(study).channel
    code = exit_code(study, Exit.NO_CONSENT) if channel.shared_codes else ""
    return channel.farewell(Exit.NO_CONSENT, code, visitor)
