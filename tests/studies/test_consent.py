"""What people agree to has versions: kept word for word, amended on record, agreed to again."""

import hashlib
import json
import re

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from studies import export, fieldwork
from studies.checking import exams
from studies.live.plan import plan_of
from studies.models import Agreement, AppendOnlyError, ConsentText, Participant, Response, Study
from studies.rights.consent import AmendmentError, amend, chain_holds
from studies.rights.withdrawal import withdraw
from tests.studies.factories import an_answer, enrolled, finish, live_study

pytestmark = pytest.mark.django_db
NEW = {"information": "We look at pictures, and **share the answers** with two universities."}
GERMAN = {
    "title": "Welche Veränderungen?",
    "information": "Wir sehen Bilder an.",
    "consent": ["Ich bin 18 oder älter.", "Ich nehme freiwillig teil."],
    "debrief": "Danke!",
}


@pytest.fixture
def study():
    return live_study()


@pytest.fixture
def person(study):
    found = enrolled(study)
    finish(found, 2)
    return found


def now(row):
    return type(row).objects.get(pk=row.pk)


def amended(study, changes=NEW):
    return amend(study=study, changes=changes, reason="The ethics board asked for it.")


def page_of(person):
    return f"/p/{person.token}/consent/"


def agreeing(study, **changes):
    text = plan_of(now(study)).consent_sha256
    return {"text": text, "consent-0": "yes", "consent-1": "yes", **changes}


def test_the_text_is_kept_word_for_word_under_its_hash(study, person):
    kept = Agreement.objects.get(participant=person).text
    assert hashlib.sha256(kept.text.encode()).hexdigest() == kept.sha256 == person.consent_sha256
    assert "I am 18 or older." in json.loads(kept.text)
    with pytest.raises(AppendOnlyError):
        ConsentText.objects.update(text="")


def test_whoever_is_under_way_is_asked_again_before_anything_else(client, study, person):
    trial = fieldwork.next_trial(person)
    amended(study)
    for page in ("", "guide/", f"t/{trial.token}/", "rest/", "place/", "before/", "about/"):
        led = client.get(f"/p/{person.token}/{page}", follow=True)
        assert led.redirect_chain[-1][0] == page_of(person)
    assert b"share the answers" in client.get(page_of(person)).content
    assert now(trial).shown_at is None


def test_no_picture_is_sent_before_they_agree(client, study, person):
    shown = client.get(f"/p/{person.token}/", follow=True)
    shown = client.get(shown.context["first"]) if "first" in shown.context else shown
    address = shown.context["pictures"][0].address
    assert client.get(address).status_code == 200
    amended(study)
    assert client.get(address).status_code == 404


def test_an_answer_on_its_way_while_the_text_changes_is_not_kept(client, study, person):
    trial = fieldwork.next_trial(person)
    before = Response.objects.count(), person.events.count()
    amended(study)
    asked_again = fieldwork.record(trial=trial, answers=an_answer(study))
    posted = client.post(
        f"/p/{person.token}/t/{trial.token}/",
        an_answer(study),
        headers={"Accept": "application/json"},
    )
    assert asked_again is fieldwork.Outcome.ASK_AGAIN
    assert posted.json() == {"next": page_of(person), "kept": False, "page": ""}
    assert (Response.objects.count(), person.events.count()) == before
    assert not fieldwork.undelivered(trial=trial, viewing={"late": 1})
    assert now(trial).viewing == {}


def test_an_answer_that_was_saved_and_is_sent_again_is_still_saved_once(study, person):
    saved = person.trials.filter(answered_at__isnull=False).last()
    amended(study)
    again = fieldwork.record(trial=saved, answers=an_answer(study))
    differs = fieldwork.record(trial=saved, answers=an_answer(study, 1))
    assert again is fieldwork.Outcome.REPEATED
    assert differs is fieldwork.Outcome.ASK_AGAIN
    assert not person.events.filter(kind="answer_differs").exists()


def test_questions_about_the_person_and_exams_wait_as_well():
    study = live_study(checks=[{"check": "expertise"}, {"check": "skill_task"}])
    person = fieldwork.enrol(study=study, consent_sha256=plan_of(study).consent_sha256)
    amended(study)
    asked = plan_of(study).person_questions
    answers = {q.name: q.choices[0] for q in asked}
    told = fieldwork.describe(participant=person, answers=answers)
    exam = exams.exam_of(person, "skill_task")
    exams.attempt(
        participant=person, name="skill_task", number=1, sent={q.name: "0" for q in exam.questions}
    )
    assert told is fieldwork.Outcome.ASK_AGAIN
    assert not Response.objects.exists()
    assert not person.attempts.exists()


def test_who_agrees_goes_on_where_they_were(client, study, person):
    trial = fieldwork.next_trial(person)
    amended(study)
    assert client.post(page_of(person), agreeing(study)).status_code == 302
    person = now(person)
    assert (person.consent_version, person.consent_due) == (2, False)
    assert [a.text.version for a in person.agreements.all()] == [1, 2]
    assert fieldwork.record(trial=trial, answers=an_answer(study)) is fieldwork.Outcome.SAVED
    client.post(page_of(person), agreeing(study))
    assert person.events.filter(kind="agreed_again").count() == 1


