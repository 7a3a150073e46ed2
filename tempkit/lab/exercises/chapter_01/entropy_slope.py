"""Lab 01, ``entropy_slope``: dH/dT as a variance."""

from __future__ import annotations

import torch
from torch import Tensor

from tempkit.lab.exercise import Exercise, Misconception, Probe
from tempkit.lab.exercises.chapter_01.values import random_row
from tempkit.lab.exercises.probes import WORDS, probe
from tempkit.scaling import softmax

__all__ = ["ENTROPY_SLOPE"]


def moments(logits: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and variance of the logits under a distribution."""
    logits = logits.double()
    mean = (weights * logits).sum()
    return mean, (weights * (logits - mean) ** 2).sum()


def entropy_slope(logits: Tensor, temperature: float) -> Tensor:
    """Var_q[z] / T^3."""
    return moments(logits, softmax(logits.double(), temperature))[1] / temperature**3


def slope_in_log_temperature(logits: Tensor, temperature: float) -> Tensor:
    """Var / T^2, the slope against log T."""
    return entropy_slope(logits, temperature) * temperature


def variance_alone(logits: Tensor, temperature: float) -> Tensor:
    """Var, without the chain rule."""
    return entropy_slope(logits, temperature) * temperature**3


def variance_at_one(logits: Tensor, temperature: float) -> Tensor:
    """The variance under p instead of q."""
    return moments(logits, softmax(logits.double()))[1] / temperature**3


def unweighted_variance(logits: Tensor, temperature: float) -> Tensor:
    """torch.var: every token alike."""
    return logits.double().var() / temperature**3


def unweighted_population_variance(logits: Tensor, temperature: float) -> Tensor:
    """torch.var(correction=0): every token alike."""
    return logits.double().var(correction=0) / temperature**3


def deviation(logits: Tensor, temperature: float) -> Tensor:
    """The standard deviation in the place of the variance."""
    return moments(logits, softmax(logits.double(), temperature))[1].sqrt() / temperature**3


def second_moment(logits: Tensor, temperature: float) -> Tensor:
    """E[z^2] without subtracting the square of the mean."""
    q = softmax(logits.double(), temperature)
    return (q * logits.double() ** 2).sum() / temperature**3


def variance_of_scaled(logits: Tensor, temperature: float) -> Tensor:
    """Var of z / T, which has lost a factor T^2 already."""
    return entropy_slope(logits, temperature) / temperature**2


def around_the_plain_mean(logits: Tensor, temperature: float) -> Tensor:
    """Weighted squares around an unweighted mean."""
    q, z = softmax(logits.double(), temperature), logits.double()
    return (q * (z - z.mean()) ** 2).sum() / temperature**3


def slope_in_inverse_temperature(logits: Tensor, temperature: float) -> Tensor:
    """dH/db for b = 1/T: -b Var."""
    return -entropy_slope(logits, temperature) * temperature**2


def slopes(generator: torch.Generator) -> tuple[Probe, ...]:
    """Two random rows."""
    return tuple(Probe((random_row(generator), t), "...") for t in (0.6, 2.5))


ENTROPY_SLOPE = Exercise(
    name="entropy_slope",
    section="slope",
    reference=entropy_slope,
    probes=(probe(WORDS, 2.0), probe(WORDS, 0.5), probe([3.0, -1.0, 0.0], 1.5)),
    hidden=slopes,
    misconceptions=(
        Misconception("per-log-temperature", slope_in_log_temperature, "slope"),
        Misconception("variance-alone", variance_alone, "slope"),
        Misconception("per-inverse-temperature", slope_in_inverse_temperature, "slope"),
        Misconception("scaled-logits", variance_of_scaled, "slope"),
        Misconception("variance-at-one", variance_at_one, "slope"),
        Misconception(
            "unweighted", unweighted_variance, "slope", also=(unweighted_population_variance,)
        ),
        Misconception("plain-mean", around_the_plain_mean, "slope"),
        Misconception("deviation", deviation, "slope"),
        Misconception("second-moment", second_moment, "slope"),
    ),
    rtol=5e-3,
)
