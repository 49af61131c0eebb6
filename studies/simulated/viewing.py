"""How a SIMULATED rater looks at pictures: what their made-up browser tells, as a real one does."""

import json
from collections.abc import Sequence
from random import Random
from typing import Any

from studies.live.plan import Plan
from studies.models import Trial
from studies.trials import slots_of

SCREENS = ((390, 844, 3.0), (820, 1180, 2.0), (1440, 900, 1.0), (1512, 860, 2.0), (1920, 1000, 1.0))
"""Width, height and pixel ratio of the windows that simulated raters have."""

IN_PLACE = "rater/pictures/in_place.html"

NARROW = 800
"""CSS pixels; below, pictures lie in one place and are flipped."""


def look(trial: Trial, plan: Plan, seed: int) -> str:
    """What the browser of a simulated rater tells of a trial, as JSON; "" where it has no pictures.

    The window is the rater's own, the rest is drawn for each trial.
    """
    rows = trial.item.stimuli.values_list("slot", "image__width", "image__height")
    known = {slot: (width, height) for slot, width, height in rows}
    shown = {slot.name for slot in slots_of(plan.kind, trial.part)} & known.keys()
    sizes = [known[slot] for slot in trial.layout.get("order", ()) if slot in shown]
    if not sizes:
        return ""
    rater = trial.participant.seed
    screen = plan.rng("simulation", seed, "screen", rater).choice(SCREENS)
    wall = any(slot.group for slot in plan.kind.slots)
    told = report(sizes, screen, plan.rng("simulation", seed, "look", rater, trial.position), wall)
    return in_one_place(told) if plan.kind.template == IN_PLACE else told


def in_one_place(told: str) -> str:
    """The same of a page whose pictures lie in one place at any width: turned by hand alone."""
    seen = json.loads(told)
    return json.dumps({**seen, "mode": "in_place", "flips": 2 * len(seen["pictures"])})


def report(
    sizes: Sequence[tuple[int, int]], screen: tuple[int, int, float], rng: Random, wall: bool
) -> str:
    """JSON as the trial page sends it, for pictures of these sizes (width, height), in its order.

    They look at each picture for some seconds, most of them at 100 %, and now and then have the
    page in the background for a while.
    """
    width, height, ratio = screen
    narrow = width < NARROW
    beside = 1 if narrow else min(len(sizes), 4 if wall else 2)
    frame = 0.9 * width / beside
    times = [rng.randint(300, 900)]
    pictures = [_picture(size, frame, 0.75 * height, times, rng) for size in sizes]
    actual = not wall and rng.random() < 0.9
    sharp = round(ratio) if actual else 0.0
    for each in pictures:
        shown = min(r / n for r, n in zip(each["rendered"], each["natural"], strict=True))
        each["screen_pixels"] = round(max(sharp, shown * ratio), 4)
    whole = max(p["rendered"][0] / max(p["natural"][0], 1) for p in pictures) if pictures else 0.0
    told = {
        "mode": "wall" if wall else "flip" if narrow and len(sizes) > 1 else "side",
        "scale": "column" if narrow else "row",
        "viewport": [width, height],
        "smallest_viewport": [width, height],
        "pixel_ratio": ratio,
        "page_scale": 1,
        "pictures": pictures,
        "hidden_ms": rng.randint(1_000, 60_000) if rng.random() < 0.05 else 0,
        "flips": rng.randint(1, 8) if narrow else 0,
        "zooms": rng.randint(1, 6) if actual else 0,
        "largest_zoom": round(max(whole, round(ratio) / ratio if actual else 0.0), 3),
        "actual_size": actual,
        "load_failures": 0,
        "save_attempts": 1,
        "keys": 0,
    }
    return json.dumps(told)


def _picture(
    size: tuple[int, int], width: float, height: float, times: list[int], rng: Random
) -> dict[str, Any]:
    """One picture, fitted into its frame; `times` are those of the pictures before it."""
    scale = min(width / size[0], height / size[1])
    decoded = times[-1] + rng.randint(0, 60)
    times.append(decoded)
    return {
        "natural": list(size),
        "rendered": [round(size[0] * scale), round(size[1] * scale)],
        "decoded_ms": decoded,
        "visible_ms": decoded + rng.randint(10, 1_500),
        "shown_ms": rng.randint(2_000, 9_000),
    }
