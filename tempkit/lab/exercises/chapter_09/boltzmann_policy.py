"""Lab 09, ``boltzmann_policy``: a softmax in each row, at the row's own temperature."""

from __future__ import annotations

import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import between, normal, tensor

__all__ = ["BOLTZMANN_POLICY", "boltzmann_policy"]

F64 = torch.float64


def boltzmann_policy(estimates: Tensor, temperatures: Tensor) -> Tensor:
    """Row r is softmax(estimates[r] / temperatures[r])."""
    return torch.softmax(estimates.double() / temperatures.double()[:, None], dim=-1)


def at(change: Answer) -> Answer:
    """The policy at other temperatures."""

    def answer(estimates: Tensor, temperatures: Tensor) -> Tensor:
        return boltzmann_policy(estimates, change(temperatures))

    return answer


def after(change: Answer) -> Answer:
    """The policy of changed estimates."""

    def answer(estimates: Tensor, temperatures: Tensor) -> Tensor:
        return boltzmann_policy(change(estimates.double()), temperatures)

    return answer


def along_the_columns(estimates: Tensor, temperatures: Tensor) -> Tensor:
    """No error as long as there are as many runs as arms."""
    return torch.softmax(estimates.double() / temperatures.double(), dim=-1)


def over_the_runs(estimates: Tensor, temperatures: Tensor) -> Tensor:
    """A softmax down the batch."""
    return torch.softmax(estimates.double() / temperatures.double()[:, None], dim=0)


def over_the_runs_along_the_columns(estimates: Tensor, temperatures: Tensor) -> Tensor:
    """The same, the temperatures along the columns."""
    return torch.softmax(estimates.double() / temperatures.double(), dim=0)


def outside(estimates: Tensor, temperatures: Tensor) -> Tensor:
    """Probabilities divided by T."""
    return torch.softmax(estimates.double(), dim=-1) / temperatures.double()[:, None]


def outside_and_normalised(estimates: Tensor, temperatures: Tensor) -> Tensor:
    """Probabilities divided by T and pushed through another softmax."""
    return torch.softmax(outside(estimates, temperatures), dim=-1)


def overflowing(estimates: Tensor, temperatures: Tensor) -> Tensor:
    """No maximum subtracted: the exponential of a large reward is infinite."""
    weights = torch.exp(estimates.double() / temperatures.double()[:, None])
    return weights / weights.sum(dim=-1, keepdim=True)


def overflowing_in_single_precision(estimates: Tensor, temperatures: Tensor) -> Tensor:
    """The same in float32."""
    weights = torch.exp(estimates.float() / temperatures.float()[:, None])
    return weights / weights.sum(dim=-1, keepdim=True)


def by_hand(highest: Answer, total: Answer) -> Answer:
    """A softmax written out: the maximum of the scores subtracted, then divided by a sum."""

    def answer(estimates: Tensor, temperatures: Tensor) -> Tensor:
        scores = estimates.double() / temperatures.double()[:, None]
        weights = torch.exp(scores - highest(scores))
        return weights / total(weights)

    return answer


def largest_of_row(scores: Tensor) -> Tensor:
    """The maximum that is right to subtract."""
    return scores.amax(dim=-1, keepdim=True)


def sum_of_row(weights: Tensor) -> Tensor:
    """The sum that is right to divide by."""
    return weights.sum(dim=-1, keepdim=True)


def less_the_largest_of_all(estimates: Tensor, temperatures: Tensor) -> Tensor:
    """One maximum for all runs, taken from the estimates."""
    gaps = estimates.double() - estimates.double().max()
    weights = torch.exp(gaps / temperatures.double()[:, None])
    return weights / sum_of_row(weights)


def all_at_once(estimates: Tensor, temperatures: Tensor) -> Tensor:
    """One sum for all the runs."""
    scores = estimates.double() / temperatures.double()[:, None]
    return torch.softmax(scores.flatten(), dim=0).view_as(scores)


def greedy(estimates: Tensor, temperatures: Tensor) -> Tensor:
    """All the probability to the arm that leads."""
    del temperatures
    best = estimates.argmax(dim=-1)
    return torch.nn.functional.one_hot(best, estimates.shape[-1]).double()


def proportional(estimates: Tensor, temperatures: Tensor) -> Tensor:
    """Shares proportional to the estimates; the temperature cancels."""
    scores = estimates.double() / temperatures.double()[:, None]
    return scores / scores.sum(dim=-1, keepdim=True)


