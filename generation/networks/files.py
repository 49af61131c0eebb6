"""The files of a network: what they hash to, and whether they are those of a manifest. No torch."""

import csv
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

MANIFEST = "MANIFEST.csv"


class NetworkUnavailable(RuntimeError):
    """A network that is not there or not the one expected; the sentence says what to put where."""


@dataclass(frozen=True)
class Source:
    """The files of one network: what they are for → where they are."""

    family: str
    files: Mapping[str, Path]
    revision: str = ""

    @cached_property
    def sha256(self) -> str:
        """Of the lines “name sha256”, one a file, sorted: paths do not count."""
        lines = sorted(f"{name} {file_sha256(path)}\n" for name, path in self.files.items())
        return hashlib.sha256("".join(lines).encode()).hexdigest()


def file_sha256(path: Path) -> str:
    """The file's sha256, remembered as long as its time and size stay the same."""
    status = path.stat()
    return _sha256(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=256)
def _sha256(path: Path, _mtime_ns: int, _size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def as_in_manifest(path: Path, root: Path | None = None) -> Path:
    """`path`, unless a MANIFEST.csv between its folder and `root` names other bytes for it.

    A manifest names files relative to its own folder. `root` is the file's folder if not given.
    Raises NetworkUnavailable.
    """
    for folder in path.parents:
        if (folder / MANIFEST).is_file():
            _check(path, folder / MANIFEST)
        if folder == (root or path.parent):
            break
    return path


def _check(path: Path, manifest: Path) -> None:
    expected = _manifest_sha256s(manifest).get(path.relative_to(manifest.parent).as_posix())
    if expected and file_sha256(path) != expected:
        where = "beside it" if manifest.parent == path.parent else f"in {manifest.parent}"
        raise NetworkUnavailable(
            f"{path} is not the file that MANIFEST.csv {where} names (its sha256 is"
            f" {file_sha256(path)[:12]}…, not {expected[:12]}…): fetch it again."
        )


def _manifest_sha256s(manifest: Path) -> Mapping[str, str]:
    try:
        with manifest.open(newline="", encoding="utf-8-sig") as file:
            return {row["path"]: row["sha256"] for row in csv.DictReader(file)}
    except (KeyError, OSError, UnicodeDecodeError, csv.Error):
        raise NetworkUnavailable(
            f"{manifest} cannot be read as CSV in UTF-8 with the columns path and sha256: mend it,"
            " or take it away."
        ) from None


def read_object(path: Path) -> Mapping[str, Any]:
    """The object in a JSON file; raises NetworkUnavailable where it holds none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict):
        raise NetworkUnavailable(f"{path} holds no configuration (a JSON object): fetch it again.")
    return found
