"""Participants' browsers are sent nowhere else: no page, script or style names another origin."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from studies.models import Withdrawal
from tests.studies.factories import enrolled, fieldwork, finish, live_study

LOADS = re.compile(
    r"(?:\b(?:src|href|action|srcset|poster|data)\s*=\s*[\"']?|url\(\s*[\"']?|@import\s+[\"'])"
    r"(?:[a-z]+:)?//([\w.:-]+)",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"(?:\bhttps?:|\bwss?:|[\"'(])//([\w.-]+\.\w+)")


@pytest.mark.django_db
def test_no_page_from_the_first_to_the_receipt_loads_from_elsewhere(client: Client) -> None:
    study = live_study()
    person = enrolled(study)
    trial = fieldwork.next_trial(person)
    assert trial is not None
    home = f"/p/{person.token}/"
    first = [f"/s/{study.link_token}/", f"/s/{study.link_token}/no/", f"{home}guide/"]
    pages = [client.get(at) for at in [*first, f"{home}t/{trial.token}/", f"{home}stored/"]]
    finish(person)
    pages += [client.get(f"{home}done/"), client.get(f"{home}withdraw/")]
    pages.append(client.post(f"{home}withdraw/", {"choice": "erase"}, follow=True))
    assert Withdrawal.objects.exists()
    assert [page.status_code for page in pages] == [200] * len(pages)
    named = {found for page in pages for found in LOADS.findall(page.content.decode())}
    assert named <= {urlsplit(settings.SITE_URL).netloc}  # the personal link, whole


def test_no_script_and_no_style_names_another_origin() -> None:
    files = [p for p in Path(settings.BASE_DIR, "static").rglob("*") if p.suffix in {".js", ".css"}]
    named = {name for path in files for name in ADDRESS.findall(path.read_text())}
    assert len(files) > 5
    assert not named
