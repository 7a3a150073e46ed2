"""Lab 02, ``gumbel_max``: noise on the logits, then argmax."""

from __future__ import annotations

import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.chapter_02.values import WORDS_BACKWARDS, uniforms
from tempkit.lab.exercises.probes import INF, tensor
from tempkit.scaling import softmax

__all__ = ["GUMBEL_MAX"]


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
