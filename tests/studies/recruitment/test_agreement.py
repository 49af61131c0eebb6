"""Panel, data and code: every combination of the three either agrees or has a sentence."""

from itertools import product

import pytest

from studies.channels import Exit
from studies.models import Participant
from studies.recruitment.agreement import AGREED, Code, Here, disagreements
from studies.recruitment.stand_in.world import STATES
from studies.recruitment.submissions import FOLLOWS

SAID = sorted({*STATES, "PROCESSING", "SOMETHING NEW"})
CODES = [*Code, *Exit]
ALL = list(product(SAID, Here, CODES))

GOOD = """
RESERVED            nobody erased active finished lapsed screened_out withdrawn
ACTIVE              nobody erased active finished lapsed screened_out withdrawn
PROCESSING          nobody erased active finished lapsed screened_out withdrawn
UNKNOWN             nobody erased active lapsed screened_out withdrawn
AWAITING REVIEW     finished screened_out withdrawn lapsed+failed nobody+no_consent
APPROVED            finished erased
PARTIALLY APPROVED  erased lapsed screened_out withdrawn
SCREENED OUT        erased screened_out
TIMED-OUT           nobody erased lapsed withdrawn
RETURNED            nobody erased lapsed screened_out withdrawn
REJECTED            nobody erased lapsed
"""
OWN = {
    "completed": "finished",
    "screened_out": "screened_out",
    "no_consent": "nobody",
    "withdrawn": "withdrawn",
    "failed": "lapsed",
}
"""The code → where its person stands, but for whoever was erased, of whom nothing is known."""


def expected() -> set[tuple[str, str, str]]:
    """What agrees, spelt out by hand above."""
    found = set()
    for line in GOOD.strip().splitlines():
        said, heres = line[:20].strip(), line[20:].split()
        for word in heres:
            here, _, only = word.partition("+")
            codes = [only] if only else ["none", *(c for c, h in OWN.items() if h == here)]
            codes += list(OWN) if here == "erased" else []
            found |= {(said, here, code) for code in codes}
    return found


def test_each_combination_agrees_or_has_a_sentence():
    agrees = {
        (said, str(here), str(code))
        for said, here, code in ALL
        if not list(disagreements(said, here, code, "P-1", "X"))
    }
    assert agrees == expected()


@pytest.mark.parametrize(("said", "here", "code"), ALL)
def test_a_sentence_names_who_and_what_is_said(said, here, code):
    for kind, sentence in disagreements(said, here, code, "P-1", "X"):
        assert kind
        assert "{" not in sentence
        assert sentence.endswith(".")
        assert said in sentence or kind == "code"


def test_the_table_knows_every_state_that_places_follow_and_every_state_of_ours():
    assert set(FOLLOWS) <= set(AGREED)
    assert {str(state) for state in Participant.State} <= {str(here) for here in Here}


def test_nobody_is_paid_in_full_without_a_word_unless_they_finished():
    quiet = {here for said, here, code in expected() if said == "APPROVED"}
    assert quiet == {"finished", "erased"}
