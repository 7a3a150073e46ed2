"""Exercises of lab 03, truncation."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from tempkit.filters import min_p, temper, top_k, top_p
from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import INF, WORDS, tensor

__all__ = ["EXERCISES"]

SHUFFLED = [0.5, 0.1, 2.0, 0.2, 1.0]


def probe(logits: list, *others: object) -> Probe:
    """Logits, and whatever else the exercise takes."""
    return Probe((tensor(logits), *others), ", ".join(map(str, (logits, *others))))


def random_row(generator: torch.Generator, size: int = 12) -> Tensor:
    """Logits of a hidden probe, the last one impossible."""
    logits = 2 * torch.randn(size, generator=generator, device="cpu", dtype=torch.float32)
    logits[-1] = -INF
    return logits


def between_two_sums(logits: Tensor, rank: int, temperature: float = 1.0) -> float:
    """A ``p`` that the nucleus of ``rank`` tokens reaches, far from any rounding."""
    q = torch.softmax(logits.double() / temperature, -1).sort(descending=True).values
    return (q[: rank - 1].sum() + q[rank - 1] / 2).item()


def falling(logits: Tensor) -> Tensor:
    """Indices from the largest logit down, equal ones in their order."""
    return logits.sort(descending=True, stable=True).indices


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


# --- tail_share ---------------------------------------------------------------------------------


def tail_share(draws: Tensor, k: int) -> tuple[float, float]:
    """Share of draws beyond the first ``k`` tokens, and its standard error."""
    share = (draws >= k).double().mean().item()
    return share, math.sqrt(share * (1 - share) / len(draws))


def tail_count(draws: Tensor, k: int) -> tuple[float, float]:
    """How many draws, with the error of the share."""
    share, error = tail_share(draws, k)
    return share * len(draws), error


def tail_count_throughout(draws: Tensor, k: int) -> tuple[float, float]:
    """How many draws, and the error of that number as if it were a share."""
    count = (draws >= k).double().sum()
    return count.item(), (count * (1 - count) / len(draws)).sqrt().item()


def head_share(draws: Tensor, k: int) -> tuple[float, float]:
    """The share of the first k."""
    share, error = tail_share(draws, k)
    return 1 - share, error


def beyond_by_one(draws: Tensor, k: int) -> tuple[float, float]:
    """``draws > k``."""
    return tail_share(draws, k + 1)


def one_too_many(draws: Tensor, k: int) -> tuple[float, float]:
    """``draws >= k - 1``."""
    return tail_share(draws, k - 1)


def cut_draws(share_of: Callable[[Tensor, Tensor], Tensor]) -> Answer:
    """``draws[k:]``: some number of the draws left after the first k of them."""

    def answer(draws: Tensor, k: int) -> tuple[float, float]:
        share = share_of(draws[k:].double(), draws.double())
        return share.item(), (share * (1 - share) / len(draws)).sqrt().item()

    return answer


CUT_DRAWS = (
    cut_draws(lambda rest, draws: torch.ones_like(rest).sum() / len(draws)),
    cut_draws(lambda rest, draws: rest.sum() / draws.sum()),
    cut_draws(lambda rest, draws: rest.sum() / len(draws)),
    cut_draws(lambda rest, _: rest.mean()),
)


def error_of(formula: Callable[[float, int], float]) -> Answer:
    """The right share with another error."""

    def answer(draws: Tensor, k: int) -> tuple[float, float]:
        share = tail_share(draws, k)[0]
        return share, formula(share, len(draws))

    return answer


def error_of_one_draw(draws: Tensor, k: int) -> tuple[float, float]:
    """The spread of single draws, which more of them do not shrink."""
    share = tail_share(draws, k)[0]
    return share, math.sqrt(share * (1 - share))


def share_second(draws: Tensor, k: int) -> tuple[float, float]:
    """The two numbers in the other order."""
    share, error = tail_share(draws, k)
    return error, share


def other_draws(generator: torch.Generator) -> tuple[Probe, ...]:
    """Positions of another size, the k-th among them."""
    draws = torch.randint(0, 12, (900,), generator=generator, device="cpu")
    return (Probe((draws, 7), "..."),)


def integers(values: list) -> Tensor:
    """Positions on the CPU."""
    return tensor(values, torch.int64)


TAIL_SHARE = Exercise(
    name="tail_share",
    section="long-tail",
    reference=tail_share,
    probes=(
        Probe((integers([0, 3, 7, 10, 25] * 100), 10), "[0, 3, 7, 10, 25, 0, ...], 10"),
        Probe((integers([0, 0, 1, 0, 2, 5, 0, 0] * 100), 2), "[0, 0, 1, 0, 2, 5, 0, ...], 2"),
        # A single draw in the tail: here a count has an error too, and its square root is real.
        Probe((integers([12, 9, *[0] * 398]), 10), "[12, 9, 0, 0, 0, ...], 10"),
    ),
    hidden=other_draws,
    misconceptions=(
        Misconception("count", tail_count, "long-tail", also=(tail_count_throughout,)),
        Misconception("head", head_share, "long-tail"),
        Misconception("by-one", beyond_by_one, "long-tail"),
        Misconception("one-too-many", one_too_many, "long-tail"),
        Misconception("cut-draws", CUT_DRAWS[0], "long-tail", also=CUT_DRAWS[1:]),
        Misconception("one-draw", error_of_one_draw, "long-tail"),
        Misconception(
            "over-n", error_of(lambda share, n: math.sqrt(share * (1 - share)) / n), "long-tail"
        ),
        Misconception("variance", error_of(lambda share, n: share * (1 - share) / n), "long-tail"),
        Misconception("poisson", error_of(lambda share, n: math.sqrt(share / n)), "long-tail"),
        Misconception("share-second", share_second, "long-tail"),
    ),
    rtol=5e-3,
)


# --- keep_top_k ---------------------------------------------------------------------------------


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


# --- keep_top_p ---------------------------------------------------------------------------------


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


# --- keep_min_p ---------------------------------------------------------------------------------


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


# --- both_orders --------------------------------------------------------------------------------

Filter = Callable[[Tensor], Tensor]
Orders = dict[str, Tensor]


def orders(first_way: Tensor, last_way: Tensor) -> Orders:
    """The two results under their names."""
    return {"temperature_first": first_way, "temperature_last": last_way}


def both_orders(logits: Tensor, temperature: float, keep: Filter) -> Orders:
    """Probabilities after tempering and filtering, in either order."""
    return orders(
        torch.softmax(keep(logits / temperature), -1),
        torch.softmax(keep(logits) / temperature, -1),
    )


def orders_exchanged(logits: Tensor, temperature: float, keep: Filter) -> Orders:
    """Each under the other's name."""
    made = both_orders(logits, temperature, keep)
    return orders(made["temperature_last"], made["temperature_first"])


