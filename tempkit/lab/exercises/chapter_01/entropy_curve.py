"""Lab 01, ``entropy_curve``: entropy against temperature."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from tempkit.information import entropy_sweep
from tempkit.lab.exercise import Exercise, Misconception, Probe
from tempkit.lab.exercises.chapter_01.distribution_table import distribution_table
from tempkit.lab.exercises.chapter_01.values import FIVE, random_row
from tempkit.lab.exercises.probes import WORDS, probe

__all__ = ["ENTROPY_CURVE", "entropy_curve"]


def entropy_curve(logits: Tensor, temperatures: list[float]) -> Tensor:
    """Entropy in nats at every temperature."""
    return entropy_sweep(logits, torch.tensor(temperatures, device="cpu")).entropy


def curve_in_bits(logits: Tensor, temperatures: list[float]) -> Tensor:
    """Base 2."""
    return entropy_curve(logits, temperatures) / math.log(2)


def curve_upside_down(logits: Tensor, temperatures: list[float]) -> Tensor:
    """Without the minus sign."""
    return -entropy_curve(logits, temperatures)


def curve_with_nan(logits: Tensor, temperatures: list[float]) -> Tensor:
    """-sum p log p with p = 0."""
    p = distribution_table(logits, temperatures)
    return -(p * p.log()).sum(-1)


def normalised_curve(logits: Tensor, temperatures: list[float]) -> Tensor:
    """Divided by log V."""
    return entropy_curve(logits, temperatures) / math.log(len(logits))


def curve_backwards(logits: Tensor, temperatures: list[float]) -> Tensor:
    """z * T."""
    return entropy_curve(logits, [1 / t for t in temperatures])


def cross_entropy_curve(logits: Tensor, temperatures: list[float]) -> Tensor:
    """-sum q log p: the tempered distribution inside, the untempered one in the logarithm."""
    return -(distribution_table(logits, temperatures) * torch.log_softmax(logits, -1)).sum(-1)


def averaged_curve(logits: Tensor, temperatures: list[float]) -> Tensor:
    """The mean of -q log q instead of its sum."""
    return entropy_curve(logits, temperatures) / len(logits)


def flat_curve(logits: Tensor, temperatures: list[float]) -> Tensor:
    """The entropy of softmax(z) at every temperature."""
    return entropy_curve(logits, [1.0] * len(temperatures))


def curves(generator: torch.Generator) -> tuple[Probe, ...]:
    """A random row over a wide range of temperatures."""
    return (Probe((random_row(generator), [0.002, 0.3, 1.0, 4.0, 50.0]), "..."),)


ENTROPY_CURVE = Exercise(
    name="entropy_curve",
    section="entropy-never-falls",
    reference=entropy_curve,
    probes=(probe(WORDS, FIVE), probe([2.0, 0.0], [0.5]), probe(WORDS, [0.001, 1.0])),
    hidden=curves,
    misconceptions=(
        Misconception("bits", curve_in_bits, "00:entropy"),
        Misconception("negative", curve_upside_down, "00:entropy"),
        Misconception("normalised", normalised_curve, "00:entropy"),
        Misconception("inverted", curve_backwards, "only-differences"),
        Misconception("cross-entropy", cross_entropy_curve, "00:entropy"),
        Misconception("mean-for-sum", averaged_curve, "00:entropy"),
        Misconception("temperature-lost", flat_curve, "only-differences"),
        Misconception("zero-times-log-zero", curve_with_nan, "00:entropy"),
    ),
)
