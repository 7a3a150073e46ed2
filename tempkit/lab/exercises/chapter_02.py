"""Exercises of lab 02, sampling."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import INF, WORDS, tensor
from tempkit.scaling import softmax

__all__ = ["EXERCISES"]

#: torch.manual_seed(42); torch.rand(5) on a CPU: I, am, learning, continuously, for.
FIVE_WORDS = [0.8823, 0.9150, 0.3829, 0.9593, 0.3904]
#: Of words whose likeliest is token 0, an argmax of NaN cannot be told from one without noise.
WORDS_BACKWARDS = WORDS[::-1]
BELOW_ONE = 1 - 2.0**-53


def uniforms(generator: torch.Generator, *shape: int) -> Tensor:
    """Float64 numbers in (0, 1), none of them so near an end that its logarithm is extreme."""
    drawn = torch.rand(shape, generator=generator, dtype=torch.float64, device="cpu")
    return 0.001 + 0.998 * drawn


# --- inverse_cdf --------------------------------------------------------------------------------


def inverse_cdf(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """The first token at which the cumulative sum exceeds the uniform number."""
    cumulative = probabilities.double().cumsum(-1)
    return torch.searchsorted(cumulative, uniforms.double()[:, None], right=True)[:, 0]


def left_side(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """The first cumulative sum that reaches u, instead of the first that exceeds it."""
    cumulative = probabilities.double().cumsum(-1)
    return torch.searchsorted(cumulative, uniforms.double()[:, None])[:, 0]


def one_too_far(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """The token after the right one."""
    return (inverse_cdf(probabilities, uniforms) + 1).clamp(max=probabilities.shape[-1] - 1)


def one_too_far_and_off(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """The same, past the end too."""
    return inverse_cdf(probabilities, uniforms) + 1


def one_too_early(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """The last token whose cumulative sum is still below u."""
    return (inverse_cdf(probabilities, uniforms) - 1).clamp(min=0)


def one_too_early_and_off(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """The same, before the start too."""
    return inverse_cdf(probabilities, uniforms) - 1


def most_probable(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """argmax, whatever the uniform number."""
    del uniforms
    return probabilities.argmax(-1)


def without_a_sum(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """The first token whose own probability exceeds u."""
    return (probabilities > uniforms[:, None]).int().argmax(-1)


def searched_without_a_sum(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """A binary search in the probabilities themselves, which are not sorted."""
    return torch.searchsorted(probabilities, uniforms[:, None], right=True)[:, 0]


def down_the_batch(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """A cumulative sum over the rows instead of the tokens."""
    return (probabilities.double().cumsum(0) <= uniforms.double()[:, None]).sum(-1)


def first_row_for_all(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """Every row drawn from the distribution of the first."""
    return inverse_cdf(probabilities[:1].expand_as(probabilities), uniforms)


def one_uniform_for_all(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """Every row drawn with the first uniform number."""
    return inverse_cdf(probabilities, uniforms[:1].expand_as(uniforms))


def likeliest_first(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """The ruler laid out from the likeliest token down."""
    ordered, tokens = probabilities.sort(dim=-1, descending=True, stable=True)
    return tokens.gather(-1, inverse_cdf(ordered, uniforms)[:, None])[:, 0]


def rank_instead_of_token(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """The same, and the place in the sorted row returned."""
    return inverse_cdf(probabilities.sort(-1, descending=True).values, uniforms)


def mirrored(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """1 - u, which is as uniform as u: the ruler read from its other end."""
    last = probabilities.shape[-1] - 1
    return last - inverse_cdf(probabilities.flip(-1), uniforms)


def subtracted_from_one(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """1 - u in the place of u."""
    return inverse_cdf(probabilities, 1 - uniforms.double()).clamp(max=probabilities.shape[-1] - 1)


def all_the_numbers(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """Column j compared with number j: no error, as long as there are as many rows as tokens."""
    return (probabilities.double().cumsum(-1) <= uniforms.double()).sum(-1)


def all_the_numbers_by_argmax(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """The same, by the first sum that exceeds."""
    return (probabilities.double().cumsum(-1) > uniforms.double()).int().argmax(-1)


def softmax_of_probabilities(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """A softmax of what has been through one."""
    return inverse_cdf(softmax(probabilities.double()), uniforms)


def edges_ahead(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """The edges that lie beyond u, counted."""
    return (probabilities.double().cumsum(-1) > uniforms.double()[:, None]).sum(-1)


def counted_down_the_batch(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """The edges that u has reached, counted over the rows."""
    return (probabilities.double().cumsum(-1) <= uniforms.double()[:, None]).sum(0)


def probability_of_the_token(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """The probability of the right token."""
    return probabilities.gather(-1, inverse_cdf(probabilities, uniforms)[:, None])[:, 0]


def sixteenths(generator: torch.Generator) -> tuple[Probe, ...]:
    """Rows of sixteenths, so that every sum is exact, and uniforms that fall on many an edge.

    The first six of them once more: as many rows as tokens.
    """
    picks = torch.randint(0, 6, (24, 16), generator=generator, device="cpu")
    rows = torch.stack([torch.bincount(row, minlength=6) for row in picks]).float() / 16
    points = torch.randint(0, 32, (24,), generator=generator, device="cpu").float() / 32
    rows[0], points[0] = tensor([0, 0.25, 0.25, 0.5, 0, 0]), 0.0
    rows[1], points[1] = tensor([0.5, 0, 0, 0.25, 0, 0.25]), 0.5
    return (Probe((rows, points), "..."), Probe((rows[:6], points[:6]), "..."))


INVERSE_CDF = Exercise(
    name="inverse_cdf",
    section="inverse-cdf",
    reference=inverse_cdf,
    probes=(
        Probe(
            # As many rows as tokens: whoever compares each row with all the numbers gets no error.
            (tensor([[0.5, 0.25, 0.125, 0.125]] * 4), tensor([0.8, 0.1, 0.99, 0.6])),
            "[[0.5, 0.25, 0.125, 0.125]] * 4, [0.8, 0.1, 0.99, 0.6]",
        ),
        Probe(
            (
                tensor([[0.125, 0.125, 0.5, 0.25], [0.25, 0.5, 0, 0.25], [0, 0, 1, 0]]),
                tensor([0.7, 0.2, 0.9]),
            ),
            "[[0.125, 0.125, 0.5, 0.25], [0.25, 0.5, 0, 0.25], [0, 0, 1, 0]], [0.7, 0.2, 0.9]",
        ),
        Probe(
            (
                tensor([[0, 0.5, 0.5], [0.5, 0, 0.5], [0.25, 0.25, 0.5], [0.5, 0.5, 0]]),
                tensor([0, 0.5, 0.25, 0.75]),
            ),
            "[[0, 0.5, 0.5], [0.5, 0, 0.5], [0.25, 0.25, 0.5], [0.5, 0.5, 0]], "
            "[0, 0.5, 0.25, 0.75]",
        ),
    ),
    hidden=sixteenths,
    misconceptions=(
        Misconception("left-side", left_side, "edges"),
        Misconception("one-too-far", one_too_far, "inverse-cdf", also=(one_too_far_and_off,)),
        Misconception("one-too-early", one_too_early, "inverse-cdf", also=(one_too_early_and_off,)),
        Misconception("greedy", most_probable, "argmax-or-draw"),
        Misconception("no-sum", without_a_sum, "inverse-cdf", also=(searched_without_a_sum,)),
        Misconception(
            "down-the-batch", down_the_batch, "inverse-cdf", also=(counted_down_the_batch,)
        ),
        Misconception(
            "all-the-numbers", all_the_numbers, "inverse-cdf", also=(all_the_numbers_by_argmax,)
        ),
        Misconception("first-row", first_row_for_all, "inverse-cdf"),
        Misconception("one-uniform", one_uniform_for_all, "inverse-cdf"),
        Misconception("sorted", likeliest_first, "inverse-cdf", also=(rank_instead_of_token,)),
        Misconception("mirrored", mirrored, "inverse-cdf", also=(subtracted_from_one,)),
        Misconception("edges-ahead", edges_ahead, "inverse-cdf"),
        Misconception("softmax", softmax_of_probabilities, "inverse-cdf"),
        Misconception("probability", probability_of_the_token, "inverse-cdf"),
    ),
    rtol=0,
    atol=0.1,
)


# --- draw_safely (spot the bug) -----------------------------------------------------------------


def draw_safely(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """The uniforms scaled to where the sum really ends: no token of probability 0, ever."""
    cumulative = probabilities.double().cumsum(-1)
    return torch.searchsorted(cumulative, uniforms.double() * cumulative[-1], right=True)


def past_the_end(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """Nothing done about the end: the index V."""
    return torch.searchsorted(probabilities.double().cumsum(-1), uniforms.double(), right=True)


def missing_mass_to_the_last(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """What is missing to 1 goes to the last token, whatever its probability: the code as found."""
    return past_the_end(probabilities, uniforms).clamp(max=len(probabilities) - 1)


def from_the_left(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """Mended at the end, but the first sum that reaches u: u = 0 gets token 0."""
    cumulative = probabilities.double().cumsum(-1)
    return torch.searchsorted(cumulative, uniforms.double() * cumulative[-1])


def from_the_left_and_past_the_end(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """The default side, and nothing done about the end."""
    return torch.searchsorted(probabilities.double().cumsum(-1), uniforms.double())


def likeliest_instead(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """Whatever falls past the end becomes the likeliest token."""
    tokens = past_the_end(probabilities, uniforms)
    return torch.where(tokens < len(probabilities), tokens, probabilities.argmax())


def first_token_instead(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """Whatever falls past the end becomes token 0."""
    return past_the_end(probabilities, uniforms) % len(probabilities)


def in_the_shortened_list(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """The impossible tokens taken out first, and the place in what is left returned."""
    return draw_safely(probabilities[probabilities > 0], uniforms)


def uniforms_in_single_precision(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """Uniforms rounded to float32, where the largest below 1 becomes 1."""
    return draw_safely(probabilities, uniforms.float())


def rounded_to_one_and_clamped(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """The same, with a clamp that hands it to the last token."""
    return draw_safely(probabilities, uniforms.float()).clamp(max=len(probabilities) - 1)


def summed_in_single_precision(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """Every sum rounded to float32: stretches shorter than half its spacing vanish."""
    edges = probabilities.double().cumsum(-1).float().double()
    return torch.searchsorted(edges, uniforms * edges[-1], right=True)


def added_in_single_precision(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """Added one by one in float32, as numpy.cumsum does: the roundings add up too."""
    edges = torch.from_numpy(np.cumsum(probabilities.float().cpu().numpy())).double()
    points = uniforms.cpu() * edges[-1]
    return torch.searchsorted(edges.cpu(), points, right=True)


def summed_and_clamped(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """Float32 sums, and what lies beyond them to the last possible token."""
    edges = probabilities.double().cumsum(-1).float().double()
    return torch.searchsorted(edges, uniforms, right=True).clamp(max=probabilities.nonzero().max())


def added_and_clamped(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """Added one by one in float32, and what lies beyond to the last possible token."""
    edges = np.cumsum(probabilities.float().cpu().numpy())
    tokens = torch.from_numpy(np.searchsorted(edges, uniforms.cpu().numpy(), side="right"))
    return tokens.clamp(max=int(probabilities.nonzero().max()))


def divided_before_the_sum(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """Divided by the sum first: the running sums are rounded again, and may end below 1."""
    rows = probabilities.double()
    return torch.searchsorted((rows / rows.sum()).cumsum(-1), uniforms, right=True)


def divided_and_clamped(probabilities: Tensor, uniforms: Tensor) -> Tensor:
    """The same, and what lies beyond to the last token."""
    return divided_before_the_sum(probabilities, uniforms).clamp(max=len(probabilities) - 1)


def short_sums(generator: torch.Generator) -> tuple[Probe, ...]:
    """Impossible tokens at both ends, and a sum that ends a little short of 1."""
    weights = 1 + torch.rand(8, generator=generator, device="cpu", dtype=torch.float64)
    weights[[0, 3, 6, 7]] = 0
    weights[1] = 3
    row = (0.9995 * weights / weights.sum()).float()
    ends = row.double().cumsum(0)[[1, 2, 4, 5]]
    middles = ends - row.double()[[1, 2, 4, 5]] / 2
    points = torch.cat([middles, tensor([0, 0.9999, BELOW_ONE], torch.float64)])
    exact = tensor([0, 0.25, 0, 0.5, 0.25, 0])
    # As many as let the last word be exact: what is short of 1 here is nobody's.
    tiny = 4 * int(torch.randint(1, 3, (1,), generator=generator, device="cpu").item())
    crowded = tensor([0, 0.5] + [2**-27] * tiny + [0.5 - tiny * 2**-27, 0])
    inside = tensor([0.3, 0.5 + 2**-28, 0.5 + 3 * 2**-28, 0.8], torch.float64)
    tenths = tensor([0.1] * 10 + [0.0] * (1 + tiny))
    return (
        Probe((row, points), "..."),
        Probe((exact, tensor([0, 0.25, 0.75, BELOW_ONE], torch.float64)), "..."),
        Probe((crowded, inside), "..."),
        Probe((tenths, tensor([0.55, BELOW_ONE], torch.float64)), "..."),
    )


DRAW_SAFELY = Exercise(
    name="draw_safely",
    section="edges",
    reference=draw_safely,
    probes=(
        Probe(
            (
                tensor([0.3333, 0.3333, 0.3333, 0]),
                tensor([0.2, 0.5, 0.9, 0.99995], torch.float64),
            ),
            "[0.3333, 0.3333, 0.3333, 0], [0.2, 0.5, 0.9, 0.99995]",
        ),
        Probe(
            (tensor([0, 0.5, 0, 0.5, 0]), tensor([0.1, 0.7, 0.0], torch.float64)),
            "[0, 0.5, 0, 0.5, 0], [0.1, 0.7, 0.0]",
        ),
        Probe(
            (tensor([0.25, 0, 0.5, 0.25, 0]), tensor([0.2, 0.6, BELOW_ONE], torch.float64)),
            "[0.25, 0, 0.5, 0.25, 0], [0.2, 0.6, 1 - 2**-53]",
        ),
        Probe(
            (tensor([0.3334, 0.3334, 0.3334, 0]), tensor([0.1, 0.5, 0.9], torch.float64)),
            "[0.3334, 0.3334, 0.3334, 0], [0.1, 0.5, 0.9]",
        ),
        # 0.04 is a little less in float32: a sum made 1 in single precision still ends below it.
        Probe(
            (tensor([0.04] * 25 + [0] * 3), tensor([0.5, BELOW_ONE], torch.float64)),
            "[0.04] * 25 + [0] * 3, [0.5, 1 - 2**-53]",
        ),
        # Divided by their sum before they are added, these tenths add up to less than 1.
        Probe(
            (tensor([0.1] * 10 + [0.0]), tensor([0.55, BELOW_ONE], torch.float64)),
            "[0.1] * 10 + [0.0], [0.55, 1 - 2**-53]",
        ),
        # Each number is exact in float32, and so is their sum, 1; the sums between are not.
        Probe(
            (
                tensor([0.5] + [2**-26] * 4 + [0.5 - 2**-24]),
                tensor([0.25, 0.5 + 2**-27, 0.9], torch.float64),
            ),
            "[0.5] + [2**-26] * 4 + [0.5 - 2**-24], [0.25, 0.5 + 2**-27, 0.9]",
        ),
    ),
    hidden=short_sums,
    misconceptions=(
        Misconception("last-token", missing_mass_to_the_last, "edges"),
        Misconception("past-the-end", past_the_end, "edges"),
        Misconception("left-side", from_the_left, "edges", also=(from_the_left_and_past_the_end,)),
        Misconception("likeliest-instead", likeliest_instead, "edges", also=(first_token_instead,)),
        Misconception("shortened-list", in_the_shortened_list, "edges"),
        Misconception(
            "divided-first", divided_before_the_sum, "edges", also=(divided_and_clamped,)
        ),
        Misconception(
            "rounded-to-one",
            uniforms_in_single_precision,
            "edges",
            also=(rounded_to_one_and_clamped,),
        ),
        Misconception(
            "single-sum",
            summed_in_single_precision,
            "edges",
            also=(added_in_single_precision, summed_and_clamped, added_and_clamped),
        ),
    ),
    rtol=0,
    atol=0.1,
)


# --- gumbel_max ---------------------------------------------------------------------------------


def with_noise(noise: Answer) -> Answer:
    """The argmax of z/T plus a noise made of the uniforms."""

    def answer(logits: Tensor, temperature: float, uniforms: Tensor) -> Tensor:
        return (logits.double() / temperature + noise(uniforms.double())).argmax(-1)

    return answer


def gumbel(uniforms: Tensor) -> Tensor:
    """-log(-log u)."""
    return -torch.log(-torch.log(uniforms))


gumbel_max = with_noise(gumbel)


def at_temperature(change: Answer) -> Answer:
    """Gumbel-max at another temperature than the one asked for."""

    def answer(logits: Tensor, temperature: float, uniforms: Tensor) -> Tensor:
        return gumbel_max(logits, change(temperature), uniforms)

    return answer


def no_noise(logits: Tensor, temperature: float, uniforms: Tensor) -> Tensor:
    """The noise is lost, or the same for all tokens."""
    del temperature
    return logits.argmax(-1).expand(len(uniforms))


def on_probabilities(logits: Tensor, temperature: float, uniforms: Tensor) -> Tensor:
    """Noise added to the probabilities."""
    return (softmax(logits.double(), temperature) + gumbel(uniforms.double())).argmax(-1)


def noise_alone(logits: Tensor, temperature: float, uniforms: Tensor) -> Tensor:
    """The logits are lost: every token alike."""
    del logits, temperature
    return uniforms.argmax(-1)


def last_to_arrive(logits: Tensor, temperature: float, uniforms: Tensor) -> Tensor:
    """The exponential race won by the last."""
    rates = softmax(logits.double(), temperature)
    return (-torch.log(uniforms.double()) / rates).argmax(-1)


def largest_score(logits: Tensor, temperature: float, uniforms: Tensor) -> Tensor:
    """The score of the winner, not its number."""
    return (logits.double() / temperature + gumbel(uniforms.double())).amax(-1)


def score_and_token(logits: Tensor, temperature: float, uniforms: Tensor) -> Tensor:
    """Both things that max(-1) returns."""
    scores = logits.double() / temperature + gumbel(uniforms.double())
    return torch.stack([scores.amax(-1), scores.argmax(-1).double()])


def counted_from_one(logits: Tensor, temperature: float, uniforms: Tensor) -> Tensor:
    """Tokens counted from 1."""
    return gumbel_max(logits, temperature, uniforms) + 1


def noise_as_a_factor(logits: Tensor, temperature: float, uniforms: Tensor) -> Tensor:
    """Multiplied by the noise."""
    return (logits.double() / temperature * gumbel(uniforms.double())).argmax(-1)


def one_noise_for_all(logits: Tensor, temperature: float, uniforms: Tensor) -> Tensor:
    """Every draw with the noise of the first."""
    return gumbel_max(logits, temperature, uniforms[:1].expand_as(uniforms))


def smallest_score(logits: Tensor, temperature: float, uniforms: Tensor) -> Tensor:
    """argmin in the place of argmax."""
    return (logits.double() / temperature + gumbel(uniforms.double())).argmin(-1)


def noisy(values: list, temperature: float, seed: int, rows: int = 40) -> Probe:
    """A probe whose winners all lead by a hundredth at least."""
    return Probe(
        clear_winners(tensor(values), temperature, torch.Generator("cpu").manual_seed(seed), rows),
        f"{values}, {temperature}, uniforms",
    )


def clear_winners(
    logits: Tensor, temperature: float, generator: torch.Generator, rows: int
) -> tuple[Tensor, float, Tensor]:
    """Arguments of ``gumbel_max`` that float32 decides as float64 does."""
    points = uniforms(generator, 4 * rows, len(logits))
    scores = logits.double() / temperature + gumbel(points)
    best, second = scores.topk(2).values.unbind(-1)
    return logits, temperature, points[best - second > 0.01][:rows]


def noisy_rows(generator: torch.Generator) -> tuple[Probe, ...]:
    """Random logits with an impossible token, at three temperatures."""
    logits = torch.randn(7, generator=generator, device="cpu", dtype=torch.float32)
    logits[2] = -INF
    # The likeliest last: a token 0 throughout then comes of NaN, not of noise that was lost.
    best = int(logits.argmax())
    logits[[best, 6]] = logits[[6, best]]
    return tuple(Probe(clear_winners(logits, t, generator, 60), "...") for t in (0.4, 1.0, 3.0))


GUMBEL_MAX = Exercise(
    name="gumbel_max",
    section="gumbel-max",
    reference=gumbel_max,
    probes=(
        noisy(WORDS_BACKWARDS, 1.0, 1),
        noisy(WORDS_BACKWARDS, 0.5, 2),
        noisy(WORDS_BACKWARDS, 3.0, 3),
        noisy([1.0, -INF, 0.0, 2.0], 2.0, 4),
    ),
    hidden=noisy_rows,
    misconceptions=(
        Misconception("temperature-lost", at_temperature(lambda _: 1.0), "gumbel-max"),
        Misconception("inverted", at_temperature(lambda t: 1 / t), "gumbel-max"),
        Misconception("twice", at_temperature(lambda t: t * t), "gumbel-max"),
        Misconception("no-noise", no_noise, "argmax-or-draw", also=(one_noise_for_all,)),
        Misconception("noise-alone", noise_alone, "gumbel-max"),
        Misconception(
            "minus-missing",
            with_noise(lambda u: -torch.log(torch.log(u))),
            "gumbel-max",
            also=(with_noise(lambda u: torch.log(torch.log(u))),),
        ),
        Misconception("other-sign", with_noise(lambda u: -gumbel(u)), "gumbel-max"),
        Misconception(
            "one-logarithm",
            with_noise(lambda u: -torch.log(u)),
            "gumbel-max",
            also=(with_noise(torch.log), with_noise(lambda u: -torch.log(1 - u))),
        ),
        Misconception(
            "other-noise",
            with_noise(lambda u: u),
            "gumbel-max",
            also=(with_noise(torch.special.ndtri), with_noise(torch.logit)),
        ),
        Misconception("one-minus-u", with_noise(lambda u: gumbel(1 - u)), "gumbel-max"),
        Misconception("log10", with_noise(lambda u: -torch.log10(-torch.log10(u))), "gumbel-max"),
        Misconception("on-probabilities", on_probabilities, "gumbel-max"),
        Misconception("factor", noise_as_a_factor, "gumbel-max"),
        Misconception("argmin", smallest_score, "gumbel-max", also=(last_to_arrive,)),
        Misconception("score", largest_score, "gumbel-max", also=(score_and_token,)),
        Misconception("from-one", counted_from_one, "gumbel-max"),
    ),
    rtol=0,
    atol=0.1,
)


# --- draw_report --------------------------------------------------------------------------------

Report = dict[str, Tensor]


def draw_report(logits: Tensor, temperature: float, tokens: Tensor) -> Report:
    """Counts, expected counts and the standard errors of counts."""
    p = softmax(logits.double(), temperature)
    expected = len(tokens) * p
    return {
        "count": torch.bincount(tokens, minlength=len(p)).double(),
        "expected": expected,
        "error": (expected * (1 - p)).sqrt(),
    }


def with_part(part: str, change: Answer) -> Answer:
    """The right report with one part changed: ``change(report, number of draws)``."""

    def answer(logits: Tensor, temperature: float, tokens: Tensor) -> Report:
        report = draw_report(logits, temperature, tokens)
        return report | {part: change(report, len(tokens))}

    return answer


def report_at(change: Answer) -> Answer:
    """A report for another temperature."""

    def answer(logits: Tensor, temperature: float, tokens: Tensor) -> Report:
        return draw_report(logits, change(temperature), tokens)

    return answer


def only_words_seen(logits: Tensor, temperature: float, tokens: Tensor) -> Report:
    """bincount without minlength: the last words drop out of the counts when nobody drew them."""
    return draw_report(logits, temperature, tokens) | {"count": torch.bincount(tokens)}


def in_shares(logits: Tensor, temperature: float, tokens: Tensor) -> Report:
    """Everything divided by the number of draws."""
    report = draw_report(logits, temperature, tokens)
    return {key: part / len(tokens) for key, part in report.items()}


def words_for_draws(logits: Tensor, temperature: float, tokens: Tensor) -> Report:
    """n taken for the size of the vocabulary."""
    report, share = draw_report(logits, temperature, tokens), len(logits) / len(tokens)
    return report | {
        "expected": report["expected"] * share,
        "error": report["error"] * math.sqrt(share),
    }


def shares_counted(report: Report, n: int) -> Tensor:
    """The share that came in the place of the count."""
    return report["count"] / n


def tokens_added_up(logits: Tensor, temperature: float, tokens: Tensor) -> Report:
    """n taken for the sum of the tokens' numbers."""
    report, share = draw_report(logits, temperature, tokens), float(tokens.sum()) / len(tokens)
    return report | {
        "expected": report["expected"] * share,
        "error": report["error"] * math.sqrt(share),
    }


