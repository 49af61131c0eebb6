"""A rater's way through a study, as any browser takes it, without a line of JavaScript."""

import json
import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.template import Context, Template
from django.test import Client
from django.utils import timezone

from studies import fieldwork
from studies.live.plan import plan_of
from studies.models import Event, Participant, Response, Study
from tests.studies.factories import a_person, an_answer, enrolled, finish, live_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return live_study()


def agree(client: Client, study: Study, **changes: object):
    """Open the landing page and send its form as it stands, both boxes ticked."""
    form = agreement(client, study) | changes
    return client.post(f"/s/{study.link_token}/", {k: v for k, v in form.items() if v})


def agreement(client: Client, study: Study) -> dict[str, object]:
    page = client.get(f"/s/{study.link_token}/")
    form = dict(re.findall(r'name="(visit|text)" value="([^"]+)"', page.content.decode()))
    return form | {"consent-0": "yes", "consent-1": "yes"}


def person() -> Participant:
    return Participant.objects.get()


def current(participant: Participant) -> str:
    return f"/p/{participant.token}/t/{fieldwork.next_trial(participant).token}/"


def text_of(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def test_the_whole_way_from_consent_to_code(client, study):
    response = agree(client, study)
    home = response["Location"]
    about = client.get(home)["Location"]
    client.post(about, a_person(study))
    guide = client.get(home)["Location"]
    assert "Begin with practice" in text_of(client.get(guide))
    address = current(person())
    for _ in range(8):
        assert client.get(address).status_code == 200
        address = client.post(address, an_answer(study))["Location"]
    assert address.endswith("/done/")
    assert person().completion_code in text_of(client.get(address))
    assert Response.objects.count() == 2 + 2 * 8


def test_looking_takes_no_place_and_changes_nothing(client, study):
    for _ in range(100):
        client.get(f"/s/{study.link_token}/")
        client.head(f"/s/{study.link_token}/")
    assert not Participant.objects.exists()
    assert not Event.objects.exists()


def test_consent_needs_every_box(client, study):
    response = agree(client, study, **{"consent-1": ""})
    assert response.status_code == 422
    assert "please tick both boxes" in text_of(response)
    assert 'name="consent-0" value="yes" checked' in text_of(response)
    assert not Participant.objects.exists()


def test_a_text_that_changed_in_between_is_shown_again(client, study):
    response = agree(client, study, text="0" * 64)
    assert response.status_code == 422
    assert "has changed" in text_of(response)
    assert not Participant.objects.exists()


def test_the_text_that_was_agreed_to_is_kept_by_its_hash(client, study):
    agree(client, study)
    assert person().consent_sha256 == plan_of(study).consent_sha256


def test_starting_twice_from_one_browser_is_one_participant(client, study):
    assert agree(client, study)["Location"] == agree(client, study)["Location"]
    assert Participant.objects.count() == 1


def test_a_double_click_without_cookies_is_one_participant(study):
    page = Client().get(f"/s/{study.link_token}/").content.decode()
    form = dict(re.findall(r'name="(visit|text)" value="([^"]+)"', page))
    form |= {"consent-0": "yes", "consent-1": "yes"}
    places = {Client().post(f"/s/{study.link_token}/", form)["Location"] for _ in range(2)}
    assert len(places) == Participant.objects.count() == 1


def test_a_forged_visit_cannot_choose_its_token(client, study):
    agree(client, study, visit="my-own-token-0123456789:signature")
    assert person().token != "my-own-token-0123456789"


def test_the_open_link_leads_back_to_where_one_left_off(client, study):
    agree(client, study)
    fieldwork.describe(participant=person(), answers=a_person(study))
    client.get(current(person()))
    finish(person(), 3)
    back = client.get(f"/s/{study.link_token}/", follow=True)
    assert back.redirect_chain[-1][0] == current(person())


def test_the_personal_link_leads_back_on_another_device(study):
    participant = enrolled(study)
    Client().get(current(participant))
    finish(participant, 4)
    back = Client().get(f"/p/{participant.token}/", follow=True)
    assert back.redirect_chain[-1][0] == current(participant)
    assert '<h1 class="progress-words" tabindex="-1">3 of 6</h1>' in text_of(back)


def test_declining_stores_nothing(client, study):
    response = client.get(f"/s/{study.link_token}/no/")
    assert "Nothing about your visit is stored" in text_of(response)
    assert not Participant.objects.exists()


@pytest.mark.parametrize("state", ["draft", "paused", "closed"])
def test_a_study_that_is_not_open_says_so(client, study, state):
    Study.objects.update(state=state)
    response = client.get(f"/s/{study.link_token}/")
    assert response.status_code == 409
    assert "This study" in text_of(response)


def test_a_full_study_says_so_before_and_after_the_form(client):
    study = live_study(raters={"participants": 1})
    page = Client().get(f"/s/{study.link_token}/")
    assert page.status_code == 200
    enrolled(study)
    assert "places" in text_of(client.get(f"/s/{study.link_token}/"))
    assert agree(client, study).status_code == 409


@pytest.mark.parametrize("address", ["/s/unknown/", "/p/unknown/", "/p/unknown/done/"])
def test_an_unknown_link_says_what_to_do(client, address):
    response = client.get(address)
    assert response.status_code == 404
    assert "Open the whole link once more" in text_of(response)


def test_nothing_is_preselected(client, study):
    participant = enrolled(study)
    assert " checked>" not in client.get(current(participant)).content.decode().split("<form")[1]


def test_a_missing_answer_is_named_and_the_other_is_kept(client, study):
    address = current(enrolled(study))
    response = client.post(address, {"acceptability": "4"})
    assert response.status_code == 422
    assert "Still open: “How noticeable is the change?”" in text_of(response)
    assert 'name="acceptability" value="4" checked' in text_of(response)
    assert not Response.objects.filter(trial__isnull=False).exists()


def test_a_missing_choice_about_the_person_keeps_the_others(client, study):
    participant = fieldwork.enrol(study=study, consent_sha256="c" * 64)
    response = client.post(f"/p/{participant.token}/about/", {"posting": "Never"})
    assert response.status_code == 422
    assert 'value="Never" checked' in text_of(response)
    assert not participant.responses.exists()


def test_going_back_leads_forward_and_says_that_all_is_saved(client, study):
    participant = enrolled(study)
    first = current(participant)
    client.get(first)
    client.post(first, an_answer(study))
    back = client.get(first, follow=True)
    assert back.redirect_chain[-1][0] == current(participant) + "?note=saved"
    assert "Your earlier answers are saved" in text_of(back)


def test_reloading_a_trial_shows_the_same_trial(client, study):
    address = current(enrolled(study))
    first, again = (re.findall(r"/i/([\w-]+)\.png", text_of(client.get(address))) for _ in range(2))
    assert first == again


def test_a_trial_whose_turn_has_not_come_is_not_shown(client, study):
    participant = enrolled(study)
    later = participant.trials.last()
    response = client.get(f"/p/{participant.token}/t/{later.token}/")
    assert response["Location"] == current(participant)
    later.refresh_from_db()
    assert later.shown_at is None


def test_a_double_click_writes_one_answer(client, study):
    address = current(enrolled(study))
    first, second = (client.post(address, an_answer(study)) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Response.objects.filter(trial__isnull=False).count() == 2


def test_a_second_tab_with_another_answer_hears_that_the_first_counts(client, study):
    address = current(enrolled(study))
    client.get(address)
    client.post(address, an_answer(study, 5))
    response = client.post(address, an_answer(study, 1), follow=True)
    assert "Your first answer is kept" in text_of(response)
    values = Response.objects.filter(trial__isnull=False).values_list("value", flat=True)
    assert set(values) == {5}


def test_saving_by_script_answers_in_json(client, study):
    participant = enrolled(study)
    address = current(participant)
    lacking = client.post(address, {}, headers={"Accept": "application/json"})
    saved = client.post(address, an_answer(study), headers={"Accept": "application/json"})
    assert (lacking.status_code, lacking.json()["missing"]) == (
        422,
        ["acceptability", "noticeability"],
    )
    assert saved.json() == {"next": f"/p/{participant.token}/guide/", "kept": True, "page": ""}


def test_the_next_trial_comes_with_the_receipt_as_its_address_would_show_it(client, study):
    participant = enrolled(study)
    client.get(current(participant))
    script = {"Accept": "application/json"}
    said = client.post(current(participant), an_answer(study), headers=script).json()
    upcoming = fieldwork.next_trial(participant)
    assert upcoming.shown_at is not None
    assert said["next"] == current(participant) == f"/p/{participant.token}/t/{upcoming.token}/"
    assert bare(said["page"]) == bare(client.get(said["next"]).text)
    assert " checked" not in said["page"].replace("data-keys-switch checked", "")


def test_nothing_but_a_trial_comes_with_the_receipt(client, study):
    participant, script = enrolled(study), {"Accept": "application/json"}
    first = current(participant)
    client.get(first)
    for _ in range(participant.trials.count() - 1):
        client.post(current(participant), an_answer(study), headers=script)
    last = client.post(current(participant), an_answer(study), headers=script).json()
    assert last == {"next": f"/p/{participant.token}/done/", "kept": True, "page": ""}
    again = client.post(first, an_answer(study), headers=script).json()
    assert again == {"next": f"/p/{participant.token}/done/", "kept": True, "page": ""}


def bare(page: str) -> str:
    """Without what each response draws anew."""
    return re.sub(r'(nonce|csrfmiddlewaretoken" value)="[^"]+"', "", page)


def test_what_the_browser_tells_of_the_viewing_is_kept_when_it_makes_sense(client, study):
    participant = enrolled(study)
    client.post(current(participant), an_answer(study) | {"rt_ms": "2345", "viewing": viewing()})
    trial = participant.trials.first()
    assert trial.rt_ms == 2345
    assert trial.viewing["pictures"][0]["natural"] == [32, 32]


@pytest.mark.parametrize(
    "told",
    ["", "{", "[]", '{"mode": "side"}', "9" * 5000, '{"extra": 1}', "null"],
)
def test_a_viewing_report_that_makes_no_sense_costs_no_answer(client, study, told):
    participant = enrolled(study)
    client.post(current(participant), an_answer(study) | {"rt_ms": "-1e9", "viewing": told})
    trial = participant.trials.first()
    assert trial.answered_at
    assert (trial.rt_ms, trial.viewing) == (None, {})


def test_whoever_was_away_too_long_is_welcomed_back_while_there_is_room(client, study):
    participant = lapsed(study)
    page = client.get(f"/p/{participant.token}/", follow=True)
    assert "Welcome back" in text_of(page)
    assert fieldwork.next_trial(participant) is None
    client.post(f"/p/{participant.token}/place/")
    assert fieldwork.next_trial(participant) is not None


def test_whoever_answered_something_may_finish_when_the_place_is_gone(client):
    study = live_study(raters={"participants": 1})
    participant = lapsed(study, answered=4)
    enrolled(study)
    page = client.get(f"/p/{participant.token}/", follow=True)
    assert "Your answers are saved (2 pictures)" in text_of(page)
    client.post(f"/p/{participant.token}/place/")
    assert fieldwork.next_trial(participant) is not None


def test_whoever_was_away_too_long_is_thanked_when_the_place_is_gone(client):
    study = live_study(raters={"participants": 1})
    participant = lapsed(study, answered=2)
    enrolled(study)
    page = client.get(f"/p/{participant.token}/", follow=True)
    assert "you had not answered a picture yet" in text_of(page)
    assert participant.code in text_of(page)
    assert client.post(f"/p/{participant.token}/place/").status_code == 409


def test_a_closed_study_thanks_whoever_is_in_the_middle(client, study):
    participant = enrolled(study)
    address = current(participant)
    Study.objects.update(state=Study.State.CLOSED)
    page = client.post(address, an_answer(study), follow=True)
    assert "This study has ended" in text_of(page)


def test_the_code_is_not_shown_before_the_end(client, study):
    participant = enrolled(study)
    assert client.get(f"/p/{participant.token}/done/").status_code == 302
    finish(participant)
    participant.refresh_from_db()
    assert participant.completion_code in text_of(client.get(f"/p/{participant.token}/done/"))


def test_pictures_are_for_their_participant_while_taking_part(client, study):
    mine, yours = enrolled(study), enrolled(study)
    address = re.findall(r"/p/[\w-]+/i/[\w-]+\.png", text_of(client.get(current(mine))))[0]
    assert client.get(address).status_code == 200
    assert client.get(address.replace(mine.token, yours.token)).status_code == 404
    finish(mine)
    assert client.get(address).status_code == 404


def test_a_researchers_text_cannot_bring_a_script(client):
    study = live_study(information="Hello <script>alert(1)</script> [x](javascript:alert(1)) **b**")
    page = client.get(f"/s/{study.link_token}/").content.decode()
    assert "<script>alert" not in page
    assert 'href="javascript' not in page
    assert "<strong>b</strong>" in page


def test_pages_are_never_kept_by_a_cache(client, study):
    participant = enrolled(study)
    for address in (f"/s/{study.link_token}/", current(participant)):
        assert "no-store" in client.get(address)["Cache-Control"]


def test_a_page_of_a_trial_costs_the_same_few_queries(client, study, django_assert_max_num_queries):
    participant = enrolled(study)
    client.get(current(participant))
    with django_assert_max_num_queries(8):
        client.get(current(participant))
    with django_assert_max_num_queries(15):
        client.post(current(participant), an_answer(study))


def lapsed(study: Study, answered: int = 3) -> Participant:
    participant = enrolled(study)
    finish(participant, answered)
    past = timezone.now() - timedelta(minutes=1)
    Participant.objects.filter(pk=participant.pk).update(lease_until=past)
    fieldwork.give_back(study=study)
    return participant


def viewing() -> str:
    picture = {
        "natural": [32, 32], "rendered": [358.5, 358.5], "decoded_ms": 80, "visible_ms": 95,
        "shown_ms": 2100,
    }  # fmt: skip
    return json.dumps(
        {
            "mode": "flip", "scale": "column", "viewport": [390, 844], "pixel_ratio": 3,
            "page_scale": 1, "pictures": [picture, picture], "hidden_ms": 0, "flips": 3, "zooms": 1,
            "largest_zoom": 2.5, "actual_size": True, "load_failures": 0, "save_attempts": 1,
            "keys": 2,
        }
    )  # fmt: skip


def test_every_module_of_a_trial_is_fetched_under_its_hashed_name():
    request = SimpleNamespace(csp_nonce="nonce")
    page = Template("{% load modules %}{% trial_modules %}").render(Context({"request": request}))
    modules = {path.name for path in (settings.BASE_DIR / "static" / "rater").glob("*.js")}
    for name in modules - {"trial.js", "copy.js", "framed.js"}:
        assert page.count(f"rater/{name}") == 3, name
