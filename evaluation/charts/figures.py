"""Vega-Lite specifications drawn as SVG that follows the page: its colours, its width, its rules.

The drawing is made twice, for wide and for narrow pages (CSS shows one). Colours become the custom
properties of tokens.css, so light and dark come from the page; styles become attributes, because
the pages' content security policy allows no inline style.
"""

import re
from copy import deepcopy
from typing import Any

import vl_convert

from evaluation.charts.plots import ANSWERS, INK, LINE, SERIES, SOFT, WARN, Spec

NARROW, NARROW_PANEL = 340, 250
PROPERTIES = {
    INK: "--ink",
    SOFT: "--ink-soft",
    LINE: "--line",
    WARN: "--warn",
    **{colour: f"--series-{number}" for number, colour in enumerate(SERIES, start=1)},
    **{colour: f"--answer-{number}" for number, colour in enumerate(ANSWERS, start=1)},
}


def drawings(spec: Spec, description: str) -> dict[str, str]:
    """`wide` and `narrow`: SVG texts; `description` is what a screen reader says."""
    return {"wide": drawn(spec, description), "narrow": drawn(narrow(spec), description)}


def narrow(spec: Spec) -> Spec:
    """The same chart for a phone: panels below one another, legends in one column.

    Square panels (maps of pictures) stay as they are, two in a row.
    """
    spec = deepcopy(spec)
    if "concat" in spec:
        square = all(panel["width"] == panel["height"] for panel in spec["concat"])
        spec["columns"] = 2 if square else 1
        for panel in spec["concat"]:
            panel["width"] = panel["width"] if square else NARROW_PANEL
    else:
        spec["width"] = NARROW
    spec["config"]["axisQuantitative"]["tickCount"] = 4
    spec["config"]["legend"]["columns"] = 1
    spec["config"]["axis"] |= {"labelLimit": 160, "labelFontSize": 12, "titleFontSize": 12}
    return spec


def drawn(spec: Spec, description: str) -> str:
    """One chart as SVG without inline styles, coloured by custom properties."""
    svg = vl_convert.vegalite_to_svg(vl_spec=spec)
    for colour, name in PROPERTIES.items():
        svg = re.sub(rf'"{colour}"', f'"var({name}, {colour})"', svg, flags=re.IGNORECASE)
    svg = re.sub(r'style="([^"]*)"', _attributes, svg)
    svg = re.sub(r' (font-family|role|aria-[a-z]+)="[^"]*"', "", svg)
    return _named(svg, description)


def _attributes(found: re.Match[str]) -> str:
    pairs = [part.split(":", 1) for part in found.group(1).split(";") if ":" in part]
    return " ".join(f'{name.strip()}="{value.strip()}"' for name, value in pairs)


def _named(svg: str, description: str) -> str:
    said = description.replace("&", "and").replace('"', "”").replace("<", "")
    return re.sub(r"<svg\b", f'<svg role="img" aria-label="{said}"', svg, count=1)


def as_json(spec: Any) -> Any:
    """The specification as plain JSON values (infinite and missing numbers become null)."""
    if isinstance(spec, dict):
        return {str(key): as_json(value) for key, value in spec.items()}
    if isinstance(spec, list | tuple):
        return [as_json(value) for value in spec]
    if isinstance(spec, float) and spec - spec != 0:
        return None
    return spec
