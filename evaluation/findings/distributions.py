"""How the answers of each condition fall over the points of the scale. Pure."""

from collections.abc import Mapping

from pandas import DataFrame

from evaluation.analyses import Exhibit
from evaluation.charts import plots
from evaluation.ratings import points


def answers_exhibit(
    answers: DataFrame,
    cells: Mapping[str, DataFrame],
    simulated: bool,
    *,
    lowest_first: bool = False,
) -> Exhibit:
    """A bar and a row a condition; ordered by mean answer, highest first unless `lowest_first`.

    cells  name of each condition → its answers (`value`)
    """
    words_of = answers.drop_duplicates("value").set_index("value")["answer"].to_dict()
    labels = [words_of.get(float(p)) or str(p) for p in range(1, points(answers) + 1)]
    rows = DataFrame(
        [
            {
                "condition": name,
                "answer": label,
                "point": point,
                "n": int((part["value"] == point).sum()),
                "share": float((part["value"] == point).mean()),
            }
            for name, part in cells.items()
            for point, label in enumerate(labels, start=1)
        ]
    )
    sign = 1 if lowest_first else -1
    order = sorted(cells, key=lambda name: sign * float(cells[name]["value"].mean()))
    chart = plots.answer_shares(rows, labels, order, simulated=simulated)
    counts = rows.pivot_table(index="condition", columns="point", values="n", sort=False)
    counts = counts.set_axis([f"n_{label}" for label in labels], axis=1).reset_index()
    first = "lowest" if lowest_first else "highest"
    caption = f"All answers of each condition; those with the {first} answers first."
    return Exhibit("How the answers fall", counts, chart, caption)
