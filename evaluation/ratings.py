"""The table of ratings: checked, typed, and split by what items are.

One row an answer; columns as `studies.export` writes them. `analyse` takes the same table from
elsewhere, so every complaint is a sentence that names the column and the row. Pure.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction

import pandas as pd
from pandas import DataFrame, Series

from evaluation.words import counted, listed

NEEDED = ("participant", "item", "question", "value")
FACTORS = ("protection", "budget", "purification", "mimicry", "degradation", "dose")
NO_LEVEL = "none"
"""The label of no purification, no mimicry, no degradation."""
NO_DOSE = "0"
"""The dose of pictures that were not degraded."""
TEXTS: Mapping[str, str] = {
    "study": "",
    "population": "",
    "kind": "",
    "artist": "",
    "protection": "",
    "budget": "",
    "purification": NO_LEVEL,
    "mimicry": NO_LEVEL,
    "degradation": NO_LEVEL,
    "dose": NO_DOSE,
    "era": "",
    "surface": "",
    "artwork": "",
    "answer": "",
    "repeat_of": "",
    "exclusion_reason": "",
}
"""Columns of text and what stands for a missing one."""
SIZES = ("budget", "dose")
"""Factors whose levels are numbers."""
ABOUT_ITEMS = ("artwork", "artist", "era", "surface", *FACTORS)
"""Columns that say what an item is."""
MOST_POINTS = 100
"""Points on the longest scale that is taken for one: a line from 0 to 100."""
FLAGS = ("simulated", "gold", "excluded")
MISSING = ("", "na", "nan", "null", "none")
"""What other programs write where there is no number."""
CONDITION = "condition"
"""Taken for the protection where a table names no protection."""
GENRE = "genre"
"""The painter's genre, which tables may hold for those who were asked for it."""
ANSWERED_BEFORE = "the rater had answered this question about this picture before"
SAME = ["study", "population", "simulated", "participant", "item", "question"]
YES, NO = {"true", "1", "yes", "1.0"}, {"false", "0", "no", "", "0.0", "nan", "none"}


class TableError(ValueError):
    """A table that cannot be analysed; the sentence says what to change."""


def checked(table: DataFrame) -> DataFrame:
    """The table with every column typed and missing optional columns filled in.

    `value` and `scale` become numbers (a missing scale is the largest value given to its
    question), flags become booleans, all else text. Rows without a value are kept, as nan.
    A column `condition` is the protection where there is no such column. Of several answers by one
    rater to one question about one picture the first counts, the others are marked `excluded`.
    Raises TableError with one sentence.
    """
    _need_columns(table)
    table = _with_protection(table.reset_index(drop=True))
    texts = {name: _text(table, name, default) for name, default in TEXTS.items()}
    named = {name: _named(table, name) for name in NEEDED[:3]}
    value = _number(table, "value")
    flags = {name: _flag(table, name) for name in FLAGS}
    typed = table.assign(**texts, **named, **flags, value=value)
    return _counted_once(typed.assign(scale=_scale(typed)))


def items_checked(table: DataFrame) -> DataFrame:
    """All items, rated or not, typed like the table of answers; raises TableError."""
    if "item" not in table.columns:
        raise TableError("The table of items lacks the column “item”.")
    table = _with_protection(table.reset_index(drop=True))
    texts = {name: _text(table, name, TEXTS[name]) for name in ABOUT_ITEMS}
    typed = DataFrame({"item": _named(table, "item"), **texts})
    if GENRE in table.columns:
        typed = typed.assign(**{GENRE: _text(table, GENRE, "")})
    twice = typed["item"][typed["item"].duplicated()]
    if len(twice):
        raise TableError(f"The items name {twice.iloc[0]} twice: one row an item.")
    return typed


def remarks(given: DataFrame, table: DataFrame) -> list[tuple[str, str]]:
    """What became of a table on its way from `given` to `checked`: labels and sentences."""
    taken = "protection" not in given.columns and CONDITION in given.columns
    used = {*NEEDED, *TEXTS, *FLAGS, "scale", GENRE, *([CONDITION] if taken else [])}
    unused = [str(name) for name in given.columns if name not in used]
    again = int((table["exclusion_reason"] == ANSWERED_BEFORE).sum())
    found = {
        "Conditions": "The column “condition” is taken for the protection; the untouched arm is"
        " the one whose only value in the column “budget” is 0."
        if taken
        else "",
        "Not used": f"{counted(len(unused), 'column')} of the table: {listed(unused)}."
        if unused
        else "",
        "Counted once": f"Left out: {counted(again, 'answer')} to a question that the rater had"
        " answered about the same picture before; the first counts. Repetitions on purpose are"
        " marked in the column “repeat_of”."
        if again
        else "",
    }
    return [(label, sentence) for label, sentence in found.items() if sentence]


