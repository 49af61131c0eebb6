"""What did people say? Shares of every answer to the questions of a survey, with intervals.

For questionnaires as the artists' survey of Glaze (Shan et al. 2023, 1,207 artists), and for
questions that stand beside a study of pictures. Shares of those who answered; who left a question
open after the reminder, or never came to its page, is counted and not among them.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, ClassVar

from pandas import DataFrame
from pydantic import Field

from config.plugins import plugin
from evaluation import words
from evaluation.analyses import Assumption, Exhibit, Finding
from evaluation.charts import plots
from evaluation.evidence import Evidence
from evaluation.findings.comparisons import columns
from evaluation.findings.surveyed import Asked, Said, guessed, said
from evaluation.ratings import TableError, one_group

SHARE = ("share", "share_low", "share_high")
LIMITS = (
    "What people say they do or think is not what they do.",
    "Intervals are for other people who would have come the same way; nothing here makes those who"
    " came like those who did not.",
    "Each interval holds for itself: of many, one in twenty misses.",
)
LONGEST_LIST = 200


@plugin
class Survey:
    """Shares of each option by Wilson's interval, places on lines by their mean, texts counted."""

    label: ClassVar[str] = "What did people say?"
    version: ClassVar[int] = 1
    only_for: ClassVar[str] = "surveys"
    """Studies whose plan names no analyses ask this one only where they are of this sort."""

    questions: tuple[str, ...] | None = None
    """Names of the questions; all when left out."""
    quote: tuple[str, ...] = ()
    """Names of questions with free text whose answers are listed word for word: only those for
    which the consent that people gave covers it. All other texts are counted and not shown."""
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Nominal coverage of the intervals."""
    pooled: bool = False
    """Whether populations are analysed together (and said to be) instead of each apart."""

    @classmethod
    def names(cls, asked: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """What the settings may name in an experiment file."""
        return {"questions": asked, "quote": asked}

    def run(self, evidence: Evidence, seed: int) -> Finding:  # noqa: ARG002 (nothing is drawn)
        """Every question in the order of its page."""
        one_group(evidence.ratings)
        ratings = evidence.ratings
        repeated = ratings["repeat_of"] != ""
        counted = ratings[~(ratings["excluded"] | ratings["gold"] | repeated)]
        if counted.empty:
            raise TableError("No answer is left to analyse.")
        simulated = bool(counted["simulated"].iloc[0])
        found = [
            said(counted[counted["question"] == asked.name], asked, self.level)
            for asked in self._asked(evidence, counted)
        ]
        exhibits = [*_single(found, simulated), *_matrices(found, simulated), *_lines(found)]
        exhibits += self._texts(found)
        people = counted["participant"].nunique()
        return Finding(
            claim=_claim(found, people),
            table=_table(found),
            chart=next((each.chart for each in exhibits if each.chart), {}),
            caption="The first question; the others follow.",
            sentences=tuple(filter(None, map(_sentence, found))),
            notes=tuple(self._notes(found, people)),
            exhibits=tuple(exhibits),
            assumptions=(_once(counted),),
            limits=LIMITS,
        )

    def _asked(self, evidence: Evidence, counted: DataFrame) -> list[Asked]:
        known = {asked.name: asked for asked in evidence.asked}
        given = list(dict.fromkeys(counted["question"]))
        wanted = list(self.questions or [name for name in known if name in given] or given)
        wanted = list(dict.fromkeys([*wanted, *(() if self.questions else given)]))
        missing = [name for name in wanted if name not in given]
        if missing:
            raise TableError(f"Nobody answered the question “{missing[0]}”.")
        return [known.get(name) or guessed(counted, name) for name in wanted]

    def _texts(self, found: Sequence[Said]) -> Iterator[Exhibit]:
        for each in found:
            if each.asked.name in self.quote and each.texts:
                shown = sorted(each.texts)[:LONGEST_LIST]
                more = len(each.texts) - len(shown)
                yield Exhibit(
                    f"In their own words: {each.asked.text}",
                    DataFrame({"answer": shown}),
                    caption="In the order of the alphabet, so that nobody's answers stand together."
                    + (f" {more} more are in the export." if more else ""),
                )

    def _notes(self, found: Sequence[Said], people: int) -> Iterator[str]:
        yield (
            f"Shares are of those who answered a question. Intervals hold {self.level:.0%} of the"
            " time (Wilson's, each person answering once; else two-way clustered). Where several"
            " could be ticked, shares add up to more than one."
        )
        fewer = [each.asked.name for each in found if each.answered + each.left_open < people]
        if fewer:
            yield (
                "Not everybody came to every question (a branch was not taken, or they left"
                f" before): {words.listed(fewer)}."
            )
        for each in found:
            if each.left_open:
                yield (
                    f"{each.asked.name}: {each.left_open} would rather not answer, or could not"
                    " tell."
                )
        hidden = [e.asked.name for e in found if e.texts and e.asked.name not in self.quote]
        if hidden:
            yield (
                f"Texts are counted and not shown ({words.listed(hidden)}): `quote` lists those"
                " that the consent lets be quoted."
            )


def _table(found: Sequence[Said]) -> DataFrame:
    rows = [
        {
            "question": each.asked.name,
            "text": each.asked.text,
            "answer": option.words,
            "n": each.answered,
            "given": option.count,
            **columns("share", option.share),
            "method": option.share.method,
        }
        for each in found
        for option in each.options
    ]
    rows += [
        {
            "question": each.asked.name,
            "text": each.asked.text,
            "answer": "texts" if each.mean is None else "places on a line",
            "n": each.answered,
            "given": len(each.texts) if each.mean is None else each.answered,
        }
        for each in found
        if not each.options
    ]
    names = ["question", "text", "answer", "n", "given", *SHARE, "method"]
    return DataFrame(rows, columns=names)


def _single(found: Sequence[Said], simulated: bool) -> Iterator[Exhibit]:
    """A chart of intervals for each question that names things."""
    for each in found:
        if each.asked.measured == "ordinal" or not each.options:
            continue
        rows = DataFrame(
            [{"answer": option.words, **columns("share", option.share)} for option in each.options]
        )
        chart = plots.intervals(
            rows.assign(question=each.asked.name),
            SHARE,
            row="answer",
            series="question",
            title=f"share of {each.answered} who answered",
            order=list(rows["answer"]),
            series_order=[each.asked.name],
            domain=(0.0, 1.0),
            simulated=simulated,
            percent=True,
        )
        yield Exhibit(each.asked.text, chart=chart, caption="Shares with their intervals.")


def _matrices(found: Sequence[Said], simulated: bool) -> Iterator[Exhibit]:
    """Stacked bars for the questions that share one scale, such as the rows of a matrix."""
    scales: dict[tuple[str, ...], list[Said]] = {}
    for each in found:
        if each.asked.measured == "ordinal" and each.answered:
            scales.setdefault(each.asked.labels, []).append(each)
    for labels, group in scales.items():
        rows = DataFrame(
            [
                {
                    "condition": each.asked.text,
                    "answer": option.words,
                    "point": point,
                    "share": option.share.value,
                }
                for each in group
                for point, option in enumerate(each.options, start=1)
            ]
        )
        order = [each.asked.text for each in group]
        chart = plots.answer_shares(rows, labels, order, simulated=simulated)
        title = group[0].asked.text if len(group) == 1 else f"{labels[0]} – {labels[-1]}"
        yield Exhibit(title, chart=chart, caption="Shares of the answers; intervals in the table.")


def _lines(found: Sequence[Said]) -> Iterator[Exhibit]:
    rows = [
        {
            "question": each.asked.name,
            "text": each.asked.text,
            "n": each.answered,
            **columns("mean", each.mean),
            "method": each.mean.method,
        }
        for each in found
        if each.mean is not None
    ]
    if rows:
        yield Exhibit("Places on lines", DataFrame(rows), caption="From 0 to 100, with intervals.")


def _claim(found: Sequence[Said], people: int) -> str:
    first = f"{words.counted(people, 'person')} answered {words.counted(len(found), 'question')}."
    told = [sentence for each in found if (sentence := _sentence(each))][:2]
    return " ".join([first.replace("persons", "people"), *told])


def _sentence(each: Said) -> str:
    if each.mean is not None:
        return f"{each.asked.text} On average {words.said(each.mean, '.0f')} of 100."
    if not each.options or not each.answered:
        return ""
    most = max(each.options, key=lambda option: option.share.value)
    return f"{each.asked.text} Most often “{most.words}”: {words.said(most.share, '.0%')}."


def _once(counted: DataFrame) -> Assumption:
    again = counted.duplicated(["participant", "question"]).any()
    told = "Some people answered a question several times: those intervals are clustered."
    return Assumption(
        "Everybody answers once", not again, told if again else "Each question once by each person."
    )
