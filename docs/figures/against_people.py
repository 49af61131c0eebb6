"""Pictures of association, meta, composite and ppi: metrics against people."""

from collections.abc import Mapping

import altair as alt
import numpy as np
import style
from pandas import DataFrame
from style import finished, forest, number, row, words

from evaluation.charts.plots import SERIES
from evaluation.statistics import association, composite, meta, ppi
from evaluation.statistics.answers import Floats
from evaluation.statistics.examples import metrics, ratings

LEVELS = ("condition", "group-by-item", "group-by-condition", "none")
NAMES = {"LPIPS": "lpips", "CLIP": "clip_margin", "DINO": "dino"}


def _judged() -> DataFrame:
    """Pictures that raters judged, with the mean answer; LPIPS turned round."""
    means = ratings().groupby("item").value.mean().rename("human")
    table = metrics().merge(means, on="item")
    return table.assign(lpips=-table.lpips)


def _answers() -> Floats:
    given = ratings().pivot(index="participant", columns=["condition", "artwork"], values="value")
    return given.sort_index(axis=1).to_numpy(dtype=np.float64).reshape(20, 9, 12)


def _grids() -> Mapping[str, Floats]:
    table = _judged()
    return {
        name: table.pivot(index="condition", columns="artwork", values=column).to_numpy()
        for name, column in NAMES.items()
    }


def correlation() -> alt.HConcatChart:
    table = _judged()
    rows = [
        row("rows independent", association.correlation(table.dino, table.human).estimate),
        row(
            "artists drawn again",
            association.correlation(
                table.dino,
                table.human,
                clusters=table.artist,
                generator=np.random.default_rng(2),
            ).estimate,
        ),
        row(
            "Spearman", association.correlation(table.dino, table.human, method="spearman").estimate
        ),
        row("Kendall", association.correlation(table.dino, table.human, method="kendall").estimate),
    ]
    points = (
        alt.Chart(table[["dino", "human", "artist"]])
        .mark_circle(size=45)
        .encode(
            x=alt.X(**number("dino", "DINO similarity")),
            y=alt.Y(**number("human", "mean rating", domain=[1, 5])),
            color=alt.Color("artist:N", scale=alt.Scale(scheme="tableau20"), legend=None),
        )
        .properties(width=230, height=210)
    )
    return finished(
        alt.hconcat(
            points, forest(rows, "correlation", width=230, domain=(0, 1)), spacing=24
        ).resolve_scale(color="independent"),
        "One cloud, four intervals: pictures of one artist (one colour) belong together",
    )


def dependent() -> alt.LayerChart:
    table = _judged()
    found = association.compare_dependent(table.dino, table.clip_margin, table.human)
    rows = [
        row("DINO", association.correlation(table.dino, table.human).estimate),
        row("CLIP", association.correlation(table.clip_margin, table.human).estimate),
        row("difference", found.difference),
    ]
    return finished(
        forest(rows, "correlation with the mean rating", marks=[0], step=30),
        "Two intervals may overlap though the difference is clear",
    )


def roc() -> alt.LayerChart:
    table = _judged()
    accepted = (table.human >= 3).to_numpy()
    rows, names = [], []
    for name, column in NAMES.items():
        area = association.auc(table[column], accepted, clusters=table.artist)
        series = f"{name} {area}"
        names.append(series)
        order = np.argsort(-table[column].to_numpy())
        hits = np.append(0, np.cumsum(accepted[order]) / accepted.sum())
        alarms = np.append(0, np.cumsum(~accepted[order]) / (~accepted).sum())
        rows += [
            {"alarms": a, "hits": h, "series": series, "order": k}
            for k, (a, h) in enumerate(zip(alarms, hits, strict=True))
        ]
    x = alt.X(**number("alarms", "share of rejected pictures above the threshold", percent=True))
    y = alt.Y(**number("hits", "share of accepted ones", percent=True))
    lines = (
        alt.Chart(DataFrame(rows))
        .mark_line(strokeWidth=2, interpolate="step-after")
        .encode(x=x, y=y, color=style.coloured(names), order="order:Q")
    )
    diagonal = (
        alt.Chart(DataFrame({"alarms": [0, 1], "hits": [0, 1]}))
        .mark_line(color=style.PALE, strokeDash=[5, 4])
        .encode(x=x, y=y)
    )
    return finished(
        alt.layer(diagonal, lines).properties(width=430, height=260),
        "Which metric foretells that raters accept an imitation? Area under the curve",
    )


