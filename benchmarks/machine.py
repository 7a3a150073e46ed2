"""What a time depends on: the processor, the versions, the other programs that run."""

from __future__ import annotations

import os
import platform
import re
from datetime import date
from importlib import metadata
from pathlib import Path

_PEERS = ("numba", "transformers", "scipy", "scikit-learn", "probmetrics", "torchmetrics")


def description() -> dict[str, str]:
    """The machine and the software, one fact a line."""
    versions = {name: version(name) for name in ("torch", "numpy", *_PEERS)}
    return {
        "processor": f"{processor()}, {os.cpu_count()} cores",
        "system": f"{platform.system()} on {platform.machine()}, Python "
        f"{platform.python_version()}",
        "versions": ", ".join(f"{name} {found}" for name, found in versions.items()),
        "date": date.today().isoformat(),
    }


def processor() -> str:
    """The kind of processor by name, from the kernel where it tells."""
    try:
        text = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        text = ""
    named = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return named[1].strip() if named else platform.processor() or platform.machine()


def version(name: str) -> str:
    """The installed version of a package."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def load() -> str:
    """How many programs wanted to run in the last minute, or that nobody counts."""
    try:
        return f"{os.getloadavg()[0]:.1f}"
    except (AttributeError, OSError):
        return "unknown"
