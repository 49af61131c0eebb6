"""The losses of a training as a drawing: two lines and two axes, in SVG's coordinates. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 10, 34
"""Margins, in which the axes' labels stand."""

SMOOTHING = 0.9
"""Share of the past in the smooth line: losses of single steps jump about."""

TICKS = 4

Point = Sequence[float]
"""Step, loss, learning rate."""


@dataclass(frozen=True)
class Tick:
    """A label of an axis and where it stands."""

    at: int
    label: str


@dataclass(frozen=True)
class LossChart:
    """All that the template draws."""

    points: Sequence[Point]
    raw: str
    """Points of the polyline of the losses as recorded."""
    smooth: str
    """Points of the polyline of their moving average."""
    steps: Sequence[Tick]
    losses: Sequence[Tick]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM

    @property
    def first(self) -> Point:
        """Where the training began."""
        return self.points[0]

    @property
    def last(self) -> Point:
        """Where it ended."""
        return self.points[-1]

    @property
    def told(self) -> Sequence[Point]:
        """About a dozen of the points, for the table: the first, the last, and some between."""
        stride = max(1, ceil(len(self.points) / 12))
        return [*self.points[:-1:stride], self.points[-1]]


def draw(points: Sequence[Point]) -> LossChart | None:
    """The chart of recorded losses [[step, loss, learning rate]]; None where there are none."""
    if not points:
        return None
    averages = smoothed([loss for _, loss, _ in points])
    across = _scale(0, points[-1][0], LEFT, WIDTH - RIGHT)
    ceiling = _round_up(max(loss for _, loss, _ in points))
    up = _scale(0, ceiling, HEIGHT - BOTTOM, TOP)
    return LossChart(
        points=points,
        raw=" ".join(f"{across(step)},{up(loss)}" for step, loss, _ in points),
        smooth=" ".join(
            f"{across(point[0])},{up(loss)}" for point, loss in zip(points, averages, strict=True)
        ),
        steps=[Tick(round(across(step)), f"{step}") for step in _steps(int(points[-1][0]))],
        losses=[
            Tick(round(up(ceiling * part / TICKS)), f"{ceiling * part / TICKS:g}")
            for part in range(TICKS + 1)
        ],
    )


def smoothed(losses: Sequence[float]) -> list[float]:
    """Exponential moving average, without bias to its start."""
    average = weight = 0.0
    found = []
    for loss in losses:
        average = SMOOTHING * average + (1 - SMOOTHING) * loss
        weight = SMOOTHING * weight + (1 - SMOOTHING)
        found.append(average / weight)
    return found


def _scale(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    """From numbers between `low` and `high` to places between `start` and `end`."""
    reach = (high - low) or 1.0
    return lambda value: round(start + (value - low) / reach * (end - start), 1)


def _round_up(value: float) -> float:
    """The next number that divides by four well: 1, 2, 4 or 8 times a power of ten."""
    if value <= 0:
        return 1.0
    power = 10.0 ** floor(log10(value))
    return next(power * nice for nice in (1, 2, 4, 8, 10) if power * nice >= value)


def _steps(last: int) -> list[int]:
    return sorted({round(last * part / TICKS) for part in range(TICKS + 1)})
