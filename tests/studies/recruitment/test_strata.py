"""Quotas by launch: real visitors reach the places of their stratum; a way in that cannot tell is
refused before anybody comes."""

from urllib.parse import urlencode

import pytest
from django.test import Client

from studies.drafting.rehearsals import obstacles
from studies.live.room import filling
from studies.models import Participant
from tests.studies.factories import live_study
from tests.studies.recruitment.conftest import agree

pytestmark = pytest.mark.django_db
QUOTAS = {"by": "launch", "places": {"north": 2, "south": 1}}
PERSON = {"parameters": {"pid": ""}, "person": "pid", "stratum": "group"}
POOL = {"site": "https://x.sona-systems.com", "experiment": 12, "credit_token": "abc"}
WORK = {"minutes": 10, "reward": 200}
TURK = "&turkSubmitTo=https%3A%2F%2Fworkersandbox.mturk.com"


def by(kind, places=3, **settings):
    channel = {"kind": kind, "settings": settings}
    return live_study(slug=kind, channel=channel, raters={"participants": places, "quotas": QUOTAS})


@pytest.mark.parametrize(
    ("kind", "settings", "query"),
    [
        ("open_link", {"stratum": "group"}, "group={group}"),
        ("panel", PERSON, "pid=x{n}&group={group}"),
        (
            "panel",
            {"external_question": True, "stratum": "group"},
            "group={group}&hitId=H&assignmentId=A{n}&workerId=W{n}" + TURK,
        ),
        (
            "prolific",
            {**WORK, "stratum": "group"},
            "PROLIFIC_PID=a{n}&STUDY_ID=b&SESSION_ID=c{n}&group={group}",
        ),
    ],
)
def test_real_visitors_fill_the_quotas_of_their_links(kind, settings, query):
    study = by(kind, **settings)
    assert obstacles(study) == []

    def come(n, group):
        link = f"/s/{study.link_token}/?{query.format(n=n, group=group)}"
        return agree(study, link), Client().get(link).status_code

    come(1, "north")
    come(2, "north")
    assert come(3, "north") == (None, 409)
    assert come(4, "elsewhere") == (None, 409)
    come(5, "south")
    assert filling(study) == [("north", 2, 2), ("south", 1, 1)]


def test_the_stratum_outlives_a_page_that_is_sent_without_the_address():
    study = by("open_link", stratum="group")
    browser, bare = Client(), f"/s/{study.link_token}/"
    page = browser.get(bare, {"group": "south"})
    form = {"consent-0": "yes", "consent-1": "yes", "text": page.context["consent_sha256"]}
    form |= {name: page.context[name] for name in ("visit", "arrival")}
    assert Client().post(bare, form).status_code == 302
    assert Participant.objects.get().stratum == "south"


@pytest.mark.parametrize("group", ["x" * 61, "{{group}}", "a b", "<b>"])
def test_what_is_no_name_of_a_group_counts_as_everybody_else(group):
    study = by("open_link", places=4, stratum="group")
    person = agree(study, f"/s/{study.link_token}/?{urlencode({'group': group})}")
    assert person.stratum == ""
    assert filling(study)[-1] == ("everybody else", 1, 1)


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("open_link", {}),
        ("panel", {"parameters": {"pid": ""}, "person": "pid"}),
        ("prolific", WORK),
        ("sona", POOL),
        ("connect", {}),
    ],
)
def test_a_way_in_that_cannot_tell_is_refused_with_what_to_do(kind, settings):
    found = [one for one in obstacles(by(kind, **settings)) if "stratum" in one]
    assert len(found) == 1
    assert kind in found[0]
    assert "quotas by population" in found[0]
