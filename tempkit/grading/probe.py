"""Which layers of the sandbox a machine offers: they are tried, in a process that then ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tempkit.grading.records import Layer
from tempkit.grading.sandbox import Bounds, Box, possible

__all__ = ["missing"]

_BOOT = "import sys; sys.path.insert(0, sys.argv[1]); import tempkit.grading.probe as p; p.main()"
_PACKAGE = Path(__file__).resolve().parents[2]
#: It counts what a child uses while it runs, and needs no more than a fresh /proc.
_WATCH = "memory watch"


def missing() -> tuple[Layer, ...]:
    """The layers that cannot be put on here, each with the kernel's reason.

    Raises
    ------
    OSError
        If none can be tried: not on Linux, or the trial itself failed.
    """
    if not possible():
        raise OSError("only on Linux")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        done = subprocess.run(
            [sys.executable, "-I", "-c", _BOOT, str(_PACKAGE)],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
    if not done.stdout:
        raise OSError(done.stderr.strip().rpartition("\n")[2])
    layers = (Layer(*layer) for layer in json.loads(done.stdout))
    return tuple(layer for layer in layers if not layer.active and layer.name != _WATCH)


def main() -> None:
    """Put on what a student's process wears, in the same order, and say what came of it."""
    box = Box(Bounds(), scratch=str(Path.cwd()), keeper=os.getpid())
    box.move_template()
    box.leave_namespaces()
    child = os.fork()
    if child == 0:
        box.close_behind()
        layers = [[layer.name, layer.active, layer.note] for layer in box.layers()]
        os.write(1, json.dumps(layers).encode())
        os._exit(0)
    os.waitpid(child, 0)
