"""The blind check: it sees every sort of leak that is planted, and lets the product itself pass."""

import numpy as np
import pytest
from django.http import HttpResponse

from studies import export, fieldwork
from studies.blindness import certificate, crawl, testing
from studies.blindness.check import SHUFFLES, blindcheck, latest
from studies.blindness.observables import (
    Received,
    SeenPicture,
    SeenTrial,
    as_observations,
    of_trial,
)
from studies.blindness.testing import Question, answer
from studies.live.places import StudyClosed
from studies.models import Event, Response, Study, Trial
from tests.studies.factories import enrolled, finish, live_study
from tests.studies.planted_leaks import PLANTED, sends

PEOPLE = 3


def checked_study(**more) -> Study:
    return live_study(
        artworks=8, conditions=2, practice=0, checks=[], size=16, raters={"items_each": 16}, **more
    )


def check(study: Study, seed: int = 1) -> dict:
    return blindcheck(study, participants=PEOPLE, seed=seed)


def leaks(made: dict) -> set[str]:
    return {leak["feature"] for question in made["questions"] for leak in question["leaks"]}


@pytest.mark.django_db
@pytest.mark.parametrize("sort", PLANTED)
def test_a_planted_leak_is_found_and_named(sort, monkeypatch):
    plant, part = PLANTED[sort]
    study = checked_study()
    plant(monkeypatch)
    made = check(study)
    assert made["verdict"] == "leaks"
    assert any(part in feature for feature in leaks(made)), leaks(made)


@pytest.mark.django_db
def test_a_name_in_plain_view_is_a_leak_whatever_the_statistics(monkeypatch):
    def plant(response: HttpResponse) -> None:
        response["X-Source"] = "Glaze"

    study = checked_study()
    sends(plant)(monkeypatch)
    made = blindcheck(study, participants=1, seed=0)
    assert [each["text"] for each in made["named_in_plain_view"]] == ["glaze"]
    assert made["verdict"] == "leaks"


