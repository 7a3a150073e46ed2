"""Lab 03, ``keep_top_k``: the k likeliest tokens."""

from __future__ import annotations

import torch
from torch import Tensor

from tempkit.filters import top_k
from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.chapter_03.any_filter import (
    almost_impossible,
    arithmetic_with_masks,
    as_log_probabilities,
    as_mask,
    as_probabilities,
    as_zero,
    in_falling_order,
    only,
    without_places,
)
from tempkit.lab.exercises.chapter_03.values import SHUFFLED, falling, random_row
from tempkit.lab.exercises.probes import INF, WORDS, probe

__all__ = ["KEEP_TOP_K"]


def every_tie(logits: Tensor, k: int) -> Tensor:
    """A threshold: all that tie with the k-th stay."""
    return only(logits, logits >= logits.topk(min(k, len(logits))).values[-1])


def above_the_kth(logits: Tensor, k: int) -> Tensor:
    """A strict threshold: the k-th itself goes."""
    return only(logits, logits > logits.topk(min(k, len(logits))).values[-1])


def of_equals(later: int) -> Answer:
    """Of equal logits another one wins: 1 for the second, -1 for the last."""

    def answer(logits: Tensor, k: int) -> Tensor:
        least = logits.topk(min(k, len(logits))).values[-1]
        above, tied = logits > least, (logits == least).nonzero()[:, 0]
        kept = above.clone()
        kept[tied.roll(-later)[: k - int(above.sum())]] = True
        return only(logits, kept)

    return answer


def more_than_there_are(logits: Tensor, k: int) -> Tensor:
    """``topk`` refuses a k beyond the vocabulary."""
    if k > len(logits):
        raise RuntimeError("selected index k out of range")
    return top_k(logits, k)


def every_tie_if_there_are_enough(logits: Tensor, k: int) -> Tensor:
    """A threshold, and ``topk`` with too large a k."""
    return more_than_there_are(logits, k) if k > len(logits) else every_tie(logits, k)


def one_more(logits: Tensor, k: int) -> Tensor:
    """``[: k + 1]``."""
    return top_k(logits, k + 1)


def first_places(logits: Tensor, k: int) -> Tensor:
    """Not sorted at all."""
    return only(logits, torch.arange(len(logits), device=logits.device) < k)


def places_alone(logits: Tensor, k: int) -> Tensor:
    """The k indices."""
    return falling(logits)[:k]


def smallest_kept(logits: Tensor, k: int) -> Tensor:
    """The k smallest logits stay."""
    kept = torch.zeros_like(logits, dtype=torch.bool)
    kept[logits.sort(stable=True).indices[:k]] = True
    return only(logits, kept)


def top_removed(logits: Tensor, k: int) -> Tensor:
    """The mask the wrong way round."""
    return only(logits, top_k(logits, k) == -INF)


def rows_for_top_k(generator: torch.Generator) -> tuple[Probe, ...]:
    """Ties across the last place, an impossible token, and more places than tokens."""
    logits = random_row(generator)
    tied = logits.clamp(max=1.0)
    tied[2], tied[[1, 4, 6, 9]] = 3.0, 2.0
    return tuple(Probe((row, k), "...") for row, k in ((logits, 4), (tied, 3), (logits, 40)))


KEEP_TOP_K = Exercise(
    name="keep_top_k",
    section="four-filters",
    reference=top_k,
    probes=(
        probe(WORDS, 2),
        probe(SHUFFLED, 3),
        probe([0.0, 1.0, 1.0, 2.0, 1.0], 2),
        probe([1.0, -INF, 2.0], 1),
        probe([-1.0, -3.0, -2.0], 2),
        probe(WORDS, 50),
    ),
    hidden=rows_for_top_k,
    misconceptions=(
        as_mask(top_k),
        as_probabilities(top_k),
        as_log_probabilities(top_k),
        as_zero(top_k),
        almost_impossible(top_k),
        Misconception("every-tie", every_tie, "edge-cases"),
        Misconception("one-short", above_the_kth, "edge-cases"),
        Misconception("one-more", one_more, "four-filters"),
        Misconception("another-tie", of_equals(-1), "edge-cases", also=(of_equals(1),)),
        Misconception("too-many", more_than_there_are, "edge-cases"),
        without_places(top_k),
        Misconception("places-alone", places_alone, "four-filters"),
        in_falling_order(top_k),
        arithmetic_with_masks(top_k, every_tie, every_tie_if_there_are_enough),
        Misconception("first-places", first_places, "four-filters"),
        Misconception("smallest", smallest_kept, "four-filters"),
        Misconception("top-removed", top_removed, "four-filters"),
    ),
)
