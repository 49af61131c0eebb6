"""Calibrated metrics that this site knows, and their values in a study.

A small door beside `measuring.py`: a calibrated metric has no pixels to look at. Its inputs are
measured like any metric's; its values are computed from what is stored, whenever they are read, so
they are never older than their inputs. Files lie in the image store's folder or bucket, by the
beginning of their sha256, and are kept whenever a report learns one, or `manage.py calibrated add`
brings one from elsewhere.
"""

from collections.abc import Iterator, Sequence

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from pandas import DataFrame, concat

from evaluation.choices import Entry, taken_apart
from evaluation.findings.calibrations import (
    Calibration,
    applied,
    identifier,
    is_calibrated,
    label,
    read,
)
from evaluation.metrics import METRICS
from evaluation.ratings import TableError
from generation.store import failing

FOLDER = "calibrations"


def keep(text: str) -> Calibration:
    """Keep the file of a calibrated metric; harmless to repeat. Raises TableError for any other."""
    calibration = read(text)
    path = _path(calibration.id)
    with failing():
        if not default_storage.exists(path):
            default_storage.save(path, ContentFile(calibration.text.encode()))
    return calibration


def kept(name: str) -> Calibration:
    """The calibrated metric of this name; raises TableError where this site does not know it."""
    path = _path(identifier(name))
    with failing():
        if not default_storage.exists(path):
            raise TableError(
                f"{label(name)} is not known here: bring its file, from the report of the study"
                " that it was learnt in, by `manage.py calibrated add FILE`."
            )
        with default_storage.open(path) as file:
            text = file.read().decode()
    calibration = read(text)
    if calibration.name != name:
        raise TableError(
            f"The stored file of {label(name)} is not the one that was kept, or it foretells"
            f" something else: it is {calibration.name}. Bring it again by `manage.py calibrated"
            " add FILE`."
        )
    return calibration


def everything() -> list[Calibration]:
    """All that this site knows, in the order of their ids."""
    with failing():
        there = default_storage.exists(FOLDER) and default_storage.listdir(FOLDER)[1]
        texts = []
        for name in sorted(there or []):
            with default_storage.open(f"{FOLDER}/{name}") as file:
                texts.append(file.read().decode())
    return [read(text) for text in texts]


def files_of(entries: Sequence[Entry]) -> tuple[Calibration, ...]:
    """The calibrated metrics among the metrics of a plan; those not known here are left out."""
    return tuple(found for found in _tried(entries) if isinstance(found, Calibration))


def inputs_of(entries: Sequence[Entry]) -> list[Entry]:
    """What is to be measured for the calibrated metrics of a plan, with its settings."""
    found: list[Entry] = []
    for calibration in files_of(entries):
        for each in calibration.inputs:
            metric = taken_apart(each.name)[0]
            if metric in METRICS and each.settings is not None:
                entry: Entry = {metric: dict(each.settings)} if each.settings else metric
                found += [entry] if entry not in found else []
    return found


def with_calibrated(measurements: DataFrame, entries: Sequence[Entry]) -> DataFrame:
    """The measurements of a study, and those of the calibrated metrics that its plan names."""
    tables = [measurements]
    for calibration in files_of(entries):
        try:
            tables.append(applied(calibration, measurements)[0])
        except TableError:  # `remarks` says it
            continue
    return concat(tables, ignore_index=True) if len(tables) > 1 else measurements


def remarks(measurements: DataFrame, entries: Sequence[Entry]) -> dict[str, str]:
    """What is to be said of the calibrated metrics of a plan: name → why it has no values, or where
    it extrapolates."""
    said: dict[str, str] = {}
    for name, found in zip(_names(entries), _tried(entries), strict=True):
        if isinstance(found, str):
            said[name] = found
            continue
        try:
            told = applied(found, measurements)[1]
        except TableError as error:
            told = [str(error)]
        if told:
            said[name] = " ".join(told)
    return said


def _names(entries: Sequence[Entry]) -> list[str]:
    return [entry for entry in entries if isinstance(entry, str) and is_calibrated(entry)]


def _tried(entries: Sequence[Entry]) -> Iterator[Calibration | str]:
    """Each calibrated metric of a plan, or the sentence that says why it cannot be had."""
    for name in _names(entries):
        try:
            yield kept(name)
        except TableError as error:
            yield str(error)


def _path(identity: str) -> str:
    return f"{FOLDER}/{identity}.json"
