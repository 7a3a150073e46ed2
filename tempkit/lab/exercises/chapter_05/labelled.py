"""Labelled logits: their likelihood as a function of ``b = 1/T``, and the fit of a temperature.

Written without :mod:`tempkit.fitting`, which the lab asks its learners to resist.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from tempkit.scaling import softmax

__all__ = ["derivatives", "fitted", "label_logits", "labelled", "moments"]

Labelled = tuple[Tensor, Tensor]


def labelled(
    generator: torch.Generator, size: int, temperature: float, *, spread: float = 2.0
) -> Labelled:
    """Logits [size, 4] with labels drawn from their softmax at that temperature.

    Temperature 0 gives every row its own maximum: the training data of a network that knows them
    by heart.
    """
    logits = spread * torch.randn(size, 4, generator=generator, device="cpu").double()
    chances = softmax(logits, temperature)
    return logits, torch.multinomial(chances, 1, generator=generator)[:, 0]


def label_logits(logits: Tensor, labels: Tensor) -> Tensor:
    """The logit of each row's label [n]."""
    return logits.gather(-1, labels[:, None])[:, 0]


def moments(logits: Tensor, b: float) -> tuple[Tensor, Tensor]:
    """Mean and variance of each row's logits under its own softmax(b z)."""
    q = torch.softmax(b * logits, -1)
    mean = (q * logits).sum(-1)
    return mean, (q * (logits - mean[:, None]) ** 2).sum(-1)


def derivatives(logits: Tensor, labels: Tensor, b: float) -> tuple[Tensor, Tensor]:
    """Mean of E_q[z] - z_y and mean of Var_q[z]."""
    mean, variance = moments(logits, b)
    return (mean - label_logits(logits, labels)).mean(), variance.mean()


def fitted(logits: Tensor, labels: Tensor) -> tuple[float, float]:
    """The temperature of least NLL and its standard error, by bisection of the slope in log b.

    Between 0.0001 and 10000; 0, with an error of NaN, where every label has the largest logit.
    """
    if torch.equal(label_logits(logits, labels), logits.amax(-1)):
        return 0.0, math.nan
    low, high = -math.log(1e4), math.log(1e4)
    for _ in range(60):
        middle = (low + high) / 2
        slope, curvature = derivatives(logits, labels, math.exp(middle))
        low, high = (middle, high) if slope < 0 else (low, middle)
    temperature = math.exp(-middle)
    return temperature, temperature**2 / math.sqrt(len(labels) * curvature.item())
