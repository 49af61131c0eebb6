"""The pictures of the reference values: whole numbers by formula, the same on every machine."""

import numpy as np


def pair(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """A picture and a spoilt copy of it, uint8 [height, width, 3]."""
    rows, columns, colour = np.ogrid[:height, :width, :3]
    waves = _wave(3 * rows + 2 * columns, 97) + _wave(5 * columns - rows + 40 * colour, 61)
    fine = (rows * columns * (colour + 3) + 7 * rows) % 23
    picture = 40 + waves + fine
    noise = (rows * 7919 + columns * 104729 + colour * 1299709 + rows * columns * 31) % 41 - 20
    return tuple(np.clip(each, 0, 255).astype(np.uint8) for each in (picture, picture + noise))


def small_dists() -> dict[str, np.ndarray]:
    """A VGG-16 of few channels with weights by formula, and weights of its channels."""
    widths = [3, 4, 4, 5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8]
    numbers = [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28]
    state = {}
    for number, ins, outs in zip(numbers, widths, widths[1:], strict=False):
        count = outs * ins * 9
        state[f"features.{number}.weight"] = _weights(count, number + 1).reshape(outs, ins, 3, 3)
        state[f"features.{number}.bias"] = _weights(outs, number + 2) / 4
    channels = 3 + 4 + 5 + 6 + 7 + 8
    state["alpha"] = np.abs(_weights(channels, 91)).reshape(1, -1, 1, 1)
    state["beta"] = np.abs(_weights(channels, 92)).reshape(1, -1, 1, 1)
    return state


def small_regression() -> tuple[str, str]:
    """The two files of a regression of five vectors, as libsvm and svm-scale write them."""
    ranges = [f"{place} {-1 - place / 40:.3f} {1 + place / 9:.3f}" for place in range(1, 37)]
    vectors = [
        f"{(-1) ** row * (row + 1) * 10} "
        + " ".join(f"{place}:{((row * 17 + place * 7) % 19 - 9) / 9:.4f}" for place in range(1, 37))
        for row in range(5)
    ]
    head = "svm_type epsilon_svr\nkernel_type rbf\ngamma 0.05\nnr_class 2\ntotal_sv 5\n"
    head += "rho -30\nSV\n"
    return head + "\n".join(vectors) + "\n", "x\n-1 1\n" + "\n".join(ranges) + "\n"


def _wave(place: np.ndarray, period: int) -> np.ndarray:
    """Up and down between 0 and `period`."""
    return np.abs(place % (2 * period) - period)


def _weights(count: int, seed: int) -> np.ndarray:
    values = (np.arange(count) * 7919 + seed * 104729) % 2003
    return (values / 2003 - 0.5).astype(np.float32)
