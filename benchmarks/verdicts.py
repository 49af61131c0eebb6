"""How often the verdicts on metrics are right, where the truth is known: simulated studies.

    python benchmarks/verdicts.py 200        # as docs/verdicts.md has it

Raters answer by the ordinal rating model (evaluation/statistics/power): conditions, artworks and
pictures differ, raters are lenient, and take conditions differently. Metrics know what conditions
do to people, and the merits of pictures, up to errors of their own. Each study is read as the
analysis metric_validity reads it. The truth is the same share of the ceiling without any noise of
raters, over thousands of pictures.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from evaluation.findings.metric_levels import FEW_CONDITIONS
from evaluation.findings.verdicts import (
    CANNOT_TELL,
    ENOUGH,
    FALLS_SHORT,
    STANDINGS,
    STANDS_IN,
    by_ranks_too,
    standing,
)
from evaluation.statistics import meta
from evaluation.statistics.answers import Floats
from evaluation.statistics.meta.judged import Over
from evaluation.statistics.power import Design, Metric, Truth
from evaluation.statistics.power.metrics import measured
from evaluation.statistics.power.study import Study, drawn

LEVELS: dict[Over, str] = {
    "none": "all pictures",
    "condition": "conditions",
    "group-by-condition": "within conditions",
    "group-by-painter": "within painters",
    "group-by-item": "within artworks",
}
PAINTERS, SEED = 4, 5
LARGE, MANY = 400, 300
"""Conditions and artworks that stand for all there might be."""
LIMIT = 0.01
"""Nearer to enough than this, either word would say more than is so."""


@dataclass(frozen=True)
class Case:
    """Studies of one size with one metric."""

    name: str
    metric: Metric
    design: Design
    conditions: int = 8
    rare: bool = False
    """raters' score is PSR, the share of the highest point, and 0 for most pictures"""


AMPLE = Design(raters=40, artworks=24, answers_each=96)
SMALL = Design(raters=5, artworks=4, filled=0.5)
CASES = (
    Case("truly stands in", Metric(0.99, 0.98), AMPLE, 12),
    Case("truly falls short", Metric(0.4, 0.3), AMPLE, 12),
    Case("random numbers", Metric(0.0, 0.0), AMPLE, 12),
    Case("good, but five raters and four artworks", Metric(0.9, 0.9), SMALL, 6),
    Case("poor, but five raters and four artworks", Metric(0.4, 0.3), SMALL, 6),
    Case("just at the limit", Metric(0.805, 0.805), AMPLE, 12),
    Case("just at the limit, sparse", Metric(0.805, 0.805), Design(30, 12, filled=0.3), 8),
    Case("just at the limit, few conditions", Metric(0.805, 0.805), Design(15, 30), 4),
    Case("truly stands in, success rare", Metric(0.99, 0.98), AMPLE, 12, rare=True),
    Case("truly falls short, success rare", Metric(0.4, 0.3), AMPLE, 12, rare=True),
    Case("just at the limit, success rare", Metric(0.805, 0.805), AMPLE, 12, rare=True),
    Case("good, success rare, small", Metric(0.9, 0.9), Design(10, 16), 4, rare=True),
    Case("middling, success rare, small", Metric(0.6, 0.6), Design(10, 16), 4, rare=True),
)


def truth_of(conditions: int, *, rare: bool = False) -> Truth:
    """A scale of five points that people use wholly; or whose last one is rare."""
    return Truth(
        (-1.8, -0.6, 0.6, 3.5 if rare else 1.8),
        {f"condition {k}": 0.0 for k in range(conditions)},
        conditions=1.0,
        artwork=0.6,
        stimulus=0.6,
    )


def true_shares(case: Case) -> dict[Over, float]:
    """The share of the ceiling without noise of raters: what such studies estimate on average."""
    truth = truth_of(LARGE, rare=case.rare)
    found: dict[Over, list[float]] = {over: [] for over in LEVELS}
    for k in range(10):
        design = Design(2, case.design.artworks, answers_each=1)
        study = drawn(design, truth, np.random.SeedSequence([SEED, 99, k]))
        values = measured(study, [case.metric], 0.0)[0]
        for over, share in noiseless(study, values, case.rare).items():
            found[over].append(share)
    return {over: float(np.mean(values)) for over, values in found.items()}


