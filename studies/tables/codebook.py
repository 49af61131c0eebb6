"""The codebook: what each column of the exported tables says."""

from collections.abc import Mapping
from typing import Any

from studies.live.plan import Plan, plan_of
from studies.models import Study
from studies.tables.comparisons import COMPARISONS, SHARED
from studies.tables.consents import CONSENTS
from studies.tables.flags import FLAGS
from studies.trial_forms.marks import marking_of

RESPONSES: Mapping[str, str] = {
    "study": "slug of the study",
    "protocol": "sha256 of protocol, stimuli and seeds, frozen at launch",
    "participant": "pseudonym of the rater, unique within the study",
    "population": "what the expertise check made of the rater; empty where none was asked",
    "simulated": "true for SIMULATED raters, which are no people",
    "trial": "one screen of one rater",
    "kind": "kind of the trial",
    "position": "place of the trial among the rater's trials, practice included, from 0",
    "item": "what was judged: an artwork under a condition",
    "artwork": "the picture that was altered, or the first of the originals beside which paintings"
    " were shown: first 12 digits of its sha256 in the stimuli table",
    "artist": "factor: painter of the artwork",
    "era": "of the painter, as most of the collection's records say: historical (known to the base"
    " network) or contemporary, e.g.; empty where none does",
    "surface": "of the painter's pictures, by the same records: smooth or textured, e.g.",
    "genre": "of the painter, by the same records: what genre_choice holds answers to",
    "protection": "factor: label of the protection in the experiment file",
    "budget": "factor: budget as written in the file; 0 is untouched, empty where the protection"
    " takes none",
    "purification": "factor: label of the purification in the experiment file",
    "mimicry": "factor: label of the mimicry in the experiment file; none where there is none",
    "degradation": "factor: label of the degradation in the experiment file; none for pictures as"
    " they were made",
    "dose": "factor: strength of the degradation as written in the file, in the unit of its method;"
    " 0 for pictures as they were made",
    "question": "name of the question",
    "answer": "the words of the answer, as shown; where several were ticked a JSON list of them; of"
    " a free text what was written, with [e-mail], [name] and the like where somebody may be told",
    "masking": "of such text: masked where something stands in brackets, released where a person"
    " let it leave as it was written, both with a comma; empty where nothing was found",
    "value": "the point on the scale, from 1; a place on a line, 0 to 100; empty for texts, ticks,"
    " and where the rater could not tell",
    "scale": "number of points on the scale",
    "rt_ms": "milliseconds from showing the trial to sending its answers",
    "started_at": "when the trial was first shown, UTC",
    "answered_at": "when the answer was saved, UTC",
    "repeat_of": "trial that this one repeats; empty where it repeats none",
    "gold": "true where the right answer is known",
    "excluded": "true where an exclusion rule leaves the row out",
    "exclusion_reason": "the rules, with “; ” between them: viewing.min_scale, e.g.",
}
"""Column → what it says, in the order of the table."""

STIMULI: Mapping[str, str] = {
    "item": "what was judged",
    "practice": "true for pictures that were shown for practice only",
    "artwork": "sha256 of the imported picture that was altered, or of the first original shown",
    "title": "title of that artwork",
    "slot": "which picture of the trial: original, altered, image, original-1, mimicry-1, …",
    "image": "sha256 of the picture (8-bit PNG)",
    "recipe": "key of the recipe that made it",
    "prompt": "what a painting was asked for; empty for all else",
    "seed": "of a painting: the same prompt and seed begin from the same noise in every condition",
    "artist": "painter of the artwork",
    "protection": RESPONSES["protection"],
    "budget": RESPONSES["budget"],
    "purification": RESPONSES["purification"],
    "mimicry": RESPONSES["mimicry"],
    "degradation": RESPONSES["degradation"],
    "dose": RESPONSES["dose"],
}

PARTICIPANTS: Mapping[str, str] = {
    "participant": RESPONSES["participant"],
    "population": RESPONSES["population"],
    "simulated": RESPONSES["simulated"],
    "channel": "how the rater came",
    "language": "of the pages that the rater read; answers are stored in that of the file",
    "consent_sha256": "hash of the text that the rater agreed to last, in their language",
    "consent_version": "version of that text: 1 is the experiment file's, then amendments",
    "state": "active, finished or lapsed",
    "consented_at": "when the rater agreed to take part, UTC",
    "finished_at": "when the rater finished, UTC",
    "trials": "trials answered, practice left out",
}

MARKS: Mapping[str, str] = {
    "study": RESPONSES["study"],
    "participant": RESPONSES["participant"],
    "population": RESPONSES["population"],
    "simulated": RESPONSES["simulated"],
    "trial": RESPONSES["trial"],
    "item": RESPONSES["item"],
    "x": "place of the mark from the left edge, as a share of the picture's width, 0 to 1",
    "y": "place of the mark from the upper edge, as a share of the picture's height, 0 to 1",
    "order": "of the marks of one trial as they stood when the answer was sent, from 1",
}

