"""Lab 07, ``every_temperature``: one row of logits, many temperatures, nothing divided twice."""

from __future__ import annotations

import itertools
import operator

import torch
from torch import Tensor

from tempkit.lab.exercise import Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import WORDS, between, normal, tensor
from tempkit.scaling import log_softmax, softmax

__all__ = ["EVERY_TEMPERATURE"]


def every_temperature(logits: Tensor, temperatures: list[float]) -> Tensor:
    """softmax(z / T) of the same z for each T, a row each."""
    return torch.stack([softmax(logits, temperature) for temperature in temperatures])


def divided_again(logits: Tensor, temperatures: list[float]) -> Tensor:
    """Each division works on what the last one left: the temperatures multiply."""
    return every_temperature(logits, list(itertools.accumulate(temperatures, operator.mul)))


def probabilities_fed_back(logits: Tensor, temperatures: list[float]) -> Tensor:
    """z = softmax(z / T) in the loop: each softmax of the one before."""
    rows = []
    for temperature in temperatures:
        logits = softmax(logits, temperature)
        rows.append(logits)
    return torch.stack(rows)


def still_logits(logits: Tensor, temperatures: list[float]) -> Tensor:
    """z / T, without a softmax."""
    return torch.stack([logits / temperature for temperature in temperatures])


def divided_outside(logits: Tensor, temperatures: list[float]) -> Tensor:
    """softmax(z) / T."""
    return torch.stack([softmax(logits) / temperature for temperature in temperatures])


def softmax_twice(logits: Tensor, temperatures: list[float]) -> Tensor:
    """softmax(softmax(z) / T)."""
    return every_temperature(softmax(logits), temperatures)


def upside_down(logits: Tensor, temperatures: list[float]) -> Tensor:
    """z T in the place of z / T."""
    return every_temperature(logits, [1 / temperature for temperature in temperatures])


def over_the_temperatures(logits: Tensor, temperatures: list[float]) -> Tensor:
    """softmax(..., dim=0): each token's shares among the temperatures."""
    return softmax(still_logits(logits, temperatures).T).T


def a_column_each(logits: Tensor, temperatures: list[float]) -> Tensor:
    """[V, K]: the rows stacked as columns."""
    return every_temperature(logits, temperatures).T


def a_column_each_over_the_columns(logits: Tensor, temperatures: list[float]) -> Tensor:
    """The same, and the softmax over the temperatures."""
    return over_the_temperatures(logits, temperatures).T


def first_everywhere(logits: Tensor, temperatures: list[float]) -> Tensor:
    """The first temperature in every row."""
    return every_temperature(logits, temperatures[:1] * len(temperatures))


def last_everywhere(logits: Tensor, temperatures: list[float]) -> Tensor:
    """The last temperature in every row: the same tensor was put in the list again and again."""
    return every_temperature(logits, temperatures[-1:] * len(temperatures))


def first_alone(logits: Tensor, temperatures: list[float]) -> Tensor:
    """``return`` inside the loop: one row, of the first temperature."""
    return softmax(logits, temperatures[0])


def one_row(logits: Tensor, temperatures: list[float]) -> Tensor:
    """The same row as a table of one."""
    return every_temperature(logits, temperatures[:1])


def whole_division(logits: Tensor, temperatures: list[float]) -> Tensor:
    """z // T."""
    return torch.stack([softmax(logits // temperature) for temperature in temperatures])


def logarithms(logits: Tensor, temperatures: list[float]) -> Tensor:
    """log_softmax."""
    return torch.stack([log_softmax(logits, temperature) for temperature in temperatures])


def rising(logits: Tensor, temperatures: list[float]) -> Tensor:
    """The temperatures sorted before use."""
    return every_temperature(logits, sorted(temperatures))


def other_rows(generator: torch.Generator) -> tuple[Probe, ...]:
    """Rows of another length, and temperatures in no order."""
    probes = []
    for size, lows in ((6, (1.4, 0.4, 2.5)), (9, (3.0, 0.6, 1.2, 0.3))):
        temperatures = [between(low, 1.4 * low, generator).item() for low in lows]
        probes.append(Probe((2 * normal(generator, size), temperatures), "..."))
    return tuple(probes)


EVERY_TEMPERATURE = Exercise(
    name="every_temperature",
    section="in-place",
    reference=every_temperature,
    probes=(
        Probe((tensor(WORDS), [2.0, 0.5, 1.0]), f"{WORDS}, [2.0, 0.5, 1.0]"),
        Probe((tensor([1.0, 0.0, -2.0, 0.5]), [1.6]), "[1.0, 0.0, -2.0, 0.5], [1.6]"),
        Probe((tensor([3.0, -1.0, 0.5]), [0.7, 4.0, 0.25]), "[3.0, -1.0, 0.5], [0.7, 4.0, 0.25]"),
    ),
    hidden=other_rows,
    misconceptions=(
        Misconception("divided-again", divided_again, "in-place"),
        Misconception("probabilities-fed-back", probabilities_fed_back, "in-place"),
        Misconception("still-logits", still_logits, "one-pass"),
        Misconception("divided-outside", divided_outside, "00:outside-forms"),
        Misconception("softmax-twice", softmax_twice, "00:outside-forms"),
        Misconception("upside-down", upside_down, "01:only-differences"),
        Misconception("over-the-temperatures", over_the_temperatures, "one-pass"),
        Misconception(
            "a-column-each",
            a_column_each,
            "one-pass",
            also=(a_column_each_over_the_columns,),
        ),
        Misconception("one-temperature", first_everywhere, "one-pass", also=(last_everywhere,)),
        Misconception("returned-early", first_alone, "one-pass", also=(one_row,)),
        Misconception("whole-division", whole_division, "one-pass"),
        Misconception("logarithms", logarithms, "one-pass"),
        Misconception("sorted", rising, "one-pass"),
    ),
)
