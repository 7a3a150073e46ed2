"""Samples of a perfectly calibrated model, of any size: what ECE they show by chance alone.

The confidences are drawn from those of the over-confident digits network at its fitted
temperature; every prediction is then right with the probability that it claims.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import Tensor

from tempkit import digits
from tempkit.calibration import expected_calibration_error, fit_temperature
from tempkit.scaling import softmax

__all__ = ["BINS", "ByChance", "by_chance", "normal_approximation", "perfect_confidences"]

BINS = 15
RUNS = 400


@dataclass(frozen=True)
class ByChance:
    """ECE of simulated samples: its mean, and the ends of its middle 95 %."""

    mean: float
    low: float
    high: float


@cache
def perfect_confidences() -> Tensor:
    """The confidences [4792] that the samples draw from."""
    network = digits.classifier()
    temperature = fit_temperature(*network.calibration).temperature
    return softmax(network.test.logits, temperature).amax(-1).cpu()


@cache
def by_chance(size: int, bins: int = BINS) -> ByChance:
    """400 samples of ``size`` predictions, from a generator seeded by the size."""
    generator = torch.Generator("cpu").manual_seed(size)
    pool, errors = perfect_confidences(), []
    for _ in range(RUNS):
        rows = torch.randint(len(pool), (size,), generator=generator, device="cpu")
        uniforms = torch.rand(size, generator=generator, dtype=torch.float64, device="cpu")
        errors.append(expected_calibration_error(pool[rows], uniforms < pool[rows], bins))
    low, high = np.quantile(errors, [0.025, 0.975]).tolist()
    return ByChance(float(np.mean(errors)), low, high)


def normal_approximation(size: int, bins: int = BINS) -> float:
    """``sqrt(2 / pi n) sum_k sqrt(w_k v_k)``, with the shares and variances of the whole pool."""
    pool = perfect_confidences()
    place = (pool * bins).ceil().long() - 1
    variance = torch.bincount(place, weights=pool * (1 - pool), minlength=bins) / len(pool)
    share = torch.bincount(place, minlength=bins) / len(pool)
    # share * (variance within the bin) is the bin's part of the variance over all.
    mean_within = variance / share.clamp(min=1 / len(pool))
    return math.sqrt(2 / (math.pi * size)) * (share * mean_within).sqrt().sum().item()
