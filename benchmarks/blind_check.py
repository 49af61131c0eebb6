"""How often the blind check calls the product leaky, beside how often it finds a planted leak.

    python benchmarks/blind_check.py [100]

Each round is a new small study (8 pictures under 3 conditions), crawled by two marked raters: once
as it is, and, every fourth round, with a header that tells the condition.
"""

import os
import sys
import tempfile
from collections import Counter
from typing import Any

os.environ.update(
    PLAIN_HTTP="1", SITE_URL="http://localhost", DJANGO_SETTINGS_MODULE="config.settings"
)
os.environ["VAR_DIR"] = tempfile.mkdtemp()
os.environ["LOG_LEVEL"] = "ERROR"


def main(rounds: int) -> None:
    """Prints counts, and the share of rounds."""
    from studies.blindness.check import blindcheck
    from studies.views.participant import pictures
    from tests.studies.factories import live_study

    plain, verdicts, found = pictures.send, Counter[str](), Counter[str]()
    for seed in range(rounds):
        for planted in (False, True)[: 1 + (seed % 4 == 0)]:
            study = live_study(
                slug=f"s{seed}{'x' * planted}", artworks=8, conditions=3, practice=0, checks=[],
                size=16, raters={"items_each": 24},
            )  # fmt: skip
            pictures.send = _telling(plain, study) if planted else plain
            made = blindcheck(study, participants=2, seed=seed)
            (found if planted else verdicts)[made["verdict"]] += 1
            if made["verdict"] == "leaks" and not planted:
                print(f"  round {seed}: {made['questions'][0]['leaks'][0]['feature']}")
    print(f"the product as it is: {dict(verdicts)} of {rounds}")
    print(f"with a planted header: {dict(found)} of {found.total()}")


def _telling(send: Any, study: Any) -> Any:
    from studies.models import Stimulus

    cloaked = Stimulus.objects.filter(
        item__study=study, item__condition__position=1, slot="altered"
    )
    told = set(cloaked.values_list("rendition_sha256", flat=True))

    def telling(sha256: str) -> Any:
        response = send(sha256)
        response["X-Arm"] = str(sha256 in told)
        return response

    return telling


def set_up() -> None:
    """A database of its own, in memory."""
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import setup_test_environment

    setup_test_environment()
    connection.creation.create_test_db(verbosity=0)


if __name__ == "__main__":
    sys.path.insert(0, ".")
    set_up()
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
