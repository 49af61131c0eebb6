"""`manage.py demo`: the whole chain on this machine, from paintings to a live study."""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from evaluation import demo


class Command(BaseCommand):
    """Imports a few paintings, cloaks and purifies them, opens the study, fills its report."""

    help = "Runs the whole chain on this machine and serves it; running it again continues."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to serve on")
        parser.add_argument("--port", type=int, default=8000, help="first port to try")
        parser.add_argument("--no-serve", action="store_true", help="stop when all is made")
        parser.add_argument("--raters", type=int, default=20, help="SIMULATED raters to play")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            self._run(raters=options["raters"], served=not options["no_serve"], options=options)
        except demo.DemoError as error:
            raise CommandError(str(error)) from error

    def _run(self, *, raters: int, served: bool, options: dict[str, Any]) -> None:
        address = demo.address(options["host"], options["port"])
        if not settings.ENVIRONMENT.plain_http or address.url != settings.SITE_URL:
            _restart_in_the_open(address)
        links = demo.build(raters=raters, say=self.stdout.write)
        self.stdout.write(demo.farewell(links, address, served=served))
        self.stdout.flush()
        if served:
            demo.serve(address)


def _restart_in_the_open(address: demo.Address) -> None:
    """Run this command again as a private machine without TLS: settings are read once."""
    environment = {**os.environ, "PLAIN_HTTP": "1", "SITE_URL": address.url}
    words = [word for word in sys.argv if not word.startswith("--port=")]
    if "--port" in words:
        del words[words.index("--port") : words.index("--port") + 2]
    os.execve(sys.executable, [sys.executable, *words, f"--port={address.port}"], environment)  # noqa: S606