def overflowing(logits: Tensor, temperature: float, tokens: Tensor) -> Report:
    """exp(z/T) in float32, and no maximum subtracted: inf/inf at a low temperature."""
    weights = torch.exp(logits.float() / temperature)
    q, n = weights / weights.sum(), len(tokens)
    return draw_report(logits, temperature, tokens) | {
        "expected": n * q,
        "error": torch.sqrt(n * q * (1 - q)),
    }


def share_expected(report: Report, n: int) -> Tensor:
    """The probability in the place of the expected count."""
    return report["expected"] / n


def measured_error(report: Report, n: int) -> Tensor:
    """The error from the count that came out: 0 for a word that nobody drew."""
    return (report["count"] * (1 - report["count"] / n)).sqrt()


def random_tokens(generator: torch.Generator, count: int, size: int) -> Tensor:
    """Tokens, the last of the vocabulary never among them."""
    return torch.randint(0, size - 1, (count,), generator=generator, device="cpu")


def reports(generator: torch.Generator) -> tuple[Probe, ...]:
    """Random logits, tokens that leave one out; close logits at a very low temperature."""
    logits = torch.randn(6, generator=generator, device="cpu", dtype=torch.float32)
    close = 0.92 + 0.03 * torch.rand(6, generator=generator, device="cpu", dtype=torch.float32)
    return tuple(
        Probe((z, t, random_tokens(generator, n, 6)), "...")
        for z, t, n in ((logits, 0.6, 90), (logits, 2.5, 400), (close, 0.01, 300))
    )


