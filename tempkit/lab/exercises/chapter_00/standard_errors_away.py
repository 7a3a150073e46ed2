"""Lab 00, ``standard_errors_away``: how far counts stray from what they should be."""

from __future__ import annotations

import torch
from torch import Tensor

from tempkit.lab.exercise import Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import tensor

__all__ = ["STANDARD_ERRORS_AWAY"]


def standard_errors_away(counts: Tensor, probabilities: Tensor) -> Tensor:
    """(count - n p) / sqrt(n p (1 - p))."""
    n, p = counts.sum(), probabilities.double()
    return (counts - n * p) / (n * p * (1 - p)).sqrt()


def poisson_error(counts: Tensor, probabilities: Tensor) -> Tensor:
    """sqrt(n p), which forgets that a count cannot exceed n."""
    n, p = counts.sum(), probabilities.double()
    return (counts - n * p) / (n * p).sqrt()


def variance_for_error(counts: Tensor, probabilities: Tensor) -> Tensor:
    """The variance where its root belongs."""
    n, p = counts.sum(), probabilities.double()
    return (counts - n * p) / (n * p * (1 - p))


def mixed_units(counts: Tensor, probabilities: Tensor) -> Tensor:
    """A difference of shares over the error of a count."""
    n, p = counts.sum(), probabilities.double()
    return (counts / n - p) / (n * p * (1 - p)).sqrt()


def error_of_one_draw(counts: Tensor, probabilities: Tensor) -> Tensor:
    """sqrt(p (1 - p)) without n."""
    n, p = counts.sum(), probabilities.double()
    return (counts - n * p) / (p * (1 - p)).sqrt()


def without_sign(counts: Tensor, probabilities: Tensor) -> Tensor:
    """Distances, so that too few and too many look alike."""
    return standard_errors_away(counts, probabilities).abs()


def words_for_draws(counts: Tensor, probabilities: Tensor) -> Tensor:
    """n taken as the number of words instead of the number of draws."""
    n, p = len(counts), probabilities.double()
    return (counts - n * p) / (n * p * (1 - p)).sqrt()


def counts_of(counts: list[int], probabilities: list[float]) -> Probe:
    """A probe of standard_errors_away."""
    arguments = (tensor(counts, torch.int64), tensor(probabilities))
    return Probe(arguments, f"{counts}, {probabilities}")


def random_counts(generator: torch.Generator) -> tuple[Probe, ...]:
    """Counts of a thousand draws or so."""
    weights = 0.2 + torch.rand(4, generator=generator, device="cpu")
    counts = torch.randint(50, 400, (4,), generator=generator, device="cpu")
    return (Probe((counts, weights / weights.sum()), "..."),)


STANDARD_ERRORS_AWAY = Exercise(
    name="standard_errors_away",
    section="what-a-sampler-hides",
    reference=standard_errors_away,
    probes=(
        counts_of([520, 480], [0.5, 0.5]),
        counts_of([610, 250, 140], [0.6, 0.3, 0.1]),
    ),
    hidden=random_counts,
    misconceptions=(
        Misconception("poisson", poisson_error, "what-a-sampler-hides"),
        Misconception("variance", variance_for_error, "what-a-sampler-hides"),
        Misconception("mixed-units", mixed_units, "what-a-sampler-hides"),
        Misconception("one-draw", error_of_one_draw, "what-a-sampler-hides"),
        Misconception("words-for-draws", words_for_draws, "what-a-sampler-hides"),
        Misconception("without-sign", without_sign, "what-a-sampler-hides"),
    ),
)
