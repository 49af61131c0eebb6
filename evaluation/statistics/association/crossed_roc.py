"""Areas under ROC curves where raters and pictures are both samples: each answer is a case.

An area is a mean over pairs of cases, so that its variance with cases in clusters (`roc.py`,
Obuchowski 1997) is that of sums of influences within clusters, and the two-way variance is

    v = v_pictures + v_raters - v_answers        (Cameron, Gelbach and Miller 2011)

never below the larger one-way term.
"""

from math import sqrt

import numpy as np
from scipy.special import expit, logit
from scipy.stats import t as student

from evaluation.statistics.answers import Labels, label_codes, label_column
from evaluation.statistics.association.roc import auc
from evaluation.statistics.estimate import ESTIMATE_LEVEL, Estimate


def crossed_auc(
    scores: Labels,
    positive: Labels,
    raters: Labels,
    clusters: Labels,
    *,
    level: float = ESTIMATE_LEVEL,
) -> Estimate:
    """The area for answers [n] by `raters` [n] about pictures of `clusters` [n] (artworks).

    As `auc`; the interval speaks of other raters and other artworks: t of the scarcer less one, on
    the logit.
    """
    by_picture = auc(scores, positive, clusters=clusters, level=level)
    by_rater = auc(scores, positive, clusters=raters, level=level)
    alone = auc(scores, positive, level=level)
    few = min(
        label_codes(label_column(labels, noun))[1]
        for labels, noun in ((raters, "rater"), (clusters, "cluster"))
    )
    value, n = by_picture.value, by_picture.n
    if not by_picture.defined:
        return by_picture
    if few < 3:
        reason = f"{few} raters or artworks say too little about others"
        return Estimate.without_interval(value, level=level, n=n, reason=reason)
    errors = [by_picture.se, by_rater.se]
    if not np.isfinite([*errors, alone.se]).all():
        return by_picture if not np.isfinite(by_picture.se) else by_rater
    variance = max(sum(se**2 for se in errors) - alone.se**2, *(se**2 for se in errors))
    reach = float(student.ppf((1 + level) / 2, few - 1)) * sqrt(variance) / (value * (1 - value))
    low, high = expit(logit(value) + np.array([-reach, reach]))
    said = f"two-way clustered ({few} of the scarcer of raters and artworks), logit, t({few - 1})"
    return Estimate(value, float(low), float(high), sqrt(variance), level, n, said)
