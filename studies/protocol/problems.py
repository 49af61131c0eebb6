"""What is wrong with an experiment file, in plain words and with the line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from studies.protocol.experiment import Experiment
from studies.protocol.sections import PATTERNS

Place = tuple[str | int, ...]
"""Where in the file: keys and list positions from the top."""

Lines = Mapping[Place, int]
"""Line number (from 1) of each key and list entry."""


@dataclass(frozen=True)
class Problem:
    """One thing to put right."""

    message: str
    line: int | None = None
    place: str = ""

    def __str__(self) -> str:
        where = ", ".join(filter(None, [f"line {self.line}" if self.line else "", self.place]))
        return f"{where}: {self.message}" if where else self.message


class ProtocolError(ValueError):
    """An experiment file that cannot be used; `problems` holds everything that was found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = sorted(dict.fromkeys(problems), key=lambda problem: problem.line or 0)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def at(place: Place, message: str, lines: Lines) -> Problem:
    """A problem at `place`, with the line of the nearest part of it that the file really has."""
    known = (place[:end] for end in range(len(place), 0, -1))
    line = next((lines[part] for part in known if part in lines), lines.get(()))
    return Problem(message, line, in_words(place))


def in_words(place: Place) -> str:
    """`study.checks[2].settings`: list entries are counted from 1, as people do."""
    parts = (f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in place)
    return "".join(parts).removeprefix(".")


def from_validation(
    error: ValidationError, lines: Lines, base: Place = (), keys: Sequence[str] | None = None
) -> list[Problem]:
    """Pydantic's findings as problems; `base` is where in the file the checked value stands.

    `keys` are the names known there; those of the file's own sections when left out.
    """
    problems: dict[Problem, None] = {}
    missing: dict[Place, Problem] = {}
    misspelt: set[Place] = set()
    for finding in error.errors(include_url=False):
        place = base + tuple(part for part in finding["loc"] if part not in BRANCHES)
        known = keys_beside(place) if keys is None else keys
        problem = at(place, sentence(dict(finding), place, known), lines)
        problems[problem] = None
        if finding["type"] == "missing":
            missing[place] = problem
        if finding["type"] in UNKNOWN:
            misspelt.add((*place[:-1], _guess(str(place[-1]), known)))
    told_once = {missing[place] for place in missing.keys() & misspelt}
    return [problem for problem in problems if problem not in told_once]


UNKNOWN = {"extra_forbidden", "unexpected_keyword_argument"}


def sentence(finding: Mapping[str, Any], place: Place, known: Sequence[str]) -> str:
    """One finding of pydantic in plain words."""
    kind, context = finding["type"], finding.get("ctx", {})
    if kind == "missing":
        return f"“{place[-1]}” is missing."
    if kind in UNKNOWN:
        return unknown(str(place[-1]), known)
    if kind == "value_error":
        return f"{str(context['error']).rstrip('.')}."
    if kind == "string_pattern_mismatch":
        return f"{PATTERNS.get(context['pattern'], 'wrong')} (given: {_short(finding['input'])})."
    wanted = WORDS.get(kind)
    expected = (
        wanted.format(**context) if wanted else finding["msg"][0].lower() + finding["msg"][1:]
    )
    return f"{expected} (given: {_short(finding['input'])})."


def unknown(key: str, keys: Sequence[str]) -> str:
    """`key` is not known here; did the writer mean another?"""
    guess = _guess(key, keys)
    hint = f" Did you mean “{guess}”?" if guess else ""
    choices = f" Possible here: {', '.join(keys)}." if keys and not guess else ""
    return f"“{key}” is not known here.{hint}{choices}"


def _guess(key: str, keys: Sequence[str]) -> str:
    return next(iter(get_close_matches(key, keys, n=1, cutoff=0.6)), "")


WORDS: Mapping[str, str] = {
    "string_type": "text is needed here",
    "int_type": "a whole number is needed here",
    "int_parsing": "a whole number is needed here",
    "int_from_float": "a whole number is needed here",
    "float_type": "a number is needed here",
    "float_parsing": "a number is needed here",
    "multiple_of": "this must be a multiple of {multiple_of}",
    "bool_type": "true or false is needed here",
    "bool_parsing": "true or false is needed here",
    "dict_type": "a section (key: value lines, indented) is needed here",
    "model_type": "a section (key: value lines, indented) is needed here",
    "model_attributes_type": "a section (key: value lines, indented) is needed here",
    "tuple_type": "a list is needed here: [one, two] or lines that start with “- ”",
    "list_type": "a list is needed here: [one, two] or lines that start with “- ”",
    "greater_than_equal": "this must be at least {ge}",
    "less_than_equal": "this must be at most {le}",
    "greater_than": "this must be more than {gt}",
    "less_than": "this must be less than {lt}",
    "too_short": "at least {min_length} entry is needed here",
    "string_too_short": "this must not be empty",
    "string_too_long": "this must be at most {max_length} characters long",
    "literal_error": "this must be {expected}",
}


def keys_beside(place: Place) -> list[str]:
    """The keys that the section around `place` knows."""
    section: type[BaseModel] | None = Experiment
    for part in place[:-1]:
        if section is None:
            return []
        if part in section.model_fields:
            section = _section_in(section.model_fields[str(part)].annotation)
    return list(section.model_fields) if section else []


def _section_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_section_in(part) for part in get_args(annotation))
    return next((section for section in found if section), None)


BRANCHES = {"<drawn>", "<painter>", "<held out>", "<listed>", "[key]"}
"""What pydantic adds to a place (a union's branch, a key itself); the file has no such keys."""


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
