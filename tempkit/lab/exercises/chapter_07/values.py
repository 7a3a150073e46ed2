"""What the hidden probes of lab 07 are made of."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["between", "normal", "whole_number"]


def normal(generator: torch.Generator, *shape: int) -> Tensor:
    """Normal numbers, in double precision on the CPU."""
    return torch.randn(*shape, generator=generator, device="cpu").double()


def between(generator: torch.Generator, low: float, high: float) -> float:
    """A random number from low to high."""
    return low + (high - low) * torch.rand((), generator=generator, device="cpu").item()


def whole_number(generator: torch.Generator, low: int, high: int) -> int:
    """A random whole number from low to high, high included."""
    return torch.randint(low, high + 1, (1,), generator=generator, device="cpu").item()
