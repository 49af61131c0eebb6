"""What researchers see and do, and what they must not: Alice owns, Bob runs the server, Charlie
must see nothing of Alice's."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

import evaluation.urls
from config.environment import ROOT
from generation.models import Job
from studies import uploads
from studies.models import Event, Participant, Study, Upload
from studies.urls import RESEARCHER
from tests.studies.researcher_scene import SOURCE, Scene

pytestmark = pytest.mark.django_db

SLUG = "acceptability-demo"
POSTS = ["generate", "launch", "pause", "resume", "close"]
SAMPLES = {"position": 0, "step": "guide", "pk": 1}
"""What further parts of an address are filled with."""


def about_a_study() -> dict[str, str]:
    """Name → address of every page about one study, in any app: a new one is here by itself."""
    found = {}
    for app, patterns in (("studies", RESEARCHER), ("evaluation", evaluation.urls.urlpatterns)):
        for pattern in patterns:
            parts = pattern.pattern.regex.groupindex
            if "slug" in parts:
                values = {part: SAMPLES[part] for part in parts if part != "slug"}
                name = f"{app}:{pattern.name}"
                found[name] = reverse(name, kwargs={"slug": SLUG, **values})
    return found


PAGES = [f"studies:{p.name}" for p in RESEARCHER if "slug" in p.pattern.regex.groupindex]
PAGES += [f"evaluation:{p.name}" for p in evaluation.urls.urlpatterns]


@pytest.fixture(autouse=True)
def _own_store(tmp_path: Path) -> Iterator[None]:
    with override_settings(
        STORAGES={
            "default": {
                "BACKEND": "django.core.files.storage.FileSystemStorage",
                "OPTIONS": {"location": str(tmp_path)},
            },
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        }
    ):
        yield


@pytest.fixture
def alice() -> User:
    return User.objects.create(username="alice")


@pytest.fixture
def bob() -> User:
    return User.objects.create(username="bob", is_superuser=True)


@pytest.fixture
def charlie() -> User:
    return User.objects.create(username="charlie")


@pytest.fixture
def as_alice(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def page(client: Client, name: str, *args: object, **query: str) -> str:
    """The text of a page that must be there."""
    response = client.get(reverse(f"studies:{name}", args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def address(name: str) -> str:
    """The address of a page about Alice's study."""
    return about_a_study()[name if ":" in name else f"studies:{name}"]


