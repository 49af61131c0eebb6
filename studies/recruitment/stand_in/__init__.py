"""A stand-in for Prolific: its API, its signed launches and its webhooks, for tests and rehearsals.

Prolific has no sandbox. This follows its published OpenAPI of July 2026 as far as a study meets it;
what the text leaves open (sizes of fees, pauses between deliveries) is made up, and said so where
it is.
"""

from studies.recruitment.stand_in.server import StandIn
from studies.recruitment.stand_in.world import Fault, World

__all__ = ["Fault", "StandIn", "World"]
