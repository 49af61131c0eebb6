"""Live studies that compare conditions: jpeg at two qualities against the working copy."""

from typing import Any

from generation import working
from studies import services
from studies.models import Study
from tests.studies.paintings import import_paintings, text

PURIFICATIONS = {
    "none": None,
    "jpeg-60": {"method": "jpeg", "settings": {"quality": 60}},
    "jpeg-15": {"method": "jpeg", "settings": {"quality": 15}},
    "jpeg-5": {"method": "jpeg", "settings": {"quality": 5}},
}


def comparing_text(kind: str = "forced_choice", *levels: str, **changes: Any) -> str:
    """An experiment file whose raters compare purifications (all of them when none is named)."""
    settings = changes.pop("settings", {"shows": "pictures", "originals": 1})
    return text(
        **{
            "stimuli__purifications": {n: PURIFICATIONS[n] for n in levels or PURIFICATIONS},
            "study__trial": {"kind": kind, "settings": settings},
            "study__compare": {"factors": ["purification"]},
            **changes,
        }
    )


def live(source: str) -> Study:
    """Applied, its pictures made, and launched."""
    import_paintings()
    study = services.apply(text=source)
    services.generate(study=study)
    working.work_off(wait=False)
    return services.launch(study=study)
