"""The codebook: what each column of the exported tables says."""

from collections.abc import Mapping
from typing import Any

from studies.marks import marking_of
from studies.models import Study
from studies.plan import plan_of

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
    "answer": "the words of the answer, as shown",
    "value": "the point on the scale, from 1",
    "scale": "number of points on the scale",
    "rt_ms": "milliseconds from showing the trial to sending its answers",
    "started_at": "when the trial was first shown, UTC",
    "answered_at": "when the answer was saved, UTC",
    "repeat_of": "trial that this one repeats; empty where it repeats none",
    "gold": "true where the right answer is known",
    "excluded": "true where an exclusion rule leaves the row out",
    "exclusion_reason": "the rule",
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

ABOUT = "about_"
"""Columns of participants.csv that hold what people said about themselves start with this."""

FLOW: Mapping[str, str] = {
    "simulated": RESPONSES["simulated"],
    "stage": "how far raters got; one rater counts in several stages",
    "raters": "number of raters",
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
        **({"marks": MARKS} if marking_of(plan.kind) else {}),
    }
    values: dict[tuple[str, str], Any] = {
        ("responses", "question"): texts,
        ("responses", "value"): scales,
        **{("participants", f"{ABOUT}{q.name}"): list(q.choices) for q in plan.person_questions},
    }
    return [
        {"table": table, "column": column, "says": says, "values": values.get((table, column))}
        for table, columns in tables.items()
        for column, says in columns.items()
    ]
