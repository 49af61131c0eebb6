"""The next trial takes the place of this one on the page: nothing of it stays, nothing is lost."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from studies.models import Study
from studies.rights.consent import amend
from studies.rights.withdrawal import withdraw
from studies.services import launch
from tests.browser.conftest import Open
from tests.browser.test_rater import (
    PHONE,
    PICTURES,
    answer,
    answers_of,
    here,
    open_trial,
    press_next,
    ready,
)
from tests.studies.factories import enrolled, finish, live_study
from tests.studies.test_questionnaires import survey

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def study() -> Study:
    return live_study(
        size=64,
        checks=[{"check": "practice", "settings": {"trials": 1}}],
        raters={"participants": 20, "items_each": 3},
    )


@pytest.fixture(autouse=True)
def _no_complaints(complaints: list[str]) -> Iterator[None]:
    """No page breaks a policy, misses a file or throws."""
    yield
    assert not complaints


def test_the_next_trial_takes_the_place_of_this_one_without_a_new_page(new_page: Open, study):
    participant, page = enrolled(study), new_page("phone", **PHONE)
    open_trial(page, participant)
    documents = []
    page.on("request", lambda r: documents.append(r.url) if r.is_navigation_request() else None)
    for words in ("1 of 3", "2 of 3"):
        if words == "2 of 3":  # zoomed, scrolled, with help open: nothing of it stays
            page.get_by_text("Help").tap()
        page.locator("[data-flip]").tap()
        answer(page)
        press_next(page)
        expect(page.get_by_role("heading", level=1)).to_have_text(words)
        ready(page)
        assert page.url.endswith(here(participant))
        assert page.title().startswith(words)
        assert page.evaluate("[scrollY, document.activeElement.tagName]") == [0, "H1"]
        expect(page.locator("details[open], :checked:not([data-keys-switch])")).to_have_count(0)
    assert not documents
    viewing = [trial.viewing for trial in participant.trials.order_by("position")[:2]]
    assert [record["flips"] for record in viewing] == [1, 1]


def test_keys_and_clocks_of_an_earlier_trial_have_ended(new_page: Open, study: Study):
    participant, page = enrolled(study), new_page("desk")
    open_trial(page, participant)
    page.wait_for_timeout(1500)
    for words in ("1 of 3", "2 of 3"):
        page.keyboard.press("4")
        page.keyboard.press("2")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(words)
        ready(page)
        page.wait_for_timeout(100)  # pictures must have been painted before somebody answers
    first, second = participant.trials.order_by("position")[:2]
    assert first.viewing["keys"] == second.viewing["keys"] == 2
    assert all(0 <= p["visible_ms"] < 1400 for p in second.viewing["pictures"])
    assert second.rt_ms < 1400 < first.rt_ms


def test_what_a_trial_begins_with_is_read_aloud_with_its_heading(new_page: Open, study: Study):
    participant, page = enrolled(study), new_page("desk")
    open_trial(page, participant)
    answer(page)
    press_next(page)
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("1 of 3")
    expect(heading).to_be_focused()
    expect(heading).to_have_accessible_description(re.compile("Practice is over"))
    ready(page)
    answer(page)
    press_next(page)
    expect(heading).to_have_text("2 of 3")
    expect(heading).to_have_accessible_description("")


def test_scripts_of_another_release_ask_for_a_page_of_its_own(new_page: Open, study: Study):
    participant, page = enrolled(study), new_page("desk")
    open_trial(page, participant)
    page.evaluate("document.querySelector('script[type=importmap]').textContent = 'older'")
    answer(page)
    with page.expect_navigation():
        press_next(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("1 of 3")
    ready(page)


def test_a_second_press_of_next_is_no_answer_to_the_next_trial_and_no_reminder(
    new_page: Open, study: Study
):
    participant, page = enrolled(study), new_page("desk")
    open_trial(page, participant)
    page.keyboard.press("4")
    page.keyboard.press("2")
    page.evaluate(
        """() => {
          const press = () => document.getElementById("trial").requestSubmit();
          new MutationObserver((all, me) => { me.disconnect(); setTimeout(press); })
            .observe(document.documentElement, { childList: true });
          press();
        }"""
    )
    expect(page.get_by_role("heading", level=1)).to_have_text("1 of 3")
    ready(page)
    expect(page.locator("[data-missing]")).to_have_count(0)
    expect(page.locator("[data-saving]")).to_have_text("")
    page.wait_for_timeout(500)
    press_next(page)
    expect(page.locator("[data-missing]")).to_have_count(2)
    assert participant.responses.exclude(trial=None).count() == 2


def test_going_back_over_trials_leads_to_the_one_that_waits(new_page: Open, study: Study):
    participant, page = enrolled(study), new_page("desk")
    open_trial(page, participant)
    for words in ("1 of 3", "2 of 3"):
        answer(page)
        press_next(page)
        expect(page.get_by_role("heading", level=1)).to_have_text(words)
        ready(page)
    answer(page, (3, 1))
    page.go_back()
    # The heading reads the same before and after: only the address says that the way back is over.
    expect(page).to_have_url(re.compile(re.escape(here(participant)) + r"(\?|$)"))
    expect(page.get_by_role("heading", level=1)).to_have_text("2 of 3")
    ready(page)
    press_next(page)  # what was chosen before is still chosen
    expect(page.get_by_role("heading", level=1)).to_have_text("3 of 3")
    assert answers_of(participant.trials.order_by("position")[2]) == [3, 1]


def test_whoever_is_asked_again_finds_the_answer_still_chosen(new_page: Open, study: Study):
    participant, page = enrolled(study), new_page("desk")
    open_trial(page, participant)
    answer(page)
    amend(study=study, changes={"information": "We keep it longer."}, reason="The board asked.")
    press_next(page)
    expect(page.get_by_text("We keep it longer.")).to_be_visible()
    assert not participant.responses.exclude(trial=None).exists()
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="I agree").click()
    ready(page)
    press_next(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("1 of 3")
    assert answers_of(participant.trials.order_by("position").first()) == [4, 2]


def test_whoever_erased_everything_in_another_tab_is_led_to_the_receipt(
    new_page: Open, study: Study
):
    participant, page = enrolled(study), new_page("desk")
    open_trial(page, participant)
    answer(page)
    withdraw(participant=participant, erase=True)
    press_next(page)
    page.wait_for_url("**/receipt/**")
    assert not study.participants.filter(responses__isnull=False).exists()


def test_whose_study_was_closed_meanwhile_is_told(
    new_page: Open, study: Study, complaints: list[str]
):
    participant, page = enrolled(study), new_page("desk")
    open_trial(page, participant)
    answer(page)
    Study.objects.update(state=Study.State.CLOSED)
    press_next(page)
    page.wait_for_url("**/place/**")
    complaints.clear()  # the page's status says that there is nothing to do here


def test_a_page_in_another_language_is_a_page_of_its_own(new_page: Open, study: Study):
    """Its direction and its words stand on the root, which stays when trials change."""
    participant, page = enrolled(study), new_page("desk")
    open_trial(page, participant)
    answer(page)
    study.participants.update(language="ar")
    with page.expect_navigation():
        press_next(page)
    ready(page)


def test_a_double_click_is_no_answer_to_a_page_where_everything_may_stay_empty(new_page: Open):
    ask = {"form": "text", "at_least": 0, "at_most": 20}
    pages = [
        {"page": f"p{n}", "questions": [{"name": f"more{n}", "ask": f"And {n}?", **ask}]}
        for n in range(3)
    ]
    trial = {"kind": "questionnaire", "settings": {"pages": pages}}
    participant, page = enrolled(launch(study=survey(trial=trial))), new_page("desk")
    page.goto(here(participant))
    ready(page)
    page.get_by_role("button", name="Next").dblclick(delay=20)
    expect(page.get_by_role("heading", level=1)).to_have_text("2 of 3")
    page.wait_for_timeout(500)
    assert participant.responses.count() == 1
    press_next(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("3 of 3")


def test_going_back_while_an_answer_is_saved_sends_it_to_its_own_trial(
    new_page: Open, study: Study, complaints: list[str]
):
    participant, page = enrolled(study), new_page("desk")
    page.on("dialog", lambda question: question.dismiss())  # “Leave this page?” Stay.
    open_trial(page, participant)
    answer(page)
    press_next(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("1 of 3")
    ready(page)
    answer(page, (2, 5))
    page.route("**/t/**", lambda route: route.abort())
    press_next(page)
    expect(page.locator("[data-saving]")).to_contain_text("Not saved yet")
    page.evaluate("history.back()")
    page.unroute("**/t/**")
    expect(page.get_by_role("heading", level=1)).to_have_text("2 of 3")
    assert answers_of(participant.trials.order_by("position")[1]) == [2, 5]
    assert not participant.events.filter(kind__startswith="answer").exists()
    complaints.clear()


def test_a_form_that_went_stale_is_asked_for_anew_also_by_who_skipped_to_the_content(
    new_page: Open, study: Study, complaints: list[str]
):
    participant, page = enrolled(study), new_page("desk")
    open_trial(page, participant)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the skip link
    answer(page)
    page.context.clear_cookies()
    press_next(page)
    expect(page.locator("[data-saving]")).to_contain_text("Your answer is still here")
    complaints.clear()


def test_whoever_pinched_the_page_begins_the_next_trial_at_its_own_size(
    new_page: Open, study: Study
):
    participant, page = enrolled(study), new_page("phone", **PHONE)
    open_trial(page, participant)
    page.locator("[data-flip]").tap()
    answer(page)
    devtools = page.context.new_cdp_session(page)
    devtools.send("Emulation.setPageScaleFactor", {"pageScaleFactor": 2.5})
    page.evaluate("document.getElementById('trial').requestSubmit()")
    expect(page.get_by_role("heading", level=1)).to_have_text("1 of 3")
    ready(page)
    assert page.evaluate("visualViewport.scale") == 1
    assert participant.trials.order_by("position")[0].viewing["page_scale"] == 2.5


def test_what_was_chosen_before_pictures_failed_is_not_chosen_when_the_trial_comes_again(
    new_page: Open, study: Study, complaints: list[str]
):
    participant, page = enrolled(study), new_page("desk")
    finish(participant, 3)
    page.route(PICTURES, lambda route: route.abort())
    page.goto(here(participant))
    expect(page.locator("html")).to_have_attribute("data-ready", "true")
    page.keyboard.press("4")
    expect(page.locator("[value='4']:checked")).to_have_count(1)
    later = page.get_by_role("button", name="Show it later")
    expect(later).to_be_visible(timeout=15_000)
    page.unroute(PICTURES)
    later.click()
    expect(page.get_by_role("status").first).to_contain_text("comes again at the end")
    ready(page)
    expect(page.locator(":checked:not([data-keys-switch])")).to_have_count(0)
    complaints.clear()
