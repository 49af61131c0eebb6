"""The page Recruitment: what it shows, and what it asks before it spends."""

from io import StringIO
from logging import StreamHandler, getLogger

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from structlog.stdlib import ProcessorFormatter

from studies.channels import Exit
from studies.models import BonusBatch
from studies.recruitment.receipts import exit_code
from studies.recruitment.stand_in import Fault
from studies.recruitment.submissions import poll
from tests.studies.factories import live_study
from tests.studies.recruitment.conftest import arrived
from tests.studies.recruitment.test_submissions import worked

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(db) -> Client:
    client = Client()
    client.force_login(User.objects.create(username="alice"))
    return client


def press(alice: Client, study, deed: str, **form: str) -> str:
    address = f"/studies/{study.slug}/recruitment/{deed}/"
    return alice.post(address, form, follow=True).content.decode()


def read(alice: Client, study) -> str:
    return alice.get(f"/studies/{study.slug}/recruitment/").content.decode()


POOL = {"site": "https://pool.example", "experiment": 12, "credit_token": "ab12"}
BACK = {str(leaving): "https://panel.example/?r={rid}" for leaving in Exit}
BY_HAND = [
    ("open_link", {}, "/", []),
    ("connect", {}, "/", [Exit.COMPLETED]),
    ("connect", {"completed": "https://connect.example/?c={code}"}, "/", []),
    ("sona", POOL, "/?survey_code=%SURVEY_CODE%", []),
    ("panel", {"parameters": {"rid": "[rid]"}, "person": "rid"}, "/?rid=[rid]", list(Exit)),
    ("panel", {"parameters": {"rid": ""}, "person": "rid", "addresses": BACK}, "/", []),
]


@pytest.mark.parametrize(("kind", "settings", "ending", "coded"), BY_HAND)
def test_what_is_to_be_entered_at_a_panel_stands_on_the_page(alice, kind, settings, ending, coded):
    study = live_study(channel={"kind": kind, "settings": settings})
    page = read(alice, study)
    assert f'value="http://localhost/s/{study.link_token}{ending}"' in page
    assert set(study.exit_codes.values_list("exit", flat=True)) == set(coded)
    assert all(exit_code(study, leaving) in page for leaving in coded)
    assert ("recruitment compare drawn" in page) == (kind != "open_link")


def test_each_group_has_a_link_of_its_own(alice):
    quotas = {"by": "launch", "places": {"north": 4, "the south": 4}}
    channel = {"kind": "open_link", "settings": {"stratum": "group"}}
    study = live_study(channel=channel, raters={"quotas": quotas})
    page = read(alice, study)
    for ending in ("group=north", "group=the+south"):
        assert f'value="http://localhost/s/{study.link_token}/?{ending}"' in page


def test_a_study_that_is_no_longer_open_says_what_to_do(alice):
    assert "resume it on its Overview" in read(alice, live_study(state="paused"))


def test_the_overview_of_a_panels_study_leads_to_what_the_panel_needs(alice):
    live_study(channel={"kind": "connect", "settings": {}})
    page = alice.get("/studies/drawn/").content.decode()
    assert "Raters come from CloudResearch Connect" in page
    assert "Hand out" not in page
    assert "data-copy" not in page


def test_a_missing_token_is_told_before_anything_is_pressed(alice, settings, study):
    settings.PROLIFIC_TOKEN = ""
    assert "set <code>PROLIFIC_TOKEN</code>" in read(alice, study)
    settings.PROLIFIC_TOKEN = "token"
    assert "PROLIFIC_TOKEN" not in read(alice, study)


def test_from_the_dry_run_to_people(alice, panel, study):
    assert "See what would be sent" in read(alice, study)
    dry = alice.get(f"/studies/{study.slug}/recruitment/dry-run/").content.decode()
    assert "8.00 GBP" in dry
    assert panel.world.studies == {}
    assert "nothing is spent" in press(alice, study, "create")
    assert "tick the box" in press(alice, study, "publish")
    assert [one["status"] for one in panel.world.studies.values()] == ["UNPUBLISHED"]
    assert "ACTIVE" in press(alice, study, "publish", sure="yes")


def test_submissions_stand_beside_ours_and_are_approved_with_the_tick(alice, panel, row, api):
    reference, person = worked(panel, row)
    poll(row, api)
    page = read(alice, row.study)
    assert reference in page
    assert person.code in page
    press(alice, row.study, "approve")
    assert panel.world.submission(reference)["status"] == "AWAITING REVIEW"
    assert "1 approved" in press(alice, row.study, "approve", sure="yes")
    assert panel.world.submission(reference)["status"] == "APPROVED"


