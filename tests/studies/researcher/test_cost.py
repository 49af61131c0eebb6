"""What a page costs: a fixed number of queries, and no torch."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.environment import ROOT
from studies.models import Participant
from tests.studies.researcher.pages import address
from tests.studies.researcher_scene import Scene

pytestmark = pytest.mark.django_db


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
        ("study", 26),
        ("live", 14),
        ("progress", 9),
        ("gallery", 8),
        ("item", 16),
        ("participants", 5),
        ("answers", 7),
        ("texts", 8),
        ("launch", 32),
        ("table", 7),
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


# What the web process is made of

WALK = """
import sys, django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.contrib.auth.models import User
from django.test import Client
from tests.studies.researcher_scene import Scene, SOURCE
from tests.studies.researcher.pages import about_a_study
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
