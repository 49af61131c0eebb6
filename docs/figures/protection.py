"""Pictures of psr."""

import warnings

import altair as alt
import numpy as np
import pandas as pd
import style
from pandas import DataFrame
from style import finished, forest, row

from evaluation.charts.plots import SERIES
from evaluation.statistics import psr
from evaluation.statistics.examples import ratings, truth

KNOWN = "The black bar is the truth."


def psr_conditions() -> alt.LayerChart:
    table, rows = ratings(), []
    true = truth().set_index("condition")["protected"]
    for condition, part in table.groupby("condition"):
        columns = part.value, part.participant, part.artwork
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", psr.IndependenceWarning)
            found = [
                psr.protection_success_rate(*columns, success=(1, 2), interval=how).answers
                for how in ("clustered", "independent")
            ]
        named = ("raters and artworks are samples", "as if answers were independent")
        for estimate, series in zip(found, named, strict=True):
            rows.append(row(str(condition), estimate, series, float(true[condition])))
    return finished(
        forest(rows, "protection success rate (answers)", percent=True, domain=(0, 1)),
        "The narrow interval promises too much",
        f"{style.SIMULATED} {KNOWN}",
    )


def psr_equivalence() -> alt.LayerChart:
    table, rows = ratings(), []
    for first, second in (("clean", "veil-16-jpeg"), ("mesh-16", "veil-16"), ("clean", "veil-16")):
        two = table[table.condition.isin([first, second])]
        columns = two.value, two.participant, two.artwork, two.condition == second
        found = psr.equivalence(*columns, margin=0.1, success=(1, 2))
        rows.append(row(f"{second} − {first}", found.difference.estimate))
    band = (
        alt.Chart(DataFrame({"low": [-0.1], "high": [0.1]}))
        .mark_rect(color=SERIES[2], opacity=0.15)
        .encode(x="low:Q", x2="high:Q")
    )
    chart = forest(
        rows, "difference of success rates, 90 % interval", percent=True, step=34, width=500
    )
    return finished(
        alt.layer(band, style.upright(0), chart),
        "“Not significant” is not “equal”: only an interval inside the band shows equivalence",
    )


def psr_intervals() -> alt.LayerChart:
    table = ratings()
    veil = table[table.condition == "veil-16"]
    columns = veil.value, veil.participant, veil.artwork
    true = float(truth().set_index("condition")["protected"]["veil-16"])
    rows = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", psr.IndependenceWarning)
        for how in ("clustered", "bootstrap", "model", "independent"):
            found = psr.protection_success_rate(
                *columns, success=(1, 2), interval=how, generator=np.random.default_rng(1)
            )
            rows.append(row(f"interval={how!r}", found.answers, true=true))
    return finished(
        forest(rows, "protection success rate of veil-16 (answers)", percent=True, domain=(0, 1)),
        "Four intervals of one share: the last takes 120 answers for 120 strangers",
        f"{style.SIMULATED} {KNOWN}",
    )


def psr_compare() -> alt.LayerChart:
    table, rows = ratings(), []
    clean = table[table.condition == "clean"]
    for condition in sorted({*table.condition} - {"clean"}):
        two = pd.concat([clean, table[table.condition == condition]])
        second, apart = two.condition == condition, two.condition + " "
        for series, part in (("shared raters and artworks", ""), ("as if they were others", apart)):
            found = psr.difference(
                two.value, part + two.participant, part + two.artwork, second, success=(1, 2)
            )
            rows.append(row(f"{condition} − clean", found.estimate, series))
    return finished(
        forest(rows, "difference of success rates", percent=True, marks=[0]),
        "What raters and artworks share cancels: pairing is worth many answers",
    )


FIGURES = {
    "psr-compare": psr_compare,
    "psr-intervals": psr_intervals,
    "psr-conditions": psr_conditions,
    "psr-equivalence": psr_equivalence,
}