@pytest.fixture(scope="module")
def passed(django_db_setup, django_db_blocker):
    """One check of the product as it is, on a study that people take part in."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        study = checked_study()
        person = enrolled(study)
        finish(person, 3)
        before = traces(study)
        made = check(study)
        if made["verdict"] == "leaks":  # one check in twenty, by design
            study.events.filter(kind="blindcheck").delete()
            made = check(study, seed=2)
        yield study, before, made
        transaction.set_rollback(True)


def traces(study: Study) -> dict[str, int]:
    return {
        "participants": study.participants.count(),
        "trials": Trial.objects.filter(participant__study=study).count(),
        "responses": Response.objects.filter(participant__study=study).count(),
        "events": study.events.exclude(kind="blindcheck").count(),
    }


def test_the_product_passes_and_says_what_would_have_been_found(passed):
    _, _, made = passed
    assert made["verdict"] == "passed", leaks(made)
    (question,) = made["questions"]
    assert question["observations"] == 16 * PEOPLE
    assert question["power"]["mark"]["1.0"] >= 0.8
    assert question["shuffles"] == SHUFFLES
    assert question["features"] > 100


def test_nothing_of_the_crawl_stays_but_its_certificate(passed, django_db_blocker):
    study, before, made = passed
    with django_db_blocker.unblock():
        assert traces(study) == before
        event = Event.objects.get(study=study, kind="blindcheck")
        assert event.details["certificate"] == latest(study) == made


def test_the_certificate_is_part_of_the_export_and_can_be_read(passed, django_db_blocker, tmp_path):
    study, _, made = passed
    with django_db_blocker.unblock():
        written = export.write(study, tmp_path)
    assert {"blindcheck.json", "blindcheck.md"} <= set(written)
    page = (tmp_path / "blindcheck.md").read_text()
    assert page == certificate.page(made)
    assert "**PASSED.**" in page
    assert "would have been found" in page


@pytest.mark.django_db
def test_rows_of_a_crawl_that_was_killed_are_removed_by_the_next(monkeypatch):
    study = checked_study()
    fieldwork.enrol(study=study, consent_sha256="c" * 64, channel="blindcheck", simulated=True)
    kept = enrolled(study)
    assert crawl.remove(study) == 1
    assert list(study.participants.all()) == [kept]


@pytest.mark.django_db
def test_a_crawl_that_fails_leaves_nothing_either(monkeypatch):
    study = checked_study()
    monkeypatch.setattr("studies.blindness.browsing.Watcher._seen", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        check(study)
    assert traces(study) == {"participants": 0, "trials": 0, "responses": 0, "events": 0}


@pytest.mark.django_db
def test_a_study_that_is_not_open_is_not_crawled():
    with pytest.raises(StudyClosed):
        check(checked_study(state="paused"))


@pytest.mark.django_db
def test_too_few_items_to_tell_is_said():
    study = live_study(
        artworks=1, conditions=2, practice=0, checks=[], size=16, raters={"items_each": 2}
    )
    made = blindcheck(study, participants=1, seed=0)
    assert made["verdict"] == "cannot tell"
    assert "add items" in certificate.page(made)


# The statistics, on made-up observations: no page is opened.


def question(seed: int, leak: float = 0.0, people: int = 6) -> Question:
    """Six artworks under four conditions; every item has constants of its own, as padding has."""
    rng = np.random.default_rng(seed)
    items = [(artwork, cell) for artwork in range(6) for cell in range(4)]
    own = {item: rng.normal(size=4) for item in items}
    seen, units = [], []
    for person in range(people):
        for item in items:
            told = {f"own {n}": float(value) for n, value in enumerate(own[item])}
            told |= {f"noise {n}": float(rng.normal()) for n in range(20)}
            told |= {"artwork": float(item[0]), "person": f"P{person}", "constant": "x"}
            told["noise 0"] += leak * (item[1] == 3)
            seen.append(told)
            units.append(item)
    factors = {
        "condition": {item: str(item[1]) for item in items},
        "protection": {item: str(item[1] > 0) for item in items},
    }
    return Question("?", seen, units, factors, {item: item[0] for item in items})


def test_blind_studies_are_called_leaky_at_the_stated_rate(monkeypatch):
    """Binomial(80, 0.05) exceeds 10 once in 300."""
    monkeypatch.setattr(testing, "REPLICATES", 1)  # power is not asked about here
    alarms = [answer(question(s), alpha=0.05, shuffles=199, seed=s).leaks for s in range(80)]
    assert sum(map(bool, alarms)) <= 10


def test_what_is_the_same_for_an_item_in_every_session_is_no_evidence_of_its_condition():
    alone = answer(question(3, people=1), alpha=0.05, shuffles=499, seed=0)
    often = answer(question(3, people=20), alpha=0.05, shuffles=499, seed=0)
    chance = {each.feature: each.p for each in alone.tested if each.factor == "condition"}
    later = {each.feature: each.p for each in often.tested if each.factor == "condition"}
    assert all(abs(chance[f"own {n}"] - later[f"own {n}"]) < 0.08 for n in range(4))


def test_power_grows_with_the_leak_and_holds_for_a_planted_one():
    told = answer(question(0), alpha=0.05, shuffles=499, seed=0).power["shift"]
    assert told["0.25"] < 0.5 < told["3.0"]
    found = [
        answer(question(s, leak=3.0), alpha=0.05, shuffles=499, seed=s).leaks for s in range(10)
    ]
    assert all("noise 0" in {leak.feature for leak in each} for each in found)


def test_what_only_two_features_tell_together_is_seen_by_the_model():
    rng = np.random.default_rng(0)
    seen, units = [], []
    items = [(artwork, cell) for artwork in range(40) for cell in (0, 1)]
    for item in items:
        sign = rng.choice([-1, 1])
        told = {"one": float(sign), "other": float(sign * (1 if item[1] else -1))}
        seen += [told, told]
        units += [item, item]
    factors = {"condition": {item: str(item[1]) for item in items}}
    asked = Question("?", seen, units, factors, dict.fromkeys(items, 0))
    (leak,) = answer(asked, alpha=0.05, shuffles=499, seed=0).leaks
    assert leak.feature == "all of it together (small model)"


def test_which_of_unlabelled_pictures_it_is_must_not_show_either():
    """Pictures of a trial are shuffled among themselves: a mark on one slot is found."""
    rng = np.random.default_rng(1)
    seen, units = [], []
    for item in range(12):
        for slot in ("altered", "original"):
            for _ in range(3):
                seen.append({"length": float(slot == "altered"), "noise": float(rng.normal())})
                units.append((item, slot))
    factors = {"picture": {unit: unit[1] for unit in units}}
    asked = Question("?", seen, units, factors, {unit: unit[0] for unit in units})
    leaks = answer(asked, alpha=0.05, shuffles=499, seed=0).leaks
    assert "length" in {leak.feature for leak in leaks}


def seen_trial(page: str, body: bytes, token: str = "T" * 22) -> SeenTrial:
    sent = Received(f"/p/P/i/{token}.png", 200, [("Content-Length", "9")], body, 0.01)
    html = Received(f"/p/P/t/{token}/", 200, [], page.encode(), 0.02)
    return SeenTrial(html, [SeenPicture("altered", 1, sent, sent)], 3, [token])


def test_tokens_and_counts_are_no_features_and_everything_else_of_a_page_is():
    one = seen_trial('<p>3 of 12</p><img src="/i/AAAA.png" alt="A">', b"x", "AAAA")
    other = seen_trial('<p>7 of 12</p><img src="/i/BBBB.png" alt="A">', b"x", "BBBB")
    marked = seen_trial('<p>7 of 12</p><img src="/i/BBBB.png" alt="A" class="k">', b"x", "BBBB")
    pages = [
        {name: value for name, value in of_trial(each, True).items() if name.startswith("page")}
        for each in (one, other, marked)
    ]
    assert pages[0] == pages[1] != pages[2]


def test_of_a_policy_only_the_nonce_is_blanked_and_of_a_cookie_only_its_value():
    def headers(nonce: str, cookie: str, more: str) -> object:
        told = [("Content-Security-Policy", f"script-src 'nonce-{nonce}'{more}")]
        told += [("Set-Cookie", f"csrftoken={cookie}; Path=/")]
        page = Received("/", 200, told, b"", 0.0)
        return of_trial(SeenTrial(page, [], 0, []), True)["page: headers"]

    assert headers("a1", "x", "") == headers("b2", "y", "") != headers("a1", "x", " https://arm.b")


def test_a_word_that_some_lack_is_a_feature_of_its_own():
    words = [{"words": frozenset({"a", "b"})}, {"words": frozenset({"a"})}]
    first, second = as_observations(words)
    assert first.keys() == second.keys()
    assert (first["words “b”"], second["words “b”"]) == (1.0, 0.0)