def tokens_of(counts: list[int]) -> Tensor:
    """Each token as often as its count says."""
    return torch.arange(len(counts), device="cpu").repeat_interleave(
        torch.tensor(counts, device="cpu")
    )


DRAW_REPORT = Exercise(
    name="draw_report",
    section="counts",
    reference=draw_report,
    probes=(
        Probe(
            (tensor(FIVE_WORDS), 1.0, tokens_of([48, 45, 30, 50, 27])),
            f"{FIVE_WORDS}, 1.0, 200 tokens",
        ),
        Probe(
            (tensor(FIVE_WORDS), 0.01, tokens_of([0, 13, 0, 987, 0])),
            f"{FIVE_WORDS}, 0.01, 1000 tokens",
        ),
        Probe((tensor(WORDS), 2.0, tokens_of([9, 5, 4, 2, 0])), f"{WORDS}, 2.0, 20 tokens"),
    ),
    hidden=reports,
    misconceptions=(
        Misconception("only-words-seen", only_words_seen, "counts"),
        Misconception("shares", in_shares, "counts", also=(with_part("count", shares_counted),)),
        Misconception("share-expected", with_part("expected", share_expected), "counts"),
        Misconception("words-for-draws", words_for_draws, "counts"),
        Misconception("tokens-added-up", tokens_added_up, "counts"),
        Misconception("temperature-lost", report_at(lambda _: 1.0), "counts"),
        Misconception("inverted", report_at(lambda t: 1 / t), "01:only-differences"),
        Misconception("overflowing", overflowing, "00:floating-point"),
        Misconception(
            "poisson", with_part("error", lambda report, _: report["expected"].sqrt()), "counts"
        ),
        Misconception(
            "variance", with_part("error", lambda report, _: report["error"] ** 2), "counts"
        ),
        Misconception(
            "error-of-a-share", with_part("error", lambda report, n: report["error"] / n), "counts"
        ),
        Misconception(
            "one-draw",
            with_part("error", lambda report, n: report["error"] / math.sqrt(n)),
            "counts",
        ),
        Misconception(
            "measured-error",
            with_part("error", measured_error),
            "counts",
            also=(with_part("error", lambda report, _: report["count"].sqrt()),),
        ),
        Misconception(
            "rounded-expectation",
            with_part("expected", lambda report, _: report["expected"].round()),
            "counts",
        ),
    ),
    rtol=2e-3,
)


