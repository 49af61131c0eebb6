"""Statistics: arrays in, estimates with intervals out. numpy and scipy only.

Every estimate about people and pictures counts both as samples: participants *and* items are drawn
from larger populations, so both are resampled or clustered on. Nothing here treats answers as
independent draws (docs/statistics.md says what that would cost).
"""
