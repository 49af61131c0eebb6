"""A researcher in a real browser: by keyboard, on a phone, in the dark, under the policy."""

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect

from studies.models import Participant, Response, Study
from tests.browser.conftest import PASSWORD, Open
from tests.studies.factories import live_study
from tests.studies.researcher_scene import Scene

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SLUG = "acceptability-demo"


def go(page: Page, name: str, *args: object) -> None:
    """Open one of the researcher's pages."""
    response = page.goto(reverse(f"studies:{name}", args=args))
    assert response is not None
    assert response.ok


@pytest.mark.parametrize(("size", "theme"), [("phone", "dark"), ("desk", "light")])
def test_every_page_is_sound(
    size: str,
    theme: str,
    inside: Open,
    alice: User,
    complaints: list[str],
    violations: Callable[[Page], list[str]],
) -> None:
    """No page runs under the policy with a complaint, scrolls sideways, or keeps somebody out."""
    live = Scene(alice).generate().launch().take_part(4).take_part(2, simulated=True)
    live.take_part(1, state="active", answers=2).take_part(1, state="lapsed", answers=1)
    Scene(alice, slug="trouble", seed=1).generate(upto=9, failed=4)
    Scene(alice, slug="ready", seed=2).generate()
    page = inside(size, theme)
    visits = [
        ("list",), ("new",), ("edit", "ready"), ("study", SLUG), ("study", "trouble"),
        ("study", "ready"), ("gallery", SLUG), ("gallery", "trouble"), ("item", SLUG, 3),
        ("participants", SLUG), ("answers", SLUG), ("launch", "ready"), ("launch", "trouble"),
        ("close", SLUG),
    ]  # fmt: skip
    found = {}
    for name, *args in visits:
        go(page, name, *args)
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        wrong = [*violations(page), *(["scrolls sideways"] if wide else []), *complaints]
        if wrong:
            found[name, *args] = wrong
        complaints.clear()
    assert found == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_doors_are_sound(
    theme: str,
    new_page: Open,
    inside: Open,
    complaints: list[str],
    violations: Callable[[Page], list[str]],
) -> None:
    outside, known = new_page("phone", theme), inside("phone", theme)
    for page, where in ((outside, "/login/"), (outside, "/no/such/page"), (known, "/password/")):
        page.goto(where)
        assert violations(page) == []
    assert [said for said in complaints if "404" not in said] == []


def test_log_in_by_keyboard_alone_reaches_a_study(new_page: Open, alice: User) -> None:
    Scene(alice)
    page = new_page()
    page.goto("/")
    expect(page.get_by_label("Username")).to_be_focused()
    page.keyboard.type("alice")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Studies")
    tab_to(page, "Which perturbations do people accept?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Which perturbations do people accept?"
    )