# --- chi_square ---------------------------------------------------------------------------------

Cells = tuple[Tensor, Tensor]


def cells(counts: Tensor, expected: Tensor, *, joined: bool = True) -> Cells:
    """Counts and expectations by cell: the words expected fewer than 5 times share the first."""
    order = expected.argsort()
    observed, wanted = counts.double()[order], expected.double()[order]
    small = int((wanted < 5).sum())
    if joined and 0 < small < len(wanted) and wanted[:small].sum() < 5:
        small += 1
    if small == 0:
        return observed, wanted
    return (
        torch.cat([observed[:small].sum()[None], observed[small:]]),
        torch.cat([wanted[:small].sum()[None], wanted[small:]]),
    )


def pearson(observed: Tensor, wanted: Tensor) -> Tensor:
    """Pearson's statistic."""
    return ((observed - wanted) ** 2 / wanted).sum()


def chi_square(counts: Tensor, expected: Tensor) -> tuple[float, int]:
    """The statistic over the cells, and its degrees of freedom."""
    observed, wanted = cells(counts, expected)
    return pearson(observed, wanted).item(), len(wanted) - 1


def by_cell(statistic: Answer) -> Answer:
    """Another statistic over the right cells."""

    def answer(counts: Tensor, expected: Tensor) -> tuple[float, int]:
        observed, wanted = cells(counts, expected)
        return float(statistic(observed, wanted)), len(wanted) - 1

    return answer


