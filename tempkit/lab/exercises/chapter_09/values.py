"""Values that several exercises of lab 09 share."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["between", "normal"]


def normal(generator: torch.Generator, *shape: int) -> Tensor:
    """Float64 normal numbers."""
    return torch.randn(shape, generator=generator, dtype=torch.float64, device="cpu")


def between(low: float, high: float, generator: torch.Generator, *shape: int) -> Tensor:
    """Float64 uniform numbers between two limits."""
    drawn = torch.rand(shape, generator=generator, dtype=torch.float64, device="cpu")
    return low + (high - low) * drawn
