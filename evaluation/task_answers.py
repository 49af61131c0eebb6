"""Answers that an MTurk batch holds as one JSON text, each put under a column of its own. Pure.

MTurk's newer forms (crowd elements) save all of an assignment's answers in `Answer.taskAnswers`: a
list of one object, name → answer. A radio group is an object of its points, of which one is true.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pandas import DataFrame

from evaluation.ratings import TableError

ANSWER = "Answer."
COLUMN = "Answer.taskAnswers"
BETWEEN = "|"
"""Between several things that were ticked, as MTurk itself writes them."""


def spread(batch: DataFrame) -> DataFrame:
    """The batch with a column an answer in the place of the JSON; its index is the file's lines.

    Raises TableError, naming the line, where the text is no such list or a name stands twice.
    """
    if COLUMN not in batch.columns:
        return batch
    told = [_answers(text, line) for line, text in batch[COLUMN].items()]
    names = {name: None for answers in told for name in answers}  # in the order they first come
    taken = next((name for name in names if name in batch.columns), None)
    if taken:
        raise TableError(
            f"“{taken}” is a column, and an answer in {COLUMN} too: rename the column."
        )
    columns = {name: [answers.get(name, "") for answers in told] for name in names}
    wide = DataFrame(columns, index=batch.index, dtype=str)
    return batch.drop(columns=COLUMN).join(wide)


def _answers(text: str, line: object) -> Mapping[str, str]:
    if not text.strip():
        return {}
    try:
        return _once(_told(_read(text)))
    except (ValueError, RecursionError) as error:
        raise TableError(
            f"Line {line}: {COLUMN} cannot be read ({error}). Give the file as it was downloaded:"
            " a spreadsheet cuts long cells off."
        ) from error


def _read(text: str) -> Any:
    """Numbers stay as they are written; what JSON does not know is refused."""
    return json.loads(
        text, parse_int=str, parse_float=str, parse_constant=_no_number, object_pairs_hook=_once
    )


def _no_number(word: str) -> str:
    raise ValueError(f"{word} is no number")


def _told(forms: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(forms, list) or not all(isinstance(form, dict) for form in forms):
        raise ValueError("it is no list of objects")
    for form in forms:
        yield from _flat(ANSWER.rstrip("."), form)


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and not _is_choice(value):
        for key, inner in value.items():
            yield from _flat(f"{name}.{key}", inner)
    else:
        yield name, _text(value)


def _is_choice(value: Mapping[str, Any]) -> bool:
    return bool(value) and all(isinstance(ticked, bool) for ticked in value.values())


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return BETWEEN.join(key for key, ticked in value.items() if ticked)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"“{name}” stands in it twice")
        found[name] = value
    return found
