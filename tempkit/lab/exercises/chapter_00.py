"""Exercises of lab 00, inside or outside the softmax."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from tempkit import pitfalls
from tempkit.information import entropy
from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import INF, WORDS, tensor
from tempkit.scaling import softmax

__all__ = ["EXERCISES"]


def logits_and_temperature(values: list, temperature: float) -> Probe:
    """A probe of an exercise that takes logits and a temperature."""
    return Probe((tensor(values), temperature), f"{values}, {temperature}")


# --- temperature_softmax ------------------------------------------------------------------------


def overflowing(logits: Tensor, temperature: float) -> Tensor:
    """exp() of the scaled logits themselves."""
    weights = torch.exp(logits / temperature)
    return weights / weights.sum(-1, keepdim=True)


def divided_first(logits: Tensor, temperature: float) -> Tensor:
    """Stable against overflow, but the division rounds a large offset first."""
    return torch.softmax(logits / temperature, -1)


def first_axis(logits: Tensor, temperature: float) -> Tensor:
    """Classes taken along the first axis."""
    return softmax(logits, temperature, dim=0)


def divided_again(logits: Tensor, temperature: float) -> Tensor:
    """softmax(z / T) / T."""
    return softmax(logits, temperature) / temperature


def summed_over_the_first_axis(logits: Tensor, temperature: float) -> Tensor:
    """The weights of every column divided by their sum."""
    weights = not_normalised(logits, temperature)
    return weights / weights.sum(0)


def shifted_by_the_minimum(logits: Tensor, temperature: float) -> Tensor:
    """The minimum subtracted, which is -inf where a class is impossible."""
    return torch.softmax((logits - logits.amin(-1, keepdim=True)) / temperature, -1)


def shifted_by_the_mean(logits: Tensor, temperature: float) -> Tensor:
    """The mean subtracted, which is -inf where a class is impossible."""
    return torch.softmax((logits - logits.mean(-1, keepdim=True)) / temperature, -1)


def upside_down(logits: Tensor, temperature: float) -> Tensor:
    """max - z where z - max belongs."""
    return softmax(-logits.clamp_min(-1e30), temperature)


def one_maximum_for_all(logits: Tensor, temperature: float) -> Tensor:
    """The maximum of the whole batch subtracted from every row."""
    weights = torch.exp((logits - logits.max()) / temperature)
    return weights / weights.sum(-1, keepdim=True)


def one_sum_for_all(logits: Tensor, temperature: float) -> Tensor:
    """Divided by the sum over the whole batch."""
    weights = not_normalised(logits, temperature)
    return weights / weights.sum()


def one_sum_and_overflowing(logits: Tensor, temperature: float) -> Tensor:
    """The naive formula, without an axis."""
    weights = torch.exp(logits / temperature)
    return weights / weights.sum()


def not_normalised(logits: Tensor, temperature: float) -> Tensor:
    """The weights before the division by their sum."""
    return torch.exp((logits - logits.amax(-1, keepdim=True)) / temperature)


def log_probabilities(logits: Tensor, temperature: float) -> Tensor:
    """log_softmax where probabilities were asked for."""
    return torch.log(softmax(logits, temperature))


def without_temperature(logits: Tensor, _: float) -> Tensor:
    """T ignored."""
    return softmax(logits)


def batches(generator: torch.Generator) -> tuple[Probe, ...]:
    """Random rows with an impossible class at random temperatures, near zero and far from it, and
    two rows far from each other, hot and cold.
    """
    probes = []
    for offset in (0.0, -300.0, 20000.0):
        logits = 3 * torch.randn(3, 7, generator=generator, device="cpu").double() + offset
        logits[1, 2] = -INF
        temperature = 0.3 + 2 * torch.rand(1, generator=generator, device="cpu").item()
        probes.append(Probe((logits.float(), temperature), "..."))
    spread = 150 + 100 * torch.rand(1, generator=generator, device="cpu").item()
    far_apart = tensor([[900.0, 900.0 - spread], [0.0, -1.0]])
    return (*probes, Probe((far_apart, 60.0), "..."), Probe((far_apart, 1.5), "..."))


TEMPERATURE_SOFTMAX = Exercise(
    name="temperature_softmax",
    section="where-t-goes",
    reference=softmax,
    probes=(
        logits_and_temperature(WORDS, 2.0),
        logits_and_temperature(WORDS, 0.5),
        logits_and_temperature([[2.0, 1.0, 0.0], [0.0, 0.0, 3.0]], 0.7),
        logits_and_temperature([1.0, -INF, 0.0], 2.0),
        logits_and_temperature([1000.0, 999.0, 998.0], 2.0),
        logits_and_temperature([[0.0, 1.0, 2.0], [900.0, 901.0, 902.0]], 2.0),
        logits_and_temperature([1000.0, 800.0], 100.0),
        logits_and_temperature([10002.0, 10001.0, 10000.5], 0.7),
    ),
    hidden=batches,
    misconceptions=(
        Misconception("divided", pitfalls.divided, "outside-forms"),
        Misconception("divided-again", divided_again, "outside-forms"),
        Misconception("power-of-stored", pitfalls.power, "power-form"),
        Misconception("double-softmax", pitfalls.double_softmax, "outside-forms"),
        Misconception("unnormalised-power", pitfalls.unnormalised_power, "outside-forms"),
        Misconception("inverted", pitfalls.inverted, "outside-forms"),
        Misconception("twice", pitfalls.twice, "outside-forms"),
        Misconception("without-temperature", without_temperature, "where-t-goes"),
        Misconception("log-probabilities", log_probabilities, "softmax"),
        Misconception("not-normalised", not_normalised, "softmax"),
        Misconception("upside-down", upside_down, "softmax"),
        Misconception("first-axis", first_axis, "softmax", also=(summed_over_the_first_axis,)),
        Misconception(
            "one-sum-for-all", one_sum_for_all, "softmax", also=(one_sum_and_overflowing,)
        ),
        Misconception("one-maximum-for-all", one_maximum_for_all, "floating-point"),
        Misconception(
            "another-shift", shifted_by_the_minimum, "floating-point", also=(shifted_by_the_mean,)
        ),
        Misconception("overflowing", overflowing, "floating-point"),
        Misconception("divided-first", divided_first, "floating-point"),
    ),
)


# --- form_entropies -----------------------------------------------------------------------------


def weights_of_forms(logits: Tensor, temperature: float) -> dict[str, Tensor]:
    """The weights of the four forms that the exercise names."""
    logits = logits.double()
    return {
        "inside": pitfalls.inside(logits, temperature),
        "power": pitfalls.power(logits, temperature),
        "divided": pitfalls.divided(logits, temperature),
        "double_softmax": pitfalls.double_softmax(logits, temperature),
    }


def form_entropies(logits: Tensor, temperature: float) -> dict[str, float]:
    """Entropies in nats after renormalising."""
    return {
        name: torch.special.entr(weights / weights.sum()).sum().item()
        for name, weights in weights_of_forms(logits, temperature).items()
    }


def in_bits(logits: Tensor, temperature: float) -> dict[str, float]:
    """Base 2."""
    return {name: h / math.log(2) for name, h in form_entropies(logits, temperature).items()}


def negative(logits: Tensor, temperature: float) -> dict[str, float]:
    """Without the minus sign."""
    return {name: -h for name, h in form_entropies(logits, temperature).items()}


def left_as_they_are(*names: str) -> Answer:
    """-sum w log w with the weights of some forms not divided by their sum."""

    def entropies(logits: Tensor, temperature: float) -> dict[str, float]:
        weights = weights_of_forms(logits, temperature)
        p = torch.softmax(logits.double(), -1)
        raw = {"power": p ** (1 / temperature), "divided": weights["divided"]}
        wrong = {name: torch.special.entr(raw[name]).sum().item() for name in names}
        return form_entropies(logits, temperature) | wrong

    return entropies


def renormalised_by_softmax(logits: Tensor, temperature: float) -> dict[str, float]:
    """A second softmax where a division by the sum was asked for."""
    return {
        name: entropy(weights).item()
        for name, weights in weights_of_forms(logits, temperature).items()
    }


def tempered_before(logits: Tensor, temperature: float) -> dict[str, float]:
    """p taken as softmax(z / T) in every form."""
    tempered = logits.double() / temperature
    inside = form_entropies(logits, temperature)["inside"]
    return form_entropies(tempered, temperature) | {"inside": inside}


def without_parentheses(logits: Tensor, temperature: float) -> dict[str, float]:
    """p ** 1 / T, which is (p ** 1) / T."""
    entropies = form_entropies(logits, temperature)
    return entropies | {"power": entropies["divided"]}


def zero_times_log_zero(logits: Tensor, temperature: float) -> dict[str, float]:
    """-sum p * log(p), which is NaN as soon as one p is 0."""
    entropies = {}
    for name, weights in weights_of_forms(logits, temperature).items():
        p = weights / weights.sum()
        entropies[name] = -(p * p.log()).sum().item()
    return entropies


def power_of_temperature(logits: Tensor, temperature: float) -> dict[str, float]:
    """p ** T where the power is 1/T."""
    weights = pitfalls.unnormalised_power(logits.double(), 1 / temperature)
    h = torch.special.entr(weights / weights.sum()).sum().item()
    return form_entropies(logits, temperature) | {"power": h}


def double_softmax_of_logits(logits: Tensor, temperature: float) -> dict[str, float]:
    """T inside the inner softmax instead of between the two."""
    weights = torch.softmax(torch.softmax(logits.double() / temperature, -1), -1)
    h = torch.special.entr(weights).sum().item()
    return form_entropies(logits, temperature) | {"double_softmax": h}


def rows_of_words(generator: torch.Generator) -> tuple[Probe, ...]:
    """Random rows, one with an impossible class."""
    probes = []
    for masked in (False, True):
        logits = 2 * torch.randn(6, generator=generator, device="cpu").double()
        if masked:
            logits[3] = -INF
        temperature = 0.4 + 3 * torch.rand(1, generator=generator, device="cpu").item()
        probes.append(Probe((logits.float(), temperature), "..."))
    return tuple(probes)


FORM_ENTROPIES = Exercise(
    name="form_entropies",
    section="outside-forms",
    reference=form_entropies,
    probes=(
        logits_and_temperature(WORDS, 2.0),
        logits_and_temperature(WORDS, 0.5),
        logits_and_temperature([1.0, 0.0, -INF], 2.0),
    ),
    hidden=rows_of_words,
    misconceptions=(
        Misconception("bits", in_bits, "entropy"),
        Misconception("negative", negative, "entropy"),
        Misconception(
            "without-renormalising",
            left_as_they_are("power", "divided"),
            "what-a-sampler-hides",
            also=(left_as_they_are("divided"), left_as_they_are("power")),
        ),
        Misconception("softmax-to-renormalise", renormalised_by_softmax, "outside-forms"),
        Misconception("tempered-before", tempered_before, "outside-forms"),
        Misconception("without-parentheses", without_parentheses, "power-form"),
        Misconception("power-of-temperature", power_of_temperature, "power-form"),
        Misconception("double-softmax-of-logits", double_softmax_of_logits, "outside-forms"),
        Misconception("zero-times-log-zero", zero_times_log_zero, "entropy"),
    ),
)


# --- power_form ---------------------------------------------------------------------------------


def power_form(logits: Tensor, temperature: float, dtype: torch.dtype) -> Tensor:
    """Every step in the given dtype."""
    return pitfalls.power(logits.to(dtype), temperature)


def nothing_lost(logits: Tensor, temperature: float, _: torch.dtype) -> Tensor:
    """The true distribution: the power, or the inside form, taken in a wide dtype."""
    return softmax(logits.double(), temperature)


def power_left_unnormalised(logits: Tensor, temperature: float, dtype: torch.dtype) -> Tensor:
    """The power without the division by its sum."""
    return pitfalls.unnormalised_power(logits.to(dtype), temperature)


def power_inverted(logits: Tensor, temperature: float, dtype: torch.dtype) -> Tensor:
    """p ** T."""
    return pitfalls.power(logits.to(dtype), 1 / temperature)


def root_of_the_logits(logits: Tensor, temperature: float, dtype: torch.dtype) -> Tensor:
    """p / T renormalised: p again."""
    del temperature
    return torch.softmax(logits.to(dtype), -1)


def power_of_tempered(logits: Tensor, temperature: float, dtype: torch.dtype) -> Tensor:
    """softmax(z / T) to the power 1/T."""
    return pitfalls.power(logits.to(dtype) / temperature, temperature)


def in_dtype(values: list, temperature: float, dtype: torch.dtype) -> Probe:
    """A probe of power_form."""
    return Probe((tensor(values), temperature, dtype), f"{values}, {temperature}, {dtype}")


def spreads(generator: torch.Generator) -> tuple[Probe, ...]:
    """Rows that float16 loses at their far end, and the same in float64."""
    probes = []
    for dtype in (torch.float16, torch.float64):
        spread = 22 + 8 * torch.rand(1, generator=generator, device="cpu").item()
        logits = tensor([0.0, -spread / 3, -spread])
        probes.append(Probe((logits, 8.0, dtype), "..."))
    return tuple(probes)


POWER_FORM = Exercise(
    name="power_form",
    section="power-form",
    reference=power_form,
    probes=(
        in_dtype(WORDS, 2.0, torch.float64),
        in_dtype(WORDS, 0.5, torch.float32),
        in_dtype([0.0, -10.0, -20.0], 10.0, torch.float64),
        in_dtype([0.0, -10.0, -20.0], 10.0, torch.float16),
    ),
    hidden=spreads,
    misconceptions=(
        Misconception("unnormalised", power_left_unnormalised, "power-form"),
        Misconception("power-inverted", power_inverted, "power-form"),
        Misconception("twice", power_of_tempered, "outside-forms"),
        Misconception("no-effect", root_of_the_logits, "what-a-sampler-hides"),
        Misconception("nothing-lost", nothing_lost, "power-form"),
    ),
)


# --- standard_errors_away -----------------------------------------------------------------------


def standard_errors_away(counts: Tensor, probabilities: Tensor) -> Tensor:
    """(count - n p) / sqrt(n p (1 - p))."""
    n, p = counts.sum(), probabilities.double()
    return (counts - n * p) / (n * p * (1 - p)).sqrt()


def poisson_error(counts: Tensor, probabilities: Tensor) -> Tensor:
    """sqrt(n p), which forgets that a count cannot exceed n."""
    n, p = counts.sum(), probabilities.double()
    return (counts - n * p) / (n * p).sqrt()


def variance_for_error(counts: Tensor, probabilities: Tensor) -> Tensor:
    """The variance where its root belongs."""
    n, p = counts.sum(), probabilities.double()
    return (counts - n * p) / (n * p * (1 - p))


def mixed_units(counts: Tensor, probabilities: Tensor) -> Tensor:
    """A difference of shares over the error of a count."""
    n, p = counts.sum(), probabilities.double()
    return (counts / n - p) / (n * p * (1 - p)).sqrt()


def error_of_one_draw(counts: Tensor, probabilities: Tensor) -> Tensor:
    """sqrt(p (1 - p)) without n."""
    n, p = counts.sum(), probabilities.double()
    return (counts - n * p) / (p * (1 - p)).sqrt()


def without_sign(counts: Tensor, probabilities: Tensor) -> Tensor:
    """Distances, so that too few and too many look alike."""
    return standard_errors_away(counts, probabilities).abs()


def words_for_draws(counts: Tensor, probabilities: Tensor) -> Tensor:
    """n taken as the number of words instead of the number of draws."""
    n, p = len(counts), probabilities.double()
    return (counts - n * p) / (n * p * (1 - p)).sqrt()


def counts_of(counts: list[int], probabilities: list[float]) -> Probe:
    """A probe of standard_errors_away."""
    arguments = (tensor(counts, torch.int64), tensor(probabilities))
    return Probe(arguments, f"{counts}, {probabilities}")


def random_counts(generator: torch.Generator) -> tuple[Probe, ...]:
    """Counts of a thousand draws or so."""
    weights = 0.2 + torch.rand(4, generator=generator, device="cpu")
    counts = torch.randint(50, 400, (4,), generator=generator, device="cpu")
    return (Probe((counts, weights / weights.sum()), "..."),)


STANDARD_ERRORS_AWAY = Exercise(
    name="standard_errors_away",
    section="what-a-sampler-hides",
    reference=standard_errors_away,
    probes=(
        counts_of([520, 480], [0.5, 0.5]),
        counts_of([610, 250, 140], [0.6, 0.3, 0.1]),
    ),
    hidden=random_counts,
    misconceptions=(
        Misconception("poisson", poisson_error, "what-a-sampler-hides"),
        Misconception("variance", variance_for_error, "what-a-sampler-hides"),
        Misconception("mixed-units", mixed_units, "what-a-sampler-hides"),
        Misconception("one-draw", error_of_one_draw, "what-a-sampler-hides"),
        Misconception("words-for-draws", words_for_draws, "what-a-sampler-hides"),
        Misconception("without-sign", without_sign, "what-a-sampler-hides"),
    ),
)


# --- sampler_probabilities (spot the bug) -------------------------------------------------------


def as_found(logits: Tensor, temperature: float) -> Tensor:
    """The code as it is shown: inside once, and the power form on top."""
    return softmax(logits, temperature**2)


def two_written_in(logits: Tensor, _: float) -> Tensor:
    """The temperature of the example, whatever was asked for."""
    return softmax(logits, 2.0)


def both_removed(logits: Tensor, _: float) -> Tensor:
    """Neither place kept."""
    return softmax(logits)


def square_root_kept(logits: Tensor, temperature: float) -> Tensor:
    """One of the two inverted instead of removed."""
    return pitfalls.inverted(logits, temperature)


SAMPLER_PROBABILITIES = Exercise(
    name="sampler_probabilities",
    section="outside-forms",
    reference=softmax,
    probes=(
        logits_and_temperature(WORDS, 2.0),
        logits_and_temperature(WORDS, 0.7),
        logits_and_temperature([3.0, 0.0, -1.0], 1.5),
    ),
    hidden=rows_of_words,
    misconceptions=(
        Misconception("as-found", as_found, "outside-forms"),
        Misconception("hard-coded", two_written_in, "where-t-goes"),
        Misconception("both-removed", both_removed, "where-t-goes"),
        Misconception("inverted", square_root_kept, "outside-forms"),
        Misconception("not-normalised", pitfalls.unnormalised_power, "outside-forms"),
        Misconception("divided", pitfalls.divided, "what-a-sampler-hides"),
    ),
)


EXERCISES = (
    TEMPERATURE_SOFTMAX,
    FORM_ENTROPIES,
    POWER_FORM,
    STANDARD_ERRORS_AWAY,
    SAMPLER_PROBABILITIES,
)
