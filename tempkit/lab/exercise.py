"""What an exercise is: a reference, the probes it is tried on, and the wrong answers people give.

A misconception is itself an answer, a function with the signature that the exercise asks for. An
attempt is diagnosed by running it and every misconception on the same probes and comparing what
comes out: whoever computes ``softmax(z) / T`` gets the numbers of ``softmax(z) / T``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import torch

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Exercise", "Judge", "Misconception", "Objection", "Probe"]

Answer = Callable[..., Any]


@dataclass(frozen=True)
class Probe:
    """Arguments to try an answer on. ``shown`` is how a message writes the call's arguments.

    With ``gradient``, what counts is not the number that an answer returns but its gradient by
    the first argument, a floating-point tensor: 0 where no gradient arrives.
    """

    arguments: tuple[Any, ...]
    shown: str
    gradient: bool = False


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
class Objection:
    """What a judge has against an answer: the id of a misconception, and facts for its message."""

    reason: str
    facts: dict[str, str] = field(default_factory=dict)


class Judge(Protocol):
    """Tells right answers from wrong ones where there are many right ones."""

    def objection(self, parts: dict[str, np.ndarray]) -> Objection | None:
        """What is wrong with the numbers that an answer returned, None if nothing is."""
        ...


@dataclass(frozen=True)
class Exercise:
    """Everything that judging one exercise needs.

    ``hidden`` draws further probes from a seeded generator; they stand in the hidden tests only.
    ``rtol`` and ``atol`` are the tolerances of a float32 or float64 answer; an answer in half
    precision may differ by 2e-3 at least. An exercise with a ``judge`` asks for one of many right
    answers: its reference is one of them, and names the parts that an answer has.
    """

    name: str
    section: str
    reference: Answer
    probes: tuple[Probe, ...]
    misconceptions: tuple[Misconception, ...]
    hidden: Callable[[torch.Generator], tuple[Probe, ...]]
    rtol: float = 1e-4
    atol: float = 1e-5
    judge: Judge | None = None
