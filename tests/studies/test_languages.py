"""Participants' pages in other languages: chosen, read, agreed to and answered."""

import json
import re

import pytest
from django.test import Client

from studies import export, fieldwork, protocol
from studies.live.plan import plan_of
from studies.models import Participant, Response, Study
from tests.studies.factories import a_person, an_answer, experiment_text, finish, live_study

pytestmark = pytest.mark.django_db

GERMAN = {
    "title": "Welche Änderungen werden angenommen?",
    "information": "Wir schauen **Bilder** an.",
    "consent": ["Ich bin 18 oder älter.", "Ich nehme freiwillig teil."],
    "debrief": "Manche Bilder waren *geschützt*. Danke!",
    "contact": "Kim Keeper (kim@example.org)",
}
ARABIC = {
    "title": "أي التغييرات يقبلها الناس؟",
    "information": "ننظر إلى **صور** معًا.",
    "consent": ["عمري 18 سنة أو أكثر.", "أشارك بمحض إرادتي."],
    "debrief": "بعض الصور كانت محمية. شكرًا!",
}
LANGUAGES = {"languages": ["en", "de", "ar"], "translations": {"de": GERMAN, "ar": ARABIC}}


@pytest.fixture
def study() -> Study:
    return live_study(**LANGUAGES)


