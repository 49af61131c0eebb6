"""The light of a mood: sky, sun or moon, and what it makes of a thing's own colour."""

from dataclasses import dataclass, replace

import numpy as np

Rgb = tuple[float, float, float]


def mix(left: Rgb, right: Rgb, share: float) -> Rgb:
    """`left` with `share` (0 to 1) of `right`."""
    return (
        left[0] + (right[0] - left[0]) * share,
        left[1] + (right[1] - left[1]) * share,
        left[2] + (right[2] - left[2]) * share,
    )


@dataclass(frozen=True)
class Light:
    """Colours of the hour (sRGB in [0, 1]); `height` and `side` place sun or moon in the sky."""

    sky_top: Rgb
    sky_low: Rgb
    glow: Rgb
    tint: Rgb
    shade: Rgb
    height: float
    side: float = 0.7
    night: bool = False

    def on(self, colour: Rgb, depth: float = 0.0) -> Rgb:
        """What `colour` looks like in this light, `depth` (0 near, 1 far) away in its haze."""
        lit = (colour[0] * self.tint[0], colour[1] * self.tint[1], colour[2] * self.tint[2])
        return mix(lit, self.sky_low, 0.85 * depth)

    def under(self, colour: Rgb, depth: float = 0.0) -> Rgb:
        """What `colour` looks like on its shadow side."""
        return mix(mix(self.on(colour), self.shade, 0.55), self.sky_low, 0.85 * depth)

    def windows(self) -> Rgb:
        """Lit lamps at night and at dusk, dark panes by day."""
        return (
            (1.0, 0.82, 0.42) if self.night or self.height < 0.2 else self.under((0.3, 0.35, 0.45))
        )


_LIGHTS = {
    "at dawn": Light(
        (0.58, 0.66, 0.84),
        (0.99, 0.82, 0.74),
        (1.0, 0.93, 0.78),
        (0.98, 0.89, 0.90),
        (0.40, 0.37, 0.54),
        0.3,
    ),
    "at noon": Light(
        (0.29, 0.55, 0.86),
        (0.80, 0.91, 0.96),
        (1.0, 0.98, 0.82),
        (1.06, 1.04, 0.98),
        (0.22, 0.31, 0.45),
        0.85,
    ),
    "at dusk": Light(
        (0.36, 0.26, 0.52),
        (0.99, 0.58, 0.33),
        (1.0, 0.80, 0.42),
        (0.95, 0.75, 0.65),
        (0.22, 0.13, 0.32),
        0.12,
    ),
    "at night": Light(
        (0.09, 0.14, 0.34),
        (0.30, 0.43, 0.63),
        (0.98, 0.97, 0.86),
        (0.52, 0.62, 0.82),
        (0.06, 0.08, 0.20),
        0.7,
        night=True,
    ),
}

MOODS: tuple[str, ...] = tuple(_LIGHTS)


def light_of(mood: str, rng: np.random.Generator) -> Light:
    """The light of `mood`; where its sun or moon stands is drawn from `rng`."""
    light = _LIGHTS[mood]
    side = float(rng.choice([rng.uniform(0.15, 0.38), rng.uniform(0.62, 0.85)]))
    return replace(light, side=side, height=light.height + float(rng.uniform(-0.06, 0.06)))
