"""Lab 00, ``form_entropies``: the entropy of every form at one temperature."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from tempkit import pitfalls
from tempkit.information import entropy
from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.chapter_00.values import logits_and_temperature
from tempkit.lab.exercises.probes import INF, WORDS

__all__ = ["FORM_ENTROPIES", "rows_of_words"]


def weights_of_forms(logits: Tensor, temperature: float) -> dict[str, Tensor]:
    """The weights of the four forms that the exercise names."""
    logits = logits.double()
    return {
        "inside": pitfalls.inside(logits, temperature),
        "power": pitfalls.power(logits, temperature),
        "divided": pitfalls.divided(logits, temperature),
        "double_softmax": pitfalls.double_softmax(logits, temperature),
    }


def form_entropies(logits: Tensor, temperature: float) -> dict[str, float]:
    """Entropies in nats after renormalising."""
    return {
        name: torch.special.entr(weights / weights.sum()).sum().item()
        for name, weights in weights_of_forms(logits, temperature).items()
    }


def in_bits(logits: Tensor, temperature: float) -> dict[str, float]:
    """Base 2."""
    return {name: h / math.log(2) for name, h in form_entropies(logits, temperature).items()}


def negative(logits: Tensor, temperature: float) -> dict[str, float]:
    """Without the minus sign."""
    return {name: -h for name, h in form_entropies(logits, temperature).items()}


def left_as_they_are(*names: str) -> Answer:
    """-sum w log w with the weights of some forms not divided by their sum."""

    def entropies(logits: Tensor, temperature: float) -> dict[str, float]:
        weights = weights_of_forms(logits, temperature)
        p = torch.softmax(logits.double(), -1)
        raw = {"power": p ** (1 / temperature), "divided": weights["divided"]}
        wrong = {name: torch.special.entr(raw[name]).sum().item() for name in names}
        return form_entropies(logits, temperature) | wrong

    return entropies


def renormalised_by_softmax(logits: Tensor, temperature: float) -> dict[str, float]:
    """A second softmax where a division by the sum was asked for."""
    return {
        name: entropy(weights).item()
        for name, weights in weights_of_forms(logits, temperature).items()
    }


def tempered_before(logits: Tensor, temperature: float) -> dict[str, float]:
    """p taken as softmax(z / T) in every form."""
    tempered = logits.double() / temperature
    inside = form_entropies(logits, temperature)["inside"]
    return form_entropies(tempered, temperature) | {"inside": inside}


def without_parentheses(logits: Tensor, temperature: float) -> dict[str, float]:
    """p ** 1 / T, which is (p ** 1) / T."""
    entropies = form_entropies(logits, temperature)
    return entropies | {"power": entropies["divided"]}


def zero_times_log_zero(logits: Tensor, temperature: float) -> dict[str, float]:
    """-sum p * log(p), which is NaN as soon as one p is 0."""
    entropies = {}
    for name, weights in weights_of_forms(logits, temperature).items():
        p = weights / weights.sum()
        entropies[name] = -(p * p.log()).sum().item()
    return entropies


def power_of_temperature(logits: Tensor, temperature: float) -> dict[str, float]:
    """p ** T where the power is 1/T."""
    weights = pitfalls.unnormalised_power(logits.double(), 1 / temperature)
    h = torch.special.entr(weights / weights.sum()).sum().item()
    return form_entropies(logits, temperature) | {"power": h}


def double_softmax_of_logits(logits: Tensor, temperature: float) -> dict[str, float]:
    """T inside the inner softmax instead of between the two."""
    weights = torch.softmax(torch.softmax(logits.double() / temperature, -1), -1)
    h = torch.special.entr(weights).sum().item()
    return form_entropies(logits, temperature) | {"double_softmax": h}


def rows_of_words(generator: torch.Generator) -> tuple[Probe, ...]:
    """Random rows, one with an impossible class."""
    probes = []
    for masked in (False, True):
        logits = 2 * torch.randn(6, generator=generator, device="cpu").double()
        if masked:
            logits[3] = -INF
        temperature = 0.4 + 3 * torch.rand(1, generator=generator, device="cpu").item()
        probes.append(Probe((logits.float(), temperature), "..."))
    return tuple(probes)


FORM_ENTROPIES = Exercise(
    name="form_entropies",
    section="outside-forms",
    reference=form_entropies,
    probes=(
        logits_and_temperature(WORDS, 2.0),
        logits_and_temperature(WORDS, 0.5),
        logits_and_temperature([1.0, 0.0, -INF], 2.0),
    ),
    hidden=rows_of_words,
    misconceptions=(
        Misconception("bits", in_bits, "entropy"),
        Misconception("negative", negative, "entropy"),
        Misconception(
            "without-renormalising",
            left_as_they_are("power", "divided"),
            "what-a-sampler-hides",
            also=(left_as_they_are("divided"), left_as_they_are("power")),
        ),
        Misconception("softmax-to-renormalise", renormalised_by_softmax, "outside-forms"),
        Misconception("tempered-before", tempered_before, "outside-forms"),
        Misconception("without-parentheses", without_parentheses, "power-form"),
        Misconception("power-of-temperature", power_of_temperature, "power-form"),
        Misconception("double-softmax-of-logits", double_softmax_of_logits, "outside-forms"),
        Misconception("zero-times-log-zero", zero_times_log_zero, "entropy"),
    ),
)
