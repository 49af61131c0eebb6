"""How reliable human item scores are, and so how well any metric could foretell them."""

import numpy as np

from evaluation.statistics.answers import Answers, Floats, Labels
from evaluation.statistics.bootstrap import REPLICATES, multinomial_weights, percentile_interval
from evaluation.statistics.estimate import ESTIMATE_LEVEL, Estimate, check_level


def noise_ceiling(
    values: Labels,
    raters: Labels,
    items: Labels,
    *,
    generator: np.random.Generator,
    replicates: int = REPLICATES,
    level: float = ESTIMATE_LEVEL,
) -> Estimate:
    """The correlation with these item means that a perfect metric would reach: √ reliability.

    Reliability of means of k_i answers = σ²_item / (σ²_item + s² mean(1/k_i)), by the one-way
    analysis of variance: raters differ from item to item, so what they differ by is noise. The
    interval draws items only: drawing raters would count a rater's copy as a second opinion.
    """
    check_level(level)
    answers = Answers.of(values, raters, items)
    point = _ceilings(answers, np.ones((1, answers.items)))
    weights = multinomial_weights(answers.items, replicates, generator)
    drawn = f"{answers.items} items, the raters held"
    return percentile_interval(
        float(point[0]), _ceilings(answers, weights), n=answers.n, level=level, drawn=drawn
    )


def _ceilings(answers: Answers, weights: Floats) -> Floats:
    """[B]: the ceiling under weights of items [B, I]; nan where no item has two answers."""
    k = answers.counts.sum(0)
    means = answers.sums.sum(0) / k
    squares = np.bincount(answers.item, (answers.values - means[answers.item]) ** 2)
    total, items = weights @ k, weights.sum(1)
    with np.errstate(invalid="ignore", divide="ignore"):
        within = (weights @ squares) / (total - items)
        grand = (weights @ (k * means)) / total
        between = (weights * k * (means - grand[:, None]) ** 2).sum(1) / (items - 1)
        each = (total - (weights @ k**2) / total) / (items - 1)
        signal = np.maximum((between - within) / each, 0.0)
        noise = within * (weights @ (1 / k)) / items
        return np.asarray(np.sqrt(signal / (signal + noise)))
