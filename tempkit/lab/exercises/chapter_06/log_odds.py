"""Spot the bug: a confidence that rounds to 1 has lost its place in the ranking."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.probes import INF, tensor
from tempkit.scaling import softmax

__all__ = ["LOG_ODDS"]

ROWS = [[2.0, 0.0, 0.0, 0.0], [-9.0, 1.5, 0.0, -9.0], [0.1, 0.4, 0.3, 1.0]]
FAR = [[30.0, 0.0, 12.0], [0.0, 3.0, 31.0], [-5.0, 44.0, 2.0]]
HIGH = [[800.0, 798.5, 797.0], [-1.0, 900.0, 901.0]]
TIED = [[1.0, 1.0, 0.0], [-INF, 5.0, 5.0]]


def ranked(logits: Tensor, temperature: float) -> Tensor:
    """z / T in falling order, the largest first in every row."""
    return (logits.double() / temperature).sort(-1, descending=True).values


def log_odds(logits: Tensor, temperature: float) -> Tensor:
    """log(c / (1 - c)) of the largest probability c, never by way of c."""
    z = ranked(logits, temperature)
    return z[:, 0] - z[:, 1:].logsumexp(-1)


def of_confidence(score: Callable[[Tensor], Tensor], dtype: torch.dtype | None = None) -> Answer:
    """A score made of the confidence, rounded as it is."""

    def answer(logits: Tensor, temperature: float) -> Tensor:
        return score(softmax(logits.to(dtype or logits.dtype), temperature).amax(-1))

    return answer


def by_rounded_confidence(c: Tensor) -> Tensor:
    """log(c / (1 - c)) where 1 - c has become 0."""
    return torch.log(c / (1 - c))


def with_epsilon(epsilon: float) -> Answer:
    """A small number against the division by 0."""
    return of_confidence(lambda c: torch.log(c / (1 - c + epsilon)))


def clamped(epsilon: float) -> Answer:
    """The confidence kept away from 1."""
    return of_confidence(lambda c: by_rounded_confidence(c.clamp(max=1 - epsilon)))


def by_logarithm_of_confidence(logits: Tensor, temperature: float) -> Tensor:
    """log c has rounded to 0, like c to 1."""
    rounded = log_confidence(logits, temperature)
    return rounded - torch.log(-torch.expm1(rounded))


def one_taken_away(logits: Tensor, temperature: float) -> Tensor:
    """The sum of all exponentials is 1 and something; 1 is subtracted when that has gone."""
    z = ranked(logits, temperature)
    return -torch.log(torch.exp(z - z[:, :1]).sum(-1) - 1)


def both_taken_out(logits: Tensor, temperature: float) -> Tensor:
    """Everything equal to the maximum leaves the sum, two classes if two are tied."""
    z = logits / temperature
    top = z.amax(-1, keepdim=True)
    return top[:, 0] - z.masked_fill(z == top, -INF).logsumexp(-1)


def tempered_rest(logits: Tensor, temperature: float) -> Tensor:
    """T under the other logits, and not under the largest."""
    return ranked(logits, 1.0)[:, 0] - ranked(logits, temperature)[:, 1:].logsumexp(-1)


def tempered_largest(logits: Tensor, temperature: float) -> Tensor:
    """T under the largest alone."""
    return ranked(logits, temperature)[:, 0] - ranked(logits, 1.0)[:, 1:].logsumexp(-1)


def gap_to_runner_up(logits: Tensor, temperature: float) -> Tensor:
    """The two largest logits alone."""
    top = ranked(logits, temperature)
    return top[:, 0] - top[:, 1]


def plain_gap(logits: Tensor, _: float) -> Tensor:
    """The same without a temperature."""
    return gap_to_runner_up(logits, 1.0)


def log_confidence(logits: Tensor, temperature: float) -> Tensor:
    """The sum runs over all classes, the largest among them: log c."""
    return torch.log_softmax(logits / temperature, -1).amax(-1)


def log_doubt(logits: Tensor, temperature: float) -> Tensor:
    """log(1 - c) alone."""
    z = ranked(logits, temperature)
    return z[:, 1:].logsumexp(-1) - z.logsumexp(-1)


def mean_of_the_rest(logits: Tensor, temperature: float) -> Tensor:
    """The mean of the other logits in the place of their logsumexp."""
    z = ranked(logits, temperature)
    return z[:, 0] - z[:, 1:].mean(-1)


def sum_of_the_rest(logits: Tensor, temperature: float) -> Tensor:
    """Their sum."""
    z = ranked(logits, temperature)
    return z[:, 0] - z[:, 1:].sum(-1)


def divided_afterwards(logits: Tensor, temperature: float) -> Tensor:
    """The log-odds at T = 1, divided by T."""
    return log_odds(logits, 1.0) / temperature


def overflowed(logits: Tensor, temperature: float) -> Tensor:
    """Exponentials of z / T as they are, without subtracting a maximum."""
    weights = torch.exp(logits / temperature).sort(-1, descending=True).values
    return torch.log(weights[:, 0] / weights[:, 1:].sum(-1))


def rest_overflowed(logits: Tensor, temperature: float) -> Tensor:
    """The logarithm of a sum of exponentials, written out."""
    z = ranked(logits, temperature)
    return z[:, 0] - torch.log(torch.exp(z[:, 1:]).sum(-1))


def gaps_underflowed(logits: Tensor, temperature: float) -> Tensor:
    """The same of the gaps: what is far below the maximum has the exponential 0."""
    z = ranked(logits, temperature)
    return -torch.log(torch.exp(z[:, 1:] - z[:, :1]).sum(-1))


def single_precision_overflowed(logits: Tensor, temperature: float) -> Tensor:
    """The same in float32."""
    return overflowed(logits.float(), temperature)


def first_class(logits: Tensor, temperature: float) -> Tensor:
    """The odds of class 0, whichever was predicted."""
    z = logits / temperature
    return z[:, 0] - z[:, 1:].logsumexp(-1)


EPSILONS = tuple(10.0**-n for n in range(6, 16))


def other_rows(generator: torch.Generator) -> tuple[Probe, ...]:
    """Gaps of all sizes, at temperatures at which most confidences round to 1."""
    logits = 6 * torch.randn(20, 6, generator=generator, device="cpu").double()
    far = logits + torch.tensor([0.0, 0.0, 60.0, 0.0, 0.0, 0.0], device="cpu")
    tied = logits.scatter(-1, logits.argmin(-1, keepdim=True), logits.amax(-1, keepdim=True))
    given = ((logits, 1.7), (far, 0.4), (logits + 900, 1.0), (tied, 1.3))
    return tuple(Probe(arguments, "...") for arguments in given)


def probe(rows: list, temperature: float) -> Probe:
    """Rows of logits."""
    return Probe((tensor(rows, torch.float64), temperature), f"{rows}, {temperature}")


LOG_ODDS = Exercise(
    name="log_odds",
    section="rounding",
    reference=log_odds,
    probes=(
        probe(ROWS, 1.0),
        probe(ROWS, 2.0),
        probe(FAR, 0.5),
        # e^(z/T) is beyond float64 here, and 1 - c far below its smallest number.
        probe(FAR, 0.02),
        probe(HIGH, 1.0),
        probe(TIED, 1.0),
    ),
    hidden=other_rows,
    misconceptions=(
        # Before those which are infinite in more places.
        Misconception(
            "overflow",
            overflowed,
            "00:floating-point",
            also=(single_precision_overflowed, rest_overflowed, gaps_underflowed),
        ),
        Misconception("both-taken-out", both_taken_out, "rounding"),
        Misconception(
            "rounded-first",
            of_confidence(by_rounded_confidence),
            "rounding",
            also=(
                of_confidence(by_rounded_confidence, torch.float32),
                of_confidence(lambda c: c.log() - torch.log1p(-c)),
                of_confidence(torch.logit),
                by_logarithm_of_confidence,
                one_taken_away,
            ),
        ),
        Misconception(
            "epsilon",
            with_epsilon(EPSILONS[0]),
            "rounding",
            also=tuple(form(epsilon) for form in (with_epsilon, clamped) for epsilon in EPSILONS)[
                1:
            ],
        ),
        Misconception("confidence", of_confidence(lambda c: c), "rounding"),
        Misconception(
            "odds",
            of_confidence(lambda c: c / (1 - c)),
            "rounding",
            also=(lambda z, t: log_odds(z, t).exp(),),
        ),
        Misconception("runner-up-alone", gap_to_runner_up, "within", also=(plain_gap,)),
        Misconception("log-confidence", log_confidence, "rounding"),
        Misconception("log-doubt", log_doubt, "rounding", also=(lambda z, t: -log_doubt(z, t),)),
        Misconception("mean-of-the-rest", mean_of_the_rest, "within", also=(sum_of_the_rest,)),
        Misconception("temperature-lost", lambda z, _: log_odds(z, 1.0), "rounding"),
        Misconception("one-side", tempered_rest, "rounding", also=(tempered_largest,)),
        Misconception("divided-afterwards", divided_afterwards, "within"),
        Misconception("inverted", lambda z, t: log_odds(z, 1 / t), "00:one-knob"),
        Misconception("first-class", first_class, "rounding"),
    ),
)
