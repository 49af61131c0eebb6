"""A rater's ten minutes in a real browser: by touch, by keyboard, and when things go wrong."""

import re
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from studies import fieldwork
from studies.models import Event, Participant, Response, Study, Trial
from tests.browser.conftest import Open
from tests.studies.factories import a_person, enrolled, finish, live_study

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2}
PICTURES = re.compile(r"/i/[\w-]+\.png(\?\d+)?$")


@pytest.fixture
def study() -> Study:
    return live_study(
        size=64,
        checks=[{"check": "expertise"}, {"check": "practice", "settings": {"trials": 1}}],
        raters={"participants": 20, "items_each": 3},
    )


@pytest.fixture(autouse=True)
def _no_complaints(complaints: list[str]) -> Iterator[None]:
    """No page breaks a policy, misses a file or throws, but where a test says that it should."""
    yield
    assert not complaints


def here(participant: Participant) -> str:
    trial = fieldwork.next_trial(participant)
    return f"/p/{participant.token}/t/{trial.token}/"


def open_trial(page: Page, participant: Participant) -> None:
    page.goto(here(participant))
    ready(page)


def ready(page: Page) -> None:
    expect(page.locator("[data-stage]")).to_have_attribute("data-ready", "true")


def choose(page: Page, question: int, point: int) -> None:
    page.locator(".question").nth(question).locator(".point").nth(point - 1).click()


def answer(page: Page, points: tuple[int, int] = (4, 2)) -> None:
    for question, point in enumerate(points):
        choose(page, question, point)


def press_next(page: Page) -> None:
    page.get_by_role("button", name="Next").click()


def answers_of(trial: Trial) -> list[int]:
    return list(trial.responses.order_by("question").values_list("value", flat=True))


def test_the_whole_way_on_a_phone_by_touch(new_page: Open, study: Study):
    page = new_page("phone", **PHONE)
    page.goto(f"/s/{study.link_token}/")
    for statement in page.locator(".statement").all():
        statement.tap()
    page.get_by_role("button", name="I agree, start").tap()
    page.get_by_text("I make art, but not for a living").tap()
    page.get_by_text("Every month").tap()
    page.get_by_role("button", name="Next").tap()
    page.get_by_role("link", name="Begin with practice").tap()
    for words in ("Practice 1 of 1", "1 of 3", "2 of 3", "3 of 3"):
        expect(page.get_by_role("heading", level=1)).to_have_text(words)
        ready(page)
        page.locator("[data-flip]").tap()
        for question, point in ((0, 4), (1, 2)):
            page.locator(".question").nth(question).locator(".point").nth(point).tap()
        page.get_by_role("button", name="Next").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you!")
    person = Participant.objects.get()
    expect(page.get_by_label("Completion code")).to_have_value(person.completion_code)
    assert person.population == "amateur artist"
    assert Counter(Response.objects.values_list("value", flat=True)) == {None: 2, 5: 4, 3: 4}
    viewing = person.trials.last().viewing
    assert (viewing["mode"], viewing["scale"], viewing["flips"]) == ("flip", "column", 1)
    assert all(p["visible_ms"] and p["natural"] == [64, 64] for p in viewing["pictures"])


def test_the_whole_way_at_a_desk_by_keyboard_alone(new_page: Open, study: Study):
    page = new_page("desk")
    page.goto(f"/s/{study.link_token}/")
    for _ in range(2):
        tab_to(page, "input[type=checkbox]:not(:checked)")
        page.keyboard.press("Space")
    tab_to(page, "button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("First, a little about you")
    for _ in range(2):
        tab_to(page, "input[type=radio]")
        page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("How it works")
    tab_to(page, "a.button")
    page.keyboard.press("Enter")
    for words in ("Practice 1 of 1", "1 of 3", "2 of 3", "3 of 3"):
        expect(page.get_by_role("heading", level=1)).to_have_text(words)
        ready(page)
        page.keyboard.press("5")
        page.keyboard.press("1")
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you!")
    values = Response.objects.exclude(trial=None).values_list("question", "value")
    assert Counter(values) == {("acceptability", 5): 4, ("noticeability", 1): 4}
    assert Trial.objects.last().viewing["keys"] == 2


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until something that matches has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"nobody reaches {selector} with the keyboard")


