"""Every check with every consequence, through the pages: who trips it, who does not, what follows.

A new check in studies/checks is tried by itself; it needs a row in checks_scene.ROWS.
"""

from typing import Any, cast

import pytest
from django.contrib.auth.models import User
from django.test import Client

from config.plugins import PluginFolder
from studies import export, fieldwork, protocol
from studies.channels import Exit
from studies.checking import reviewing
from studies.checks import CHECKS
from studies.models import Attempt, BrowserMark, Event, Flag, Participant, Receipt, Review, Study
from studies.protocol import ProtocolError
from studies.rights.withdrawal import withdraw
from tests.studies import checks_scene as scene
from tests.studies.factories import an_answer, enrolled, live_study
from tests.studies.paintings import text

EVERY = ("note", "flag", "screen_out", "exclude")
OUT = ("screen_out", "exclude")


def allowed(name: str) -> list[str]:
    """The consequences that the settings of a check take, as its schema has them."""
    stated = CHECKS.schema(name)["properties"]["consequence"]
    return list(stated.get("enum") or [stated["const"]])


ALL = [(name, each) for name in CHECKS.names() for each in allowed(name)]
REFUSED = [(name, each) for name in CHECKS.names() for each in EVERY if each not in allowed(name)]
TRIPPED = [(name, each) for name, each in ALL if scene.ROWS[name].careless]


def test_every_check_has_somebody_who_trips_it_or_says_that_nobody_can() -> None:
    assert set(scene.ROWS) == set(CHECKS.names())
    assert {name for name, row in scene.ROWS.items() if row.careless is None} == {"practice"}


def visited(study: Study, manner: scene.Manner, name: str, client: Client) -> scene.Visit:
    visit = scene.Visit(study, manner, name, client)
    visit.go()
    return visit


def both(name: str, consequence: str) -> tuple[Study, scene.Visit, Participant, Participant]:
    """A study in which first a careful person took part, and then one who trips the check."""
    study, manner = scene.study_with(name, consequence), scene.ROWS[name].careless
    assert manner is not None
    one, other = Client(), Client()
    scene.Visit(study, scene.CAREFUL, "ada", one).go()
    visit = visited(study, manner, "bob", one if manner.same_browser else other)
    careful, careless = study.participants.order_by("pk")
    return study, visit, careful, careless


def file_with(name: str, consequence: str) -> str:
    changes = {f"study__{key}": value for key, value in scene.ROWS[name].study.items()}
    raters = {"participants": 10, "items_each": 12, "per_item": 5}
    checks = [scene.check(name, consequence)]
    return text(**{**changes, "study__checks": checks, "study__raters": raters})


@pytest.mark.parametrize(("name", "consequence"), ALL)
def test_the_consequence_is_written_into_what_is_frozen(name: str, consequence: str) -> None:
    read = protocol.read(file_with(name, consequence), PluginFolder[Any]("evaluation.analyses"))
    assert read.study.checks[0].settings["consequence"] == consequence


@pytest.mark.parametrize(("name", "consequence"), REFUSED)
def test_a_consequence_that_makes_no_sense_is_refused_with_the_reason(
    name: str, consequence: str
) -> None:
    with pytest.raises(ProtocolError) as caught:
        protocol.read(file_with(name, consequence))
    (problem,) = caught.value.problems
    assert problem.place == "study.checks[1].settings.consequence"
    assert f"“{consequence}” cannot follow here" in problem.message


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "consequence"), TRIPPED)
def test_whoever_trips_a_check_meets_the_consequence_and_nobody_else(
    name: str, consequence: str
) -> None:
    study, visit, careful, careless = both(name, consequence)
    flag = Flag.objects.get(failed=True)
    assert (flag.participant, flag.found_by, flag.consequence) == (careless, name, consequence)
    assert (flag.version, bool(flag.evidence)) == (CHECKS.load(name).version, True)
    assert careful.state == Participant.State.FINISHED
    over = consequence == "screen_out" and careless.state == Participant.State.SCREENED_OUT
    assert careless.state == ("screened_out" if consequence == "screen_out" else "finished")
    leaves_with_what_is_kept(study, visit, careless, Exit.SCREENED_OUT if over else Exit.COMPLETED)
    assert CHECKS.load(name).label.lower() not in visit.pages[-1].lower(), "nobody is told"
    no_payment_is_refused_by_a_score(study, careless)
    table = export.responses(study)
    out = table[table["excluded"]]
    assert set(out["participant"]) <= {careless.code}
    if not table[table["participant"] == careless.code].empty:
        assert bool(len(out)) == (consequence in OUT)
    assert set(out["exclusion_reason"]) <= {f"check.{name}"}
    told = export.flags(study)
    assert list(told["participant"]) == [careless.code]
    assert (told["consequence"].item(), told["decision"].item()) == (consequence, "")


