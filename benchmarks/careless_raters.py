"""How often checks find something: in careful SIMULATED raters (false alarms) and in careless ones.

    python benchmarks/careless_raters.py                  # 200 of each manner, seconds
    python benchmarks/careless_raters.py --raters 2000    # as docs/checks.md has it

Prints a table in Markdown. Sessions are made in memory, with the default settings of every check;
nothing of it is about people.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from studies.checking.sessions import Attempt, Judged, Reply, Session
from studies.checks import CHECKS, Check
from studies.simulated.careless import Manner, hands, pace
from studies.trials import TRIALS, SimulatedRater

ITEMS, GOLD, REPEATS = 30, 2, 4
LADDER = (0.2, 1.2, 2.0, 3.0, 4.2)
"""How visible the changes of a study are, in points of a five-point scale."""
MANNERS: tuple[Manner, ...] = ("careful", "straight_liner", "speeder", "guesser", "robot")
QUESTIONS = ("acceptability", "noticeability")
SETTINGS = {
    "gold_pairs": {"expected": {"noticeability": [3, 4, 5]}},
    "identical_pairs": {"expected": {"noticeability": [1, 2]}},
}
SIDES = ("first", "second")
KNOWS = {"comprehension": 0.98, "skill_task": 0.95}
"""Assumed chance that a careful rater answers one question rightly."""


class Rater:
    """One made-up rater's session."""

    def __init__(self, manner: Manner, rng: Random) -> None:
        self.manner, self.rng = manner, rng
        self.kind = TRIALS.build("acceptability")
        self.self = SimulatedRater(
            rng.gauss(0, 0.5), min(1.6, max(0.5, rng.gauss(1, 0.15))), rng.uniform(0.3, 0.7)
        )
        self.habit = rng.randint(1, 5)
        self.side = rng.randrange(2)

    def points(self, seen: float, effect: float) -> dict[str, Reply]:
        """Two points on a five-point scale."""
        meant = self.kind.simulate(seen, effect, self.self, self.rng)
        if self.manner == "straight_liner":
            meant = dict.fromkeys(QUESTIONS, self.habit)
        if self.manner in {"speeder", "guesser"}:
            meant = {name: self.rng.randint(1, 5) for name in QUESTIONS}
        return {name: Reply(str(value), value, 5) for name, value in meant.items()}

    def choice(self, order: tuple[str, ...], liking: float) -> dict[str, Reply]:
        """One of two pictures; `liking` is the chance of a careful rater to take the first slot."""
        slot = SIDES[self.rng.random() > liking]
        if self.manner == "straight_liner":
            slot = order[self.side]
        if self.manner in {"speeder", "guesser"}:
            slot = self.rng.choice(SIDES)
        return {"quality": Reply(slot, None, 2, {"chosen": slot})}

    def screen(self, position: int, item: int, replies: dict[str, Reply], **more: object) -> Judged:
        """One answered screen with its time and its hands."""
        usual = int(1000 * self.rng.lognormvariate(2.0, 0.4))
        seen = hands(self.manner, self.rng)
        rt_ms = pace(self.manner, usual, self.rng)
        return Judged(position, item, replies, rt_ms=rt_ms, viewing=seen, **more)  # type: ignore[arg-type]

    def rating_session(self) -> Session:
        """Items, known answers and repeats on a scale, and the questions before the trials."""
        effects = [self.rng.gauss(0, 0.3) for _ in range(ITEMS)]
        screens = [
            self.screen(n, n, self.points(LADDER[n % 5], effects[n]), order=("a", "b"))
            for n in range(ITEMS)
        ]
        for _ in range(GOLD):
            for name, seen in (("gold_pairs", 4.6), ("identical_pairs", 0.0)):
                expected = SETTINGS[name]["expected"]
                more = {"gold": name, "expected": expected, "order": ("a", "b")}
                place = len(screens)
                screens.append(self.screen(place, place, self.points(seen, 0.0), **more))
        for n in range(REPEATS):
            replies = self.points(LADDER[n % 5], effects[n])
            screens.append(self.screen(len(screens), n, replies, repeat=1, order=("a", "b")))
        return Session(screens, ended=True, attempts=self.attempts())

    def choosing_session(self) -> Session:
        """Choices between two pictures whose sides are balanced."""
        screens = []
        for n in range(ITEMS):
            order = SIDES if n % 2 else SIDES[::-1]
            liking = (0.5, 0.65, 0.8, 0.9, 0.97)[n % 5]
            screens.append(self.screen(n, n, self.choice(order, liking), order=order))
        return Session(screens, ended=True)

    def attempts(self) -> dict[str, list[Attempt]]:
        """The tries at what is asked before the trials."""
        careful = self.manner in {"careful", "robot"}
        found: dict[str, list[Attempt]] = {}
        for name, chance in KNOWS.items():
            exam = CHECKS.build(name).exam
            assert exam is not None
            for number in range(1, exam.attempts + 1):
                right = sum(
                    self.rng.random() < (chance if careful else 1 / len(question.choices))
                    for question in exam.questions
                )
                passed = right >= exam.needed
                attempt = Attempt(number, right, len(exam.questions), passed)
                found.setdefault(name, []).append(attempt)
                if passed:
                    break
        return found


def checks() -> Iterator[tuple[str, Check, bool]]:
    """Name, check, and whether it looks at choices between pictures."""
    for name in (
        "comprehension", "skill_task", "gold_pairs", "identical_pairs", "hidden_repeats",
        "straight_lining", "speed", "side_bias", "automation_signals",
    ):  # fmt: skip
        yield name, CHECKS.build(name, SETTINGS.get(name, {})), name == "side_bias"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--raters", type=int, default=200, help="of each manner")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    found = {name: dict.fromkeys(MANNERS, 0) for name, _, _ in checks()}
    for manner in MANNERS:
        for number in range(options.raters):
            rater = Rater(manner, Random(f"{options.seed} {manner} {number}"))
            rating, choosing = rater.rating_session(), rater.choosing_session()
            for name, check, chooses in checks():
                verdict = check.evaluate(choosing if chooses else rating)
                found[name][manner] += verdict is not None and verdict.failed
    print("| check | " + " | ".join(MANNERS) + " |")
    print("|---|" + "---|" * len(MANNERS))
    for name, counts in found.items():
        shares = " | ".join(f"{100 * n / options.raters:.1f} %" for n in counts.values())
        print(f"| `{name}` | {shares} |")


if __name__ == "__main__":
    main()
