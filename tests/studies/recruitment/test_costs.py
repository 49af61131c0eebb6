"""What would be sent and what it costs: odd currencies, fractions, huge and missing numbers."""

import pytest
import yaml
from django.core.management import CommandError, call_command

from config.plugins import PluginError
from studies.channels import CHANNELS
from studies.protocol import ProtocolError, read
from studies.recruitment import panel_study as panel_studies
from studies.recruitment.calls import PanelError
from studies.recruitment.money import Money
from studies.recruitment.stand_in import Fault, World
from studies.services import StudyError
from tests.studies.factories import experiment_text
from tests.studies.recruitment.conftest import impatient, on_prolific
from tests.studies.recruitment.test_page import alice, press  # noqa: F401

pytestmark = pytest.mark.django_db


def dry(study):
    return panel_studies.dry_run(study, impatient(study))


def says(study, words: str) -> bool:
    return any(words in warning for warning in dry(study).warnings)


def on(**settings):
    return on_prolific("costly", **settings)


@pytest.mark.parametrize(
    ("reward", "minutes", "hourly", "warned"),
    [
        (150, 10, "9.00", False),
        (149, 10, "8.94", True),
        (1, 600, "0.00", True),  # a tenth of a penny an hour
        (1_000_000, 1, "600000.00", False),
        (100, 7, "8.57", True),  # 857.14…
    ],
)
def test_pay_an_hour_is_reckoned_from_the_estimate(panel, reward, minutes, hourly, warned):
    study = on(reward=reward, minutes=minutes)
    assert panel_studies.hourly(panel_studies.channel_of(study)).decimal == hourly
    assert says(study, f"{hourly} GBP an hour is less than 9.00 GBP") is warned


def test_what_is_called_fair_is_asked_for_in_other_currencies(panel):
    panel.world.currency = "USD"
    assert says(on(currency="USD"), "set `fair_hourly` for USD")
    assert not says(on_prolific("set", currency="USD", fair_hourly=1200), "set `fair_hourly`")
    assert says(on_prolific("low", currency="USD", fair_hourly=1300), "less than 13.00 USD")


def test_places_for_expected_exclusions_can_be_filled_from_the_panel(panel):
    raters = {"participants": 4, "over_recruit": 0.5}
    assert not says(on_prolific("six", raters=raters, places=6), "would have")
    assert says(on_prolific("seven", raters=raters, places=7), "7 places and the study 6")
    assert dry(on_prolific("all", raters=raters)).payload["total_available_places"] == 6
    row = panel_studies.create(study=on_prolific("more", raters=raters, places=4))
    assert panel_studies.add_places(panel_study=row, more=2).places == 6
    with pytest.raises(StudyError, match="6 places"):
        panel_studies.add_places(panel_study=row, more=1)


def test_paid_screen_outs_are_told_beside_the_cost(panel):
    study = on(screen_out_reward=50, screen_out_slots=30)
    assert says(study, "up to 30 at 0.50 GBP are 15.00 GBP")
    assert not says(study, "less than the reward")
    assert not says(on_prolific("none"), "screen-outs are not in the cost")
    assert says(on_prolific("dear", screen_out_reward=200), "less than the reward")


def test_a_workspace_that_pays_in_another_currency_gets_no_draft(panel, alice):  # noqa: F811
    panel.world.currency = "USD"
    study = on()
    assert says(study, "pays in USD, and the experiment file says GBP")
    with pytest.raises(StudyError, match="Set `currency: USD`"):
        panel_studies.create(study=study, api=impatient(study))
    assert "pays in USD" in press(alice, study, "create")
    assert panel.world.studies == {}


def test_a_token_that_may_not_see_the_balance_recruits_all_the_same(panel):
    study = on()
    panel.world.faults.append(Fault("/balance/", 403, 9))
    assert dry(study).cost.total.hundredths > 0
    assert panel_studies.create(study=study, api=impatient(study)).reference


