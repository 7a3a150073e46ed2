"""Lab 05, ``fit_by_newton``: the temperature of least NLL, with its standard error."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from tempkit.lab.exercise import Answer, Exercise, Misconception, Probe
from tempkit.lab.exercises.chapter_05.labelled import derivatives, fitted, labelled

__all__ = ["FIT_BY_NEWTON"]

Pair = tuple[float, float]


def fit_by_newton(logits: Tensor, labels: Tensor) -> Pair:
    """Temperature and standard error."""
    return fitted(logits, labels)


class Minimum(NamedTuple):
    """The right temperature, the curvature there, and the number of rows."""

    t: float
    h: float
    n: int


def other(change: Callable[[Minimum], Pair]) -> Answer:
    """An answer made of these."""

    def answer(logits: Tensor, labels: Tensor) -> Pair:
        temperature = fitted(logits, labels)[0]
        curvature = derivatives(logits, labels, 1 / temperature)[1].item()
        return change(Minimum(temperature, curvature, len(logits)))

    return answer


def after(steps: int, start: float = 1.0) -> Answer:
    """Too few of Newton's steps, halving b where one would leave the positive numbers."""

    def answer(logits: Tensor, labels: Tensor) -> Pair:
        b = start
        for _ in range(steps):
            slope, curvature = (x.item() for x in derivatives(logits, labels, b))
            b = b - slope / curvature if slope < b * curvature else b / 2
        curvature = derivatives(logits, labels, b)[1].item()
        return 1 / b, 1 / (b**2 * math.sqrt(len(logits) * curvature))

    return answer


def curvature_at_one(logits: Tensor, labels: Tensor) -> Pair:
    """The standard error with the curvature of the place where the search began."""
    temperature = fitted(logits, labels)[0]
    curvature = derivatives(logits, labels, 1.0)[1].item()
    return temperature, temperature**2 / math.sqrt(len(logits) * curvature)


def gradient_steps(logits: Tensor, labels: Tensor) -> Pair:
    """A hundred steps along the slope, 0.01 of it each."""
    b = 1.0
    for _ in range(100):
        b -= 0.01 * derivatives(logits, labels, b)[0].item()
    curvature = derivatives(logits, labels, b)[1].item()
    return 1 / b, 1 / (b**2 * math.sqrt(len(logits) * curvature))


def unguarded(direction: float, *, guarded_late: bool = False, tensors: bool = False) -> Answer:
    """Fifty steps that may leave the positive numbers, forwards (-1) or backwards (+1)."""

    def answer(logits: Tensor, labels: Tensor) -> tuple[float | Tensor, float | Tensor]:
        b = 1.0
        for _ in range(50):
            slope, curvature = derivatives(logits, labels, b)
            if not tensors:
                slope, curvature = slope.item(), curvature.item()
            b = b + direction * slope / curvature
            if guarded_late and b <= 0:
                b = b / 2
        curvature = derivatives(logits, labels, b)[1]
        if not tensors:
            curvature = curvature.item()
        return 1 / b, 1 / (b**2 * (len(logits) * curvature) ** 0.5)

    return answer


def samples(generator: torch.Generator, shown: str = "") -> tuple[Probe, ...]:
    """Rows that are over-confident, under-confident and far over-confident."""
    kinds = ((60, 2.5, 2.0), (80, 0.5, 0.8), (50, 6.0, 6.0))
    return tuple(
        Probe(labelled(generator, size, t, spread=spread), shown or f"logits [{size}, 4], labels")
        for size, t, spread in kinds
    )


def hidden(generator: torch.Generator) -> tuple[Probe, ...]:
    """The same kinds of rows, drawn anew."""
    return samples(generator, "...")


SECTION = "newton"

FIT_BY_NEWTON = Exercise(
    name="fit_by_newton",
    section=SECTION,
    reference=fit_by_newton,
    probes=samples(torch.Generator("cpu").manual_seed(5)),
    hidden=hidden,
    misconceptions=(
        Misconception(
            "inverse",
            other(lambda x: (1 / x.t, 1 / math.sqrt(x.n * x.h))),
            SECTION,
            also=(other(lambda x: (1 / x.t, x.t**2 / math.sqrt(x.n * x.h))),),
        ),
        Misconception(
            "error-of-b", other(lambda x: (x.t, 1 / math.sqrt(x.n * x.h))), "standard-error"
        ),
        Misconception(
            "one-factor-of-t", other(lambda x: (x.t, x.t / math.sqrt(x.n * x.h))), "standard-error"
        ),
        Misconception("one-row", other(lambda x: (x.t, x.t**2 / math.sqrt(x.h))), "standard-error"),
        Misconception(
            "no-root",
            other(lambda x: (x.t, x.t**2 / (x.n * x.h))),
            "standard-error",
            also=(
                other(lambda x: (x.t, x.t**4 / (x.n * x.h))),
                other(lambda x: (x.t, 1 / (x.n * x.h))),
            ),
        ),
        Misconception(
            "curvature-above",
            other(lambda x: (x.t, x.t**2 * math.sqrt(x.h / x.n))),
            "standard-error",
        ),
        Misconception("curvature-at-one", curvature_at_one, "standard-error"),
        Misconception(
            "other-square",
            other(lambda x: (x.t, 1 / (x.t**2 * math.sqrt(x.n * x.h)))),
            "standard-error",
        ),
        Misconception(
            "without-curvature",
            other(lambda x: (x.t, x.t**2 / math.sqrt(x.n))),
            "standard-error",
            also=(other(lambda x: (x.t, 1 / math.sqrt(x.n))),),
        ),
        Misconception(
            "left-the-positive",
            unguarded(-1),
            SECTION,
            also=(
                unguarded(-1, tensors=True),
                unguarded(-1, guarded_late=True),
                unguarded(-1, guarded_late=True, tensors=True),
            ),
        ),
        Misconception(
            "wrong-way",
            unguarded(1),
            SECTION,
            also=(unguarded(1, tensors=True),),
        ),
        Misconception("too-few-steps", after(1), SECTION, also=(after(2), after(3), after(4))),
        Misconception("gradient-steps", gradient_steps, SECTION),
        Misconception(
            "error-first", other(lambda x: (x.t**2 / math.sqrt(x.n * x.h), x.t)), SECTION
        ),
    ),
    rtol=1e-3,
)
