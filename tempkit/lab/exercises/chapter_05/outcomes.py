"""Confidences, whether each prediction was right, and how they fall into bins."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from tempkit.lab.exercise import Probe
from tempkit.lab.exercises.probes import tensor

__all__ = ["binned", "errors", "lower_edge_inside", "outcome_probe", "random_outcomes", "summary"]

#: Which predictions, one mask a bin, are in the bins of confidences [n].
Rule = Callable[[Tensor, int], list[Tensor]]


def binned(confidences: Tensor, bins: int) -> list[Tensor]:
    """Bin k holds what lies above k/bins, up to and with (k + 1)/bins."""
    return [(confidences > k / bins) & (confidences <= (k + 1) / bins) for k in range(bins)]


def lower_edge_inside(confidences: Tensor, bins: int) -> list[Tensor]:
    """Bin k holds k/bins too, and not (k + 1)/bins: a confidence of 1 is in none."""
    return [(confidences >= k / bins) & (confidences < (k + 1) / bins) for k in range(bins)]


def summary(confidences: Tensor, correct: Tensor, masks: list[Tensor]) -> Tensor:
    """Count, mean confidence and accuracy of every mask, NaN where it is empty: [bins, 3]."""
    right = correct.double()
    rows = [(inside.sum(), confidences[inside].mean(), right[inside].mean()) for inside in masks]
    return torch.tensor([[float(value) for value in row] for row in rows], dtype=torch.float64)


def errors(confidences: Tensor, correct: Tensor, bins: int) -> Tensor:
    """ECE of every row of outcomes [R, n]: [R]."""
    place = (confidences * bins).ceil().long() - 1
    inside = torch.nn.functional.one_hot(place, bins).double()
    return ((correct.double() - confidences) @ inside).abs().sum(-1) / len(confidences)


def outcome_probe(confidences: list[float], correct: list[bool], bins: int) -> Probe:
    """Predictions that a message shows in full."""
    given = (tensor(confidences, torch.float64), tensor(correct, torch.bool), bins)
    return Probe(given, f"{confidences}, {[int(right) for right in correct]}, {bins}")


def random_outcomes(generator: torch.Generator, bins: int, size: int = 60) -> Probe:
    """Predictions of a hidden probe: every fifth confidence on an edge, 1 among them."""
    confidences = 0.3 + 0.7 * torch.rand(size, generator=generator, device="cpu").double()
    confidences[::5] = (confidences[::5] * bins).ceil() / bins
    confidences[0] = 1.0
    correct = torch.rand(size, generator=generator, device="cpu") < 0.6
    return Probe((confidences, correct, bins), "...")
