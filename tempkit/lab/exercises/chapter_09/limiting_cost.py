"""Lab 09, ``limiting_cost``: what a fixed temperature costs a step once all is known."""

from __future__ import annotations

import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.chapter_09.boltzmann_policy import boltzmann_policy
from tempkit.lab.exercises.probes import between, normal, tensor
from tempkit.scaling import softmax

__all__ = ["LIMITING_COST"]

F64 = torch.float64


def limiting_cost(means: Tensor, temperatures: Tensor) -> Tensor:
    """The gap to the best arm, averaged with the policy of the true means."""
    means = means.double()
    gaps = means.amax(-1, keepdim=True) - means
    return (boltzmann_policy(means, temperatures) * gaps).sum(-1)


def of_policy_and_means(cost: Answer) -> Answer:
    """Something else made of the policy and the means."""

    def answer(means: Tensor, temperatures: Tensor) -> Tensor:
        return cost(boltzmann_policy(means, temperatures), means.double())

    return answer


def at(change: Answer) -> Answer:
    """The cost at other temperatures."""

    def answer(means: Tensor, temperatures: Tensor) -> Tensor:
        return limiting_cost(means, change(temperatures))

    return answer


def gaps(means: Tensor) -> Tensor:
    """How much each arm pays less than the best."""
    return means.amax(-1, keepdim=True) - means


def along_the_columns(means: Tensor, temperatures: Tensor) -> Tensor:
    """Temperatures along the columns: no error with as many runs as arms."""
    return (softmax(means.double() / temperatures.double()) * gaps(means.double())).sum(-1)


def by_hand(highest: Answer) -> Answer:
    """The softmax written out, less what is thought to be the maximum of the scores."""

    def answer(means: Tensor, temperatures: Tensor) -> Tensor:
        scores = means.double() / temperatures.double()[:, None]
        weights = torch.exp(scores - highest(scores))
        policy = weights / weights.sum(-1, keepdim=True)
        return (policy * gaps(means.double())).sum(-1)

    return answer


def random_bandits(generator: torch.Generator) -> tuple[Probe, ...]:
    """As many bandits as arms, and not; large means beside small ones."""
    drawn = [(1 + normal(generator, runs, 4), between(0.3, 3, generator, runs)) for runs in (4, 3)]
    sizes = tensor([[900.0], [0.0]], F64)
    drawn.append((sizes + normal(generator, 2, 4), between(0.5, 1, generator, 2)))
    return tuple(Probe(arguments, "...") for arguments in drawn)


LIMITING_COST = Exercise(
    name="limiting_cost",
    section="hot",
    reference=limiting_cost,
    probes=(
        Probe(
            (
                tensor([[1.0, 0.0, 0.5], [3.0, 2.0, 2.9], [0.2, 0.4, -1.0]], F64),
                tensor([0.5, 1.0, 2.0], F64),
            ),
            "[[1, 0, 0.5], [3, 2, 2.9], [0.2, 0.4, -1]], [0.5, 1, 2]",
        ),
        Probe(
            (tensor([[0.5, -0.5, 1.5, 0.1], [-1.0, -2.0, -0.7, -0.3]], F64), tensor([2, 0.7], F64)),
            "[[0.5, -0.5, 1.5, 0.1], [-1, -2, -0.7, -0.3]], [2, 0.7]",
        ),
        Probe(
            (tensor([[1000.0, 1001.0, 1000.5], [0.0, 1.0, 0.2]], F64), tensor([0.8, 0.5], F64)),
            "[[1000, 1001, 1000.5], [0, 1, 0.2]], [0.8, 0.5]",
        ),
    ),
    hidden=random_bandits,
    misconceptions=(
        Misconception("gain", of_policy_and_means(lambda p, m: (p * m).sum(-1)), "hot"),
        Misconception(
            "chance",
            of_policy_and_means(lambda p, m: 1 - p.gather(-1, m.argmax(-1, keepdim=True))[:, 0]),
            "hot",
        ),
        Misconception("unweighted", of_policy_and_means(lambda _p, m: gaps(m).sum(-1)), "hot"),
        Misconception(
            "temperature-lost",
            of_policy_and_means(lambda _p, m: gaps(m).mean(-1)),
            "hot",
            also=(at(lambda t: t * 0 + 1),),
        ),
        Misconception(
            "best-of-all-runs",
            of_policy_and_means(lambda p, m: (p * (m.max() - m)).sum(-1)),
            "hot",
        ),
        Misconception(
            "axis-lost",
            of_policy_and_means(lambda p, m: (p * (m.amax(-1) - m)).sum(-1)),
            "hot",
        ),
        Misconception(
            "overflowing",
            by_hand(torch.zeros_like),
            "00:floating-point",
            also=(by_hand(torch.max),),
        ),
        Misconception(
            "averaged-over-arms", of_policy_and_means(lambda p, m: (p * gaps(m)).mean(-1)), "hot"
        ),
        Misconception("columns", along_the_columns, "bandit"),
        Misconception("inverted", at(lambda t: 1 / t), "01:only-differences"),
        Misconception(
            "softmax-of-gaps",
            of_policy_and_means(lambda _p, m: (softmax(gaps(m)) * gaps(m)).sum(-1)),
            "hot",
            also=(
                lambda means, temperatures: (
                    boltzmann_policy(gaps(means.double()), temperatures) * gaps(means.double())
                ).sum(-1),
            ),
        ),
        Misconception(
            "summed-over-runs", of_policy_and_means(lambda p, m: (p * gaps(m)).sum()), "hot"
        ),
    ),
)
