"""Where a model runs: the GPU if there is one, else the CPU, unless ``TEMPKIT_DEVICE`` says so.

On a CPU a small model runs on one thread. The parts of its products are so short that threads
mostly wait for each other: on two cores with other work, texts of the verb model took 5 to 30 times
longer on two threads. And the order of additions, so the last digit, is the same on every machine.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

__all__ = ["device", "on_one_thread", "threads_for"]

#: Parameters from which on threads are worth their while.
_LARGE = 5_000_000


def device(name: str | None = None) -> torch.device:
    """The device that models are put on.

    Parameters
    ----------
    name : str, optional
        ``"cpu"``, ``"mps"``, ``"cuda"`` or ``"cuda:1"``. Without it the environment variable
        ``TEMPKIT_DEVICE``; without that an NVIDIA GPU, then Apple's, then the CPU.

    Returns
    -------
    torch.device

    Raises
    ------
    ValueError
        If there is no such device; the message says who asked for it and what there is.
    """
    source = "device"
    if name is None:
        source, name = "TEMPKIT_DEVICE", os.environ.get("TEMPKIT_DEVICE") or None
    present = _present()
    if name is None:
        return torch.device(present[0])
    try:
        wanted = torch.device(name)
    except (RuntimeError, TypeError):
        wanted = None
    missing = wanted is None or wanted.type not in present
    if not missing and wanted.type == "cuda":
        missing = (wanted.index or 0) >= torch.cuda.device_count()
    if missing:
        remedy = "give" if source == "device" else "unset it, or set it to"
        raise ValueError(
            f"{source} {name!r} is not on this machine: {remedy} {' or '.join(present)}"
        )
    return wanted


def _present() -> list[str]:
    """Types of device on this machine, the fastest first."""
    found = ["cuda"] if torch.cuda.is_available() else []
    if torch.backends.mps.is_available():
        found.append("mps")
    return [*found, "cpu"]


@contextmanager
def threads_for(net: nn.Module) -> Iterator[None]:
    """One thread inside, if the model is small and on a CPU."""
    parameters = list(net.parameters())
    on_cpu = all(p.device.type == "cpu" for p in parameters)
    if on_cpu and sum(p.numel() for p in parameters) < _LARGE:
        with on_one_thread():
            yield
    else:
        yield


@contextmanager
def on_one_thread() -> Iterator[None]:
    """One thread of the CPU inside; after it as many as before."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
