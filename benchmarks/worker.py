"""One part of the run, in a process of its own: PyTorch reads its number of threads once.

Called by ``benchmarks`` as ``python -m benchmarks.worker PART THREADS [--quick] [NAME ...]``; the
result goes to stdout as JSON, progress to stderr.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict

import torch

from benchmarks import gpu, growth, machine
from benchmarks.catalogue import TASKS
from benchmarks.race import race, wall_clock
from benchmarks.task import Task

_SECONDS = 8.0
_SECONDS_LOADED = 3.0


def main() -> None:
    """Do the part that the command line names."""
    parser = argparse.ArgumentParser(prog="benchmarks.worker")
    parser.add_argument("part", choices=["compare", "ours", "growth", "gpu"])
    parser.add_argument("threads", type=int)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("names", nargs="*")
    options = parser.parse_intermixed_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    capability = torch.backends.cpu.get_cpu_capability()
    result: dict[str, object] = {"load": machine.load(), "vectors": capability}
    if options.part == "growth":
        result["growth"] = [asdict(found) for found in growth.grow(quick=options.quick)]
    elif options.part == "gpu":
        result |= _on_gpu(options.quick)
    else:
        only_ours = options.part == "ours"
        tasks = (TASKS[name](quick=options.quick) for name in options.names)
        result["tasks"] = list(_measured(tasks, options.quick, only_ours))
    json.dump(result, sys.stdout)


def _measured(
    tasks: Iterator[Task], quick: bool, only_ours: bool = False, clock=wall_clock
) -> Iterator[dict]:
    for task in tasks:
        print(f"  {task.name}", file=sys.stderr, flush=True)
        outcomes = race(
            task.contenders[:1] if only_ours else task.contenders,
            seconds=0.2 if quick else _SECONDS_LOADED if only_ours else _SECONDS,
            least_rounds=2 if quick else 3,
            error=task.error,
            clock=clock,
        )
        yield {
            "name": task.name,
            "title": task.title,
            "reaches": [] if quick else [asdict(reach) for reach in task.reaches],
            "error_is": task.error_is,
            "error_at_most": task.error_at_most,
            "outcomes": [asdict(outcome) for outcome in outcomes],
        }


def _on_gpu(quick: bool) -> dict[str, object]:
    """The device's name is missing where there is none."""
    if not gpu.is_there():
        return {"tasks": []}
    tasks = iter(gpu.tasks(quick=quick))
    return {
        "device": torch.cuda.get_device_name(),
        "waits": gpu.waits_for_the_host(),
        "tasks": list(_measured(tasks, quick, clock=gpu.event_clock)),
    }


if __name__ == "__main__":
    main()
