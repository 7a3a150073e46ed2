"""Lab 02, ``inverse_cdf``: a uniform number becomes a token."""

from __future__ import annotations

import torch
from torch import Tensor

from tempkit.lab.exercise import Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import tensor
from tempkit.scaling import softmax

__all__ = ["INVERSE_CDF"]


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
