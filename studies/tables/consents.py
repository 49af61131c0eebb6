"""Who agreed to which version of the information, and when; and every version word for word."""

import json
from collections.abc import Mapping
from typing import Any

from pandas import DataFrame

from studies.models import Agreement, Study

CONSENTS: Mapping[str, str] = {
    "participant": "pseudonym of the rater",
    "simulated": "True: made up by a program, no person",
    "version": "of the information: 1 is the experiment file's, then amendments",
    "language": "in which it was read",
    "sha256": "of the text, word for word as in consent_texts.json",
    "agreed_at": "when they agreed, UTC",
}
_COLUMNS = (
    "participant__code",
    "participant__simulated",
    "text__version",
    "text__language",
    "text__sha256",
    "at",
)


def consents(study: Study) -> DataFrame:
    """One row per agreement, in the order of raters and time; columns are those of `CONSENTS`."""
    rows = Agreement.objects.filter(text__study=study).order_by("participant", "at", "pk")
    return DataFrame.from_records(list(rows.values_list(*_COLUMNS)), columns=list(CONSENTS))


def texts(study: Study) -> list[dict[str, Any]]:
    """Every text that was kept, and the amendments that led to it."""
    amended = {row.version: row for row in study.consent_amendments.all()}
    return [
        {
            "version": text.version,
            "language": text.language,
            "sha256": text.sha256,
            "text": json.loads(text.text),
            **(
                {
                    "reason": amended[text.version].reason,
                    "amended_at": amended[text.version].at.isoformat(),
                    "chain_sha256": amended[text.version].sha256,
                }
                if text.version in amended
                else {}
            ),
        }
        for text in study.consent_texts.all()
    ]
