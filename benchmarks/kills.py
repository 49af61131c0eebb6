"""Rounds of kill -9, of the web processes and of PostgreSQL in turn, while people answer.

    .venv/bin/python benchmarks/kills.py                # 50 rounds, 16 people, some 5 minutes

Each person sends an answer until its saving is confirmed, as the page's script does. Afterwards
every confirmed answer must stand in the database, once and as it was sent. Without PG_DATA a
throw-away PostgreSQL is started by .ci/services.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def _study(people: int) -> list[str]:
    """A live study of forty small items, and personal links."""
    from django.core.management import call_command

    from tests.studies.factories import enrolled, live_study

    call_command("migrate", verbosity=0)
    study = live_study(
        artworks=10,
        conditions=4,
        practice=0,
        trial={"kind": "acceptability"},
        raters={"participants": people, "items_each": 40, "per_item": people},
    )
    return [enrolled(study).token for _ in range(people)]


def _compared(told: dict[str, int]) -> dict[str, int]:
    """The books of those who answered beside the database's."""
    from django.db import connection
    from django.db.models import Count

    from studies.models import Event, Response, Trial

    connection.close()
    rows = Response.objects.filter(trial__isnull=False)
    kept = {
        (token, value): number
        for token, value, number in rows.values_list("trial__token", "value").annotate(
            number=Count("question", distinct=True)
        )
    }
    each = rows.values("trial", "question").annotate(number=Count("pk")).filter(number__gt=1)
    answered = Trial.objects.filter(answered_at__isnull=False).count()
    return {
        "confirmed": len(told),
        "answered": answered,
        "lost": sum(kept.get(answer, 0) < 2 for answer in told.items()),
        "doubled": each.count() + abs(rows.count() - 2 * answered),
        "differing": Event.objects.filter(kind__startswith="answer_").count(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--people", type=int, default=16, help="at once")
    parser.add_argument("--pause", type=float, default=1.0, help="seconds before each kill")
    parser.add_argument("--json", action="store_true", help="one line for programs")
    options = parser.parse_args()
    if "PG_DATA" not in os.environ:
        os.execv(ROOT / ".ci" / "services", ["services", sys.executable, *sys.argv])
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "PLAIN_HTTP": "1",
            "SITE_URL": "http://127.0.0.1:8768",
            "VAR_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "LOG_LEVEL": "ERROR",
        }
        import django

        django.setup()
        from tests.services.kills import killed

        tokens = _study(options.people + options.rounds * 4)
        began = time.monotonic()
        books = killed(tokens, options.rounds, options.people, options.pause)
        found = _compared(books.told) | {
            "rounds": options.rounds,
            "repeated": books.repeated,
            "finished": books.finished,
            "stuck": len(books.stuck),
            "seconds": round(time.monotonic() - began),
        }
    print(json.dumps(found) if options.json else "\n".join(f"{k:10} {v}" for k, v in found.items()))
    for page in books.stuck[:3]:
        print(page, file=sys.stderr)


if __name__ == "__main__":
    main()
