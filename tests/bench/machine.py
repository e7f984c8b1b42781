"""Where a bench ran and with what: a figure without these is a rumour."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

from localize.engines import ffmpeg
from localize.engines.audio import cores

LIBRARIES = ("localize", "faster-whisper", "ctranslate2", "argostranslate", "onnxruntime", "ffmpeg-python")

IDLE = 0.5
"""A load average above this is somebody else's work, and in the figures."""


def description() -> dict[str, str]:
    """Name and value of everything that moves a figure; the models are named by the parts that use them."""
    load = os.getloadavg()[0]
    return {
        "processor": f"{_processor()}, {cores()} cores",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.1f} GB",
        "system": f"{_system()}, {platform.system()} {platform.release()} {platform.machine()}",
        "load at the start": f"{load:.2f}{', others were at work: measure again' if load > IDLE else ''}",
        "python": platform.python_version(),
        "libraries": ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
        "ffmpeg": ffmpeg.version().removeprefix("ffmpeg version "),
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _system() -> str:
    return platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