def calibration() -> alt.LayerChart:
    table = _judged()
    bold = 1 / (1 + np.exp(-60 * (table.dino - 0.51)))
    found = association.calibration(bold, table.human >= 3, clusters=table.artist, bins=6)
    x = alt.X(**number("probability", "promised probability", percent=True, domain=[0, 1]))
    y = alt.Y(**number("observed", "share accepted", percent=True, domain=[0, 1]))
    base = alt.Chart(found.bins).encode(x=x)
    diagonal = (
        alt.Chart(DataFrame({"probability": [0, 1], "observed": [0, 1]}))
        .mark_line(color=style.PALE, strokeDash=[5, 4])
        .encode(x=x, y=y)
    )
    return finished(
        alt.layer(
            diagonal,
            base.mark_rule(strokeWidth=2, color=SERIES[0]).encode(y="low:Q", y2="high:Q"),
            base.mark_line(color=SERIES[0], opacity=0.6).encode(y=y),
            base.mark_point(filled=True, size=75, opacity=1, color=SERIES[0]).encode(y=y),
        ).properties(width=330, height=250),
        f"A formula that is too bold: slope {found.slope}",
    )


def dominance() -> alt.LayerChart:
    table = _judged()
    found = association.dominance(
        table[list(NAMES.values())].to_numpy(),
        table.human,
        names=list(NAMES),
        clusters=table.artist,
        generator=np.random.default_rng(3),
    )
    rows = [row(name, share) for name, share in found.shares.items()]
    rows.append(row("all three (R²)", found.r_squared))
    return finished(
        forest(rows, "share of the variance of mean ratings", percent=True, domain=(0, 1)),
        "What three correlated metrics explain, dealt out fairly",
    )


def levels() -> alt.LayerChart:
    answers, grids = _answers(), _grids()
    rows = [
        row(by, meta.agreement(answers, grids[name], by=by), name)
        for by in LEVELS
        for name in ("CLIP", "DINO")
    ]
    return finished(
        forest(rows, "correlation with raters", domain=(-0.2, 1), marks=[0]),
        "One pair of metrics, four questions, four answers",
    )


def tests() -> alt.LayerChart:
    """The null distributions of the difference that p-values come from."""
    answers, grids = _answers(), _grids()
    grid = meta.Grid.of(answers, [grids["DINO"], grids["CLIP"]])
    names, rng, draws = (
        ("whole conditions (the default)", "PERM-BOTH"),
        np.random.default_rng(2),
        4000,
    )
    means, rows = grid.human.mean(1), []
    for images, name in enumerate(names):
        swapped = rng.random((draws, 9, 1)) < 0.5
        if images:
            swapped = swapped ^ (rng.random((draws, 1, 12)) < 0.5)
        one = np.where(swapped, grid.metrics[1], grid.metrics[0]).mean(2)
        other = np.where(swapped, grid.metrics[0], grid.metrics[1]).mean(2)
        drawn = _pearson(one, means) - _pearson(other, means)
        counts, edges = np.histogram(drawn, bins=np.arange(-0.6, 0.61, 0.03), density=True)
        rows += [
            {"at": (a + b) / 2, "density": c, "series": name}
            for a, b, c in zip(edges[:-1], edges[1:], counts, strict=True)
        ]
    found = meta.compare_metrics(
        answers,
        grids["DINO"],
        grids["CLIP"],
        generator=np.random.default_rng(2),
        tests=["permutation", "PERM-BOTH"],
    )
    seen = found.difference.value
    p = [test.p for test in found.tests.values()]
    highest = max(r["density"] for r in rows)
    chart = (
        alt.Chart(DataFrame(rows))
        .mark_area(opacity=0.45, interpolate="monotone", line={"strokeWidth": 2})
        .encode(
            x=alt.X(**number("at", "difference of two metrics, if they were equally good")),
            y=alt.Y("density:Q", title=None, axis=None, stack=None),
            color=style.coloured(names),
        )
    )
    said = f"measured: {seen:.2f}"
    return finished(
        alt.layer(
            chart,
            style.upright(seen, (1, 0)),
            words(seen + 0.015, highest * 0.95, said, style.INK),
            words(seen + 0.015, highest * 0.83, f"swapping conditions: p = {p[0]:.2f}", SERIES[0]),
            words(seen + 0.015, highest * 0.71, f"PERM-BOTH: p = {p[1]:.3f}", SERIES[1]),
        ).properties(width=480, height=210),
        "PERM-BOTH makes chance look smaller than it is",
    )


def _pearson(rows: Floats, means: Floats) -> Floats:
    """[B]: the correlation of each row with `means`."""
    rows, means = rows - rows.mean(1, keepdims=True), means - means.mean()
    found: Floats = rows @ means / np.sqrt((rows**2).sum(1) * (means @ means))
    return found


def ties() -> alt.LayerChart:
    answers, dino = _answers(), _grids()["DINO"]
    steps = np.linspace(0, 0.12, 41)
    scores = np.round(np.nanmean(answers, axis=0))
    rows = [
        {
            "epsilon": e,
            "value": meta.pairwise_accuracy(scores, dino, epsilon=float(e)).estimate.value,
        }
        for e in steps
    ]
    best = meta.tie_calibration(scores, dino, by="group-by-item")
    honest = meta.calibrated_accuracy(scores, dino, generator=np.random.default_rng(5)).estimate
    line = (
        alt.Chart(DataFrame(rows))
        .mark_line(strokeWidth=2.5, color=SERIES[0])
        .encode(
            x=alt.X(**number("epsilon", "difference of DINO that counts as a tie")),
            y=alt.Y(**number("value", "pairwise accuracy", percent=True)),
        )
    )
    lowest = min(r["value"] for r in rows)
    return finished(
        alt.layer(
            line,
            style.upright(best.epsilon),
            words(
                0.045,
                lowest + 0.001,
                f"best where chosen {best.accuracy:.1%}; on other artworks {honest.value:.1%}",
                style.INK,
            ),
        ).properties(width=450, height=190),
        "People tie, a continuous metric never does: epsilon, and its flattery",
    )


