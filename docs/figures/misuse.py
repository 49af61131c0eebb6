"""The picture to remember: three misuses, each beside the function that is right."""

import re
from pathlib import Path

import altair as alt
import pandas as pd
import style

from evaluation.charts.plots import SERIES

MEASURED = Path(__file__).resolve().parents[1] / "pictures/statistics/misuses.csv"
PANELS = {
    "interval of a share": ("Wilson’s 95 % interval", "of crossed answers misses the truth"),
    "model of ratings": ("A model with rater + artwork only", "finds an effect that is not there"),
    "comparison of metrics": ("PERM-BOTH", "calls one of two equal metrics better"),
}


def misuses() -> alt.HConcatChart:
    table = pd.read_csv(MEASURED)
    panels = [panel(table[table["about"] == about], *said) for about, said in PANELS.items()]
    return style.finished(
        alt.hconcat(*panels, spacing=30).resolve_scale(color="independent"),
        "How often each is wrong, where 5 in 100 are promised",
        f"Share of simulated studies, {table['studies'].min()} or more a row "
        "(benchmarks/misuses.py). Dashed: 5 %.",
    )


def panel(table: pd.DataFrame, first: str, second: str) -> alt.LayerChart:
    order = table["design"].unique().tolist()
    procedures = table["procedure"].unique().tolist()
    base = alt.Chart(table).encode(
        y=alt.Y("design:N", sort=order, title=None, axis=alt.Axis(labelExpr=LABEL)),
        yOffset=alt.YOffset("procedure:N", sort=procedures),
        x=alt.X(
            "wrong:Q",
            title=None,
            scale=alt.Scale(domain=[0, 0.8]),
            axis=alt.Axis(format="%", values=[0, 0.2, 0.4, 0.6, 0.8]),
        ),
    )
    bars = base.mark_bar(height=18).encode(
        color=alt.Color(
            "procedure:N",
            scale=alt.Scale(domain=procedures, range=[style.WRONG, style.RIGHT]),
            legend=None,
        )
    )
    text = alt.Text("wrong:Q", format=".0%")
    numbers = [
        base.mark_text(align="left", dx=5, fontSize=12, **look).encode(text=text)
        for look in ({"stroke": style.PAPER, "strokeWidth": 3}, {"color": style.INK})
    ]
    title = alt.TitleParams(
        [first, second],
        subtitle=f"safe: {procedures[1]}",
        anchor="start",
        fontSize=13,
        color=style.WRONG,
        subtitleColor=style.RIGHT,
        subtitleFontSize=13,
        offset=8,
    )
    return alt.layer(bars, style.upright(0.05), *numbers).properties(
        width=190, height=50 * len(order), title=title
    )


LABEL = "split(datum.label, ', ')"


def intervals() -> alt.LayerChart:
    """From the table of the page itself (benchmarks/coverage.py 2000)."""
    page = PAGE.read_text()
    head, *lines = re.findall(r"^\| (.* \|)$", page[page.index("| design | binomial") :], re.M)[:8]
    methods = [cell.strip(" *") for cell in head.split("|")[1:-1]]
    rows = []
    for line in lines[1:7]:
        design, *cells = line.split("|")[:-1]
        for method, cell in zip(methods, cells, strict=True):
            share = float(cell.strip(" *%")) / 100
            rows.append({"design": design.strip(), "series": method, "share": share})
    base = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y("design:N", sort=None, title=None, axis=alt.Axis(grid=True)),
        x=alt.X(
            **style.number("share", "intervals that hold the truth", percent=True, domain=[0.45, 1])
        ),
        yOffset=alt.YOffset("series:N", sort=methods),
        color=style.coloured(methods, COLOURS),
        shape=style.shaped(methods),
    )
    dots = base.mark_point(filled=True, size=90, opacity=1)
    return style.finished(
        alt.layer(style.upright(0.95), dots).properties(width=style.WIDTH, height=260),
        "“95 %” intervals of a share: only two of five keep their word",
        "2000 simulated studies a row (benchmarks/coverage.py).",
    )


def power() -> alt.LayerChart:
    """From what the page on power prints: drawing these studies takes a quarter of a minute."""
    said = (PAGE.parent / "power.md").read_text()
    curve = re.findall(r"^ *(\d+) raters: (\d+)% \[(\d+)%, (\d+)%\]", said, re.M)
    columns = ["raters", "power", "low", "high"]
    rows = pd.DataFrame([[int(number) for number in row] for row in curve], columns=columns)
    rows[columns[1:]] /= 100
    x = alt.X(**style.number("raters", "raters, 30 answers each about 40 artworks"))
    y = style.number("power", "power", percent=True, domain=[0.4, 1])
    base = alt.Chart(rows).encode(x=x)
    return style.finished(
        alt.layer(
            style.level(0.8),
            base.mark_area(opacity=0.2, color=SERIES[0]).encode(
                y=alt.Y(**(y | {"shorthand": "low:Q"})), y2="high:Q"
            ),
            base.mark_line(strokeWidth=2, color=SERIES[0]).encode(y=alt.Y(**y)),
            base.mark_point(filled=True, size=60, color=SERIES[0], opacity=1).encode(y=alt.Y(**y)),
        ).properties(width=430, height=210),
        "How many raters show a success rate of 42 % instead of 30 %",
        "300 simulated studies a point (power.sample_size), with what the simulation leaves open.",
    )


PAGE = Path(__file__).resolve().parents[1] / "statistics/intervals.md"
COLOURS = [SERIES[1], SERIES[4], SERIES[3], SERIES[2], SERIES[0]]

FIGURES = {"misuses": misuses, "intervals": intervals, "power": power}
