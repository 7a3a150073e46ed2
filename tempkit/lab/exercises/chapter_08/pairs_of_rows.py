"""Logits of a student and a teacher for a few images: what the exercises of lab 08 are tried on.

Three images and four classes, so that a mean over images, over classes and over both differ, and
temperatures at which T, 2T and T squared do.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from tempkit.lab.exercise import Probe
from tempkit.lab.exercises.probes import tensor

__all__ = ["STUDENT", "TEACHER", "differentiated", "pair", "random_pair"]

STUDENT = [[0.5, -1.0, 0.2, 1.5], [2.0, 0.3, -0.4, 0.1], [-0.6, 1.2, 0.9, -2.0]]
TEACHER = [[4.0, 1.0, -2.0, 0.5], [-1.0, 3.0, 2.0, -3.0], [0.3, 0.1, 5.0, 2.2]]


def pair(student: list, teacher: list, *others: object) -> Probe:
    """The logits of both, and whatever else the exercise takes."""
    rows = (tensor(student, torch.float64), tensor(teacher, torch.float64))
    shown = ", ".join(map(str, (student, teacher, *others)))
    return Probe((*rows, *(_as_tensor(other) for other in others)), shown)


def differentiated(probe: Probe) -> Probe:
    """The same call, of which the gradient by the student's logits counts: students train on it."""
    return replace(probe, gradient=True)


def _as_tensor(value: object) -> object:
    """Labels come as a tensor; numbers stay numbers."""
    return tensor(value, torch.int64) if isinstance(value, list) else value


def random_pair(generator: torch.Generator, rows: int = 5, classes: int = 7) -> tuple[Tensor, ...]:
    """A student and a teacher of a hidden probe, the teacher more decided."""
    made = [
        size * torch.randn(rows, classes, generator=generator, dtype=torch.float64, device="cpu")
        for size in (1.0, 3.0)
    ]
    return tuple(made)
