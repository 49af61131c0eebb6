"""Free text before it leaves a study: what tells who somebody is stands there as a word."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies import export
from studies.models import Response
from studies.rights.free_text import masked, spans
from tests.studies.factories import enrolled, fieldwork, live_study

E_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w+")
PIECES = st.one_of(
    st.text(max_size=20),
    st.text(alphabet="ab.@ ,:[]()1-/", max_size=20),
    st.emails(),
    st.sampled_from(["kim@example.org", "www.kim.art", "+49 30 1234567", "Anna", "[e-mail]"]),
)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Write to kim.k@example.org, please", "Write to [e-mail], please"),
        ("kim (at) example (dot) org", "[e-mail]"),
        ("see https://kim.example/a?b=1 there", "see [web address] there"),
        ("more at artbykim.com or on top", "more at [web address] or on top"),
        ("I post as @kim_paints", "I post as [account]"),
        ("instagram: kim.paints", "[account]"),
        ("call +49 (30) 123-4567 now", "call [phone number] now"),
        ("I live at 12 Green Hill Road in a flat", "I live at [address] in a flat"),
        ("Lindenstraße 12b", "[address]"),
        ("12, rue de la Paix", "[address]"),
        ("Hello, my name is Zora Quill.", "Hello, [name]."),
        ("as Sarah Miller would", "as [name] would"),
        ("Dr. Quill said", "[name] said"),
        ("221B Baker Street, London", "[address], London"),
        ("at 12 baker street and", "at [address] and"),
        ("kim at example dot org", "[e-mail]"),
        ("tiktok = kim", "[account]"),
        ("my name is kim lee and I paint", "[name] and I paint"),
        ("Mein Name ist Zora Quill.", "[name]."),
        ("Ich heisse Zora", "[name]"),
        ("hauptstraße 5", "[address]"),
        ("Mi nombre es Zora Quill", "[name]"),
        ("C/ Mayor 5", "[address]"),
        ("اسمي زورا كويل وأنا أرسم", "[name] وأنا أرسم"),
        ("رأى محمد العلي الصورة", "رأى [name] الصورة"),
        ("شارع الملك فهد 12", "[address]"),
        ("меня зовут Зора", "[name]"),
        ("我叫王小明。", "[name]。"),
    ],
)
def test_what_tells_who_somebody_is_is_masked(text: str, left: str) -> None:
    assert masked(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("by A\u200bnna Kow\u00adalska, 2020", "by [name], 2020"),
        ("by Jose\u0301 Garci\u0301a, 2020", "by [name], 2020"),
        ("by 𝒜nna ＫＯＷ", "by [name]"),
        ("by مُحَمَّد here", "by [name] here"),
        ("to ｋｉｍ＠ｅｘａｍｐｌｅ．ｏｒｇ now", "to [e-mail] now"),
        ("at https\u200b://kim\u2060.example now", "at [web address] now"),
        (
            "an a\u0301 that ｓｔａｙｓ\u200b as ½ it was",
            "an a\u0301 that ｓｔａｙｓ\u200b as ½ it was",
        ),
    ],
)
def test_no_trick_of_writing_hides_what_eyes_would_read(text: str, left: str) -> None:
    assert masked(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "The sky looks grainy, e.g. at the top left.",
        "Painted 1874-1926, seen on 2026-11-23",
        "100 000 dots, 3.5 times as many",
        "The rose is at the mark. I will like it.",
        "Look at the dot in the sky, 3 on the road.",
        "الصورة حسن وعلي أن أقول إنها جميلة",
        "Auf der Straße 5 Flecken",
    ],
)
def test_what_is_seen_in_a_picture_stays(text: str) -> None:
    assert masked(text) == text


@given(st.lists(PIECES, max_size=6).map(" ".join) | st.lists(PIECES, max_size=6).map("".join))
def test_no_e_mail_is_left_and_all_else_stands_as_it_stood(text: str) -> None:
    found = spans(text)
    assert not E_MAIL.search(masked(text))
    assert all(a.end <= b.start for a, b in pairwise(found))
    labels = sum(len(span.label) + 2 for span in found)
    assert len(masked(text)) - labels == len(text) - sum(s.end - s.start for s in found)


@pytest.mark.django_db
def test_the_export_masks_what_was_written_and_the_database_keeps_it() -> None:
    study = live_study(trial={"kind": "free_text"}, checks=[], practice=0)
    trial = fieldwork.next_trial(enrolled(study))
    assert trial is not None
    written = "Blurred. Ask me: kim@example.org"
    fieldwork.record(trial=trial, answers={"text": written})
    assert export.responses(study)["answer"].tolist() == ["Blurred. Ask me: [e-mail]"]
    assert Response.objects.get().answer == written


@pytest.mark.django_db
def test_what_is_written_beside_other_is_masked_in_a_choice_and_among_ticks() -> None:
    options = {"options": ["Oil", "Ink"], "other": "Else"}
    questions = [
        {"name": "one", "form": "single", "ask": "With what?", **options},
        {"name": "some", "form": "several", "ask": "And with what?", **options},
    ]
    pages = [{"page": "first", "questions": questions}]
    trial = {"kind": "questionnaire", "settings": {"pages": pages}}
    study = live_study(trial=trial, checks=[], practice=0)
    row = fieldwork.next_trial(enrolled(study))
    assert row is not None
    written = {"one.other": 'as "kim@example.org" says', "some.other": 'ask "kim@example.org"'}
    given = {"one": "3", "some": ["1", "3"], **written}
    assert fieldwork.record(trial=row, answers=given) is fieldwork.Outcome.SAVED
    told = export.responses(study)["answer"].tolist()
    assert told == ['Else: as "[e-mail]" says', '["Oil", "Else: ask \\"[e-mail]\\""]']
    kept = Response.objects.exclude(trial=None).values_list("answer", flat=True)
    assert all("kim@example.org" in answer for answer in kept)