@pytest.mark.parametrize("currency", ["JPY", "KWD"])
def test_a_currency_without_hundredths_is_refused(currency):
    with pytest.raises(PluginError, match=f"{currency} has no hundredths"):
        CHANNELS.build("prolific", {"minutes": 10, "reward": 200, "currency": currency})


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"reward": 200}, "minutes"),
        ({"minutes": 10}, "reward"),
        ({"minutes": 0, "reward": 200}, "minutes"),
        ({"minutes": 601, "reward": 200}, "minutes"),
        ({"minutes": 10, "reward": 0}, "reward"),
        ({"minutes": 10, "reward": 2.25}, "reward"),
        ({"minutes": 10, "reward": 1_000_001}, "reward"),
        ({"minutes": 10, "reward": 200, "currency": "pounds"}, "three capital letters"),
    ],
)
def test_a_number_that_is_missing_or_makes_no_sense_is_named_in_the_file(settings, words):
    text = experiment_text(channel={"kind": "prolific", "settings": settings})
    with pytest.raises(ProtocolError, match=words):
        read(text)


def told(monkeypatch, **cost) -> None:
    monkeypatch.setattr(World, "cost", lambda _self, _asked: cost)


def test_where_only_the_total_is_told_the_rest_is_not_made_up(panel, monkeypatch, capsys):
    """The published text documents `total_cost` alone, as a number that may have a fraction."""
    told(monkeypatch, total_cost=1234.2)
    study = on()
    cost = dry(study).cost
    assert (cost.total, cost.rewards) == (Money(1235, "GBP"), Money(800, "GBP"))
    assert (cost.fees, cost.vat) == (None, None)
    call_command("recruitment", "dry-run", "costly")
    assert "fees not told apart" in capsys.readouterr().out


def test_the_page_says_what_is_not_told_apart(panel, monkeypatch, alice):  # noqa: F811
    told(monkeypatch, total_cost=1200, vat=0)
    page = alice.get(f"/studies/{on().slug}/recruitment/dry-run/").content.decode()
    assert "12.00 GBP" in page
    assert page.count("not told apart") == 1
    assert "0.00 GBP" in page


@pytest.mark.parametrize("cost", [{}, {"total_cost": None}, {"total_cost": "a lot"}])
def test_a_cost_that_is_not_told_is_not_nothing(panel, monkeypatch, cost):
    told(monkeypatch, **cost)
    study = on()
    run = dry(study)
    assert run.cost is None
    assert "did not say what the study costs" in run.cost_problem
    with pytest.raises(PanelError, match="did not say"):
        panel_studies.create(study=study, api=impatient(study))
    assert panel.world.studies == {}


def test_a_huge_study_is_reckoned_to_the_penny_and_stored(panel):
    study = on(reward=1_000_000, places=1_000_000)
    row = panel_studies.create(study=study, api=impatient(study))
    row.refresh_from_db()
    assert dry(study).cost.rewards.decimal == "10000000000.00"
    assert row.total_cost == 10**12 + 10**12 * 43 // 100 + 10**12 * 43 // 100 * 20 // 100


def test_what_is_printed_is_what_is_sent(panel, capsys):
    study = on(signed=True)
    call_command("recruitment", "dry-run", "costly")
    printed = capsys.readouterr().out
    sent = yaml.safe_load(printed[: printed.rindex("}") + 1])
    row = panel_studies.create(study=study, api=impatient(study))
    kept = panel.world.study(row.reference)
    assert {name: kept[name] for name in sent} == sent
    assert set(kept) - set(sent) == {"id", "status"}


def test_a_dry_run_while_the_panel_is_away_prints_what_would_be_sent(panel, capsys, settings):
    on()
    settings.PROLIFIC_TOKEN = ""
    call_command("recruitment", "dry-run", "costly")
    printed = capsys.readouterr().out
    assert "external_study_url" in printed
    assert "The cost is not known: No API token" in printed
    with pytest.raises(CommandError, match="PROLIFIC_TOKEN"):
        call_command("recruitment", "create", "costly")
