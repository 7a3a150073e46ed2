"""What a threshold costs: an error that is accepted costs 1, a row that is reviewed costs less."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import tensor

__all__ = ["MEAN_COST"]

#: Errors, accepted rows and the cost of a review to the costs of the rows, or to their mean.
Costs = Callable[[Tensor, Tensor, float], Tensor]


def costs(wrong: Tensor, accepted: Tensor, review: float) -> Tensor:
    """Row by row."""
    return (wrong & accepted).double() + review * (~accepted).double()


def mean_cost(confidence: Tensor, wrong: Tensor, threshold: float, review: float) -> float:
    """Mean cost of a row if those of at least that confidence are accepted."""
    return costs(wrong, confidence >= threshold, review).mean().item()


def with_costs(of_rows: Costs) -> Answer:
    """Other costs, the mean of them."""

    def answer(confidence: Tensor, wrong: Tensor, threshold: float, review: float) -> float:
        return of_rows(wrong, confidence >= threshold, review).double().mean().item()

    return answer


def strictly_above(confidence: Tensor, wrong: Tensor, threshold: float, review: float) -> float:
    """A confidence of exactly the threshold is reviewed."""
    return costs(wrong, confidence > threshold, review).mean().item()


def believed(confidence: Tensor, _: Tensor, threshold: float, review: float) -> float:
    """The confidences are taken at their word."""
    accepted = confidence >= threshold
    return torch.where(accepted, 1 - confidence, review).mean().item()


def errors_of_the_accepted(wrong: Tensor, accepted: Tensor, review: float) -> Tensor:
    """A rate among the accepted, and a mean cost of reviews: two different denominators."""
    return wrong[accepted].double().mean() + review * (~accepted).double().mean()


def other_rows(generator: torch.Generator) -> tuple[Probe, ...]:
    """Fifty rows, the threshold at one of the confidences."""
    confidence = torch.rand(50, generator=generator, device="cpu").double()
    wrong = torch.rand(50, generator=generator, device="cpu").double() > confidence
    threshold = confidence.sort().values[20].item()
    return (Probe((confidence, wrong, threshold, 0.15), "..."),)


CONFIDENCE = [0.5, 0.9, 0.7, 0.99, 0.6, 0.8]
WRONG = [1, 0, 1, 0, 0, 1]


def probe(threshold: float, review: float) -> Probe:
    """Six rows."""
    arguments = tensor(CONFIDENCE, torch.float64), tensor(WRONG, torch.bool), threshold, review
    return Probe(arguments, f"{CONFIDENCE}, {WRONG}, {threshold}, {review}")


MEAN_COST = Exercise(
    name="mean_cost",
    section="cost",
    reference=mean_cost,
    probes=(probe(0.65, 0.1), probe(0.8, 0.25), probe(0.95, 0.05)),
    hidden=other_rows,
    misconceptions=(
        Misconception("strict", strictly_above, "cost"),
        Misconception(
            "errors-alone", with_costs(lambda wrong, accepted, _: wrong & accepted), "cost"
        ),
        Misconception(
            "reviews-alone", with_costs(lambda _, accepted, review: review * ~accepted), "cost"
        ),
        Misconception(
            "sides-exchanged", with_costs(lambda w, accepted, r: costs(w, ~accepted, r)), "cost"
        ),
        Misconception(
            "every-error",
            with_costs(lambda w, accepted, r: w.double() + r * ~accepted),
            "cost",
        ),
        Misconception("everyone-reviewed", with_costs(lambda w, a, r: (w & a) + r), "cost"),
        Misconception("two-denominators", with_costs(errors_of_the_accepted), "cost"),
        Misconception(
            "over-accepted",
            with_costs(lambda w, accepted, r: costs(w, accepted, r).sum() / accepted.sum()),
            "cost",
        ),
        Misconception("total", with_costs(lambda w, a, r: costs(w, a, r).sum()), "cost"),
        Misconception("believed", believed, "cost"),
        Misconception(
            "right-ones", with_costs(lambda w, accepted, r: costs(~w, accepted, r)), "cost"
        ),
    ),
)
