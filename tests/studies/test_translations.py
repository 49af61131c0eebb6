"""Catalogues of translations: whole, compiled, and nothing that participants read outside them."""

import re
from html.parser import HTMLParser
from pathlib import Path

import polib
import pytest
from django.core.management import CommandError, call_command
from django.template.base import Lexer, TokenType

from config.environment import ROOT
from studies.management import catalogues
from studies.management.catalogues import standing_of
from studies.management.extraction import Message, messages, templates
from studies.trials import TRIALS, parts_of, questions_of
from studies.wording import Filled, scripts
from studies.wording.catalogue import folder_of, languages, translated
from studies.wording.wording import Wording

BOOKS = {path.parts[-3]: path for path in catalogues.catalogues()}
HOLES = re.compile(r"\{\w+\}|%\(\w+\)s|<[^>]*>")
READ_OUT = {"aria-label", "alt", "title", "placeholder"}
"""Attributes whose words people read or hear."""


@pytest.fixture(scope="module")
def found() -> list[Message]:
    return messages()


def entries(language: str) -> list[polib.POEntry]:
    return list(polib.pofile(str(BOOKS[language])))


def test_english_and_three_languages_one_of_them_from_the_right():
    assert set(languages()) >= {"en", "ar", "de", "es"}


@pytest.mark.parametrize("language", BOOKS)
def test_each_catalogue_holds_every_text_translated_and_none_that_nobody_says(language, found):
    standing = standing_of(BOOKS[language], found)
    assert standing.missing == (), "run manage.py translations, and fill them in"
    assert standing.gone == ()


@pytest.mark.parametrize("language", BOOKS)
def test_what_programs_read_is_what_the_catalogue_says(language):
    written = {
        (e.msgid, e.msgstr, tuple(sorted(e.msgstr_plural.items()))) for e in entries(language)
    }
    compiled = polib.mofile(str(BOOKS[language].with_suffix(".mo")))
    assert written == {
        (e.msgid, e.msgstr, tuple(sorted(e.msgstr_plural.items()))) for e in compiled
    }


@pytest.mark.parametrize("language", BOOKS)
def test_translations_keep_every_placeholder_and_every_tag(language):
    for entry in entries(language):
        whole = entry.msgid_plural or entry.msgid
        several = list(entry.msgstr_plural.values())
        said = several[-1] if several else entry.msgstr
        assert sorted(HOLES.findall(said)) == sorted(HOLES.findall(whole)), entry.msgid
        for form in several:
            assert set(HOLES.findall(form)) <= set(HOLES.findall(whole)), entry.msgid


@pytest.mark.parametrize("language", BOOKS)
def test_each_form_for_a_number_is_there(language):
    head = polib.pofile(str(BOOKS[language])).metadata["Plural-Forms"]
    forms = int(re.search(r"nplurals=(\d+)", head)[1])
    counted = [entry for entry in entries(language) if entry.msgid_plural]
    assert counted
    for entry in counted:
        assert len(entry.msgstr_plural) == forms
        assert all(entry.msgstr_plural.values())


@pytest.mark.parametrize("language", BOOKS)
@pytest.mark.parametrize("kind", TRIALS.names())
def test_the_points_of_a_scale_stay_apart(language, kind):
    built, wording = TRIALS.build(kind, {}), Wording(language)
    for part in parts_of(built):
        for question in questions_of(built, part):
            said = [wording.say(words) for words in question.labels]
            assert len(set(said)) == len(said)


def test_extraction_finds_each_sort_of_text(found):
    texts = {message.text: message for message in found}
    assert "Do you agree?" in texts  # a template
    assert "<strong>%(amount)s</strong>, at your own pace." in " ".join(texts)
    assert "All places in this study are taken just now." in texts  # a sentence of a live study
    assert "Please look at all the pictures first." in texts  # a script
    assert "Very willing" in texts  # a trial kind's default
    assert "Style samples" in texts  # a preset
    assert "How many characters were pasted into a field for text, not typed." in texts  # a check
    assert "In which quarter of this picture are fine stripes?" in texts  # an exam
    assert texts["{number} picture"].plural == "{number} pictures"
    assert any("{rate}" in text for text in texts)  # something filled in


def loose_words(source: str) -> list[str]:
    """Words of a template that stand outside of translations."""
    return _Reader(_without_tags(source)).found


def _without_tags(source: str) -> str:
    kept, inside = [], False
    for token in Lexer(source).tokenize():
        name = token.contents.split(" ", 1)[0] if token.token_type == TokenType.BLOCK else ""
        if name in {"blocktranslate", "comment"} or token.contents.endswith("_class"):
            inside = True
        elif name in {"endblocktranslate", "endcomment", "endblock"}:
            inside = False
        elif token.token_type == TokenType.TEXT and not inside:
            kept.append(token.contents)
    return "".join(kept)


