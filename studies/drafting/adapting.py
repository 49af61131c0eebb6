"""What adaptive dealing will do and cost at most, in sentences; and what it cannot do."""

from studies.designs.stopping import LEAST
from studies.live.adapting import question_of
from studies.live.plan import Plan
from studies.live.room import places_of
from studies.protocol.adaptive import Pairs, Stop
from studies.trials import compares

HERE = "study.adaptive"


def told(plan: Plan, items: int) -> list[str]:
    """What is adaptive, what each side of it costs, and what the analysis must know; empty where
    nothing is."""
    raters, adaptive = plan.fieldwork.raters, plan.fieldwork.adaptive
    places = places_of(plan)
    most, floor = places * raters.items_each, items * raters.per_item
    cost = f"At most {places:,} participants × {raters.items_each} items = {most:,} ratings."
    if adaptive.pairs:
        return [*_pairs(adaptive.pairs, raters.per_item, most - floor), cost]
    if adaptive.items:
        ceiling = items * adaptive.items.at_most
        return [*_stop(adaptive.items, raters.per_item, ceiling, most), cost]
    return []


def unmet(plan: Plan) -> list[str]:
    """Sentences on what is asked for and cannot be done."""
    adaptive, study = plan.fieldwork.adaptive, plan.fieldwork
    if adaptive.pairs is None and adaptive.items is None:
        return []
    found = []
    if adaptive.pairs and adaptive.items:
        found.append(f"{HERE}: write `pairs` for comparisons or `items` for ratings, not both.")
    if study.design.order == "latin_square":
        found.append(
            f"{HERE}: a latin_square shows each condition equally often, and adaptive dealing does"
            " not: take the order “spread”, or leave `adaptive` out."
        )
    if adaptive.pairs:
        found += _no_pairs(plan, adaptive.pairs)
    if adaptive.items:
        found += _no_stop(plan, adaptive.items)
    return found


def _pairs(pairs: Pairs, per_item: int, left: int) -> list[str]:
    if left <= 0:
        return [
            f"Comparisons are never sought: {per_item} ratings of each item take all places. Lower"
            " per_item, or open more places."
        ]
    return [
        f"Each item has {per_item} ratings first; then, up to {left:,} times, the pair of"
        f" conditions comes that teaches most, and {pairs.random_share:.0%} are drawn evenly.",
        "Items therefore have unequal numbers of ratings: compare by Bradley-Terry, whose"
        " estimates allow that, and not by raw shares of wins over all pairs.",
    ]


def _stop(stop: Stop, per_item: int, ceiling: int, most: int) -> list[str]:
    what = "the mean" if stop.above is None else f"the share of answers above {stop.above}"
    found = [
        f"An item stops from {per_item} ratings on, once the {stop.confidence:.0%} interval of"
        f" {what} reaches ±{stop.half_width:g}, and at {stop.at_most} at the latest"
        f" ({ceiling:,} ratings if no item stops early).",
        "Stopping by the answers makes ordinary intervals of items a little too narrow"
        " (docs/designs.md has numbers).",
    ]
    if ceiling > most:
        found.append(
            f"Should many items go on, places end first: {most:,} ratings are fewer than"
            f" {ceiling:,}."
        )
    return found


def _no_pairs(plan: Plan, pairs: Pairs) -> list[str]:
    if compares(plan.kind) != 2:
        return [
            f"{HERE}.pairs: “{plan.fieldwork.trial.kind}” does not compare two conditions on one"
            " screen: take a kind that does (forced_choice), or leave `pairs` out."
        ]
    question = question_of(plan, pairs)
    if question is None or question.measured != "preference":
        names = [q.name for q in plan.kind.questions if q.measured == "preference"]
        asked = f"“{pairs.question}” is" if pairs.question else "The first question is"
        return [
            f"{HERE}.pairs.question: {asked} no choice between the two conditions; possible here:"
            f" {', '.join(names) or 'none'}."
        ]
    return []


def _no_stop(plan: Plan, stop: Stop) -> list[str]:
    question, per_item = question_of(plan, stop), plan.fieldwork.raters.per_item
    if question is None or question.measured != "ordinal" or compares(plan.kind) != 1:
        names = [q.name for q in plan.kind.questions if q.measured == "ordinal"]
        return [
            f"{HERE}.items: the rule needs a question with labelled points about one condition;"
            f" “{plan.fieldwork.trial.kind}” has: {', '.join(names) or 'none'}."
        ]
    found = []
    if per_item < LEAST:
        found.append(
            f"{HERE}.items: an interval of {per_item} ratings is no ground for stopping: raise"
            f" study.raters.per_item to {LEAST} at least."
        )
    if stop.at_most < per_item:
        found.append(
            f"{HERE}.items.at_most: {stop.at_most} is fewer than study.raters.per_item"
            f" ({per_item}): raise it."
        )
    points = len(question.labels)
    if stop.above is not None and stop.above >= points:
        found.append(
            f"{HERE}.items.above: no answer lies above {stop.above} on a scale of {points} points."
        )
    if stop.above is not None and stop.half_width >= 0.5:
        found.append(
            f"{HERE}.items.half_width: {stop.half_width:g} on each side covers every share: take"
            " less than 0.5."
        )
    return found
