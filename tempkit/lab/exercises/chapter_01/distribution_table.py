"""Lab 01, ``distribution_table``: one distribution at several temperatures, limits included."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.chapter_01.values import FIVE, random_row
from tempkit.lab.exercises.probes import INF, WORDS, probe, tensor
from tempkit.scaling import softmax

__all__ = ["DISTRIBUTION_TABLE", "distribution_table"]


def distribution_table(logits: Tensor, temperatures: list[float]) -> Tensor:
    """A row a temperature, limits included."""
    return torch.stack([softmax(logits, t) for t in temperatures])


def divided_by_zero(logits: Tensor, temperatures: list[float]) -> Tensor:
    """No case for T = 0: 0/0 at the maximum."""
    gaps = logits - logits.max()
    return torch.stack([torch.softmax(gaps / t, -1) for t in temperatures])


def first_of_the_ties(logits: Tensor, temperatures: list[float]) -> Tensor:
    """argmax at T = 0: one winner even where several tie."""
    rows = distribution_table(logits, temperatures)
    for row, t in zip(rows, temperatures, strict=True):
        if t == 0:
            row.zero_()[logits.argmax()] = 1.0
    return rows


def impossible_revived(logits: Tensor, temperatures: list[float]) -> Tensor:
    """1/V at T = inf, impossible tokens included."""
    rows = distribution_table(logits, temperatures)
    for row, t in zip(rows, temperatures, strict=True):
        if t == INF:
            row.fill_(1 / len(row))
    return rows


def indeterminate_at_infinity(logits: Tensor, temperatures: list[float]) -> Tensor:
    """-inf / inf is NaN."""
    rows = distribution_table(logits, temperatures)
    for row, t in zip(rows, temperatures, strict=True):
        if t == INF and (logits == -INF).any():
            row.fill_(math.nan)
    return rows


def clamped(smallest: float, largest: float = INF) -> Answer:
    """A smallest temperature in the place of 0, perhaps a largest one in the place of infinity."""

    def table(logits: Tensor, temperatures: list[float]) -> Tensor:
        return distribution_table(logits, [min(max(t, smallest), largest) for t in temperatures])

    return table


POWERS_OF_TEN = [10.0**exponent for exponent in range(2, 13)]


def not_shared(logits: Tensor, temperatures: list[float]) -> Tensor:
    """At T = 0 every one of the tied maxima gets 1."""
    rows = distribution_table(logits, temperatures)
    for row, t in zip(rows, temperatures, strict=True):
        if t == 0:
            row.copy_(logits == logits.max())
    return rows


def not_shared_at_infinity(logits: Tensor, temperatures: list[float]) -> Tensor:
    """At T = inf every possible word gets 1."""
    rows = distribution_table(logits, temperatures)
    for row, t in zip(rows, temperatures, strict=True):
        if t == INF:
            row.copy_(torch.isfinite(logits))
    return rows


def columns_normalised(logits: Tensor, temperatures: list[float]) -> Tensor:
    """A softmax over the temperatures instead of the words."""
    if 0 in temperatures or INF in temperatures:
        return distribution_table(logits, temperatures)
    return torch.softmax(torch.stack([logits / t for t in temperatures]), 0)


def knob_backwards(logits: Tensor, temperatures: list[float]) -> Tensor:
    """z * T between the limits."""
    between = [t if t in (0, INF) else 1 / t for t in temperatures]
    return distribution_table(logits, between)


def a_column_a_temperature(logits: Tensor, temperatures: list[float]) -> Tensor:
    """The table on its side."""
    return distribution_table(logits, temperatures).T


def limits(generator: torch.Generator) -> tuple[Probe, ...]:
    """Random rows with a tie and an impossible token, at random temperatures and both limits."""
    logits = random_row(generator)
    logits[[1, 4, 6]] = logits.max() + 0.5
    logits[2] = -INF
    finite = (0.2 + 3 * torch.rand(3, generator=generator, device="cpu")).tolist()
    return (Probe((logits, [0.0, *finite, INF]), "..."), Probe((logits, finite), "..."))


DISTRIBUTION_TABLE = Exercise(
    name="distribution_table",
    section="three-limits",
    reference=distribution_table,
    probes=(
        probe(WORDS, FIVE),
        probe([1.0, 0.0], [0.0, 1.0]),
        probe([1.0, 0.0, 1.0, 1.0], [0.0, 1.0]),
        probe([1.0, 0.9995, 0.0], [0.0, 0.5]),
        Probe(
            (tensor([2.0, 2 - 1e-12, 0.0], torch.float64), [0.0]), "[2.0, 2 - 1e-12, 0.0], [0.0]"
        ),
        probe([1.0, 0.0, 2.0], [1.0, INF]),
        probe([1e9, 0.0, 0.0], [INF]),
        probe([1.0, -INF, 2.0], [1.0, INF]),
    ),
    hidden=limits,
    misconceptions=(
        Misconception("inverted", knob_backwards, "only-differences"),
        Misconception("transposed", a_column_a_temperature, "full-spectrum"),
        Misconception("first-of-the-ties", first_of_the_ties, "ties"),
        Misconception("not-shared", not_shared, "ties"),
        Misconception("not-shared-at-infinity", not_shared_at_infinity, "three-limits"),
        Misconception("columns", columns_normalised, "full-spectrum"),
        Misconception(
            "clamped",
            clamped(1e-3),
            "three-limits",
            also=(
                *(clamped(1 / power) for power in POWERS_OF_TEN),
                *(clamped(1 / power, power) for power in POWERS_OF_TEN),
            ),
        ),
        Misconception("indeterminate", indeterminate_at_infinity, "three-limits"),
        Misconception("divided-by-zero", divided_by_zero, "three-limits"),
        Misconception("impossible-revived", impossible_revived, "three-limits"),
    ),
)
