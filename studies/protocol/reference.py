"""The reference page of the experiment file, written from its declarations."""

import json
from collections.abc import Iterator, Mapping, Sequence
from inspect import getdoc
from re import findall
from typing import Any

from config.plugins import PluginFolder
from generation.degradations import DEGRADATIONS
from generation.mimicry import MIMICRY
from generation.paintings import PAINTINGS
from generation.preparations import PREPARATIONS
from generation.protections import PROTECTIONS
from generation.purifications import PURIFICATIONS
from generation.style_transfers import STYLE_TRANSFERS
from studies.channels import CHANNELS
from studies.checks import CHECKS
from studies.protocol.schema import Schema, json_schema
from studies.protocol.sections import PATTERNS
from studies.trials import TRIALS

Catalogue = PluginFolder[Any]

HEAD = """# The experiment file

<!-- Written by `manage.py experiment reference --to docs` from the declarations: change those. -->

One YAML file says everything about a study: which pictures, what is done to them, what raters see
and are asked, how many take part, and how their answers are analysed. `manage.py experiment check
FILE` says what is wrong with a file, with the line, and does the sums; `apply` makes a draft study
of it. At launch the file, the pictures and every seed are frozen under one hash.

Scalars follow YAML 1.2: `yes` and `on` are text, `1e-3` is a number. A key cannot be written twice.
Anchors and aliases may share parts. Unknown keys are refused. The file's
[JSON Schema](experiment.schema.json) lets editors complete and check it: put
`# yaml-language-server: $schema=…/docs/experiment.schema.json` into its first line.

Factors are crossed into conditions: artist × protection × budget × purification × mimicry ×
degradation × dose, in the order of the file; budgets belong to their protection, doses to their
degradation, and `null` is the untouched picture with the budget `0`. Without the section
`mimicries` (the level `none`), every chosen artwork is judged under each condition of its painter.

With it, raters judge what mimics paint. Of each painter's artworks, `training.images` teach the
mimic, and the others are held out. Of those that teach, the share `cloaked` is protected and then
purified as the condition says; the rest stays untouched. Every mimic of a painter, whatever the
condition, is asked for the same `paintings.count` pictures: prompts in turn, seeds counted up from
`paintings.seed`, so that each painting has its counterpart from untouched art. They are shown in
sets of as many as the trial shows, each set beside originals that no mimic was trained on. An item
is one such set; its artwork is the first of those originals.

With the section `study.compare`, an item shows several conditions side by side: all sets of as
many as the trial kind compares that agree in every factor but those named there (and, with
`against`, hold exactly one baseline), for each artwork, or for each prompt and seed of the mimics.

With the section `degradations`, the pictures that raters judge are also shown spoilt on purpose,
step by step: a ladder ([ladder.md](ladder.md)). Every dose is a condition of its own, beside the
same pictures undegraded (the level `none`, dose `0`); a mimic is learnt once, whatever is done to
its paintings. More is worse in every method, in the unit that it states.

A protection may name `networks` of its own, and a mimicry its `network`: the artist's feature
extractor then is not the mimic's. A study of protection needs a clean arm, and `check` warns where
an artist has none; `random_noise` at the budget of a cloak is the control for its aim.

"""


def reference(example: str, analyses: Catalogue) -> str:
    """The page: introduction, an example, every section, every plugin; Markdown."""
    parts = [HEAD, f"## An example\n\n```yaml\n{example.strip()}\n```\n", *_sections()]
    catalogues: Mapping[str, Catalogue] = {
        "Preparations": PREPARATIONS,
        "Protections": PROTECTIONS,
        "Style transfers": STYLE_TRANSFERS,
        "Purifications": PURIFICATIONS,
        "Mimicries": MIMICRY,
        "Paintings": PAINTINGS,
        "Degradations": DEGRADATIONS,
        "Trial kinds": TRIALS,
        "Checks": CHECKS,
        "Channels": CHANNELS,
        "Analyses": analyses,
    }
    for title, catalogue in catalogues.items():
        parts += [f"\n## {title}\n", *_plugins(catalogue)]
    return "\n".join(parts).rstrip() + "\n"


def _sections() -> Iterator[str]:
    schema = json_schema()
    yield "\n## Sections\n"
    for name in _in_order(schema):
        section = schema["$defs"].get(name, schema)
        yield f"### {name}\n\n{section['description']}\n"
        yield from _table(section["properties"], section.get("required", []))


def _in_order(schema: Schema) -> list[str]:
    """Names of the sections as a reader of the file meets them."""
    order = ["Experiment"]
    for name in order:  # grows while it is walked
        section = json.dumps(schema["$defs"].get(name, schema["properties"]))
        order += [part for part in findall(r"#/\$defs/(\w+)", section) if part not in order]
    return list(dict.fromkeys(order))


def _plugins(catalogue: Catalogue) -> Iterator[str]:
    for name in catalogue.names():
        plugin = catalogue.load(name)
        yield f"### `{name}`: {plugin.label}\n\n{getdoc(plugin)}\n"
        presets = catalogue.presets(name)
        if presets:
            listed = (f"`{preset}` {_settings(values)}" for preset, values in presets.items())
            yield f"Presets: {'; '.join(listed)}.\n"
        schema = catalogue.schema(name)
        if schema.get("properties"):
            yield from _table(schema["properties"], schema.get("required", []))


def _settings(values: Mapping[str, Any]) -> str:
    return f"({', '.join(f'{key} {value}' for key, value in values.items()) or 'defaults'})"


def _table(properties: Mapping[str, Schema], required: Sequence[str]) -> Iterator[str]:
    yield "| key | value | default | what it is |\n| --- | --- | --- | --- |"
    for key, field in properties.items():
        default = "needed" if key in required else _default(field)
        cells = [f"`{key}`", _kind(field), default, field.get("description", "")]
        yield f"| {' | '.join(' '.join(cell.split()).replace('|', '∣') for cell in cells)} |"
    yield ""


def _default(field: Schema) -> str:
    if "default" not in field:
        return ""
    text = json.dumps(field["default"], ensure_ascii=False)
    return f"`{text}`" if len(text) <= 120 else "see its file"


def _kind(field: Schema) -> str:
    """What may stand there, in words."""
    if "anyOf" in field or "oneOf" in field:
        branches = field.get("anyOf") or field["oneOf"]
        return " or ".join(dict.fromkeys(_kind(branch) for branch in branches))
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "enum" in field:
        return " or ".join(f"`{choice}`" for choice in field["enum"])
    if "const" in field:
        return f"`{field['const']}`"
    return _plain(field)


def _plain(field: Schema) -> str:
    match field.get("type"):
        case "array":
            return f"list of {_kind(field.get('items', {}))}"
        case "object":
            inner = list(field.get("patternProperties", {}).values())
            return f"label → {_kind(inner[0])}" if inner else "settings"
        case "integer":
            return f"whole number{_bounds(field)}"
        case "number":
            return f"number{_bounds(field)}"
        case "boolean":
            return "true or false"
        case "string":
            rule = PATTERNS.get(field.get("pattern", ""), "")
            return "one line" if "single line" in rule else "name" if "name" in rule else "text"
        case "null":
            return "null"
        case _:
            return "anything"


def _bounds(field: Schema) -> str:
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    told = [f"{sign} {field[key]:,}" for key, sign in signs.items() if key in field]
    return f" ({', '.join(told)})" if told else ""
