"""Who may see what: Charlie is refused wherever Alice is at home."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from studies.models import Event, Study
from tests.studies.researcher.pages import (
    NOT_IN_THE_SCENE,
    PAGES,
    POSTS,
    SLUG,
    address,
    page,
)
from tests.studies.researcher_scene import Scene

pytestmark = pytest.mark.django_db
TO_LOOK_AT = [
    f"studies:{name}"
    for name in (n.partition(":")[2] for n in PAGES if n.startswith("studies"))
    if name not in (*POSTS, *NOT_IN_THE_SCENE)
]


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


@pytest.mark.parametrize("name", TO_LOOK_AT)
def test_who_runs_the_server_sees_every_study(
    name: str, client: Client, alice: User, bob: User
) -> None:
    Scene(alice).generate().launch().take_part(2)
    client.force_login(bob)
    assert client.get(address(name), follow=True).status_code == 200  # or leads to where it is


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