def leaves_with_what_is_kept(
    study: Study, visit: scene.Visit, person: Participant, leaving: Exit
) -> None:
    """The last page has the outcome's link or code, and no page before it has it."""
    receipt = Receipt.objects.filter(participant=person).first()
    code = receipt.code if receipt else person.completion_code
    assert code in visit.pages[-1]
    assert not any(code in page for page in visit.pages[:-1])
    if receipt:
        assert (receipt.exit, receipt.answers) == (leaving, person.responses.count())
    if study.protocol.document["study"]["channel"]["kind"] == "panel":
        assert receipt
        outcome = "out" if leaving is Exit.SCREENED_OUT else "done"
        assert f"https://panel.example/{outcome}?code={code}" in visit.pages[-1]


def no_payment_is_refused_by_a_score(study: Study, person: Participant) -> None:
    """Nothing was decided; rejecting needs two failed attention checks of one who finished."""
    assert not Review.objects.exists()
    case = reviewing.cases(study, [person])[0]
    attention = sum(finding.flag.failures for finding in case.findings)
    pays = study.protocol.document["study"]["channel"]["kind"] == "panel"
    assert case.offer.reject == (pays and person.state == "finished" and attention >= 2)
    assert attention == 0 or {f.flag.found_by for f in case.findings} == {"gold_pairs"}


LEFT_OUT = [(name, each) for name, each in TRIPPED if each == "exclude"]


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "consequence"), LEFT_OUT)
def test_a_person_decides_may_change_it_and_all_of_it_is_on_record(
    name: str, consequence: str
) -> None:
    study, _, _, careless = both(name, consequence)
    researcher = Client()
    researcher.force_login(User.objects.create(username="alice", is_superuser=True))
    states = []
    for decision, reason in (("set_aside", "A slow line."), ("upheld", "Not slow after all.")):
        sent = {"decision": decision, "check": name, "reason": reason}
        researcher.post(f"/studies/{study.slug}/flags/{careless.code}/decide/", sent)
        states.append(export.responses(study)["excluded"].any())
        assert export.flags(study)["decision"].item() == decision
    assert states == [False, True]
    kept = list(Review.objects.order_by("pk").values_list("decision", "reason"))
    assert kept == [("set_aside", "A slow line."), ("upheld", "Not slow after all.")]
    page = researcher.get(f"/studies/{study.slug}/flags/").content.decode()
    assert "Earlier decisions (1)" in page
    assert all(reason in page for _, reason in kept)


@pytest.mark.django_db
def test_whoever_withdraws_and_leaves_the_answers_is_held_to_the_rules_of_all_others() -> None:
    settings = {"least": 3, "consequence": "exclude"}
    check = {"check": "straight_lining", "settings": settings}
    study = live_study(checks=[check], practice=0, artworks=6)
    alike, apart = enrolled(study), enrolled(study)
    answers = an_answer(study)
    for person in (alike, apart):
        for _ in range(4):
            trial = fieldwork.next_trial(person)
            assert trial is not None
            fieldwork.record(trial=trial, answers=answers)
            if person == apart:
                answers = {name: 1 + value % 5 for name, value in answers.items()}
        withdraw(participant=person, erase=False)
    assert [flag.participant for flag in Flag.objects.all()] == [alike]
    left = export.responses(study).groupby("participant")["excluded"].all()
    assert dict(left) == {alike.code: True, apart.code: False}


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted({name for name, _ in TRIPPED}))
def test_erasing_removes_what_a_check_found_with_its_evidence(name: str) -> None:
    study, _, careful, careless = both(name, "flag")
    code = careless.code
    withdraw(participant=careless, erase=True)
    for model in (Flag, Attempt, BrowserMark):
        assert not cast(Any, model).objects.exclude(participant=careful).exists(), model
    assert not Event.objects.filter(participant=careless).exists()
    assert export.flags(study).empty
    tables = (export.responses(study), export.viewing(study), export.participants(study))
    assert not any(code in table.to_csv() for table in tables)


@pytest.mark.django_db
def test_a_decision_is_about_the_evidence_it_was_taken_on() -> None:
    study, _, _, careless = both("speed", "exclude")
    alice = User.objects.create(username="alice", is_superuser=True)
    decided = {"participant": careless, "actor": alice, "found_by": "speed"}
    reviewing.decide(decision="set_aside", reason="The clock was wrong.", **decided)
    assert not export.responses(study)["excluded"].any()
    first = Flag.objects.get()
    first.pk, first.evidence = None, {"median_ms": 90}
    Flag(**{f.attname: getattr(first, f.attname) for f in Flag._meta.fields[1:]}).save()
    assert export.responses(study)["excluded"].any(), "what came later was not looked at"
    (finding,) = reviewing.cases(study, [careless])[0].findings
    assert (finding.review, len(finding.earlier)) == (None, 1)


@pytest.mark.django_db
def test_nobody_finds_anything_in_practice() -> None:
    study = scene.study_with("practice", "note")
    scene.Visit(study, scene.CAREFUL, "ada", Client()).go()
    assert not Flag.objects.exists()
