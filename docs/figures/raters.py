"""Pictures of opinion and groups."""

import altair as alt
import numpy as np
import style
from pandas import DataFrame
from style import finished, number, words

from evaluation.charts.plots import SERIES
from evaluation.statistics import opinion
from evaluation.statistics.examples import metrics, ratings
from evaluation.statistics.groups import expert_vs_crowd


def opinion_scores() -> alt.HConcatChart:
    table = ratings()
    columns = table.value, table.participant, table.item
    true = metrics().set_index("item")["true_score"]
    plain, found = opinion.mos(*columns).scores, opinion.subject_bias(*columns).scores
    panels = []
    for name, scores in (("mos: plain means", plain), ("subject_bias: P.910", found)):
        points = DataFrame(
            {"true": [true[item] for item in scores], "score": [e.value for e in scores.values()]}
        )
        r = points["true"].corr(points["score"])
        diagonal = DataFrame({"true": [1.5, 4.5], "score": [1.5, 4.5]})
        x = alt.X(**number("true", "true mean of the population", domain=[1, 5]))
        y = alt.Y(**number("score", "score from ten raters", domain=[1, 5]))
        panels.append(
            alt.layer(
                alt.Chart(diagonal).mark_line(color=style.PALE, strokeDash=[5, 4]).encode(x=x, y=y),
                alt.Chart(points).mark_circle(color=SERIES[0], size=45).encode(x=x, y=y),
                words(1.15, 4.8, f"{name}, r = {r:.2f}", style.INK),
            ).properties(width=220, height=220)
        )
    return finished(
        alt.hconcat(*panels), "Scores of 108 pictures: random clickers count less in P.910"
    )


def opinion_raters() -> alt.LayerChart:
    table = ratings()
    found = opinion.subject_bias(table.value, table.participant, table.item)
    kinds = {"a": "artists", "c": "crowd"}
    rows = [
        {
            "rater": rater,
            "bias": found.bias[rater].value,
            "value": inconsistency.value,
            "low": inconsistency.low,
            "high": inconsistency.high,
            "series": "random clickers" if rater in ("c11", "c12") else kinds[str(rater)[0]],
        }
        for rater, inconsistency in found.inconsistency.items()
    ]
    series = ["artists", "crowd", "random clickers"]
    base = alt.Chart(DataFrame(rows)).encode(
        x=alt.X(**number("bias", "bias: added to every answer")),
        color=style.coloured(series, [SERIES[0], SERIES[2], SERIES[1]]),
    )
    title = "inconsistency"
    return finished(
        alt.layer(
            base.mark_rule(strokeWidth=1.5).encode(
                y=alt.Y(**number("low", title, domain=[0, 2.2])), y2="high:Q"
            ),
            base.mark_point(filled=True, size=70, opacity=1).encode(
                y=alt.Y(**number("value", title, domain=[0, 2.2])), shape=style.shaped(series)
            ),
        ).properties(width=430, height=240),
        "Who clicks at random stands above the others; nobody is thrown out",
    )


def groups() -> alt.LayerChart:
    table = ratings()
    found = expert_vs_crowd(
        table.value,
        table.participant,
        table.item,
        table.population == "artists",
        clusters=table.artwork,
        generator=np.random.default_rng(6),
    )
    one = {name: group.reliability.value for name, group in found.groups.items()}
    shared = {"experts": 1.0, "crowd": min(found.true_score_correlation.value, 1.0) ** 2}
    rows = [
        {
            "k": k,
            "series": {"experts": "artists", "crowd": "crowd"}[name],
            "value": shared[name] * k * phi / (1 + (k - 1) * phi),
        }
        for name, phi in one.items()
        for k in np.arange(1, 21)
    ]
    chart = (
        alt.Chart(DataFrame(rows))
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X(**number("k", "raters a picture", domain=[1, 20])),
            y=alt.Y(**number("value", "what their mean tells of artists’ scores", domain=[0, 1])),
            color=style.coloured(["artists", "crowd"]),
        )
    )
    equal = found.crowd_per_expert.value
    return finished(
        alt.layer(
            chart,
            style.level(one["experts"]),
            style.upright(equal),
            words(equal + 0.3, 0.06, f"{equal:.1f} of the crowd = one artist", style.INK),
        ).properties(width=430, height=220),
        "How many of the crowd equal one artist",
    )


def opinion_screening() -> alt.LayerChart:
    table = ratings()
    found = opinion.bt500_screening(table.value, table.participant, table.item)
    rows = [
        {
            "rater": str(rater),
            "share": screened.extreme_share,
            "series": "clicks at random" if rater in ("c11", "c12") else "answers honestly",
        }
        for rater, screened in found.raters.items()
    ]
    bars = (
        alt.Chart(DataFrame(rows))
        .mark_bar(width={"band": 0.7})
        .encode(
            x=alt.X("rater:N", title=None, axis=alt.Axis(labelAngle=0)),
            y=alt.Y(**number("share", "extreme answers", percent=True, zero=True)),
            color=style.coloured(["answers honestly", "clicks at random"]),
        )
    )
    return finished(
        alt.layer(bars, style.level(0.05)).properties(width=560, height=160),
        "BT.500 counts extreme answers: it finds one of two who click at random",
        f"{style.SIMULATED} Dashed: the 5 % above which a rater may be rejected.",
    )


FIGURES = {
    "opinion-screening": opinion_screening,
    "opinion-scores": opinion_scores,
    "opinion-raters": opinion_raters,
    "groups": groups,
}
