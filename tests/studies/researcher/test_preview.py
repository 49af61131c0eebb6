"""The preview: every page of the rater's way, and nothing written."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from studies.live.plan import plan_of
from studies.models import Attempt, Participant, Stimulus, Study, Trial
from studies.views.researcher.rehearsed_exams import exam_at
from tests.studies.factories import live_study
from tests.studies.researcher.pages import SLUG
from tests.studies.researcher_scene import Scene
from tests.studies.test_languages import LANGUAGES

pytestmark = pytest.mark.django_db


def test_the_preview_shows_each_page_of_the_raters_way(as_alice: Client, alice: User) -> None:
    Scene(alice).generate()
    seen = []
    where = reverse("studies:rehearsal", args=[SLUG])
    while where != reverse("studies:study", args=[SLUG]):
        text = as_alice.get(where).content.decode()
        assert "PREVIEW" in text
        seen.append(re.search(r"<h1[^>]*>(.*?)</h1>", text, re.DOTALL).group(1))  # type: ignore[union-attr]
        chosen = {"expertise": "None of these", "posting": "Never"} if "/about/" in where else {}
        where = as_alice.post(where, chosen)["Location"]
    assert seen[0] == "Which perturbations do people accept?"
    assert seen[3:6] == ["1 of 3", "2 of 3", "3 of 3"]
    assert seen[-1] == "Thank you!"
    assert not Participant.objects.exists()


def test_the_preview_asks_for_each_answer_and_keeps_none(as_alice: Client, alice: User) -> None:
    Scene(alice).generate()
    where = reverse("studies:preview", args=[SLUG, "trial-1"])
    accept = {"accept": "application/json"}
    half = as_alice.post(where, {"acceptability": "3"}, headers=accept)
    assert half.status_code == 422
    assert half.json() == {"missing": ["noticeability"]}
    full = as_alice.post(where, {"acceptability": "3", "noticeability": "1"}, headers=accept)
    assert full.json() == {"next": reverse("studies:preview", args=[SLUG, "trial-2"]), "kept": True}


def test_a_draft_without_pictures_previews_all_but_the_trials(
    as_alice: Client, alice: User
) -> None:
    Scene(alice)
    assert as_alice.get(reverse("studies:preview", args=[SLUG, "guide"])).status_code == 200
    assert as_alice.get(reverse("studies:preview", args=[SLUG, "trial-1"])).status_code == 404


def test_raters_never_see_the_preview_mark(client: Client, alice: User) -> None:
    scene = Scene(alice).generate().launch()
    page_ = client.get(reverse("studies:landing", args=[scene.study.link_token]))
    assert "PREVIEW" not in page_.content.decode()
    assert "site-nav" not in page_.content.decode()


def examined(alice: User, *checks: object, **more: object) -> Study:
    study = live_study(checks=list(checks), **more)  # type: ignore[arg-type]
    Study.objects.update(owner=alice)
    return study


def of(step: str) -> str:
    return reverse("studies:preview", args=["drawn", step])


def right(study: Study, number: int) -> dict[str, str]:
    exam = exam_at(plan_of(study), number)
    return {question.name: str(question.right) for question in exam.questions}


def wrong(study: Study, number: int) -> dict[str, str]:
    exam = exam_at(plan_of(study), number)
    return {q.name: str((q.right + 1) % len(q.choices)) for q in exam.questions}


def test_exams_stand_before_the_guide_and_are_passed_as_participants_pass_them(
    as_alice: Client, alice: User
) -> None:
    study = examined(alice, {"check": "comprehension"}, {"check": "skill_task"})
    assert as_alice.post(of("consent"))["Location"] == of("exam-1")
    passed = as_alice.post(of("exam-1"), right(study, 1) | {"number": "1"})
    assert passed["Location"] == of("exam-2") + "?mark=1-1-2"
    page = as_alice.get(passed["Location"]).text
    assert "comprehension: 2 of 2 right, 2 needed. Passed: they go on." in page
    assert "try again" not in page, "that is said of the exam before"
    stripes = re.findall(r'class="stripes" src="([^"]+)"', page)
    assert len(stripes) == len(right(study, 2))
    assert as_alice.get(stripes[0])["Content-Type"] == "image/png"
    last = as_alice.post(of("exam-2"), right(study, 2) | {"number": "1"})
    assert last["Location"].startswith(of("guide"))
    assert not Attempt.objects.exists()
    assert not Participant.objects.exists()


def test_whoever_fails_tries_again_and_then_the_consequence_is_told(
    as_alice: Client, alice: User
) -> None:
    checks = [
        {"check": "comprehension", "settings": {"consequence": "flag"}},
        {"check": "skill_task", "settings": {"consequence": "screen_out"}},
    ]
    study = examined(alice, *checks)
    again = as_alice.post(of("exam-1"), wrong(study, 1) | {"number": "1"})["Location"]
    assert again == of("exam-1") + "?mark=1-1-0"
    page = as_alice.get(again).text
    assert "this is the last try" in page
    assert "Attempt 1 of 2 not passed: they try again." in page
    later = as_alice.post(again, wrong(study, 1) | {"number": "2"})["Location"]
    assert later == of("exam-2") + "?mark=1-2-0"
    assert "a person is shown a flag" in as_alice.get(later).text
    tried = plan_of(study).exams["skill_task"].attempts
    ended = as_alice.post(of("exam-2"), wrong(study, 2) | {"number": str(tried)})["Location"]
    assert ended.startswith(of("screened_out"))
    page = as_alice.get(ended).text
    assert "Thank you for your time" in page
    assert "the study ends here for them" in page


def test_an_exam_that_lacks_an_answer_keeps_the_others(as_alice: Client, alice: User) -> None:
    study = examined(alice, {"check": "comprehension"})
    first, *others = right(study, 1).items()
    page = as_alice.post(of("exam-1"), dict([first]) | {"number": "1"})
    assert page.status_code == 422
    assert page.text.count("Please choose one of these.") == len(others)
    assert f'value="{first[1]}" checked' in page.text


def test_exams_are_rehearsed_in_each_language(as_alice: Client, alice: User) -> None:
    study = examined(alice, {"check": "comprehension"}, **LANGUAGES)
    page = as_alice.get(of("exam-1") + "?lang=ar")
    assert '<html lang="ar" dir="rtl">' in page.text
    later = as_alice.post(of("exam-1") + "?lang=ar", right(study, 1) | {"number": "1"})
    assert later["Location"] == of("guide") + "?lang=ar&mark=1-1-2"


@pytest.mark.parametrize("mark", ["9-1-1", "0-1-1", "x", "1-1", "²-1-1", "1-1-1-1"])
def test_a_mark_that_nobody_gave_is_told_of_nowhere(
    as_alice: Client, alice: User, mark: str
) -> None:
    examined(alice, {"check": "comprehension"})
    page = as_alice.get(of("guide"), {"mark": mark})
    assert page.status_code == 200
    assert "needed" not in page.text


@pytest.mark.parametrize("place", ["exam-0/1.png", "exam-1/1.png", "exam-2/99.png", "exam-9/1.png"])
def test_pictures_that_no_exam_has_are_not_there(as_alice: Client, alice: User, place: str) -> None:
    examined(alice, {"check": "comprehension"}, {"check": "skill_task"})
    assert as_alice.get(of("x").replace("x/", place)).status_code == 404


ARTISTS = {"check": "expertise", "settings": {"wanted": ["professional artist"]}}
NONE = {"expertise": "None of these", "posting": "Never"}


@pytest.mark.parametrize(
    ("consequence", "leads_to", "told"),
    [
        ("screen_out", "screened_out", "Failed: the study ends here for them."),
        ("exclude", "guide", "Failed: they go on, and their answers are left out of the analysis."),
    ],
)
def test_what_checks_make_of_the_person_is_told_and_kept_nowhere(
    as_alice: Client, alice: User, consequence: str, leads_to: str, told: str
) -> None:
    settings = {**ARTISTS["settings"], "consequence": consequence}  # type: ignore[dict-item]
    examined(alice, {**ARTISTS, "settings": settings})
    later = as_alice.post(of("about"), NONE)["Location"]
    assert later.startswith(of(leads_to))
    page = as_alice.get(later).text
    assert "Population: none." in page
    assert told in page
    assert not Participant.objects.exists()


def test_questions_about_the_person_are_all_asked_for(as_alice: Client, alice: User) -> None:
    examined(alice, {"check": "expertise"})
    page = as_alice.post(of("about"), {"posting": "Never"})
    assert page.status_code == 422
    assert 'value="Never" checked' in page.text
    assert "Please choose one" in page.text


def test_an_address_of_work_does_not_travel_to_the_next_page(as_alice: Client, alice: User) -> None:
    examined(alice, {"check": "expertise"}, {"check": "portfolio_review"})
    work = "https://ada.example/works"
    later = as_alice.post(of("about"), {**NONE, "portfolio": work})["Location"]
    assert "ada" not in later
    assert as_alice.get(later).status_code == 200


def test_a_group_without_places_ends_here(as_alice: Client, alice: User) -> None:
    quotas = {"by": "population", "places": {"professional artist": 12}}
    raters = {"participants": 12, "quotas": quotas}
    examined(alice, {"check": "expertise"}, raters=raters)
    ended = as_alice.post(of("about"), NONE)["Location"]
    assert ended.startswith(of("screened_out"))
    assert "No place is for this group: the study ends here for them." in as_alice.get(ended).text


@pytest.mark.parametrize("mark", ["about-", "about-9.9", "about-0", "about-0.0.0", "about-².0"])
def test_an_outcome_that_nobody_had_is_told_of_nowhere(
    as_alice: Client, alice: User, mark: str
) -> None:
    examined(alice, {"check": "expertise"})
    assert "Population" not in as_alice.get(of("guide"), {"mark": mark}).text


def test_practice_comes_first_and_says_what_there_was_to_see(as_alice: Client, alice: User) -> None:
    said = ["Most people see nothing here.", "Most people see a change here."]
    practice = {"check": "practice", "settings": {"trials": 2, "tells": "usual", "usual": said}}
    examined(alice, practice)
    assert of("practice-1") in as_alice.get(of("guide")).text
    first, second = (as_alice.get(of(f"practice-{number}")).text for number in (1, 2))
    assert "Practice 1 of 2" in first
    assert "data-feedback" not in first
    assert said[0] in second
    counted, later = (as_alice.get(of(f"trial-{number}")).text for number in (1, 2))
    assert said[1] in counted
    assert "Practice is over" in counted
    assert "data-feedback" not in later
    answer = {"acceptability": "3", "noticeability": "1"}
    kept = as_alice.post(of("practice-2"), answer, headers={"accept": "application/json"})
    assert kept.json() == {"next": of("trial-1"), "kept": True}
    assert not Trial.objects.exists()


@pytest.mark.parametrize("fixed", [True, False])
def test_practice_of_a_draft_knows_which_picture_was_altered(
    as_alice: Client, alice: User, fixed: bool
) -> None:
    settings = {"trials": 2, "tells": "difference"}
    study = examined(alice, {"check": "practice", "settings": settings}, frozen=False)
    if not fixed:
        Stimulus.objects.filter(item__study=study).update(image=None)
    page = as_alice.get(of("practice-2")).text
    assert "About the last one: the pictures were not the same." in page


def test_a_researcher_may_look_on_behind_the_page_where_participants_are_let_go(
    as_alice: Client, alice: User
) -> None:
    settings = {**ARTISTS["settings"], "consequence": "screen_out"}  # type: ignore[dict-item]
    once = {"check": "comprehension", "settings": {"attempts": 1}}
    study = examined(alice, {**ARTISTS, "settings": settings}, once)
    onward = "Go on as if it had been passed"
    ended = as_alice.post(of("about"), NONE)["Location"]
    assert f'<a href="{of("exam-1")}">{onward}</a>' in as_alice.get(ended).text
    ended = as_alice.post(of("exam-1"), wrong(study, 1) | {"number": "1"})["Location"]
    assert f'<a href="{of("guide")}">{onward}</a>' in as_alice.get(ended).text
    assert onward not in as_alice.get(of("screened_out")).text
    assert onward not in as_alice.get(of("guide") + "?mark=1-1-0").text


def test_a_flicker_is_offered_in_the_preview_at_a_rate_that_any_picture_may_have(
    as_alice: Client, alice: User
) -> None:
    examined(alice, trial={"kind": "flicker", "settings": {"rate": 3}})
    page = as_alice.get(of("trial-1")).text
    assert re.search(r'data-flicker data-rate="[\d.]+" data-largest="[\d.]+"', page)
    assert float(re.search(r'data-rate="([\d.]+)"', page).group(1)) <= 3  # type: ignore[union-attr]