VIEWING: Mapping[str, str] = {
    "study": RESPONSES["study"],
    "participant": RESPONSES["participant"],
    "population": RESPONSES["population"],
    "simulated": RESPONSES["simulated"],
    "trial": RESPONSES["trial"],
    "item": RESPONSES["item"],
    "part": "the screen, where a trial has several",
    "slot": STIMULI["slot"],
    "place": "of the picture on the page, from 1",
    "delivered": "false where the pictures never arrived: the trial has no answer then",
    "undelivered": "how often the trial was put off because its pictures did not arrive",
    "reported": "false where the browser told nothing of how the pictures were looked at",
    "valid": "whether no rule of `study.viewing` is broken; false without an answer",
    "broken": "rules that are broken: not_decoded, unreported, min_scale, fully_visible,"
    " min_shown_ms, max_hidden_ms, min_viewport",
    "mode": "side by side, flip (in one place for want of room), wall (all at once, enlarged one by"
    " one), in_place (in one place at any width), or none (no pictures)",
    "direction": "which way the page was written, and its scales with it: ltr, or rtl (the first"
    " point at the right); pictures stand from the left in both",
    "viewport_width": "of the window when the answer was sent, CSS pixels",
    "viewport_height": "of the window when the answer was sent, CSS pixels",
    "narrowest_viewport": "the window's smallest width during the trial, CSS pixels",
    "lowest_viewport": "its smallest height, likewise; not while somebody was writing",
    "pixel_ratio": "screen pixels per CSS pixel; the browser's zoom is part of it",
    "page_scale": "the browser's pinch zoom when the answer was sent",
    "gamut": "widest colour gamut that the screen claims: srgb, p3 or rec2020; empty where untold",
    "natural_width": "of the picture's file, in its own pixels",
    "natural_height": "of the picture's file, in its own pixels",
    "rendered_width": "as first shown, CSS pixels",
    "rendered_height": "as first shown, CSS pixels",
    "screen_pixels": "screen pixels per pixel of the picture, at the largest it was seen; the"
    " browser's own zoom and the screen as they were then",
    "decoded_ms": "from opening the page until the picture was ready to be shown",
    "visible_ms": "from opening the page until it was first on screen as a whole",
    "shown_ms": "for how long it was on screen and on top, the page in the foreground",
    "hidden_ms": "for how long the page was in the background",
    "flips": "changes between pictures in one place, by hand",
    "flicker_rate": "rounds a second at which pictures alternated; empty where nothing may",
    "flicker_starts": "how often that was started",
    "flicker_changes": "changes between pictures while it lasted",
    "flicker_ms": "for how long it lasted, in all",
    "enlarged": "pictures of a wall that were enlarged",
    "zooms": "changes of size",
    "largest_zoom": "CSS pixels per pixel of the picture, at most",
    "actual_size": "whether “100 %” was used",
    "load_failures": "downloads that had to be repeated",
    "save_attempts": "how often sending the answer was tried",
    "keys": "answers given by single keys",
}

ABOUT = "about_"
"""Columns of participants.csv that hold what people said about themselves start with this."""

FLOW: Mapping[str, str] = {
    "simulated": RESPONSES["simulated"],
    "stage": "how far raters got; one rater counts in several stages",
    "raters": "number of raters",
}


def _compared() -> dict[str, str]:
    return {**{column: RESPONSES[column] for column in SHARED}, **COMPARISONS}


def _as_read(plan: Plan) -> dict[str, dict[str, list[str]]]:
    """Language → question → the question and the words of its values, as people read them."""
    return {
        language: {
            question.name: [
                plan.wording(language).say(t) for t in (question.text, *question.labels)
            ]
            for question in plan.kind.questions
        }
        for language in plan.languages
    }


def codebook(study: Study) -> list[dict[str, Any]]:
    """One record per column of every table: table, column, says, and its possible values."""
    plan = plan_of(study)
    scales = {
        question.name: dict(enumerate(question.labels, start=1)) for question in plan.kind.questions
    }
    about = {f"{ABOUT}{q.name}": q.text for q in plan.person_questions}
    texts = {question.name: question.text for question in plan.kind.questions}
    tables = {
        "responses": RESPONSES,
        "participants": {**PARTICIPANTS, **about},
        "stimuli": STIMULI,
        "flow": FLOW,
        "consents": CONSENTS,
        "flags": FLAGS,
        "viewing": VIEWING,
        **({"marks": MARKS} if marking_of(plan.kind) else {}),
        **({"comparisons": _compared()} if plan.fieldwork.compare else {}),
    }
    values: dict[tuple[str, str], Any] = {
        ("responses", "question"): texts,
        ("responses", "value"): scales,
        ("participants", "language"): _as_read(plan),
        **{("participants", f"{ABOUT}{q.name}"): list(q.choices) for q in plan.person_questions},
    }
    return [
        {"table": table, "column": column, "says": says, "values": values.get((table, column))}
        for table, columns in tables.items()
        for column, says in columns.items()
    ]