def shared_by(counts: Tensor, expected: Tensor, small: Tensor) -> tuple[float, int]:
    """The statistic when the words of that mask share a cell."""
    observed, wanted = counts.double(), expected.double()
    if small.any():
        observed = torch.cat([observed[small].sum()[None], observed[~small]])
        wanted = torch.cat([wanted[small].sum()[None], wanted[~small]])
    return pearson(observed, wanted).item(), len(wanted) - 1


def with_one_more(small: Tensor, order: Tensor) -> Tensor:
    """The mask with the first word of that order which is not in it."""
    rest = [word for word in order.tolist() if not small[word]]
    more = small.clone()
    more[rest[:1]] = True
    return more


def sharing(small: Answer, poor: Answer, order: Answer) -> Answer:
    """Another rule for who shares a cell.

    ``small(counts, expected)`` is the mask of those who do. One more word joins, the first of
    ``order(expected)``, if ``poor(counts, expected)`` of the cell says so.
    """

    def answer(counts: Tensor, expected: Tensor) -> tuple[float, int]:
        mask = small(counts, expected)
        if mask.any() and poor(counts[mask], expected[mask]):
            mask = with_one_more(mask, order(expected))
        return shared_by(counts, expected, mask)

    return answer


def few_expected(counts: Tensor, expected: Tensor) -> Tensor:
    """The words expected fewer than 5 times: of a mask, whether the cell is."""
    del counts
    return expected < 5


