"""Whether two groups of raters put conditions in the same order.

    rho = Spearman's of the mean answers of one group and of the other, over conditions

The conditions are held: raters of each group and clusters of items (artworks, which both groups
judged) are drawn again. Drawing raters adds their noise once more, so the outer end of the
interval is moved out by what the replicates lost (`bootstrap.centred_interval`).
"""

import numpy as np
from scipy.stats import rankdata

from evaluation.statistics.answers import (
    Floats,
    Labels,
    flag_column,
    label_codes,
    label_column,
    number_column,
)
from evaluation.statistics.bootstrap import (
    FISHER_Z,
    REPLICATES,
    centred_interval,
    multinomial_weights,
)
from evaluation.statistics.correlation import pearson
from evaluation.statistics.estimate import ESTIMATE_LEVEL, BadData, Estimate, check_level


def same_order(
    values: Labels,
    raters: Labels,
    clusters: Labels,
    conditions: Labels,
    expert: Labels,
    *,
    generator: np.random.Generator,
    replicates: int = REPLICATES,
    level: float = ESTIMATE_LEVEL,
) -> Estimate:
    """Rank correlation of condition means of experts and of the others; columns [n] each.

    Conditions that one group did not judge are left out; of fewer than three there is none.
    """
    check_level(level)
    if replicates < 100:
        raise BadData(f"A bootstrap needs at least 100 replicates; given: {replicates}.")
    given, side = number_column(values), flag_column(expert, "expert")
    rater, of_rater = label_codes(label_column(raters, "rater"))
    cluster, of_cluster = label_codes(label_column(clusters, "cluster"))
    condition, count = label_codes(label_column(conditions, "condition"))
    both = [c for c in range(count) if {True, False} <= set(side[condition == c].tolist())]
    if len(both) < 3:
        reason = f"{len(both)} conditions that both groups judged have no order to compare"
        return Estimate.undefined(level=level, n=len(given), reason=reason)
    once = np.ones((1, of_rater)), np.ones((1, of_cluster))
    drawn = _weights(side, rater, of_rater, replicates, generator)
    works = multinomial_weights(of_cluster, replicates, generator)

    def means(group: bool, people: Floats, pictures: Floats) -> Floats:
        columns = []
        for c in both:
            mine = (side == group) & (condition == c)
            weights = people[:, rater[mine]] * pictures[:, cluster[mine]]
            total = weights.sum(1)
            columns.append(weights @ given[mine] / np.where(total > 0, total, np.nan))
        return np.stack(columns, axis=1)

    value = float(_rho(means(True, *once), means(False, *once))[0])
    found = _rho(means(True, drawn, works), means(False, drawn, works))
    scarcest = min(*(len(np.unique(rater[side == group])) for group in (True, False)), of_cluster)
    said = f"raters of both groups and {of_cluster} clusters of items, {len(both)} conditions held"
    return centred_interval(
        value,
        found,
        FISHER_Z,
        n=len(given),
        level=level,
        drawn=said,
        clusters=scarcest,
        keep_inner_end=True,  # ranks of few conditions crowd at 1
    )


def _weights(
    side: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    rater: np.ndarray[tuple[int, ...], np.dtype[np.intp]],
    count: int,
    replicates: int,
    generator: np.random.Generator,
) -> Floats:
    """[B, raters]: raters of each group drawn among themselves."""
    found = np.zeros((replicates, count))
    for group in (True, False):
        mine = np.unique(rater[side == group])
        found[:, mine] = multinomial_weights(len(mine), replicates, generator)
    return found


def _rho(first: Floats, second: Floats) -> Floats:
    """[B]; nan where a condition lost all its answers."""
    known = np.asarray(np.isfinite(first).all(1) & np.isfinite(second).all(1))
    ranks = [rankdata(np.where(known[:, None], x, 0.0), axis=1) for x in (first, second)]
    found = pearson(ranks[0], ranks[1], np.ones_like(first))
    return np.asarray(np.where(known, found, np.nan))
