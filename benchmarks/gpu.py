"""The next token on an NVIDIA GPU, timed by the GPU's own events."""

from __future__ import annotations

import torch

from benchmarks.logits import like_a_language_model
from benchmarks.next_token import SHAPES, task
from benchmarks.race import Call
from benchmarks.task import Task
from tempkit.sampling import sample


def is_there() -> bool:
    """Whether PyTorch finds a GPU that it can use."""
    return torch.cuda.is_available()


def tasks(*, quick: bool = False) -> list[Task]:
    """The tasks of next_token with their data on the GPU; a copy is its bandwidth limit."""
    return [task(*shape, quick=quick, device="cuda") for shape in SHAPES]


def event_clock(call: Call, times: int) -> float:
    """Seconds between two events in the stream, with an idle GPU before and after."""
    start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    torch.cuda.synchronize()
    start.record()
    for _ in range(times):
        call()
    end.record()
    torch.cuda.synchronize()
    return start.elapsed_time(end) / 1000 / times


def waits_for_the_host() -> str | None:
    """What CUDA says when ``sample`` makes the host wait, or None if it never does."""
    logits = like_a_language_model(8, 50257, "cuda")
    sample(logits, 0.7)
    torch.cuda.set_sync_debug_mode("error")
    try:
        sample(logits, 0.7)
    except RuntimeError as refused:
        return str(refused).splitlines()[0]
    finally:
        torch.cuda.set_sync_debug_mode("default")
    return None
