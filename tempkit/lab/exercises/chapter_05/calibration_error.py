"""Lab 05, ``calibration_error`` (spot the bug): ECE, and the gap that is taken for it."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.chapter_05.outcomes import (
    binned,
    lower_edge_inside,
    outcome_probe,
    random_outcomes,
    summary,
)

__all__ = ["CALIBRATION_ERROR", "calibration_error"]


def shares_and_gaps(confidences: Tensor, correct: Tensor, bins: int) -> tuple[Tensor, Tensor]:
    """Of the filled bins: share of the predictions, and accuracy less confidence."""
    table = summary(confidences, correct, binned(confidences, bins))
    table = table[table[:, 0] > 0]
    return table[:, 0] / len(confidences), table[:, 2] - table[:, 1]


def from_bins(combine: Callable[[Tensor, Tensor, int], Tensor]) -> Answer:
    """An answer made of shares, gaps and the number of predictions."""

    def answer(confidences: Tensor, correct: Tensor, bins: int) -> Tensor:
        shares, gaps = shares_and_gaps(confidences, correct, bins)
        return combine(shares, gaps, len(confidences))

    return answer


calibration_error = from_bins(lambda shares, gaps, _: (shares * gaps.abs()).sum())
absolute_last = from_bins(lambda shares, gaps, _: (shares * gaps).sum().abs())
signed = from_bins(lambda shares, gaps, _: (shares * gaps).sum())
signed_the_other_way = from_bins(lambda shares, gaps, _: -(shares * gaps).sum())
every_bin_alike = from_bins(lambda _, gaps, __: gaps.abs().mean())
unweighted_sum = from_bins(lambda _, gaps, __: gaps.abs().sum())
worst_bin = from_bins(lambda _, gaps, __: gaps.abs().max())
squared = from_bins(lambda shares, gaps, _: (shares * gaps**2).sum())
root_of_squares = from_bins(lambda shares, gaps, _: (shares * gaps**2).sum().sqrt())
not_divided = from_bins(lambda shares, gaps, n: n * (shares * gaps.abs()).sum())
in_per_cent = from_bins(lambda shares, gaps, _: 100 * (shares * gaps.abs()).sum())


def over_all_bins(confidences: Tensor, correct: Tensor, bins: int) -> Tensor:
    """The sum of the gaps divided by the number of bins, the empty ones included."""
    return unweighted_sum(confidences, correct, bins) / bins


def gaps_over_all_bins(confidences: Tensor, correct: Tensor, bins: int) -> Tensor:
    """The weighted sum divided by the number of bins once more."""
    return calibration_error(confidences, correct, bins) / bins


def nan_of_an_empty_bin(confidences: Tensor, correct: Tensor, bins: int) -> Tensor:
    """0 times NaN."""
    table = summary(confidences, correct, binned(confidences, bins))
    return (table[:, 0] / len(confidences) * (table[:, 2] - table[:, 1]).abs()).sum()


def one_by_one(confidences: Tensor, correct: Tensor, _bins: int) -> Tensor:
    """The mean distance of each confidence from its own 0 or 1."""
    return (correct.double() - confidences).abs().mean()


def one_by_one_squared(confidences: Tensor, correct: Tensor, _bins: int) -> Tensor:
    """Brier's score of the top class."""
    return ((correct.double() - confidences) ** 2).mean()


def lower_edges(confidences: Tensor, correct: Tensor, bins: int) -> Tensor:
    """Bins that hold their lower edge; a confidence of 1 is lost."""
    table = summary(confidences, correct, lower_edge_inside(confidences, bins))
    return weighted(table, len(confidences))


def rounded_down(confidences: Tensor, correct: Tensor, bins: int) -> Tensor:
    """The same, with 1 in the last bin."""
    place = (confidences * bins).floor().clamp(max=bins - 1)
    table = summary(confidences, correct, [place == k for k in range(bins)])
    return weighted(table, len(confidences))


def weighted(table: Tensor, size: int) -> Tensor:
    """The mean absolute gap of a table of bins."""
    return (table[:, 0] / size * (table[:, 2] - table[:, 1]).abs()).nan_to_num(0.0).sum()


def hidden(generator: torch.Generator) -> tuple[Probe, ...]:
    """Sixty predictions in few bins and in many."""
    return (random_outcomes(generator, 4), random_outcomes(generator, 8))


SECTION = "ece"

CALIBRATION_ERROR = Exercise(
    name="calibration_error",
    section=SECTION,
    reference=calibration_error,
    probes=(
        outcome_probe([0.9] * 5 + [0.55] * 5, [True, True, True, False, False] + [True] * 5, 5),
        outcome_probe(
            [0.3, 0.45, 0.6, 0.65, 0.9, 0.95, 0.97],
            [False, True, True, False, False, True, True],
            4,
        ),
        outcome_probe([0.5, 0.7, 0.75, 0.85, 1.0, 0.8], [True, True, False, False, True, True], 4),
    ),
    hidden=hidden,
    misconceptions=(
        Misconception("absolute-last", absolute_last, SECTION),
        Misconception("signed", signed, SECTION, also=(signed_the_other_way,)),
        Misconception(
            "every-bin-alike",
            every_bin_alike,
            SECTION,
            also=(over_all_bins, unweighted_sum, gaps_over_all_bins),
        ),
        Misconception("worst-bin", worst_bin, SECTION),
        Misconception("squared", squared, SECTION, also=(root_of_squares,)),
        Misconception("not-divided", not_divided, SECTION),
        Misconception("in-per-cent", in_per_cent, SECTION),
        Misconception("one-by-one", one_by_one, SECTION, also=(one_by_one_squared,)),
        Misconception("lower-edge", lower_edges, "reliability", also=(rounded_down,)),
        Misconception("empty-bin", nan_of_an_empty_bin, SECTION),
    ),
)