def plain(text: str) -> str:
    """A page without tags and runs of white space."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


# Who may see what


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_charlie_cannot_tell_that_alices_study_exists(
    name: str, method: str, client: Client, alice: User, charlie: User
) -> None:
    client.force_login(charlie)
    absent = getattr(client, method)(address(name)).status_code
    Scene(alice).generate().launch()
    there = getattr(client, method)(address(name)).status_code
    assert there == absent
    assert there in {404, 405}
    assert Study.objects.get(slug=SLUG).state == "live"


@pytest.mark.parametrize("name", PAGES)
def test_whoever_is_not_logged_in_is_sent_to_log_in(name: str, client: Client, alice: User) -> None:
    Scene(alice).generate().launch()
    answers = [client.get(address(name)), client.post(address(name))]
    led = [answer["Location"] for answer in answers if answer.status_code != 405]
    assert led
    assert set(led) == {f"/login/?next={address(name)}"}
    assert Study.objects.get(slug=SLUG).state == "live"


@pytest.mark.parametrize(
    "name", [n for n in PAGES if n.startswith("studies") and n.partition(":")[2] not in POSTS]
)
def test_who_runs_the_server_sees_every_study(
    name: str, client: Client, alice: User, bob: User
) -> None:
    Scene(alice).generate().launch().take_part(2)
    client.force_login(bob)
    assert client.get(address(name)).status_code == 200


def test_the_list_holds_own_studies_and_those_of_nobody(
    client: Client, alice: User, charlie: User
) -> None:
    Scene(alice)
    Scene(None, slug="shared", title="A shared study")
    client.force_login(charlie)
    text = page(client, "list")
    assert "A shared study" in text
    assert SLUG not in text


@pytest.mark.parametrize("name", POSTS)
def test_every_action_needs_its_token(name: str, alice: User) -> None:
    Scene(alice).generate()
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post(address(name)).status_code == 403
    assert not Event.objects.exclude(kind="applied").exists()


@pytest.mark.parametrize("name", ["generate", "pause", "resume"])
def test_looking_changes_nothing(name: str, as_alice: Client, alice: User) -> None:
    Scene(alice)
    assert as_alice.get(address(name)).status_code == 405


# The list


def test_an_empty_list_says_how_to_begin(as_alice: Client) -> None:
    text = page(as_alice, "list")
    assert "manage.py experiment apply" in text
    assert reverse("studies:new") in text


STAGES: list[tuple[str, Callable[[Scene], object], str]] = [
    ("draft", lambda scene: scene, "18 pictures are to be made"),
    ("generating", lambda scene: scene.generate(upto=4), "Workers are making the pictures"),
    (
        "generating",
        lambda scene: scene.generate(upto=9, failed=99),
        "9 pictures could not be made",
    ),
    ("ready", lambda scene: scene.generate(), "then launch"),
    ("live", lambda scene: scene.generate().launch(), "Hand out the raters’ link"),
    ("paused", lambda scene: scene.generate().launch("paused"), "The study is paused"),
    ("closed", lambda scene: scene.generate().launch("closed"), "its answers are final"),
]


@pytest.mark.parametrize(("stage", "arrange", "sentence"), STAGES)
@pytest.mark.parametrize("name", ["list", "study"])
def test_a_study_says_its_stage_and_next_step(
    name: str,
    stage: str,
    arrange: Callable[[Scene], object],
    sentence: str,
    as_alice: Client,
    alice: User,
) -> None:
    arrange(Scene(alice))
    text = page(as_alice, name, *([SLUG] if name == "study" else []))
    assert f'<span class="badge badge-{stage}">{stage}</span>' in text
    assert sentence in plain(text)


def test_simulated_raters_are_counted_apart_and_say_so(as_alice: Client, alice: User) -> None:
    scene = Scene(alice).generate().launch().take_part(3).take_part(4, simulated=True)
    for text in (page(as_alice, "list"), page(as_alice, "study", SLUG)):
        assert "badge-simulated" in text
    seen = plain(page(as_alice, "list"))
    assert "3 of 60 raters finished, 36 pictures judged" in seen
    assert "Simulated 4 finished, 48 judged" in seen
    assert scene.study.participants.count() == 7


# One study


def test_the_page_of_a_live_study_has_the_link_to_hand_out(as_alice: Client, alice: User) -> None:
    scene = Scene(alice).generate().launch()
    assert f"http://localhost/s/{scene.study.link_token}/" in page(as_alice, "study", SLUG)


def test_a_draft_shows_no_link(as_alice: Client, alice: User) -> None:
    scene = Scene(alice).generate()
    assert scene.study.link_token not in page(as_alice, "study", SLUG)


def test_counts_and_coverage_come_with_the_live_part(as_alice: Client, alice: User) -> None:
    scene = Scene(alice, per_item=2, items_each=18).generate().launch()
    scene.take_part(1, answers=18).take_part(1, state="active", answers=3)
    scene.take_part(1, state="lapsed", answers=0)
    text = page(as_alice, "live", SLUG)
    assert 'hx-trigger="every 10s"' in text
    assert 'aria-label="3 of 18 items have all 2 ratings"' in text
    assert "15 items with 1" in plain(text)
    seen = plain(text)
    assert "finished of 60 1" in seen
    assert "taking part 1" in seen
    assert "left 1" in seen


def test_a_study_that_is_not_live_does_not_ask_again(as_alice: Client, alice: User) -> None:
    Scene(alice).generate().launch("closed")
    assert "hx-trigger" not in page(as_alice, "live", SLUG)


def test_the_last_answers_carry_pseudonyms_only(as_alice: Client, alice: User) -> None:
    scene = Scene(alice).generate().launch().take_part(1)
    person = scene.study.participants.get()
    text = page(as_alice, "study", SLUG)
    assert person.code in text
    assert person.token not in text


def test_what_happened_is_told_with_who_did_it(as_alice: Client, alice: User) -> None:
    Scene(alice).generate().launch()
    as_alice.post(address("pause"))
    assert "paused by alice" in plain(page(as_alice, "study", SLUG))


# Making pictures


def test_one_press_asks_for_the_pictures(
    as_alice: Client, alice: User, django_capture_on_commit_callbacks: object
) -> None:
    scene = Scene(alice)
    response = as_alice.post(address("generate"), follow=True)
    assert "The pictures are asked for" in plain(response.content.decode())
    assert Job.objects.filter(recipe__in=scene.recipes).exists()
    assert Event.objects.get(kind="generated").actor == alice


def test_failed_pictures_are_tried_again(as_alice: Client, alice: User) -> None:
    scene = Scene(alice).generate(upto=9, failed=99)
    as_alice.post(address("generate"))
    assert not Job.objects.filter(recipe__in=scene.recipes, state=Job.State.FAILED).exists()


def test_progress_asks_again_while_pictures_are_made(as_alice: Client, alice: User) -> None:
    Scene(alice).generate(upto=5)
    text = page(as_alice, "progress", SLUG)
    assert 'hx-trigger="every 2s"' in text
    assert "5 of 18 pictures made, 2 in work" in plain(text)


def test_the_page_is_loaded_anew_when_the_last_picture_is_there(
    as_alice: Client, alice: User
) -> None:
    Scene(alice).generate()
    response = as_alice.get(address("progress"))
    assert response["HX-Refresh"] == "true"
    assert "hx-trigger" not in response.content.decode()


def test_why_pictures_failed_is_said_once(as_alice: Client, alice: User) -> None:
    Scene(alice).generate(upto=9, failed=5)
    assert page(as_alice, "progress", SLUG).count("ran out of memory") == 1


# Gallery


def test_the_gallery_shows_originals_beside_what_conditions_made(
    as_alice: Client, alice: User
) -> None:
    Scene(alice).generate()
    text = page(as_alice, "gallery", SLUG)
    assert text.count("picture-original") == 3
    assert text.count("<img") == 3 + 18
    assert "8.0/255" in text


def test_the_gallery_is_filtered_by_factor(as_alice: Client, alice: User) -> None:
    Scene(alice).generate()
    text = page(as_alice, "gallery", SLUG, protection="glaze", budget="0.07", artist="Claude Monet")
    assert text.count("<img") == 1 + 2
    assert "The Cradle" not in text


def test_a_level_that_does_not_exist_is_left_out(as_alice: Client, alice: User) -> None:
    Scene(alice).generate()
    assert page(as_alice, "gallery", SLUG, protection="mist'--").count("<img") == 21


def test_the_gallery_leads_from_a_number_to_its_items(as_alice: Client, alice: User) -> None:
    Scene(alice, items_each=5).generate().launch().take_part(1)
    assert (
        page(as_alice, "gallery", SLUG, ratings="1").count("studies/acceptability-demo/items/") == 5
    )
    assert (
        page(as_alice, "gallery", SLUG, ratings="7").count("studies/acceptability-demo/items/") == 0
    )


def test_a_picture_that_is_not_there_says_why(as_alice: Client, alice: User) -> None:
    Scene(alice).generate(upto=3, failed=2)
    text = page(as_alice, "gallery", SLUG)
    assert "ran out of memory" in text
    assert "step 24 of 60" in text


def test_a_page_of_an_item_has_its_answers(as_alice: Client, alice: User) -> None:
    scene = (
        Scene(alice, items_each=18).generate().launch().take_part(2).take_part(1, simulated=True)
    )
    text = page(as_alice, "item", SLUG, scene.items[2].position)
    assert text.count('class="spread"') == 4
    assert "glaze" in text
    assert scene.study.participants.first().code in text


def test_an_item_that_does_not_exist_is_not_found(as_alice: Client, alice: User) -> None:
    Scene(alice)
    assert as_alice.get(reverse("studies:item", args=[SLUG, 999])).status_code == 404


# Rows behind the numbers


def test_participants_are_filtered_by_sort_and_state(as_alice: Client, alice: User) -> None:
    scene = Scene(alice).generate().launch()
    scene.take_part(2).take_part(1, state="lapsed", answers=1).take_part(3, simulated=True)
    assert "6 in all" in page(as_alice, "participants", SLUG)
    assert "3 in all" in page(as_alice, "participants", SLUG, raters="simulated")
    left = page(as_alice, "participants", SLUG, raters="real", state="lapsed")
    assert "1 in all" in left
    assert "1 of 1" in left


def test_answers_are_filtered_by_pseudonym(as_alice: Client, alice: User) -> None:
    scene = Scene(alice).generate().launch().take_part(2)
    code = scene.study.participants.first().code
    assert "24 judged pictures" in page(as_alice, "answers", SLUG)
    assert "12 judged pictures" in page(as_alice, "answers", SLUG, participant=code)
    assert "No answers match" in page(as_alice, "answers", SLUG, participant="P-NONE")


def test_long_lists_are_cut_into_pages_that_keep_the_filter(as_alice: Client, alice: User) -> None:
    Scene(alice).generate().launch().take_part(5)
    text = page(as_alice, "answers", SLUG, raters="real")
    assert "1 of 2" in text
    assert "raters=real&amp;page=2" in text
    assert "judged" in page(as_alice, "answers", SLUG, raters="real", page="2")
    assert "judged" in page(as_alice, "answers", SLUG, page="nonsense")


# Launch, pause, close


def test_before_launch_the_page_says_what_will_be_frozen(as_alice: Client, alice: User) -> None:
    Scene(alice).generate()
    seen = plain(page(as_alice, "launch", SLUG))
    assert "All checks passed" in seen
    assert "18 of 18 made" in seen
    assert "0 · 0.03 · 0.07" in seen


def test_launching_freezes_under_a_hash_that_is_shown(as_alice: Client, alice: User) -> None:
    scene = Scene(alice).generate()
    response = as_alice.post(address("launch"), follow=True)
    scene.study.refresh_from_db()
    sha256 = scene.study.protocol.design_sha256
    assert scene.study.state == "live"
    assert re.fullmatch("[0-9a-f]{64}", sha256)
    assert response.content.decode().count(sha256) >= 2
    assert Event.objects.get(kind="launched").actor == alice


def test_a_second_press_launches_nothing_twice(as_alice: Client, alice: User) -> None:
    Scene(alice).generate()
    as_alice.post(address("launch"))
    response = as_alice.post(address("launch"), follow=True)
    assert "launched already" in response.content.decode()
    assert Event.objects.filter(kind="launched").count() == 1


def test_a_study_without_its_pictures_cannot_be_launched(as_alice: Client, alice: User) -> None:
    scene = Scene(alice).generate(upto=5)
    text = page(as_alice, "launch", SLUG)
    assert "13 of 18 pictures are not made yet" in text
    assert re.search(r"<button[^>]* disabled>Freeze and launch", text)
    response = as_alice.post(address("launch"), follow=True)
    assert "pictures are not made yet" in response.content.decode()
    scene.study.refresh_from_db()
    assert scene.study.state == "draft"


@pytest.mark.parametrize(
    ("before", "action", "after"),
    [
        ("live", "pause", "paused"),
        ("paused", "resume", "live"),
        ("live", "close", "closed"),
        ("paused", "close", "closed"),
    ],
)
def test_a_study_moves_and_the_move_is_recorded(
    before: str, action: str, after: str, as_alice: Client, alice: User
) -> None:
    scene = Scene(alice).generate().launch(before)
    as_alice.post(address(action))
    scene.study.refresh_from_db()
    assert scene.study.state == after
    assert Event.objects.latest("pk").actor == alice


@pytest.mark.parametrize("action", ["pause", "resume", "close"])
def test_a_move_that_cannot_be_is_refused_in_words(
    action: str, as_alice: Client, alice: User
) -> None:
    scene = Scene(alice).generate()
    response = as_alice.post(address(action), follow=True)
    assert "is draft; it cannot be" in response.content.decode()
    scene.study.refresh_from_db()
    assert scene.study.state == "draft"


def test_before_closing_the_page_says_who_is_cut_short(as_alice: Client, alice: User) -> None:
    Scene(alice).generate().launch().take_part(1).take_part(2, state="active", answers=1)
    seen = plain(page(as_alice, "close", SLUG))
    assert "2 participants are in the middle of it" in seen
    assert "1 of 60 participants" in seen


# Downloads


def test_the_table_is_downloaded_as_csv(as_alice: Client, alice: User) -> None:
    Scene(alice).generate().launch().take_part(2)
    response = as_alice.get(address("table"))
    assert response["Content-Disposition"] == f'attachment; filename="{SLUG}-responses.csv"'
    assert response["Content-Type"].startswith("text/csv")
    assert len(response.content.decode().splitlines()) == 1 + 2 * 12 * 2


def test_the_export_is_the_same_bytes_each_time(as_alice: Client, alice: User) -> None:
    Scene(alice).generate().launch().take_part(2).take_part(1, simulated=True)
    first, second = (as_alice.get(address("export")).content for _ in range(2))
    assert first == second
    names = ZipFile(BytesIO(first)).namelist()
    assert f"{SLUG}/responses.csv" in names
    assert f"{SLUG}/responses_SIMULATED.csv" in names


def test_the_experiment_file_is_downloaded_as_it_was_given(as_alice: Client, alice: User) -> None:
    scene = Scene(alice)
    assert as_alice.get(address("file")).content.decode() == scene.study.protocol.source


# The experiment file

GOOD = SOURCE.format(slug="fresh", title="Fresh", places=3, items_each=4, per_item=1)
SIMPLE = re.sub(r"    glaze: .*\n", "", GOOD)
"""Without a cloak: applying it needs no network."""


def test_a_wrong_file_gets_its_lines_and_nothing_is_lost(as_alice: Client) -> None:
    wrong = GOOD.replace("per_item: 1", "per_item: none").replace("title: ", "titel: ")
    response = as_alice.post(reverse("studies:new"), {"text": wrong})
    text = response.content.decode()
    assert response.status_code == 422
    assert 'data-line="2"' in text
    assert "Did you mean “title”?" in text
    assert escape('titel: "Fresh"') in text
    assert escape(wrong) in text
    assert not Upload.objects.exists()


def test_a_text_is_checked_while_it_is_written(as_alice: Client) -> None:
    check = reverse("studies:check")
    assert "well formed" in as_alice.post(check, {"text": GOOD}).content.decode()
    assert 'data-line="1"' in as_alice.post(check, {"text": "experiment: A B\n"}).content.decode()
    assert not Upload.objects.exists()


def test_a_file_takes_the_place_of_the_text(as_alice: Client) -> None:
    file = SimpleUploadedFile("mine.yaml", ("\ufeff" + GOOD).replace("\n", "\r\n").encode())
    as_alice.post(reverse("studies:new"), {"text": "old", "file": file})
    assert Upload.objects.get().text == GOOD


def test_a_file_that_is_no_text_loses_nothing(as_alice: Client) -> None:
    file = SimpleUploadedFile("cat.png", b"\x89PNG\xff\xfe")
    response = as_alice.post(reverse("studies:new"), {"text": GOOD, "file": file})
    assert response.status_code == 422
    assert "cat.png is no text" in response.content.decode()
    assert escape(GOOD) in response.content.decode()


def given(client: Client, text: str) -> Upload:
    """Hand a file over as the page does."""
    response = client.post(reverse("studies:new"), {"text": text})
    return Upload.objects.get(pk=response["Location"].rstrip("/").rpartition("/")[2])


def test_a_worker_applies_the_file_and_the_page_leads_to_the_study(
    as_alice: Client, alice: User
) -> None:
    Scene(None, slug="other")
    upload = given(as_alice, SIMPLE)
    waiting = page(as_alice, "upload", upload.pk)
    assert "Waiting for a worker" in waiting
    assert 'hx-trigger="every 1s"' in waiting
    uploads.carry_out(upload=upload)
    response = as_alice.get(reverse("studies:upload", args=[upload.pk]))
    assert response["Location"] == reverse("studies:study", args=["fresh"])
    assert Study.objects.get(slug="fresh").owner == alice
    part = as_alice.get(reverse("studies:upload", args=[upload.pk]), headers={"HX-Request": "true"})
    assert part["HX-Redirect"] == reverse("studies:study", args=["fresh"])


def test_what_the_worker_refuses_comes_back_with_its_text(as_alice: Client) -> None:
    upload = given(as_alice, SIMPLE.replace("method: square", "method: squire"))
    uploads.carry_out(upload=upload)
    text = page(as_alice, "upload", upload.pk)
    assert "squire" in text
    assert 'data-line="5"' in text
    assert escape(upload.text) in text
    assert not Study.objects.filter(slug="fresh").exists()


def test_a_missing_collection_is_said_in_words(as_alice: Client) -> None:
    upload = given(as_alice, SIMPLE)
    uploads.carry_out(upload=upload)
    assert "There is no collection “demo”" in page(as_alice, "upload", upload.pk)


def test_a_name_that_is_taken_is_refused(client: Client, alice: User, charlie: User) -> None:
    Scene(alice, slug="fresh")
    client.force_login(charlie)
    upload = given(client, SIMPLE)
    uploads.carry_out(upload=upload)
    assert "is taken" in page(client, "upload", upload.pk)
    assert Study.objects.get(slug="fresh").owner == alice


def test_a_file_is_applied_once_however_often_the_queue_says_so(as_alice: Client) -> None:
    Scene(None, slug="other")
    upload = given(as_alice, SIMPLE)
    again = Upload.objects.get(pk=upload.pk)
    uploads.carry_out(upload=upload)
    uploads.carry_out(upload=again)
    assert Event.objects.filter(study__slug="fresh").count() == 1


def test_a_worker_that_starts_takes_up_what_others_lost(
    as_alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = given(as_alice, SIMPLE)
    Upload.objects.update(state=Upload.State.WORKING)
    sent: list[list[int]] = []
    monkeypatch.setattr(uploads.app, "send_task", lambda _name, args: sent.append(args))
    assert uploads.take_up_again() == 1
    assert sent == [[upload.pk]]
    assert Upload.objects.get().state == Upload.State.WAITING


def test_charlie_sees_no_file_of_alices(as_alice: Client, charlie: User) -> None:
    upload = given(as_alice, SIMPLE)
    as_alice.force_login(charlie)
    assert as_alice.get(reverse("studies:upload", args=[upload.pk])).status_code == 404


def test_a_draft_is_edited_where_it_stands(as_alice: Client, alice: User) -> None:
    scene = Scene(alice)
    assert escape(scene.study.protocol.source) in page(as_alice, "edit", SLUG)


def test_the_file_of_a_launched_study_says_that_it_is_frozen(as_alice: Client, alice: User) -> None:
    Scene(alice).generate().launch()
    assert "its design is frozen" in page(as_alice, "edit", SLUG)


# The number of queries does not grow with what a page shows


def queries_of(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


WORKS = tuple((painter, f"{painter} {n}") for painter in ("Monet", "Morisot") for n in range(3))


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("list", 7),
        ("study", 21),
        ("live", 9),
        ("progress", 9),
        ("gallery", 8),
        ("item", 16),
        ("participants", 5),
        ("answers", 7),
        ("launch", 19),
        ("table", 5),
    ],
)
def test_the_number_of_queries_is_fixed(
    name: str, number: int, as_alice: Client, alice: User
) -> None:
    draft = name == "launch"
    where = reverse("studies:list") if name == "list" else address(name)
    small = Scene(alice, works=WORKS[:2]).generate()
    if not draft:
        small.launch().take_part(1)
    few = queries_of(as_alice, where)
    assert few == number
    if not draft:
        small.take_part(9).take_part(5, simulated=True)
    for number_ in range(3):
        Scene(alice, slug=f"more-{number_}", works=WORKS).generate().launch().take_part(2)
    assert queries_of(as_alice, where) == few


def test_the_store_of_these_tests_is_their_own(tmp_path: Path) -> None:
    assert str(tmp_path) in default_storage.path("x")
    assert not Participant.objects.exists()


# Preview


def test_the_preview_shows_each_page_of_the_raters_way(as_alice: Client, alice: User) -> None:
    Scene(alice).generate()
    seen = []
    where = reverse("studies:rehearsal", args=[SLUG])
    while where != reverse("studies:study", args=[SLUG]):
        text = as_alice.get(where).content.decode()
        assert "PREVIEW" in text
        seen.append(re.search(r"<h1[^>]*>(.*?)</h1>", text, re.DOTALL).group(1))  # type: ignore[union-attr]
        where = as_alice.post(where)["Location"]
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
    assert full.json() == {"next": reverse("studies:preview", args=[SLUG, "trial-2"])}


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


# What the web process is made of

WALK = """
import sys, django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.contrib.auth.models import User
from django.test import Client
from tests.studies.researcher_scene import Scene, SOURCE
from tests.studies.test_researcher_pages import about_a_study
alice = User.objects.create(username="alice")
Scene(alice).generate()
client = Client(SERVER_NAME="localhost")
client.force_login(alice)
pages = about_a_study()
client.post("/experiment/", {"text": SOURCE.format(
    slug="other", title="Other", places=3, items_each=4, per_item=1)})
for step in ("generate", "launch", "pause", "resume"):
    assert client.post(pages[f"studies:{step}"]).status_code == 302
for name, address in pages.items():
    assert client.get(address).status_code in {200, 302, 404, 405}, name
print([name for name in ("torch", "torchvision", "diffusers", "lpips") if name in sys.modules])
"""


def test_no_page_loads_torch_into_the_web_process(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WALK],
        cwd=ROOT,
        env={**os.environ, "VAR_DIR": str(tmp_path), "LOG_LEVEL": "ERROR"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[]\n"
