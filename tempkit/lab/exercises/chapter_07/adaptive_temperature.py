"""Lab 07, ``adaptive_temperature``: a temperature a row, from the row's entropy, both ways."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from tempkit.information import entropy
from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import INF, normal, tensor
from tempkit.scaling import softmax

__all__ = ["ADAPTIVE_TEMPERATURE"]


def possible(logits: Tensor) -> Tensor:
    """How many tokens of each row are possible."""
    return (logits > -INF).sum(-1).double()


def undecided(logits: Tensor) -> Tensor:
    """H / log n of each row, 0 for a single possible token."""
    most = possible(logits).log()
    return torch.where(most > 0, entropy(logits.double()) / most, 0.0)


def adaptive_temperature(logits: Tensor, certain: float, uniform: float) -> Tensor:
    """From ``certain`` where the entropy is 0 to ``uniform`` where it is log n."""
    return certain + (uniform - certain) * undecided(logits)


def between_the_ends(share: Callable[[Tensor], Tensor]) -> Answer:
    """The right line, with another measure of how undecided a row is."""

    def answer(logits: Tensor, certain: float, uniform: float) -> Tensor:
        return certain + (uniform - certain) * share(logits.double())

    return answer


def whole_vocabulary(logits: Tensor) -> Tensor:
    """H / log V: the impossible tokens are counted too."""
    return entropy(logits) / math.log(logits.shape[-1])


def number_not_logarithm(logits: Tensor) -> Tensor:
    """H / n."""
    return entropy(logits) / possible(logits)


def number_of_the_vocabulary(logits: Tensor) -> Tensor:
    """H / V."""
    return entropy(logits) / logits.shape[-1]


def largest_missing(logits: Tensor) -> Tensor:
    """1 - the largest probability."""
    return 1 - softmax(logits).amax(-1)


def effective_share(logits: Tensor) -> Tensor:
    """exp(H) / n, the perplexity in the place of the entropy."""
    return entropy(logits).exp() / possible(logits)


def bits_over_nats(logits: Tensor) -> Tensor:
    """log2 in the entropy, the natural logarithm below."""
    return undecided(logits) / math.log(2)


def nats_over_bits(logits: Tensor) -> Tensor:
    """The other way round."""
    return undecided(logits) * math.log(2)


def over_the_largest(logits: Tensor) -> Tensor:
    """Divided by the largest entropy of the batch."""
    found = entropy(logits)
    return found / found.max()


def mean_of_the_batch(logits: Tensor) -> Tensor:
    """One entropy for all rows."""
    return undecided(logits).mean().expand(len(logits))


def sum_of_p_log_p(logits: Tensor) -> Tensor:
    """0 log 0: NaN as soon as a token is impossible."""
    q = softmax(logits)
    most = possible(logits).log().clamp_min(1e-12)
    return -(q * q.log()).sum(-1) / most


def zero_over_zero(logits: Tensor) -> Tensor:
    """H / log n with n = 1."""
    return entropy(logits) / possible(logits).log()


def both_nan(logits: Tensor) -> Tensor:
    """p log p as it stands, over log n as it stands."""
    q = softmax(logits)
    return -(q * q.log()).sum(-1) / possible(logits).log()


def vocabulary_and_nan(logits: Tensor) -> Tensor:
    """p log p as it stands, over log V."""
    q = softmax(logits)
    return -(q * q.log()).sum(-1) / math.log(logits.shape[-1])


def of_probabilities(logits: Tensor) -> Tensor:
    """tempkit.entropy of probabilities, which it takes for logits: nearly log V."""
    most = possible(logits).log()
    return torch.where(most > 0, entropy(softmax(logits)) / most, 0.0)


def of_probabilities_unguarded(logits: Tensor) -> Tensor:
    """The same, divided by log 1 = 0 where a single token is possible."""
    return entropy(softmax(logits)) / possible(logits).log()


def of_probabilities_over_all(logits: Tensor) -> Tensor:
    """The same over log V."""
    return entropy(softmax(logits)) / math.log(logits.shape[-1])


def counted_in_the_batch(logits: Tensor) -> Tensor:
    """(logits > -inf).sum() without dim: the possible tokens of all rows together."""
    return entropy(logits) / (logits > -INF).sum().double().log()


def rows_and_columns_counted(logits: Tensor) -> Tensor:
    """log of the number of entries."""
    return entropy(logits) / math.log(logits.numel())


def single_is_uniform(logits: Tensor) -> Tensor:
    """1 for 0/0."""
    return torch.where(possible(logits) > 1, undecided(logits), 1.0)


def single_is_one(logits: Tensor, certain: float, uniform: float) -> Tensor:
    """T = 1 for a row with a single possible token."""
    return torch.where(possible(logits) > 1, adaptive_temperature(logits, certain, uniform), 1.0)


def impossible_at_zero(logits: Tensor) -> Tensor:
    """-inf replaced by 0, a logit like any other, and every token counted."""
    return whole_vocabulary(logits.nan_to_num(neginf=0.0))


def impossible_at_zero_not_counted(logits: Tensor) -> Tensor:
    """-inf replaced by 0 in the entropy alone."""
    most = possible(logits).log()
    return torch.where(most > 0, entropy(logits.nan_to_num(neginf=0.0)) / most, 0.0)


def clamped(logits: Tensor, certain: float, uniform: float) -> Tensor:
    """clamp(certain, uniform): with the ends the other way round every row gets ``uniform``."""
    return adaptive_temperature(logits, certain, uniform).clamp(certain, uniform)


def held_by_certain(logits: Tensor, certain: float, uniform: float) -> Tensor:
    """max(certain, min(uniform, T)): then every row gets ``certain``."""
    found = adaptive_temperature(logits, certain, uniform)
    return found.clamp_max(uniform).clamp_min(certain)


def never_below(logits: Tensor, certain: float, uniform: float) -> Tensor:
    """base (1 + a H / log n) with base = certain and a = uniform."""
    return certain * (1 + uniform * undecided(logits))


def added(logits: Tensor, certain: float, uniform: float) -> Tensor:
    """certain + uniform H / log n: the difference forgotten."""
    return certain + uniform * undecided(logits)


def around_one(logits: Tensor, certain: float, uniform: float) -> Tensor:
    """1 + (uniform - certain) H / log n."""
    return 1 + (uniform - certain) * undecided(logits)


def turned_round(logits: Tensor, certain: float, uniform: float) -> Tensor:
    """The ends exchanged."""
    return adaptive_temperature(logits, uniform, certain)


def sign_lost(logits: Tensor, certain: float, uniform: float) -> Tensor:
    """The sum of p log p without its minus."""
    return certain - (uniform - certain) * undecided(logits)


def in_nats(logits: Tensor, certain: float, uniform: float) -> Tensor:
    """H itself in the place of H / log n."""
    return certain + (uniform - certain) * entropy(logits.double())


def in_bits(logits: Tensor, certain: float, uniform: float) -> Tensor:
    """H in bits, not divided either."""
    return certain + (uniform - certain) * entropy(logits.double(), unit="bits")


def by_factors(logits: Tensor, certain: float, uniform: float) -> Tensor:
    """A line in log T."""
    share = undecided(logits)
    return certain ** (1 - share) * uniform**share


def two_values(logits: Tensor, certain: float, uniform: float) -> Tensor:
    """A threshold in the place of a line."""
    return torch.where(undecided(logits) > 0.5, uniform, certain).double()


def other_rows(generator: torch.Generator) -> tuple[Probe, ...]:
    """Sharp and flat rows, with impossible tokens, and a row with a single possible one."""
    probes = []
    for size, ends in ((5, (0.6, 1.7)), (8, (1.8, 0.7))):
        rows = torch.stack([scale * normal(generator, size) for scale in (4.0, 1.5, 0.3)])
        rows[0, 1] = rows[2, :2] = -INF
        single = torch.full((1, size), -INF, dtype=torch.float64, device="cpu")
        single[0, 2] = 1.0
        probes.append(Probe((torch.cat([rows, single]), *ends), "..."))
    return (*probes, Probe((2 * normal(generator, 3, 6), 0.4, 1.6), "..."))


_ROWS = [[4.0, 0.0, 0.0], [0.0, 0.0, 0.0], [1.0, 0.0, -1.0]]
_WITH_IMPOSSIBLE = [[2.0, 1.0, 0.0, -INF], [0.5, -INF, -INF, 0.0], [1.0, -INF, 0.0, 3.0]]
_SINGLE = [[-INF, 3.0, -INF], [2.0, 0.0, 1.0], [0.0, -INF, 1.0]]


def _probe(rows: list, certain: float, uniform: float) -> Probe:
    return Probe((tensor(rows), certain, uniform), f"{rows}, {certain}, {uniform}")


ADAPTIVE_TEMPERATURE = Exercise(
    name="adaptive_temperature",
    section="two-ways",
    reference=adaptive_temperature,
    probes=(
        _probe(_ROWS, 0.5, 1.5),
        _probe(_ROWS, 2.0, 0.75),
        _probe(_WITH_IMPOSSIBLE, 0.5, 1.5),
        _probe(_SINGLE, 0.5, 1.5),
    ),
    hidden=other_rows,
    misconceptions=(
        Misconception("never-below", never_below, "never-below", also=(added, around_one)),
        Misconception("turned-round", turned_round, "two-ways"),
        Misconception("not-divided", in_nats, "two-ways", also=(in_bits,)),
        Misconception(
            "number-not-logarithm",
            between_the_ends(number_not_logarithm),
            "two-ways",
            also=(between_the_ends(number_of_the_vocabulary),),
        ),
        Misconception("impossible-counted", between_the_ends(whole_vocabulary), "two-ways"),
        Misconception(
            "two-logarithms",
            between_the_ends(bits_over_nats),
            "00:entropy",
            also=(between_the_ends(nats_over_bits),),
        ),
        Misconception("largest-probability", between_the_ends(largest_missing), "two-ways"),
        Misconception("perplexity", between_the_ends(effective_share), "two-ways"),
        Misconception("over-the-largest", between_the_ends(over_the_largest), "two-ways"),
        Misconception("one-for-all", between_the_ends(mean_of_the_batch), "two-ways"),
        Misconception("sign-lost", sign_lost, "00:entropy"),
        Misconception(
            "of-probabilities",
            between_the_ends(of_probabilities),
            "two-ways",
            also=(
                between_the_ends(of_probabilities_unguarded),
                between_the_ends(of_probabilities_over_all),
            ),
        ),
        Misconception(
            "counted-in-the-batch",
            between_the_ends(counted_in_the_batch),
            "two-ways",
            also=(between_the_ends(rows_and_columns_counted),),
        ),
        Misconception(
            "single-is-uniform",
            between_the_ends(single_is_uniform),
            "two-ways",
            also=(single_is_one,),
        ),
        Misconception(
            "impossible-at-zero",
            between_the_ends(impossible_at_zero),
            "two-ways",
            also=(between_the_ends(impossible_at_zero_not_counted),),
        ),
        Misconception("held-between", clamped, "two-ways", also=(held_by_certain,)),
        Misconception("by-factors", by_factors, "two-ways"),
        Misconception("threshold", two_values, "two-ways"),
        Misconception("zero-over-zero", between_the_ends(zero_over_zero), "two-ways"),
        Misconception(
            "zero-log-zero",
            between_the_ends(sum_of_p_log_p),
            "00:entropy",
            also=(between_the_ends(both_nan), between_the_ends(vocabulary_and_nan)),
        ),
    ),
)
