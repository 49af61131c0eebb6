"""What set metrics say of few real paintings: two painters, halves of one, and blurred copies.

    python benchmarks/small_sets.py --artworks-dir FOLDER --networks-dir FOLDER

Prints the table of docs/metrics.md, with the features of the SqueezeNet trunk of LPIPS (512
dimensions) and of the sandbox's CLIP for CMMD. Centre squares of 256 px.
"""

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as config/__init__.py has it

import numpy as np
import torch
from PIL import Image, ImageFilter

from evaluation.measuring.picture_sets import PictureSet, SetValue
from evaluation.seeing.set_features import vector
from evaluation.set_metrics import SET_METRICS, SetMetric
from generation import networks, pixels
from generation.networks import Networks, NetworkUnavailable

SIZE, SIGMA, HALVES = 256, 2.0, 200
METRICS = {
    "fid": {"features": "perceptual"},
    "fid∞": {"features": "perceptual", "extrapolated": True},
    "kid": {"features": "perceptual"},
    "cmmd": {},
    "cmmd, authors": {"estimator": "authors"},
}
ENDINGS = {".jpg", ".jpeg", ".png"}


def main() -> int:
    options = _options()
    try:
        loaded = networks.load(
            {"perceptual": "lpips_squeeze", "clip": "sandbox_clip"}, options.networks_dir
        )
        gogh, sea = (_pictures(options.artworks_dir / name) for name in ("van-gogh", "aivazovsky"))
    except (NetworkUnavailable, OSError) as missing:
        print(f"Not measured: {missing}")
        return 0
    blurred = [each.filter(ImageFilter.GaussianBlur(SIGMA)) for each in gogh]
    print(f"{len(gogh)} by Van Gogh, {len(sea)} by Aivazovsky, blur of sigma {SIGMA:g}\n")
    print("| metric | sets | pictures | value | by chance | p |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, given in METRICS.items():
        metric = SET_METRICS.build(name.split(",")[0].removesuffix("∞"), given)
        one, other, soft = (_set(each, metric, loaded) for each in (gogh, sea, blurred))
        _print(name, "Van Gogh, Aivazovsky", one, other, metric)
        _print(name, "Van Gogh, the same blurred", soft, one, metric)
        _halves(name, one, metric)
    _sizes(_set(gogh, SET_METRICS.build("fid", METRICS["fid"]), loaded))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    data = Path(os.environ.get("CONNOISSEUR_TEST_DATA", "."))
    parser.add_argument("--artworks-dir", type=Path, default=data / "artworks")
    parser.add_argument("--networks-dir", type=Path, default=data / "weights")
    return parser.parse_args()


def _pictures(folder: Path) -> list[Image.Image]:
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in ENDINGS)
    return [pixels.square(Image.open(path).convert("RGB"), SIZE, "centre") for path in paths]


def _set(pictures: list[Image.Image], metric: SetMetric, loaded: Networks) -> PictureSet:
    found = [vector(metric.features, pixels.to_tensor(each), loaded) for each in pictures]
    return PictureSet(np.stack(found).astype(np.float64), ("",) * len(found))


def _print(
    name: str, sets: str, sample: PictureSet, reference: PictureSet, metric: SetMetric
) -> None:
    found: SetValue = metric.compare(sample, reference, "squeeze", 0)
    print(
        f"| {name} | {sets} | {len(sample)}, {len(reference)} | {found.estimate:.3g} |"
        f" {found.chance_low:.3g} to {found.chance_high:.3g} | {found.p:.3f} |",
        flush=True,
    )


def _halves(name: str, whole: PictureSet, metric: SetMetric) -> None:
    """One split with everything beside it; the chance range is that of all splits."""
    order = np.random.default_rng(1).permutation(len(whole))
    middle = len(whole) // 2
    one, other = whole.taken(order[:middle]), whole.taken(order[middle:])
    _print(name, "halves of Van Gogh", one, other, metric)


def _sizes(whole: PictureSet) -> None:
    """The bias: two disjoint sets of n of the same pictures, whose distance should be 0."""
    from evaluation.seeing.set_distances import discrepancy, frechet, polynomial

    kid = discrepancy(polynomial, unbiased=True)
    generator = np.random.default_rng(2)
    print(f"\nDisjoint sets of Van Gogh, mean over {HALVES} draws\n")
    print("| pictures in each | fid | kid |")
    print("| --- | --- | --- |")
    for count in (3, 5, 7, len(whole) // 2):
        values = []
        for _ in range(HALVES):
            order = generator.permutation(len(whole))
            sets = whole.taken(order[:count]), whole.taken(order[count : 2 * count])
            ones = np.ones(count), np.ones(count)
            values.append([each(*sets, *ones) for each in (frechet, kid)])
        fid, unbiased = np.mean(values, 0)
        spread = np.std(values, 0)
        print(f"| {count} | {fid:.3g} ± {spread[0]:.2g} | {unbiased:.3g} ± {spread[1]:.2g} |")


if __name__ == "__main__":
    torch.set_num_threads(1)
    sys.exit(main())
