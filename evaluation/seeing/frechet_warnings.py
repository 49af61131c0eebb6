"""What must be said beside a Fréchet distance of few pictures. Pure."""

from collections.abc import Sequence

from evaluation.measuring.picture_sets import PictureSet

PUBLISHED = 10_000
"""Pictures at which FID is published, at the least (Heusel et al. 2017 ask for that many)."""
FID_NETWORK = "inception_fid"


def frechet_warnings(sample: PictureSet, reference: PictureSet, network: str) -> Sequence[str]:
    """Rank, bias and what the number may be compared with."""
    fewest = min(len(sample), len(reference))
    said = []
    if fewest <= sample.dimensions:
        said.append(
            f"{fewest} pictures in {sample.dimensions:,} dimensions: a covariance of so few has a"
            f" rank of {fewest - 1} at most, and the distance is far too large. Read it against"
            " what chance gives, not against 0."
        )
    if fewest < PUBLISHED:
        said.append(
            "Biased upward, the more the fewer pictures, and its interval with it: compare only"
            f" values at these sizes ({len(sample):,} and {len(reference):,}), never published ones"
            f" ({PUBLISHED:,} and more)."
        )
    if network.partition("#")[0] != FID_NETWORK:
        said.append(f"A Fréchet distance of features of “{network}”, not FID.")
    return said
