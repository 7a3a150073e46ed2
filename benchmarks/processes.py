"""Workers with an honest number of threads, and a machine that is busy with something else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def work(part: str, threads: int, *names: str, quick: bool = False) -> dict:
    """What a worker found; see benchmarks.worker.

    Raises
    ------
    RuntimeError
        If the worker did not come to its end; what it said is on stderr.
    """
    print(f"{part}, {threads} thread{'s' * (threads > 1)}", file=sys.stderr, flush=True)
    environment = os.environ | dict.fromkeys(_THREAD_VARIABLES, str(threads))
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.worker", part, str(threads)]
    command += ["--quick"] * quick + list(names)
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise RuntimeError(f"the worker for {part} ended with status {done.returncode}")
    return json.loads(done.stdout)


@contextmanager
def busy_loop() -> Iterator[subprocess.Popen]:
    """A program that never lets go of a core, as long as the block lasts."""
    loop = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield loop
    finally:
        loop.kill()
        loop.wait()