def few_expected_together(counts: Tensor, expected: Tensor) -> bool:
    """Whether the cell is expected fewer than 5 times."""
    del counts
    return bool(expected.sum() < 5)


def few_counted(counts: Tensor, expected: Tensor) -> Tensor:
    """The words that came fewer than 5 times."""
    del expected
    return counts < 5


def few_counted_together(counts: Tensor, expected: Tensor) -> bool:
    """Whether the cell came fewer than 5 times."""
    del expected
    return bool(counts.sum() < 5)


def five_or_fewer(counts: Tensor, expected: Tensor) -> Tensor:
    """The words expected 5 times share a cell too."""
    del counts
    return expected <= 5


def five_or_fewer_together(counts: Tensor, expected: Tensor) -> bool:
    """Whether the cell is expected 5 times at most."""
    del counts
    return bool(expected.sum() <= 5)


def always(counts: Tensor, expected: Tensor) -> bool:
    """One more word in any case."""
    del counts, expected
    return True


def never(counts: Tensor, expected: Tensor) -> bool:
    """No word more, whatever the cell."""
    del counts, expected
    return False


def from_the_largest(expected: Tensor) -> Tensor:
    """The likeliest word first."""
    return expected.argsort(descending=True)


def in_the_order_of_the_vocabulary(expected: Tensor) -> Tensor:
    """The first word first."""
    return torch.arange(len(expected), device=expected.device)


def sorted_apart(counts: Tensor, expected: Tensor) -> tuple[float, int]:
    """Counts and expectations each in an order of its own."""
    return chi_square(counts.sort().values, expected.sort().values)


def until_five(counts: Tensor, expected: Tensor) -> tuple[float, int]:
    """The least expected words share a cell only until it is expected 5 times."""
    order = expected.argsort()
    observed, wanted = counts.double()[order], expected.double()[order]
    if wanted[0] >= 5:
        return pearson(observed, wanted).item(), len(wanted) - 1
    shared = int((wanted.cumsum(0) < 5).sum()) + 1
    mask = torch.arange(len(wanted), device=wanted.device) < shared
    return shared_by(observed, wanted, mask)


def cell_by_cell(counts: Tensor, expected: Tensor) -> tuple[float, int]:
    """Cells filled one after the other, each until it is expected 5 times."""
    found: list[tuple[float, float]] = []
    c = e = 0.0
    for word in expected.argsort().tolist():
        c, e = c + counts[word].item(), e + expected[word].item()
        if e >= 5:
            found.append((c, e))
            c = e = 0.0
    return sum((c - e) ** 2 / e for c, e in found), len(found) - 1


def a_cell_of_nobody(counts: Tensor, expected: Tensor) -> tuple[float, int]:
    """The shared cell made even when it is empty: 0/0."""
    small = expected < 5
    if small.any() and expected[small].sum() < 5:
        small = with_one_more(small, expected.argsort())
    observed = torch.cat([counts.double()[small].sum()[None], counts.double()[~small]])
    wanted = torch.cat([expected.double()[small].sum()[None], expected.double()[~small]])
    return pearson(observed, wanted).item(), len(wanted) - 1


def word_by_word(counts: Tensor, expected: Tensor) -> tuple[float, int]:
    """Every word a cell, however seldom it is expected."""
    return pearson(counts.double(), expected.double()).item(), len(counts) - 1


def small_ones_dropped(counts: Tensor, expected: Tensor) -> tuple[float, int]:
    """The words expected fewer than 5 times left out."""
    kept = expected >= 5
    return (
        pearson(counts.double()[kept], expected.double()[kept]).item(),
        int(kept.sum()) - 1,
    )


def small_ones_skipped(counts: Tensor, expected: Tensor) -> tuple[float, int]:
    """Left out of the sum, but counted as degrees of freedom."""
    return small_ones_dropped(counts, expected)[0], len(counts) - 1


def not_joined(counts: Tensor, expected: Tensor) -> tuple[float, int]:
    """A shared cell that is itself expected fewer than 5 times."""
    observed, wanted = cells(counts, expected, joined=False)
    return pearson(observed, wanted).item(), len(wanted) - 1


