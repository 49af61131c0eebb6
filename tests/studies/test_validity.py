"""Rules of viewing: fixed in the file, applied to what browsers tell, seen in every table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies import export, fieldwork
from studies.models import Participant, Study, Trial
from studies.protocol.showing import ViewingRules
from studies.showing.validity import RULES, broken, left_out, scale
from studies.showing.viewing import read_viewing
from studies.simulation import simulate
from tests.studies.factories import an_answer, enrolled, finish, live_study

STRICT = ViewingRules(
    min_scale=1.0,
    fully_visible=True,
    min_shown_ms=1_000,
    max_hidden_ms=5_000,
    min_viewport=(800, 600),
    consequence="exclude",
)


def told(**changes) -> dict:
    """A report of one picture of 512 px, seen at 100 % for two seconds; `picture` changes it."""
    picture = {
        "natural": [512, 512],
        "rendered": [512, 512],
        "decoded_ms": 300,
        "visible_ms": 400,
        "shown_ms": 2_000,
        **changes.pop("picture", {}),
    }
    return {
        "mode": "side",
        "viewport": [1440, 900],
        "pixel_ratio": 1.0,
        "pictures": [picture],
        "hidden_ms": 0,
        "largest_zoom": 1.0,
        **changes,
    }


def test_a_picture_that_was_seen_as_the_file_asks_breaks_no_rule():
    assert broken(STRICT, told()) == ()


@pytest.mark.parametrize(
    ("rule", "report"),
    [
        ("not_decoded", told(picture={"decoded_ms": None})),
        ("min_scale", told(picture={"rendered": [300, 300]}, largest_zoom=0.586)),
        ("fully_visible", told(picture={"visible_ms": None})),
        ("min_shown_ms", told(picture={"shown_ms": 999})),
        ("max_hidden_ms", told(hidden_ms=5_001)),
        ("min_viewport", told(viewport=[800, 599])),
        ("unreported", {}),
    ],
)
def test_each_rule_is_broken_by_what_it_is_about_and_only_then(rule, report):
    assert broken(STRICT, report) == (rule,)
    assert rule in RULES
    assert broken(ViewingRules(), report) == (("not_decoded",) if rule == "not_decoded" else ())


def test_size_is_counted_in_pixels_of_the_screen():
    small = {"rendered": [256, 256]}
    on_dense = told(picture=small, pixel_ratio=2.0, largest_zoom=0.5)
    assert scale(on_dense, on_dense["pictures"][0]) == pytest.approx(1.0)
    enlarged = told(picture=small, largest_zoom=2.0)
    assert scale(enlarged, enlarged["pictures"][0]) == pytest.approx(2.0)
    on_a_wall = told(picture=small, largest_zoom=2.0, mode="wall")
    assert scale(on_a_wall, on_a_wall["pictures"][0]) == pytest.approx(0.5)


@given(st.floats(0.25, 4), st.floats(0.25, 4))
def test_a_stricter_rule_never_lets_more_pass(one, other):
    low, high = sorted((one, other))
    report = told(picture={"rendered": [700, 700]}, largest_zoom=1.37)
    assert set(broken(ViewingRules(min_scale=low), report)) <= set(
        broken(ViewingRules(min_scale=high), report)
    )


def test_what_the_browser_measured_at_the_moment_comes_before_what_follows_from_the_end():
    """Seen at 100 %, the browser zoomed to 200 % before Next: size and ratio of two moments."""
    zoomed = told(picture={"rendered": [512, 512], "screen_pixels": 1.0}, pixel_ratio=2.0)
    assert scale(zoomed, zoomed["pictures"][0]) == 1.0


def test_the_window_counts_at_its_smallest():
    assert broken(STRICT, told(smallest_viewport=[1440, 599])) == ("min_viewport",)


def test_a_report_without_the_pictures_that_were_shown_is_none():
    assert broken(STRICT, {**told(), "pictures": []}) == ("unreported",)
    assert broken(STRICT, {**told(), "pictures": [], "mode": "none"}) == (), "none were to be seen"


def test_a_note_leaves_nothing_out_but_what_was_never_there():
    noted = ViewingRules(max_hidden_ms=1)
    assert left_out(noted, told(hidden_ms=9)) == ()
    assert left_out(STRICT, told(hidden_ms=9_000)) == ("max_hidden_ms",)
    assert left_out(noted, told(picture={"decoded_ms": None})) == ("not_decoded",)


def study_with(**rules) -> Study:
    return live_study(practice=0, checks=[], raters={"items_each": 3}, viewing=rules)


def answered(participant: Participant, **changes) -> Trial:
    trial = fieldwork.next_trial(participant)
    report = told(**changes)
    report["pictures"] *= 2
    fieldwork.record(trial=trial, answers=an_answer(trial.participant.study), viewing=report)
    return trial


@pytest.mark.django_db
def test_excluded_answers_say_why_in_the_table():
    study = study_with(min_scale=1, max_hidden_ms=1_000, consequence="exclude")
    participant = enrolled(study)
    answered(participant)
    answered(participant, hidden_ms=2_000, picture={"rendered": [128, 128]}, largest_zoom=0.25)
    finish(participant)
    table = export.responses(study).drop_duplicates("trial")
    assert list(table["excluded"]) == [False, True, True]
    reasons = ["", "viewing.min_scale; viewing.max_hidden_ms", "viewing.unreported"]
    assert list(table["exclusion_reason"]) == reasons


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rules", "valid", "reason"),
    [
        ({}, True, ""),
        ({"min_scale": 1}, False, ""),
        ({"min_scale": 1, "consequence": "exclude"}, False, "viewing.unreported"),
        ({"min_scale": 1, "consequence": "exclude", "unreported": "valid"}, True, ""),
    ],
)
def test_an_answer_without_a_report_counts_as_the_file_says_and_is_shown_in_each_case(
    rules, valid, reason
):
    study = study_with(**rules)
    finish(enrolled(study), 1)
    seen, answers = export.viewing(study), export.responses(study)
    assert not seen["reported"].any()
    assert set(seen["valid"]) == {valid}
    assert set(answers["exclusion_reason"]) == {reason}


@pytest.mark.django_db
def test_noted_answers_stay_in_and_the_table_of_viewing_tells():
    study = study_with(max_hidden_ms=1_000)
    participant = enrolled(study)
    answered(participant, hidden_ms=2_000)
    answered(participant)
    assert not export.responses(study)["excluded"].any()
    table = export.viewing(study)
    assert list(table["broken"]) == ["max_hidden_ms"] * 2 + [""] * 2
    assert list(table["valid"]) == [False, False, True, True]
    assert list(table["slot"]) == ["original", "altered"] * 2
    assert table["screen_pixels"].tolist() == [1.0] * 4


@pytest.mark.django_db
def test_a_trial_that_never_arrived_is_a_row_without_an_answer():
    study = study_with(offer_again=0)
    participant = enrolled(study)
    trial = fieldwork.next_trial(participant)
    fieldwork.undelivered(trial=trial, viewing={})
    row = export.viewing(study).iloc[0]
    assert (row["delivered"], row["undelivered"], row["valid"]) == (False, 1, False)
    assert f"{participant.code}-000" == row["trial"]
    assert export.responses(study).empty


@pytest.mark.django_db
def test_every_column_of_the_table_is_in_the_codebook_and_in_the_export(tmp_path):
    study = study_with()
    answered(enrolled(study))
    export.write(study, tmp_path)
    header, first = (tmp_path / "viewing.csv").read_text().splitlines()[:2]
    named = [name.strip('"') for name in header.split(",")]
    told_of = {row["column"] for row in export.codebook(study) if row["table"] == "viewing"}
    assert set(named) == told_of
    assert ",512,512," in first


@pytest.mark.django_db
def test_simulated_raters_tell_how_they_looked_as_a_browser_would():
    study = study_with(min_scale=1, fully_visible=True, consequence="exclude")
    simulate(study=study, raters=3, seed=1)
    reports = list(Trial.objects.values_list("viewing", flat=True))
    assert all(reports)
    table = export.viewing(study)
    assert table["simulated"].all()
    assert table["valid"].mean() > 0.5


def test_what_simulated_raters_tell_is_what_a_page_may_send():
    from random import Random

    from studies.simulated.viewing import SCREENS, report

    for screen in SCREENS:
        for wall in (False, True):
            assert read_viewing(report([(512, 512)] * 4, screen, Random(1), wall))


@pytest.mark.django_db
def test_the_studys_page_tells_the_share_of_answers_that_were_seen_as_asked(client):
    from django.contrib.auth.models import User

    study = study_with(max_hidden_ms=1_000, offer_again=0, consequence="exclude")
    participant = enrolled(study)
    answered(participant, hidden_ms=2_000)
    answered(participant)
    fieldwork.undelivered(trial=fieldwork.next_trial(participant), viewing={})
    client.force_login(User.objects.create_superuser("kim"))
    page = " ".join(client.get(f"/studies/{study.slug}/").content.decode().split())
    assert '<strong class="numbers">50 %</strong> of 2 answered trials' in page
    assert "the others are left out of analyses" in page
    assert "1</span> × the page was in the background for longer than the file allows" in page
    assert "1</span> never got their pictures" in page
    assert "No blind check yet" in page