def test_a_box_that_is_not_ticked_or_an_older_text_is_no_agreement(client, study, person):
    amended(study)
    older = plan_of(now(study)).consent_sha256
    partly = client.post(page_of(person), {"text": older, "consent-0": "yes"})
    amended(study, {"contact": "Alex, alex@example.org"})
    stale = client.post(page_of(person), agreeing(study, text=older))
    assert partly.status_code == stale.status_code == 422
    assert now(person).consent_due
    assert "alex@example.org" in stale.content.decode()


@pytest.mark.parametrize("erase", [False, True])
def test_whoever_does_not_agree_withdraws_with_or_without_erasing(client, study, person, erase):
    amended(study)
    assert f"/p/{person.token}/withdraw/" in client.get(page_of(person)).content.decode()
    withdraw(participant=person, erase=erase)
    assert Agreement.objects.exists() is not erase
    assert now(person).state == Participant.State.WITHDRAWN


def test_who_had_finished_or_left_before_is_asked_nothing_until_they_come_back(study):
    done, gone = enrolled(study), enrolled(study)
    finish(done)
    Participant.objects.filter(pk=gone.pk).update(state=Participant.State.LAPSED)
    amended(study)
    assert not now(done).consent_due
    assert now(gone).consent_due


def test_newcomers_agree_to_the_new_text_and_who_agreed_to_the_old_one_is_asked(client, study):
    old = plan_of(study).consent_sha256
    enrolled(study)
    amended(study)
    assert b"share the answers" in client.get(f"/s/{study.link_token}/").content
    late = fieldwork.enrol(study=study, consent_sha256=old)
    new = fieldwork.enrol(study=study, consent_sha256=plan_of(now(study)).consent_sha256)
    assert (late.consent_version, late.consent_due) == (1, True)
    assert (new.consent_version, new.consent_due) == (2, False)


def test_an_answer_asks_the_database_no_more_often_than_before(study, person):
    trial = fieldwork.next_trial(person)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        fieldwork.record(trial=trial, answers=an_answer(study))
    assert not [q for q in asked.captured_queries if "consent" in q["sql"].split("FROM")[-1]]


def test_versions_are_chained_from_the_designs_hash_which_stays(study, person):
    design = study.protocol.design_sha256
    first, second = amended(study), amended(study, {"contact": "Alex, alex@example.org"})
    study = now(study)
    assert first.before_sha256 == design == study.protocol.design_sha256
    assert second.before_sha256 == first.sha256
    assert chain_holds(study)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE studies_consentamendment SET reason = 'none' WHERE version = 2")
    assert not chain_holds(study)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "Nothing was changed"),
        ({"debrief": "Bye"}, "debrief .* cannot be changed after launch"),
        ({"consent": []}, "consent"),
        ({"translations": {"de": {}}}, "“de” is not a further language"),
        ({"translations": 3}, "is a mapping"),
    ],
)
def test_what_cannot_be_amended_is_told_in_a_sentence(study, changes, sentence):
    with pytest.raises(AmendmentError, match=sentence):
        amended(study, changes)
    assert now(study).consent_version == 1


def test_without_a_reason_or_after_the_end_nothing_is_amended(study):
    with pytest.raises(AmendmentError, match="needs a reason"):
        amend(study=study, changes=NEW, reason=" ")
    Study.objects.filter(pk=study.pk).update(state=Study.State.CLOSED)
    with pytest.raises(AmendmentError, match="nobody is asked"):
        amended(study)


def test_a_new_text_is_said_in_every_language():
    study = live_study(languages=["en", "de"], translations={"de": GERMAN}, checks=[])
    person = fieldwork.enrol(
        study=study, consent_sha256=plan_of(study).consent_in("de"), language="de"
    )
    with pytest.raises(AmendmentError, match="Say the new information in de"):
        amended(study)
    both = {**NEW, "translations": {"de": {"information": "Wir teilen die Antworten."}}}
    amended(study, both)
    assert "Wir teilen" in plan_of(now(study)).consent_text("de")
    assert {t.language for t in study.consent_texts.filter(version=2)} == {"en", "de"}
    assert now(person).agreements.get().text.language == "de"


def test_exports_say_who_agreed_to_what(client, study, person, tmp_path):
    amended(study)
    client.post(page_of(person), agreeing(study))
    table = export.participants(study).set_index("participant")
    export.write(study, tmp_path)
    rows = (tmp_path / "consents.csv").read_text().splitlines()
    texts = json.loads((tmp_path / "consent_texts.json").read_text())
    assert table.loc[person.code, "consent_version"] == 2
    assert len(rows) == 1 + 2
    assert [text["version"] for text in texts] == [1, 2]
    assert texts[1]["reason"] == "The ethics board asked for it."


