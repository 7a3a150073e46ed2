"""Lab 09, ``regret_report``: mean and median of many runs, each with its standard error."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import between

__all__ = ["REGRET_REPORT"]

Report = dict[str, float]


def quantile(regrets: Tensor, place: float) -> float:
    """The value below which that share of the runs lies, interpolated."""
    return torch.quantile(regrets.double(), place).item()


def regret_report(regrets: Tensor) -> Report:
    """The median's error is half the distance between the quantiles at 1/2 ± 1/(2 sqrt(n))."""
    regrets = regrets.double()
    n, half = len(regrets), 0.5 / math.sqrt(len(regrets))
    return {
        "mean": regrets.mean().item(),
        "mean_error": regrets.std().item() / math.sqrt(n),
        "median": quantile(regrets, 0.5),
        "median_error": (quantile(regrets, 0.5 + half) - quantile(regrets, 0.5 - half)) / 2,
    }


def with_part(part: str, change: Answer) -> Answer:
    """The right report with one part changed: ``change(regrets, report)``."""

    def answer(regrets: Tensor) -> Report:
        report = regret_report(regrets)
        return report | {part: change(regrets.double(), report)}

    return answer


def between_quantiles(low: float, high: float, divisor: float = 1.0) -> Answer:
    """The distance between two fixed quantiles."""
    return lambda x, _: (quantile(x, high) - quantile(x, low)) / divisor


def a_place_away(x: Tensor, _: Report) -> float:
    """Half the distance between the quantiles at 1/2 ± 1/2n: the neighbours of the median."""
    half = 0.5 / len(x)
    return (quantile(x, 0.5 + half) - quantile(x, 0.5 - half)) / 2


def whole_root_away(x: Tensor, _: Report) -> float:
    """Half the distance between the quantiles at 1/2 ± 1/sqrt(n): twice as far."""
    half = 1 / math.sqrt(len(x))
    return (quantile(x, 0.5 + half) - quantile(x, 0.5 - half)) / 2


def exchanged(regrets: Tensor) -> Report:
    """Mean for median and median for mean."""
    report = regret_report(regrets)
    return {
        "mean": report["median"],
        "mean_error": report["median_error"],
        "median": report["mean"],
        "median_error": report["mean_error"],
    }


def skewed(generator: torch.Generator, n: int) -> Tensor:
    """Most runs cheap, some ruinous, and a gap between the two in the middle.

    So many that dividing by n - 1 or by n is the same to the digits compared.
    """
    cheap = between(20, 30, generator, n // 2)
    dear = 36 + between(0, 4, generator, n - n // 2).exp() * 6
    both = torch.cat([cheap, dear])
    return both[torch.randperm(n, generator=generator, device="cpu")]


def runs(seed: int, n: int) -> Tensor:
    """Visible runs, the same each time."""
    return skewed(torch.Generator("cpu").manual_seed(seed), n)


REGRET_REPORT = Exercise(
    name="regret_report",
    section="median-error",
    reference=regret_report,
    probes=(
        Probe((runs(0, 400),), "regrets [400]"),
        Probe((runs(1, 900),), "regrets [900]"),
    ),
    hidden=lambda generator: tuple(Probe((skewed(generator, n),), "...") for n in (400, 1000)),
    misconceptions=(
        Misconception(
            "lower-median",
            with_part("median", lambda x, _: x.median().item()),
            "median-error",
            also=(with_part("median", lambda x, _: x.sort().values[len(x) // 2].item()),),
        ),
        Misconception(
            "unsorted",
            with_part("median", lambda x, _: x[len(x) // 2].item()),
            "median-error",
            also=(
                with_part("median", lambda x, _: (x[len(x) // 2 - 1] + x[len(x) // 2]).item() / 2),
            ),
        ),
        Misconception(
            "spread", with_part("mean_error", lambda x, _: x.std().item()), "median-error"
        ),
        Misconception(
            "over-n",
            with_part("mean_error", lambda x, _: x.std().item() / len(x)),
            "median-error",
        ),
        Misconception(
            "variance",
            with_part("mean_error", lambda x, _: x.var().item() / len(x)),
            "median-error",
            also=(with_part("mean_error", lambda x, _: x.var().item() / math.sqrt(len(x))),),
        ),
        Misconception(
            "error-of-the-mean",
            with_part("median_error", lambda _, report: report["mean_error"]),
            "median-error",
        ),
        Misconception(
            "normal-runs",
            with_part(
                "median_error", lambda _, report: math.sqrt(math.pi / 2) * report["mean_error"]
            ),
            "median-error",
            also=(with_part("median_error", lambda _, report: 1.25 * report["mean_error"]),),
        ),
        Misconception(
            "whole-distance",
            with_part("median_error", lambda _, report: 2 * report["median_error"]),
            "median-error",
        ),
        Misconception("twice-as-far", with_part("median_error", whole_root_away), "median-error"),
        Misconception(
            "quartiles",
            with_part("median_error", between_quantiles(0.25, 0.75)),
            "median-error",
            also=(
                with_part("median_error", between_quantiles(0.25, 0.75, 2)),
                with_part(
                    "median_error",
                    lambda x, r: between_quantiles(0.25, 0.75)(x, r) / math.sqrt(len(x)),
                ),
            ),
        ),
        Misconception("a-place-away", with_part("median_error", a_place_away), "median-error"),
        Misconception("exchanged", exchanged, "median-error"),
    ),
    rtol=2e-3,
)