def test_a_bonus_is_set_up_then_paid_and_a_lost_answer_is_put_before_the_person(
    alice, panel, row, api
):
    reference, person = worked(panel, row)
    poll(row, api)
    form = {"who": person.code, "amount": "1.50", "purpose": "thanks"}
    assert "not paid" in press(alice, row.study, "bonus", **form)
    batch = BonusBatch.objects.get()
    bonuses = read(alice, row.study).partition('aria-label="Bonuses"')[2].partition("</table>")[0]
    assert "thanks" in bonuses
    assert person.code in bonuses
    panel.world.faults.append(Fault("/pay/", after=True))
    assert "perhaps paid" in press(alice, row.study, "pay", batch=batch.pk, sure="yes")
    assert "sent before" in press(alice, row.study, "pay", batch=batch.pk, sure="yes")
    assert panel.world.submission(reference)["bonus_payments"] == [150]
    settled = press(alice, row.study, "settle", batch=batch.pk, found="paid", sure="yes")
    assert "On record: paid" in settled


def test_a_bonus_of_a_wrong_amount_is_dropped_and_meant_anew(alice, panel, row, api, capsys):
    reference, person = worked(panel, row)
    poll(row, api)
    form = {"who": person.code, "purpose": "thanks"}
    press(alice, row.study, "bonus", amount="150", **form)
    wrong = BonusBatch.objects.get()
    assert "same purpose" in press(alice, row.study, "bonus", amount="1.50", **form)
    assert "Drop, unpaid" in read(alice, row.study)
    call_command("recruitment", "drop", row.study.slug, str(wrong.pk), "--as", "alice")
    assert "150.00 GBP are never paid" in capsys.readouterr().out
    assert "Drop, unpaid" not in read(alice, row.study)
    for deed in ("pay", "drop"):
        assert "sent before" in press(alice, row.study, deed, batch=wrong.pk, sure="yes")
    assert "not paid" in press(alice, row.study, "bonus", amount="1.50", **form)
    press(alice, row.study, "pay", batch=BonusBatch.objects.latest("pk").pk, sure="yes")
    assert panel.world.submission(reference)["bonus_payments"] == [150]


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"who": "P-NOBODY", "amount": "1", "purpose": "x"}, "Nobody here is called"),
        ({"who": "", "amount": "1", "purpose": "x"}, "Nobody here is called"),
        ({"who": "P-X", "amount": "1.234", "purpose": "x"}, "more than two digits"),
    ],
)
def test_a_bonus_that_makes_no_sense_is_told(alice, row, form, sentence):
    assert sentence in press(alice, row.study, "bonus", **form)
    assert not BonusBatch.objects.exists()


def test_the_page_opens_while_the_panel_is_away(alice, panel, row, monkeypatch):
    monkeypatch.setattr("studies.recruitment.calls.FIRST_PAUSE", 0)
    panel.world.faults.append(Fault("/", times=1000))
    assert "ACTIVE" in read(alice, row.study)
    assert "busy or out of order" in press(alice, row.study, "reconcile")


def test_what_is_shown_of_codes_are_the_studys_own(alice, row):
    page = read(alice, row.study)
    assert all(exit_code(row.study, leaving) in page for leaving in Exit)


def test_others_see_and_do_nothing(panel, row, alice):
    row.study.owner = User.objects.create(username="owner")
    row.study.save()
    assert alice.get(f"/studies/{row.study.slug}/recruitment/").status_code == 404
    address = f"/studies/{row.study.slug}/recruitment/stop/"
    assert alice.post(address, {"sure": "yes"}).status_code == 404
    assert Client().post(address, {"sure": "yes"}).status_code == 302
    assert panel.world.study(row.reference)["status"] == "ACTIVE"


def test_no_line_of_the_log_names_who_arrived(panel, row):
    stream = StringIO()
    handler = StreamHandler(stream)
    options = {**settings.LOGGING["formatters"]["structured"]}
    del options["()"]
    handler.setFormatter(ProcessorFormatter(**options))
    loggers = [getLogger(), getLogger("django_structlog")]  # another test may have quieted them
    levels = [logger.level for logger in loggers]
    getLogger().addHandler(handler)
    for logger in loggers:
        logger.setLevel("INFO")
    try:
        arrived(panel, row, "5f00000000000000000000ad")
    finally:
        getLogger().removeHandler(handler)
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
    assert "/s/…/?…" in stream.getvalue()
    assert "5f00000000000000000000ad" not in stream.getvalue()
