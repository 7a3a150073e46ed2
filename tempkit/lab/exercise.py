"""What an exercise is: a reference, the probes it is tried on, and the wrong answers people give.

A misconception is itself an answer, a function with the signature that the exercise asks for. An
attempt is diagnosed by running it and every misconception on the same probes and comparing what
comes out: whoever computes ``softmax(z) / T`` gets the numbers of ``softmax(z) / T``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

__all__ = ["Exercise", "Misconception", "Probe"]

Answer = Callable[..., Any]


@dataclass(frozen=True)
class Probe:
    """Arguments to try an answer on. ``shown`` is how a message writes the call's arguments."""

    arguments: tuple[Any, ...]
    shown: str


@dataclass(frozen=True)
class Misconception:
    """A wrong answer that people give, under the name by which messages and reports know it.

    ``section`` is the section of the chapter's note that sets it right, or of another chapter's,
    written ``"00:entropy"``. ``also`` holds other ways of making the same mistake.
    """

    id: str
    answer: Answer
    section: str
    also: tuple[Answer, ...] = ()


@dataclass(frozen=True)
class Exercise:
    """Everything that judging one exercise needs.

    ``hidden`` draws further probes from a seeded generator; they stand in the hidden tests only.
    ``rtol`` and ``atol`` are the tolerances of a float32 or float64 answer; an answer in half
    precision may differ by 2e-3 at least.
    """

    name: str
    section: str
    reference: Answer
    probes: tuple[Probe, ...]
    misconceptions: tuple[Misconception, ...]
    hidden: Callable[[torch.Generator], tuple[Probe, ...]]
    rtol: float = 1e-4
    atol: float = 1e-5
