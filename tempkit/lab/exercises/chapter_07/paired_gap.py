"""Lab 07, ``paired_gap``: the mean difference of two methods on the same texts, with its error."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import normal, tensor

__all__ = ["PAIRED_GAP"]


def paired_gap(first: Tensor, second: Tensor) -> tuple[float, float]:
    """The mean of first - second, and its standard error from pair to pair."""
    gaps = (first - second).double()
    return gaps.mean().item(), gaps.std().item() / math.sqrt(len(gaps))


def gap_and(error: Answer) -> Answer:
    """The right mean with another error: ``error(first, second)``."""

    def answer(first: Tensor, second: Tensor) -> tuple[float, float]:
        gap, _ = paired_gap(first, second)
        return gap, float(error(first.double(), second.double()))

    return answer


def unpaired(first: Tensor, second: Tensor) -> float:
    """Two errors, squared and added, as for texts that have nothing to do with each other."""
    return math.sqrt((first.var() + second.var()).item() / len(first))


def errors_added(first: Tensor, second: Tensor) -> float:
    """Two errors, added."""
    return (first.std() + second.std()).item() / math.sqrt(len(first))


def errors_subtracted(first: Tensor, second: Tensor) -> float:
    """The difference of the two errors."""
    return abs(first.std() - second.std()).item() / math.sqrt(len(first))


def other_sign(first: Tensor, second: Tensor) -> tuple[float, float]:
    """second - first."""
    return paired_gap(second, first)


def without_sign(first: Tensor, second: Tensor) -> tuple[float, float]:
    """The mean of the absolute differences."""
    gap = (first - second).abs().double()
    return gap.mean().item(), gap.std().item() / math.sqrt(len(gap))


def absolute_mean(first: Tensor, second: Tensor) -> tuple[float, float]:
    """The mean without its sign."""
    gap, error = paired_gap(first, second)
    return abs(gap), error


def error_first(first: Tensor, second: Tensor) -> tuple[float, float]:
    """The two numbers in the other order."""
    gap, error = paired_gap(first, second)
    return error, gap


def relative(first: Tensor, second: Tensor) -> tuple[float, float]:
    """In units of the second mean."""
    gap, error = paired_gap(first, second)
    scale = second.double().mean().item()
    return gap / scale, error / scale


def mean_ratio(first: Tensor, second: Tensor) -> tuple[float, float]:
    """The mean quotient, and its error."""
    quotients = (first / second).double()
    return quotients.mean().item(), quotients.std().item() / math.sqrt(len(quotients))


def of_the_gaps(scale: Answer) -> Answer:
    """The right mean, and ``scale(gaps, n)`` as its error."""
    return gap_and(lambda first, second: scale(first - second, len(first)))


def other_texts(generator: torch.Generator) -> tuple[Probe, ...]:
    """Two methods on texts that differ more from each other than the methods do."""
    probes = []
    for size, sign in ((7, 1), (12, -1)):
        texts = 3 + normal(generator, size).abs()
        change = sign * (0.7 + 0.3 * normal(generator, size).abs())
        change[0] = -change[0]
        probes.append(Probe((texts + change, texts), "..."))
    return tuple(probes)


def _probe(first: list, second: list) -> Probe:
    return Probe((tensor(first), tensor(second)), f"{first}, {second}")


PAIRED_GAP = Exercise(
    name="paired_gap",
    section="paired",
    reference=paired_gap,
    probes=(
        _probe([4.0, 9.0, 3.0, 8.0], [3.0, 7.0, 3.5, 6.5]),
        _probe([0.5, 2.5, 1.0, 4.0, 1.5], [1.0, 3.5, 1.25, 5.0, 1.0]),
    ),
    hidden=other_texts,
    misconceptions=(
        Misconception("unpaired", gap_and(unpaired), "paired", also=(gap_and(errors_added),)),
        Misconception("errors-subtracted", gap_and(errors_subtracted), "paired"),
        Misconception("one-text", of_the_gaps(lambda gaps, _: gaps.std()), "paired"),
        Misconception("over-n", of_the_gaps(lambda gaps, n: gaps.std() / n), "paired"),
        Misconception(
            "variance",
            of_the_gaps(lambda gaps, n: gaps.var() / n),
            "paired",
            also=(of_the_gaps(lambda gaps, _: gaps.var()),),
        ),
        Misconception(
            "n-in-the-variance",
            of_the_gaps(lambda gaps, n: gaps.std(correction=0) / math.sqrt(n)),
            "paired",
        ),
        Misconception(
            "n-minus-one-twice",
            of_the_gaps(lambda gaps, n: gaps.std() / math.sqrt(n - 1)),
            "paired",
        ),
        Misconception("without-sign", without_sign, "paired", also=(absolute_mean,)),
        Misconception("other-sign", other_sign, "paired"),
        Misconception("error-first", error_first, "paired"),
        Misconception("relative", relative, "paired", also=(mean_ratio,)),
    ),
)
