r"""Many bandits at once: the regret of strategies that add Gumbel noise to their estimates.

Every strategy plays the same bandits under the same random numbers. Each arm is played once; from
then on the arm of the largest score,

.. math::

    a = \arg\max_i \thinspace (\hat\mu_i + s_i G_i),

where :math:`\hat\mu_i` is the mean of the rewards that arm :math:`i` has paid so far. Noise of the
same size :math:`s_i = T` on all arms is the softmax policy at temperature :math:`T` (the
Gumbel-max trick); a size that follows the arm's count is its remedy. Note 09, its figures and its
claims read their numbers here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

__all__ = [
    "STRATEGIES",
    "TEMPERATURES",
    "Play",
    "Summary",
    "by_counts",
    "constant_temperatures",
    "cooling",
    "play",
    "same_for_all",
    "strategies",
    "summary",
    "ten_times_longer",
]

ARMS, STEPS, RUNS, EVERY = 10, 1000, 2000, 10

#: The size of the noise given the counts ``[runs, arms]`` and the step, a number or a tensor.
Size = Callable[[Tensor, int], Tensor | float]

#: At which the note measures a constant temperature.
TEMPERATURES = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0)


@dataclass(frozen=True)
class Summary:
    """Mean and median of the runs, each with its standard error."""

    mean: float
    mean_error: float
    median: float
    median_error: float


@dataclass(frozen=True)
class Play:
    """What strategies lost.

    Attributes
    ----------
    means : Tensor, shape ``[runs, arms]``
        The bandits.
    regret : Tensor, shape ``[strategies, runs, steps / every]``
        Lost so far, in units of reward, after every ``every`` steps.
    """

    means: Tensor
    regret: Tensor

    def at(self, strategy: int, step: int | None = None) -> Tensor:
        """The regret ``[runs]`` of one strategy at the end, or after ``step`` steps."""
        return self.regret[strategy, :, -1 if step is None else step // EVERY - 1]


def play(
    sizes: Sequence[Size],
    *,
    runs: int = RUNS,
    arms: int = ARMS,
    steps: int = STEPS,
    spread: float = 1.0,
    offset: float = 0.0,
    noise: float = 1.0,
    phantoms: int = 0,
    seed: int = 0,
) -> Play:
    """Let strategies play ``runs`` bandits with normal means and normal noise.

    Parameters
    ----------
    sizes : sequence of callables
        One a strategy: the size of its Gumbel noise, in units of reward.
    runs, arms, steps : int
        ``steps`` a multiple of 10, and at least ``arms``.
    spread, offset, noise : float
        The means are normal around ``offset`` with deviation ``spread``, the rewards around the
        means with deviation ``noise``.
    phantoms : int
        Rewards of 0 that the mean of every arm holds from the start, though nobody played: a bug.
    """
    generator = torch.Generator("cpu").manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator, dtype=torch.float64, device="cpu")

    means = offset + spread * normal(runs, arms)
    lost = means.amax(-1, keepdim=True) - means
    estimates = torch.zeros(len(sizes), runs, arms, dtype=torch.float64, device="cpu")
    counts, scores = torch.full_like(estimates, phantoms), torch.empty_like(estimates)
    regret = torch.zeros(len(sizes), runs, 1, dtype=torch.float64, device="cpu")
    record = []
    for step in range(steps):
        uniforms = torch.rand(
            (runs, arms), generator=generator, dtype=torch.float64, device="cpu"
        ).clamp(min=2.0**-53)
        gumbel = uniforms.log_().neg_().log_().neg_()
        if step < arms:
            chosen = torch.full_like(regret, step, dtype=torch.int64)
        else:
            for index, size in enumerate(sizes):
                torch.add(estimates[index], size(counts[index], step) * gumbel, out=scores[index])
            chosen = scores.argmax(-1, keepdim=True)
        rewards = means.expand_as(estimates).gather(-1, chosen) + noise * normal(runs, 1)
        count = counts.gather(-1, chosen) + 1
        estimate = estimates.gather(-1, chosen)
        counts.scatter_(-1, chosen, count)
        estimates.scatter_(-1, chosen, estimate + (rewards - estimate) / count)
        regret += lost.expand_as(estimates).gather(-1, chosen)
        if (step + 1) % EVERY == 0:
            record.append(regret[..., 0].clone())
    return Play(means, torch.stack(record, dim=-1))


def same_for_all(temperature: float) -> Size:
    """A constant temperature: the softmax policy."""
    return lambda _counts, _step: temperature


def cooling(start: float, half: float) -> Size:
    """A temperature that falls as ``start / (1 + step / half)``, the same for all arms."""
    return lambda _counts, step: start / (1 + step / half)


def by_counts(constant: float) -> Size:
    """Noise as uncertain as the estimate: ``constant / sqrt(count)``, an arm at a time."""
    return lambda counts, _step: constant / counts.sqrt()


@cache
def constant_temperatures() -> Play:
    """A strategy for each of :data:`TEMPERATURES`."""
    return play([same_for_all(temperature) for temperature in TEMPERATURES])


#: Ways to explore that the note compares, at the step it judges and ten times later.
STRATEGIES: dict[str, Size] = {
    "constant 0.15": same_for_all(0.15),
    "cooling 1 30": cooling(1.0, 30),
    "counts 0.3": by_counts(0.3),
    "counts 1": by_counts(1.0),
}


@cache
def strategies() -> Play:
    """Each of :data:`STRATEGIES` on the bandits of the constant temperatures."""
    return play(list(STRATEGIES.values()))


@cache
def ten_times_longer() -> Play:
    """Each of :data:`STRATEGIES` for 10000 steps, on 400 bandits."""
    return play(list(STRATEGIES.values()), runs=400, steps=10 * STEPS)


def summary(regrets: Tensor) -> Summary:
    """Mean and median of runs ``[n]``.

    The number of runs below the true median is binomial with deviation ``sqrt(n) / 2``; half the
    distance between the quantiles that lie so many places away is the median's standard error.
    """
    n = len(regrets)
    around = torch.tensor(
        [0.5 - 0.5 / math.sqrt(n), 0.5, 0.5 + 0.5 / math.sqrt(n)], dtype=torch.float64, device="cpu"
    )
    low, middle, high = torch.quantile(regrets, around).tolist()
    error = regrets.std().item() / math.sqrt(n)
    return Summary(regrets.mean().item(), error, middle, (high - low) / 2)
