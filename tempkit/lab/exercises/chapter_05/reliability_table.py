"""Lab 05, ``reliability_table``: count, mean confidence and accuracy in bins of confidence."""

from __future__ import annotations

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

__all__ = ["RELIABILITY_TABLE"]


def reliability_table(confidences: Tensor, correct: Tensor, bins: int) -> Tensor:
    """A row a bin."""
    return summary(confidences, correct, binned(confidences, bins))


def edges_below(confidences: Tensor, correct: Tensor, bins: int) -> Tensor:
    """[k/M, (k+1)/M): a confidence of 1 is lost."""
    return summary(confidences, correct, lower_edge_inside(confidences, bins))


def rounded_down(confidences: Tensor, correct: Tensor, bins: int) -> Tensor:
    """int(c * M), with 1 put into the last bin."""
    place = (confidences * bins).floor().clamp(max=bins - 1)
    return summary(confidences, correct, [place == k for k in range(bins)])


def both_edges(confidences: Tensor, correct: Tensor, bins: int) -> Tensor:
    """[k/M, (k+1)/M]: what lies on an edge is counted twice."""
    masks = [(confidences >= k / bins) & (confidences <= (k + 1) / bins) for k in range(bins)]
    return summary(confidences, correct, masks)


def no_edge(confidences: Tensor, correct: Tensor, bins: int) -> Tensor:
    """(k/M, (k+1)/M): what lies on an edge is counted nowhere."""
    masks = [(confidences > k / bins) & (confidences < (k + 1) / bins) for k in range(bins)]
    return summary(confidences, correct, masks)


def empty_as_zero(confidences: Tensor, correct: Tensor, bins: int) -> Tensor:
    """0 where there is nothing to average."""
    return reliability_table(confidences, correct, bins).nan_to_num(0.0)


def empty_left_out(confidences: Tensor, correct: Tensor, bins: int) -> Tensor:
    """Rows for the filled bins alone."""
    table = reliability_table(confidences, correct, bins)
    return table[table[:, 0] > 0]


def column(index: int, values: Answer) -> Answer:
    """The right table with one column replaced: ``values(table, confidences, correct, bins)``."""

    def answer(confidences: Tensor, correct: Tensor, bins: int) -> Tensor:
        table = reliability_table(confidences, correct, bins)
        table[:, index] = values(table, confidences, correct, bins)
        return table

    return answer


def share(table: Tensor, confidences: Tensor, _correct: Tensor, _bins: int) -> Tensor:
    """Counts divided by all."""
    return table[:, 0] / len(confidences)


def middles(_table: Tensor, _confidences: Tensor, _correct: Tensor, bins: int) -> Tensor:
    """The middle of each bin in the place of the mean."""
    return (torch.arange(bins, dtype=torch.float64) + 0.5) / bins


def middles_of_filled(table: Tensor, confidences: Tensor, correct: Tensor, bins: int) -> Tensor:
    """The same, NaN where the bin is empty."""
    return middles(table, confidences, correct, bins) + 0 * table[:, 1]


def of_the_right(_table: Tensor, confidences: Tensor, correct: Tensor, bins: int) -> Tensor:
    """The mean confidence of the right predictions alone."""
    correct = correct.bool()
    return summary(confidences[correct], correct[correct], binned(confidences[correct], bins))[:, 1]


def error_rate(table: Tensor, *_: object) -> Tensor:
    """1 - accuracy."""
    return 1 - table[:, 2]


def how_many_right(table: Tensor, *_: object) -> Tensor:
    """The number of right predictions."""
    return (table[:, 0] * table[:, 2]).nan_to_num(0.0)


def how_many_right_of_filled(table: Tensor, *_: object) -> Tensor:
    """The same, NaN where the bin is empty."""
    return table[:, 0] * table[:, 2]


def sums(confidences: Tensor, correct: Tensor, bins: int) -> Tensor:
    """Sums in both columns."""
    table = reliability_table(confidences, correct, bins)
    table[:, 1:] = (table[:, 1:] * table[:, :1]).nan_to_num(0.0)
    return table


def over_all(confidences: Tensor, correct: Tensor, bins: int) -> Tensor:
    """Sums divided by the number of all predictions."""
    table = sums(confidences, correct, bins)
    table[:, 1:] /= len(confidences)
    return table


def exchanged(confidences: Tensor, correct: Tensor, bins: int) -> Tensor:
    """Accuracy before confidence."""
    return reliability_table(confidences, correct, bins)[:, [0, 2, 1]]


def equal_counts(confidences: Tensor, correct: Tensor, bins: int) -> Tensor:
    """As many predictions in each bin: quantiles instead of equal widths."""
    place = torch.empty(len(confidences), dtype=torch.int64)
    for k, part in enumerate(confidences.argsort(stable=True).tensor_split(bins)):
        place[part] = k
    return summary(confidences, correct, [place == k for k in range(bins)])


def from_least_to_most(confidences: Tensor, correct: Tensor, bins: int) -> Tensor:
    """Equal widths between the least and the largest confidence, as torch.histc has them."""
    low, high = confidences.min(), confidences.max()
    scaled = (confidences - low) / (high - low)
    scaled[scaled == 0] = 1e-12
    return summary(confidences, correct, binned(scaled, bins))


def cumulative(confidences: Tensor, correct: Tensor, bins: int) -> Tensor:
    """All that lies below the upper edge: the lower one is forgotten."""
    return summary(confidences, correct, [confidences <= (k + 1) / bins for k in range(bins)])


def hidden(generator: torch.Generator) -> tuple[Probe, ...]:
    """Sixty predictions in eight bins."""
    return (random_outcomes(generator, 8), random_outcomes(generator, 4))


SECTION = "reliability"

RELIABILITY_TABLE = Exercise(
    name="reliability_table",
    section=SECTION,
    reference=reliability_table,
    probes=(
        outcome_probe(
            [0.55, 0.9, 0.6, 0.95, 0.7, 0.85], [True, True, False, True, False, False], 2
        ),
        outcome_probe([0.3, 0.45, 0.6, 0.65, 0.9, 0.95], [False, True, True, False, True, True], 4),
        outcome_probe([0.5, 0.7, 0.75, 0.8, 1.0], [True, False, True, True, False], 4),
    ),
    hidden=hidden,
    misconceptions=(
        Misconception("lower-edge", edges_below, SECTION, also=(rounded_down,)),
        Misconception("edge-twice", both_edges, SECTION),
        Misconception("edge-nowhere", no_edge, SECTION),
        Misconception("empty-as-zero", empty_as_zero, SECTION),
        Misconception("empty-left-out", empty_left_out, SECTION),
        Misconception("shares", column(0, share), SECTION),
        Misconception("middles", column(1, middles), SECTION, also=(column(1, middles_of_filled),)),
        Misconception("of-the-right", column(1, of_the_right), SECTION),
        Misconception("error-rate", column(2, error_rate), SECTION),
        Misconception(
            "right-ones",
            column(2, how_many_right),
            SECTION,
            also=(column(2, how_many_right_of_filled),),
        ),
        Misconception("sums", sums, SECTION),
        Misconception("over-all", over_all, SECTION),
        Misconception("exchanged", exchanged, SECTION),
        Misconception("equal-counts", equal_counts, SECTION),
        Misconception("from-the-data", from_least_to_most, SECTION),
        Misconception("cumulative", cumulative, SECTION),
    ),
)
