"""Lab 01, ``full_spectrum``: spot the bug: probabilities over the whole vocabulary."""

from __future__ import annotations

import torch
from torch import Tensor

from tempkit.lab.exercise import Exercise, Misconception, Probe
from tempkit.lab.exercises.chapter_01.distribution_table import distribution_table
from tempkit.lab.exercises.chapter_01.values import random_row
from tempkit.lab.exercises.probes import probe

__all__ = ["FULL_SPECTRUM"]


def full_spectrum(logits: Tensor, temperatures: list[float], k: int) -> Tensor:
    """Probabilities over the whole vocabulary, of the k likeliest tokens."""
    top = logits.topk(k).indices
    return distribution_table(logits, temperatures)[:, top]


def shares_of_the_top(logits: Tensor, temperatures: list[float], k: int) -> Tensor:
    """The code as it is shown: a softmax over the top k alone, or a division by their sum."""
    return distribution_table(logits.topk(k).values, temperatures)


def percentages(logits: Tensor, temperatures: list[float], k: int) -> Tensor:
    """Times 100."""
    return 100 * full_spectrum(logits, temperatures, k)


def tempered_only_outside(logits: Tensor, temperatures: list[float], k: int) -> Tensor:
    """The top k of softmax(z), the same row for every temperature."""
    return full_spectrum(logits, [1.0] * len(temperatures), k)


def unsorted(logits: Tensor, temperatures: list[float], k: int) -> Tensor:
    """The first k tokens instead of the k likeliest."""
    return distribution_table(logits, temperatures)[:, :k]


def rising(logits: Tensor, temperatures: list[float], k: int) -> Tensor:
    """The least likely of the top k first."""
    return full_spectrum(logits, temperatures, k).flip(-1)


def indices(logits: Tensor, temperatures: list[float], k: int) -> Tensor:
    """Which words, instead of their probabilities."""
    return logits.topk(k).indices.expand(len(temperatures), -1)


def whole_vocabularies(generator: torch.Generator) -> tuple[Probe, ...]:
    """A wider vocabulary."""
    return (Probe((random_row(generator, 200), [0.5, 1.0, 7.0], 6), "..."),)


FULL_SPECTRUM = Exercise(
    name="full_spectrum",
    section="full-spectrum",
    reference=full_spectrum,
    probes=(
        probe([0.1, 2.0, 0.5, 1.0, 0.2], [0.5, 1.0, 2.0], 3),
        probe([0.0, 4.0, 1.0, 3.0, 2.0, 1.5], [1.0, 100.0], 2),
    ),
    hidden=whole_vocabularies,
    misconceptions=(
        Misconception("shares-of-the-top", shares_of_the_top, "full-spectrum"),
        Misconception("percentages", percentages, "full-spectrum"),
        Misconception("temperature-lost", tempered_only_outside, "full-spectrum"),
        Misconception("unsorted", unsorted, "full-spectrum"),
        Misconception("rising", rising, "full-spectrum"),
        Misconception("indices", indices, "full-spectrum"),
    ),
)
