"""Many studies, each of its own seed, in one process or several: the same answers either way."""

import multiprocessing
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from evaluation.statistics.answers import Floats
from evaluation.statistics.estimate import BadData
from evaluation.statistics.power.design import Design
from evaluation.statistics.power.questions import Question
from evaluation.statistics.power.study import drawn
from evaluation.statistics.power.truth import Truth

_PART = 25
"""Studies that a process takes at a time."""


@dataclass(frozen=True)
class Job:
    """What is simulated, but for how often."""

    design: Design
    truth: Truth
    question: Question
    alpha: float
    seed: int


@dataclass(frozen=True)
class Outcomes:
    """One entry a study, in order."""

    yes: NDArray[np.bool_]
    ends: Floats
    """[studies, 3]: low, value and high; nan where there is no interval"""
    reasons: Mapping[str, int]
    """why studies had no interval → how many"""

    @property
    def answered(self) -> NDArray[np.bool_]:
        """Studies with an interval."""
        return np.asarray(np.isfinite(self.ends).all(1))


class Workers:
    """Runs studies, in this process or in several that are started once.

    Several are started afresh (“spawn”), so a script that asks for them needs the usual
    `if __name__ == "__main__":`.
    """

    def __init__(self, processes: int) -> None:
        if processes < 1:
            raise BadData(f"At least one process is needed; given: {processes}.")
        self._pool = (
            ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"))
            if processes > 1
            else None
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def run(self, job: Job, studies: int) -> Outcomes:
        """Studies 0 to `studies` - 1 of the job."""
        starts = range(0, studies, _PART)
        stops = [min(start + _PART, studies) for start in starts]
        jobs = [job] * len(starts)
        mapped = self._pool.map if self._pool is not None else map
        parts = list(mapped(_part, jobs, starts, stops))
        reasons: Counter[str] = Counter()
        for part in parts:
            reasons.update(part.reasons)
        return Outcomes(
            np.concatenate([part.yes for part in parts]),
            np.concatenate([part.ends for part in parts]),
            dict(reasons.most_common()),
        )


def _part(job: Job, start: int, stop: int) -> Outcomes:
    yes, ends = np.zeros(stop - start, dtype=bool), np.full((stop - start, 3), np.nan)
    reasons: Counter[str] = Counter()
    for k in range(stop - start):
        seed = np.random.SeedSequence(job.seed, spawn_key=(start + k,))
        try:
            answer = job.question.ask(drawn(job.design, job.truth, seed), job.alpha)
        except BadData as error:
            reasons[str(error)] += 1
            continue
        found = answer.estimate
        yes[k] = answer.yes
        if found.has_interval:
            ends[k] = found.low, found.value, found.high
        else:
            reasons[found.method] += 1
    return Outcomes(yes, ends, reasons)