def noiseless(study: Study, values: Floats, rare: bool) -> dict[Over, float]:
    """The share that a metric reaches of what raters would say on average."""
    judged = meta.Judged.of(expected(study, rare)[None], painters(study.design.artworks))
    return {over: meta.standing(judged, values, over).agreement.value for over in LEVELS}


def expected(study: Study, rare: bool) -> Floats:
    """[C, I]: the mean answer of raters like these to each picture, or the share of the last."""
    truth = study.truth
    eta = study.effects[:, None] + study.merits
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    spread = float(np.hypot(truth.rater, truth.rater_condition))
    above = [
        (weights / (1 + np.exp(cut - eta[..., None] - spread * nodes))).sum(-1) / weights.sum()
        for cut in truth.thresholds
    ]
    return np.asarray(above[-1] if rare else 1 + np.sum(above, axis=0))


def painters(artworks: int) -> list[int]:
    return [k % PAINTERS for k in range(artworks)]


def verdicts(case: Case, studies: int) -> tuple[dict[Over, dict[str, int]], dict[Over, int]]:
    """How many studies came to each verdict, and to a wrong one, by level."""
    found: dict[Over, dict[str, int]] = {over: dict.fromkeys(STANDINGS, 0) for over in LEVELS}
    wrong: dict[Over, int] = dict.fromkeys(LEVELS, 0)
    for study, values, true in simulated(case, studies):
        people = study.grid[:, :, : case.design.artworks]
        if case.rare:
            people = np.where(np.isnan(people), np.nan, people == len(study.truth.thresholds) + 1)
        judged = meta.Judged.of(
            people, painters(people.shape[2]), held=case.conditions < FEW_CONDITIONS
        )
        for over in LEVELS:
            said = verdict(judged, people, values[:, : people.shape[2]], over)
            found[over][said] += 1
            at_limit = abs(true[over] - ENOUGH) < LIMIT
            wrong[over] += said != CANNOT_TELL if at_limit else said == _wrong(true[over])
    return found, wrong


def verdict(judged: meta.Judged, people: Floats, values: Floats, over: Over) -> str:
    """As the analysis says it."""
    found = meta.standing(judged, values, over)
    said = standing(found.share)
    if over == "group-by-painter" or (said == STANDS_IN and over != "condition"):
        return said
    rho = meta.agreement(people, values, by=over, coefficient="spearman", held=judged.held)
    return by_ranks_too(said, rho, found.ceiling)


def _wrong(true: float) -> str:
    return FALLS_SHORT if true >= ENOUGH else STANDS_IN


def simulated(case: Case, studies: int) -> Iterator[tuple[Study, Floats, Mapping[Over, float]]]:
    """Studies with what the metric says, and the truth.

    Few conditions are spoken of as they are: each study then has a truth of its own, over many
    further artworks under these very conditions.
    """
    own = case.conditions < FEW_CONDITIONS
    truth, average = truth_of(case.conditions, rare=case.rare), {} if own else true_shares(case)
    design = replace(case.design, artworks=MANY) if own else case.design
    for k in range(studies):
        study = drawn(design, truth, np.random.SeedSequence([SEED, k]))
        values = measured(study, [case.metric], 0.0)[0]
        yield study, values, noiseless(study, values, case.rare) if own else average


def main() -> None:
    studies = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    start = process_time()
    print("| metric | level | true share | " + " | ".join(STANDINGS) + " | wrong |")
    print("| --- " * (4 + len(STANDINGS)) + "|")
    for case in CASES:
        if sys.argv[2:] and case.name not in sys.argv[2:]:
            continue
        own = case.conditions < FEW_CONDITIONS
        true = {} if own else true_shares(case)
        found, wrong = verdicts(case, studies)
        for over, counts in found.items():
            cells = [str(count) for count in counts.values()]
            share = "its own" if own else f"{true[over]:.2f}"
            print(
                f"| {case.name} | {LEVELS[over]} | {share} | {' | '.join(cells)} |"
                f" {wrong[over] / studies:.1%} |",
                flush=True,
            )
    print(f"\n{studies} studies a row; {process_time() - start:.0f} s of one processor")


if __name__ == "__main__":
    main()
