"""The export says what checks found and what a person decided, and names nobody."""

import pytest
from django.contrib.auth.models import User

from studies import export
from studies.models import Flag, Review
from tests.studies.factories import enrolled, live_study

pytestmark = pytest.mark.django_db


def test_the_latest_finding_of_each_check_stands_with_its_decision(tmp_path):
    study = live_study()
    person = enrolled(study)
    told = {"participant": person, "found_by": "speed", "version": 1, "consequence": "flag"}
    Flag.objects.create(**told, failed=False, sentence="Nothing yet.")
    Flag.objects.create(**told, failed=True, sentence="Too fast; wrote kim@example.org.")
    actor = User.objects.create_user("dana")
    Review.objects.create(
        participant=person, found_by="speed", actor=actor, decision="set_aside", reason="I know Kim"
    )
    export.write(study, tmp_path)
    written = (tmp_path / "flags.csv").read_text()
    (row,) = written.splitlines()[1:]
    assert row.startswith(f'"{person.code}",False,"speed",1,"flag",True,"Too fast; wrote [e-mail]')
    assert "set_aside" in row
    assert not [name for name in ("kim", "dana", "Kim") if name in written]


def test_without_findings_there_is_the_header_only(tmp_path):
    export.write(live_study(), tmp_path)
    assert len((tmp_path / "flags.csv").read_text().splitlines()) == 1
