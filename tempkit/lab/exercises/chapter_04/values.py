"""What the probes of lab 04 are made of."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["on_the_cpu", "whole_number"]


def on_the_cpu(generator: torch.Generator, *shape: int) -> Tensor:
    """Normal numbers of a hidden probe, in double precision."""
    return torch.randn(*shape, generator=generator, device="cpu").double()


def whole_number(generator: torch.Generator, low: int, high: int) -> int:
    """A random whole number from low to high, high included."""
    return torch.randint(low, high + 1, (1,), generator=generator, device="cpu").item()
