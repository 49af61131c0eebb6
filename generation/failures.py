"""Why a job did not succeed, in one sentence that says what to do. Imports no torch."""

from dataclasses import dataclass
from errno import EDQUOT, ENOSPC

from django.db import InterfaceError, OperationalError

from config.plugins import PluginError
from generation.mimicry import MimicryError
from generation.networks import NetworkUnavailable
from generation.refusals import Refused
from generation.steps import StepError
from generation.store import StoreError


@dataclass(eq=False)
class JobFailure(Exception):
    """`permanent`: trying again changes nothing. `shared`: it would hit each image of the batch."""

    sentence: str
    permanent: bool = True
    shared: bool = True

    def __str__(self) -> str:
        return self.sentence


DISK_FULL = (ENOSPC, EDQUOT)

OUT_OF_MEMORY = ("out of memory", "can't allocate memory", "cannot allocate memory")


def explain(error: Exception, what: str) -> JobFailure:
    """What `error` means for the jobs of a batch; `what` names the step: “protection glaze”."""
    if isinstance(error, JobFailure):
        return error
    if isinstance(error, PluginError | StepError | NetworkUnavailable | MimicryError):
        return JobFailure(str(error))
    if isinstance(error, StoreError | Refused):
        return JobFailure(str(error), shared=False)
    if isinstance(error, OSError) and error.errno in DISK_FULL:
        return JobFailure(
            f"{what} could not be written, because the disk is full ({_short(error)}): make room in"
            " VAR_DIR and in the image store, then retry."
        )
    if _is_out_of_memory(error):
        return JobFailure(
            f"{what} ran out of memory, even alone: use a smaller size, or a worker with more.",
            permanent=False,
            shared=False,
        )
    if _is_passing(error):
        sentence = f"The database, the image store or the disk failed ({_short(error)})."
        return JobFailure(sentence, permanent=False)
    return JobFailure(
        f"{what} failed with {_short(error)}. Look at the worker's log, change the settings or the"
        " method, then retry.",
        shared=False,
    )


def _is_out_of_memory(error: Exception) -> bool:
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError) and any(
        words in str(error).lower() for words in OUT_OF_MEMORY
    )


def _is_passing(error: Exception) -> bool:
    if isinstance(error, OSError | OperationalError | InterfaceError):
        return True
    return type(error).__module__.partition(".")[0] in {"botocore", "urllib3", "s3transfer"}


def _short(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:200]}" if lines else type(error).__name__