def usable(ratings: DataFrame) -> DataFrame:
    """Rows that count: answered, not excluded, neither gold nor a repetition."""
    repeated = ratings["repeat_of"] != ""
    left_out = ratings["excluded"] | ratings["gold"] | repeated | ratings["value"].isna()
    return ratings[~left_out]


def one_group(ratings: DataFrame) -> None:
    """Refuses a table that would pool populations, or people with simulated raters."""
    if ratings["simulated"].nunique() > 1:
        raise TableError("The table mixes people with SIMULATED raters: analyse each apart.")
    populations = sorted(ratings["population"].unique())
    if len(populations) > 1:
        raise TableError(f"The table mixes populations ({', '.join(populations)}): analyse each.")


def answers_to(ratings: DataFrame, question: str) -> DataFrame:
    """The usable answers to one question, of one group; raises TableError where there are none."""
    one_group(ratings)
    asked = sorted(ratings["question"].unique())
    if question not in asked:
        known = ", ".join(asked) or "none"
        raise TableError(
            f"Nobody was asked the question “{question}”; questions of the table: {known}."
        )
    found = usable(ratings[ratings["question"] == question])
    if found.empty:
        raise TableError(f"No answer to the question “{question}” is left to analyse.")
    return found.assign(cluster=clusters(found))


def repeated(ratings: DataFrame, question: str) -> DataFrame:
    """Answers that were asked for twice: first, second, participant, item; hidden repetitions."""
    kept = ratings[
        (ratings["question"] == question)
        & ~(ratings["excluded"] | ratings["gold"] | ratings["value"].isna())
    ]
    keys = ["participant", "item"]
    once = kept[kept["repeat_of"] == ""].drop_duplicates(keys)
    again = kept[kept["repeat_of"] != ""].drop_duplicates(keys)
    pairs = once[[*keys, "value"]].merge(again[[*keys, "value"]], on=keys)
    return pairs.rename(columns={"value_x": "first", "value_y": "second"})


def points(answers: DataFrame) -> int:
    """Number of points on the scale of one question."""
    scales = sorted(answers["scale"].unique())
    if len(scales) > 1:
        given = ", ".join(f"{scale:g}" for scale in scales)
        raise TableError(f"One question has one scale; this one has several: {given} points.")
    return int(scales[0])


def clusters(answers: DataFrame) -> Series:
    """What items are drawn with: the artwork, or the item itself where artworks are not named.

    Two artists' artworks of one name are two artworks.
    """
    works = answers["artist"] + " " + answers["artwork"]
    return works.where(answers["artwork"] != "", answers["item"])


def amount(budget: str) -> float:
    """A budget as written: `0.05` → 0.05, `8/255` → 0.0314; anything else sorts last."""
    try:
        return float(Fraction(budget))
    except (ValueError, ZeroDivisionError):
        return float("inf")


def clean_protection(answers: DataFrame) -> str | None:
    """The label of the untouched arm: the one protection whose only budget is a given 0.

    None where no label qualifies, or several do: `no_untouched_arm` says which.
    """
    found = _untouched_arms(answers)
    return found[0] if len(found) == 1 else None


def no_untouched_arm(answers: DataFrame) -> str:
    """Why no arm is taken for the untouched one, in a sentence; empty where one is."""
    found = _untouched_arms(answers)
    if len(found) == 1:
        return ""
    if found:
        return (
            f"Several protections have the budget 0 only ({', '.join(found)}), so none of them is"
            " taken for the untouched pictures."
        )
    return (
        "There is no untouched arm (a label in the column “protection” whose only value in the"
        " column “budget” is 0)."
    )


def _untouched_arms(answers: DataFrame) -> list[str]:
    return [
        str(protection)
        for protection, part in answers.groupby("protection", sort=True)
        if protection and {amount(str(budget)) for budget in part["budget"].unique()} == {0.0}
    ]


def by_factors(answers: DataFrame, *factors: str) -> Iterator[tuple[dict[str, str], DataFrame]]:
    """Cells of the crossing of `factors`, in order of label and of budget."""
    cells = [
        (dict(zip(factors, map(str, levels), strict=True)), part)
        for levels, part in answers.groupby(list(factors), sort=True)
    ]
    yield from sorted(cells, key=lambda cell: order(cell[0]))


def varying(answers: DataFrame) -> tuple[str, ...]:
    """The factors that conditions are named by: `mimicry` only where there are several, and
    `degradation` with its `dose` where anything was degraded."""
    several = answers["mimicry"].nunique() > 1
    degraded = not undegraded(answers).all()
    left_out = () if several else ("mimicry",)
    left_out = left_out if degraded else (*left_out, "degradation", "dose")
    return tuple(factor for factor in FACTORS if factor not in left_out)


def purified(rows: DataFrame) -> bool:
    """Whether any picture was purified."""
    return bool((rows["purification"] != NO_LEVEL).any())


def undegraded(rows: DataFrame) -> Series:
    """[n] bool: rows about pictures that nobody degraded on purpose."""
    return rows["degradation"] == NO_LEVEL