class _Reader(HTMLParser):
    SILENT = ("script", "style", "kbd", "code")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent = 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.silent += tag in self.SILENT
        self.found += [v for k, v in attrs if k in READ_OUT and v and re.search("[A-Za-z]{2}", v)]

    def handle_endtag(self, tag):
        self.silent -= tag in self.SILENT

    def handle_data(self, data):
        if not self.silent and re.search("[A-Za-z]{2}", data):
            self.found.append(data.strip())


def test_words_outside_of_translations_are_found():
    source = '{% if a %}<p title="All of it">{% translate "Yes" %} and more</p>{% endif %}{# so #}'
    assert loose_words(source) == ["All of it", "and more"]
    assert loose_words("{% blocktranslate %}all <b>fine</b>{% endblocktranslate %}") == []


ALLOWED = {
    "bare.html": {
        "Preview",
        "PREVIEW",
        "Nothing you do here is saved.",
        "Back to the study",
        "Go on as if it had been passed",
        "Connoisseur",
    },
    "declined.html": set(),
    "receipt.html": {"UTC"},
}
"""For researchers' eyes, and names."""


@pytest.mark.parametrize("path", templates(), ids=lambda path: path.name)
def test_no_template_of_participants_says_anything_untranslated(path: Path):
    loose = loose_words(path.read_text(encoding="utf-8"))
    assert [words for words in loose if words not in ALLOWED.get(path.name, ())] == []


STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`')
SENTENCE = re.compile(r"[A-Z][a-z]+ [a-z]+")


def loose_sentences(script: str) -> list[str]:
    """Strings of a script that read like a sentence, outside of `phrase(…)`."""
    bare = re.sub(r"(?m)^\s*//.*$|(?<=\s)//.*$", "", script)
    return [text for text in STRING.findall(scripts.SAID.sub("", bare)) if SENTENCE.search(text)]


def test_sentences_outside_of_translations_are_found_in_scripts():
    assert loose_sentences('say("Not now"); phrase("Not later"); // "Not this"') == ['"Not now"']
    assert loose_sentences("say(`Mark ${n} has moved`)") == []  # no two words in a row
    assert loose_sentences("say(`Some mark ${n}`)") == ["`Some mark ${n}`"]


def test_no_script_of_participants_says_anything_untranslated():
    paths = sorted((ROOT / "static" / "rater").glob("*.js"))
    loose = {path.name: loose_sentences(path.read_text(encoding="utf-8")) for path in paths}
    assert {name: found for name, found in loose.items() if found} == {}


def test_what_is_filled_in_is_translated_as_a_whole():
    filled = Filled("{number}: {words}", number="3", words="Fair")
    assert filled == "3: Fair"
    assert Wording("de").say(filled) == "3: Mittelmäßig"
    own = Wording("de", {"Fair": "Geht so", "Back to {name}": "Auf zu {name}"})
    assert own.say(filled) == "3: Geht so"
    assert own.say(Filled("Back to {name}", name="the panel")) == "Auf zu die Plattform"


def test_a_text_that_nobody_translated_stays_as_it_is():
    assert translated("Nobody ever wrote this", "ar") is None
    assert Wording("ar").say("Nobody ever wrote this") == "Nobody ever wrote this"
    assert translated("Ukiyo-e", "de") == "Ukiyo-e"  # the same words, and known to be


def test_folders_are_called_as_gettext_calls_them():
    assert folder_of("pt-br").parent.name == "pt_BR"
    assert folder_of("zh-hans").parent.name == "zh_Hans"


def test_a_new_language_begins_with_one_file(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(catalogues, "FOLDER", tmp_path)
    call_command("translations", "--start", "fr")
    said = capsys.readouterr().out
    assert "fr: 0 of" in said
    assert "missing: Do you agree?" in said
    path = tmp_path / "fr" / "LC_MESSAGES" / "django.po"
    book = polib.pofile(str(path))
    book.find("Do you agree?").msgstr = "Êtes-vous d’accord ?"
    book.save()
    call_command("translations")
    assert "fr: 1 of" in capsys.readouterr().out
    kept = polib.mofile(str(path.with_suffix(".mo")))
    assert kept.find("Do you agree?").msgstr == "Êtes-vous d’accord ?"
    with pytest.raises(CommandError, match="translations are missing"):
        call_command("translations", "--check")
