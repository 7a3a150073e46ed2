"""Exercises of lab 01, temperature and entropy."""

from __future__ import annotations

import math
from functools import cache

import torch
from torch import Tensor

from tempkit.information import entropy_sweep
from tempkit.information import temperature_for_entropy as solve
from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import INF, WORDS, tensor
from tempkit.scaling import softmax

__all__ = ["EXERCISES"]

FIVE = [0.1, 0.5, 1.0, 2.0, 5.0]


def probe(logits: list, *others: object) -> Probe:
    """Logits, and whatever else the exercise takes."""
    return Probe((tensor(logits), *others), ", ".join(map(str, (logits, *others))))


def random_row(generator: torch.Generator, size: int = 8) -> Tensor:
    """Logits of a hidden probe."""
    return 2 * torch.randn(size, generator=generator, device="cpu")


# --- distribution_table -------------------------------------------------------------------------


def distribution_table(logits: Tensor, temperatures: list[float]) -> Tensor:
    """A row a temperature, limits included."""
    return torch.stack([softmax(logits, t) for t in temperatures])


def divided_by_zero(logits: Tensor, temperatures: list[float]) -> Tensor:
    """No case for T = 0: 0/0 at the maximum."""
    gaps = logits - logits.max()
    return torch.stack([torch.softmax(gaps / t, -1) for t in temperatures])


def first_of_the_ties(logits: Tensor, temperatures: list[float]) -> Tensor:
    """argmax at T = 0: one winner even where several tie."""
    rows = distribution_table(logits, temperatures)
    for row, t in zip(rows, temperatures, strict=True):
        if t == 0:
            row.zero_()[logits.argmax()] = 1.0
    return rows


def impossible_revived(logits: Tensor, temperatures: list[float]) -> Tensor:
    """1/V at T = inf, impossible tokens included."""
    rows = distribution_table(logits, temperatures)
    for row, t in zip(rows, temperatures, strict=True):
        if t == INF:
            row.fill_(1 / len(row))
    return rows


def indeterminate_at_infinity(logits: Tensor, temperatures: list[float]) -> Tensor:
    """-inf / inf is NaN."""
    rows = distribution_table(logits, temperatures)
    for row, t in zip(rows, temperatures, strict=True):
        if t == INF and (logits == -INF).any():
            row.fill_(math.nan)
    return rows


def clamped(smallest: float, largest: float = INF) -> Answer:
    """A smallest temperature in the place of 0, perhaps a largest one in the place of infinity."""

    def table(logits: Tensor, temperatures: list[float]) -> Tensor:
        return distribution_table(logits, [min(max(t, smallest), largest) for t in temperatures])

    return table


POWERS_OF_TEN = [10.0**exponent for exponent in range(2, 13)]


def not_shared(logits: Tensor, temperatures: list[float]) -> Tensor:
    """At T = 0 every one of the tied maxima gets 1."""
    rows = distribution_table(logits, temperatures)
    for row, t in zip(rows, temperatures, strict=True):
        if t == 0:
            row.copy_(logits == logits.max())
    return rows


def not_shared_at_infinity(logits: Tensor, temperatures: list[float]) -> Tensor:
    """At T = inf every possible word gets 1."""
    rows = distribution_table(logits, temperatures)
    for row, t in zip(rows, temperatures, strict=True):
        if t == INF:
            row.copy_(torch.isfinite(logits))
    return rows


def columns_normalised(logits: Tensor, temperatures: list[float]) -> Tensor:
    """A softmax over the temperatures instead of the words."""
    if 0 in temperatures or INF in temperatures:
        return distribution_table(logits, temperatures)
    return torch.softmax(torch.stack([logits / t for t in temperatures]), 0)


def knob_backwards(logits: Tensor, temperatures: list[float]) -> Tensor:
    """z * T between the limits."""
    between = [t if t in (0, INF) else 1 / t for t in temperatures]
    return distribution_table(logits, between)


def a_column_a_temperature(logits: Tensor, temperatures: list[float]) -> Tensor:
    """The table on its side."""
    return distribution_table(logits, temperatures).T


def limits(generator: torch.Generator) -> tuple[Probe, ...]:
    """Random rows with a tie and an impossible token, at random temperatures and both limits."""
    logits = random_row(generator)
    logits[[1, 4, 6]] = logits.max() + 0.5
    logits[2] = -INF
    finite = (0.2 + 3 * torch.rand(3, generator=generator, device="cpu")).tolist()
    return (Probe((logits, [0.0, *finite, INF]), "..."), Probe((logits, finite), "..."))


