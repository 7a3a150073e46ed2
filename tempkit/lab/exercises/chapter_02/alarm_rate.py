"""Lab 02, ``alarm_rate``: how often an honest sampler is accused."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import tensor

__all__ = ["ALARM_RATE"]


def alarm_rate(statistics: Tensor, threshold: float) -> tuple[float, float]:
    """The share above the threshold, and its standard error."""
    rate = (statistics > threshold).double().mean().item()
    return rate, math.sqrt(rate * (1 - rate) / len(statistics))


def rate_and(error: Answer) -> Answer:
    """The right rate with another error: ``error(rate, n)``."""

    def answer(statistics: Tensor, threshold: float) -> tuple[float, float]:
        rate, _ = alarm_rate(statistics, threshold)
        return rate, error(rate, len(statistics))

    return answer


def quiet_rate(statistics: Tensor, threshold: float) -> tuple[float, float]:
    """The share that raises no alarm."""
    rate, error = alarm_rate(statistics, threshold)
    return 1 - rate, error


def below_the_threshold(statistics: Tensor, threshold: float) -> tuple[float, float]:
    """The share below: those on the threshold left out too."""
    rate = (statistics < threshold).double().mean().item()
    return rate, math.sqrt(rate * (1 - rate) / len(statistics))


def number_of_alarms(statistics: Tensor, threshold: float) -> tuple[float, float]:
    """How many alarms, instead of which share."""
    rate, error = alarm_rate(statistics, threshold)
    return rate * len(statistics), error * len(statistics)


def number_and_error_of_the_share(statistics: Tensor, threshold: float) -> tuple[float, float]:
    """How many alarms, with the error of the share."""
    rate, error = alarm_rate(statistics, threshold)
    return rate * len(statistics), error


def alarm_error_first(statistics: Tensor, threshold: float) -> tuple[float, float]:
    """The two numbers in the other order."""
    rate, error = alarm_rate(statistics, threshold)
    return error, rate


def threshold_included(statistics: Tensor, threshold: float) -> tuple[float, float]:
    """A statistic on the threshold taken for one above it."""
    rate = (statistics >= threshold).double().mean().item()
    return rate, math.sqrt(rate * (1 - rate) / len(statistics))


def threshold_of_its_own(threshold: float) -> Answer:
    """The threshold of the lab written into the function."""

    def answer(statistics: Tensor, _: float) -> tuple[float, float]:
        return alarm_rate(statistics, threshold)

    return answer


def spread_of_the_statistics(statistics: Tensor, threshold: float) -> tuple[float, float]:
    """The scatter of the statistics, which is another quantity."""
    rate, _ = alarm_rate(statistics, threshold)
    return rate, statistics.double().std().item() / math.sqrt(len(statistics))


def other_alarms(generator: torch.Generator) -> tuple[Probe, ...]:
    """Statistics with some above the threshold, and some on it."""
    made = 4 * torch.rand(250, generator=generator, device="cpu", dtype=torch.float64)
    made[:30], made[30:60] = 3.0, 2.2
    return (Probe((made, 3.0), "..."), Probe((made[:90], 2.2), "..."))


ALARM_RATE = Exercise(
    name="alarm_rate",
    section="false-alarms",
    reference=alarm_rate,
    probes=(
        Probe(
            (tensor([1.0, 2.0, 3.0, 9.5, 12.0] * 40), 9.5), "[1.0, 2.0, 3.0, 9.5, 12.0] * 40, 9.5"
        ),
        Probe((tensor([0.5] * 180 + [30.0] * 20), 9.5), "[0.5] * 180 + [30.0] * 20, 9.5"),
        # Another n, another threshold, and statistics that lie on it.
        Probe(
            (tensor([2.0, 6.0, 7.75, 8.0, 30.0] * 20), 7.75),
            "[2.0, 6.0, 7.75, 8.0, 30.0] * 20, 7.75",
        ),
    ),
    hidden=other_alarms,
    misconceptions=(
        Misconception("quiet", quiet_rate, "false-alarms", also=(below_the_threshold,)),
        Misconception(
            "own-threshold",
            threshold_of_its_own(9.49),
            "false-alarms",
            also=(threshold_of_its_own(9.488), threshold_of_its_own(5.0)),
        ),
        Misconception("threshold-included", threshold_included, "false-alarms"),
        Misconception(
            "number", number_of_alarms, "false-alarms", also=(number_and_error_of_the_share,)
        ),
        Misconception(
            "one-trial", rate_and(lambda rate, _: math.sqrt(rate * (1 - rate))), "false-alarms"
        ),
        Misconception(
            "over-n", rate_and(lambda rate, n: math.sqrt(rate * (1 - rate)) / n), "false-alarms"
        ),
        Misconception("variance", rate_and(lambda rate, n: rate * (1 - rate) / n), "false-alarms"),
        Misconception(
            "root-of-n-alone",
            rate_and(lambda rate, n: rate * (1 - rate) / math.sqrt(n)),
            "false-alarms",
        ),
        Misconception("poisson", rate_and(lambda rate, n: math.sqrt(rate / n)), "false-alarms"),
        Misconception("spread", spread_of_the_statistics, "false-alarms"),
        Misconception("error-first", alarm_error_first, "false-alarms"),
    ),
    # A sample's standard deviation has n - 1 where this has n: the same to the digits that count.
    rtol=8e-3,
)
