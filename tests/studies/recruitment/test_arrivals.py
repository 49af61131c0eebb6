"""Arrivals from Prolific: one person is one participant; forged, foreign and late ones are told."""

import time

import pytest
from django.core.cache import cache
from django.test import Client

from studies.channels import Exit
from studies.models import Arrival, Identity, Participant, Receipt
from studies.recruitment.receipts import exit_code, receipt_for
from studies.recruitment.stand_in import Fault
from tests.studies.factories import a_person, finish
from tests.studies.recruitment.conftest import agree, arrived, on_prolific, path_of

pytestmark = pytest.mark.django_db


def test_a_signed_arrival_is_enrolled_and_its_names_are_kept_apart_and_encrypted(panel, row):
    submission, person = arrived(panel, row, "5f00000000000000000000aa")
    assert person.arrival.visit == submission
    assert person.arrival.verified
    sealed = "".join(Identity.objects.values_list("sealed", flat=True))
    assert "5f00000000000000000000aa" not in sealed


def test_a_hundred_link_scanners_take_no_place(panel, row):
    _, address = panel.launch(row.reference)
    for _ in range(100):
        assert Client().get(path_of(address)).status_code == 200
    assert not Participant.objects.exists()
    assert not Arrival.objects.exists()
    assert not Identity.objects.exists()


def test_one_person_in_two_browsers_is_one_participant(panel, row):
    _, address = panel.launch(row.reference)
    first = agree(row.study, address)
    again = Client().get(path_of(address))
    assert again["Location"] == f"/p/{first.token}/"
    assert Participant.objects.count() == 1


def test_two_tabs_that_agree_at_once_are_one_participant(panel, row):
    _, address = panel.launch(row.reference)
    tabs = [Client(), Client()]
    forms = []
    for tab in tabs:
        page = tab.get(path_of(address))
        forms.append({k: page.context[k] for k in ("visit", "arrival")})
    for tab, form in zip(tabs, forms, strict=True):
        agreed = {"consent-0": "yes", "consent-1": "yes", "text": row.study.protocol and text(row)}
        assert tab.post(path_of(address), {**form, **agreed}).status_code == 302
    assert Participant.objects.count() == 1


def text(row) -> str:
    from studies.live.plan import plan_of

    return plan_of(row.study).consent_sha256


def test_whoever_takes_a_new_place_after_returning_goes_on_where_they_left_off(panel, row):
    _, person = arrived(panel, row, "5f00000000000000000000ab")
    second, address = panel.launch(row.reference, "5f00000000000000000000ab")
    assert Client().get(path_of(address))["Location"] == f"/p/{person.token}/"
    person.arrival.refresh_from_db()
    assert (person.arrival.visit, person.arrival.visits) == (second, 2)


@pytest.mark.parametrize(
    ("claims", "sentence"),
    [
        ({"exp": int(time.time()) - 60}, "two minutes ago"),
        ({"aud": "https://elsewhere.example/s/x/"}, "another site"),
        ({"sub": "000000000000000000000000"}, "not the one that Prolific signed"),
        ({"prolific": {}}, "not the one that Prolific signed"),
        ({"iss": "https://evil.example"}, "does not hold"),
    ],
)
def test_a_token_that_does_not_hold_is_refused_with_a_sentence(panel, row, claims, sentence):
    _, address = panel.launch(row.reference, **claims)
    page = Client().get(path_of(address))
    assert page.status_code == 409
    assert sentence in page.content.decode()
    assert not Participant.objects.exists()


def test_a_changed_parameter_is_refused(panel, row):
    submission, address = panel.launch(row.reference)
    page = Client().get(path_of(address.replace(submission, "f" * 24, 1)))
    assert "not the one that Prolific signed" in page.content.decode()


def test_an_arrival_without_the_signature_is_refused_where_it_is_asked_for(panel, row):
    _, address = panel.launch(row.reference)
    page = Client().get(path_of(address).partition("&prolific_token")[0])
    assert "signature is missing" in page.content.decode()


def test_a_key_that_is_new_is_fetched_and_a_key_of_others_is_refused(panel, row):
    arrived(panel, row)
    old = panel.key.key
    panel.key.rotate()
    assert arrived(panel, row)[1] is not None
    panel.key.key = old
    assert arrived(panel, row)[1] is None


