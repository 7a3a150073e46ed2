"""Values that probes are made of, whatever the notebook's default dtype and device are."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from tempkit.lab.exercise import Probe

__all__ = ["INF", "WORDS", "between", "normal", "probe", "tensor", "whole_number"]

INF = math.inf

#: The five-word distribution of the notes.
WORDS = [2.0, 1.0, 0.5, 0.2, 0.1]


def tensor(values: list, dtype: torch.dtype = torch.float32) -> Tensor:
    """A tensor on the CPU."""
    return torch.tensor(values, dtype=dtype, device="cpu")


def probe(logits: list, *others: object) -> Probe:
    """Logits, and whatever else the exercise takes."""
    return Probe((tensor(logits), *others), ", ".join(map(str, (logits, *others))))


def normal(generator: torch.Generator, *shape: int) -> Tensor:
    """Normal numbers of a hidden probe, in double precision on the CPU."""
    return torch.randn(shape, generator=generator, dtype=torch.float64, device="cpu")


def between(low: float, high: float, generator: torch.Generator, *shape: int) -> Tensor:
    """Uniform numbers of a hidden probe, likewise."""
    drawn = torch.rand(shape, generator=generator, dtype=torch.float64, device="cpu")
    return low + (high - low) * drawn


def whole_number(generator: torch.Generator, low: int, high: int) -> int:
    """A random whole number from low to high, high included."""
    return torch.randint(low, high + 1, (1,), generator=generator, device="cpu").item()
