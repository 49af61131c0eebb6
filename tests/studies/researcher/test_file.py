"""An experiment file given in the browser: checked, applied by a worker, or refused in words."""

import re

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from studies.drafting import uploads
from studies.models import Event, Study, Upload
from tests.studies.researcher.pages import SLUG, page
from tests.studies.researcher_scene import SOURCE, Scene

pytestmark = pytest.mark.django_db

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
