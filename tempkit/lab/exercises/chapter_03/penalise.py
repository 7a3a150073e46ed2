"""Lab 03, ``penalise``: the repetition penalty."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.chapter_03.tail_share import integers
from tempkit.lab.exercises.chapter_03.values import random_row
from tempkit.lab.exercises.probes import INF, WORDS, tensor

__all__ = ["PENALISE"]


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