def test_an_unknown_key_is_looked_up_at_most_once_a_minute(panel, row):
    arrived(panel, row)
    panel.world.calls.clear()
    for _ in range(5):
        published, panel.key.kid = panel.key.kid, "nobody's"
        forged = panel.key.address(
            panel.world.study(row.reference), panel.world.reserve(row.reference)
        )
        panel.key.kid = published
        assert Client().get(path_of(forged)).status_code == 409
    assert len([c for c in panel.world.calls if "jwks" in c[1]]) == 1


def test_while_the_keys_cannot_be_had_one_arrival_waits_and_the_next_are_told_at_once(panel, row):
    panel.world.faults.append(Fault("jwks", times=9))
    for _ in range(4):
        _, page = panel.launch(row.reference)
        told = Client().get(path_of(page))
        assert told.status_code == 409
        assert "cannot be reached just now" in told.text
    assert len([call for call in panel.world.calls if "jwks" in call[1]]) == 1
    cache.delete("prolific/jwks-away")  # fifteen seconds later
    panel.world.faults.clear()
    assert arrived(panel, row)[1] is not None


def test_whoever_reads_for_long_may_still_agree(panel, row, monkeypatch):
    """The token lives two minutes; reading the information may take ten."""
    _, address = panel.launch(row.reference)
    browser = Client()
    assert browser.get(path_of(address)).status_code == 200
    panel.key.rotate()
    from django.core.cache import cache

    cache.clear()
    assert agree(row.study, address, browser) is not None


def test_nobody_starts_from_the_bare_link(row):
    page = Client().get(f"/s/{row.study.link_token}/")
    assert "people who come from Prolific" in page.content.decode()
    assert page.status_code == 409


def test_unsigned_studies_take_plain_parameters_but_not_templates(panel, db):
    study = on_prolific(signed=False)
    base = f"http://localhost/s/{study.link_token}/"
    query = "?PROLIFIC_PID=5f01&STUDY_ID=5f02&SESSION_ID=5f03"
    person = agree(study, base + query)
    assert not person.arrival.verified
    raw = "?PROLIFIC_PID={{%PROLIFIC_PID%}}&STUDY_ID=1&SESSION_ID=2"
    assert Client().get(path_of(base + raw)).status_code in (400, 409)


def test_the_code_stands_on_a_receipt_of_what_is_stored(panel, row):
    _, person = arrived(panel, row)
    browser = Client()
    from studies import fieldwork

    code = exit_code(row.study, Exit.COMPLETED)
    fieldwork.describe(participant=person, answers=a_person(row.study))
    finish(person, 3)
    assert receipt_for(person, Exit.COMPLETED) is None
    finish(person)
    page = browser.get(f"/p/{person.token}/done/").content.decode()
    assert code in page
    assert f"{panel.address}/submissions/complete?cc={code}" in page
    receipt = Receipt.objects.get(participant=person)
    assert receipt.answers == person.responses.count()


def test_an_answer_that_is_missing_from_the_store_keeps_the_code_back(panel, row):
    _, person = arrived(panel, row)
    from studies import fieldwork
    from studies.models import Response

    fieldwork.describe(participant=person, answers=a_person(row.study))
    finish(person)
    lost = person.trials.filter(practice=False).first()
    Response.objects.filter(trial=lost)._raw_delete("default")
    page = Client().get(f"/p/{person.token}/done/").content.decode()
    assert exit_code(row.study, Exit.COMPLETED) not in page
    assert not Receipt.objects.exists()


def test_whoever_would_rather_not_is_given_the_code_that_says_so(panel, row):
    page = Client().get(f"/s/{row.study.link_token}/no/").content.decode()
    assert exit_code(row.study, Exit.NO_CONSENT) in page
    assert exit_code(row.study, Exit.COMPLETED) not in page


def test_each_way_to_leave_has_a_code_of_its_own(study):
    assert len({exit_code(study, leaving) for leaving in Exit}) == len(Exit)
    assert [exit_code(study, e) for e in Exit] == [exit_code(study, e) for e in Exit]
