"""`manage.py fake_prolific`: a stand-in for Prolific on this machine, to rehearse a recruitment."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import reverse

from studies.recruitment.stand_in import StandIn


class Command(BaseCommand):
    """Serve until Ctrl-C; nothing is kept."""

    help = "Serve a stand-in for Prolific: its API, signed launches and webhooks. Nobody is paid."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8899, help="0: any that is free")
        parser.add_argument(
            "--no-hooks",
            action="store_true",
            help="start without subscriptions, to rehearse `recruitment hooks`",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        target = settings.SITE_URL + reverse("studies:prolific_hook")
        target = "" if options["no_hooks"] else target
        secret = settings.PROLIFIC_WEBHOOK_SECRET or "rehearsal"
        stand_in = StandIn(options["port"], target, secret)
        self.stdout.write(
            f"A stand-in for Prolific is at {stand_in.address} (Ctrl-C ends it)."
            " Start the site with\n"
            f"  PROLIFIC_API={stand_in.address} PROLIFIC_TOKEN={stand_in.world.token}"
            f" PROLIFIC_WEBHOOK_SECRET={secret}\n"
            "then create the study on its page Recruitment, and send people from the page above."
        )
        self.stdout.flush()  # whoever started this reads the address
        try:
            stand_in.serve_forever()
        except KeyboardInterrupt:
            self.stdout.write("Ended.")
