"""Compares sets of pictures by set metrics, with what networks say of each kept; imports torch."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from django.conf import settings
from torch import Tensor

from config.plugins import PluginError
from evaluation.choices import Entry
from evaluation.measuring import feature_store
from evaluation.measuring.measurements import Measured, MeasureError
from evaluation.measuring.picture_sets import PictureSet, SetValue
from evaluation.measuring.set_choices import SEED, SetChoice, set_choices
from evaluation.measuring.study_sets import By, Reference, SetPair, Shown, set_pairs
from evaluation.models import SetMeasurement
from evaluation.seeing import set_features
from evaluation.set_metrics import Features, needs
from evaluation.statistics.estimate import BadData
from generation import store
from generation.networks import Networks, NetworkUnavailable, load
from generation.pixels import read_png
from generation.progress import Progress
from studies.models import Study

Read = Callable[[str], Tensor]
"""Key of a picture → [1, 3, H, W] in [0, 1]."""


@dataclass(frozen=True)
class Seeing:
    """Vectors of pictures, by networks or from where they are kept."""

    networks: Networks
    read: Read
    progress: Progress

    def of(self, shown: Sequence[Shown], choice: SetChoice) -> PictureSet:
        """The set as the metric compares it, in the order of the keys of its pictures."""
        ordered = sorted(shown, key=lambda each: (each.image, each.artist, each.source))
        kind = choice.built.features
        found = self._vectors([each.image for each in ordered], kind)
        rows = np.stack([found[each.image] for each in ordered]).astype(np.float64)
        content = None
        if choice.built.paired and all(each.source for each in ordered):
            pairs = [f"{each.image}:{each.source}" for each in ordered]
            apart = self._contents(pairs)
            content = np.array([float(apart[pair][0]) for pair in pairs])
        return PictureSet(rows, tuple(each.artist for each in ordered), content)

    def _vectors(self, keys: Sequence[str], kind: Features) -> Mapping[str, Any]:
        version = set_features.version(kind, self.networks.records[kind])
        return feature_store.vectors(
            keys,
            version,
            lambda key: set_features.vector(kind, self.read(key), self.networks),
            partial(self._told, kind),
        )

    def _contents(self, pairs: Sequence[str]) -> Mapping[str, Any]:
        def compute(pair: str) -> set_features.Vector:
            image, source = map(self.read, pair.split(":"))
            return set_features.content(image, source, self.networks)

        version = set_features.version(set_features.LPIPS, self.networks.records["perceptual"])
        return feature_store.vectors(pairs, version, compute, partial(self._told, "LPIPS"))

    def _told(self, what: str, done: int, total: int) -> None:
        self.progress(done, total, f"{what} features")


def compare(choice: SetChoice, pair: SetPair, seeing: Seeing) -> SetValue:
    """The value of one set metric; raises BadData."""
    network = seeing.networks.records[choice.built.features].id
    sides = (pair.sample, pair.reference)
    sample, reference = (seeing.of(side, choice) for side in sides)
    return choice.built.compare(sample, reference, network, SEED)


def measure_sets(
    study: Study,
    entries: Sequence[Entry],
    by: By,
    against: Reference | None,
    progress: Progress,
) -> Measured:
    """See `evaluation.services.measure_sets`."""
    try:
        choices = set_choices(entries)
        networks = _networks(study, choices)
        seeing = Seeing(networks, lambda key: read_png(store.get(key)), progress)
        pairs = [
            pair for pair in set_pairs(study, by=by) if against is None or pair.against == against
        ]
        if not pairs:
            raise MeasureError(
                "This study has no two sets of pictures to compare: make its pictures first."
            )
        return _measured(study, choices, pairs, seeing, progress)
    except (PluginError, NetworkUnavailable, store.StoreError) as error:
        raise MeasureError(str(error)) from error


def _measured(
    study: Study,
    choices: Sequence[SetChoice],
    pairs: Sequence[SetPair],
    seeing: Seeing,
    progress: Progress,
) -> Measured:
    """Each value is stored as it comes; what cannot be compared is told and stops nothing."""
    work = [(choice, pair) for choice in choices for pair in pairs]
    new, skipped = 0, {}
    for done, (choice, pair) in enumerate(work, start=1):
        version, provenance = choice.provenance(seeing.networks.records)
        key = {
            "study": study,
            "set_metric": choice.plugin,
            "version": version,
            "against": pair.against,
            "pictures_sha256": pair.sha256,
        }
        if not SetMeasurement.objects.filter(**key).exists():
            try:
                value = compare(choice, pair, seeing)
            except (BadData, ValueError) as error:
                skipped[f"{choice.name} of {pair.name} against {pair.against}"] = str(error)
                continue
            _store(key, provenance, pair, value)
            new += 1
        progress(done, len(work), f"{choice.name} of {pair.name}")
    return Measured(new, skipped)


def _store(
    key: Mapping[str, Any], provenance: Mapping[str, Any], pair: SetPair, value: SetValue
) -> None:
    estimate = value.estimate
    numbers = {
        name: number if np.isfinite(number) else None
        for name, number in (
            ("value", estimate.value),
            ("low", estimate.low),
            ("high", estimate.high),
        )
    }
    facts = {
        "n": estimate.n,
        "n_reference": value.n_reference,
        "artists": value.artists,
        "level": estimate.level,
        "method": estimate.method,
        "chance_low": value.chance_low,
        "chance_high": value.chance_high,
        "p": value.p,
        "warnings": list(value.warnings),
    }
    SetMeasurement.objects.get_or_create(
        **key,
        defaults={
            "provenance": provenance,
            "levels": dict(pair.levels),
            **numbers,
            "facts": facts,
        },
    )


def _networks(study: Study, choices: Sequence[SetChoice]) -> Networks:
    named = study.protocol.document["stimuli"]["networks"]
    roles = sorted({role for choice in choices for role in needs(choice.built)})
    missing = [role for role in roles if role not in named]
    if missing:
        asking = next(choice for choice in choices if missing[0] in needs(choice.built))
        raise MeasureError(
            f"{asking.name} compares features of the network “{missing[0]}”, which the experiment"
            " does not name under stimuli: networks. Name it, or set “features” to a role that it"
            f" names ({', '.join(named) or 'none'})."
        )
    return load({role: named[role] for role in roles}, settings.NETWORKS_DIR, settings.DEVICE)