def one_order_twice(logits: Tensor, temperature: float, keep: Filter) -> Orders:
    """Temperature first, both times."""
    made = both_orders(logits, temperature, keep)["temperature_first"]
    return orders(made, made)


def the_other_order_twice(logits: Tensor, temperature: float, keep: Filter) -> Orders:
    """Temperature last, both times."""
    made = both_orders(logits, temperature, keep)["temperature_last"]
    return orders(made, made)


def never_tempered_last(logits: Tensor, temperature: float, keep: Filter) -> Orders:
    """The second without any temperature."""
    made = both_orders(logits, temperature, keep)["temperature_first"]
    return orders(made, torch.softmax(keep(logits), -1))


def multiplied(logits: Tensor, temperature: float, keep: Filter) -> Orders:
    """The knob turned backwards."""
    return both_orders(logits, 1 / temperature, keep)


def tempered_twice(logits: Tensor, temperature: float, keep: Filter) -> Orders:
    """Before and after the filter."""
    first_way = torch.softmax(keep(logits / temperature) / temperature, -1)
    return orders(first_way, both_orders(logits, temperature, keep)["temperature_last"])


def in_probabilities(
    logits: Tensor, temperature: float, keep: Filter
) -> tuple[list[Tensor], list[Tensor]]:
    """What a filter of logits makes of probabilities, in either place; all that people go on to."""
    hot, plain = torch.softmax(logits / temperature, -1), torch.softmax(logits, -1)
    first_way = keep(hot)
    last_way = keep(plain)

    def renormalised(filtered: Tensor) -> Tensor:
        return torch.softmax(only(logits / temperature, torch.isfinite(filtered)), -1)

    return (
        [renormalised(first_way), first_way, torch.softmax(first_way, -1)],
        [
            renormalised(last_way),
            last_way,
            last_way / temperature,
            torch.softmax(last_way, -1),
            torch.softmax(last_way / temperature, -1),
            torch.softmax(keep(logits) / temperature, -1),
            keep(plain / temperature),
        ],
    )


