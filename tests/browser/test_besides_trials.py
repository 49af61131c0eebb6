"""Every page of a participant that shows no trial, in English and Arabic, on a small phone."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from studies import fieldwork
from studies.checking import exams
from studies.live.places import screen_out
from studies.models import Invitation, Participant, Study
from studies.rights import addresses
from studies.rights.consent import amend
from studies.rights.withdrawal import receipt_of, withdraw
from tests.browser.conftest import Open
from tests.studies.factories import enrolled, finish, live_study
from tests.studies.test_languages import LANGUAGES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CHECKS = [{"check": name} for name in ("expertise", "comprehension", "skill_task", "practice")]
OURS = {
    "UTC",
    "JSON",
    "CSV",
    "Which",
    "changes",
    "do",
    "people",
    "accept",
    "Kim",
    "Keeper",
    "kim",
    "example",
    "org",
}
"""Latin words on pages in other languages: names of forms, what the file says in English alone."""


def a_study(slug: str = "drawn", **more: object) -> Study:
    options = {"size": 32, "checks": CHECKS, "design": {"blocks": 2}, "raters": {"items_each": 4}}
    return live_study(slug=slug, **{**options, **LANGUAGES, **more})  # type: ignore[arg-type]


def passed(study: Study, language: str, upto: int = 2) -> Participant:
    """Somebody who was asked about themselves, and came through so many exams."""
    person = enrolled(study, language=language)
    for name in ("comprehension", "skill_task")[:upto]:
        asked = exams.exam_of(person, name).questions
        sent = {question.name: str(question.right) for question in asked}
        exams.attempt(participant=person, name=name, number=1, sent=sent)
    person.refresh_from_db()
    return person


def invited(study: Study, language: str) -> str:
    row = Invitation.objects.create(study=study, language=language, number=1)
    return addresses.leave_link(row, "rita@example.org")


def pages(language: str) -> dict[str, str]:
    """What to look at → its address."""
    study = a_study()
    newcomer = fieldwork.enrol(study=study, consent_sha256="c" * 64, language=language)
    lapsed, ended, done, left, erased = (passed(study, language) for _ in range(5))
    Participant.objects.filter(pk=lapsed.pk).update(state=Participant.State.LAPSED)
    screen_out(participant=ended, why="speed")
    finish(done)
    resting = passed(study, language)
    for trial in resting.trials.order_by("position")[:1]:
        fieldwork.shown(trial=trial)
    finish(resting, 4)
    withdraw(participant=left, erase=False)
    gone = erased.token
    withdraw(participant=erased, erase=True)
    full = a_study("full", raters={"participants": 1, "items_each": 4})
    enrolled(full)
    changed = a_study("changed")
    asked_again = passed(changed, language)
    amend(study=changed, changes={"contact": "Kim, kim@example.org"}, reason="A new address.")
    shut = {state: a_study(state, state=state) for state in ("paused", "closed")}
    fieldwork_over = a_study("over")
    late = passed(fieldwork_over, language)
    Study.objects.filter(pk=fieldwork_over.pk).update(state=Study.State.CLOSED)
    receipts = {"left": receipt_of(left.token), "erased": receipt_of(gone)}
    first = f"?lang={language}"
    return {
        "information": f"/s/{study.link_token}/{first}",
        "declined": f"/s/{study.link_token}/no/{first}",
        "full": f"/s/{full.link_token}/{first}",
        "paused": f"/s/{shut['paused'].link_token}/{first}",
        "closed": f"/s/{shut['closed'].link_token}/{first}",
        "about": f"/p/{newcomer.token}/about/",
        "comprehension": f"/p/{passed(study, language, 0).token}/before/",
        "skill": f"/p/{passed(study, language, 1).token}/before/",
        "guide": f"/p/{passed(study, language).token}/guide/",
        "rest": f"/p/{resting.token}/rest/",
        "away": f"/p/{lapsed.token}/place/",
        "over": f"/p/{late.token}/place/",
        "screened out": f"/p/{ended.token}/ended/",
        "done": f"/p/{done.token}/done/",
        "asked again": f"/p/{asked_again.token}/consent/",
        "withdraw": f"/p/{done.token}/withdraw/",
        "erase": f"/p/{done.token}/withdraw/?choice=erase",
        "stored": f"/p/{done.token}/stored/",
        **{name: f"/p/{row.token}/receipt/{first}" for name, row in receipts.items() if row},
        "no mail": f"/p/{invited(study, language)}/mail/",
    }


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("ar", "dark")])
def test_each_page_fits_reads_in_its_language_and_asks_nobody_else(
    new_page: Open,
    live_server: object,
    violations: Callable[[Page], list[str]],
    language: str,
    theme: str,
):
    page = new_page("phone", theme)
    page.set_viewport_size({"width": 360, "height": 740})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for name, address in pages(language).items():
        page.goto(address)
        assert page.url.endswith(address), f"{name} leads to {page.url}"
        root = page.evaluate("[document.documentElement.lang, document.documentElement.dir]")
        assert root == [language, "rtl" if language == "ar" else "ltr"], name
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
        assert not violations(page), name
        if language == "ar":
            assert not english(page), name
    assert {urlsplit(each).netloc for each in asked} == {urlsplit(str(live_server)).netloc}


def english(page: Page) -> list[str]:
    """Latin words that somebody can see outside codes, addresses and names of languages."""
    text = page.evaluate(
        """() => {
          const copy = document.body.cloneNode(true);
          const apart = "[lang], [dir=ltr], bdi, code, script, input";
          for (const part of copy.querySelectorAll(apart)) part.remove();
          return copy.textContent;
        }"""
    )
    return [word for word in re.findall(r"[A-Za-z]{2,}", text) if word not in OURS]
