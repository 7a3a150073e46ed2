"""paired_difference: what one way of training gains over another, seed by seed."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from tempkit.lab.exercise import Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import tensor

__all__ = ["PAIRED_DIFFERENCE", "paired_difference"]

ONE = [0.81, 0.84, 0.78, 0.86, 0.80, 0.83]
OTHER = [0.79, 0.81, 0.77, 0.82, 0.79, 0.80]
WORSE = [0.90, 0.88, 0.93, 0.91]
BETTER = [0.93, 0.94, 0.92, 0.96]


def paired_difference(first: Tensor, second: Tensor) -> tuple[float, float]:
    """Mean of the differences and its standard error."""
    difference = first - second
    return difference.mean().item(), difference.std().item() / math.sqrt(len(difference))


def mean(first: Tensor, second: Tensor) -> float:
    """The mean difference."""
    return (first - second).mean().item()


def unpaired(first: Tensor, second: Tensor) -> tuple[float, float]:
    """As if the two lists came of different seeds."""
    variance = first.var().item() / len(first) + second.var().item() / len(second)
    return mean(first, second), math.sqrt(variance)


def errors_added(first: Tensor, second: Tensor) -> tuple[float, float]:
    """The sum of the two standard errors."""
    return mean(first, second), (first.std() + second.std()).item() / math.sqrt(len(first))


def spread(first: Tensor, second: Tensor) -> tuple[float, float]:
    """The scatter of one difference."""
    return mean(first, second), (first - second).std().item()


def over_n(first: Tensor, second: Tensor) -> tuple[float, float]:
    """Divided by n instead of its root."""
    return mean(first, second), (first - second).std().item() / len(first)


def variance_of_the_mean(first: Tensor, second: Tensor) -> tuple[float, float]:
    """Not yet the root."""
    return mean(first, second), (first - second).var().item() / len(first)


def of_the_population(first: Tensor, second: Tensor) -> tuple[float, float]:
    """n where n - 1 belongs."""
    return mean(first, second), (first - second).std(correction=0).item() / math.sqrt(len(first))


def unpaired_of_the_population(first: Tensor, second: Tensor) -> tuple[float, float]:
    """Not paired, and with n as well."""
    variance = (first.var(correction=0) + second.var(correction=0)).item() / len(first)
    return mean(first, second), math.sqrt(variance)


def the_other_way(first: Tensor, second: Tensor) -> tuple[float, float]:
    """Second minus first."""
    return paired_difference(second, first)


def error_first(first: Tensor, second: Tensor) -> tuple[float, float]:
    """The two numbers in the other order."""
    value, error = paired_difference(first, second)
    return error, value


def without_signs(first: Tensor, second: Tensor) -> tuple[float, float]:
    """Losses counted as gains."""
    difference = (first - second).abs()
    return difference.mean().item(), difference.std().item() / math.sqrt(len(difference))


def relative(first: Tensor, second: Tensor) -> tuple[float, float]:
    """Per cent of the second."""
    difference = (first - second) / second
    return difference.mean().item(), difference.std().item() / math.sqrt(len(difference))


def other_seeds(generator: torch.Generator) -> tuple[Probe, ...]:
    """Accuracies of seven seeds, the seed's part larger than the difference."""
    draws = torch.rand(3, 7, generator=generator, dtype=torch.float64, device="cpu")
    first = 0.7 + 0.1 * draws[0] + 0.04 * draws[1]
    second = 0.7 + 0.1 * draws[0] + 0.04 * draws[2]
    return (Probe((first, second), "..."),)


PAIRED_DIFFERENCE = Exercise(
    name="paired_difference",
    section="does-it-help",
    reference=paired_difference,
    probes=(
        Probe(
            (tensor(ONE, torch.float64), tensor(OTHER, torch.float64)),
            f"{ONE}, {OTHER}",
        ),
        Probe((tensor(WORSE, torch.float64), tensor(BETTER, torch.float64)), f"{WORSE}, {BETTER}"),
    ),
    hidden=other_seeds,
    misconceptions=(
        Misconception("unpaired", unpaired, "does-it-help", also=(unpaired_of_the_population,)),
        Misconception("errors-added", errors_added, "does-it-help"),
        Misconception("one-seed", spread, "does-it-help"),
        Misconception("over-n", over_n, "does-it-help"),
        Misconception("variance", variance_of_the_mean, "does-it-help"),
        Misconception("population", of_the_population, "does-it-help"),
        Misconception("other-way", the_other_way, "does-it-help"),
        Misconception("error-first", error_first, "does-it-help"),
        Misconception("without-signs", without_signs, "does-it-help"),
        Misconception("relative", relative, "does-it-help"),
    ),
    atol=1e-7,
    rtol=2e-3,
)