def log_policy(estimates: Tensor, temperatures: Tensor) -> Tensor:
    """The logarithms of the policy."""
    return torch.log_softmax(estimates.double() / temperatures.double()[:, None], dim=-1)


def over_range(estimates: Tensor) -> Tensor:
    """Gaps divided by the range of their row."""
    high, low = estimates.amax(-1, keepdim=True), estimates.amin(-1, keepdim=True)
    return (estimates - high) / (high - low)


def standardised(estimates: Tensor) -> Tensor:
    """Each row with mean 0 and deviation 1."""
    return (estimates - estimates.mean(-1, keepdim=True)) / estimates.std(-1, keepdim=True)


def random_runs(generator: torch.Generator) -> tuple[Probe, ...]:
    """As many runs as arms, and not; large rewards, and small ones beside them."""
    drawn = [(normal(generator, runs, 4), between(0.3, 3, generator, runs)) for runs in (4, 3)]
    sizes = tensor([[900.0], [0.0]], F64)
    drawn.append((sizes + normal(generator, 2, 4), between(0.5, 1, generator, 2)))
    return tuple(Probe(arguments, "...") for arguments in drawn)


BOLTZMANN_POLICY = Exercise(
    name="boltzmann_policy",
    section="bandit",
    reference=boltzmann_policy,
    probes=(
        # As many runs as arms: temperatures along the columns raise no error.
        Probe(
            (
                tensor([[1.0, 0.0, 0.5], [1.0, 0.0, 0.5], [0.2, 0.4, -1.0]], F64),
                tensor([0.5, 1.0, 2.0], F64),
            ),
            "[[1, 0, 0.5], [1, 0, 0.5], [0.2, 0.4, -1]], [0.5, 1, 2]",
        ),
        Probe(
            (tensor([[0.5, -0.5, 1.5, 0.1], [-1.0, -2.0, 0.7, -0.3]], F64), tensor([2, 0.7], F64)),
            "[[0.5, -0.5, 1.5, 0.1], [-1, -2, 0.7, -0.3]], [2, 0.7]",
        ),
        Probe(
            (tensor([[1000.0, 1001.0, 1000.5, 999.0]], F64), tensor([0.8], F64)),
            "[[1000, 1001, 1000.5, 999]], [0.8]",
        ),
        # Beside a large reward a small one vanishes, if both are measured from one maximum.
        Probe(
            (tensor([[1000.0, 1001.0], [0.0, 1.0]], F64), tensor([0.5, 0.5], F64)),
            "[[1000, 1001], [0, 1]], [0.5, 0.5]",
        ),
    ),
    hidden=random_runs,
    misconceptions=(
        Misconception("columns", along_the_columns, "bandit"),
        Misconception(
            "over-the-runs", over_the_runs, "bandit", also=(over_the_runs_along_the_columns,)
        ),
        Misconception("all-at-once", all_at_once, "bandit"),
        Misconception("inverted", at(lambda t: 1 / t), "01:only-differences"),
        Misconception("outside", outside, "00:where-t-goes", also=(outside_and_normalised,)),
        Misconception("temperature-lost", at(torch.ones_like), "bandit"),
        Misconception(
            "one-temperature",
            at(lambda t: t[:1].expand_as(t)),
            "bandit",
            also=(at(lambda t: t.mean().expand_as(t)),),
        ),
        Misconception(
            "overflowing",
            overflowing,
            "00:floating-point",
            also=(overflowing_in_single_precision,),
        ),
        Misconception(
            "one-maximum",
            by_hand(torch.max, sum_of_row),
            "00:floating-point",
            also=(less_the_largest_of_all,),
        ),
        Misconception(
            "axis-lost",
            by_hand(largest_of_row, lambda weights: weights.sum(dim=-1)),
            "bandit",
            also=(
                by_hand(lambda scores: scores.amax(dim=-1), sum_of_row),
                by_hand(lambda scores: scores.amax(dim=-1), lambda weights: weights.sum(dim=-1)),
                by_hand(torch.zeros_like, lambda weights: weights.sum(dim=-1)),
            ),
        ),
        Misconception("greedy", greedy, "cold"),
        Misconception("proportional", proportional, "bandit"),
        Misconception("logarithms", log_policy, "bandit"),
        Misconception("own-scale", after(over_range), "unit", also=(after(standardised),)),
    ),
)