def eras(answers: DataFrame) -> list[str]:
    """The eras of the painters on record, in order; empty where there is none at all."""
    found = sorted(answers["era"].unique())
    return [] if found == [""] else [era or "era not on record" for era in found]


def eras_pooled(answers: DataFrame) -> list[str]:
    """A note that painters of several eras are taken together; none where they are not."""
    found = eras(answers)
    return [f"Painters of several eras together: {listed(found)}."] if len(found) > 1 else []


def order(levels: Mapping[str, str]) -> tuple[str | float, ...]:
    """Sorts cells by label, budgets and doses by their size."""
    return tuple(amount(v) if factor in SIZES else v for factor, v in levels.items())


def condition_name(levels: Mapping[str, str], clean: str | None) -> str:
    """“glaze 0.05 · jpeg-75 · blur 2”; the untouched arm goes by its label alone."""
    protection = levels["protection"]
    dose = protection if protection == clean else f"{protection} {levels['budget']}".strip()
    further = (levels.get(factor, NO_LEVEL) for factor in ("purification", "mimicry"))
    parts = [dose, *("" if level == NO_LEVEL else level for level in further)]
    if levels.get("degradation", NO_LEVEL) != NO_LEVEL:
        parts.append(f"{levels['degradation']} {levels['dose']}")
    return " · ".join(filter(None, parts)) or "pictures without a label"


def _need_columns(table: DataFrame) -> None:
    for name in NEEDED:
        if name not in table.columns:
            has = ", ".join(map(str, table.columns)) or "none"
            raise TableError(f"The table lacks the column “{name}”; its columns are: {has}.")


def _with_protection(table: DataFrame) -> DataFrame:
    if "protection" in table.columns or CONDITION not in table.columns:
        return table
    return table.rename(columns={CONDITION: "protection"})


def _counted_once(typed: DataFrame) -> DataFrame:
    """Marks all but the first of several answers that would count as one."""
    kept = usable(typed)
    again = kept.index[kept.duplicated(SAME)]
    reason = typed["exclusion_reason"].mask(typed.index.isin(again), ANSWERED_BEFORE)
    return typed.assign(
        excluded=typed["excluded"] | typed.index.isin(again), exclusion_reason=reason
    )


def _text(table: DataFrame, name: str, default: str) -> Series:
    if name not in table.columns:
        return Series(default, index=table.index, dtype="object")
    return table[name].astype("object").where(table[name].notna(), default).astype(str)


def _named(table: DataFrame, name: str) -> Series:
    empty = table.index[table[name].isna() | (table[name].astype(str).str.strip() == "")]
    if len(empty):
        raise TableError(f"Row {empty[0] + 1} has nothing in the column “{name}”.")
    return table[name].astype(str)


def _number(table: DataFrame, name: str) -> Series:
    numbers = pd.to_numeric(table[name], errors="coerce").astype("float64")
    given = table[name].notna() & ~table[name].astype(str).str.strip().str.lower().isin(MISSING)
    wrong = table.index[given & numbers.isna()]
    if len(wrong):
        raise TableError(
            f"Row {wrong[0] + 1}: “{table[name][wrong[0]]}” in the column “{name}” is no number."
        )
    _refuse_no_point(table, name, numbers)
    return numbers


def _refuse_no_point(table: DataFrame, name: str, numbers: Series) -> None:
    point = (numbers <= MOST_POINTS) & (numbers % 1 == 0)
    wrong = table.index[numbers.notna() & ~point]
    if len(wrong):
        raise TableError(
            f"Row {wrong[0] + 1}: “{table[name][wrong[0]]}” in the column “{name}” is no point on"
            f" a scale: points are whole numbers, {MOST_POINTS} at most."
        )


def _flag(table: DataFrame, name: str) -> Series:
    if name not in table.columns:
        return Series(False, index=table.index)
    words = table[name].astype(str).str.strip().str.lower()
    wrong = table.index[~words.isin(YES | NO)]
    if len(wrong):
        raise TableError(
            f"Row {wrong[0] + 1}: “{table[name][wrong[0]]}” in the column “{name}” is neither"
            " true nor false."
        )
    return words.isin(YES)


def _scale(typed: DataFrame) -> Series:
    scale = typed.groupby("question")["value"].transform("max")
    if "scale" in typed.columns:
        given = _number(typed, "scale")
        scale = given.where(given.notna(), scale)
    lowest = (scale < MOST_POINTS).astype("float64")  # a line of 100 has a place 0, points do not
    outside = typed.index[(typed["value"] < lowest) | (typed["value"] > scale)]
    if len(outside):
        row = outside[0]
        raise TableError(
            f"Row {row + 1}: the value {typed['value'][row]:g} is not on a scale of"
            f" {scale[row]:g} points, which go from 1 to {scale[row]:g}."
        )
    return scale
