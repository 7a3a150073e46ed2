"""Lab 00, ``sampler_probabilities``: spot the bug: what a sampler draws from."""

from __future__ import annotations

from torch import Tensor

from tempkit import pitfalls
from tempkit.lab.exercise import Exercise, Misconception
from tempkit.lab.exercises.chapter_00.form_entropies import rows_of_words
from tempkit.lab.exercises.chapter_00.values import logits_and_temperature
from tempkit.lab.exercises.probes import WORDS
from tempkit.scaling import softmax

__all__ = ["SAMPLER_PROBABILITIES"]


def as_found(logits: Tensor, temperature: float) -> Tensor:
    """The code as it is shown: inside once, and the power form on top."""
    return softmax(logits, temperature**2)


def two_written_in(logits: Tensor, _: float) -> Tensor:
    """The temperature of the example, whatever was asked for."""
    return softmax(logits, 2.0)


def both_removed(logits: Tensor, _: float) -> Tensor:
    """Neither place kept."""
    return softmax(logits)


def square_root_kept(logits: Tensor, temperature: float) -> Tensor:
    """One of the two inverted instead of removed."""
    return pitfalls.inverted(logits, temperature)


SAMPLER_PROBABILITIES = Exercise(
    name="sampler_probabilities",
    section="outside-forms",
    reference=softmax,
    probes=(
        logits_and_temperature(WORDS, 2.0),
        logits_and_temperature(WORDS, 0.7),
        logits_and_temperature([3.0, 0.0, -1.0], 1.5),
    ),
    hidden=rows_of_words,
    misconceptions=(
        Misconception("as-found", as_found, "outside-forms"),
        Misconception("hard-coded", two_written_in, "where-t-goes"),
        Misconception("both-removed", both_removed, "where-t-goes"),
        Misconception("inverted", square_root_kept, "outside-forms"),
        Misconception("not-normalised", pitfalls.unnormalised_power, "outside-forms"),
        Misconception("divided", pitfalls.divided, "what-a-sampler-hides"),
    ),
)
