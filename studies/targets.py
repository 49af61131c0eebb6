"""Target styles: which painter, and which of the painter's pictures, each cloak aims at."""

from collections.abc import Mapping, Sequence
from random import Random

from generation.progress import Progress
from studies.designs.selection import Picture, group
from studies.layout import Layout
from studies.protocol import Experiment
from studies.protocol.experiment import Painter, Style
from studies.stimuli import Target, Targets

Gallery = Mapping[str, Sequence[Picture]]
"""Painter → all artworks of the collection, sorted by picture."""


class TargetError(ValueError):
    """A target style that cannot be had from this collection; the message says why."""


def choose(
    experiment: Experiment,
    layout: Layout,
    collection: Sequence[Picture],
    progress: Progress,
) -> Targets:
    """The target of every protection that takes one, for every painter who is shown.

    A fixed painter is taken as named; `percentile` is drawn by distance between style centroids,
    which loads the autoencoder. The picture that stands for the style is drawn by the seed.
    """
    gallery = group(collection)
    styles = {
        label: protection.style
        for label, protection in experiment.stimuli.protections.items()
        if protection is not None and protection.style is not None
    }
    return {
        (label, painter): _picture(experiment, label, painter, target, gallery)
        for label, style in styles.items()
        for painter, target in _painters(experiment, style, layout, gallery, progress).items()
    }


def _painters(
    experiment: Experiment,
    style: Style,
    layout: Layout,
    gallery: Gallery,
    progress: Progress,
) -> Mapping[str, str]:
    """Painter who is protected → painter whose style is the target."""
    if not isinstance(style.target, Painter):
        return _drawn(experiment, layout.painters, gallery, progress)
    target = style.target.painter
    if target not in gallery:
        raise TargetError(f"The collection has no painter “{target}” for a target style.")
    if target in {item.artwork.painter for item in layout.judged}:
        raise TargetError(
            f"{target}'s own pictures are judged, so {target} cannot be the target style:"
            " name a painter outside the study, or “target: percentile”."
        )
    return dict.fromkeys(layout.painters, target)


def _picture(
    experiment: Experiment, label: str, painter: str, target: str, gallery: Gallery
) -> Target:
    seed = f"{experiment.stimuli.seed} style {label} {painter} {target}"
    drawn = Random(seed).choice(gallery[target])  # noqa: S311 (a design, no secret)
    return Target(painter=target, image=drawn.sha256)


def _drawn(
    experiment: Experiment, painters: Sequence[str], gallery: Gallery, progress: Progress
) -> Mapping[str, str]:
    """Draw by distance between centroids, over all painters of the collection."""
    # these load torch, which the web process must not: it lists and reads studies, and draws none
    from generation.target_styles import NoTargetStyle, draw  # noqa: PLC0415
    from studies.centroids import centroids  # noqa: PLC0415

    found, seed = centroids(experiment, gallery, progress), experiment.stimuli.seed
    try:
        return {painter: draw(painter, found, seed) for painter in painters}
    except NoTargetStyle as error:
        raise TargetError(str(error)) from error
