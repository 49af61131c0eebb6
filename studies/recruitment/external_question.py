"""MTurk's ExternalQuestion: parameters of the frame, the preview, and where work is submitted.

Amazon Mechanical Turk, API reference 2017-01-17, ExternalQuestion. Amazon announced its closing for
September 2026; other panels kept the conventions. Pure.
"""

from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from studies.channels import Farewell, LaunchError
from studies.wording import marked

PARAMETERS = ("hitId", "assignmentId", "workerId")
SUBMIT_TO = "turkSubmitTo"
PREVIEW = "ASSIGNMENT_ID_NOT_AVAILABLE"
FRAMES = ("https://worker.mturk.com", "https://workersandbox.mturk.com", "https://www.mturk.com")
HOSTS = ("www.mturk.com", "workersandbox.mturk.com")


def is_preview(query: Mapping[str, str]) -> bool:
    """Whether somebody looks who has not taken the job."""
    return query.get("assignmentId") == PREVIEW


def submit_origin(query: Mapping[str, str], hosts: Collection[str]) -> str:
    """Where the work goes; raises LaunchError for a host that is not on the list."""
    host = _https_host(query.get(SUBMIT_TO, ""))
    if host not in hosts:
        raise LaunchError(
            "This address would send your work to a place that this study does not know."
            " Please open the study from the panel once more."
        )
    return f"https://{host}"


def submission(origin: str, assignment: str, code: str, text: str) -> Farewell:
    """The form that submits an assignment: its id, and one field at least."""
    return Farewell(
        text=text,
        link=f"{origin}/mturk/externalSubmit",
        link_text=marked("Submit"),
        fields={"assignmentId": assignment, "completion_code": code},
    )


def _https_host(address: str) -> str | None:
    """Host and port of an https address; None for any other text, as anybody may write one."""
    try:
        parts = urlsplit(address)
    except ValueError:  # brackets that do not pair, letters that only look like a dot or slash
        return None
    return parts.netloc if parts.scheme == "https" else None
