"""Lab 09, ``gumbel_by_counts``: noise as large as the estimate is uncertain, then argmax."""

from __future__ import annotations

import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import between, normal, tensor

__all__ = ["GUMBEL_BY_COUNTS"]

F64 = torch.float64


def gumbel(uniforms: Tensor) -> Tensor:
    """-log(-log u)."""
    return -torch.log(-torch.log(uniforms))


def scored(score: Answer) -> Answer:
    """The arms of the largest ``score(estimates, counts, constant, uniforms)``."""

    def answer(estimates: Tensor, counts: Tensor, constant: float, uniforms: Tensor) -> Tensor:
        return score(estimates.double(), counts.double(), constant, uniforms.double()).argmax(-1)

    return answer


def by_counts(q: Tensor, n: Tensor, c: float, u: Tensor) -> Tensor:
    """The scores that are asked for."""
    return q + c / n.sqrt() * gumbel(u)


gumbel_by_counts = scored(by_counts)


def sized(size: Answer) -> Answer:
    """Gumbel noise of another size, ``size(counts, constant)``."""
    return scored(lambda q, n, c, u: q + size(n, c) * gumbel(u))


def noisy(noise: Answer) -> Answer:
    """Other noise of the right size."""
    return scored(lambda q, n, c, u: q + c / n.sqrt() * noise(u))


def smallest(estimates: Tensor, counts: Tensor, constant: float, uniforms: Tensor) -> Tensor:
    """The arm of the smallest score."""
    return by_counts(estimates, counts, constant, uniforms).argmin(-1)


def score_itself(estimates: Tensor, counts: Tensor, constant: float, uniforms: Tensor) -> Tensor:
    """The largest scores, not their arms."""
    return by_counts(estimates, counts, constant, uniforms).amax(-1)


def of_all_at_once(estimates: Tensor, counts: Tensor, constant: float, uniforms: Tensor) -> Tensor:
    """One argmax for all runs, a place in the flattened table."""
    return by_counts(estimates, counts, constant, uniforms).argmax()


def down_the_runs(estimates: Tensor, counts: Tensor, constant: float, uniforms: Tensor) -> Tensor:
    """An argmax over the runs."""
    return by_counts(estimates, counts, constant, uniforms).argmax(0)


def states(
    generator: torch.Generator, runs: int, arms: int
) -> tuple[Tensor, Tensor, float, Tensor]:
    """Runs in the middle of play: good arms known well, others hardly."""
    estimates = normal(generator, runs, arms)
    counts = (between(0, 5, generator, runs, arms) + estimates).clamp(min=0).exp().ceil()
    uniforms = between(0.02, 0.98, generator, runs, arms)
    return estimates, counts, 0.8, uniforms


def of_shape(seed: int, runs: int, arms: int) -> Probe:
    """States that are the same each time, shown by their shapes."""
    shape = f"[{runs}, {arms}]"
    drawn = states(torch.Generator("cpu").manual_seed(seed), runs, arms)
    return Probe(drawn, f"estimates {shape}, counts {shape}, 0.8, uniforms {shape}")


def of_a_row(choose: Answer) -> Answer:
    """A size that depends on the whole row of counts."""
    return lambda n, c: c / choose(n).sqrt()


GUMBEL_BY_COUNTS = Exercise(
    name="gumbel_by_counts",
    section="counts",
    reference=gumbel_by_counts,
    probes=(
        # So chosen that none of the wrong answers below gives the right arms in all three runs.
        Probe(
            (
                tensor([[1.2, 1.0, 1.2], [0.8, 0.4, 1.0], [0.5, 1.2, 0.5]], F64),
                tensor([[4, 400, 9], [1, 100, 4], [9, 9, 4]], F64),
                0.5,
                tensor([[0.2, 0.8, 0.3], [0.4, 0.9, 0.1], [0.5, 0.5, 0.9]], F64),
            ),
            "[[1.2, 1, 1.2], [0.8, 0.4, 1], [0.5, 1.2, 0.5]], "
            "[[4, 400, 9], [1, 100, 4], [9, 9, 4]], 0.5, "
            "[[0.2, 0.8, 0.3], [0.4, 0.9, 0.1], [0.5, 0.5, 0.9]]",
        ),
        *(of_shape(seed, *shape) for seed, shape in enumerate([(60, 5), (5, 5), (60, 10)])),
    ),
    hidden=lambda generator: tuple(
        Probe(states(generator, runs, arms), "...") for runs, arms in ((60, 5), (80, 8), (60, 10))
    ),
    misconceptions=(
        Misconception(
            "same-for-all",
            sized(lambda _n, c: c),
            "counts",
            also=(scored(lambda q, _n, c, u: q / c + gumbel(u)),),
        ),
        Misconception(
            "estimate-divided",
            scored(lambda q, n, c, u: q * n.sqrt() / c + gumbel(u)),
            "counts",
        ),
        Misconception("over-count", sized(lambda n, c: c / n), "counts"),
        Misconception("times-root", sized(lambda n, c: c * n.sqrt()), "counts"),
        Misconception("root-of-all", sized(lambda n, c: (c / n).sqrt()), "counts"),
        Misconception(
            "all-plays",
            sized(of_a_row(lambda n: n.sum(-1, keepdim=True))),
            "counts",
            also=(sized(of_a_row(lambda n: n.mean(-1, keepdim=True))),),
        ),
        Misconception("constant-lost", sized(lambda n, _c: 1 / n.sqrt()), "counts"),
        Misconception("bonus", scored(lambda q, n, c, _u: q + c / n.sqrt()), "counts"),
        Misconception(
            "one-noise",
            noisy(lambda u: gumbel(u[:, :1])),
            "counts",
            also=(noisy(lambda u: gumbel(u.mean(-1, keepdim=True))),),
        ),
        Misconception("no-noise", scored(lambda q, *_: q), "cold"),
        Misconception("thompson", noisy(torch.special.ndtri), "counts"),
        Misconception(
            "uniform-noise", noisy(lambda u: u), "02:gumbel-max", also=(noisy(lambda u: u - 0.5),)
        ),
        Misconception("one-logarithm", noisy(lambda u: -torch.log(u)), "02:gumbel-max"),
        Misconception("other-sign", noisy(lambda u: torch.log(-torch.log(u))), "02:gumbel-max"),
        Misconception("minus-missing", noisy(lambda u: -torch.log(torch.log(u))), "02:gumbel-max"),
        Misconception("smallest", smallest, "02:gumbel-max"),
        Misconception("score", score_itself, "02:gumbel-max"),
        Misconception("down-the-runs", down_the_runs, "bandit"),
        Misconception("all-at-once", of_all_at_once, "bandit"),
    ),
    rtol=0,
    atol=0.1,
)