def text_of(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def landing(study: Study) -> str:
    return f"/s/{study.link_token}/"


def agree(client: Client, study: Study, address: str = "", **headers: str) -> Participant:
    page = client.get(address or landing(study), headers=headers)
    form = dict(re.findall(r'name="(visit|text|lang)" value="([^"]+)"', page.content.decode()))
    form |= {"consent-0": "yes", "consent-1": "yes"}
    client.post(landing(study), form, headers=headers)
    return Participant.objects.latest("pk")


def test_the_browsers_language_comes_first_and_the_files_own_where_it_is_not_offered(client, study):
    said = {"de-AT,en;q=0.5": "de", "fr, ar;q=0.3": "ar", "fr": "en", "": "en", "en-GB,de": "en"}
    for wishes, language in said.items():
        page = Client().get(landing(study), headers={"accept-language": wishes})
        direction = "rtl" if language == "ar" else "ltr"
        assert f'<html lang="{language}" dir="{direction}">' in text_of(page), wishes
        assert page.headers["Content-Language"] == language


def test_the_menu_wins_over_the_browser_is_remembered_and_takes_no_place(client, study):
    page = client.get(landing(study), headers={"accept-language": "de"})
    assert "Sind Sie einverstanden?" in text_of(page)
    for _ in range(20):
        page = client.get(f"{landing(study)}?lang=ar", headers={"accept-language": "de"})
    assert ARABIC["title"] in text_of(page)
    again = client.get(landing(study), headers={"accept-language": "de"})
    assert 'lang="ar" dir="rtl"' in text_of(again)
    assert not Participant.objects.exists()


def test_the_menus_links_keep_what_the_address_says(client, study):
    page = text_of(client.get(f"{landing(study)}?PID=7&x=%20y"))
    assert "?PID=7&amp;x=+y&amp;lang=de" in page


def test_a_study_in_one_language_has_no_menu_and_follows_no_browser(client):
    plain = live_study(slug="plain")
    page = text_of(client.get(f"/s/{plain.link_token}/?lang=ar", headers={"accept-language": "de"}))
    assert '<html lang="en" dir="ltr">' in page
    assert 'class="languages"' not in page


def test_what_was_agreed_to_is_on_record_word_for_word(client, study):
    person = agree(client, study, f"{landing(study)}?lang=de")
    plan = plan_of(study)
    hashes = {plan.consent_in(language) for language in plan.languages}
    assert person.language == "de"
    assert person.consent_sha256 == plan.consent_in("de")
    assert len(hashes) == 3
    assert plan.consent_in("en") == plan.consent_sha256


def test_a_consent_in_another_language_than_the_forms_is_shown_again(client, study):
    client.get(landing(study))
    form = {"text": plan_of(study).consent_in("de"), "lang": "ar"}
    page = client.post(landing(study), {**form, "consent-0": "yes", "consent-1": "yes"})
    assert page.status_code == 422
    assert not Participant.objects.exists()


def test_all_pages_keep_the_participants_language_whatever_the_browser_asks(client, study):
    person = agree(client, study, f"{landing(study)}?lang=ar")
    home = f"/p/{person.token}/"
    for _ in range(3):
        page = client.get(home, headers={"accept-language": "de"}, follow=True)
        assert '<html lang="ar" dir="rtl">' in text_of(page)
        if "/about/" in page.redirect_chain[-1][0]:
            client.post(page.redirect_chain[-1][0], a_person(study))
    trial = fieldwork.next_trial(person)
    page = text_of(client.get(f"{home}t/{trial.token}/", headers={"accept-language": "de"}))
    assert "ما مدى وضوح التغيير؟" in page
    assert "الصورة الأصلية" in page
    finish(person)
    assert "بعض الصور كانت محمية" in text_of(client.get(f"{home}done/"))
    for name in ("stored", "withdraw"):
        assert 'lang="ar" dir="rtl"' in text_of(client.get(f"{home}{name}/"))


def test_the_reminder_and_its_way_out_are_translated(client, study):
    person = agree(client, study, f"{landing(study)}?lang=de")
    client.post(f"/p/{person.token}/about/", a_person(study))
    trial = fieldwork.next_trial(person)
    page = client.post(f"/p/{person.token}/t/{trial.token}/", {})
    assert page.status_code == 422
    assert "Bitte wählen Sie eine dieser Antworten." in text_of(page)
    assert "Ich kann es nicht sagen oder möchte nicht antworten" in text_of(page)


def answered_in(client: Client, study: Study, language: str) -> list[tuple[str, str, int, int]]:
    """What is stored of somebody who answers by pages in this language."""
    person = agree(client, study, f"{landing(study)}?lang={language}")
    client.post(f"/p/{person.token}/about/", a_person(study, choice=1))
    for _ in range(3):
        trial = fieldwork.next_trial(person)
        client.post(f"/p/{person.token}/t/{trial.token}/", an_answer(study, point=2))
    trial = fieldwork.next_trial(person)
    client.post(
        f"/p/{person.token}/t/{trial.token}/", dict.fromkeys(an_answer(study), "cannot_tell")
    )
    rows = Response.objects.filter(participant=person)
    return sorted(rows.values_list("question", "answer", "value", "scale"), key=str)


def test_what_is_stored_is_the_same_in_every_language(study):
    told = {language: answered_in(Client(), study, language) for language in ("en", "de", "ar")}
    assert told["de"] == told["ar"] == told["en"]
    assert ("acceptability", "Unwilling", 2, 5) in told["ar"]


def test_exports_say_who_read_what(client, study):
    agree(client, study, f"{landing(study)}?lang=ar")
    row = export.participants(study).iloc[0]
    assert row["language"] == "ar"
    assert row["consent_sha256"] == plan_of(study).consent_in("ar")


def test_a_receipt_is_in_the_language_of_whoever_erased_everything(client, study):
    person = agree(client, study, f"{landing(study)}?lang=ar")
    page = client.post(f"/p/{person.token}/withdraw/", {"choice": "erase"}, follow=True)
    assert "مُحي كل ما كان مخزَّنًا عنك" in text_of(page)


def test_refusals_and_missing_pages_speak_the_visitors_language(client, study):
    study.state = Study.State.PAUSED
    study.save()
    page = client.get(landing(study), headers={"accept-language": "ar"})
    assert "هذه الدراسة في استراحة" in text_of(page)
    assert "Diese Seite gibt es nicht" in text_of(
        client.get("/p/nobody/", headers={"accept-language": "de"})
    )
    assert "There is no such page" in text_of(
        client.get("/nowhere/", headers={"accept-language": "de"})
    )


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "لا صور"),
        (1, "صورة واحدة"),
        (2, "صورتان"),
        (3, "3 صور"),
        (10, "10 صور"),
        (11, "11 صورة"),
        (99, "99 صورة"),
        (100, "100 صورة"),
        (103, "103 صور"),
    ],
)
def test_arabic_counts_in_six_ways(number, words):
    from django.utils import translation

    from studies.templatetags.participant import things

    with translation.override("ar"):
        assert things(number, "picture") == words


def test_a_scripts_sentences_come_with_the_page_only_where_they_are_needed(client, study):
    for language, there in (("en", False), ("ar", True)):
        person = agree(Client(), study, f"{landing(study)}?lang={language}")
        client.post(f"/p/{person.token}/about/", a_person(study))
        trial = fieldwork.next_trial(person)
        page = client.get(f"/p/{person.token}/t/{trial.token}/").content.decode()
        found = re.search(r'<script id="words" type="application/json">(.*?)</script>', page)
        assert bool(found) is there
    words = json.loads(found[1])
    assert words["Please wait until the pictures are here."] == "يُرجى الانتظار حتى تصل الصور."