DISTRIBUTION_TABLE = Exercise(
    name="distribution_table",
    section="three-limits",
    reference=distribution_table,
    probes=(
        probe(WORDS, FIVE),
        probe([1.0, 0.0], [0.0, 1.0]),
        probe([1.0, 0.0, 1.0, 1.0], [0.0, 1.0]),
        probe([1.0, 0.9995, 0.0], [0.0, 0.5]),
        Probe(
            (tensor([2.0, 2 - 1e-12, 0.0], torch.float64), [0.0]), "[2.0, 2 - 1e-12, 0.0], [0.0]"
        ),
        probe([1.0, 0.0, 2.0], [1.0, INF]),
        probe([1e9, 0.0, 0.0], [INF]),
        probe([1.0, -INF, 2.0], [1.0, INF]),
    ),
    hidden=limits,
    misconceptions=(
        Misconception("inverted", knob_backwards, "only-differences"),
        Misconception("transposed", a_column_a_temperature, "full-spectrum"),
        Misconception("first-of-the-ties", first_of_the_ties, "ties"),
        Misconception("not-shared", not_shared, "ties"),
        Misconception("not-shared-at-infinity", not_shared_at_infinity, "three-limits"),
        Misconception("columns", columns_normalised, "full-spectrum"),
        Misconception(
            "clamped",
            clamped(1e-3),
            "three-limits",
            also=(
                *(clamped(1 / power) for power in POWERS_OF_TEN),
                *(clamped(1 / power, power) for power in POWERS_OF_TEN),
            ),
        ),
        Misconception("indeterminate", indeterminate_at_infinity, "three-limits"),
        Misconception("divided-by-zero", divided_by_zero, "three-limits"),
        Misconception("impossible-revived", impossible_revived, "three-limits"),
    ),
)


# --- full_spectrum (spot the bug) ---------------------------------------------------------------


def full_spectrum(logits: Tensor, temperatures: list[float], k: int) -> Tensor:
    """Probabilities over the whole vocabulary, of the k likeliest tokens."""
    top = logits.topk(k).indices
    return distribution_table(logits, temperatures)[:, top]


def shares_of_the_top(logits: Tensor, temperatures: list[float], k: int) -> Tensor:
    """The code as it is shown: a softmax over the top k alone, or a division by their sum."""
    return distribution_table(logits.topk(k).values, temperatures)


def percentages(logits: Tensor, temperatures: list[float], k: int) -> Tensor:
    """Times 100."""
    return 100 * full_spectrum(logits, temperatures, k)


def tempered_only_outside(logits: Tensor, temperatures: list[float], k: int) -> Tensor:
    """The top k of softmax(z), the same row for every temperature."""
    return full_spectrum(logits, [1.0] * len(temperatures), k)


def unsorted(logits: Tensor, temperatures: list[float], k: int) -> Tensor:
    """The first k tokens instead of the k likeliest."""
    return distribution_table(logits, temperatures)[:, :k]


def rising(logits: Tensor, temperatures: list[float], k: int) -> Tensor:
    """The least likely of the top k first."""
    return full_spectrum(logits, temperatures, k).flip(-1)


def indices(logits: Tensor, temperatures: list[float], k: int) -> Tensor:
    """Which words, instead of their probabilities."""
    return logits.topk(k).indices.expand(len(temperatures), -1)


def whole_vocabularies(generator: torch.Generator) -> tuple[Probe, ...]:
    """A wider vocabulary."""
    return (Probe((random_row(generator, 200), [0.5, 1.0, 7.0], 6), "..."),)


FULL_SPECTRUM = Exercise(
    name="full_spectrum",
    section="full-spectrum",
    reference=full_spectrum,
    probes=(
        probe([0.1, 2.0, 0.5, 1.0, 0.2], [0.5, 1.0, 2.0], 3),
        probe([0.0, 4.0, 1.0, 3.0, 2.0, 1.5], [1.0, 100.0], 2),
    ),
    hidden=whole_vocabularies,
    misconceptions=(
        Misconception("shares-of-the-top", shares_of_the_top, "full-spectrum"),
        Misconception("percentages", percentages, "full-spectrum"),
        Misconception("temperature-lost", tempered_only_outside, "full-spectrum"),
        Misconception("unsorted", unsorted, "full-spectrum"),
        Misconception("rising", rising, "full-spectrum"),
        Misconception("indices", indices, "full-spectrum"),
    ),
)


# --- entropy_curve ------------------------------------------------------------------------------


def entropy_curve(logits: Tensor, temperatures: list[float]) -> Tensor:
    """Entropy in nats at every temperature."""
    return entropy_sweep(logits, torch.tensor(temperatures, device="cpu")).entropy


