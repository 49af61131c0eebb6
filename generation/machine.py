"""What computes here, in words that a record keeps."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

LIBRARIES = (
    "torch", "torchvision", "diffusers", "transformers", "peft", "open_clip_torch", "lpips",
    "numpy", "pillow",
)  # fmt: skip
"""The packages that a picture's pixels may depend on."""


def processor() -> str:
    """The processor's name, as its maker gives it."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def libraries() -> dict[str, str]:
    """Name → version."""
    return {name: version(name) for name in LIBRARIES}


def described() -> str:
    """“2 cores of AMD EPYC, torch 2.15.0”."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores of {processor()}, torch {version('torch')}"
