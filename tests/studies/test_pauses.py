"""Pauses between parts: seen once, said in numbers, never in the way of an answer."""

import pytest

from studies import fieldwork
from studies.models import Participant
from studies.simulation import simulate
from tests.studies.factories import an_answer, enrolled, finish, live_study

pytestmark = pytest.mark.django_db


def a_study(**design):
    return live_study(design={"blocks": 3, **design}, checks=[], raters={"items_each": 7})


def current(client, person: Participant) -> str:
    return client.get(f"/p/{person.token}/", follow=True).redirect_chain[-1][0]


def test_a_session_is_cut_into_parts_that_differ_by_one_item_at_most():
    blocks = list(enrolled(a_study()).trials.values_list("block", flat=True))
    assert blocks == [0, 0, 0, 1, 1, 2, 2]


def test_between_parts_comes_a_pause_that_says_how_far_one_is(client):
    person = enrolled(a_study())
    current(client, person)
    trial = fieldwork.next_trial(person)
    client.get(f"/p/{person.token}/t/{trial.token}/")
    finish(person, 3)
    page = client.get(f"/p/{person.token}/", follow=True)
    assert page.redirect_chain[-1][0] == f"/p/{person.token}/rest/"
    assert "Part 2 of 3" in page.text
    assert "kept for 90 minutes" in page.text


def test_opening_the_next_trial_ends_the_pause_and_looking_at_it_does_not(client):
    person = enrolled(a_study())
    client.get(f"/p/{person.token}/t/{fieldwork.next_trial(person).token}/")
    finish(person, 3)
    for _ in range(3):
        assert current(client, person).endswith("/rest/")
    address = f"/p/{person.token}/t/{fieldwork.next_trial(person).token}/"
    assert client.get(address).status_code == 200
    assert current(client, person) == address


def test_the_answer_before_a_pause_leads_to_it(client):
    person = enrolled(a_study())
    client.get(f"/p/{person.token}/t/{fieldwork.next_trial(person).token}/")
    finish(person, 2)
    address = f"/p/{person.token}/t/{fieldwork.next_trial(person).token}/"
    sent = client.post(address, an_answer(person.study), headers={"Accept": "application/json"})
    assert sent.json()["next"] == f"/p/{person.token}/rest/"


def test_without_parts_there_is_no_pause(client):
    person = enrolled(live_study(checks=[]))
    client.get(f"/p/{person.token}/t/{fieldwork.next_trial(person).token}/")
    finish(person, 3)
    assert client.get(f"/p/{person.token}/rest/").status_code == 302


def test_simulated_raters_go_through_pauses_to_the_end():
    person = simulate(study=a_study(), raters=1, seed=1)[0]
    assert person.state == Participant.State.FINISHED
