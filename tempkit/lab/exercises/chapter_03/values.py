"""What the probes of lab 03 are made of, and the order of its logits."""

from __future__ import annotations

import torch
from torch import Tensor

from tempkit.lab.exercises.probes import INF

__all__ = ["SHUFFLED", "between_two_sums", "falling", "random_row"]

SHUFFLED = [0.5, 0.1, 2.0, 0.2, 1.0]


def random_row(generator: torch.Generator, size: int = 12) -> Tensor:
    """Logits of a hidden probe, the last one impossible."""
    logits = 2 * torch.randn(size, generator=generator, device="cpu", dtype=torch.float32)
    logits[-1] = -INF
    return logits


def between_two_sums(logits: Tensor, rank: int, temperature: float = 1.0) -> float:
    """A ``p`` that the nucleus of ``rank`` tokens reaches, far from any rounding."""
    q = torch.softmax(logits.double() / temperature, -1).sort(descending=True).values
    return (q[: rank - 1].sum() + q[rank - 1] / 2).item()


def falling(logits: Tensor) -> Tensor:
    """Indices from the largest logit down, equal ones in their order."""
    return logits.sort(descending=True, stable=True).indices