def curve_in_bits(logits: Tensor, temperatures: list[float]) -> Tensor:
    """Base 2."""
    return entropy_curve(logits, temperatures) / math.log(2)


def curve_upside_down(logits: Tensor, temperatures: list[float]) -> Tensor:
    """Without the minus sign."""
    return -entropy_curve(logits, temperatures)


def curve_with_nan(logits: Tensor, temperatures: list[float]) -> Tensor:
    """-sum p log p with p = 0."""
    p = distribution_table(logits, temperatures)
    return -(p * p.log()).sum(-1)


def normalised_curve(logits: Tensor, temperatures: list[float]) -> Tensor:
    """Divided by log V."""
    return entropy_curve(logits, temperatures) / math.log(len(logits))


def curve_backwards(logits: Tensor, temperatures: list[float]) -> Tensor:
    """z * T."""
    return entropy_curve(logits, [1 / t for t in temperatures])


def cross_entropy_curve(logits: Tensor, temperatures: list[float]) -> Tensor:
    """-sum q log p: the tempered distribution inside, the untempered one in the logarithm."""
    return -(distribution_table(logits, temperatures) * torch.log_softmax(logits, -1)).sum(-1)


def averaged_curve(logits: Tensor, temperatures: list[float]) -> Tensor:
    """The mean of -q log q instead of its sum."""
    return entropy_curve(logits, temperatures) / len(logits)


def flat_curve(logits: Tensor, temperatures: list[float]) -> Tensor:
    """The entropy of softmax(z) at every temperature."""
    return entropy_curve(logits, [1.0] * len(temperatures))


def curves(generator: torch.Generator) -> tuple[Probe, ...]:
    """A random row over a wide range of temperatures."""
    return (Probe((random_row(generator), [0.002, 0.3, 1.0, 4.0, 50.0]), "..."),)


ENTROPY_CURVE = Exercise(
    name="entropy_curve",
    section="entropy-never-falls",
    reference=entropy_curve,
    probes=(probe(WORDS, FIVE), probe([2.0, 0.0], [0.5]), probe(WORDS, [0.001, 1.0])),
    hidden=curves,
    misconceptions=(
        Misconception("bits", curve_in_bits, "00:entropy"),
        Misconception("negative", curve_upside_down, "00:entropy"),
        Misconception("normalised", normalised_curve, "00:entropy"),
        Misconception("inverted", curve_backwards, "only-differences"),
        Misconception("cross-entropy", cross_entropy_curve, "00:entropy"),
        Misconception("mean-for-sum", averaged_curve, "00:entropy"),
        Misconception("temperature-lost", flat_curve, "only-differences"),
        Misconception("zero-times-log-zero", curve_with_nan, "00:entropy"),
    ),
)


# --- entropy_slope ------------------------------------------------------------------------------