def chance() -> alt.LayerChart:
    answers, grids = _answers(), dict(_grids())
    grids["noise"] = np.random.default_rng(3).normal(size=grids["DINO"].shape)
    rows, ranges = [], []
    for name, metric in grids.items():
        found = meta.chance_level(answers, metric, generator=np.random.default_rng(7))
        ranges.append(row(name, found.shuffled, "shuffled metric (95 %)"))
        rows.append({"row": name, "series": "metric", "value": found.agreement})
    return finished(
        forest(
            [*ranges, *rows],
            "correlation with raters over nine conditions",
            domain=(-1, 1),
            marks=[0],
            colours=[style.PALE, SERIES[0]],
            dodge=False,
        ),
        "Over nine conditions chance alone goes far",
    )


def composites() -> alt.LayerChart:
    table = _judged()
    features = table[list(NAMES.values())].to_numpy()
    found = composite.nested_cv(
        features,
        table.human,
        table.artist,
        names=list(NAMES),
        generator=np.random.default_rng(2),
    )
    rng = np.random.default_rng(4)
    who = np.eye(12)[table.artist.factorize()[0]] + 0.01 * rng.normal(size=(108, 12))
    leaky = composite.nested_cv(who, table.human, table.artist, generator=np.random.default_rng(2))
    rows = [
        row("composite", found.composite.within_artist),
        row("best single metric", found.best_single.within_artist),
        row("difference", found.difference),
        {"row": "knows who painted: random folds", "series": "", "value": leaky.overall_random},
        {"row": "knows who painted: folds by artist", "series": "", "value": leaky.overall},
    ]
    return finished(
        forest(rows, "correlation on artists that were held out", marks=[0], domain=(-0.6, 1)),
        "What a composite adds on artists it never saw, and what a leak looks like",
    )


def powered() -> alt.LayerChart:
    pool = metrics()
    few = ratings().groupby("item").sample(2, random_state=1)
    table = few.merge(pool[["item", "dino"]], on="item")
    unseen = pool[~pool.judged]

    def scale(dino: Floats) -> Floats:
        return np.asarray(np.clip(5.9 + 12 * (dino - 0.72), 1, 5))

    columns = table.value, scale(table.dino), scale(unseen.dino)
    artists = {"artists": table.artist, "artists_unlabelled": unseen.artist}
    found = ppi.mean(*columns, **artists, raters=table.participant)
    true = float(pool.true_score.mean())
    rows = [
        row("answers alone", found.classical, true=true),
        row("with the metric (ppi.mean)", found.estimate, true=true),
        row("… as if answers were independent", ppi.mean(*columns).estimate, true=true),
    ]
    return finished(
        forest(rows, "mean rating of all 360 pictures", step=32),
        "Predictions narrow the interval; forgetting artists and raters narrows it falsely",
        f"{style.SIMULATED} The black bar is the truth.",
    )


def ranks() -> alt.LayerChart:
    answers, given = _answers(), dict(_grids())
    given["noise"] = np.random.default_rng(3).normal(size=given["DINO"].shape)
    found = meta.rank_clusters(
        answers, given, by="group-by-item", generator=np.random.default_rng(3)
    )
    rows = [row(f"{ranked.name}, cluster {ranked.cluster}", ranked.agreement) for ranked in found]
    return finished(
        forest(rows, "correlation with raters, within artworks", marks=[0], domain=(-0.4, 1)),
        "One cluster: no metric is shown to be worse than those above it",
    )


def accuracies() -> alt.LayerChart:
    answers, rows = _answers(), []
    for name, metric in _grids().items():
        pairwise = meta.pairwise_accuracy(answers, metric).estimate
        soft = meta.soft_pairwise_accuracy(answers, metric, generator=np.random.default_rng(6))
        rows.append(row(name, pairwise, "pairwise_accuracy: pairs of one artwork’s pictures"))
        rows.append(row(name, soft, "soft_pairwise_accuracy: pairs of conditions"))
    return finished(
        forest(rows, "accuracy", percent=True, domain=(0.3, 1), marks=[0.5]),
        "In how many pairs does a metric agree with people?",
    )


FIGURES = {
    "meta-ranks": ranks,
    "meta-accuracy": accuracies,
    "association-correlation": correlation,
    "association-dependent": dependent,
    "association-roc": roc,
    "association-calibration": calibration,
    "association-dominance": dominance,
    "meta-levels": levels,
    "meta-tests": tests,
    "meta-ties": ties,
    "meta-chance": chance,
    "composite": composites,
    "ppi": powered,
}