def filtered_probabilities(first_way: int, last_way: int) -> Answer:
    """A filter of logits given probabilities, in one of the ways to go on from there."""

    def answer(logits: Tensor, temperature: float, keep: Filter) -> Orders:
        firsts, lasts = in_probabilities(logits, temperature, keep)
        return orders(firsts[first_way], lasts[last_way])

    return answer


FILTERED_PROBABILITIES = tuple(
    filtered_probabilities(first_way, last_way) for first_way in range(3) for last_way in range(7)
)


def divided_at_the_end(logits: Tensor, temperature: float, keep: Filter) -> Orders:
    """``softmax(...) / T``."""
    made = both_orders(logits, temperature, keep)["temperature_first"]
    return orders(made, torch.softmax(keep(logits), -1) / temperature)


def divided_at_both_ends(logits: Tensor, temperature: float, keep: Filter) -> Orders:
    """Probabilities divided in the first order too."""
    divided = torch.softmax(logits, -1) / temperature
    filtered = divided.masked_fill(keep(logits) == -INF, 0.0)
    return orders(filtered, torch.softmax(keep(logits), -1) / temperature)


def with_a_filter_of_its_own(own: Filter) -> Answer:
    """The argument is not used."""

    def answer(logits: Tensor, temperature: float, keep: Filter) -> Orders:
        del keep
        return both_orders(logits, temperature, own)

    return answer


OWN_FILTERS = tuple(
    with_a_filter_of_its_own(own)
    for own in (
        *(partial(top_p, p=p) for p in (0.9, 0.5, 0.6, 0.7, 0.8, 0.95)),
        *(partial(top_k, k=k) for k in (2, 3, 4)),
        torch.clone,
    )
)


def still_logits(logits: Tensor, temperature: float, keep: Filter) -> Orders:
    """No softmax."""
    return orders(keep(logits / temperature), keep(logits) / temperature)


def not_renormalised(logits: Tensor, temperature: float, keep: Filter) -> Orders:
    """The tempered probabilities of the kept tokens, summing to less than 1."""
    q = torch.softmax(logits / temperature, -1)
    return orders(
        q.masked_fill(keep(logits / temperature) == -INF, 0.0),
        q.masked_fill(keep(logits) == -INF, 0.0),
    )


def filter_settings(generator: torch.Generator) -> tuple[Probe, ...]:
    """A nucleus and a threshold far from any rounding, hot and cold."""
    logits = random_row(generator)
    logits[:3] = logits[torch.isfinite(logits)].max() + torch.tensor([1.2, 0.5, 0.0], device="cpu")
    return (
        Probe((logits, 2.0, partial(min_p, p=0.35)), "..."),
        Probe((logits, 0.5, partial(min_p, p=0.35)), "..."),
        Probe((logits, 2.0, partial(top_k, k=3)), "..."),
    )


BOTH_ORDERS = Exercise(
    name="both_orders",
    section="order",
    reference=both_orders,
    probes=(
        Probe((tensor(WORDS), 2.0, partial(top_p, p=0.6)), f"{WORDS}, 2.0, top_p(p=0.6)"),
        Probe((tensor(WORDS), 2.0, partial(min_p, p=0.25)), f"{WORDS}, 2.0, min_p(p=0.25)"),
        Probe((tensor(WORDS), 0.5, partial(top_p, p=0.8)), f"{WORDS}, 0.5, top_p(p=0.8)"),
        Probe((tensor(WORDS), 2.0, partial(top_k, k=3)), f"{WORDS}, 2.0, top_k(k=3)"),
    ),
    hidden=filter_settings,
    misconceptions=(
        Misconception("exchanged", orders_exchanged, "order"),
        Misconception("one-order-twice", one_order_twice, "order", also=(the_other_order_twice,)),
        Misconception("never-tempered", never_tempered_last, "order"),
        Misconception("inverted", multiplied, "00:where-t-goes"),
        Misconception("twice", tempered_twice, "order"),
        Misconception(
            "filtered-probabilities",
            FILTERED_PROBABILITIES[0],
            "four-filters",
            also=FILTERED_PROBABILITIES[1:],
        ),
        Misconception(
            "divided-probabilities",
            divided_at_the_end,
            "00:outside-forms",
            also=(divided_at_both_ends,),
        ),
        Misconception("still-logits", still_logits, "order"),
        Misconception("not-renormalised", not_renormalised, "shares"),
        Misconception("own-filter", OWN_FILTERS[0], "order", also=OWN_FILTERS[1:]),
    ),
)


