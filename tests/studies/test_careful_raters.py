"""Careful raters through the pages: what ends a session, what is kept, what people decide."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from studies import export, fieldwork, services
from studies.checking import exams, reviewing
from studies.checking.findings import left_out_people
from studies.checking.rejection import offer
from studies.checking.skill import drawn_for, picture
from studies.live.browser_marks import mark
from studies.live.plan import plan_of
from studies.models import Attempt, BrowserMark, Flag, Participant, Study
from studies.simulation import simulate
from tests.studies.factories import an_answer, enrolled, live_study

pytestmark = pytest.mark.django_db


def study_with(*checks, **more) -> Study:
    return live_study(checks=[{"check": c} if isinstance(c, str) else c for c in checks], **more)


def check(name, **settings):
    return {"check": name, "settings": settings}


def home(person: Participant) -> str:
    return f"/p/{person.token}/"


def text_of(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def answer_all(person: Participant, point: int = 3, rt_ms: int = 9_000) -> None:
    while trial := fieldwork.next_trial(person):
        answers = an_answer(person.study, point)
        fieldwork.record(trial=trial, answers=answers, rt_ms=rt_ms)
    person.refresh_from_db()


def test_whoever_answers_at_once_is_flagged_and_left_out_but_stays_in_the_export():
    study = study_with(check("speed", consequence="exclude"))
    quick, slow = enrolled(study), enrolled(study)
    answer_all(quick, rt_ms=300)
    answer_all(slow)
    flag = Flag.objects.get()
    assert flag.participant == quick
    assert flag.evidence["median_ms"] == 300
    table = export.responses(study)
    assert set(table[table["excluded"]]["participant"]) == {quick.code}
    assert set(table[table["excluded"]]["exclusion_reason"]) == {"check.speed"}
    assert set(table["participant"]) == {quick.code, slow.code}


def test_a_flag_alone_leaves_nobody_out():
    study = study_with("speed")
    person = enrolled(study)
    answer_all(person, rt_ms=300)
    assert Flag.objects.get().consequence == "flag"
    assert not export.responses(study)["excluded"].any()


def test_a_session_ends_politely_after_the_answer_that_fails_it(client):
    study = study_with(check("speed", consequence="screen_out", least=3))
    person = enrolled(study)
    for _ in range(3):
        fieldwork.record(trial=fieldwork.next_trial(person), answers=an_answer(study), rt_ms=200)
    person.refresh_from_db()
    assert person.state == Participant.State.SCREENED_OUT
    assert not person.trials.filter(answered_at=None, released=False).exists()
    page = client.get(home(person), follow=True)
    assert page.redirect_chain[-1][0].endswith("/ended/")
    assert person.completion_code in text_of(page)
    assert "speed" not in text_of(page).lower(), "nobody is told what was looked at"
    assert left_out_people(study) == {person.pk: ["speed"]}


def test_somebody_who_leaves_is_looked_at_too():
    study = study_with(check("speed", consequence="exclude", least=3))
    person = enrolled(study)
    for _ in range(4):
        fieldwork.record(trial=fieldwork.next_trial(person), answers=an_answer(study), rt_ms=200)
    Participant.objects.update(lease_until=person.consented_at)
    fieldwork.give_back(study=study)
    assert left_out_people(study) == {person.pk: ["speed"]}


def test_whoever_is_in_the_middle_when_a_study_closes_is_looked_at_too():
    study = study_with(check("speed", consequence="exclude", least=3))
    person = enrolled(study)
    for _ in range(4):
        fieldwork.record(trial=fieldwork.next_trial(person), answers=an_answer(study), rt_ms=200)
    assert left_out_people(study) == {}
    services.close(study=study)
    assert left_out_people(study) == {person.pk: ["speed"]}


def comprehension_page(person, client, right: bool):
    page = client.get(home(person) + "before/")
    form = dict(re.findall(r'name="(of|number)" value="([^"]+)"', page.content.decode()))
    exam = exams.exam_of(person, "comprehension")
    for question in exam.questions:
        place = question.right if right else (question.right + 1) % len(question.choices)
        form[question.name] = str(place)
    return client.post(home(person) + "before/", form, follow=True)


def test_comprehension_comes_before_the_guide_and_may_be_tried_again(client):
    person = enrolled(study_with("comprehension"))
    assert client.get(home(person))["Location"].endswith("/before/")
    assert "this is the last try" in text_of(comprehension_page(person, client, right=False))
    page = comprehension_page(person, client, right=True)
    assert page.redirect_chain[-1][0].endswith("/guide/")
    assert [a.passed for a in Attempt.objects.all()] == [False, True]
    assert not Flag.objects.exists()


def test_after_the_last_attempt_the_session_ends(client):
    person = enrolled(study_with("comprehension"))
    comprehension_page(person, client, right=False)
    page = comprehension_page(person, client, right=False)
    assert page.redirect_chain[-1][0].endswith("/ended/")
    assert Flag.objects.get().found_by == "comprehension"


def test_an_attempt_that_is_sent_twice_is_one():
    person = enrolled(study_with("comprehension"))
    exam = exams.exam_of(person, "comprehension")
    wrong = {q.name: str((q.right + 1) % len(q.choices)) for q in exam.questions}
    for _ in range(2):
        exams.attempt(participant=person, name="comprehension", number=1, sent=wrong)
    assert Attempt.objects.count() == 1


def test_an_open_question_is_asked_for_and_costs_no_attempt(client):
    person = enrolled(study_with("comprehension"))
    response = client.post(home(person) + "before/", {"of": "0", "number": "1"})
    assert response.status_code == 422
    assert not Attempt.objects.exists()


def test_the_skill_task_shows_stripes_where_it_says_and_each_person_others(client):
    study = study_with(check("skill_task", needed=3))
    one, two = enrolled(study), enrolled(study)
    mine, theirs = (exams.exam_of(p, "skill_task") for p in (one, two))
    assert [q.right for q in mine.questions] != [q.right for q in theirs.questions]
    assert exams.exam_of(one, "skill_task") == mine
    page = client.get(home(one) + "before/")
    assert "before/1.png" in page.content.decode()
    image = client.get(home(one) + "before/1.png")
    assert image["Content-Type"] == "image/png"
    assert client.get(home(one) + "before/9.png").status_code == 404
    sent = {q.name: str(q.right) for q in mine.questions}
    exams.attempt(participant=one, name="skill_task", number=1, sent=sent)
    assert client.get(home(one))["Location"].endswith("/guide/")


def test_the_files_of_stripes_tell_nothing_but_by_their_pixels():
    study = study_with("skill_task")
    exam = plan_of(study).exams["skill_task"]
    drawn = [drawn_for(exam, plan_of(study).rng(n)).questions[0] for n in range(12)]
    assert len({len(picture(question)) for question in drawn}) == 1
    assert len({picture(question) for question in drawn}) == 4


def test_the_field_that_nobody_sees_is_kept_when_it_is_filled_in(client):
    study = study_with(check("hidden_instruction", consequence="note"))
    person = enrolled(study)
    client.get(home(person) + "guide/")
    address = f"{home(person)}t/{fieldwork.next_trial(person).token}/"
    page = client.get(address).content.decode()
    assert 'aria-hidden="true"' in page
    assert 'tabindex="-1"' in page
    client.post(address, {**an_answer(study), "remarks": "confirmed"})
    answer_all(person)
    assert Flag.objects.get().evidence == {"positions": [0]}


def test_feedback_says_which_picture_was_altered_and_only_after_practice(client):
    study = study_with(check("practice", trials=2, tells="difference"))
    person = enrolled(study)
    client.get(home(person) + "guide/")
    pages = []
    for _ in range(4):
        address = f"{home(person)}t/{fieldwork.next_trial(person).token}/"
        pages.append("About the last one" in text_of(client.get(address)))
        client.post(address, an_answer(study))
    assert pages == [False, True, True, False]


def test_one_browser_with_two_identities_is_noticed():
    study = study_with(check("duplicate_people", consequence="exclude"))
    first, second = enrolled(study), enrolled(study)
    mark(first, "cookie")
    mark(second, "cookie")
    answer_all(first)
    answer_all(second)
    assert left_out_people(study) == {second.pk: ["duplicate_people"]}
    assert "cookie" not in BrowserMark.objects.first().mark


def test_what_is_kept_is_said_before_anybody_agrees(client):
    study = study_with("automation_signals", "duplicate_people")
    page = text_of(client.get(f"/s/{study.link_token}/"))
    for sentence in plan_of(study).disclosures:
        assert sentence in page
    plain = study_with("expertise", slug="plain")
    assert plan_of(plain).consent_sha256 != plan_of(study).consent_sha256
    assert "What is kept besides" not in text_of(client.get(f"/s/{plain.link_token}/"))


@pytest.fixture
def alice(client) -> User:
    user = User.objects.create(username="alice", is_superuser=True)
    client.force_login(user)
    return user


def portfolio_study():
    return study_with("expertise", "portfolio_review")


def artist(study: Study) -> Participant:
    person = fieldwork.enrol(study=study, consent_sha256="x")
    chosen = {q.name: q.choices[0] for q in plan_of(study).person_questions if q.choices}
    given = {**chosen, "portfolio": "https://example.org/ada-azure"}
    fieldwork.describe(participant=person, answers=given)
    return person


def test_a_portfolio_is_kept_apart_and_a_person_decides(client, alice):
    study = portfolio_study()
    person = artist(study)
    answer_all(person)
    told = export.participants(study).to_csv() + export.responses(study).to_csv()
    assert "ada-azure" not in told
    assert left_out_people(study) == {person.pk: ["portfolio_review"]}, "nobody has looked yet"
    assert "ada-azure" in text_of(client.get(f"/studies/{study.slug}/flags/{person.code}/"))
    client.post(
        f"/studies/{study.slug}/flags/{person.code}/decide/",
        {"decision": "accepted", "check": "portfolio_review", "reason": "Ten years of work."},
    )
    assert left_out_people(study) == {}
    assert Flag.objects.last().failed is False


def test_setting_a_finding_aside_is_on_record_with_its_reason(client, alice):
    study = study_with(check("speed", consequence="exclude"))
    person = enrolled(study)
    answer_all(person, rt_ms=300)
    page = text_of(client.get(f"/studies/{study.slug}/flags/"))
    assert "Nobody is refused payment by a score" in page
    assert person.code in page
    decide = f"/studies/{study.slug}/flags/{person.code}/decide/"
    client.post(decide, {"decision": "set_aside", "check": "speed", "reason": " "})
    assert left_out_people(study), "without a reason nothing is decided"
    client.post(decide, {"decision": "set_aside", "check": "speed", "reason": "Clock was wrong."})
    assert left_out_people(study) == {}
    assert person.reviews.get().actor == alice
    assert "Clock was wrong." in text_of(client.get(f"/studies/{study.slug}/flags/"))


def test_flags_are_for_those_who_may_see_the_study(client):
    study = study_with("speed")
    owner, other = User.objects.create(username="owner"), User.objects.create(username="other")
    Study.objects.filter(pk=study.pk).update(owner=owner)
    client.force_login(other)
    assert client.get(f"/studies/{study.slug}/flags/").status_code == 404
    assert Client().get(f"/studies/{study.slug}/flags/").status_code == 302


@pytest.mark.parametrize(
    ("attention", "minutes", "state", "rejectable"),
    [
        (0, 3, "finished", False),
        (1, 3, "finished", True),
        (1, 5, "finished", False),
        (2, 5, "finished", True),
        (1, None, "finished", False),
        (2, None, "finished", True),
        (9, 20, "screened_out", False),
        (9, 20, "withdrawn", False),
    ],
)
def test_a_panel_rejects_by_failed_attention_checks_only(attention, minutes, state, rejectable):
    found = offer(pays=True, state=state, attention=attention, failed=True, minutes=minutes)
    assert found.reject is rejectable
    assert found.ask_return is (state != "withdrawn")
    assert not offer(
        pays=False, state=state, attention=attention, failed=True, minutes=minutes
    ).reject


def prolific(minutes=20):
    return {"kind": "prolific", "settings": {"minutes": minutes, "reward": 500}}


def failing(study, wrong: int, consequence="flag") -> Participant:
    person = enrolled(study)
    answer_all(person)
    Flag.objects.create(
        participant=person,
        found_by="gold_pairs",
        version=1,
        consequence=consequence,
        failed=True,
        failures=wrong,
        sentence="known answers",
    )
    return person


def test_rejecting_is_offered_and_taken_only_as_the_panel_allows(client, alice):
    study = study_with("speed", channel=prolific())
    once, twice = failing(study, 1), failing(study, 2)
    page = f"/studies/{study.slug}/flags/?participant="
    assert 'value="rejected"' not in text_of(client.get(page + once.code))
    assert 'value="rejected"' in text_of(client.get(page + twice.code))
    why = "Two pictures that differ plainly were called the same, against what the instructions" * 2
    rejected = {"actor": alice, "decision": "rejected", "found_by": ""}
    with pytest.raises(reviewing.ReviewError, match="may not be rejected"):
        reviewing.decide(participant=once, reason=why, **rejected)
    with pytest.raises(reviewing.ReviewError, match="100 characters"):
        reviewing.decide(participant=twice, reason="Careless.", **rejected)
    reviewing.decide(participant=twice, reason=why, **rejected)
    assert twice.reviews.get().decision == "rejected"


def test_failed_comprehension_may_only_be_answered_by_asking_to_return(client, alice):
    study = study_with(check("comprehension", consequence="flag", attempts=1), channel=prolific(3))
    person = enrolled(study)
    comprehension_page(person, client, right=False)
    answer_all(person)
    assert Flag.objects.get().failures == 0
    page = text_of(client.get(f"/studies/{study.slug}/flags/"))
    assert 'value="asked_to_return"' in page
    assert 'value="rejected"' not in page


def test_a_finding_that_is_set_aside_counts_for_no_rejection(alice):
    study = study_with("speed", channel=prolific())
    person = failing(study, 2)
    reviewing.decide(
        participant=person, actor=alice, decision="set_aside", found_by="gold_pairs", reason="Ours."
    )
    assert not reviewing.cases(study, [person])[0].offer.reject


def test_careless_raters_are_caught_and_careful_ones_are_left_alone():
    study = study_with(
        check("straight_lining", consequence="exclude"),
        check("speed", consequence="exclude"),
        check("automation_signals"),
        raters={"participants": 60, "items_each": 12, "per_item": 60},
    )
    people = simulate(study=study, raters=32, seed=3, careless=0.25)
    manners = {
        event.participant.pk: event.details["manner"]
        for event in study.events.filter(kind="simulated_manner").select_related("participant")
    }
    assert len(manners) == 8
    found = {flag.participant_id for flag in Flag.objects.filter(failed=True)}
    caught = {pk for pk, manner in manners.items() if manner != "guesser"}
    assert caught, "the draw has careless raters of other manners than guessing"
    assert caught <= found
    careful = {person.pk for person in people} - set(manners)
    assert len(found & careful) <= 1
    assert all(person.simulated for person in people)


def test_simulated_raters_pass_and_fail_what_is_asked_before_the_trials():
    study = study_with("comprehension", "skill_task")
    people = simulate(study=study, raters=8, seed=5, careless=0.5)
    states = {person.state for person in people}
    assert states == {Participant.State.FINISHED, Participant.State.SCREENED_OUT}


def test_feedback_names_a_picture_only_where_no_words_stand_beside_it(client):
    study = study_with(check("practice", trials=1, tells="difference"))
    person = enrolled(study)
    client.get(home(person) + "guide/")
    first = f"{home(person)}t/{fieldwork.next_trial(person).token}/"
    client.get(first)
    client.post(first, an_answer(study))
    page = text_of(client.get(f"{home(person)}t/{fieldwork.next_trial(person).token}/"))
    assert "the pictures were not the same" in page
    assert "glaze" not in page, "nothing is said of how it was made"
