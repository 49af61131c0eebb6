"""Every text of the platform that participants read: what a catalogue of translations must hold."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from django.template import Origin, Template
from django.template.base import Node
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils.translation import trim_whitespace
from pydantic import ValidationError

from config.environment import ROOT
from config.plugins import PluginError, PluginFolder
from studies.channels import CHANNELS
from studies.checks import CHECKS
from studies.trials import TRIALS
from studies.wording import Filled, scripts, shown

TEMPLATES = ROOT / "templates"
PARTICIPANTS = (
    "rater",
    "bare.html",
    "400.html",
    "403.html",
    "403_csrf.html",
    "404.html",
    "500.html",
)
"""Templates, and folders of them, that participants see."""
ONE = {
    "marked", "Filled", "gettext", "FieldworkError", "StudyClosed", "StudyFull", "LaunchError",
    "TokenError",
}  # fmt: skip
"""Calls whose first argument participants read, where it stands there as text."""
TWO = {"counted", "ngettext"}
"""Likewise the first two: for one, and for several."""
PLACEHOLDER = re.compile(r"\{\w+\}|%\(\w+\)s")
WORD = re.compile(r"[A-Za-z]")
REQUIRED: dict[str, dict[str, Any]] = {
    "invitation": {"minutes": 5},
    "sona": {"site": "https://a.sona-systems.com", "experiment": 1, "credit_token": "a"},
    "prolific": {"minutes": 5, "reward": 100},
}
"""Settings of channels that have no default."""


@dataclass(frozen=True)
class Message:
    """One text, where it was found, and its form for several where it counts."""

    text: str
    where: str
    plural: str = ""


def messages() -> list[Message]:
    """All of them once, by where they stand; a text that counts somewhere counts everywhere."""
    found: dict[str, Message] = {}
    for message in [*_of_templates(), *_of_code(), *_of_scripts(), *_of_plugins()]:
        if not WORD.search(PLACEHOLDER.sub("", message.text)):
            continue
        known = found.get(message.text)
        if known is None or (message.plural and not known.plural):
            found[message.text] = message
    return list(found.values())


def templates() -> list[Path]:
    """Templates that participants see."""
    named = [TEMPLATES / name for name in PARTICIPANTS]
    inside = [path for folder in named for path in sorted(folder.glob("**/*.html"))]
    return [*inside, *(path for path in named if path.suffix)]


def _of_templates() -> Iterator[Message]:
    for path in templates():
        where = f"templates/{path.relative_to(TEMPLATES)}"
        source = path.read_text(encoding="utf-8")
        for node in _nodes(Template(source, origin=Origin(str(path))).nodelist):
            if isinstance(node, TranslateNode):
                yield Message(str(node.filter_expression.var.literal), where)
            elif isinstance(node, BlockTranslateNode):
                yield Message(_words(node, node.singular), where, _words(node, node.plural))


def _nodes(nodes: Iterable[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        for inner in getattr(node, "child_nodelists", ()):
            yield from _nodes(getattr(node, inner, None) or ())
        for _, branch in getattr(node, "conditions_nodelists", ()):
            yield from _nodes(branch)


def _words(node: BlockTranslateNode, tokens: Any) -> str:
    text = str(node.render_token_list(tokens)[0]) if tokens else ""
    return trim_whitespace(text) if node.trimmed else text


def _of_code() -> Iterator[Message]:
    for path in sorted((ROOT / "studies").rglob("*.py")):
        where = str(path.relative_to(ROOT))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield from _said(node, where)


def _said(call: ast.Call, where: str) -> Iterator[Message]:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    texts = [arg.value for arg in call.args if isinstance(arg, ast.Constant)]
    words = [text for text in texts if isinstance(text, str)]
    if name in ONE and words and isinstance(call.args[0], ast.Constant):
        yield Message(words[0], where)
    elif name in TWO and len(words) > 1:
        yield Message(words[0], where, words[1])


def _of_scripts() -> Iterator[Message]:
    for text in scripts.sentences():
        yield Message(text, "static/rater")


def _of_plugins() -> Iterator[Message]:
    for name in TRIALS.names():
        for kind in _variants(TRIALS, name):
            for text in shown.of_trial(kind):
                yield Message(_source(text), f"studies/trials/{name}.py")
            one, several = f"{{number}} {kind.unit}", f"{{number}} {kind.unit}s"
            yield Message(one, f"studies/trials/{name}.py", several)
    for name in CHECKS.names():
        for check in _variants(CHECKS, name):
            for text in shown.of_check(check):
                yield Message(_source(text), f"studies/checks/{name}.py")
    for name in CHANNELS.names():
        for channel in _variants(CHANNELS, name):
            for text in shown.of_channel(channel):
                yield Message(_source(text), f"studies/channels/{name}.py")


def _source(text: str) -> str:
    return text.template if isinstance(text, Filled) else text


def _variants(catalogue: PluginFolder[Any], name: str) -> Iterator[Any]:
    """The plugin with its defaults, with each of its presets, and with each setting that is one of
    few, at each of its levels."""
    base = REQUIRED.get(name, {})
    for preset in (None, *catalogue.presets(name)):
        yield from _built(catalogue, name, base, preset)
    cls: Any = catalogue.load(name)
    hints = get_type_hints(cls)
    for field in fields(cls):
        for level in _levels(hints.get(field.name)):
            yield from _built(catalogue, name, {**base, field.name: level}, None)


def _built(
    catalogue: PluginFolder[Any], name: str, settings: dict[str, Any], preset: str | None
) -> Iterator[Any]:
    try:
        yield catalogue.build(name, settings, preset)
    except (PluginError, ValidationError):  # this level needs others beside it
        return


def _levels(hint: Any) -> tuple[Any, ...]:
    if hint is bool:
        return (True, False)
    return get_args(hint) if get_origin(hint) is Literal else ()