def test_the_whole_way_without_scripts(new_page: Open, study: Study):
    page = new_page("phone", java_script_enabled=False)
    page.goto(f"/s/{study.link_token}/")
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="I agree, start").click()
    page.get_by_text("None of these").click()
    page.get_by_text("Never").click()
    press_next(page)
    page.get_by_role("link", name="Begin with practice").click()
    for _ in range(4):
        expect(page.get_by_alt_text("Altered picture")).to_be_visible()
        answer(page)
        press_next(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you!")
    assert Response.objects.exclude(trial=None).count() == 8


def test_a_double_click_is_one_answer(new_page: Open, study: Study):
    participant, page = enrolled(study), new_page("desk")
    open_trial(page, participant)
    answer(page)
    page.get_by_role("button", name="Next").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 of 3")
    assert Response.objects.exclude(trial=None).count() == 2
    assert not Event.objects.filter(kind__startswith="answer").exists()


def test_back_leads_forward_and_says_that_all_is_saved(new_page: Open, study: Study):
    participant, page = enrolled(study), new_page("desk")
    open_trial(page, participant)
    answer(page)
    press_next(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("1 of 3")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 of 3")
    expect(page.get_by_role("status").first).to_contain_text("earlier answers are saved")


def test_a_reload_in_mid_answer_loses_nothing(new_page: Open, study: Study):
    participant, page = enrolled(study), new_page("desk")
    open_trial(page, participant)
    choose(page, 0, 5)
    page.reload()
    ready(page)
    expect(page.locator("[name=acceptability][value='5']")).to_be_checked()
    choose(page, 1, 3)
    press_next(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("1 of 3")
    assert answers_of(participant.trials.first()) == [5, 3]


def test_answers_can_be_changed_until_next(new_page: Open, study: Study):
    participant, page = enrolled(study), new_page("desk")
    open_trial(page, participant)
    answer(page, (1, 1))
    answer(page, (5, 4))
    press_next(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("1 of 3")
    assert answers_of(participant.trials.first()) == [5, 4]


def test_two_tabs_give_one_answer_and_the_second_is_told(new_page: Open, study: Study):
    participant, page = enrolled(study), new_page("desk")
    open_trial(page, participant)
    other = page.context.new_page()
    open_trial(other, participant)
    answer(page, (5, 1))
    press_next(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("1 of 3")
    answer(other, (1, 5))
    press_next(other)
    expect(other.get_by_role("status").first).to_contain_text("Your first answer is kept")
    assert answers_of(participant.trials.first()) == [5, 1]


def test_a_dropped_connection_is_said_and_survived(
    new_page: Open, study: Study, complaints: list[str]
):
    participant, page = enrolled(study), new_page("desk")
    open_trial(page, participant)
    page.route("**/t/**", lambda route: route.abort())
    answer(page, (2, 4))
    press_next(page)
    expect(page.locator("[data-saving]")).to_contain_text("Not saved yet, trying again")
    assert not Response.objects.exclude(trial=None).exists()
    page.unroute("**/t/**")
    expect(page.get_by_role("heading", level=1)).to_have_text("1 of 3")
    assert answers_of(participant.trials.first()) == [2, 4]
    assert participant.trials.first().viewing["save_attempts"] >= 2
    complaints.clear()


def test_an_answer_whose_receipt_was_lost_is_not_doubled(
    new_page: Open, study: Study, complaints: list[str]
):
    participant, page = enrolled(study), new_page("desk")
    open_trial(page, participant)
    lost: list[int] = []

    def lose_the_first(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    page.route("**/t/**", lose_the_first)
    answer(page)
    press_next(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("1 of 3")
    assert lost == [200]
    assert Response.objects.exclude(trial=None).count() == 2
    assert not Event.objects.filter(kind__startswith="answer").exists()
    complaints.clear()


def test_offline_is_said_and_the_answer_sent_when_back(
    new_page: Open, study: Study, complaints: list[str]
):
    participant, page = enrolled(study), new_page("phone", **PHONE)
    open_trial(page, participant)
    page.locator("[data-flip]").tap()
    answer(page)
    page.context.set_offline(True)
    press_next(page)
    expect(page.locator("[data-saving]")).to_contain_text("offline")
    page.context.set_offline(False)
    expect(page.get_by_role("heading", level=1)).to_have_text("1 of 3")
    assert answers_of(participant.trials.first()) == [4, 2]
    complaints.clear()


def test_an_error_of_the_server_is_tried_again(new_page: Open, study: Study, complaints: list[str]):
    participant, page = enrolled(study), new_page("desk")
    open_trial(page, participant)
    page.route("**/t/**", lambda route: route.fulfill(status=503, body="busy"), times=1)
    answer(page)
    press_next(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("1 of 3")
    assert answers_of(participant.trials.first()) == [4, 2]
    complaints.clear()


def test_a_form_that_went_stale_keeps_the_answer_for_the_next_try(
    new_page: Open, study: Study, complaints: list[str]
):
    participant, page = enrolled(study), new_page("desk")
    open_trial(page, participant)
    answer(page, (3, 3))
    page.context.clear_cookies()
    press_next(page)
    expect(page.locator("[data-saving]")).to_contain_text("Your answer is still here")
    ready(page)
    press_next(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("1 of 3")
    assert answers_of(participant.trials.first()) == [3, 3]
    complaints.clear()


def test_a_picture_that_does_not_come_can_be_asked_for_again(
    new_page: Open, study: Study, complaints: list[str]
):
    participant, page = enrolled(study), new_page("desk")
    page.route(PICTURES, lambda route: route.abort())
    page.goto(here(participant))
    expect(page.get_by_text("A picture did not arrive.")).to_be_visible(timeout=15_000)
    page.unroute(PICTURES)
    page.get_by_role("button", name="Try again").click()
    ready(page)
    answer(page)
    press_next(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("1 of 3")
    assert participant.trials.first().viewing["load_failures"] >= 2
    complaints.clear()


def test_a_picture_that_never_comes_is_left_out_and_is_no_answer(
    new_page: Open, study: Study, complaints: list[str]
):
    participant, page = enrolled(study), new_page("desk")
    page.route(PICTURES, lambda route: route.abort())
    page.goto(here(participant))
    leave_out = page.get_by_role("button", name="Leave this one out")  # it is for practice
    expect(leave_out).to_be_visible(timeout=15_000)
    page.unroute(PICTURES)  # the next trial's pictures come, and nothing complains about them later
    leave_out.click()
    expect(page.get_by_role("status").first).to_contain_text("left out")
    assert participant.trials.first().released
    assert not Response.objects.exclude(trial=None).exists()
    complaints.clear()


def test_a_trial_whose_picture_fails_comes_again_at_the_end(
    new_page: Open, study: Study, complaints: list[str]
):
    participant, page = enrolled(study), new_page("desk")
    finish(participant, 1)
    failing = fieldwork.next_trial(participant)
    page.route(PICTURES, lambda route: route.abort())
    page.goto(here(participant))
    later = page.get_by_role("button", name="Show it later")
    expect(later).to_be_visible(timeout=15_000)
    page.unroute(PICTURES)
    later.click()
    expect(page.get_by_role("status").first).to_contain_text("comes again at the end")
    complaints.clear()
    for number in range(1, 4):
        expect(page.get_by_role("heading", level=1)).to_have_text(f"{number} of 3")
        ready(page)
        answer(page)
        press_next(page)
    expect(page).to_have_url(re.compile("/done/"))
    failing.refresh_from_db()
    assert (failing.position, failing.undelivered, answers_of(failing)) == (3, 1, [4, 2])
    assert failing.viewing["pictures"][0]["decoded_ms"] is not None


def test_a_picture_that_hangs_leaves_a_choice_and_is_shown_when_it_comes(
    new_page: Open, study: Study
):
    participant, page = enrolled(study), new_page("desk")
    held: list[Route] = []
    page.clock.install()
    page.route(PICTURES, lambda route: held.append(route))
    page.goto(here(participant), wait_until="commit")
    expect(page.get_by_text("Loading the pictures")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-ready", "true")
    page.clock.run_for(31_000)
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    for route in list(held):
        route.continue_()
    ready(page)
    expect(page.get_by_role("button", name="Try again")).to_be_hidden()


def test_next_says_what_is_missing_and_leads_there(new_page: Open, study: Study):
    participant, page = enrolled(study), new_page("desk")
    open_trial(page, participant)
    choose(page, 0, 2)
    press_next(page)
    expect(page.locator("[data-saving]")).to_have_text(
        "Still open: “How noticeable is the change?”"
    )
    expect(page.locator("[data-question=noticeability]")).to_be_focused()
    expect(page.locator("[name=acceptability][value='2']")).to_be_checked()
    assert not Response.objects.exclude(trial=None).exists()


def test_on_a_phone_both_pictures_lie_in_one_place_and_are_flipped(new_page: Open, study: Study):
    participant, page = enrolled(study), new_page("phone", **PHONE)
    open_trial(page, participant)
    original, altered = page.locator("[data-frame]").all()
    assert original.bounding_box() == altered.bounding_box()
    expect(original).to_be_visible()
    expect(altered).not_to_be_visible()
    answer(page)
    press_next(page)
    expect(page.locator("[data-saving]")).to_contain_text("other picture too")
    original.tap()
    expect(altered).to_be_visible()
    expect(page.get_by_role("button", name="Altered is shown")).to_be_visible()
    page.wait_for_timeout(200)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Space")
    expect(original).to_be_visible()


def test_nobody_can_make_the_pictures_flash(new_page: Open, study: Study):
    participant, page = enrolled(study), new_page("phone", **PHONE)
    open_trial(page, participant)
    page.evaluate(
        "async () => { const end = performance.now() + 1000;"
        " while (performance.now() < end) {"
        "  document.querySelector('[data-flip]').click();"
        "  await new Promise((r) => setTimeout(r, 10)); } }"
    )
    page.locator("[data-flip]").click()
    answer(page)
    press_next(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("1 of 3")
    assert 2 <= participant.trials.first().viewing["flips"] <= 7  # three flashes are six flips


PLACED = (
    "[...document.querySelectorAll('[data-frame] img')]"
    ".map(i => [i.style.width, i.style.transform])"
)


def test_enlarging_shows_the_same_spot_in_both(new_page: Open, study: Study):
    participant, page = enrolled(study), new_page("desk")
    open_trial(page, participant)
    page.get_by_role("button", name="100 %").click()
    assert page.evaluate(PLACED) == [page.evaluate(PLACED)[0]] * 2
    assert page.evaluate(PLACED)[0][0] == "64px"
    frame = page.locator("[data-frame]").first
    frame.dblclick(position={"x": 30, "y": 30})
    page.get_by_role("button", name="Larger").click()
    before = page.evaluate(PLACED)
    frame.focus()
    page.keyboard.press("ArrowRight")
    after = page.evaluate(PLACED)
    assert before[0] == before[1] != after[0] == after[1]
    page.get_by_role("button", name="Down", exact=True).click()
    assert page.evaluate(PLACED)[0] == page.evaluate(PLACED)[1] != after[0]
    page.keyboard.press("0")
    expect(page.get_by_role("button", name="Whole")).not_to_be_visible()


@pytest.mark.parametrize("ratio", [1, 1.5, 2, 3])
def test_100_percent_is_a_whole_number_of_screen_pixels(new_page: Open, study: Study, ratio):
    participant, page = enrolled(study), new_page("desk", device_scale_factor=ratio)
    open_trial(page, participant)
    page.get_by_role("button", name="100 %").click()
    width = page.locator("[data-frame] img").first.evaluate("i => i.getBoundingClientRect().width")
    assert width * ratio / 64 == pytest.approx(max(1, round(ratio)), abs=0.01)


def test_two_fingers_enlarge_at_the_spot_between_them(new_page: Open, study: Study):
    participant, page = enrolled(study), new_page("phone", **PHONE)
    open_trial(page, participant)
    page.evaluate(
        """() => {
          const frame = document.querySelector("[data-frame]");
          const box = frame.getBoundingClientRect();
          frame.setPointerCapture = () => {};
          const send = (type, id, x, y) => frame.dispatchEvent(new PointerEvent(type, {
            pointerId: id, clientX: box.left + x, clientY: box.top + y, bubbles: true }));
          send("pointerdown", 1, 100, 150); send("pointerdown", 2, 140, 150);
          send("pointermove", 1, 90, 150); send("pointermove", 2, 150, 150);
          send("pointerup", 1, 90, 150); send("pointerup", 2, 150, 150);
        }"""
    )
    whole = page.locator("[data-frame]").first.bounding_box()["width"]
    first, second = page.evaluate(PLACED)
    assert first == second
    assert float(first[0].removesuffix("px")) == pytest.approx(1.5 * whole, rel=0.02)
    expect(page.get_by_role("button", name="Original is shown")).to_be_visible()


def test_single_keys_can_be_turned_off_and_stay_off(new_page: Open, study: Study):
    participant, page = enrolled(study), new_page("desk")
    open_trial(page, participant)
    page.get_by_text("Help").click()
    page.get_by_text("Keyboard", exact=True).click()
    page.get_by_text("Use these keys").click()
    page.get_by_text("Help").click()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("4")
    expect(page.locator("[name=acceptability]:checked")).to_have_count(0)
    page.reload()
    ready(page)
    page.keyboard.press("4")
    expect(page.locator("[name=acceptability]:checked")).to_have_count(0)


def test_the_next_pictures_are_there_before_their_page(new_page: Open, study: Study):
    participant, page = enrolled(study), new_page("desk")
    with page.expect_response(PICTURES), page.expect_request_finished(lambda r: fetched(page) == 4):
        open_trial(page, participant)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    answer(page)
    press_next(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("1 of 3")
    ready(page)
    shown = page.eval_on_selector_all("[data-shot] img", "all => all.map(image => image.src)")
    assert len(shown) == 2
    assert not set(shown) & set(asked)


def fetched(page: Page) -> int:
    return page.evaluate(
        "performance.getEntriesByType('resource').filter(e => e.name.includes('/i/')).length"
    )


def test_whoever_returns_on_another_device_goes_on(new_page: Open, study: Study):
    participant = enrolled(study)
    open_trial(new_page("desk"), participant)
    finish(participant, 2)
    page = new_page("phone", **PHONE)
    page.goto(f"/p/{participant.token}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("2 of 3")


@pytest.mark.parametrize("width", [320, 360])
def test_nothing_is_cut_off_on_a_small_phone(new_page: Open, study: Study, width):
    page = new_page("phone", **PHONE)
    page.set_viewport_size({"width": width, "height": 640})
    participant = enrolled(study)
    for address in (f"/s/{study.link_token}/", f"/p/{participant.token}/guide/", here(participant)):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_nothing_a_finger_aims_at_is_smaller_than_44_pixels(new_page: Open, study: Study):
    page = new_page("phone", **PHONE)
    open_trial(page, enrolled(study))
    for target in page.locator("button:visible, .point:visible, summary:visible").all():
        box = target.bounding_box()
        assert min(box["width"], box["height"]) >= 44, target.inner_text()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "desk"])
def test_axe_finds_nothing_wrong_on_any_page(
    new_page: Open,
    study: Study,
    violations: Callable[[Page], list[str]],
    complaints: list[str],
    size: str,
    theme: str,
):
    page = new_page(size, theme)
    newcomer = fieldwork.enrol(study=study, consent_sha256="c" * 64)
    participant, finished = enrolled(study), enrolled(study)
    finish(finished)
    lapsed = enrolled(study)
    Participant.objects.filter(pk=lapsed.pk).update(state=Participant.State.LAPSED)
    paused = live_study(slug="paused", state=Study.State.PAUSED)
    page.goto(f"/s/{study.link_token}/")
    assert not violations(page)
    page.get_by_role("button", name="I agree, start").click()
    assert not violations(page)
    for address in (
        f"/s/{study.link_token}/no/",
        f"/s/{paused.link_token}/",
        f"/p/{newcomer.token}/about/",
        f"/p/{participant.token}/guide/",
        f"/p/{lapsed.token}/place/",
        f"/p/{finished.token}/done/",
        "/p/unknown/",
    ):
        page.goto(address)
        assert not violations(page), address
    open_trial(page, participant)
    assert not violations(page)
    page.get_by_role("button", name="Larger").click()
    press_next(page)
    page.get_by_text("Help").click()
    assert not violations(page)
    complaints.clear()


def test_a_person_who_was_described_is_not_asked_again(new_page: Open, study: Study):
    participant = fieldwork.enrol(study=study, consent_sha256="c" * 64)
    fieldwork.describe(participant=participant, answers=a_person(study))
    page = new_page("desk")
    page.goto(f"/p/{participant.token}/about/")
    expect(page.get_by_role("heading", level=1)).to_have_text("How it works")


def test_who_answers_after_the_place_was_given_away_may_finish_all_the_same(
    new_page: Open, complaints: list[str]
):
    study = live_study(size=64, checks=[], raters={"participants": 1, "items_each": 3})
    participant, page = enrolled(study), new_page("desk")
    open_trial(page, participant)
    Participant.objects.update(lease_until="2020-01-01T00:00Z")
    finish(enrolled(study), 1)
    answer(page)
    press_next(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("2 of 3")
    participant.refresh_from_db()
    assert participant.late
    assert participant.responses.count() == 2
    assert not Event.objects.filter(kind="answer_late").exists()
    complaints.clear()  # the next picture was asked for while the place was somebody else's