def as_many_as_cells(counts: Tensor, expected: Tensor) -> tuple[float, int]:
    """One degree of freedom too many."""
    statistic, freedom = chi_square(counts, expected)
    return statistic, freedom + 1


def as_many_as_words(counts: Tensor, expected: Tensor) -> tuple[float, int]:
    """Words less one, though cells were joined."""
    return chi_square(counts, expected)[0], len(counts) - 1


def freedom_first(counts: Tensor, expected: Tensor) -> tuple[float, float]:
    """The two numbers in the other order."""
    statistic, freedom = chi_square(counts, expected)
    return freedom, statistic


def variances(observed: Tensor, wanted: Tensor) -> Tensor:
    """Divided by the variance of a count: one factor 1 - p too many."""
    return ((observed - wanted) ** 2 / (wanted * (1 - wanted / wanted.sum()))).sum()


def shares(observed: Tensor, wanted: Tensor) -> Tensor:
    """Shares in the place of counts: n times too small."""
    return pearson(observed, wanted) / wanted.sum()


def tables(generator: torch.Generator) -> tuple[Probe, ...]:
    """Counts about expectations of every size."""
    made = []
    for sizes in ([0.4, 30, 1.1, 55, 12, 80], [2.5, 3.5, 40, 60, 4.5, 90], [20, 30, 40, 50]):
        expected = tensor(sizes, torch.float64)
        noise = torch.randn(len(sizes), generator=generator, device="cpu", dtype=torch.float64)
        counts = (expected + noise * expected.sqrt() + 0.5).clamp(min=1).floor().long()
        counts[0] += int(expected.sum().round()) - int(counts.sum())
        counts[-1] += counts[0].clamp(max=0)
        made.append(Probe((counts.clamp(min=0), expected), "..."))
    # What a draw may leave open: counts in another order than their expectations; a word, and a
    # cell, expected exactly 5 times; a word that came seldom but was not expected to.
    x, y, z = torch.randint(0, 6, (3,), generator=generator, device="cpu").tolist()
    return (
        *made,
        table([12 + x, 33 - x, 65], [34.0, 20.0, 56.0]),
        table([5, 4, 9 + y, 32 - y, 60], [2.0, 3.0, 5.0, 35.0, 65.0]),
        table([7, 2, 31 + z, 1, 69 - z], [4.5, 7.0, 30.0, 2.5, 66.0]),
    )


def table(counts: list[int], expected: list[float]) -> Probe:
    """Counts as integers, expectations in float64."""
    return Probe(
        (tensor(counts, torch.int64), tensor(expected, torch.float64)), f"{counts}, {expected}"
    )


CHI_SQUARE = Exercise(
    name="chi_square",
    section="chi-square",
    reference=chi_square,
    probes=(
        table([30, 20, 50], [25.0, 25.0, 50.0]),
        table([2, 16, 0, 982, 0], [0.4, 11.8, 0.0, 987.8, 0.0]),
        table([3, 6, 2, 39, 50], [2.0, 3.5, 4.0, 40.0, 50.5]),
        table([40, 30, 20, 10], [37.0, 28.0, 21.0, 14.0]),
        table([10, 30, 60], [30.0, 20.0, 50.0]),
        table([4, 3, 8, 35, 50], [2.0, 3.0, 5.0, 40.0, 50.0]),
        table([2, 8, 3, 37, 50], [6.0, 4.0, 4.0, 36.0, 50.0]),
        table([4, 27, 9, 60], [2.0, 28.0, 12.0, 58.0]),
        table([8, 3, 39], [5.0, 5.0, 40.0]),
        table([4, 2, 5, 8, 36, 45], [3.0, 3.0, 3.0, 4.8, 36.2, 50.0]),
    ),
    hidden=tables,
    misconceptions=(
        Misconception("word-by-word", word_by_word, "chi-square"),
        Misconception("dropped", small_ones_dropped, "chi-square", also=(small_ones_skipped,)),
        Misconception("not-joined", not_joined, "chi-square"),
        Misconception("sorted-apart", sorted_apart, "chi-square"),
        Misconception(
            "five-too",
            sharing(five_or_fewer, few_expected_together, Tensor.argsort),
            "chi-square",
            also=(
                sharing(five_or_fewer, five_or_fewer_together, Tensor.argsort),
                sharing(few_expected, five_or_fewer_together, Tensor.argsort),
            ),
        ),
        Misconception("until-five", until_five, "chi-square", also=(cell_by_cell,)),
        Misconception(
            "few-counted",
            sharing(few_counted, few_counted_together, Tensor.argsort),
            "chi-square",
            also=(
                sharing(few_counted, few_expected_together, Tensor.argsort),
                sharing(few_counted, never, Tensor.argsort),
            ),
        ),
        Misconception(
            "largest-joins",
            sharing(few_expected, few_expected_together, from_the_largest),
            "chi-square",
        ),
        Misconception(
            "first-joins",
            sharing(few_expected, few_expected_together, in_the_order_of_the_vocabulary),
            "chi-square",
        ),
        Misconception(
            "always-one-more", sharing(few_expected, always, Tensor.argsort), "chi-square"
        ),
        Misconception("cell-of-nobody", a_cell_of_nobody, "chi-square"),
        Misconception("freedom-of-cells", as_many_as_cells, "chi-square"),
        Misconception("freedom-of-words", as_many_as_words, "chi-square"),
        Misconception(
            "over-counts",
            by_cell(lambda observed, wanted: ((observed - wanted) ** 2 / observed).sum()),
            "chi-square",
        ),
        Misconception("over-variances", by_cell(variances), "chi-square"),
        Misconception(
            "not-squared",
            by_cell(lambda observed, wanted: ((observed - wanted).abs() / wanted).sum()),
            "chi-square",
            also=(
                by_cell(lambda observed, wanted: ((observed - wanted) / wanted).sum()),
                by_cell(lambda observed, wanted: ((observed - wanted).abs() / wanted.sqrt()).sum()),
            ),
        ),
        Misconception(
            "over-nothing",
            by_cell(lambda observed, wanted: ((observed - wanted) ** 2).sum()),
            "chi-square",
            also=(by_cell(lambda observed, wanted: ((observed - wanted) ** 2 / wanted**2).sum()),),
        ),
        Misconception("shares", by_cell(shares), "chi-square"),
        Misconception(
            "mean",
            by_cell(lambda observed, wanted: pearson(observed, wanted) / len(wanted)),
            "chi-square",
        ),
        Misconception(
            "root",
            by_cell(lambda observed, wanted: pearson(observed, wanted).sqrt()),
            "chi-square",
        ),
        Misconception("freedom-first", freedom_first, "chi-square"),
    ),
    rtol=2e-3,
)


