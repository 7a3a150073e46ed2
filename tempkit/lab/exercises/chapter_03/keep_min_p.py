"""Lab 03, ``keep_min_p``: tokens near enough to the likeliest."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from tempkit.filters import min_p, top_p
from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.chapter_03.any_filter import (
    almost_impossible,
    arithmetic_with_masks,
    as_log_probabilities,
    as_mask,
    as_probabilities,
    as_zero,
    only,
    without_places,
)
from tempkit.lab.exercises.chapter_03.values import SHUFFLED, random_row
from tempkit.lab.exercises.probes import INF, WORDS, probe

__all__ = ["KEEP_MIN_P"]


def absolute(logits: Tensor, p: float) -> Tensor:
    """The probability itself against p."""
    return only(logits, torch.softmax(logits.double(), -1) >= p)


def fraction_of_the_logit(logits: Tensor, p: float) -> Tensor:
    """p times the largest logit."""
    return only(logits, logits >= p * logits.max())


def one_minus_p(logits: Tensor, p: float) -> Tensor:
    """1 - p times the largest probability."""
    return min_p(logits, 1 - p)


def below_the_first(logits: Tensor, p: float) -> Tensor:
    """p times the first probability, not the largest."""
    q = torch.softmax(logits.double(), -1)
    return only(logits, q >= p * q[0])


def above_the_least(logits: Tensor, p: float) -> Tensor:
    """p times the smallest probability, below which there is none."""
    q = torch.softmax(logits.double(), -1)
    return only(logits, q >= p * q.min())


def above_the_top(logits: Tensor, p: float) -> Tensor:
    """``max z - log p``."""
    return only(logits, logits - logits.max() >= (-math.log(p) if p > 0 else INF))


def p_below_the_top(logits: Tensor, p: float) -> Tensor:
    """A gap of p, without the logarithm."""
    return only(logits, logits >= logits.max() - p)


def strictly_above(logits: Tensor, p: float) -> Tensor:
    """At p = 1 nothing is above the top."""
    return only(logits, logits - logits.max() > (math.log(p) if p > 0 else -INF))


def logarithm_to_base(base: float) -> Answer:
    """log10 p or log2 p as the gap."""

    def answer(logits: Tensor, p: float) -> Tensor:
        gap = math.log(p, base) if p > 0 else -INF
        return only(logits, logits - logits.max() >= gap)

    return answer


def logarithm_of_zero(logits: Tensor, p: float) -> Tensor:
    """``math.log(0)``."""
    if p == 0:
        raise ValueError("math domain error")
    return min_p(logits, p)


def rows_for_min_p(generator: torch.Generator) -> tuple[Probe, ...]:
    """Gaps around several thresholds, a tie at p = 1, and p = 0."""
    logits = random_row(generator)
    top = logits.max()
    gaps = torch.tensor([1.0, 0.0, 0.0, 0.2, 0.6, 1.5, 2.0, 2.6, 4.0, INF], device="cpu")
    spread = top.float() - gaps.float()
    return tuple(Probe((spread, p), "...") for p in (0.03, 0.15, 0.7, 1.0, 0.0))


KEEP_MIN_P = Exercise(
    name="keep_min_p",
    section="four-filters",
    reference=min_p,
    probes=(
        probe(WORDS, 0.2),
        probe([5.0, 4.5, 3.0, 0.0, -2.0], 0.05),
        probe([-4.0, -1.0, -1.5, -9.0], 0.3),
        probe(SHUFFLED, 0.8),
        probe([0.2, 0.0, 0.4, 0.1], 0.76),
        probe([1.0, 2.0, 2.0], 1.0),
        probe([1.0, -INF, 2.0], 0.0),
    ),
    hidden=rows_for_min_p,
    misconceptions=(
        as_mask(min_p),
        as_probabilities(min_p),
        as_log_probabilities(min_p),
        as_zero(min_p),
        almost_impossible(min_p),
        Misconception("strict", strictly_above, "edge-cases"),
        Misconception("absolute", absolute, "four-filters"),
        Misconception("fraction-of-the-logit", fraction_of_the_logit, "four-filters"),
        Misconception("no-logarithm", p_below_the_top, "four-filters"),
        Misconception(
            "other-base",
            logarithm_to_base(10),
            "four-filters",
            also=(logarithm_to_base(2),),
        ),
        Misconception("log-of-zero", logarithm_of_zero, "edge-cases"),
        Misconception("one-minus-p", one_minus_p, "four-filters"),
        Misconception("first-word", below_the_first, "four-filters"),
        Misconception("everything-stays", above_the_least, "four-filters"),
        Misconception("minus-the-logarithm", above_the_top, "four-filters"),
        without_places(min_p),
        arithmetic_with_masks(min_p),
        Misconception("nucleus", top_p, "four-filters"),
    ),
)