def test_the_researchers_page_amends_and_lists_versions(client, study, person, admin_user):
    client.force_login(admin_user)
    page = f"/studies/{study.slug}/information/"
    form = {
        "information.en": "Another text.",
        "consent.en": "I agree.",
        "contact.en": "Kim, k@e.org",
    }
    refused = client.post(page, {**form, "reason": ""})
    assert refused.status_code == 422
    assert b"Another text." in refused.content
    client.post(page, {**form, "reason": "A new partner."})
    told = client.get(page).content.decode()
    assert "Version 2" in told
    assert "A new partner." in told
    assert "1 participant under way has not said yet" in told
    assert study.events.get(kind="amended").actor == admin_user


def test_the_command_amends_from_a_file(study, tmp_path, capsys):
    file = tmp_path / "new.yaml"
    file.write_text("information: Another text.\n")
    call_command("experiment", "information", study.slug, "--file", file, "--reason", "A partner.")
    assert "version 2" in capsys.readouterr().out
    file.write_text("- x\n")
    with pytest.raises(CommandError, match="mapping"):
        call_command("experiment", "information", study.slug, "--file", file, "--reason", "x")


def test_what_was_agreed_to_is_among_what_is_stored(client, person):
    told = client.get(f"/p/{person.token}/stored.json").json()
    assert "I am 18 or older." in told["What you agreed to"][0]["text"]


def test_the_page_of_what_is_stored_says_what_they_agreed_to_and_nothing_that_came_later(
    client, study, person
):
    def told():
        page = client.get(f"/p/{person.token}/stored/").content.decode()
        return page.split("<details")[0]

    amended(study, {"consent": ["I am 18 or older.", "My answers may be published."]})
    assert "I take part of my own free will." in told()
    assert "published" not in told()
    client.post(page_of(person), agreeing(study))
    assert told().count("You agreed on") == 2
    assert told().index("free will") < told().index("published")


def previewed(client, study, language, **form):
    """The page on which those under way would be asked, of the form as it stands and `form`."""
    return client.post(f"/studies/{study.slug}/information/preview/?lang={language}", form)


def test_a_researcher_sees_the_very_page_before_anything_is_changed(client, admin_user):
    study = live_study(languages=["en", "de"], translations={"de": GERMAN})
    person = enrolled(study)
    client.force_login(admin_user)
    form = {
        "information.en": "Now **shared** with two.",
        "information.de": "Nun mit **zweien** geteilt.",
        "consent.en": "I am 18 or older.\nI take part of my own free will.",
        "consent.de": "\n".join(GERMAN["consent"]),
        "contact.en": "Kim Keeper, kim@example.org",
    }
    before = now(study).consent_version, study.events.count(), ConsentText.objects.count()
    shown = {code: previewed(client, study, code, **form).text for code in ("en", "de")}
    assert (now(study).consent_version, study.events.count(), ConsentText.objects.count()) == before
    assert not now(person).consent_due
    assert "PREVIEW" in shown["en"]
    assert "Now <strong>shared</strong> with two." in shown["en"]
    assert '<html lang="de" dir="ltr">' in shown["de"]
    assert "Nun mit <strong>zweien</strong> geteilt." in shown["de"]
    client.post(f"/studies/{study.slug}/information/", {**form, "reason": "A partner."})
    asked = client.get(page_of(person)).text
    for text in ("Now <strong>shared</strong> with two.", "I agree, go on", "I am 18 or older."):
        assert text in asked
        assert text in shown["en"]


def test_nothing_on_the_preview_of_a_change_does_anything(client, study, person, admin_user):
    client.force_login(admin_user)
    page = previewed(client, study, "en", **{"information.en": "Another text."}).text
    agree = re.search(r"<button[^>]*>I agree, go on", page)[0]
    refuse = re.search(r"<a[^>]*>I do not agree", page)[0]
    assert "disabled" in agree
    assert "href" not in refuse
    assert "/p/" not in page
    live = client.get(f"/p/{person.token}/consent/", follow=True).text
    assert "PREVIEW" not in live


def test_the_preview_of_a_change_says_where_a_translation_is_missing(client, admin_user):
    study = live_study(languages=["en", "de"], translations={"de": GERMAN})
    client.force_login(admin_user)
    form = {"information.en": "Another text.", "consent.en": "I agree."}
    page = previewed(client, study, "de", **form)
    assert page.status_code == 200
    assert "Say the new information in de as well. Say the new consent in de as well." in page.text
    assert "1 statements are needed here" in page.text
    assert GERMAN["information"] in page.text
    same = previewed(client, study, "en")
    assert "Nothing was changed: this is what people read already." in same.text


def test_what_cannot_be_shown_leads_back_to_the_form_as_it_was_sent(client, study, admin_user):
    client.force_login(admin_user)
    empty = previewed(client, study, "en", **{"information.en": "", "contact.en": "Kim"})
    assert empty.status_code == 422
    assert "information" in empty.text
    assert 'value="Kim"' in empty.text
    Study.objects.update(state=Study.State.CLOSED)
    assert previewed(client, study, "en", **{"information.en": "More."}).status_code == 422
