"""What checks found about whom, and what a person decided: the latest of each, nobody named."""

from collections.abc import Mapping

from pandas import DataFrame

from studies.checking.findings import is_about
from studies.models import Flag, Review, Study
from studies.rights.free_text import masked

FLAGS: Mapping[str, str] = {
    "participant": "pseudonym of the rater",
    "simulated": "True: made up by a program, no person",
    "check": "name of the check, a file of studies/checks",
    "check_version": "of the check",
    "consequence": "note, flag, screen_out or exclude, as the file had it",
    "failed": "False: an earlier finding does not hold any more",
    "evidence": "what was found, in a sentence; what looks like a name or an address is masked",
    "found_at": "UTC",
    "decision": "of a person about this finding: upheld or set_aside (accepted or declined:"
    " of a portfolio); empty: nobody decided on what was found last",
    "decided_at": "UTC; empty where nobody decided",
}


def flags(study: Study) -> DataFrame:
    """One row per participant and check that found something; columns are those of `FLAGS`.

    Two queries. Who decided and why stays on the researchers' page.
    """
    decided = Review.objects.filter(participant__study=study).exclude(found_by="").order_by("pk")
    decisions = {(row.participant_id, row.found_by): row for row in decided}
    found = Flag.objects.filter(participant__study=study).order_by("pk")
    latest = {
        (row.participant_id, row.found_by): row for row in found.select_related("participant")
    }
    rows = [_row(flag, _on(flag, decisions.get(key))) for key, flag in sorted(latest.items())]
    return DataFrame(rows, columns=list(FLAGS))


def _on(flag: Flag, review: Review | None) -> Review | None:
    return review if review and is_about(review, flag) else None


def _row(flag: Flag, review: Review | None) -> tuple[object, ...]:
    return (
        flag.participant.code,
        flag.participant.simulated,
        flag.found_by,
        flag.version,
        flag.consequence,
        flag.failed,
        masked(flag.sentence),
        flag.at,
        review.decision if review else "",
        review.at if review else None,
    )
