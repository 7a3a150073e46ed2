"""Lab 09, ``updated_means`` (spot the bug): one more reward, and the mean moves by its share."""

from __future__ import annotations

import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import normal, tensor

__all__ = ["UPDATED_MEANS"]

F64 = torch.float64
Both = tuple[Tensor, Tensor]


def updated(step: Answer) -> Answer:
    """The estimates moved by ``step(rewards, old estimates, new counts)`` of the arms played."""

    def answer(estimates: Tensor, counts: Tensor, arms: Tensor, rewards: Tensor) -> Both:
        rows = torch.arange(len(arms), device=arms.device)
        new, played = estimates.double().clone(), counts.double().clone()
        played[rows, arms] += 1
        new[rows, arms] += step(rewards.double(), new[rows, arms], played[rows, arms])
        return new, played

    return answer


updated_means = updated(lambda r, q, n: (r - q) / n)


def of_the_result(change: Answer) -> Answer:
    """Something else made of the old counts and the right estimates and counts."""

    def answer(estimates: Tensor, counts: Tensor, arms: Tensor, rewards: Tensor) -> object:
        return change(counts, *updated_means(estimates, counts, arms, rewards))

    return answer


def by_all_plays(estimates: Tensor, counts: Tensor, arms: Tensor, rewards: Tensor) -> Both:
    """Divided by the plays of all arms together."""
    total = counts.double().sum(-1) + 1
    return updated(lambda r, q, _: (r - q) / total)(estimates, counts, arms, rewards)


def by_all_plays_but_this(estimates: Tensor, counts: Tensor, arms: Tensor, rewards: Tensor) -> Both:
    """The same, before this play is counted."""
    total = counts.double().sum(-1)
    return updated(lambda r, q, _: (r - q) / total)(estimates, counts, arms, rewards)


def in_every_run(estimates: Tensor, counts: Tensor, arms: Tensor, rewards: Tensor) -> Both:
    """The columns of the arms played, in all rows."""
    new, played = estimates.double().clone(), counts.double().clone()
    played[:, arms] += 1
    new[:, arms] += (rewards.double() - new[:, arms]) / played[:, arms]
    return new, played


def of_every_arm(estimates: Tensor, counts: Tensor, arms: Tensor, rewards: Tensor) -> Both:
    """All arms of a run learn from the reward of one."""
    del arms
    played = counts.double() + 1
    return estimates + (rewards.double()[:, None] - estimates) / played, played


def reward_in_every_count(estimates: Tensor, counts: Tensor, arms: Tensor, rewards: Tensor) -> Both:
    """The estimates are right, and every arm's count is one higher."""
    return updated_means(estimates, counts, arms, rewards)[0], counts.double() + 1


def random_states(generator: torch.Generator) -> tuple[Probe, ...]:
    """Runs in the middle of play, each playing another arm, some for the first time."""
    probes = []
    for runs in (5, 3):
        counts = torch.randint(0, 6, (runs, 5), generator=generator, device="cpu").double()
        arms = torch.randperm(5, generator=generator, device="cpu")[:runs]
        counts[0, arms[0]] = 0
        counts[1:, arms[1:]] += 2
        estimates = torch.where(counts > 0, 2 + normal(generator, runs, 5), 0.0)
        probes.append(Probe((estimates, counts, arms, 2 + normal(generator, runs)), "..."))
    return tuple(probes)


def arms_of(arms: list[int]) -> Tensor:
    """Whole numbers on the CPU."""
    return torch.tensor(arms, device="cpu")


UPDATED_MEANS = Exercise(
    name="updated_means",
    section="constant",
    reference=updated_means,
    probes=(
        Probe(
            (
                tensor([[4.0, 2.0], [0.0, 3.0]], F64),
                tensor([[2, 3], [0, 1]], F64),
                arms_of([0, 1]),
                tensor([7.0, 5.0], F64),
            ),
            "[[4, 2], [0, 3]], [[2, 3], [0, 1]], [0, 1], [7, 5]",
        ),
        Probe(
            (
                tensor([[0.0, 1.0, -1.0], [2.0, 0.0, 0.5]], F64),
                tensor([[0, 1, 2], [9, 0, 4]], F64),
                arms_of([0, 2]),
                tensor([3.0, 1.5], F64),
            ),
            "[[0, 1, -1], [2, 0, 0.5]], [[0, 1, 2], [9, 0, 4]], [0, 2], [3, 1.5]",
        ),
    ),
    hidden=random_states,
    misconceptions=(
        Misconception("one-too-many", updated(lambda r, q, n: (r - q) / (n + 1)), "constant"),
        Misconception(
            "old-count",
            updated(lambda r, q, n: (r - q) / (n - 1)),
            "constant",
            also=(updated(lambda r, q, n: (r - q) / (n - 1).clamp(min=1)),),
        ),
        Misconception("all-plays", by_all_plays, "constant", also=(by_all_plays_but_this,)),
        Misconception(
            "constant-step",
            updated(lambda r, q, _n: 0.1 * (r - q)),
            "constant",
            also=(updated(lambda r, q, _n: 0.5 * (r - q)),),
        ),
        Misconception(
            "old-estimate-kept",
            updated(lambda r, _q, n: r / n),
            "constant",
            also=(updated(lambda r, *_: r),),
        ),
        Misconception("last-reward", updated(lambda r, q, _n: r - q), "constant"),
        Misconception("wrong-way", updated(lambda r, q, n: (q - r) / n), "constant"),
        Misconception("every-run", in_every_run, "bandit"),
        Misconception("every-arm", of_every_arm, "bandit", also=(reward_in_every_count,)),
        Misconception("counts-left", of_the_result(lambda old, q, _n: (q, old)), "constant"),
        Misconception("estimates-alone", of_the_result(lambda _old, q, _n: q), "constant"),
        Misconception("counts-first", of_the_result(lambda _old, q, n: (n, q)), "constant"),
    ),
)
