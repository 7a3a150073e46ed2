"""The error rate among the most confident predictions, for every number of them."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import tensor

__all__ = ["RISK_CURVE"]


def numbers(like: Tensor) -> Tensor:
    """1, 2, ... N."""
    return torch.arange(1, len(like) + 1, device=like.device, dtype=torch.float64)


def running_mean(values: Tensor) -> Tensor:
    """Of the first, of the first two, ... of all."""
    return values.double().cumsum(-1) / numbers(values)


def risk_curve(confidence: Tensor, wrong: Tensor) -> Tensor:
    """Share of errors among the k most confident, k = 1 ... N."""
    return running_mean(wrong[confidence.argsort(descending=True)])


def ranked(change: Callable[[Tensor], Tensor]) -> Answer:
    """Something else made of the errors in falling order of confidence."""

    def answer(confidence: Tensor, wrong: Tensor) -> Tensor:
        return change(wrong[confidence.argsort(descending=True)].double())

    return answer


def unsorted(_: Tensor, wrong: Tensor) -> Tensor:
    """In the order of the rows."""
    return running_mean(wrong)


def least_confident_first(confidence: Tensor, wrong: Tensor) -> Tensor:
    """Rising confidence."""
    return running_mean(wrong[confidence.argsort()])


def errors_sorted(_: Tensor, wrong: Tensor) -> Tensor:
    """The errors themselves sorted, without the confidences."""
    return running_mean(wrong.double().sort(descending=True).values)


def right_ones_first(_: Tensor, wrong: Tensor) -> Tensor:
    """The same, rising: the curve of a ranking that knows the labels."""
    return running_mean(wrong.double().sort().values)


def order_of_the_order(confidence: Tensor, wrong: Tensor) -> Tensor:
    """Ranks where positions are asked for."""
    return running_mean(wrong[confidence.argsort(descending=True).argsort()])


def weighted(confidence: Tensor, _: Tensor) -> Tensor:
    """What the confidences say that the errors should be."""
    return running_mean(1 - confidence[confidence.argsort(descending=True)])


def other_rows(generator: torch.Generator) -> tuple[Probe, ...]:
    """Forty distinct confidences, and errors that they know something about."""
    confidence = (torch.randperm(40, generator=generator, device="cpu").double() + 1) / 41
    wrong = torch.rand(40, generator=generator, device="cpu").double() > confidence
    # Both kinds, whatever was drawn.
    wrong[:2] = torch.tensor([True, False], device="cpu")
    return (Probe((confidence, wrong), "..."),)


def probe(confidence: list[float], wrong: list[int]) -> Probe:
    """Distinct confidences, and errors as True and False."""
    arguments = tensor(confidence, torch.float64), tensor(wrong, torch.bool)
    return Probe(arguments, f"{confidence}, {wrong}")


RISK_CURVE = Exercise(
    name="risk_curve",
    section="risk-coverage",
    reference=risk_curve,
    probes=(
        probe([0.5, 0.9, 0.7, 0.99, 0.6], [1, 0, 1, 0, 0]),
        probe([0.4, 0.95, 0.8, 0.3], [0, 1, 0, 1]),
        probe([0.62, 0.98, 0.71, 0.55, 0.9, 0.83], [1, 0, 0, 1, 0, 1]),
    ),
    hidden=other_rows,
    misconceptions=(
        Misconception("unsorted", unsorted, "risk-coverage"),
        Misconception("least-confident-first", least_confident_first, "risk-coverage"),
        Misconception("errors-sorted", errors_sorted, "risk-coverage", also=(right_ones_first,)),
        Misconception("ranks", order_of_the_order, "risk-coverage"),
        Misconception("counts", ranked(lambda wrong: wrong.cumsum(-1)), "risk-coverage"),
        Misconception(
            "of-all-rows",
            ranked(lambda wrong: wrong.cumsum(-1) / len(wrong)),
            "risk-coverage",
        ),
        Misconception(
            "from-zero",
            ranked(lambda wrong: wrong.cumsum(-1) / (numbers(wrong) - 1)),
            "risk-coverage",
            also=(ranked(lambda wrong: wrong.cumsum(-1) / (numbers(wrong) + 1)),),
        ),
        Misconception("accuracy", ranked(lambda wrong: running_mean(1 - wrong)), "risk-coverage"),
        Misconception("area", ranked(lambda wrong: running_mean(wrong).mean()), "risk-coverage"),
        Misconception("believed", weighted, "risk-coverage"),
    ),
)