# --- nucleus_size (spot the bug) ----------------------------------------------------------------


def nucleus_size(logits: Tensor, temperature: float, p: float) -> int:
    """How many tokens the nucleus of softmax(z / T) holds."""
    return int(torch.isfinite(top_p(temper(logits, temperature), p)).sum())


def size_among_the_top(count: int) -> Answer:
    """The code as it is shown: running sums of shares among the most probable alone."""

    def answer(logits: Tensor, temperature: float, p: float) -> int:
        top = logits.topk(min(count, len(logits))).values
        return nucleus_size(top, temperature, p)

    return answer


def running_sums(logits: Tensor, temperature: float, *, descending: bool = True) -> Tensor:
    """Sums of the sorted probabilities."""
    q = torch.softmax(logits.double() / temperature, -1)
    return q.sort(descending=descending).values.cumsum(-1)


def size_stopped_at(count: int, beyond: int = 0) -> Answer:
    """True probabilities, but no more than so many of them are looked at."""

    def answer(logits: Tensor, temperature: float, p: float) -> int:
        sums = running_sums(logits, temperature)
        return min(min(count, len(logits)) + beyond, int((sums < p).sum()) + 1)

    return answer


LONG_ENOUGH = (10, 20, 50, 100, 500, 1000, 5000, 10_000)


def size_one_beyond(logits: Tensor, temperature: float, p: float) -> int:
    """``sums <= p`` and one more: too many where a sum is exactly p."""
    return int((running_sums(logits, temperature) <= p).sum()) + 1


def size_from_below(logits: Tensor, temperature: float, p: float) -> int:
    """Summed from the least probable token up."""
    return int((running_sums(logits, temperature, descending=False) < p).sum()) + 1


def size_of_the_rest(logits: Tensor, temperature: float, p: float) -> int:
    """``sums >= p``: the tokens from the one that reaches p on."""
    return int((running_sums(logits, temperature) >= p).sum())


def size_beyond(logits: Tensor, temperature: float, p: float) -> int:
    """``sums > p``."""
    return int((running_sums(logits, temperature) > p).sum())


def size_at_one(logits: Tensor, temperature: float, p: float) -> int:
    """The nucleus of softmax(z)."""
    del temperature
    return nucleus_size(logits, 1.0, p)


def size_backwards(logits: Tensor, temperature: float, p: float) -> int:
    """z * T."""
    return nucleus_size(logits, 1 / temperature, p)


def size_without_the_last(logits: Tensor, temperature: float, p: float) -> int:
    """The tokens before p is reached."""
    return nucleus_size(logits, temperature, p) - 1


def size_unsorted(logits: Tensor, temperature: float, p: float) -> int:
    """Running sums in the order of the vocabulary."""
    q = torch.softmax(logits.double() / temperature, -1)
    return int((q.cumsum(-1) < p).sum()) + 1


def mass_instead(logits: Tensor, temperature: float, p: float) -> float:
    """The mass of the nucleus."""
    q = torch.softmax(logits.double() / temperature, -1).sort(descending=True).values
    return q[: nucleus_size(logits, temperature, p)].sum().item()


def fraction_of_the_vocabulary(logits: Tensor, temperature: float, p: float) -> int:
    """p times V, rounded up."""
    del temperature
    return math.ceil(p * len(logits))


