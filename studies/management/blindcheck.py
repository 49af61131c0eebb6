"""The verb `experiment blindcheck`: its options, its run, what it prints."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from generation.management.bars import bar
from generation.writing import write_whole
from studies.blindness import certificate
from studies.blindness.check import blindcheck
from studies.management.outcome import Outcome
from studies.models import Study

SAYS = "look for anything but the picture that tells raters a condition; certify what was found"


def add_options(parser: ArgumentParser) -> None:
    """What can be said beside the study's name."""
    parser.add_argument(
        "--participants", type=int, default=8, help="how many marked raters crawl (default: 8)"
    )
    parser.add_argument("--seed", type=int, default=0, help="the shuffles and answers follow it")
    parser.add_argument(
        "--site", default="", help="address of the running site; without it, this process answers"
    )
    parser.add_argument(
        "--to", type=Path, help="write the certificate there (.json, else Markdown)"
    )


def run(study: Study, options: dict[str, Any]) -> Outcome:
    """Crawl, test, keep the certificate; raises CommandError where it cannot, or finds a leak."""
    if options["participants"] < 1:
        raise CommandError("--participants must be at least 1.")
    if options["site"] and not options["site"].startswith(("http://", "https://")):
        raise CommandError("--site starts with http:// or https://, e.g. http://localhost:8000.")
    with bar("crawling", "rater") as progress:
        made = blindcheck(
            study,
            participants=options["participants"],
            seed=options["seed"],
            site=options["site"],
            progress=progress,
        )
    page = certificate.page(made)
    if options["to"] is not None:
        as_json = options["to"].suffix == ".json"
        text = json.dumps(made, indent=2, ensure_ascii=False) + "\n" if as_json else page
        write_whole(options["to"], text.encode())
    return Outcome(page.splitlines(), made)


def refuse_leaks(came_to: Outcome) -> None:
    """Raises CommandError, so that scripts notice, where the certificate names a leak."""
    if came_to.data.get("verdict") == certificate.LEAKS:
        raise CommandError(
            f"{came_to.data['says']} Do not recruit before it is closed: the certificate names it."
        )
