"""Who took part, as a table, and how many got how far."""

from django.db.models import Count, Q
from pandas import DataFrame

from studies.models import Participant, Response, Study
from studies.tables.codebook import ABOUT
from studies.tables.columns import typed


def participants(study: Study) -> DataFrame:
    """One row per rater; columns are those of `PARTICIPANTS` and one per question about a person.

    A question about a person is the column `about_` and its name; what was not answered is empty.
    """
    counted = Count("trials", filter=Q(trials__answered_at__isnull=False, trials__practice=False))
    rows = study.participants.annotate(answered=counted).order_by("pk")
    found = DataFrame.from_records(list(rows.values_list(*PERSON.values())), columns=list(PERSON))
    said = Response.objects.filter(participant__study=study, trial=None).order_by("pk")
    about: dict[str, dict[str, str]] = {}
    for code, question, answer in said.values_list("participant__code", "question", "answer"):
        about.setdefault(f"{ABOUT}{question}", {})[code] = answer
    asked = {column: found["participant"].map(answers) for column, answers in about.items()}
    return typed(found.assign(**asked))


PERSON = {
    "participant": "code",
    "population": "population",
    "simulated": "simulated",
    "channel": "channel",
    "language": "language",
    "consent_sha256": "consent_sha256",
    "consent_version": "consent_version",
    "state": "state",
    "consented_at": "consented_at",
    "finished_at": "finished_at",
    "trials": "answered",
}


def flow(study: Study) -> DataFrame:
    """How many raters got how far, real and SIMULATED ones apart: simulated, stage, raters."""
    people = participants(study)
    stages = {
        "agreed to take part": people["state"] != "",
        "answered at least one trial": people["trials"] > 0,
        "finished": people["state"] == Participant.State.FINISHED,
        "taking part now": people["state"] == Participant.State.ACTIVE,
        "left, place given back": people["state"] == Participant.State.LAPSED,
        "screened out": people["state"] == Participant.State.SCREENED_OUT,
        "withdrew": people["state"] == Participant.State.WITHDRAWN,
    }
    counted = [
        {
            "simulated": sort,
            "stage": stage,
            "raters": int((held & (people["simulated"] == sort)).sum()),
        }
        for sort in (False, True)
        for stage, held in stages.items()
    ]
    return DataFrame(counted)
