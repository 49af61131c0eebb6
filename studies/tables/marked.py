"""The places that raters marked in pictures, as a table."""

from pandas import DataFrame

from studies.models import Response, Study
from studies.tables.codebook import MARKS
from studies.tables.columns import names, typed
from studies.trial_forms.marks import FIELD


def marks(study: Study) -> DataFrame:
    """One row per place that a rater marked in a picture; columns are those of `MARKS`.

    Practice is left out; raters who marked nothing have no rows. Three queries.
    """
    answers = Response.objects.filter(participant__study=study, trial__practice=False)
    rows = answers.exclude(details={}).order_by("participant", "trial__position", "pk")
    found = [
        (*about, position, item, x, y, order)
        for *about, position, item, details in rows.values_list(*MARKED)
        for order, (x, y) in enumerate(details.get(FIELD, ()), start=1)
    ]
    columns = ["participant", "population", "simulated", "position", "item", "x", "y", "order"]
    table = DataFrame(found, columns=columns)
    number = table["position"].astype("int64").astype("str").str.zfill(3)
    table = table.assign(
        study=study.slug,
        trial=table["participant"].astype("str") + "-" + number,
        item=names(table["item"]),
    )
    return typed(table[list(MARKS)])


MARKED = (
    "participant__code",
    "participant__population",
    "participant__simulated",
    "trial__position",
    "trial__item__position",
    "details",
)
