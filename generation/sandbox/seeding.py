"""Random streams that depend on words and a seed alone: the same in every process."""

import hashlib

import numpy as np


def stream(*words: str | int) -> np.random.Generator:
    """A generator seeded by the SHA-256 of `words`; streams of different words are independent."""
    digest = hashlib.sha256("\x1f".join(str(word) for word in words).encode()).digest()
    entropy = np.frombuffer(digest, dtype="<u4").tolist()
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))
