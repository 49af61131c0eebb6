"""The methods section of a paper, written from the protocol and from what was really done. Pure.

Sentences are plain text; pages, LaTeX and PDF set them. Names of methods are those of the plugins,
which say where something is a re-implementation.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from config.plugins import PluginFolder
from evaluation.analyses import ANALYSES
from evaluation.reporting.about import Asked, Passage
from evaluation.words import counted, listed
from generation.declared import declared
from generation.steps import KINDS

FAMILIES = (
    ("protections", "protection", "Protections"),
    ("purifications", "purification", "Purifications"),
    ("mimicries", "mimic", "Mimicries"),
    ("degradations", "degradation", "Degradations"),
)
"""Sections of the file, the kind of step that carries them out, and what they are called."""
LONGEST = 60
"""Characters of a setting that is printed; longer ones are in the experiment file."""


@dataclass(frozen=True)
class Network:
    """A frozen network that made pictures: which, and the sha256 of its files."""

    role: str
    id: str
    revision: str
    sha256: str


@dataclass(frozen=True)
class Described:
    """What the methods section is written from."""

    protocol: Mapping[str, Any]
    """The checked experiment file, every default filled in."""
    artworks: int
    painters: Sequence[str]
    conditions: int
    items: int
    practice: int
    networks: Sequence[Network]
    rights: Mapping[str, int]
    """Kind of right → artworks."""
    hashes: Mapping[str, str]
    """“protocol”, “design” → sha256; what is not frozen is missing."""
    asked: Sequence[Asked]
    trial: str
    seen: Sequence[str]
    recruited: str


def passages(told: Described) -> tuple[Passage, ...]:
    """Design, stimuli, networks, raters, questions and exclusions, in the order of a paper."""
    return (
        Passage("Design", tuple(_design(told))),
        Passage("Stimuli", tuple(_stimuli(told))),
        Passage("Networks", tuple(_networks(told))),
        Passage("Raters", tuple(_raters(told))),
        Passage("Questions", tuple(_questions(told.asked))),
        Passage("Exclusion rules", tuple(_rules(told.protocol))),
    )


def analyses(plan: Mapping[str, Mapping[str, Any]], seed: int, versions: str) -> Passage:
    """What was computed, with settings; how each number is made is in the notes of each finding."""
    said = [_analysis(name, settings) for name, settings in plan.items() if name in ANALYSES]
    return Passage(
        "Analyses",
        (
            *said,
            "Populations of raters were analysed apart unless a setting says otherwise, and people"
            " never together with simulated raters.",
            f"Everything that is drawn at random in the analyses uses the seed {seed}.",
            f"Computed with Connoisseur on {versions}.",
        ),
    )


def used(protocol: Mapping[str, Any], networks: Sequence[Network]) -> list[str]:
    """What to cite for the pictures and the trial: plugins as folder/name, networks/role."""
    stimuli = protocol["stimuli"]
    found = [f"trials/{protocol['study']['trial']['kind']}"]
    for section, kind, _ in FAMILIES:
        folder = _catalogue(kind).package.rpartition(".")[2]
        methods = filter(None, stimuli.get(section, {}).values())
        found += [f"{folder}/{each['method']}" for each in methods]
    for each in filter(None, stimuli["protections"].values()):
        if each.get("style"):
            found.append(f"style_transfers/{each['style']['transfer']}")
    return [*found, *(f"networks/{network.role}" for network in networks)]


def _design(told: Described) -> Iterator[str]:
    raters = told.protocol["study"]["raters"]
    if not told.artworks:
        yield (
            "No pictures were judged: every participant answered the same questions, with"
            f" {counted(raters['participants'], 'place')} in all; whatever was drawn used the seed"
            f" {told.protocol['study']['seed']}."
        )
        yield from _frozen(told)
        return
    yield (
        f"{counted(told.items, 'item')} in {counted(told.conditions, 'condition')} (a treatment of"
        " one painter each) were judged,"
        f" made from {counted(told.artworks, 'artwork')} by"
        f" {counted(len(told.painters), 'painter')} ({listed(list(told.painters))})."
    )
    yield (
        f"Every participant was to judge {counted(raters['items_each'], 'item')}, and every item to"
        f" be judged by {counted(raters['per_item'], 'participant')}, with"
        f" {counted(raters['participants'], 'place')} in all; assignment, order and layout were"
        f" drawn with the seed {told.protocol['study']['seed']}."
    )
    if told.practice:
        yield f"{counted(told.practice, 'practice item')} came first and are not analysed."
    yield from _frozen(told)


def _frozen(told: Described) -> Iterator[str]:
    frozen = [f"{name} (sha256 {value})" for name, value in told.hashes.items()]
    if frozen:
        yield f"Before the first answer the following were frozen: {listed(frozen)}."
    else:
        yield "The design was not frozen: the study was never launched."


def _stimuli(told: Described) -> Iterator[str]:
    stimuli = told.protocol["stimuli"]
    if not told.artworks:
        yield "There were none."
        return
    kinds = [f"{counted(count, 'artwork')}: {right}" for right, count in told.rights.items()]
    yield f"The artworks are those of the collection “{stimuli['collection']}” ({listed(kinds)})."
    yield (
        "Working copies were cut by the method"
        f" {_method('preparation', stimuli['preparation'], 'method')}."
    )
    for section, kind, heading in FAMILIES:
        levels = stimuli.get(section, {})
        if any(levels.values()):
            yield f"{heading}: {'; '.join(_levels(kind, levels))}."
    skipped = [_skipped(rule) for rule in stimuli.get("skip", [])]
    if skipped:
        yield f"Not crossed: {'; '.join(skipped)}."
    yield f"Everything drawn while pictures were made uses the seed {stimuli['seed']}."


def _levels(kind: str, levels: Mapping[str, Mapping[str, Any] | None]) -> Iterator[str]:
    for label, each in levels.items():
        if each is None:
            nothing = "the untouched arm" if kind == "protection" else "nothing more"
            yield f"“{label}” is {nothing}"
            continue
        said = f"“{label}” is {_method(kind, each, 'method')}{_strength(each)}"
        yield said + _aim(each.get("style")) + _learning(each)


def _strength(each: Mapping[str, Any]) -> str:
    """“ at budgets of 0.03 and 0.07”; nothing where the method has its own."""
    for name, noun in (("budgets", "budget"), ("strengths", "strength")):
        values = [str(value) for value in each.get(name) or ()]
        if values:
            return f" at {f'a {noun}' if len(values) == 1 else f'{noun}s'} of {listed(values)}"
    return ""


def _aim(style: Mapping[str, Any] | None) -> str:
    if not style:
        return ""
    target = style.get("target")
    of = f" of {target['painter']}" if isinstance(target, dict) else ", drawn by distance"
    return f", aiming at a style{of}, by {_method('style_transfer', style, 'transfer')}"


def _learning(each: Mapping[str, Any]) -> str:
    training, paintings = each.get("training"), each.get("paintings")
    if not training or not paintings:
        return ""
    count = counted(training["images"], "picture")
    share = f"{training['cloaked']:.0%}"
    painted = counted(paintings["count"], "painting")
    return f", learnt from {count} a painter ({share} of them protected), {painted} a mimic"


def _method(kind: str, section: Mapping[str, Any], name: str) -> str:
    """“Glaze-style (re-implementation) [glaze: steps 40, alpha 3.0]”"""
    method = section[name]
    label = declared(_catalogue(kind), method, "label", method)
    settings = [
        f"{key} {_said(value)}"
        for key, value in section.get("settings", {}).items()
        if value not in ("", None) and len(str(value)) <= LONGEST
    ]
    preset = [f"preset {section['preset']}"] if section.get("preset") else []
    inside = ", ".join([*preset, *settings])
    return f"{label} [{method}{': ' if inside else ''}{inside}]"


def _catalogue(kind: str) -> PluginFolder[Any]:
    return KINDS[kind].catalogue


def _skipped(rule: Mapping[str, Any]) -> str:
    named = {factor: levels for factor, levels in rule.items() if levels}
    return " with ".join(f"{factor} {listed(list(levels))}" for factor, levels in named.items())


def _networks(told: Described) -> Iterator[str]:
    for each in told.networks:
        revision = f", revision {each.revision}" if each.revision else ""
        yield f"{each.role}: {each.id}{revision}, sha256 {each.sha256}."
    if not told.networks:
        yield "No picture needed a network."


def _raters(told: Described) -> Iterator[str]:
    study = told.protocol["study"]
    yield told.recruited
    yield (
        f"Before taking part they read an information sheet and agreed to"
        f" {counted(len(study['consent']), 'statement')}: "
        + " ".join(f"“{statement}”" for statement in study["consent"])
    )
    checks = [f"{each['check']} ({_brief(each['settings'])})" for each in study["checks"]]
    if checks:
        yield f"Checks around the trials: {'; '.join(checks)}."


def _brief(settings: Mapping[str, Any]) -> str:
    told = [f"{name}: {_flat(value)}" for name, value in settings.items()]
    return ", ".join(told) or "no settings"


def _flat(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{key} = “{words}”" for key, words in value.items())
    return f"“{value}”" if isinstance(value, str) else str(value)


def _questions(asked: Sequence[Asked]) -> Iterator[str]:
    for each in asked:
        numbers = [f"{point} " if each.numbered else "" for point in range(1, len(each.labels) + 1)]
        points = ", ".join(f"{n}“{label}”" for n, label in zip(numbers, each.labels, strict=True))
        shown = f"Answers, as shown: {points}." if points else "Answered in words of their own."
        hint = f" (with the hint “{each.hint}”)" if each.hint else ""
        yield f"“{each.text}”{hint} {shown}"


def _rules(protocol: Mapping[str, Any]) -> Iterator[str]:
    yield (
        "Answers to practice items, to items whose right answer is known and to repeated items"
        " count in no analysis; the answers of participants who left before the end do."
    )
    rules = [each["check"] for each in protocol["study"]["checks"] if "exclude" in each["settings"]]
    if rules:
        yield f"Rules fixed beforehand: {listed(rules)}."
    else:
        yield "The protocol fixes no further rule of exclusion."


def _said(value: Any) -> str:
    """A setting in words: lists with “and”, metrics with the settings they were given."""
    if isinstance(value, list | tuple):
        return listed([_said(each) for each in value])
    if isinstance(value, dict):
        return listed([f"{name}{_inside(given)}" for name, given in value.items()])
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _inside(given: Any) -> str:
    if not isinstance(given, dict):
        return f" {_said(given)}"
    told = [f"{name} {_said(value)}" for name, value in given.items() if value is not None]
    return f" ({', '.join(told)})" if told else ""


def _analysis(name: str, settings: Mapping[str, Any]) -> str:
    cls = ANALYSES.load(name)
    about = (cls.__doc__ or "").partition("\n")[0].rstrip(".")
    given = ", ".join(
        f"{key} {_said(value)}" for key, value in settings.items() if value is not None
    )
    return (
        f"“{cls.label}” (analysis {name}, version {cls.version}): {about}"
        f"{f', with {given}' if given else ', with default settings'}."
    )
