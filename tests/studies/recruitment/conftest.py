"""A study on Prolific, and a stand-in for Prolific that really listens."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.core.cache import cache
from django.test import Client

from studies.live.plan import plan_of
from studies.models import PanelStudy, Participant, Study, Submission
from studies.recruitment import panel_study as panel_studies
from studies.recruitment.prolific import Prolific
from studies.recruitment.stand_in import StandIn
from tests.studies.factories import live_study

SECRET = "a secret of hooks"


@pytest.fixture
def panel(settings) -> Iterator[StandIn]:
    cache.clear()
    with StandIn(secret=SECRET) as stand_in:
        settings.PROLIFIC_API = stand_in.address
        settings.PROLIFIC_TOKEN = stand_in.world.token
        settings.PROLIFIC_WEBHOOK_SECRET = SECRET
        yield stand_in
    cache.clear()


@pytest.fixture
def study() -> Study:
    return on_prolific()


@pytest.fixture
def row(panel: StandIn, study: Study) -> PanelStudy:
    """The study, published at the stand-in."""
    created = panel_studies.create(study=study)
    return panel_studies.move(panel_study=created, what="publish")


@pytest.fixture
def api(study: Study) -> Prolific:
    return impatient(study)


def on_prolific(slug: str = "drawn", raters=None, **settings) -> Study:
    channel = {"minutes": 10, "reward": 200, "signed": True, **settings}
    return live_study(
        slug=slug,
        channel={"kind": "prolific", "settings": channel},
        raters={"participants": 4, **(raters or {})},
    )


def impatient(study: Study) -> Prolific:
    """The API of the settings, without pauses between tries."""
    api = panel_studies.api_of(study)
    return replace(api, calls=replace(api.calls, sleep=lambda _: None))


def path_of(address: str) -> str:
    return address.removeprefix("http://localhost")


def agree(study: Study, address: str, browser: Client | None = None) -> Participant | None:
    """Open the address, agree to everything; the participant, where there is one now."""
    browser = browser or Client()
    plan = plan_of(study)
    page = browser.get(path_of(address))
    if page.status_code != 200:
        return None
    form = {f"consent-{n}": "yes" for n in range(len(plan.fieldwork.consent))}
    form |= {"text": plan.consent_sha256, "visit": page.context["visit"]}
    form |= {"arrival": page.context["arrival"]}
    answer = browser.post(path_of(address), form)
    token = answer["Location"].split("/")[2] if answer.status_code == 302 else ""
    return Participant.objects.filter(token=token).first()


def arrived(panel: StandIn, row: PanelStudy, person: str = "") -> tuple[str, Participant | None]:
    """Somebody takes a place at the panel, opens the study and agrees."""
    submission, address = panel.launch(row.reference, person)
    return submission, agree(row.study, address)


def submission_of(reference: str) -> Submission:
    return Submission.objects.get(reference=reference)
