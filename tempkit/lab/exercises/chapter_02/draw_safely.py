"""Lab 02, ``draw_safely``: spot the bug: no token of probability 0."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from tempkit.lab.exercise import Exercise, Misconception, Probe
from tempkit.lab.exercises.chapter_02.values import BELOW_ONE
from tempkit.lab.exercises.probes import tensor

__all__ = ["DRAW_SAFELY"]


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