def tab_to(page: Page, text: str) -> None:
    """Press Tab until the thing with this text has the focus; each stop must show it."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focus = page.locator(":focus")
        assert focus.evaluate("node => getComputedStyle(node).outlineStyle") != "none"
        if focus.inner_text().strip() == text:
            return
    raise AssertionError(f"“{text}” cannot be reached by Tab")


def test_launching_by_keyboard_alone_freezes_the_study(inside: Open, alice: User) -> None:
    Scene(alice).generate()
    page = inside()
    go(page, "study", SLUG)
    tab_to(page, "Launch…")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/launch/$"))
    tab_to(page, "Freeze and launch")
    page.keyboard.press("Enter")
    expect(page.locator(".badge-live")).to_be_visible()
    sha256 = Study.objects.get(slug=SLUG).protocol.design_sha256
    expect(page.get_by_text(sha256).first).to_be_visible()


def test_progress_moves_by_itself_and_ends_at_the_next_step(inside: Open, alice: User) -> None:
    scene = Scene(alice).generate(upto=4)
    page = inside()
    go(page, "study", SLUG)
    expect(page.locator("#progress")).to_contain_text("4 of 18")
    scene.generate(upto=6)
    expect(page.locator("#progress")).to_contain_text("10 of 18")
    scene.generate()
    expect(page.get_by_role("link", name="Launch…")).to_be_visible()


def test_counts_move_by_themselves_and_leave_the_rest_alone(inside: Open, alice: User) -> None:
    scene = Scene(alice).generate().launch()
    page = inside()
    page.clock.install()
    go(page, "study", SLUG)
    page.get_by_text("Experiment file").click()
    expect(page.locator("#real-finished")).to_have_text("0")
    scene.take_part(2)
    page.clock.run_for(11_000)
    expect(page.locator("#real-finished")).to_have_text("2")
    expect(page.locator(".answer-card").first).to_be_visible()
    expect(page.get_by_text("per_item: 5")).to_be_visible()


def test_the_link_is_copied(inside: Open, alice: User) -> None:
    scene = Scene(alice).generate().launch()
    page = inside(permissions=["clipboard-read", "clipboard-write"])
    go(page, "study", SLUG)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{settings.SITE_URL}/s/{scene.study.link_token}/"


def test_a_wrong_line_is_found_while_writing_and_led_to(inside: Open, alice: User) -> None:
    Scene(alice)
    page = inside()
    go(page, "edit", SLUG)
    field = page.get_by_label("Experiment file (YAML)")
    text = field.input_value()
    field.fill(text.replace("seed: 20", "seed: twenty"))
    link = page.get_by_role("link", name="Line 7")
    link.click()
    selected = page.evaluate("getSelection().toString()")
    assert selected.strip() == "seed: twenty"
    expect(page.locator(".editor-lines .wrong")).to_have_text("7")
    tall = page.locator(".editor-lines span").evaluate_all(
        "lines => [...new Set(lines.map(line => line.getBoundingClientRect().height))]"
    )
    assert len(tall) == 1, "numbers and lines drift apart"
    page.keyboard.type("  seed: 21")
    expect(page.get_by_text("well formed")).to_be_visible()
    expect(page.locator(".editor-lines .wrong")).to_have_count(0)


def test_a_wrong_file_comes_back_with_every_character(inside: Open, alice: User) -> None:
    page = inside("phone")
    go(page, "new")
    field = page.get_by_label("Experiment file (YAML)")
    wrong = "\nexperiment: <b>&amp;</b>\n\n  odd: 'indent'\n"
    field.fill(wrong)
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text(re.compile(r"\d+ problem"))).to_be_visible()
    assert field.input_value() == wrong


def test_the_preview_goes_to_the_end_and_writes_nothing(
    inside: Open, alice: User, complaints: list[str]
) -> None:
    Scene(alice).generate()
    page = inside()
    go(page, "rehearsal", SLUG)
    for _ in range(8):
        expect(page.get_by_text("PREVIEW", exact=True).first).to_be_visible()
        if page.url.endswith("/done/"):
            break
        before = page.url
        for group in page.locator("fieldset:has(input[type=radio])").all():
            group.locator("label").first.click()
        page.locator("main .button-primary:visible").last.click()
        page.wait_for_url(lambda url, before=before: url != before)
    assert page.url.endswith("/done/")
    assert not Participant.objects.exists()
    assert not Response.objects.exists()
    assert complaints == []


def test_an_exam_is_rehearsed_on_a_phone_and_its_outcome_told(
    inside: Open, alice: User, violations: Callable[[Page], list[str]]
) -> None:
    settings = {"consequence": "screen_out", "attempts": 1}
    live_study(checks=[{"check": "comprehension", "settings": settings}])
    Study.objects.update(owner=alice)
    page = inside("phone")
    go(page, "preview", "drawn", "exam-1")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("Some questions are still open.")).to_be_visible()
    for question in page.locator("fieldset").all():
        question.locator("label").last.click()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("Thank you for your time")).to_be_visible()
    expect(page.get_by_text("the study ends here for them")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert not violations(page)


def test_person_and_practice_are_rehearsed_as_participants_meet_them(
    inside: Open, alice: User, complaints: list[str], violations: Callable[[Page], list[str]]
) -> None:
    practice = {"trials": 2, "tells": "usual", "usual": ["Most see nothing.", "Most see it."]}
    live_study(
        checks=[{"check": "expertise"}, {"check": "practice", "settings": practice}], size=256
    )
    Study.objects.update(owner=alice)
    page = inside("desk", "dark")

    def answer(sentence: str) -> None:
        for group in page.locator("fieldset:has(input[type=radio])").all():
            group.locator("label").first.click()
        expect(page.locator("[data-stage]:not([data-ready])")).to_have_count(0)
        page.get_by_role("button", name="Next").click()
        expect(page.get_by_text(sentence)).to_be_visible()
        assert not violations(page)

    go(page, "preview", "drawn", "about")
    answer("Population: professional artist.")
    page.get_by_role("link", name="Begin with practice").click()
    expect(page.get_by_role("heading", name="Practice 1 of 2")).to_be_visible()
    answer("About the last one: Most see nothing.")
    answer("Practice is over. From here on it counts.")
    expect(page.get_by_text("About the last one: Most see it.")).to_be_visible()
    assert not Participant.objects.exists()
    assert complaints == []


def test_the_skip_link_leads_past_the_navigation(inside: Open, alice: User) -> None:
    page = inside()
    go(page, "list")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Start from a file")).to_be_focused()
