"""`manage.py measure --set-metric NAME`: sets of a study, or of two folders, compared and printed.

Imports torch: for the command alone.
"""

import hashlib
import json
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, OutputWrapper
from pandas import DataFrame

from config.plugins import PluginError
from evaluation import queries, services
from evaluation.choices import Entry
from evaluation.measuring import set_table
from evaluation.measuring.measurements import MeasureError
from evaluation.measuring.picture_files import read
from evaluation.measuring.scoring import ScoreError
from evaluation.measuring.set_choices import SetChoice, set_choices
from evaluation.measuring.set_measuring import Seeing, compare
from evaluation.measuring.study_sets import SetPair, Shown
from evaluation.set_metrics import needs
from evaluation.statistics.estimate import BadData
from generation.management.bars import bar
from generation.management.over_files import loaded as loaded_networks
from generation.manifest import files_below
from generation.networks import NetworkUnavailable
from studies.models import Study

Options = dict[str, Any]


def of_study(study: Study, entries: Sequence[Entry], options: Options, out: OutputWrapper) -> None:
    """Compares the sets of a study, stores the values, and prints all that are stored."""
    try:
        with bar(f"comparing sets of {study.slug}", "set") as progress:
            done = services.measure_sets(
                study=study,
                set_metrics=entries,
                by=options["by"],
                against=options["against"],
                progress=progress,
            )
    except (MeasureError, PluginError) as error:
        raise CommandError(str(error)) from error
    table = queries.sets(study)
    if options["csv"] or options["json"]:
        _print(table, options, out)
        return
    out.write(f"{study.slug}: {done.new} new values of sets.")
    _print(table, options, out)
    for name, reason in done.skipped.items():
        out.write(f"Left out {name}: {reason}")


def of_folders(entries: Sequence[Entry], options: Options, out: OutputWrapper) -> None:
    """Compares the pictures of one folder with those of another."""
    images, reference = options["images"], options["reference"]
    if reference is None:
        raise CommandError("A set is compared with another: name its folder with --reference.")
    try:
        choices = set_choices(entries)
        roles = sorted({role for choice in choices for role in needs(choice.built)})
        paths = _by_sha256(images) | _by_sha256(reference)
        networks = loaded_networks(roles, options["networks"])
        with bar("comparing", "picture") as progress:
            seeing = Seeing(networks, lambda key: read(str(paths[key])), progress)
            pair = _pair(images, reference)
            rows = [_row(choice, pair, seeing) for choice in choices]
    except (PluginError, NetworkUnavailable, ScoreError, BadData, ValueError) as error:
        raise CommandError(str(error)) from error
    _print(DataFrame(rows, columns=list(set_table.COLUMNS)), options, out)


def _pair(images: Path, reference: Path) -> SetPair:
    """Pictures of the same name in both folders are pairs, for what a picture was made from."""
    twins = {path.stem: key for key, path in _by_sha256(reference).items()}
    sample = tuple(
        Shown(key, "", twins.get(path.stem, "")) for key, path in _by_sha256(images).items()
    )
    return SetPair(
        {"condition": images.name, "era": "", "artist": ""},
        "originals",
        sample,
        tuple(Shown(key, "") for key in _by_sha256(reference)),
    )


def _row(choice: SetChoice, pair: SetPair, seeing: Seeing) -> dict[str, Any]:
    value = compare(choice, pair, seeing)
    estimate = value.estimate
    return {
        "set_metric": choice.name,
        "against": "reference",
        **{name: pair.levels.get(name, "") for name in set_table.PLACE},
        "value": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "n": estimate.n,
        "n_reference": value.n_reference,
        "artists": value.artists,
        "chance_low": value.chance_low,
        "chance_high": value.chance_high,
        "p": value.p,
        "level": estimate.level,
        "method": estimate.method,
        "warning": set_table.JOINT.join(value.warnings),
        "version": choice.provenance(seeing.networks.records)[0],
    }


def _by_sha256(folder: Path) -> dict[str, Path]:
    """Pictures of a folder by the sha256 of their files; raises CommandError without any."""
    if not folder.is_dir():
        raise CommandError(f"{folder} is no folder: a set is a folder of pictures.")
    found = {}
    for name in files_below(folder):
        found[hashlib.sha256((folder / name).read_bytes()).hexdigest()] = folder / name
    if not found:
        raise CommandError(f"There is no file in {folder}.")
    return found


def _print(table: DataFrame, options: Options, out: OutputWrapper) -> None:
    if options["csv"]:
        out.write(table.to_csv(index=False, lineterminator="\n"), ending="")
    elif options["json"]:
        rows = json.loads(table.to_json(orient="records", double_precision=15))
        out.write(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        for row in table.to_dict("records"):
            out.write(_line(row))


def _line(row: Mapping[Hashable, Any]) -> str:
    place = " ".join(filter(None, [row["condition"], row["era"], row["artist"]]))
    value, low, high, chance_low, chance_high = (
        f"{row[name]:.4g}" for name in ("value", "low", "high", "chance_low", "chance_high")
    )
    said = (
        f"{row['set_metric']}: {place} against {row['against']}: {value} [{low}, {high}], by chance"
        f" {chance_low} to {chance_high}, {row['n']:.0f} pictures against {row['n_reference']:.0f}."
    )
    warnings = [f"  ! {each}" for each in row["warning"].split(set_table.JOINT) if each]
    return "\n".join([said, *warnings])
