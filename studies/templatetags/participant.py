"""Words on participants' pages: a study's texts in the language of the page, counted things."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.html import json_script
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from studies.live.plan import Plan
from studies.questions.several import Several
from studies.trial_forms.asking import Asked
from studies.wording.catalogue import SOURCE, translated
from studies.wording.scripts import sentences
from studies.wording.wording import Wording

register = template.Library()


@register.filter
def said(text: str, plan: Plan | None) -> str:
    """A text of the study, or of the platform's own plugins, in the language of the page."""
    language = get_language() or SOURCE
    wording = plan.wording(language) if plan else Wording(language)
    return wording.say(text or "")


@register.filter
def day_and_time(moment: datetime) -> str:
    """`23 November 2026, 14:05`, as the language of the page writes days."""
    english = get_language() in {None, SOURCE}
    day = date_format(moment, "j F Y" if english else "DATE_FORMAT")
    return f"{day}, {moment:%H:%M}"


@register.simple_tag
def things(number: int, unit: str) -> str:
    """`3 pictures`, `1 set`: the unit of a trial kind, counted."""
    return ngettext(f"{{number}} {unit}", f"{{number}} {unit}s", number).format(number=number)


@register.simple_tag
def kept(minutes: int) -> str:
    """For how long a place is kept, in minutes, or hours where these are many."""
    if minutes < 180:
        return ngettext(
            "Your place is kept for {number} minute after your last answer.",
            "Your place is kept for {number} minutes after your last answer.",
            minutes,
        ).format(number=minutes)
    hours = minutes // 60
    return ngettext(
        "Your place is kept for {number} hour after your last answer.",
        "Your place is kept for {number} hours after your last answer.",
        hours,
    ).format(number=hours)


@register.filter
def bounds(question: Several) -> str:
    """How many options are asked for."""
    least, most = max(question.at_least, 1), question.at_most
    if most is None and least == 1:
        return gettext("Tick all that apply.")
    if most is None:
        return gettext("Tick all that apply, {least} at least.").format(least=least)
    if question.at_least == most:
        return gettext("Tick {number}.").format(number=most)
    return gettext("Tick {least} to {most}.").format(least=least, most=most)


IN_PLACE = "rater/pictures/in_place.html"


@register.simple_tag(takes_context=True)
def keyboard(context: Context) -> SafeString:
    """What keys do on this trial's page: said once for each language and sort of page."""
    asked, pictures, plan = context["asked"], context["pictures"], context["plan"]
    flicker, in_place = context.get("flicker"), plan.kind.template == IN_PLACE
    labels = tuple((each.label[:1], said(each.label, plan)) for each in pictures if in_place)
    return _keyboard(
        get_language() or SOURCE,
        digits=asked[0].digits if asked else 0,
        not_sure=asked[0].not_sure if asked else "",
        grouped=bool(pictures and pictures[0].group),
        in_place=in_place,
        several=len(pictures) > 1,
        labels=labels,
        flicker_start=flicker.start if flicker else "",
        marking=bool(getattr(plan.kind, "marking", None)),
    )


@register.simple_tag(takes_context=True)
def questions(context: Context) -> SafeString:
    """The questions of this trial's page; said once for each part, order of pictures and language
    of a launched study, where nothing was answered yet."""
    asked, plan, study = context["asked"], context["plan"], context["person"].study
    if not study.launched_at or any(item.given or item.missing for item in asked):
        return render_to_string("rater/parts/questions.html", {"asked": asked, "plan": plan})
    order = tuple(asked[0].order) if asked else ()
    key = study.link_token, study.consent_version, get_language(), context["trial"].part, order
    return _unanswered(_Sheet(key, asked, plan))


@dataclass(frozen=True)
class _Sheet:
    key: tuple[object, ...]
    asked: Sequence[Asked] = field(compare=False)
    plan: Plan = field(compare=False)


@lru_cache(maxsize=512)
def _unanswered(sheet: _Sheet) -> SafeString:
    page = {"asked": sheet.asked, "plan": sheet.plan}
    return render_to_string("rater/parts/questions.html", page)


@lru_cache(maxsize=256)
def _keyboard(_language: str, **page: object) -> SafeString:
    return render_to_string("rater/parts/keyboard.html", page)


@register.simple_tag
def script_words() -> SafeString | str:
    """The sentences of the page's scripts in its language, for static/rater/words.js."""
    language = get_language() or SOURCE
    return "" if language == SOURCE else _script_words(language)


@lru_cache
def _script_words(language: str) -> SafeString:
    words = {text: translated(text, language) or text for text in sentences()}
    return json_script(words, "words")
