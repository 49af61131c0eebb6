"""Painters that raters choose among, held against the collection: both ways, before anybody rates.

A misspelt name can be chosen by everybody and be right for nobody; a painter who is shown and not
offered cannot be named. Choices that name no painter (“A person”, “A computer”) are left alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from studies.designs.selection import Picture
from studies.drafting.exhibitions import trial_kind
from studies.drafting.layout import Layout
from studies.protocol.document import parse
from studies.protocol.experiment import Experiment
from studies.protocol.problems import ProtocolError, at

KIND, SETTING = "attribution", "choices"
"""The trial kind and analysis of that name; the setting that lists the answers."""
PLACE = ("study", "trial", "settings", SETTING)
HERE = f"analysis.analyses.{KIND}"


def refuse_strangers(
    text: str, experiment: Experiment, layout: Layout, collection: Sequence[Picture]
) -> None:
    """Raises ProtocolError, with lines of the file's `text`, where choices and painters differ."""
    if experiment.study.trial.kind != KIND:
        return
    settings = experiment.analysis.analyses.get(KIND) or {}
    if settings.get("by", "artist") != "artist":
        return
    choices: tuple[str, ...] = getattr(trial_kind(experiment), SETTING)
    painters = sorted({picture.painter for picture in collection})
    shown = sorted({item.cell["artist"] for item in layout.judged})
    if not any(choice in painters or _near(choice, painters) for choice in choices):
        return
    found = [*_strangers(choices, painters, settings), *_unnamed(choices, shown, settings)]
    if found:
        _, lines = parse(text)
        raise ProtocolError([at((*PLACE, *place), said, lines) for place, said in found])


Said = tuple[tuple[int, ...], str]
"""Number of the choice, if it is about one, and a sentence."""


def _strangers(
    choices: Sequence[str], painters: Sequence[str], settings: Mapping[str, Any]
) -> Iterator[Said]:
    words = {*settings.get("sources", {}).values(), settings.get("otherwise", "")}
    for number, choice in enumerate(choices):
        if choice in painters or choice in words:
            continue
        near = _near(choice, painters)
        meant = f" Did you mean “{near}”?" if near else f" There are: {', '.join(painters)}."
        yield (
            (number,),
            f"“{choice}” is no painter of the collection, so it is right for no picture.{meant}"
            f" An answer for all others is said in {HERE}, as `otherwise`.",
        )


def _unnamed(
    choices: Sequence[str], shown: Sequence[str], settings: Mapping[str, Any]
) -> Iterator[Said]:
    right = settings.get("sources", {})
    for painter in shown:
        answer = right.get(painter, settings.get("otherwise") or painter)
        if answer not in choices:
            yield (
                (),
                f"pictures by {painter} are shown, and no choice is right for them: add"
                f" “{answer}”, or say in {HERE} which answer is (`sources`, `otherwise`).",
            )


def _near(choice: str, painters: Sequence[str]) -> str:
    """The painter who is probably meant; empty where there is none."""
    folded = {painter.casefold(): painter for painter in painters}
    found = get_close_matches(choice.casefold(), folded, n=1, cutoff=0.8)
    return folded[found[0]] if found else ""
