"""Seven ways to handle a temperature wrongly, each as a function to probabilities.

Three are those of lab 10; the others are the forms of note 00 that misplace the temperature, and
the argmax at 0. Where a form divides by the temperature, it has the limit at 0, so that nothing
is wrong with it but what its name says.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from tempkit import pitfalls
from tempkit.lab import snippets
from tempkit.scaling import softmax

__all__ = ["FAULTS"]

Probabilities = Callable[[Tensor, float], Tensor]


def _greedy(logits: Tensor) -> Tensor:
    return torch.nn.functional.one_hot(logits.argmax(), len(logits)).double()


def _greedy_at(*temperatures: float) -> Probabilities:
    return lambda z, t: _greedy(z) if t in temperatures else softmax(z, t)


def _with_its_limit(function: Probabilities) -> Probabilities:
    return lambda z, t: softmax(z, 0.0) if t == 0 else function(z, t)


FAULTS: dict[str, Probabilities] = {
    "greedy-at-one": _with_its_limit(_greedy_at(1.0)),
    "twice": _with_its_limit(snippets.without_bans),
    "zero-ignored": snippets.tempered_as_found,
    "argmax-at-zero": _greedy_at(0.0),
    "divided": _with_its_limit(pitfalls.divided),
    "inverted": _with_its_limit(pitfalls.inverted),
    "double-softmax": _with_its_limit(pitfalls.double_softmax),
}