def zipf(size: int) -> Tensor:
    """Logits of Zipf's law, the most probable token in the middle of the vocabulary."""
    logits = -torch.log(torch.arange(1, size + 1, dtype=torch.float64, device="cpu"))
    return logits.roll(size // 2)


def sizes_of_zipf(size: int, temperature: float) -> Probe:
    """A nucleus of 0.9, written as the lab's own row of logits would be cut."""
    row = f"zipf[:{size}].roll({size // 2})"
    return Probe((zipf(size), temperature, 0.9), f"{row}, {temperature}, 0.9")


def rows_for_sizes(generator: torch.Generator) -> tuple[Probe, ...]:
    """Nuclei of known sizes in random rows, one of them long, and an exact sum of equal tokens."""
    logits = 2 * torch.randn(60, generator=generator, device="cpu", dtype=torch.float32)
    long = torch.randn(12_000, generator=generator, device="cpu", dtype=torch.float32)
    equal = torch.full((8,), 1.5, dtype=torch.float32, device="cpu")
    return (
        *(
            Probe((logits, t, between_two_sums(logits, rank, t)), "...")
            for t, rank in ((0.5, 4), (1.0, 17), (3.0, 41))
        ),
        Probe((long, 2.0, between_two_sums(long, 10_500, 2.0)), "..."),
        Probe((equal, 1.0, 0.375), "..."),
    )


NUCLEUS_SIZE = Exercise(
    name="nucleus_size",
    section="shares",
    reference=nucleus_size,
    probes=(
        sizes_of_zipf(200, 1.0),
        sizes_of_zipf(200, 2.0),
        sizes_of_zipf(200, 0.5),
        # Long enough that looking at the first thousand, or ten thousand, is no longer enough.
        sizes_of_zipf(20_000, 2.0),
        probe([0.0, 0.0, 0.0, 0.0], 1.0, 0.5),
    ),
    hidden=rows_for_sizes,
    misconceptions=(
        Misconception(
            "shares",
            size_among_the_top(10),
            "shares",
            also=tuple(size_among_the_top(count) for count in LONG_ENOUGH[1:]),
        ),
        Misconception(
            "stops-at-ten",
            size_stopped_at(10),
            "shares",
            also=tuple(
                size_stopped_at(count, beyond) for count in LONG_ENOUGH for beyond in (0, 1)
            ),
        ),
        Misconception("temperature-lost", size_at_one, "heat"),
        Misconception("inverted", size_backwards, "heat"),
        Misconception("one-short", size_without_the_last, "four-filters"),
        Misconception("one-beyond", size_one_beyond, "edge-cases"),
        Misconception("unsorted", size_unsorted, "four-filters"),
        Misconception("from-below", size_from_below, "four-filters"),
        Misconception("the-rest", size_of_the_rest, "four-filters", also=(size_beyond,)),
        Misconception("mass", mass_instead, "four-filters"),
        Misconception("fraction", fraction_of_the_vocabulary, "four-filters"),
    ),
)


# --- penalise -----------------------------------------------------------------------------------


def seen(logits: Tensor, previous_tokens: Tensor) -> Tensor:
    """Mask of the tokens that have appeared."""
    mask = torch.zeros_like(logits, dtype=torch.bool)
    mask[previous_tokens] = True
    return mask


def penalised(rule: Callable[[Tensor, float], Tensor]) -> Answer:
    """A rule for the logits of the tokens that have appeared."""

    def answer(logits: Tensor, previous_tokens: Tensor, penalty: float) -> Tensor:
        return torch.where(seen(logits, previous_tokens), rule(logits, penalty), logits)

    return answer


def falls(z: Tensor, penalty: float) -> Tensor:
    """Positive logits divided, negative ones multiplied."""
    return torch.where(z > 0, z / penalty, z * penalty)


penalise = penalised(falls)


def rewards_repetition(z: Tensor, penalty: float) -> Tensor:
    """The two cases exchanged."""
    return torch.where(z > 0, z * penalty, z / penalty)


def every_token(logits: Tensor, previous_tokens: Tensor, penalty: float) -> Tensor:
    """Also the tokens that have not appeared."""
    del previous_tokens
    return falls(logits, penalty)


def the_new_ones(logits: Tensor, previous_tokens: Tensor, penalty: float) -> Tensor:
    """Only the tokens that have not appeared."""
    everyone = every_token(logits, previous_tokens, penalty)
    return torch.where(seen(logits, previous_tokens), logits, everyone)


def once_an_occurrence(logits: Tensor, previous_tokens: Tensor, penalty: float) -> Tensor:
    """Again for every time that a token appeared."""
    penalised_so_far = logits.clone()
    for token in previous_tokens.tolist():
        z = penalised_so_far[token]
        penalised_so_far[token] = z / penalty if z > 0 else z * penalty
    return penalised_so_far


def one_word(place: slice) -> Answer:
    """The last of the tokens alone, or the first."""

    def answer(logits: Tensor, previous_tokens: Tensor, penalty: float) -> Tensor:
        return penalise(logits, previous_tokens[place], penalty)

    return answer


def positions_for_tokens(logits: Tensor, previous_tokens: Tensor, penalty: float) -> Tensor:
    """``z[i]`` where ``enumerate`` gave i and the token."""
    return penalise(logits, torch.arange(len(previous_tokens), device=logits.device), penalty)


def tokens_written_to_positions(logits: Tensor, previous_tokens: Tensor, penalty: float) -> Tensor:
    """``new[i]`` from ``z[token]``."""
    penalised_so_far = logits.clone()
    for place, token in enumerate(previous_tokens.tolist()):
        penalised_so_far[place] = falls(logits[token], penalty)
    return penalised_so_far


def positions_written_to_tokens(logits: Tensor, previous_tokens: Tensor, penalty: float) -> Tensor:
    """``new[token]`` from ``z[i]``."""
    penalised_so_far = logits.clone()
    for place, token in enumerate(previous_tokens.tolist()):
        penalised_so_far[token] = falls(logits[place], penalty)
    return penalised_so_far


def in_log_probabilities(logits: Tensor, previous_tokens: Tensor, penalty: float) -> Tensor:
    """On log p, where every logit is negative."""
    return penalise(torch.log_softmax(logits, -1), previous_tokens, penalty)


def of_probabilities(logits: Tensor, previous_tokens: Tensor, penalty: float) -> Tensor:
    """p / rho, renormalised."""
    p = torch.softmax(logits, -1)
    weights = torch.where(seen(logits, previous_tokens), p / penalty, p)
    return weights / weights.sum()


def probabilities_after(logits: Tensor, previous_tokens: Tensor, penalty: float) -> Tensor:
    """The softmax of the right logits."""
    return torch.softmax(penalise(logits, previous_tokens, penalty), -1)


def histories(generator: torch.Generator) -> tuple[Probe, ...]:
    """Logits of both signs, tokens repeated, and an empty history."""
    logits = random_row(generator)
    logits[:2], logits[[3, 6]] = logits[:2].abs() + 0.5, -logits[[3, 6]].abs() - 0.5
    return (
        Probe((logits, integers([1, 0, 3, 3, 0, 6]), 1.25), "..."),
        Probe((logits, integers([]), 1.25), "..."),
    )


PENALISE = Exercise(
    name="penalise",
    section="repetition",
    reference=penalise,
    probes=(
        Probe((tensor(WORDS), integers([0, 3]), 1.3), f"{WORDS}, [0, 3], 1.3"),
        Probe(
            (tensor([2.0, -1.0, 0.5, -0.5]), integers([0, 1]), 1.2),
            "[2.0, -1.0, 0.5, -0.5], [0, 1], 1.2",
        ),
        Probe(
            (tensor([2.0, -1.0, 0.5, -0.5]), integers([3, 2, 3, 3]), 1.2),
            "[2.0, -1.0, 0.5, -0.5], [3, 2, 3, 3], 1.2",
        ),
        Probe((tensor([1.0, -INF, 2.0]), integers([]), 1.2), "[1.0, -inf, 2.0], [], 1.2"),
    ),
    hidden=histories,
    misconceptions=(
        Misconception("divides-all", penalised(lambda z, penalty: z / penalty), "repetition"),
        Misconception("multiplies-all", penalised(lambda z, penalty: z * penalty), "repetition"),
        Misconception("rewards", penalised(rewards_repetition), "repetition"),
        Misconception(
            "one-case",
            penalised(lambda z, penalty: torch.where(z > 0, z / penalty, z)),
            "repetition",
            also=(penalised(lambda z, penalty: torch.where(z > 0, z, z * penalty)),),
        ),
        Misconception("ban", penalised(lambda z, _: torch.full_like(z, -INF)), "repetition"),
        Misconception("each-time", once_an_occurrence, "repetition"),
        Misconception(
            "positions",
            positions_for_tokens,
            "repetition",
            also=(tokens_written_to_positions, positions_written_to_tokens),
        ),
        Misconception(
            "one-word",
            one_word(slice(-1, None)),
            "repetition",
            also=(one_word(slice(1)),),
        ),
        Misconception("everyone", every_token, "repetition"),
        Misconception("the-new-ones", the_new_ones, "repetition"),
        Misconception(
            "subtracts",
            penalised(lambda z, penalty: z - penalty),
            "repetition",
            also=(penalised(lambda z, penalty: z - math.log(penalty)),),
        ),
        Misconception("log-probabilities", in_log_probabilities, "repetition"),
        Misconception("probabilities", of_probabilities, "repetition", also=(probabilities_after,)),
    ),
)


EXERCISES = (
    TAIL_SHARE,
    KEEP_TOP_K,
    KEEP_TOP_P,
    KEEP_MIN_P,
    BOTH_ORDERS,
    NUCLEUS_SIZE,
    PENALISE,
)
