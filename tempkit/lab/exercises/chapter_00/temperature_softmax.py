"""Lab 00, ``temperature_softmax``: a softmax at a temperature that does not break."""

from __future__ import annotations

import torch
from torch import Tensor

from tempkit import pitfalls
from tempkit.lab.exercise import Exercise, Misconception, Probe
from tempkit.lab.exercises.chapter_00.values import logits_and_temperature
from tempkit.lab.exercises.probes import INF, WORDS, tensor
from tempkit.scaling import softmax

__all__ = ["TEMPERATURE_SOFTMAX"]


def overflowing(logits: Tensor, temperature: float) -> Tensor:
    """exp() of the scaled logits themselves."""
    weights = torch.exp(logits / temperature)
    return weights / weights.sum(-1, keepdim=True)


def divided_first(logits: Tensor, temperature: float) -> Tensor:
    """Stable against overflow, but the division rounds a large offset first."""
    return torch.softmax(logits / temperature, -1)


def first_axis(logits: Tensor, temperature: float) -> Tensor:
    """Classes taken along the first axis."""
    return softmax(logits, temperature, dim=0)


def divided_again(logits: Tensor, temperature: float) -> Tensor:
    """softmax(z / T) / T."""
    return softmax(logits, temperature) / temperature


def summed_over_the_first_axis(logits: Tensor, temperature: float) -> Tensor:
    """The weights of every column divided by their sum."""
    weights = not_normalised(logits, temperature)
    return weights / weights.sum(0)


def shifted_by_the_minimum(logits: Tensor, temperature: float) -> Tensor:
    """The minimum subtracted, which is -inf where a class is impossible."""
    return torch.softmax((logits - logits.amin(-1, keepdim=True)) / temperature, -1)


def shifted_by_the_mean(logits: Tensor, temperature: float) -> Tensor:
    """The mean subtracted, which is -inf where a class is impossible."""
    return torch.softmax((logits - logits.mean(-1, keepdim=True)) / temperature, -1)


def upside_down(logits: Tensor, temperature: float) -> Tensor:
    """max - z where z - max belongs."""
    return softmax(-logits.clamp_min(-1e30), temperature)


def one_maximum_for_all(logits: Tensor, temperature: float) -> Tensor:
    """The maximum of the whole batch subtracted from every row."""
    weights = torch.exp((logits - logits.max()) / temperature)
    return weights / weights.sum(-1, keepdim=True)


def one_sum_for_all(logits: Tensor, temperature: float) -> Tensor:
    """Divided by the sum over the whole batch."""
    weights = not_normalised(logits, temperature)
    return weights / weights.sum()


def one_sum_and_overflowing(logits: Tensor, temperature: float) -> Tensor:
    """The naive formula, without an axis."""
    weights = torch.exp(logits / temperature)
    return weights / weights.sum()


def not_normalised(logits: Tensor, temperature: float) -> Tensor:
    """The weights before the division by their sum."""
    return torch.exp((logits - logits.amax(-1, keepdim=True)) / temperature)


def log_probabilities(logits: Tensor, temperature: float) -> Tensor:
    """log_softmax where probabilities were asked for."""
    return torch.log(softmax(logits, temperature))


def without_temperature(logits: Tensor, _: float) -> Tensor:
    """T ignored."""
    return softmax(logits)


def batches(generator: torch.Generator) -> tuple[Probe, ...]:
    """Random rows with an impossible class at random temperatures, near zero and far from it, and
    two rows far from each other, hot and cold.
    """
    probes = []
    for offset in (0.0, -300.0, 20000.0):
        logits = 3 * torch.randn(3, 7, generator=generator, device="cpu").double() + offset
        logits[1, 2] = -INF
        temperature = 0.3 + 2 * torch.rand(1, generator=generator, device="cpu").item()
        probes.append(Probe((logits.float(), temperature), "..."))
    spread = 150 + 100 * torch.rand(1, generator=generator, device="cpu").item()
    far_apart = tensor([[900.0, 900.0 - spread], [0.0, -1.0]])
    return (*probes, Probe((far_apart, 60.0), "..."), Probe((far_apart, 1.5), "..."))


TEMPERATURE_SOFTMAX = Exercise(
    name="temperature_softmax",
    section="where-t-goes",
    reference=softmax,
    probes=(
        logits_and_temperature(WORDS, 2.0),
        logits_and_temperature(WORDS, 0.5),
        logits_and_temperature([[2.0, 1.0, 0.0], [0.0, 0.0, 3.0]], 0.7),
        logits_and_temperature([1.0, -INF, 0.0], 2.0),
        logits_and_temperature([1000.0, 999.0, 998.0], 2.0),
        logits_and_temperature([[0.0, 1.0, 2.0], [900.0, 901.0, 902.0]], 2.0),
        logits_and_temperature([1000.0, 800.0], 100.0),
        logits_and_temperature([10002.0, 10001.0, 10000.5], 0.7),
    ),
    hidden=batches,
    misconceptions=(
        Misconception("divided", pitfalls.divided, "outside-forms"),
        Misconception("divided-again", divided_again, "outside-forms"),
        Misconception("power-of-stored", pitfalls.power, "power-form"),
        Misconception("double-softmax", pitfalls.double_softmax, "outside-forms"),
        Misconception("unnormalised-power", pitfalls.unnormalised_power, "outside-forms"),
        Misconception("inverted", pitfalls.inverted, "outside-forms"),
        Misconception("twice", pitfalls.twice, "outside-forms"),
        Misconception("without-temperature", without_temperature, "where-t-goes"),
        Misconception("log-probabilities", log_probabilities, "softmax"),
        Misconception("not-normalised", not_normalised, "softmax"),
        Misconception("upside-down", upside_down, "softmax"),
        Misconception("first-axis", first_axis, "softmax", also=(summed_over_the_first_axis,)),
        Misconception(
            "one-sum-for-all", one_sum_for_all, "softmax", also=(one_sum_and_overflowing,)
        ),
        Misconception("one-maximum-for-all", one_maximum_for_all, "floating-point"),
        Misconception(
            "another-shift", shifted_by_the_minimum, "floating-point", also=(shifted_by_the_mean,)
        ),
        Misconception("overflowing", overflowing, "floating-point"),
        Misconception("divided-first", divided_first, "floating-point"),
    ),
)
