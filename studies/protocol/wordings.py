"""Whether a study says in each of its languages what it says in the first; scales it translates."""

import re
from collections.abc import Iterator, Mapping, Set

from config.plugins import PluginError
from studies.channels import CHANNELS
from studies.checks import CHECKS
from studies.protocol.fieldwork import Fieldwork
from studies.protocol.languages import own_words
from studies.protocol.problems import Place
from studies.questions.scale import Scale
from studies.trials import TRIALS
from studies.wording import Filled, shown
from studies.wording.catalogue import languages
from studies.wording.wording import Wording

Found = Iterator[tuple[Place, str]]
HERE: Place = ("study", "translations")
FILLED_IN, BRACE = re.compile(r"\{\w+\}"), re.compile("[{}]")
NOT_VALIDATED = (
    "In {language} people read translations of the scales of {questions}. A scale in another"
    " language is not the instrument that was validated: report languages apart, and put the words"
    " of a validated version into `study.translations.{language}.texts` where there is one."
)


def wrong(title: str, study: Fieldwork) -> Found:
    """(place, sentence) of all that is wrong with the languages of a study; its plugins are
    resolved."""
    yield from _wrong_list(study)
    known = [language for language in study.languages[1:] if language in languages()]
    texts = texts_of(study) if known else []
    for language in dict.fromkeys(known):
        yield from _wrong_translation(title, study, language, texts)


def texts_of(study: Fieldwork) -> list[str]:
    """Every text of its trials, checks and channel that people read; raises PluginError."""
    trial, channel = study.trial, study.channel
    said = shown.of_trial(TRIALS.build(trial.kind, trial.settings, trial.preset))
    for check in study.checks:
        said += shown.of_check(CHECKS.build(check.check, check.settings))
    said += shown.of_channel(CHANNELS.build(channel.kind, channel.settings, channel.preset))
    return list(dict.fromkeys(said))


def translated_scales(study: Fieldwork) -> list[str]:
    """A warning for each language in which a labelled scale is not in the words of its source."""
    try:
        kind = TRIALS.build(study.trial.kind, study.trial.settings, study.trial.preset)
    except PluginError:
        return []
    scales = [question for question in kind.questions if isinstance(question, Scale)]
    warnings = []
    for language in study.languages:
        into = study.translations.get(language)
        wording = Wording(language, into.texts if into else {})
        names = [q.name for q in scales if any(wording.say(words) != words for words in q.labels)]
        if names:
            warnings.append(NOT_VALIDATED.format(language=language, questions=", ".join(names)))
    return warnings


def _wrong_list(study: Fieldwork) -> Found:
    seen: set[str] = set()
    for number, language in enumerate(study.languages):
        place: Place = ("study", "languages", number)
        if language in seen:
            yield place, f"{language} is listed twice."
        if language not in languages():
            yield (
                place,
                f"there are no participants' pages in {language}; there are:"
                f" {', '.join(languages())}. docs/languages.md says how to add one.",
            )
        seen.add(language)
    for language in study.translations:
        if language == study.languages[0]:
            yield (
                (*HERE, language),
                f"{language} stands first in `languages`: it is the language of the file itself.",
            )
        elif language not in study.languages:
            yield (*HERE, language), f"add {language} to `languages`, or leave this out."


def _wrong_translation(title: str, study: Fieldwork, language: str, texts: list[str]) -> Found:
    place: Place = (*HERE, language)
    into = study.translations.get(language)
    if into is None:
        yield (
            HERE,
            f"{language} is missing: title, information, consent, debrief, and `texts` for what the"
            " file wrote itself.",
        )
        return
    if len(into.consent) != len(study.consent):
        yield (
            (*place, "consent"),
            f"{len(study.consent)} statements are needed here, in the order of the file; there are"
            f" {len(into.consent)}.",
        )
    templates = {text.template for text in texts if isinstance(text, Filled)}
    for text in into.texts:
        if text not in {*texts, *templates}:
            yield (
                (*place, "texts", text),
                "no text of this study reads so: write it exactly as people read it.",
            )
    odd = list(_oddly_filled(place, into.texts, templates))
    yield from odd
    if odd:  # nothing can be read in this language before that is mended
        return
    main = (title, study.information, study.consent, study.debrief, study.contact)
    wording = Wording(language, own_words(*main, into))
    for text in texts:
        if wording.lacks(text):
            yield (*place, "texts"), f"“{text}” has no translation: add it here."


def _oddly_filled(place: Place, into: Mapping[str, str], templates: Set[str]) -> Found:
    """Translations that cannot be filled in as the text is."""
    for text, words in into.items():
        lost = sorted(set(FILLED_IN.findall(text)) ^ set(FILLED_IN.findall(words)))
        if lost:
            yield (
                (*place, "texts", text),
                f"{lost[0]} must stand in the text and in its translation: it is filled in.",
            )
        elif text in templates and BRACE.search(FILLED_IN.sub("", words)):
            yield (
                (*place, "texts", text),
                "a brace that stands alone cannot be shown here: something is filled in.",
            )
