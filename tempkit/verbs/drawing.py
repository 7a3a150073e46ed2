"""Draws documents from the exact process, by inverse CDF with one float64 uniform a token.

All documents that have not ended advance together, one word a step. Nothing but the uniforms is
random, and nothing is computed in less than float64: a seed gives the same documents everywhere.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from tempkit.verbs.text import END

if TYPE_CHECKING:
    from tempkit.verbs.automaton import Automaton

__all__ = ["draw"]


def draw(
    process: Automaton, documents: int, max_tokens: int | None, generator: torch.Generator | None
) -> list[list[int]]:
    """Ids of each document, to its ``</s>`` or to ``max_tokens``."""
    cdf, words = _cumulative(process.probability)
    end, limit = process.id(END), math.inf if max_tokens is None else max_tokens
    drawn: list[list[int]] = [[] for _ in range(documents)]
    alive = torch.arange(documents, device="cpu")
    state = torch.zeros_like(alive)
    length = 0
    while len(alive) and length < limit:
        shape = (len(alive), 1)
        uniform = torch.rand(shape, generator=generator, dtype=torch.float64, device="cpu")
        rank = torch.searchsorted(cdf[state], uniform, right=True)
        word = words[state].gather(1, rank).squeeze(1)
        for document, i in zip(alive.tolist(), word.tolist(), strict=True):
            drawn[document].append(i)
        state = process.successor[state, word]
        going = word != end
        alive, state, length = alive[going], state[going], length + 1
    return drawn


def _cumulative(probability: Tensor) -> tuple[Tensor, Tensor]:
    """Cumulative probabilities of the possible words of each state, and those words.

    Both of shape ``[S, K]``, with K the largest number of words that a state has.
    """
    possible = (probability > 0).sum(-1)
    impossible = (probability == 0).to(torch.uint8)
    words = impossible.sort(dim=-1, stable=True).indices[:, : int(possible.max())]
    cdf = probability.gather(-1, words).cumsum(-1)
    # The last possible word takes what rounding has left: nothing impossible is ever drawn.
    last = (possible - 1).clamp(min=0).unsqueeze(-1)
    return cdf.masked_fill(torch.arange(words.shape[1], device="cpu") >= last, 1.0), words
