"""Ten thousand tokens from one distribution: a histogram in a lab, a simulation."""

from __future__ import annotations

import torch

from benchmarks.logits import like_a_language_model
from benchmarks.next_token import TEMPERATURE, transformers_call
from benchmarks.race import Call, Contender
from benchmarks.task import Reach, Task
from tempkit.sampling import draw

_MULTINOMIAL = "torch.multinomial(N)"
_LOOP = "loop of single draws, transformers"
#: Single draws actually made; their time stands for that of all.
_DRAWN_ALONE = 20


def task(*, quick: bool = False) -> Task:
    """The task, with 10,000 draws or with a hundred."""
    vocabulary, draws = (502, 100) if quick else (50257, 10_000)
    logits = like_a_language_model(1, vocabulary)

    def alone() -> Call:
        one = transformers_call(logits)
        return lambda: [one() for _ in range(_DRAWN_ALONE)]

    def multinomial() -> torch.Tensor:
        return torch.multinomial(torch.softmax(logits / TEMPERATURE, -1), draws, replacement=True)

    def categorical() -> torch.Tensor:
        return torch.distributions.Categorical(logits=logits / TEMPERATURE).sample((draws,))

    return Task(
        "many-draws",
        f"{draws:,} draws from one distribution of {vocabulary}, T = {TEMPERATURE}",
        [
            Contender("tempkit.draw", lambda: lambda: draw(logits, TEMPERATURE, draws), "ours"),
            Contender(_MULTINOMIAL, lambda: multinomial),
            Contender("torch Categorical.sample([N])", lambda: categorical),
            Contender(_LOOP, alone, scale=draws / _DRAWN_ALONE),
            Contender("softmax(z / T)", lambda: lambda: torch.softmax(logits / 0.7, -1), "limit"),
        ],
        [Reach(_MULTINOMIAL, at_least=1), Reach(_LOOP, at_least=10_000)],
    )
