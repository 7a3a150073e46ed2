"""Lab 03, ``keep_top_p``: the smallest set that holds p."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from tempkit.filters import top_p
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
from tempkit.lab.exercises.chapter_03.values import SHUFFLED, between_two_sums, falling, random_row
from tempkit.lab.exercises.probes import INF, WORDS, probe

__all__ = ["KEEP_TOP_P"]


def nucleus(
    logits: Tensor, wanted: Callable[[Tensor, Tensor], Tensor], *, descending: bool = True
) -> Tensor:
    """Keep by a rule on the running sums of the sorted probabilities, with and without the last."""
    order = logits.sort(descending=descending, stable=True).indices
    q = torch.softmax(logits.double(), -1)[order]
    kept = torch.zeros_like(logits, dtype=torch.bool)
    kept[order] = wanted(q.cumsum(-1), q.cumsum(-1) - q)
    return only(logits, kept)


def crossing_dropped(logits: Tensor, p: float) -> Tensor:
    """Running sums up to p: the token that crosses it goes."""
    return logits.clone() if p == 1 else nucleus(logits, lambda total, _: total <= p)


def crossing_dropped_strictly(logits: Tensor, p: float) -> Tensor:
    """Running sums below p."""
    return logits.clone() if p == 1 else nucleus(logits, lambda total, _: total < p)


def crossing_dropped_but_one(logits: Tensor, p: float) -> Tensor:
    """The token that crosses goes, unless it is the first."""
    return (
        logits.clone()
        if p == 1
        else nucleus(logits, lambda total, before: (total <= p) | (before == 0))
    )


def one_beyond(logits: Tensor, p: float) -> Tensor:
    """One more where the sum is exactly p."""
    return logits.clone() if p == 1 else nucleus(logits, lambda _, before: before <= p)


def nothing_at_zero(logits: Tensor, p: float) -> Tensor:
    """``total - q < p`` at p = 0 keeps nothing."""
    return only(logits, torch.zeros_like(logits, dtype=torch.bool)) if p == 0 else top_p(logits, p)


def tail_lost_at_one(logits: Tensor, p: float) -> Tensor:
    """At p = 1 the sum reaches 1 before the improbable tokens."""
    return nucleus(logits, lambda _, before: before < p) if p > 0 else top_p(logits, p)


def in_the_order_of_the_vocabulary(logits: Tensor, p: float) -> Tensor:
    """Running sums without sorting."""
    total = torch.softmax(logits.double(), -1).cumsum(-1)
    before = torch.cat([total.new_zeros(1), total[:-1]])
    return logits.clone() if p == 1 else only(logits, (before < p) | (before == 0))


def crossing_dropped_unsorted(logits: Tensor, p: float) -> Tensor:
    """The same, up to p."""
    return only(logits, torch.softmax(logits.double(), -1).cumsum(-1) <= p)


def equals_of_the_last(logits: Tensor, p: float) -> Tensor:
    """A threshold at the least probable token of the nucleus: all that tie with it stay."""
    kept = top_p(logits, p)
    return logits.clone() if p == 1 else only(logits, logits >= kept[kept > -INF].min())


def mask_not_put_back(keep: Answer) -> Answer:
    """The mask of the sorted tokens, laid on the unsorted ones."""

    def answer(logits: Tensor, p: float) -> Tensor:
        return only(logits, (keep(logits, p) > -INF)[falling(logits)])

    return answer


def sums_of_logits(
    wanted: Callable[[Tensor, Tensor], Tensor], *, sort: bool = True
) -> Callable[[Tensor, float], Tensor]:
    """Running sums without a softmax, by a rule on them and on p."""

    def answer(logits: Tensor, p: float) -> Tensor:
        order = falling(logits) if sort else torch.arange(len(logits), device=logits.device)
        kept = torch.zeros_like(logits, dtype=torch.bool)
        total = logits[order].double().cumsum(-1)
        before = torch.cat([total.new_zeros(1), total[:-1]])
        kept[order] = wanted(total - p, before - p)
        return only(logits, kept)

    return answer


def and_the_first(kept: Tensor) -> Tensor:
    """The first place, whatever the rule says of it."""
    return kept | (torch.arange(len(kept), device=kept.device) == 0)


SUMS_OF_LOGITS = (
    sums_of_logits(lambda _, before: and_the_first(before < 0)),
    sums_of_logits(lambda _, before: before < 0),
    sums_of_logits(lambda _, before: and_the_first(before <= 0)),
    sums_of_logits(lambda total, _: total <= 0),
    sums_of_logits(lambda total, _: total < 0),
    sums_of_logits(lambda total, _: and_the_first(total <= 0)),
    sums_of_logits(lambda total, _: and_the_first(total < 0)),
    sums_of_logits(lambda _, before: and_the_first(before < 0), sort=False),
    sums_of_logits(lambda total, _: total <= 0, sort=False),
)


def above_p(logits: Tensor, p: float) -> Tensor:
    """A threshold on each probability."""
    return only(logits, torch.softmax(logits.double(), -1) >= p)


def above_what_is_left(logits: Tensor, p: float) -> Tensor:
    """A threshold of 1 - p on each probability."""
    return only(logits, torch.softmax(logits.double(), -1) >= 1 - p)


def from_below(logits: Tensor, p: float) -> Tensor:
    """Summed from the least probable token up."""
    if p == 1:
        return logits.clone()
    return nucleus(logits, lambda _, before: (before < p) | (before == 0), descending=False)


def rows_for_top_p(generator: torch.Generator) -> tuple[Probe, ...]:
    """Nuclei of several sizes, both ends of p, an exact sum of equal tokens, and a far tail."""
    logits = random_row(generator)
    far = torch.stack([logits[0], logits[0] - 60])
    equal = torch.full((8,), 1.5, dtype=torch.float32, device="cpu")
    return (
        *(Probe((logits, between_two_sums(logits, rank)), "...") for rank in (1, 2, 4)),
        Probe((logits, 0.0), "..."),
        Probe((equal, 0.375), "..."),
        Probe((far, 1.0), "..."),
    )


KEEP_TOP_P = Exercise(
    name="keep_top_p",
    section="four-filters",
    reference=top_p,
    probes=(
        probe(WORDS, 0.6),
        probe(SHUFFLED, 0.8),
        probe(WORDS, 0.5),
        probe([1.0, -INF, 2.0], 0.9),
        probe([0.0, 3.0, 1.0, 2.0], 0.7),
        # Equal logits, and none of them 0: a word removed by a logit of 0 would look like the rest.
        probe([1.0, 1.0, 1.0, 1.0], 0.5),
        probe(WORDS, 0.0),
        probe([0.0, -50.0], 1.0),
    ),
    hidden=rows_for_top_p,
    misconceptions=(
        as_mask(top_p),
        as_probabilities(top_p),
        as_log_probabilities(top_p),
        as_zero(top_p),
        almost_impossible(top_p),
        Misconception("tail-lost", tail_lost_at_one, "edge-cases"),
        Misconception("nothing-at-zero", nothing_at_zero, "edge-cases"),
        Misconception(
            "crossing-dropped",
            crossing_dropped,
            "four-filters",
            also=(crossing_dropped_strictly, crossing_dropped_but_one),
        ),
        Misconception("every-tie", equals_of_the_last, "edge-cases"),
        in_falling_order(top_p),
        Misconception(
            "mask-not-put-back",
            mask_not_put_back(top_p),
            "four-filters",
            also=(mask_not_put_back(tail_lost_at_one), mask_not_put_back(crossing_dropped)),
        ),
        Misconception(
            "unsorted",
            in_the_order_of_the_vocabulary,
            "four-filters",
            also=(crossing_dropped_unsorted,),
        ),
        Misconception("sums-of-logits", SUMS_OF_LOGITS[0], "four-filters", also=SUMS_OF_LOGITS[1:]),
        without_places(top_p),
        arithmetic_with_masks(top_p, tail_lost_at_one),
        Misconception("threshold", above_p, "four-filters", also=(above_what_is_left,)),
        Misconception("from-below", from_below, "four-filters"),
        Misconception("one-beyond", one_beyond, "edge-cases"),
    ),
)
