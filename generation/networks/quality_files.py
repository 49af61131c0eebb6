"""Files of networks that judge the quality of pictures: BRISQUE's regression, DISTS. No torch."""

from pathlib import Path

from generation.networks.files import NetworkUnavailable, Source, as_in_manifest
from generation.networks.folders import candidates, named
from generation.networks.perceptual_files import locate_perceptual

BRISQUE = ("allmodel", "allrange")
"""As the authors' release calls them: a regression of libsvm, and the ranges of its features."""
DISTS = "dists.safetensors"
"""What a folder with trunk and weights in one file holds."""
DISTS_WEIGHTS = "dists_weights.pt"
"""alpha and beta, as piq's release calls the file; the authors' `weights.pt` holds the same."""


def locate_brisque(network_id: str, folder: Path | None) -> Source:
    """A folder with the two files of the authors' release."""
    for candidate, root in candidates(network_id, folder):
        if all((candidate / name).is_file() for name in BRISQUE):
            files = {name: as_in_manifest(candidate / name, root) for name in BRISQUE}
            return Source("svr", files)
    raise NetworkUnavailable(
        f"There is no BRISQUE regression “{network_id}”: name a folder with the files"
        f" {' and '.join(BRISQUE)} of the authors' release (live.ece.utexas.edu/research/Quality)."
    )


def locate_dists(network_id: str, folder: Path | None) -> Source:
    """`dists_vgg` (torchvision's VGG-16, weights in the networks folder), or a folder."""
    if network_id == "dists_vgg":
        return _of_vgg(folder)
    for candidate, root in candidates(network_id, folder):
        if (candidate / DISTS).is_file():
            return Source("dists", {"weights": as_in_manifest(candidate / DISTS, root)})
    raise NetworkUnavailable(
        f"There is no DISTS network “{network_id}”: name dists_vgg, or a folder with {DISTS}."
    )


def _of_vgg(folder: Path | None) -> Source:
    trunk = locate_perceptual("lpips_vgg", folder).files["trunk"]
    if folder is None or not (folder / DISTS_WEIGHTS).is_file():
        raise NetworkUnavailable(
            f"The weights of “dists_vgg” are missing: put {DISTS_WEIGHTS} (of piq's release v0.4.1,"
            f" or the authors' weights.pt under that name) into the networks folder"
            f" ({named(folder)})."
        )
    weights = as_in_manifest(folder / DISTS_WEIGHTS)
    return Source("dists", {"trunk": trunk, "weights": weights})
