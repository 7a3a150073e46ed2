"""How the cost grows with the vocabulary, the rows and the number of temperatures."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import linear_regression, median

import torch

from benchmarks.logits import like_a_language_model
from benchmarks.race import Call, Contender, race
from tempkit.information import entropy_sweep
from tempkit.sampling import sample

_VOCABULARY = 50257
_VOCABULARIES = (1000, 4000, 16_000, 64_000, 256_000, 1_000_000)
_ROWS = (1, 4, 16, 64, 256, 1024)
_TEMPERATURES = (1, 10, 100, 1000)
#: What remains of each axis in a quick run.
_QUICK_SIZES = 2


@dataclass(frozen=True)
class Growth:
    """Median seconds of a call at each size; the slope is that of a line through the logarithms."""

    function: str
    axis: str
    sizes: list[int]
    seconds: list[float]
    slope: float


def grow(*, quick: bool = False) -> list[Growth]:
    """Every function along its axes."""
    axes = [
        ("tempkit.sample", "vocabulary, 1 row", _VOCABULARIES, _sample_vocabulary),
        ("tempkit.sample", f"rows of {_VOCABULARY}", _ROWS, _sample_rows),
        ("tempkit.entropy_sweep", "vocabulary, 200 temperatures", _VOCABULARIES, _sweep_vocabulary),
        ("tempkit.entropy_sweep", f"temperatures, 1 x {_VOCABULARY}", _TEMPERATURES, _sweep),
    ]
    return [
        _along(function, axis, sizes[:_QUICK_SIZES] if quick else sizes, make, quick)
        for function, axis, sizes, make in axes
    ]


def _along(
    function: str, axis: str, sizes: tuple[int, ...], make: Callable[[int], Call], quick: bool
) -> Growth:
    seconds = []
    for size in sizes:
        [outcome] = race(
            [Contender(function, lambda size=size: make(size), "ours")],
            seconds=0.05 if quick else 0.5,
            least_rounds=3,
        )
        if outcome.problem:
            raise RuntimeError(f"{function} at {size} {axis}: {outcome.problem}")
        seconds.append(median(outcome.seconds))
    logarithms = [[math.log(x) for x in values] for values in (sizes, seconds)]
    return Growth(function, axis, list(sizes), seconds, linear_regression(*logarithms).slope)


def _sample_vocabulary(size: int) -> Call:
    logits = like_a_language_model(1, size)
    return lambda: sample(logits, 0.7)


def _sample_rows(size: int) -> Call:
    logits = like_a_language_model(size, _VOCABULARY)
    return lambda: sample(logits, 0.7)


def _sweep_vocabulary(size: int) -> Call:
    logits, temperatures = like_a_language_model(1, size), _temperatures(200)
    return lambda: entropy_sweep(logits, temperatures)


def _sweep(size: int) -> Call:
    logits, temperatures = like_a_language_model(1, _VOCABULARY), _temperatures(size)
    return lambda: entropy_sweep(logits, temperatures)


def _temperatures(count: int) -> torch.Tensor:
    return torch.logspace(-1, math.log10(5), count, dtype=torch.float64)
