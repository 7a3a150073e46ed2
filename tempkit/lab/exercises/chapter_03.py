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

    return Misconception("probabilities", renormalised, "four-filters", also=(with_zeros,))


def as_zero(keep: Answer) -> Misconception:
    """A logit of 0 for the removed."""
    return Misconception("zero", instead_of_minus_infinity(keep, 0.0), "four-filters")


# --- tail_share ---------------------------------------------------------------------------------


def tail_share(draws: Tensor, k: int) -> tuple[float, float]:
    """Share of draws beyond the first ``k`` tokens, and its standard error."""
    share = (draws >= k).double().mean().item()
    return share, math.sqrt(share * (1 - share) / len(draws))


def tail_count(draws: Tensor, k: int) -> tuple[float, float]:
    """How many draws, with the error of the share."""
    share, error = tail_share(draws, k)
    return share * len(draws), error


def head_share(draws: Tensor, k: int) -> tuple[float, float]:
    """The share of the first k."""
    share, error = tail_share(draws, k)
    return 1 - share, error


def beyond_by_one(draws: Tensor, k: int) -> tuple[float, float]:
    """``draws > k``."""
    return tail_share(draws, k + 1)


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
    ),
    hidden=other_draws,
    misconceptions=(
        Misconception("count", tail_count, "long-tail"),
        Misconception("head", head_share, "long-tail"),
        Misconception("by-one", beyond_by_one, "long-tail"),
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


def values_alone(logits: Tensor, k: int) -> Tensor:
    """The k logits, without their places."""
    return logits.topk(min(k, len(logits))).values


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
        as_probabilities(top_k),
        as_zero(top_k),
        almost_impossible(top_k),
        Misconception("every-tie", every_tie, "edge-cases"),
        Misconception("one-short", above_the_kth, "edge-cases"),
        Misconception("another-tie", of_equals(-1), "edge-cases", also=(of_equals(1),)),
        Misconception("too-many", more_than_there_are, "edge-cases"),
        Misconception("values-alone", values_alone, "four-filters"),
        Misconception("places-alone", places_alone, "four-filters"),
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


def not_put_back(logits: Tensor, p: float) -> Tensor:
    """The filtered logits in falling order."""
    return top_p(logits, p).sort(descending=True).values


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
        probe([0.0, 0.0, 0.0, 0.0], 0.5),
        probe(WORDS, 0.0),
        probe([0.0, -50.0], 1.0),
    ),
    hidden=rows_for_top_p,
    misconceptions=(
        as_probabilities(top_p),
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
        Misconception("unsorted", in_the_order_of_the_vocabulary, "four-filters"),
        Misconception("not-put-back", not_put_back, "four-filters"),
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
    gaps = torch.tensor([0.0, 0.0, 0.2, 0.6, 1.5, 2.0, 2.6, 4.0, INF], device="cpu")
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
        probe([1.0, 2.0, 2.0], 1.0),
        probe([1.0, -INF, 2.0], 0.0),
    ),
    hidden=rows_for_min_p,
    misconceptions=(
        as_probabilities(min_p),
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


def filtered_probabilities(logits: Tensor, temperature: float, keep: Filter) -> Orders:
    """A filter of logits given probabilities, its result renormalised."""
    kept_first = torch.isfinite(keep(torch.softmax(logits / temperature, -1)))
    kept_last = torch.isfinite(keep(torch.softmax(logits, -1)))
    return orders(
        torch.softmax(only(logits / temperature, kept_first), -1),
        torch.softmax(only(logits / temperature, kept_last), -1),
    )


def filtered_probabilities_and_again(logits: Tensor, temperature: float, keep: Filter) -> Orders:
    """A filter of logits given probabilities, and a second softmax."""
    return orders(
        torch.softmax(keep(torch.softmax(logits / temperature, -1)), -1),
        torch.softmax(keep(torch.softmax(logits, -1)) / temperature, -1),
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
            filtered_probabilities,
            "four-filters",
            also=(filtered_probabilities_and_again,),
        ),
        Misconception("still-logits", still_logits, "order"),
        Misconception("not-renormalised", not_renormalised, "shares"),
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


def size_stopped_at(count: int) -> Answer:
    """True probabilities, but no more than so many of them are looked at."""

    def answer(logits: Tensor, temperature: float, p: float) -> int:
        return min(count, nucleus_size(logits, temperature, p))

    return answer


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


def rows_for_sizes(generator: torch.Generator) -> tuple[Probe, ...]:
    """Nuclei of known sizes in a random row."""
    logits = 2 * torch.randn(60, generator=generator, device="cpu", dtype=torch.float32)
    return tuple(
        Probe((logits, t, between_two_sums(logits, rank, t)), "...")
        for t, rank in ((0.5, 4), (1.0, 17), (3.0, 41))
    )


NUCLEUS_SIZE = Exercise(
    name="nucleus_size",
    section="shares",
    reference=nucleus_size,
    probes=(
        Probe((zipf(200), 1.0, 0.9), "zipf(200), 1.0, 0.9"),
        Probe((zipf(200), 2.0, 0.9), "zipf(200), 2.0, 0.9"),
        Probe((zipf(200), 0.5, 0.9), "zipf(200), 0.5, 0.9"),
    ),
    hidden=rows_for_sizes,
    misconceptions=(
        Misconception(
            "shares",
            size_among_the_top(10),
            "shares",
            also=(size_among_the_top(20), size_among_the_top(50)),
        ),
        Misconception("stops-at-ten", size_stopped_at(10), "shares", also=(size_stopped_at(50),)),
        Misconception("temperature-lost", size_at_one, "heat"),
        Misconception("inverted", size_backwards, "heat"),
        Misconception("one-short", size_without_the_last, "four-filters"),
        Misconception("unsorted", size_unsorted, "four-filters"),
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
    logits[0], logits[3] = logits[0].abs() + 0.5, -logits[3].abs() - 0.5
    return (
        Probe((logits, integers([0, 3, 5, 3, 0, 0]), 1.25), "..."),
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
        Misconception("each-time", once_an_occurrence, "repetition"),
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
