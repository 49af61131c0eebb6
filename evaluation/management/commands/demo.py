"""`manage.py demo`: the whole chain on this machine, from painters to a live study."""

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from evaluation.demo import DemoError
from evaluation.demo.serving import Address, address, serve
from studies.presets import preset_text

PRESETS = {
    "psr": "glaze_psr_sandbox",
    "acceptability": "acceptability_demo",
    "paintings": "acceptability_paintings",
    "measured": "sandbox_measured",
}
"""What the demo can show, and the experiment file of each in studies/presets."""
STOPPED = 130
"""The exit status of what Ctrl-C ended, as shells have it."""


class Command(BaseCommand):
    """Paints, protects, purifies, mimics, opens the study, fills its report; needs no network."""

    help = "Runs the whole chain on this machine and serves it; running it again continues."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--study",
            choices=PRESETS,
            default="psr",
            help="psr (the default): does a cloak protect a style from mimics? acceptability: do"
            " people accept what it does to a picture? paintings: the same on real paintings"
            " (ARTWORKS_DIR). measured: psr over eight painters, an hour, for docs/sandbox.md",
        )
        parser.add_argument("--host", default="127.0.0.1", help="address to serve on")
        parser.add_argument("--port", type=int, default=8000, help="first port to try")
        parser.add_argument("--no-serve", action="store_true", help="stop when all is made")
        parser.add_argument("--raters", type=int, default=40, help="SIMULATED raters to play")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            self._run(served=not options["no_serve"], options=options)
        except DemoError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self.stderr.write("\nStopped. What is made is kept: start it again, and it goes on.")
            sys.exit(STOPPED)

    def _run(self, *, served: bool, options: dict[str, Any]) -> None:
        place = address(options["host"], options["port"])
        if not settings.ENVIRONMENT.plain_http or place.url != settings.SITE_URL:
            _restart_in_the_open(place)
        # these take seconds to import, for torch: once is enough, and Ctrl-C is heeded meanwhile
        from evaluation.demo.building import build, prepare  # noqa: PLC0415
        from evaluation.demo.links import farewell, links_of  # noqa: PLC0415

        chosen = options["study"]
        demo = prepare(preset_text(PRESETS[chosen]), options["raters"], self._say)
        study = build(demo)
        self._say(f"\n{demo.stopwatch.table()}")
        self._say(farewell(links_of(study), _end(place, chosen, served=served)))
        if served:
            serve(place)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _end(place: Address, study: str, *, served: bool) -> str:
    again = f"make PORT={place.port} STUDY={study} demo"
    if not served:
        return f"  Serve it with: {again}"
    kept = Path(settings.VAR_DIR)
    return f"  Stop with Ctrl-C. Answers and images stay in {kept}; go on with: {again}"


def _restart_in_the_open(place: Address) -> None:
    """Run this command again as a private machine without TLS: settings are read once."""
    environment = {**os.environ, "PLAIN_HTTP": "1", "SITE_URL": place.url}
    words = [word for word in sys.argv if not word.startswith("--port=")]
    if "--port" in words:
        del words[words.index("--port") : words.index("--port") + 2]
    os.execve(sys.executable, [sys.executable, *words, f"--port={place.port}"], environment)  # noqa: S606