def moments(logits: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and variance of the logits under a distribution."""
    logits = logits.double()
    mean = (weights * logits).sum()
    return mean, (weights * (logits - mean) ** 2).sum()


def entropy_slope(logits: Tensor, temperature: float) -> Tensor:
    """Var_q[z] / T^3."""
    return moments(logits, softmax(logits.double(), temperature))[1] / temperature**3


def slope_in_log_temperature(logits: Tensor, temperature: float) -> Tensor:
    """Var / T^2, the slope against log T."""
    return entropy_slope(logits, temperature) * temperature


def variance_alone(logits: Tensor, temperature: float) -> Tensor:
    """Var, without the chain rule."""
    return entropy_slope(logits, temperature) * temperature**3


def variance_at_one(logits: Tensor, temperature: float) -> Tensor:
    """The variance under p instead of q."""
    return moments(logits, softmax(logits.double()))[1] / temperature**3


def unweighted_variance(logits: Tensor, temperature: float) -> Tensor:
    """torch.var: every token alike."""
    return logits.double().var() / temperature**3


def unweighted_population_variance(logits: Tensor, temperature: float) -> Tensor:
    """torch.var(correction=0): every token alike."""
    return logits.double().var(correction=0) / temperature**3


def deviation(logits: Tensor, temperature: float) -> Tensor:
    """The standard deviation in the place of the variance."""
    return moments(logits, softmax(logits.double(), temperature))[1].sqrt() / temperature**3


def second_moment(logits: Tensor, temperature: float) -> Tensor:
    """E[z^2] without subtracting the square of the mean."""
    q = softmax(logits.double(), temperature)
    return (q * logits.double() ** 2).sum() / temperature**3


def variance_of_scaled(logits: Tensor, temperature: float) -> Tensor:
    """Var of z / T, which has lost a factor T^2 already."""
    return entropy_slope(logits, temperature) / temperature**2


def around_the_plain_mean(logits: Tensor, temperature: float) -> Tensor:
    """Weighted squares around an unweighted mean."""
    q, z = softmax(logits.double(), temperature), logits.double()
    return (q * (z - z.mean()) ** 2).sum() / temperature**3


def slope_in_inverse_temperature(logits: Tensor, temperature: float) -> Tensor:
    """dH/db for b = 1/T: -b Var."""
    return -entropy_slope(logits, temperature) * temperature**2


def slopes(generator: torch.Generator) -> tuple[Probe, ...]:
    """Two random rows."""
    return tuple(Probe((random_row(generator), t), "...") for t in (0.6, 2.5))


ENTROPY_SLOPE = Exercise(
    name="entropy_slope",
    section="slope",
    reference=entropy_slope,
    probes=(probe(WORDS, 2.0), probe(WORDS, 0.5), probe([3.0, -1.0, 0.0], 1.5)),
    hidden=slopes,
    misconceptions=(
        Misconception("per-log-temperature", slope_in_log_temperature, "slope"),
        Misconception("variance-alone", variance_alone, "slope"),
        Misconception("per-inverse-temperature", slope_in_inverse_temperature, "slope"),
        Misconception("scaled-logits", variance_of_scaled, "slope"),
        Misconception("variance-at-one", variance_at_one, "slope"),
        Misconception(
            "unweighted", unweighted_variance, "slope", also=(unweighted_population_variance,)
        ),
        Misconception("plain-mean", around_the_plain_mean, "slope"),
        Misconception("deviation", deviation, "slope"),
        Misconception("second-moment", second_moment, "slope"),
    ),
    rtol=5e-3,
)


# --- temperature_for ----------------------------------------------------------------------------


def temperature_for(logits: Tensor, entropy: float) -> float:
    """The one finite T > 0, or a ValueError."""
    temperature = solve(logits.double(), entropy).item()
    if not 0 < temperature < INF:
        raise ValueError(f"no finite temperature above 0 has the entropy {entropy}")
    return temperature


def target_in_bits(logits: Tensor, entropy: float) -> float:
    """The entropy taken for bits."""
    return temperature_for(logits, entropy * math.log(2))


def inverse_temperature(logits: Tensor, entropy: float) -> float:
    """1/T returned as T."""
    return 1 / temperature_for(logits, entropy)


@cache
def solved(logits: tuple[float, ...], entropy: float) -> float:
    """The temperature on the whole of [0, inf]: an end where the entropy is not attained."""
    row = tensor(list(logits), torch.float64)
    lowest, highest = entropy_curve(row, [0.0, INF]).tolist()
    if entropy <= lowest:
        return 0.0
    return INF if entropy >= highest else solve(row, entropy).item()


def narrow_bracket(low: float, high: float) -> Answer:
    """A search that stops at an end of its interval when the answer lies outside."""

    def search(logits: Tensor, entropy: float) -> float:
        exact = solved(tuple(logits.tolist()), entropy)
        if not 0 < exact < INF:
            raise ValueError("no finite temperature above 0 has this entropy")
        return min(max(exact, low), high)

    return search


def reversed_search(low: float, high: float) -> Answer:
    """A bisection that goes down where it should go up: it ends at one of its ends."""

    def search(logits: Tensor, entropy: float) -> float:
        exact = solved(tuple(logits.tolist()), entropy)
        if not 0 < exact < INF:
            raise ValueError("no finite temperature above 0 has this entropy")
        return low if exact > math.sqrt(low * high) else high

    return search


ENDS = [
    (low, high)
    for low in (0.0, 1e-4, 1e-3, 0.01, 0.05, 0.1)
    for high in (5.0, 10.0, 20.0, 50.0, 100.0, 1000.0)
    if low > 1e-3 or high < 100  # the others hold the answers to all probes
]
WIDE_ENDS = [(10.0**low, 10.0**high) for low in range(-12, -1) for high in range(1, 13)]


def never_refuses(logits: Tensor, entropy: float) -> float:
    """A wide interval, but a number even where there is none to find."""
    return min(max(solved(tuple(logits.tolist()), entropy), 1e-6), 1e6)


def zero_times_anything(logits: Tensor, entropy: float) -> float:
    """A geometric middle with a lower end of 0 is always 0."""
    del logits, entropy
    return 0.0


def straight_line(logits: Tensor, entropy: float) -> float:
    """As if entropy rose in proportion to T from T = 1."""
    return entropy / entropy_curve(logits, [1.0]).item()


def attainable(generator: torch.Generator) -> tuple[Probe, ...]:
    """One entropy at three scales of the logits, and one below the floor that a tie sets."""
    logits = random_row(generator)
    target = entropy_curve(logits, [1.7]).item()
    tied = logits.clone()
    tied[[0, 3, 5]] = tied.max() + 1
    return (
        Probe((logits, target), "..."),
        Probe((0.01 * logits, target), "..."),
        Probe((40 * logits, target), "..."),
        Probe((tied, 0.9), "..."),
    )


TEMPERATURE_FOR = Exercise(
    name="temperature_for",
    section="inverse-problem",
    reference=temperature_for,
    probes=(
        probe(WORDS, 1.0),
        probe(WORDS, 1.5),
        probe([0.02, 0.01, 0.0], 0.5),
        probe([80.0, 40.0, 0.0], 1.0),
        probe(WORDS, 2.0),
        probe(WORDS, -0.5),
        probe([1.0, 1.0, 0.0], 0.5),
        probe([1.0, 0.0, -INF], 1.0),
    ),
    hidden=attainable,
    misconceptions=(
        Misconception("bits", target_in_bits, "inverse-problem"),
        Misconception("inverse-temperature", inverse_temperature, "inverse-problem"),
        Misconception("straight-line", straight_line, "inverse-problem"),
        Misconception(
            "narrow-bracket",
            narrow_bracket(0.1, 5.0),
            "inverse-problem",
            also=tuple(narrow_bracket(low, high) for low, high in ENDS),
        ),
        Misconception(
            "wrong-way",
            reversed_search(1e-6, 1e6),
            "inverse-problem",
            also=tuple(reversed_search(low, high) for low, high in WIDE_ENDS),
        ),
        Misconception("zero-end", zero_times_anything, "inverse-problem"),
        Misconception("never-refuses", never_refuses, "inverse-problem"),
    ),
    rtol=2e-3,
    atol=1e-9,
)


# --- entropy_from_draws -------------------------------------------------------------------------


def entropy_from_draws(surprisals: Tensor) -> tuple[float, float]:
    """Mean and its standard error."""
    return surprisals.mean().item(), surprisals.std().item() / math.sqrt(len(surprisals))


def spread_of_one_draw(surprisals: Tensor) -> tuple[float, float]:
    """The standard deviation, which more draws do not shrink."""
    return surprisals.mean().item(), surprisals.std().item()


def shrinks_too_fast(surprisals: Tensor) -> tuple[float, float]:
    """Divided by n instead of its root."""
    return surprisals.mean().item(), surprisals.std().item() / len(surprisals)


def variance_of_the_mean(surprisals: Tensor) -> tuple[float, float]:
    """Var / n without the root."""
    return surprisals.mean().item(), surprisals.var().item() / len(surprisals)


def summed(surprisals: Tensor) -> tuple[float, float]:
    """The sum where the mean belongs."""
    return surprisals.sum().item(), surprisals.std().item() / math.sqrt(len(surprisals))


def half_a_root(surprisals: Tensor) -> tuple[float, float]:
    """The variance divided by the root of n."""
    return surprisals.mean().item(), surprisals.var().item() / math.sqrt(len(surprisals))


def error_first(surprisals: Tensor) -> tuple[float, float]:
    """The two numbers in the other order."""
    estimate, error = entropy_from_draws(surprisals)
    return error, estimate


def other_samples(generator: torch.Generator) -> tuple[Probe, ...]:
    """Surprisals of another size and scale."""
    return (Probe((3 * torch.rand(900, generator=generator, device="cpu"),), "..."),)


ENTROPY_FROM_DRAWS = Exercise(
    name="entropy_from_draws",
    section="slope",
    reference=entropy_from_draws,
    probes=(
        Probe((tensor([0.5, 1.5] * 200),), "[0.5, 1.5, 0.5, ...]"),
        Probe((tensor([0.1, 0.1, 0.1, 2.3] * 100),), "[0.1, 0.1, 0.1, 2.3, ...]"),
    ),
    hidden=other_samples,
    misconceptions=(
        Misconception("one-draw", spread_of_one_draw, "slope"),
        Misconception("over-n", shrinks_too_fast, "slope"),
        Misconception("variance", variance_of_the_mean, "slope"),
        Misconception("variance-over-root", half_a_root, "slope"),
        Misconception("error-first", error_first, "slope"),
        Misconception("sum", summed, "slope"),
    ),
    rtol=5e-3,
)


EXERCISES = (
    DISTRIBUTION_TABLE,
    FULL_SPECTRUM,
    ENTROPY_CURVE,
    ENTROPY_SLOPE,
    TEMPERATURE_FOR,
    ENTROPY_FROM_DRAWS,
)
