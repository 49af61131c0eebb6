"""Target styles: which painter, and which of the painter's pictures, each cloak aims at."""

from collections.abc import Mapping, Sequence
from random import Random

from generation.progress import Progress
from generation.steps import KINDS
from studies.designs.selection import Picture, group
from studies.drafting.layout import Layout
from studies.drafting.stimuli import Target, Targets
from studies.protocol import Experiment
from studies.protocol.stimuli import Painter, Protection, Style, network_names
from studies.protocol.templates import placeholders

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
    return {
        (label, painter): _target(experiment, label, painter, target, gallery)
        for label, protection in _with_style(experiment).items()
        for painter, target in _painters(experiment, protection, layout, gallery, progress).items()
    }


def autoencoders(experiment: Experiment) -> list[str]:
    """The networks by whose latents distances between styles are measured, each once."""
    drawn = [
        network_names(experiment.stimuli, protection)["autoencoder"]
        for protection in _with_style(experiment).values()
        if protection.style and not isinstance(protection.style.target, Painter)
    ]
    return list(dict.fromkeys(drawn))


def _with_style(experiment: Experiment) -> dict[str, Protection]:
    protections = experiment.stimuli.protections.items()
    return {label: each for label, each in protections if each is not None and each.style}


def _painters(
    experiment: Experiment,
    protection: Protection,
    layout: Layout,
    gallery: Gallery,
    progress: Progress,
) -> Mapping[str, str]:
    """Painter who is protected → painter whose style is the target."""
    assert protection.style is not None, "only protections with a style have a target"
    if not isinstance(protection.style.target, Painter):
        autoencoder = network_names(experiment.stimuli, protection)["autoencoder"]
        return _drawn(experiment, autoencoder, layout.painters, gallery, progress)
    target = protection.style.target.painter
    if target not in gallery and _takes_picture(protection.style):
        raise TargetError(f"The collection has no painter “{target}” for a target style.")
    if target in {item.artwork.painter for item in layout.judged}:
        raise TargetError(
            f"{target}'s own pictures are judged, so {target} cannot be the target style:"
            " name a painter outside the study, or “target: percentile”."
        )
    return dict.fromkeys(layout.painters, target)


def _takes_picture(style: Style) -> bool:
    """Whether the transfer looks at a picture in the target style, or only reads a prompt."""
    return "style" in KINDS["style_transfer"].roles(style.transfer)


def _target(
    experiment: Experiment, label: str, painter: str, target: str, gallery: Gallery
) -> Target:
    """The picture that stands for a style, drawn by the seed, and what the style is called."""
    seed = f"{experiment.stimuli.seed} style {label} {painter} {target}"
    drawn = Random(seed).choice(gallery.get(target, [UNKNOWN]))  # noqa: S311 (a design, no secret)
    genre = drawn.record.get("genre", "")
    protection = _with_style(experiment)[label]
    prompt = protection.style.settings.get("prompt", "") if protection.style else ""
    if "genre" in placeholders(prompt) and not genre:
        raise TargetError(
            f"The style's prompt of “{label}” names {{genre}}, but nothing says {target}'s: add the"
            " column “genre” to the collection's manifest."
        )
    return Target(painter=target, image=drawn.sha256, genre=genre)


UNKNOWN = Picture(0, "", "")
"""Stands for the pictures of a painter who is only named in a prompt."""


def _drawn(
    experiment: Experiment,
    autoencoder: str,
    painters: Sequence[str],
    gallery: Gallery,
    progress: Progress,
) -> Mapping[str, str]:
    """Draw by distance between centroids, over all painters of the collection."""
    # these load torch, which the web process must not: it lists and reads studies, and draws none
    from generation.target_styles import NoTargetStyle, draw  # noqa: PLC0415
    from studies.drafting.centroids import centroids  # noqa: PLC0415

    found = centroids(experiment, autoencoder, gallery, progress)
    seed = experiment.stimuli.seed
    try:
        return {painter: draw(painter, found, seed) for painter in painters}
    except NoTargetStyle as error:
        raise TargetError(str(error)) from error
