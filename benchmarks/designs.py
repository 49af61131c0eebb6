"""The published designs, each played by 200 SIMULATED raters: coverage and imbalance in numbers.

    .venv/bin/python benchmarks/designs.py [--raters 200] [--only hoenig_2afc]

The raters take the doors that browsers take. Pictures are stand-ins (works of the sandbox's
painters at 64 px, with noise for whatever a condition would have done): who sees what, how often
and in which order does not depend on them, and nobody waits hours for mimics. In a real run the
same files make their pictures (`experiment generate`), and `experiment simulate` does the rest.
Nothing here says anything about people.
"""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DESIGNS = (
    "glaze_psr_sandbox",
    "glaze_tolerance",
    "hoenig_2afc",
    "organic_or_diffused",
    "artist_attitudes",
    "jnd_ladder",
)


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "PLAIN_HTTP": "1",
            "SITE_URL": "http://localhost",
            "VAR_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "LOG_LEVEL": "WARNING",
        }
        sys.path.insert(0, str(ROOT))
        _set_up()
        for name in [options.only] if options.only else DESIGNS:
            _play(name, options.raters)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--raters", type=int, default=200)
    parser.add_argument("--only", choices=DESIGNS)
    return parser.parse_args()


def _set_up() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from tests.studies.stand_ins import import_sandbox

    call_command("migrate", verbosity=0)
    import_sandbox(20)


def _play(name: str, raters: int) -> None:
    from studies import services
    from studies.presets import preset_text
    from studies.simulation import simulate
    from tests.studies.stand_ins import fill

    study = services.apply(text=preset_text(name))
    fill(study)
    study = services.launch(study=study)
    began = time.perf_counter()
    people = simulate(study=study, raters=raters, seed=1)
    seconds = time.perf_counter() - began
    finished = sum(person.state == "finished" for person in people)
    print(
        f"\n{name}: {finished} of {raters} SIMULATED raters finished, {seconds:.0f} s", flush=True
    )
    _print_balance(study)


def _print_balance(study: Any) -> None:
    """Raters of every item and condition, and places of pictures."""
    from studies.models import Trial

    trials = Trial.objects.filter(participant__study=study, practice=False)
    rows = set(trials.order_by().values_list("item", "participant"))
    per_item = Counter(item for item, _ in rows)
    items = dict(study.items.filter(practice=False, gold="").values_list("pk", "condition"))
    counts = [per_item[item] for item in items]
    print(f"  items        {len(items)}, each with {min(counts)} to {max(counts)} raters")
    print(f"  imbalance    {max(counts) - min(counts)} (most minus fewest)")
    conditions: Counter[Any] = Counter()
    for item, condition in items.items():
        conditions[condition] += per_item[item]
    if len(conditions) > 1:
        low, high = min(conditions.values()), max(conditions.values())
        print(f"  conditions   {len(conditions)}, each with {low} to {high} judgements")
    screens = trials.order_by().values_list("item", "participant", "part")
    again = len(screens) - len(set(screens))
    print(f"  twice        {again} times somebody judged an item again")
    _print_sides(trials)


def _print_sides(trials: Any) -> None:
    """How often each alternative stood first, where several are compared."""
    first: Counter[str] = Counter()
    for layout in trials.values_list("layout", flat=True):
        options = [slot for slot in layout["order"] if slot.startswith("option-")]
        first.update(options[:1])
    if first:
        told = ", ".join(f"{slot} {count}" for slot, count in sorted(first.items()))
        print(f"  stood first  {told}")


if __name__ == "__main__":
    main()