# --- alarm_rate ---------------------------------------------------------------------------------


def alarm_rate(statistics: Tensor, threshold: float) -> tuple[float, float]:
    """The share above the threshold, and its standard error."""
    rate = (statistics > threshold).double().mean().item()
    return rate, math.sqrt(rate * (1 - rate) / len(statistics))


def rate_and(error: Answer) -> Answer:
    """The right rate with another error: ``error(rate, n)``."""

    def answer(statistics: Tensor, threshold: float) -> tuple[float, float]:
        rate, _ = alarm_rate(statistics, threshold)
        return rate, error(rate, len(statistics))

    return answer


def quiet_rate(statistics: Tensor, threshold: float) -> tuple[float, float]:
    """The share that raises no alarm."""
    rate, error = alarm_rate(statistics, threshold)
    return 1 - rate, error


def below_the_threshold(statistics: Tensor, threshold: float) -> tuple[float, float]:
    """The share below: those on the threshold left out too."""
    rate = (statistics < threshold).double().mean().item()
    return rate, math.sqrt(rate * (1 - rate) / len(statistics))


def number_of_alarms(statistics: Tensor, threshold: float) -> tuple[float, float]:
    """How many alarms, instead of which share."""
    rate, error = alarm_rate(statistics, threshold)
    return rate * len(statistics), error * len(statistics)


def number_and_error_of_the_share(statistics: Tensor, threshold: float) -> tuple[float, float]:
    """How many alarms, with the error of the share."""
    rate, error = alarm_rate(statistics, threshold)
    return rate * len(statistics), error


def alarm_error_first(statistics: Tensor, threshold: float) -> tuple[float, float]:
    """The two numbers in the other order."""
    rate, error = alarm_rate(statistics, threshold)
    return error, rate


def threshold_included(statistics: Tensor, threshold: float) -> tuple[float, float]:
    """A statistic on the threshold taken for one above it."""
    rate = (statistics >= threshold).double().mean().item()
    return rate, math.sqrt(rate * (1 - rate) / len(statistics))


def threshold_of_its_own(threshold: float) -> Answer:
    """The threshold of the lab written into the function."""

    def answer(statistics: Tensor, _: float) -> tuple[float, float]:
        return alarm_rate(statistics, threshold)

    return answer


def spread_of_the_statistics(statistics: Tensor, threshold: float) -> tuple[float, float]:
    """The scatter of the statistics, which is another quantity."""
    rate, _ = alarm_rate(statistics, threshold)
    return rate, statistics.double().std().item() / math.sqrt(len(statistics))


def other_alarms(generator: torch.Generator) -> tuple[Probe, ...]:
    """Statistics with some above the threshold, and some on it."""
    made = 4 * torch.rand(250, generator=generator, device="cpu", dtype=torch.float64)
    made[:30], made[30:60] = 3.0, 2.2
    return (Probe((made, 3.0), "..."), Probe((made[:90], 2.2), "..."))


ALARM_RATE = Exercise(
    name="alarm_rate",
    section="false-alarms",
    reference=alarm_rate,
    probes=(
        Probe(
            (tensor([1.0, 2.0, 3.0, 9.5, 12.0] * 40), 9.5), "[1.0, 2.0, 3.0, 9.5, 12.0] * 40, 9.5"
        ),
        Probe((tensor([0.5] * 180 + [30.0] * 20), 9.5), "[0.5] * 180 + [30.0] * 20, 9.5"),
        # Another n, another threshold, and statistics that lie on it.
        Probe(
            (tensor([2.0, 6.0, 7.75, 8.0, 30.0] * 20), 7.75),
            "[2.0, 6.0, 7.75, 8.0, 30.0] * 20, 7.75",
        ),
    ),
    hidden=other_alarms,
    misconceptions=(
        Misconception("quiet", quiet_rate, "false-alarms", also=(below_the_threshold,)),
        Misconception(
            "own-threshold",
            threshold_of_its_own(9.49),
            "false-alarms",
            also=(threshold_of_its_own(9.488), threshold_of_its_own(5.0)),
        ),
        Misconception("threshold-included", threshold_included, "false-alarms"),
        Misconception(
            "number", number_of_alarms, "false-alarms", also=(number_and_error_of_the_share,)
        ),
        Misconception(
            "one-trial", rate_and(lambda rate, _: math.sqrt(rate * (1 - rate))), "false-alarms"
        ),
        Misconception(
            "over-n", rate_and(lambda rate, n: math.sqrt(rate * (1 - rate)) / n), "false-alarms"
        ),
        Misconception("variance", rate_and(lambda rate, n: rate * (1 - rate) / n), "false-alarms"),
        Misconception(
            "root-of-n-alone",
            rate_and(lambda rate, n: rate * (1 - rate) / math.sqrt(n)),
            "false-alarms",
        ),
        Misconception("poisson", rate_and(lambda rate, n: math.sqrt(rate / n)), "false-alarms"),
        Misconception("spread", spread_of_the_statistics, "false-alarms"),
        Misconception("error-first", alarm_error_first, "false-alarms"),
    ),
    # A sample's standard deviation has n - 1 where this has n: the same to the digits that count.
    rtol=8e-3,
)


EXERCISES = (INVERSE_CDF, DRAW_SAFELY, GUMBEL_MAX, DRAW_REPORT, CHI_SQUARE, ALARM_RATE)
