"""Experiment files that are ready to run, to be copied and changed."""

from pathlib import Path

FOLDER = Path(__file__).parent


def preset_names() -> list[str]:
    """Names of all presets, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def preset_text(name: str) -> str:
    """The file called `name`; empty where there is none."""
    return (FOLDER / f"{name}.yaml").read_text("utf-8") if name in preset_names() else ""
