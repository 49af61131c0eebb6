"""What a chart offers where scripts run: zoom, tooltips, legends that pick a series. Pure.

Added to a stored specification when it is handed to a browser, so that the stored chart, the SVG
and the PDF stay as they are.
"""

from collections.abc import Iterator
from copy import deepcopy

from evaluation.charts.plots import Spec

ZOOM = "wheel![event.ctrlKey || event.metaKey]"
"""Zooming takes the Ctrl key, so that a page scrolls over its charts as over its text."""
FAINT = 0.15


def interactive(spec: Spec) -> Spec:
    """The same chart with tooltips on points, a zoom of numeric axes, and a legend to click."""
    found = deepcopy(spec)
    for number, panel in enumerate(_panels(found)):
        layers = panel.get("layer", [panel])
        _zoom(layers, number)
        _pick(layers, number)
    return found


def _panels(spec: Spec) -> Iterator[Spec]:
    for name in ("concat", "hconcat", "vconcat"):
        if name in spec:
            for each in spec[name]:
                yield from _panels(each)
            return
    if "spec" in spec:
        yield from _panels(spec["spec"])
        return
    yield spec


def _zoom(layers: list[Spec], number: int) -> None:
    """Panels whose both axes are numbers can be enlarged and moved."""
    for layer in layers:
        axes = [layer.get("encoding", {}).get(axis, {}) for axis in ("x", "y")]
        if all(axis.get("type") == "quantitative" for axis in axes) and "params" not in layer:
            select = {"type": "interval", "zoom": ZOOM, "encodings": ["x", "y"]}
            _add(layer, {"name": f"zoom_{number}", "select": select, "bind": "scales"})
            return


def _pick(layers: list[Spec], number: int) -> None:
    """A click on a series in the legend leaves that series alone in full colour."""
    fields = [_series(layer) for layer in layers]
    field = next(filter(None, fields), None)
    if field is None:
        return
    name = f"series_{number}"
    for layer, mine in zip(layers, fields, strict=True):
        mark = layer.get("mark")
        if mine != field or "opacity" in layer["encoding"]:
            continue
        full = mark.get("opacity", 1) if isinstance(mark, dict) else 1
        layer["encoding"]["opacity"] = {
            "condition": {"param": name, "value": full},
            "value": FAINT,
        }
    first = layers[fields.index(field)]
    select = {"type": "point", "fields": [field]}
    _add(first, {"name": name, "select": select, "bind": "legend"})


def _series(layer: Spec) -> str | None:
    """The field of the legend of a layer; None where there is none."""
    colour = layer.get("encoding", {}).get("color", {})
    has_legend = "legend" not in colour or colour["legend"] is not None
    return colour.get("field") if colour.get("type") == "nominal" and has_legend else None


def _add(layer: Spec, param: Spec) -> None:
    layer["params"] = [*layer.get("params", []), param]
