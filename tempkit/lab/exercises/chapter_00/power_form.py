"""Lab 00, ``power_form``: p^(1/T), renormalised."""

from __future__ import annotations

import torch
from torch import Tensor

from tempkit import pitfalls
from tempkit.lab.exercise import Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import WORDS, tensor
from tempkit.scaling import softmax

__all__ = ["POWER_FORM"]


def power_form(logits: Tensor, temperature: float, dtype: torch.dtype) -> Tensor:
    """Every step in the given dtype."""
    return pitfalls.power(logits.to(dtype), temperature)


def nothing_lost(logits: Tensor, temperature: float, _: torch.dtype) -> Tensor:
    """The true distribution: the power, or the inside form, taken in a wide dtype."""
    return softmax(logits.double(), temperature)


def power_left_unnormalised(logits: Tensor, temperature: float, dtype: torch.dtype) -> Tensor:
    """The power without the division by its sum."""
    return pitfalls.unnormalised_power(logits.to(dtype), temperature)


def power_inverted(logits: Tensor, temperature: float, dtype: torch.dtype) -> Tensor:
    """p ** T."""
    return pitfalls.power(logits.to(dtype), 1 / temperature)


def root_of_the_logits(logits: Tensor, temperature: float, dtype: torch.dtype) -> Tensor:
    """p / T renormalised: p again."""
    del temperature
    return torch.softmax(logits.to(dtype), -1)


def power_of_tempered(logits: Tensor, temperature: float, dtype: torch.dtype) -> Tensor:
    """softmax(z / T) to the power 1/T."""
    return pitfalls.power(logits.to(dtype) / temperature, temperature)


def in_dtype(values: list, temperature: float, dtype: torch.dtype) -> Probe:
    """A probe of power_form."""
    return Probe((tensor(values), temperature, dtype), f"{values}, {temperature}, {dtype}")


def spreads(generator: torch.Generator) -> tuple[Probe, ...]:
    """Rows that float16 loses at their far end, and the same in float64."""
    probes = []
    for dtype in (torch.float16, torch.float64):
        spread = 22 + 8 * torch.rand(1, generator=generator, device="cpu").item()
        logits = tensor([0.0, -spread / 3, -spread])
        probes.append(Probe((logits, 8.0, dtype), "..."))
    return tuple(probes)


POWER_FORM = Exercise(
    name="power_form",
    section="power-form",
    reference=power_form,
    probes=(
        in_dtype(WORDS, 2.0, torch.float64),
        in_dtype(WORDS, 0.5, torch.float32),
        in_dtype([0.0, -10.0, -20.0], 10.0, torch.float64),
        in_dtype([0.0, -10.0, -20.0], 10.0, torch.float16),
    ),
    hidden=spreads,
    misconceptions=(
        Misconception("unnormalised", power_left_unnormalised, "power-form"),
        Misconception("power-inverted", power_inverted, "power-form"),
        Misconception("twice", power_of_tempered, "outside-forms"),
        Misconception("no-effect", root_of_the_logits, "what-a-sampler-hides"),
        Misconception("nothing-lost", nothing_lost, "power-form"),
    ),
)
