"""The finding that compares populations of raters, for the analysis agreement. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from pandas import DataFrame, concat

from evaluation import words
from evaluation.analyses import Assumption, Finding
from evaluation.charts import plots
from evaluation.findings.populations import PAIRS, Compared, How, shown, together
from evaluation.ratings import TableError, answers_to, points, usable

FEW_RATERS = 10
OF_POPULATIONS = (
    "A population that agrees less is not worse for it: bias (a shift of all answers) and noise are"
    " different things.",
    "How many raters equal one artist holds for the mean of their answers to these pictures, not"
    " for another question.",
    "No difference that is shown between populations is no proof that there is none.",
)


def finding(ratings: DataFrame, questions: Sequence[str], how: How) -> Finding:
    """Every population beside the experts, question by question; none pooled.

    Raises TableError where no question was answered by two of them.
    """
    names = sorted(ratings["population"].unique())
    experts = how.experts if how.experts in names else names[0]
    found = [
        Compared(question, experts, other, part, replace(how, experts=experts))
        for question in questions
        for other in names
        if other != experts
        for part in [_of_both(ratings, question, (experts, other))]
        if not part.empty
    ]
    if not found:
        raise TableError("No question was answered by two populations: nothing to compare.")
    table = together(found)
    return Finding(
        claim=" ".join(each.claim() for each in found),
        table=table,
        chart=_pairs_chart(shown(table), bool(ratings["simulated"].iloc[0])),
        notes=(*_of_pairs(experts, how.experts), _drawn(how)),
        caption="Correlations of single answers of two raters, of what both groups agree on, and of"
        " the order of conditions, with intervals.",
        assumptions=tuple(each for compared in found for each in _shared(compared)),
        limits=OF_POPULATIONS,
    )


def _drawn(how: How) -> str:
    return (
        f"Intervals ({how.level:.0%}) draw raters within their population and artworks again,"
        f" {how.replicates:,} times, expanded for few of them."
    )


def _of_both(ratings: DataFrame, question: str, names: tuple[str, str]) -> DataFrame:
    """The usable answers of two populations to one question, none pooled; empty if not of both."""
    asked = ratings[ratings["question"] == question]
    parts = [asked[asked["population"] == name] for name in names]
    if any(usable(part).empty for part in parts):
        return ratings.iloc[:0]
    both = concat([answers_to(part, question) for part in parts], ignore_index=True)
    points(both)
    return both


def _of_pairs(experts: str, wanted: str) -> tuple[str, ...]:
    notes = (
        "Populations are compared, not pooled. Correlations of single answers take a rater's"
        " leniency for noise; “true scores” are what all raters of a population would say on"
        " average, estimated from answers of different raters, and can exceed 1 by chance.",
        "k raters equal one artist where the mean of k of their answers tells as much about the"
        " artists' true scores as one artist's answer does; no k does where they agree on something"
        " else.",
        "Interaction: the likelihood-ratio test, in the mixed model of the whole scale, of whether"
        " conditions move both populations' answers alike. Rank correlations hold the conditions.",
    )
    if experts == wanted:
        return notes
    return (
        *notes,
        f"No population is called “{wanted}”: {experts} stand in their place; name them by"
        " `experts`.",
    )


def _shared(compared: Compared) -> list[Assumption]:
    """Both judged the same pictures, with raters enough."""
    table = compared.table
    by = table.groupby("item")["expert"].nunique()
    both, raters = int((by > 1).sum()), table.groupby("population")["rater"].nunique()
    told = words.listed([f"{count} {name}" for name, count in raters.items()])
    return [
        Assumption(
            f"{compared.question}: both judged the same pictures",
            both >= len(by) / 2,
            f"{both} of {len(by)} pictures were judged by both; the others say nothing here.",
        ),
        Assumption(
            f"{compared.question}: enough raters of both",
            bool(raters.min() >= FEW_RATERS),
            f"{told}.",
        ),
    ]


def _pairs_chart(rows: DataFrame, simulated: bool) -> plots.Spec:
    return plots.intervals(
        rows,
        ("r", "r_low", "r_high"),
        row="who",
        series="question",
        title="correlation",
        order=list(PAIRS.values()),
        series_order=list(dict.fromkeys(rows["question"])),
        domain=(0, 1),
        simulated=simulated,
    )
