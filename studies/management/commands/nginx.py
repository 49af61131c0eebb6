"""`manage.py nginx`: the configuration with which nginx sends pictures, for this site's store."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand

from generation.writing import write_whole
from studies.showing.web_server import Store, server


class Command(BaseCommand):
    """Prints it, or writes it with --to."""

    help = "Print nginx's configuration for SERVE_PICTURES=nginx, for the folder or bucket in use."

    def add_arguments(self, parser: ArgumentParser) -> None:
        workers = "where the workers listen (default: %(default)s)"
        parser.add_argument("--upstream", default="http://127.0.0.1:8000", help=workers)
        parser.add_argument("--to", type=Path, help="file to write instead of printing")

    def handle(self, *_args: Any, upstream: str, to: Path | None, **_options: Any) -> None:
        """One server block; its comments say what else to set."""
        site = urlsplit(settings.SITE_URL).hostname or "localhost"
        text = server(store_in_use(), site, upstream)
        if to is None:
            self.stdout.write(text)
            return
        write_whole(to, text.encode())
        self.stdout.write(f"{to}\nThen: SERVE_PICTURES=nginx for the workers, and nginx -s reload.")


def store_in_use() -> Store:
    """The folder or bucket that STORAGE_URL names."""
    options = settings.STORAGES["default"]["OPTIONS"]
    if "endpoint_url" in options:
        return Store(endpoint=options["endpoint_url"])
    return Store(folder=str(Path(options["location"]).absolute()))
