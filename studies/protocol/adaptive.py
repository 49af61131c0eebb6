"""The section `study.adaptive`: dealing that goes by the answers so far. Off unless written."""

from typing import Annotated

from pydantic import Field

from studies.protocol.sections import Name, Section


class Pairs(Section):
    """Comparisons of two conditions: after `per_item` ratings of each item, whichever pair of
    conditions teaches most about their strengths comes next."""

    question: Name | None = Field(None, description="whose answers it goes by; the first, left out")
    random_share: Annotated[float, Field(ge=0.2, le=1)] = Field(
        0.25,
        description="share of these comparisons that is drawn evenly from all pairs: contrasts"
        " that were followed up because they looked large are unbiased on these alone",
    )
    prior: Annotated[float, Field(gt=0, le=10)] = Field(
        2.0, description="standard deviation of strengths before any answer, in logits"
    )


class Stop(Section):
    """Ratings: an item that has at least `per_item` of them is dealt no more once its interval is
    narrow enough, or it has `at_most`; what is freed goes to items that still need it."""

    half_width: Annotated[float, Field(gt=0, le=10)] = Field(
        description="how far the interval may reach to each side: in points of the scale, or as a"
        " share (0.1 is ten percentage points) where `above` is given"
    )
    at_most: Annotated[int, Field(ge=1, le=100_000)] = Field(
        description="ratings at which an item stops in any case"
    )
    confidence: Annotated[float, Field(ge=0.5, lt=1)] = Field(
        0.95, description="nominal confidence of the interval that the rule looks at"
    )
    above: Annotated[int, Field(ge=1, le=100)] | None = Field(
        None,
        description="look at the share of answers above this point (as a protection success rate"
        " does) instead of their mean",
    )
    question: Name | None = Field(None, description="whose answers it goes by; the first, left out")


class Adaptive(Section):
    """Dealing that goes by the answers so far; each participant's share is drawn when they start
    and recorded with its chances. Off where neither part is written."""

    pairs: Pairs | None = Field(None, description=str(Pairs.__doc__))
    items: Stop | None = Field(None, description=str(Stop.__doc__))
