"""Lab 01, ``entropy_from_draws``: entropy estimated from draws, with its error."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from tempkit.lab.exercise import Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import tensor

__all__ = ["ENTROPY_FROM_DRAWS"]


def entropy_from_draws(surprisals: Tensor) -> tuple[float, float]:
    """Mean and its standard error."""
    return surprisals.mean().item(), surprisals.std().item() / math.sqrt(len(surprisals))


def spread_of_one_draw(surprisals: Tensor) -> tuple[float, float]:
    """The standard deviation, which more draws do not shrink."""
    return surprisals.mean().item(), surprisals.std().item()


def shrinks_too_fast(surprisals: Tensor) -> tuple[float, float]:
    """Divided by n instead of its root."""
    return surprisals.mean().item(), surprisals.std().item() / len(surprisals)


def variance_of_the_mean(surprisals: Tensor) -> tuple[float, float]:
    """Var / n without the root."""
    return surprisals.mean().item(), surprisals.var().item() / len(surprisals)


def summed(surprisals: Tensor) -> tuple[float, float]:
    """The sum where the mean belongs."""
    return surprisals.sum().item(), surprisals.std().item() / math.sqrt(len(surprisals))


def half_a_root(surprisals: Tensor) -> tuple[float, float]:
    """The variance divided by the root of n."""
    return surprisals.mean().item(), surprisals.var().item() / math.sqrt(len(surprisals))


def error_first(surprisals: Tensor) -> tuple[float, float]:
    """The two numbers in the other order."""
    estimate, error = entropy_from_draws(surprisals)
    return error, estimate


def other_samples(generator: torch.Generator) -> tuple[Probe, ...]:
    """Surprisals of another size and scale."""
    return (Probe((3 * torch.rand(900, generator=generator, device="cpu"),), "..."),)


ENTROPY_FROM_DRAWS = Exercise(
    name="entropy_from_draws",
    section="slope",
    reference=entropy_from_draws,
    probes=(
        Probe((tensor([0.5, 1.5] * 200),), "[0.5, 1.5, 0.5, ...]"),
        Probe((tensor([0.1, 0.1, 0.1, 2.3] * 100),), "[0.1, 0.1, 0.1, 2.3, ...]"),
    ),
    hidden=other_samples,
    misconceptions=(
        Misconception("one-draw", spread_of_one_draw, "slope"),
        Misconception("over-n", shrinks_too_fast, "slope"),
        Misconception("variance", variance_of_the_mean, "slope"),
        Misconception("variance-over-root", half_a_root, "slope"),
        Misconception("error-first", error_first, "slope"),
        Misconception("sum", summed, "slope"),
    ),
    rtol=5e-3,
)
