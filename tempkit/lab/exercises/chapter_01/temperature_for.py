"""Lab 01, ``temperature_for``: the temperature that gives an entropy."""

from __future__ import annotations

import math
from functools import cache

import torch
from torch import Tensor

from tempkit.information import temperature_for_entropy as solve
from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.chapter_01.entropy_curve import entropy_curve
from tempkit.lab.exercises.chapter_01.values import random_row
from tempkit.lab.exercises.probes import INF, WORDS, probe, tensor

__all__ = ["TEMPERATURE_FOR"]


def temperature_for(logits: Tensor, entropy: float) -> float:
    """The one finite T > 0, or a ValueError."""
    temperature = solve(logits.double(), entropy).item()
    if not 0 < temperature < INF:
        raise ValueError(f"no finite temperature above 0 has the entropy {entropy}")
    return temperature


def target_in_bits(logits: Tensor, entropy: float) -> float:
    """The entropy taken for bits."""
    return temperature_for(logits, entropy * math.log(2))


def inverse_temperature(logits: Tensor, entropy: float) -> float:
    """1/T returned as T."""
    return 1 / temperature_for(logits, entropy)


@cache
def solved(logits: tuple[float, ...], entropy: float) -> float:
    """The temperature on the whole of [0, inf]: an end where the entropy is not attained."""
    row = tensor(list(logits), torch.float64)
    lowest, highest = entropy_curve(row, [0.0, INF]).tolist()
    if entropy <= lowest:
        return 0.0
    return INF if entropy >= highest else solve(row, entropy).item()


def narrow_bracket(low: float, high: float) -> Answer:
    """A search that stops at an end of its interval when the answer lies outside."""

    def search(logits: Tensor, entropy: float) -> float:
        exact = solved(tuple(logits.tolist()), entropy)
        if not 0 < exact < INF:
            raise ValueError("no finite temperature above 0 has this entropy")
        return min(max(exact, low), high)

    return search


def reversed_search(low: float, high: float) -> Answer:
    """A bisection that goes down where it should go up: it ends at one of its ends."""

    def search(logits: Tensor, entropy: float) -> float:
        exact = solved(tuple(logits.tolist()), entropy)
        if not 0 < exact < INF:
            raise ValueError("no finite temperature above 0 has this entropy")
        return low if exact > math.sqrt(low * high) else high

    return search


ENDS = [
    (low, high)
    for low in (0.0, 1e-4, 1e-3, 0.01, 0.05, 0.1)
    for high in (5.0, 10.0, 20.0, 50.0, 100.0, 1000.0)
    if low > 1e-3 or high < 100  # the others hold the answers to all probes
]
WIDE_ENDS = [(10.0**low, 10.0**high) for low in range(-12, -1) for high in range(1, 13)]


def never_refuses(logits: Tensor, entropy: float) -> float:
    """A wide interval, but a number even where there is none to find."""
    return min(max(solved(tuple(logits.tolist()), entropy), 1e-6), 1e6)


def zero_times_anything(logits: Tensor, entropy: float) -> float:
    """A geometric middle with a lower end of 0 is always 0."""
    del logits, entropy
    return 0.0


def straight_line(logits: Tensor, entropy: float) -> float:
    """As if entropy rose in proportion to T from T = 1."""
    return entropy / entropy_curve(logits, [1.0]).item()


def attainable(generator: torch.Generator) -> tuple[Probe, ...]:
    """One entropy at three scales of the logits, and one below the floor that a tie sets."""
    logits = random_row(generator)
    target = entropy_curve(logits, [1.7]).item()
    tied = logits.clone()
    tied[[0, 3, 5]] = tied.max() + 1
    return (
        Probe((logits, target), "..."),
        Probe((0.01 * logits, target), "..."),
        Probe((40 * logits, target), "..."),
        Probe((tied, 0.9), "..."),
    )


TEMPERATURE_FOR = Exercise(
    name="temperature_for",
    section="inverse-problem",
    reference=temperature_for,
    probes=(
        probe(WORDS, 1.0),
        probe(WORDS, 1.5),
        probe([0.02, 0.01, 0.0], 0.5),
        probe([80.0, 40.0, 0.0], 1.0),
        probe(WORDS, 2.0),
        probe(WORDS, -0.5),
        probe([1.0, 1.0, 0.0], 0.5),
        probe([1.0, 0.0, -INF], 1.0),
    ),
    hidden=attainable,
    misconceptions=(
        Misconception("bits", target_in_bits, "inverse-problem"),
        Misconception("inverse-temperature", inverse_temperature, "inverse-problem"),
        Misconception("straight-line", straight_line, "inverse-problem"),
        Misconception(
            "narrow-bracket",
            narrow_bracket(0.1, 5.0),
            "inverse-problem",
            also=tuple(narrow_bracket(low, high) for low, high in ENDS),
        ),
        Misconception(
            "wrong-way",
            reversed_search(1e-6, 1e6),
            "inverse-problem",
            also=tuple(reversed_search(low, high) for low, high in WIDE_ENDS),
        ),
        Misconception("zero-end", zero_times_anything, "inverse-problem"),
        Misconception("never-refuses", never_refuses, "inverse-problem"),
    ),
    rtol=2e-3,
    atol=1e-9,
)
