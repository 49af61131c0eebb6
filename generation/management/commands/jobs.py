"""`manage.py jobs`: how far things are, and cancel, retry or verify from a terminal."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from generation import jobs
from generation.failures import JobFailure
from generation.models import Job, Recipe
from generation.overview import Overview, overview


class Command(BaseCommand):
    """Without a verb: counts, batches at work, failures by their reason."""

    help = "Show jobs, or cancel, retry or verify them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")
        verbs = parser.add_subparsers(dest="verb")
        cancel = verbs.add_parser("cancel", help="cancel unfinished jobs: these, or all")
        cancel.add_argument("ids", nargs="*", type=int)
        retry = verbs.add_parser("retry", help="retry failed or cancelled jobs: these, or all")
        retry.add_argument("ids", nargs="*", type=int)
        verify = verbs.add_parser("verify", help="make an image or mimic again and compare")
        verify.add_argument("key", help="the recipe's key, or its beginning")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["verb"] == "cancel":
            wanted = options["ids"] or _ids(*jobs.UNFINISHED)
            self._say({"cancelled": jobs.cancel(wanted)}, as_json=options["json"])
        elif options["verb"] == "retry":
            wanted = options["ids"] or _ids(*jobs.STOPPED)
            self._say({"retried": jobs.retry(wanted)}, as_json=options["json"])
        elif options["verb"] == "verify":
            self._verify(options["key"], as_json=options["json"])
        else:
            self._show(overview(), as_json=options["json"])

    def _verify(self, key: str, *, as_json: bool) -> None:
        found = Recipe.objects.filter(key__startswith=key)[:2]
        if len(found) != 1:
            many = "several recipes" if found else "no recipe"
            raise CommandError(f"There is {many} with a key that begins with {key}.")
        try:
            job = jobs.verify(found[0])
        except JobFailure as failure:
            raise CommandError(failure.sentence) from failure
        self._say({"job": job.pk}, as_json=as_json)

    def _show(self, now: Overview, *, as_json: bool) -> None:
        self._say(now.counts, as_json=as_json)
        if as_json:
            return
        for batch in now.running:
            step = f"{batch.lead.recipe.kind} {batch.lead.recipe.method}"
            self.stdout.write(f"  {step}, {batch.size} at once: {batch.lead.message}")
        for reason in [*now.failures, *now.resting]:
            self.stdout.write(f"  {reason.number} × {reason.lead.message}")

    def _say(self, outcome: dict[str, int], *, as_json: bool) -> None:
        plain = ", ".join(f"{name} {number}" for name, number in outcome.items())
        self.stdout.write(json.dumps(outcome) if as_json else plain)


def _ids(*states: str) -> list[int]:
    return list(Job.objects.filter(state__in=states).values_list("pk", flat=True))
