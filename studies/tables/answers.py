"""The one table of answers of a study."""

import json
from collections.abc import Mapping

from pandas import DataFrame, Series

from studies.checking import exclusions
from studies.models import Response, Study
from studies.rights.free_text import spans
from studies.rights.passages import Place, left, masking, passages
from studies.rights.texts import decided, text_questions
from studies.tables.codebook import RESPONSES
from studies.tables.columns import factors, names, painters_records, typed


def responses(study: Study) -> DataFrame:
    """One row per answer to a question about an item, in the order of raters and trials.

    Columns are those of `RESPONSES`: `position` int64; `value`, `scale` and `rt_ms` float64, nan
    where missing; the two times in UTC; `simulated`, `gold` and `excluded` bool; all else text.
    Answers about practice items are left out. Five queries, whatever the number of answers, and one
    more where there is free text.
    """
    answers = Response.objects.filter(participant__study=study, trial__practice=False)
    rows = answers.order_by("participant", "trial__position", "pk").values_list(*ANSWER.values())
    found = DataFrame.from_records(list(rows), columns=list(ANSWER))
    frozen, position = study.protocol, found["position"].astype("int64")
    left_out = exclusions.reasons(study)
    why = Series([left_out.get(row, "") for row in found["row"]], index=found.index, dtype="str")
    found = found.assign(
        study=study.slug,
        protocol=frozen.design_sha256 or frozen.sha256,
        trial=found["participant"].astype("str") + "-" + position.astype("str").str.zfill(3),
        item=names(found["item"]),
        artwork=found["artwork"].fillna("").astype("str").str[:12],
        repeat_of=_repeated(found, position),
        gold=found["gold"] != "",
        excluded=why != "",
        exclusion_reason=why,
        **_left(study, found),
        **factors(study, found["condition"]),
    )
    found = found.assign(**painters_records(study, found["artist"]))
    return typed(found[list(RESPONSES)])


ANSWER = {
    "row": "trial",
    "response": "pk",
    "participant": "participant__code",
    "population": "participant__population",
    "simulated": "participant__simulated",
    "position": "trial__position",
    "kind": "trial__kind",
    "part": "trial__part",
    "repeat": "trial__repeat",
    "gold": "trial__item__gold",
    "item": "trial__item__position",
    "artwork": "trial__item__artwork__image",
    "condition": "trial__item__condition",
    "question": "question",
    "answer": "answer",
    "details": "details",
    "value": "value",
    "scale": "scale",
    "rt_ms": "trial__rt_ms",
    "started_at": "trial__shown_at",
    "answered_at": "answered_at",
}


def _left(study: Study, found: DataFrame) -> dict[str, list[str]]:
    """Answers as they leave, and what became of passages that tell who somebody is.

    Free text, also beside “other”, is masked but for what a person released. One more query where
    there is any.
    """
    texts = text_questions(study)
    rows = zip(found["response"], found["question"], found["answer"], found["details"], strict=True)
    free = [
        (response, answer, answer if question in texts else str(details.get("other") or ""))
        for response, question, answer, details in rows
    ]
    taken = decided(study) if any(text for _, _, text in free) else {}
    told = [_as_left(answer, text, taken.get(row, {})) for row, answer, text in free]
    return {"answer": [answer for answer, _ in told], "masking": [state for _, state in told]}


def _as_left(answer: str, written: str, taken: Mapping[Place, str]) -> tuple[str, str]:
    """The answer without what is masked of its text; several ticks stand in it as JSON."""
    if not written:
        return answer, ""
    found = passages(spans(written), taken)
    leaves = left(written, found)
    if answer == written:
        return leaves, masking(found)
    in_json = [json.dumps(text, ensure_ascii=False)[1:-1] for text in (written, leaves)]
    for stood, stands in ((written, leaves), in_json):
        answer = answer.replace(f": {stood}", f": {stands}")
    return answer, masking(found)


def _repeated(found: DataFrame, position: Series) -> list[str]:
    """The trial that each row's trial repeats, or “”: the first one with the same screen."""
    keys = list(zip(found["participant"], found["item"], found["part"], strict=True))
    names = [f"{code}-{number:03d}" for (code, _, _), number in zip(keys, position, strict=True)]
    again = found["repeat"] > 0
    first = {key: name for key, name, repeat in zip(keys, names, again, strict=True) if not repeat}
    return [first.get(key, "") if r else "" for key, r in zip(keys, again, strict=True)]