def problems(**study: object) -> str:
    with pytest.raises(protocol.ProtocolError) as found:
        protocol.read(experiment_text(**study))
    return str(found.value)


def test_a_language_that_lacks_something_the_file_wrote_is_refused_by_name():
    trial = {"kind": "rating", "settings": {"text": "How odd is it?", "labels": ["Normal", "Odd"]}}
    german = {**GERMAN, "texts": {"How odd is it?": "Wie seltsam ist es?", "Odd": "Seltsam"}}
    told = problems(trial=trial, languages=["en", "de"], translations={"de": german})
    assert "study.translations.de.texts: “Normal” has no translation: add it here." in told
    assert "Odd" not in told
    german["texts"]["Normal"] = "Normal"
    file = experiment_text(trial=trial, languages=["en", "de"], translations={"de": german})
    assert protocol.read(file).study.languages == ("en", "de")


def test_what_does_not_fit_together_is_said_of_a_files_languages():
    assert "de is missing" in problems(languages=["en", "de"])
    assert "fr; there are: en, ar, de, es" in problems(languages=["en", "fr"])
    assert "add de to `languages`" in problems(translations={"de": GERMAN})
    short = {**GERMAN, "consent": ["Ja."]}
    assert "2 statements are needed" in problems(languages=["en", "de"], translations={"de": short})
    odd = {**GERMAN, "texts": {"Very wiling": "Sehr gern"}}
    told = problems(languages=["en", "de"], translations={"de": odd})
    assert "no text of this study reads so" in told


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("{words}", "{number} must stand in the text and in its translation"),
        ("Nummer {zahl}: {words}", "{number} must stand in the text"),
        ("{number:d}: {words}", "{number} must stand in the text"),
        ("{number}: {words} }", "a brace that stands alone"),
    ],
)
def test_a_translation_that_cannot_be_filled_in_is_refused(said, why):
    trial = {"kind": "quality_rating", "settings": {"grades": 9}}
    asked = {"trial": trial, "languages": ["en", "de"]}
    own = {**GERMAN, "texts": {"{number}: {words}": said}}
    told = problems(**asked, translations={"de": own})
    assert f"study.translations.de.texts.{{number}}: {{words}}: {why}" in told
    kept = {**GERMAN, "texts": {"{number}: {words}": "{words} ({number})"}}
    protocol.read(experiment_text(**asked, translations={"de": kept}))


def test_a_file_may_be_written_in_another_language_and_may_override_the_platform(client):
    study = live_study(
        languages=["de", "en"],
        translations={
            "en": {**GERMAN, "title": "In English", "texts": {"Willing": "Happy to"}},
        },
    )
    page = text_of(client.get(landing(study), headers={"accept-language": "fr"}))
    assert 'lang="de"' in page
    assert "We look at <strong>pictures</strong>" in page  # the file's own words, as they are
    assert plan_of(study).wording("en").say("Willing") == "Happy to"
    assert plan_of(study).wording("de").say("Willing") == "Gern"


def test_check_warns_that_a_translated_scale_is_not_the_validated_one():
    from studies.protocol.wordings import translated_scales

    read = protocol.read(experiment_text(**LANGUAGES))
    told = translated_scales(read.study)
    assert [sentence[:5] for sentence in told] == ["In de", "In ar"]
    assert "acceptability, noticeability" in told[0]
    assert translated_scales(protocol.read(experiment_text()).study) == []


def test_a_preview_goes_the_whole_way_in_the_language_that_is_chosen(
    client, study, django_user_model
):
    study.owner = django_user_model.objects.create_user("alice")
    study.save()
    client.force_login(study.owner)
    first = f"/studies/{study.slug}/preview/consent/"
    page = client.get(first, headers={"accept-language": "de"})
    assert 'lang="en" dir="ltr"' in text_of(page)
    page = client.get(f"{first}?lang=ar")
    assert ARABIC["title"] in text_of(page)
    page = client.post(f"{first}?lang=ar", follow=True)
    assert "أولًا، نبذة قصيرة عنك" in text_of(page)
    assert not Participant.objects.exists()


def test_a_draft_in_a_language_that_lacks_something_is_not_launched(study):
    from studies.drafting import readiness

    assert not [told for told in readiness.obstacles(study) if "translations" in told]
    lacking = live_study(slug="lacking", languages=["en", "de"])
    assert "study.translations: de is missing" in " ".join(readiness.obstacles(lacking))
