"""Mistakes that any filter can be written with."""

from __future__ import annotations

import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Misconception
from tempkit.lab.exercises.probes import INF

__all__ = [
    "almost_impossible",
    "arithmetic_with_masks",
    "as_log_probabilities",
    "as_mask",
    "as_probabilities",
    "as_zero",
    "in_falling_order",
    "only",
    "without_places",
]


def only(logits: Tensor, kept: Tensor, removed: float = -INF) -> Tensor:
    """The logits where ``kept``, a finite or infinite filling elsewhere."""
    return logits.masked_fill(~kept, removed)


def instead_of_minus_infinity(keep: Answer, filling: float) -> Answer:
    """Removed tokens get a finite logit."""

    def answer(logits: Tensor, setting: float) -> Tensor:
        kept = keep(logits, setting)
        return kept.masked_fill(kept == -INF, filling)

    return answer


LARGE_NEGATIVES = [-100.0, -999.0, -1000.0, -9999.0, *(-(10.0**n) for n in range(4, 13)), -9e15]


def almost_impossible(keep: Answer) -> Misconception:
    """A large negative number for minus infinity."""
    answers = [instead_of_minus_infinity(keep, filling) for filling in LARGE_NEGATIVES]
    return Misconception("almost-impossible", answers[0], "four-filters", also=tuple(answers[1:]))


def as_probabilities(keep: Answer) -> Misconception:
    """Probabilities where logits are asked for: renormalised, or with zeros for the removed."""

    def renormalised(logits: Tensor, setting: float) -> Tensor:
        return torch.softmax(keep(logits, setting), -1)

    def with_zeros(logits: Tensor, setting: float) -> Tensor:
        return torch.softmax(logits, -1).masked_fill(keep(logits, setting) == -INF, 0.0)

    def with_minus_infinity(logits: Tensor, setting: float) -> Tensor:
        return only(torch.softmax(logits, -1), torch.isfinite(keep(logits, setting)))

    also = (with_zeros, with_minus_infinity)
    return Misconception("probabilities", renormalised, "four-filters", also=also)


def as_log_probabilities(keep: Answer) -> Misconception:
    """The same distribution, but other logits: renormalised, or shares of the whole."""

    def renormalised(logits: Tensor, setting: float) -> Tensor:
        return torch.log_softmax(keep(logits, setting), -1)

    def of_the_whole(logits: Tensor, setting: float) -> Tensor:
        return only(torch.log_softmax(logits, -1), torch.isfinite(keep(logits, setting)))

    return Misconception("log-probabilities", renormalised, "four-filters", also=(of_the_whole,))


def as_mask(keep: Answer) -> Misconception:
    """True and False in the place of logits."""

    def kept(logits: Tensor, setting: float) -> Tensor:
        return keep(logits, setting) > -INF

    def removed(logits: Tensor, setting: float) -> Tensor:
        return keep(logits, setting) == -INF

    return Misconception("mask", kept, "four-filters", also=(removed,))


def without_places(keep: Answer) -> Misconception:
    """The logits that stay and no others, in the order of the vocabulary or falling."""

    def picked(logits: Tensor, setting: float) -> Tensor:
        return logits[keep(logits, setting) > -INF]

    def sorted_out(logits: Tensor, setting: float) -> Tensor:
        return picked(logits, setting).sort(descending=True).values

    return Misconception("values-alone", sorted_out, "four-filters", also=(picked,))


def in_falling_order(keep: Answer) -> Misconception:
    """Sorted, filtered, and not put back."""

    def answer(logits: Tensor, setting: float) -> Tensor:
        return keep(logits, setting).sort(descending=True).values

    return Misconception("not-put-back", answer, "four-filters")


def arithmetic_with_masks(*keeps: Answer) -> Misconception:
    """Zeros and ones times minus infinity: 0 * inf is NaN."""

    def added(keep: Answer) -> Answer:
        def answer(logits: Tensor, setting: float) -> Tensor:
            return logits + (keep(logits, setting) == -INF).double() * -INF

        return answer

    def mixed(keep: Answer) -> Answer:
        def answer(logits: Tensor, setting: float) -> Tensor:
            removed = (keep(logits, setting) == -INF).double()
            return logits * (1 - removed) + removed * -INF

        return answer

    first, *others = [spelled(keep) for keep in keeps for spelled in (mixed, added)]
    return Misconception("zero-times-infinity", first, "four-filters", also=tuple(others))


def as_zero(keep: Answer) -> Misconception:
    """A logit of 0 for the removed, written or multiplied."""

    def times_the_mask(logits: Tensor, setting: float) -> Tensor:
        return logits * (keep(logits, setting) > -INF)

    written = instead_of_minus_infinity(keep, 0.0)
    return Misconception("zero", written, "four-filters", also=(times_the_mask,))
