"""The certificate of a blind check: as JSON for programs, as a page for people. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from studies.blindness.testing import Answer, Finding

PASSED, LEAKS, UNABLE = "passed", "leaks", "cannot tell"
KEPT = 60
"""Findings that are kept of each question, most telling first."""

VERDICTS = {
    PASSED: "Nothing that was observed foretells a condition.",
    LEAKS: "A rater could learn a condition from something other than the picture.",
    UNABLE: "Too little was seen to tell: not even a mark on every picture would have been found."
    " Let more participants crawl, or add items.",
}


def make(
    *,
    study: Mapping[str, Any],
    crawl: Mapping[str, Any],
    named: Sequence[Mapping[str, Any]],
    answers: Sequence[Answer],
    alpha: float,
    at: str,
) -> dict[str, Any]:
    """Everything about a check, as plain JSON values."""
    leaks = [finding for each in answers for finding in each.leaks]
    able = bool(answers) and all(each.able for each in answers)
    verdict = LEAKS if named or leaks else PASSED if able else UNABLE
    return {
        "certificate": "blindcheck",
        "version": 1,
        "study": dict(study),
        "at": at,
        "verdict": verdict,
        "says": VERDICTS[verdict],
        "false_alarm_rate": alpha,
        "crawl": dict(crawl),
        "named_in_plain_view": [dict(each) for each in named],
        "questions": [_question(each) for each in answers],
    }


def _question(given: Answer) -> dict[str, Any]:
    return {
        "question": given.name,
        "items": given.units,
        "observations": given.observations,
        "shuffles": given.shuffles,
        "alpha": given.alpha,
        "features": given.features,
        "features_that_never_vary": given.constant,
        "smallest_adjusted_p": given.smallest,
        "leaks": [_finding(each) for each in given.leaks],
        "most_telling": [_finding(each) for each in given.tested[:KEPT]],
        "power": {sort: dict(sizes) for sort, sizes in given.power.items()},
    }


def _finding(found: Finding) -> dict[str, Any]:
    return {name: round(v, 6) if isinstance(v, float) else v for name, v in asdict(found).items()}


def page(made: Mapping[str, Any]) -> str:
    """The certificate as Markdown."""
    crawl, study = made["crawl"], made["study"]
    lines = [
        f"# Blind check of “{study['title']}”",
        "",
        f"**{made['verdict'].upper()}.** {made['says']}",
        "",
        f"Study `{study['slug']}`, design `{study['design_sha256']}`, checked {made['at']}"
        f"{_further(study)}.",
        "",
        f"{crawl['participants']} participants, marked and removed afterwards, went through the"
        f" study ({crawl['site']}): {crawl['trials']:,} trials about {crawl['items']:,} items,"
        f" {crawl['pictures']:,} pictures, {crawl['bytes'] / 1e6:,.1f} MB.",
        "Looked at: addresses, headers, lengths, everything in the files but the pixels, times,"
        " answers to a second request, words, tags, attributes and their order on the page, order"
        " of trials and pictures.",
        f"A blind study is called leaky in at most {made['false_alarm_rate']:.0%} of checks.",
        "",
        *_named(made["named_in_plain_view"]),
    ]
    for question in made["questions"]:
        lines += _section(question)
    return "\n".join(lines).rstrip() + "\n"


def _further(study: Mapping[str, Any]) -> str:
    told = {"information": "information for participants version", "software": "Connoisseur"}
    return "".join(f", {words} {study[name]}" for name, words in told.items() if name in study)


def _named(named: Sequence[Mapping[str, Any]]) -> list[str]:
    if not named:
        return ["No name of a condition, file, recipe or title stands in plain view.", ""]
    told = (f"- “{each['text']}”, with {len(each['items'])} items" for each in named)
    return ["In plain view, with some items and not with others:", "", *told, ""]


def _section(question: Mapping[str, Any]) -> list[str]:
    leaks = question["leaks"]
    rows = leaks or question["most_telling"][:10]
    heading = "Leaks" if leaks else "The most telling features (none is significant)"
    return [
        f"## {question['question'][0].upper()}{question['question'][1:]}",
        "",
        f"{question['features']:,} features of {question['observations']:,} observations of"
        f" {question['items']:,} units; {question['features_that_never_vary']:,} never vary,"
        f" or once or twice. {question['shuffles']:,} shuffles; smallest adjusted p"
        f" {question['smallest_adjusted_p']:.3g}, a leak at {question['alpha']:.3g} or less.",
        "",
        f"{heading}:",
        "",
        "| feature | foretells | p | adjusted p |",
        "| --- | --- | --- | --- |",
        *(
            f"| {_plain(row['feature'])} | {_plain(row['factor'])} | {row['p']:.3g} |"
            f" {row['adjusted']:.3g} |"
            for row in rows
        ),
        "",
        *_power(question["power"]),
    ]


def _plain(text: str) -> str:
    return text.replace("|", "/").replace("\n", " ")[:160]


def _power(power: Mapping[str, Mapping[str, float]]) -> list[str]:
    """What would have been found, in sentences."""
    shift, mark = (_smallest(power.get(sort, {})) for sort in ("shift", "mark"))
    told = [
        f"A number that is {shift} standard deviations larger under one level would have been"
        " found in at least 80 of 100 such checks."
        if shift
        else "No shift of a number would have been found reliably.",
        f"A mark on {float(mark):.0%} of the observations of one level would have been found in at"
        " least 80 of 100 such checks."
        if mark
        else "Not even a mark on every observation of one level would have been found reliably.",
    ]
    return [*told, ""]


def _smallest(sizes: Mapping[str, float]) -> str:
    """The smallest size from which on leaks are found 80 times in 100; "" where there is none."""
    found = ""
    for size in sorted(sizes, key=float, reverse=True):
        if sizes[size] < 0.8:
            break
        found = size
    return found
