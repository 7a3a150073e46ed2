"""The recipe "if it is not sure enough, ask again at half the temperature", taken at its word."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import INF, tensor
from tempkit.scaling import softmax

__all__ = ["RETRY_COLDER"]

Masks = dict[str, Tensor]
#: Logits and temperature to the confidence of a pass.
Pass = Callable[[Tensor, float], Tensor]

ROWS = [
    [4.0, 0.0, 0.0, 0.0],
    [2.0, 0.0, 0.0, 0.0],
    [1.0, 1.2, 0.0, 0.4],
    [0.0, 1.5, 0.2, -1.0],
    [2.2, 0.0, 1.9, 0.0],
    [0.0, 0.3, 0.0, 2.6],
]
#: The first is sure to one half exactly, at any temperature.
AT_THE_THRESHOLD = [[0.0, 0.0, -INF, -INF], [1.0, 0.9, 0.8, 0.7], [3.0, 0.0, 0.0, 0.0]]


def confidence(logits: Tensor, temperature: float) -> Tensor:
    """The largest probability of a row."""
    return softmax(logits, temperature).amax(-1)


def colder(logits: Tensor, temperature: float) -> Tensor:
    """The confidence of the second pass."""
    return confidence(logits, temperature / 2)


def masks(first: Tensor, second: Tensor) -> Masks:
    """Accepted at once, and accepted by the second pass alone."""
    return {"first": first, "rescued": second & ~first}


def recipe(first: Pass, second: Pass) -> Answer:
    """The recipe with these two passes."""

    def answer(logits: Tensor, temperature: float, threshold: float) -> Masks:
        return masks(
            first(logits, temperature) >= threshold, second(logits, temperature) >= threshold
        )

    return answer


retry_colder = recipe(confidence, colder)


def above(first: Tensor, second: Tensor, threshold: float) -> Masks:
    """A confidence of exactly the threshold is rejected, in either pass."""
    return masks(first > threshold, second > threshold)


def above_at_first(first: Tensor, second: Tensor, threshold: float) -> Masks:
    """In the first pass alone."""
    return masks(first > threshold, second >= threshold)


def compared(compare: Callable[[Tensor, Tensor, float], Masks]) -> Answer:
    """The right passes, compared with the threshold in another way."""

    def answer(logits: Tensor, temperature: float, threshold: float) -> Masks:
        return compare(confidence(logits, temperature), colder(logits, temperature), threshold)

    return answer


def changed(change: Callable[[Masks], Masks]) -> Answer:
    """Something else made of the right masks."""

    def answer(*given: object) -> Masks:
        return change(retry_colder(*given))

    return answer


def all_of_the_second(given: Masks) -> Masks:
    """The second mask holds the rows of the first as well."""
    return {"first": given["first"], "rescued": given["first"] | given["rescued"]}


def rejected(given: Masks) -> Masks:
    """What the first pass leaves, whatever the second says."""
    return {"first": given["first"], "rescued": ~given["first"]}


def exchanged(given: Masks) -> Masks:
    """Each mask under the name of the other."""
    return {"first": given["rescued"], "rescued": given["first"]}


def positions(given: Masks) -> Masks:
    """Which rows, by number."""
    return {key: mask.nonzero()[:, 0] for key, mask in given.items()}


def probabilities_again(logits: Tensor, temperature: float) -> Tensor:
    """A second softmax, over the first one's probabilities."""
    return softmax(softmax(logits, temperature), 0.5).amax(-1)


def doubled(logits: Tensor, temperature: float) -> Tensor:
    """Probabilities divided by a half."""
    return confidence(logits, temperature) / 0.5


def other_rows(generator: torch.Generator) -> tuple[Probe, ...]:
    """Sixty rows, on both sides of the threshold at both temperatures."""
    logits = 2 * torch.randn(60, 5, generator=generator, device="cpu").double()
    tied = torch.tensor([0.0, -INF, -INF, 0.0, -INF], dtype=torch.float64, device="cpu")
    given = ((logits, 1.3, 0.85), (logits, 0.7, 0.95), (torch.vstack([logits, tied]), 1.3, 0.5))
    return tuple(Probe(arguments, "...") for arguments in given)


def probe(rows: list, temperature: float, threshold: float) -> Probe:
    """Rows of logits."""
    arguments = tensor(rows, torch.float64), temperature, threshold
    return Probe(arguments, f"{rows}, {temperature}, {threshold}")


RETRY_COLDER = Exercise(
    name="retry_colder",
    section="retry",
    reference=retry_colder,
    probes=(
        probe(ROWS, 1.0, 0.8),
        probe(ROWS, 2.0, 0.7),
        probe(ROWS, 0.5, 0.95),
        probe(AT_THE_THRESHOLD, 1.5, 0.5),
    ),
    hidden=other_rows,
    misconceptions=(
        Misconception(
            "at-the-threshold", compared(above), "retry", also=(compared(above_at_first),)
        ),
        Misconception("all-of-the-second", changed(all_of_the_second), "retry"),
        Misconception("rejected", changed(rejected), "retry"),
        Misconception("exchanged", changed(exchanged), "retry"),
        Misconception("positions", changed(positions), "retry"),
        Misconception(
            "nobody-rescued",
            recipe(confidence, lambda z, t: confidence(z, 2 * t)),
            "retry",
            also=(recipe(confidence, probabilities_again), recipe(confidence, confidence)),
        ),
        Misconception(
            "at-one",
            recipe(lambda z, _: confidence(z, 1.0), lambda z, _: confidence(z, 0.5)),
            "retry",
            also=(recipe(confidence, lambda z, _: confidence(z, 0.5)),),
        ),
        Misconception(
            "inverted",
            recipe(lambda z, t: confidence(z, 1 / t), lambda z, t: confidence(z, 2 / t)),
            "00:one-knob",
        ),
        Misconception("doubled", recipe(confidence, doubled), "00:outside-forms"),
    ),
)
