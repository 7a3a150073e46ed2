"""Values that probes are made of, whatever the notebook's default dtype and device are."""

from __future__ import annotations

import math

import torch
from torch import Tensor

__all__ = ["INF", "WORDS", "tensor"]

INF = math.inf

#: The five-word distribution of the notes.
WORDS = [2.0, 1.0, 0.5, 0.2, 0.1]


def tensor(values: list, dtype: torch.dtype = torch.float32) -> Tensor:
    """A tensor on the CPU."""
    return torch.tensor(values, dtype=dtype, device="cpu")
