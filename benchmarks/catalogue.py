"""The tasks by name. A task is made when it is asked for: its data is large."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from benchmarks import calibration, entropy, many_draws, next_token
from benchmarks.task import Task

#: ``TASKS[name](quick=True)`` makes the same task small.
TASKS: dict[str, Callable[..., Task]] = {
    f"next-token-{rows}x{vocabulary}": partial(next_token.task, rows, vocabulary)
    for rows, vocabulary in next_token.SHAPES
} | {
    "many-draws": many_draws.task,
    "entropy-sweep": partial(entropy.sweep_task, 1),
    "entropy-sweep-rows": partial(entropy.sweep_task, 64),
    "temperature-for-entropy": entropy.inverse_task,
    "fit-temperature": calibration.fit_task,
    "calibration-error": calibration.error_task,
}
