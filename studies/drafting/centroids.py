"""Where painters' styles lie in the autoencoder's latents, from the pictures of a collection.

Imports torch: for commands and workers, never for the web process.
"""

from collections.abc import Mapping, Sequence

import torch
from django.conf import settings
from torch import Tensor

from generation import networks, pixels, store
from generation.preparations import PREPARATIONS
from generation.progress import Progress
from generation.target_styles import Centroids, centroid
from studies.designs.selection import Picture
from studies.protocol import Experiment


def centroids(
    experiment: Experiment,
    autoencoder: str,
    gallery: Mapping[str, Sequence[Picture]],
    progress: Progress,
) -> Centroids:
    """Painter → centroid of all the painter's pictures, cut as in the experiment.

    `autoencoder` is the network whose latents are meant; raises NetworkUnavailable where it is
    missing.
    """
    loaded = networks.load({"autoencoder": autoencoder}, settings.NETWORKS_DIR, settings.DEVICE)
    found = {}
    for done, (painter, pictures) in enumerate(gallery.items()):
        progress(done, len(gallery), painter)
        images = torch.cat([_cut(experiment, picture) for picture in pictures])
        found[painter] = centroid(images.to(loaded.device), loaded.autoencoder)
    progress(len(gallery), len(gallery))
    return found


def _cut(experiment: Experiment, picture: Picture) -> Tensor:
    method = experiment.stimuli.preparation
    preparation = PREPARATIONS.build(method.method, method.settings)
    return preparation.prepare(pixels.read_png(store.get(picture.sha256)))
