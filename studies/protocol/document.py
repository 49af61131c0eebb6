"""YAML text into plain data, with the line of every key; loud about what YAML lets pass.

Only plain data can come out (no tags, no objects). Scalars follow YAML 1.2: `yes` and `on` are
text, `1e-3` is a number, dates are text. Refused: a key that is written twice, tabs, more than one
document, files so large, deep or self-repeating (aliases) that reading them would be an attack.
"""

import math
import re
from collections.abc import Iterator
from typing import Any

import yaml

from studies.protocol.problems import Lines, Place, Problem, ProtocolError, at, in_words

MAX_BYTES = 400_000
MAX_DEPTH = 30
MAX_NODES = 20_000
"""Counted with every alias written out, so that aliases of aliases cannot multiply unseen."""

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Yaml12Loader(yaml.SafeLoader):
    """PyYAML's safe loader with the scalars of YAML 1.2's core schema."""


Yaml12Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in [
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
]:
    Yaml12Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first)
    )


def parse(text: str) -> tuple[Any, Lines]:
    """The data of one YAML document and the lines of its parts; raises ProtocolError."""
    if len(text.encode(errors="surrogatepass")) > MAX_BYTES:
        raise ProtocolError([Problem(f"The file is longer than {MAX_BYTES:,} bytes.")])
    try:
        node = _compose(text)
    except yaml.YAMLError as error:
        raise ProtocolError([_syntax_problem(error, text)]) from error
    if node is None:
        raise ProtocolError([Problem("The file is empty.")])
    reader = _Reader()
    data = reader.value(node, ())
    if reader.problems:
        raise ProtocolError(reader.problems)
    return data, reader.lines


def _compose(text: str) -> yaml.Node | None:
    try:
        _refuse_depth(text)
        return yaml.compose(text, Loader=Yaml12Loader)
    except (ValueError, OverflowError) as error:
        if isinstance(error, ProtocolError):
            raise
        # PyYAML lets chr() and int() speak for themselves: "\UFFFFFFFF", "%YAML 1.(5000 digits)"
        raise ProtocolError([Problem("There is an impossible character or number.")]) from error


def _refuse_depth(text: str) -> None:
    """Before composing, which is recursive."""
    depth = 0
    for event in yaml.parse(text, Loader=Yaml12Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            too_deep = f"Nested more than {MAX_DEPTH} levels deep."
            line = event.start_mark.line + 1 if event.start_mark else None
            raise ProtocolError([Problem(too_deep, line)])


class _Reader:
    """Walks YAML's nodes once, collecting data, lines and problems."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.lines: dict[Place, int] = {}
        self.nodes = 0

    def value(self, node: yaml.Node, place: Place) -> Any:
        self.nodes += 1
        self.lines.setdefault(place, node.start_mark.line + 1)
        if self.nodes > MAX_NODES or len(place) > MAX_DEPTH:
            too_much = "The file, with its aliases written out, is too large or holds itself."
            raise ProtocolError([Problem(too_much, node.start_mark.line + 1)])
        if isinstance(node, yaml.MappingNode):
            return dict(self._entries(node, place))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*place, i)) for i, child in enumerate(node.value)]
        return self._scalar(node, place)

    def _entries(self, node: yaml.MappingNode, place: Place) -> Iterator[tuple[str, Any]]:
        first: dict[str, int] = {}
        for key_node, child in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.append(Problem("A key must be plain text.", line))
                continue
            key = key_node.value
            here = (*place, key)
            if key in first:
                twice = f"“{key}” is written twice; the first is on line {first[key]}."
                self.problems.append(Problem(twice, line, in_words(place)))
                continue
            first[key] = self.lines[here] = line
            if CONTROL.search(key):
                self.problems.append(Problem("This key holds a control character.", line))
            yield key, self.value(child, here)

    def _scalar(self, node: yaml.Node, place: Place) -> Any:
        text = str(node.value)
        match node.tag.rpartition(":")[2]:
            case "null":
                return None
            case "bool" if text.lower() in {"true", "false"}:
                return text.lower() == "true"
            case "int" | "float" as kind if re.fullmatch(r"[-+.\deE]+", text):
                return self._number(kind, text, place)
            case "str" if not CONTROL.search(text):
                return text
            case "str":
                self._problem(place, "this text holds a control character.")
            case _:
                self._problem(place, f"only plain values are understood here, not {node.tag}.")
        return None

    def _number(self, kind: str, text: str, place: Place) -> int | float | None:
        try:
            value = int(text) if kind == "int" and len(text) < 20 else float(text)
        except ValueError:
            self._problem(place, f"“{text[:40]}” is not a number.")
            return None
        if not math.isfinite(value) or abs(value) > 2**63 - 1:
            self._problem(place, "this number is too large.")
            return None
        return value

    def _problem(self, place: Place, message: str) -> None:
        self.problems.append(at(place, message, self.lines))


def _syntax_problem(error: yaml.YAMLError, text: str) -> Problem:
    """What PyYAML stumbled over, in plain words; what is never closed has the line it opens on."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return Problem("The file holds a character that YAML does not allow.")
    opened = any(word in str(error.context) for word in ("flow", "quoted"))
    mark = (error.context_mark if opened else None) or error.problem_mark or error.context_mark
    line = mark.line if mark else 0
    rows = [*text.splitlines(), ""]
    return Problem(_syntax_sentence(str(error.problem), rows[min(line, len(rows) - 1)]), line + 1)


def _syntax_sentence(problem: str, row: str) -> str:
    if "\t" in row[: len(row) - len(row.lstrip())] or "'\\t'" in problem:
        return "There is a tab; YAML is indented with spaces only."
    for clue, words in SYNTAX.items():
        if clue in problem:
            return words
    return f"This is not valid YAML: {problem or 'cannot be read'}."


SYNTAX = {
    "mapping values are not allowed": "There is a second “: ” in this line, or the line is"
    " indented too far; put text that holds “: ” into quotes.",
    "expected <block end>": "The indentation of this line fits no section above it, or a bracket"
    " or a “- ” is missing.",
    "could not find expected ':'": "A “:” after the key is missing here.",
    "found undefined alias": "This alias (*name) has no anchor (&name) above it.",
    "but found another document": "There is a second document (---); one file is one experiment.",
    "found unexpected end of stream": "A quotation mark is never closed.",
    "expected ',' or": "A list or section in brackets is not closed, or a comma is missing.",
    "could not determine a constructor": "Only plain values are understood here, no tags (!name).",
    "found character '%'": "Put text that starts with % into quotes.",
    "found character '@'": "Put text that starts with @ into quotes.",
    "found character '`'": "Put text that starts with ` into quotes.",
}
