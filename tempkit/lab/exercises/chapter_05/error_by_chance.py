"""Lab 05, ``error_by_chance``: the ECE that a perfectly calibrated model shows at this size."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.chapter_05.outcomes import errors

__all__ = ["ERROR_BY_CHANCE"]

Pair = tuple[float, float]


def summed_up(values: Tensor) -> Pair:
    """Mean and standard error of the mean."""
    return values.mean().item(), values.std().item() / math.sqrt(len(values))


def error_by_chance(confidences: Tensor, uniforms: Tensor, bins: int) -> Pair:
    """Each prediction is right with the probability that it claims."""
    return summed_up(errors(confidences, uniforms < confidences, bins))


def right_above(confidences: Tensor, uniforms: Tensor, bins: int) -> Pair:
    """The comparison the other way round: right with probability 1 - c."""
    return summed_up(errors(confidences, uniforms > confidences, bins))


def all_alike(confidences: Tensor, uniforms: Tensor, bins: int) -> Pair:
    """Every prediction right with the mean confidence."""
    return summed_up(errors(confidences, uniforms < confidences.mean(), bins))


def heads_or_tails(confidences: Tensor, uniforms: Tensor, bins: int) -> Pair:
    """Every prediction right half of the time."""
    return summed_up(errors(confidences, uniforms < 0.5, bins))


def gap_only(confidences: Tensor, uniforms: Tensor, _bins: int) -> Pair:
    """The overall gap of every run."""
    return summed_up(errors(confidences, uniforms < confidences, 1))


def pooled(confidences: Tensor, uniforms: Tensor, bins: int) -> Pair:
    """ECE of the accuracies over all runs: one sample, R times as large."""
    correct = (uniforms < confidences).double().mean(0, keepdim=True)
    error = error_by_chance(confidences, uniforms, bins)[1]
    return errors(confidences, correct, bins).item(), error


def pooled_without_error(confidences: Tensor, uniforms: Tensor, bins: int) -> Pair:
    """The same, with an error of 0."""
    return pooled(confidences, uniforms, bins)[0], 0.0


class Spread(NamedTuple):
    """What an error can be made of: deviation of the runs, their number, predictions in each."""

    deviation: float
    runs: int
    size: int


def error_as(change: Callable[[Spread], float]) -> Answer:
    """The right mean beside another error."""

    def answer(confidences: Tensor, uniforms: Tensor, bins: int) -> Pair:
        values = errors(confidences, uniforms < confidences, bins)
        spread = Spread(values.std().item(), len(uniforms), len(confidences))
        return values.mean().item(), change(spread)

    return answer


def error_first(confidences: Tensor, uniforms: Tensor, bins: int) -> Pair:
    """The two numbers in the other order."""
    mean, error = error_by_chance(confidences, uniforms, bins)
    return error, mean


def summed(confidences: Tensor, uniforms: Tensor, bins: int) -> Pair:
    """The sum over the runs in the place of the mean."""
    mean, error = error_by_chance(confidences, uniforms, bins)
    return mean * len(uniforms), error


def first_run(confidences: Tensor, uniforms: Tensor, bins: int) -> Pair:
    """One run alone: a return inside the loop."""
    values = errors(confidences, uniforms < confidences, bins)
    return values[0].item(), error_by_chance(confidences, uniforms, bins)[1]


def last_run(confidences: Tensor, uniforms: Tensor, bins: int) -> Pair:
    """The last run alone."""
    return first_run(confidences, uniforms.flip(0), bins)


def runs(generator: torch.Generator, size: int, bins: int, shown: str) -> Probe:
    """A hundred runs of ``size`` predictions."""
    confidences = 0.4 + 0.59 * torch.rand(size, generator=generator, device="cpu").double()
    uniforms = torch.rand(100, size, generator=generator, dtype=torch.float64, device="cpu")
    return Probe((confidences, uniforms, bins), shown)


def hidden(generator: torch.Generator) -> tuple[Probe, ...]:
    """Another sample, in other bins."""
    return (runs(generator, 30, 8, "..."),)


_SEEDED = torch.Generator("cpu").manual_seed(0)
SECTION = "ece-by-chance"

ERROR_BY_CHANCE = Exercise(
    name="error_by_chance",
    section=SECTION,
    reference=error_by_chance,
    probes=(
        runs(_SEEDED, 40, 5, "confidences [40], uniforms [100, 40], 5"),
        runs(_SEEDED, 25, 4, "confidences [25], uniforms [100, 25], 4"),
    ),
    hidden=hidden,
    misconceptions=(
        Misconception("right-above", right_above, SECTION),
        Misconception("all-alike", all_alike, SECTION, also=(heads_or_tails,)),
        Misconception("gap-only", gap_only, "ece"),
        Misconception("pooled", pooled, SECTION, also=(pooled_without_error,)),
        Misconception("one-run", first_run, SECTION, also=(last_run,)),
        Misconception("spread", error_as(lambda x: x.deviation), SECTION),
        Misconception(
            "other-root",
            error_as(lambda x: x.deviation / math.sqrt(x.size)),
            SECTION,
            also=(error_as(lambda x: x.deviation / math.sqrt(x.size * x.runs)),),
        ),
        Misconception("over-runs", error_as(lambda x: x.deviation / x.runs), SECTION),
        Misconception(
            "variance",
            error_as(lambda x: x.deviation**2 / x.runs),
            SECTION,
            also=(
                error_as(lambda x: x.deviation**2),
                error_as(lambda x: x.deviation**2 / math.sqrt(x.runs)),
            ),
        ),
        Misconception("error-first", error_first, SECTION),
        Misconception("summed", summed, SECTION),
    ),
    rtol=6e-3,  # n or n - 1 in the standard deviation of a hundred runs
)
