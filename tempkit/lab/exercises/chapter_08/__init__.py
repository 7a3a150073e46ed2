"""Exercises of lab 08, distillation."""

from __future__ import annotations

from tempkit.lab.exercises.chapter_08.limit_of_gradient import LIMIT_OF_GRADIENT
from tempkit.lab.exercises.chapter_08.logit_gradient import LOGIT_GRADIENT
from tempkit.lab.exercises.chapter_08.mixed_loss import MIXED_LOSS
from tempkit.lab.exercises.chapter_08.paired_difference import PAIRED_DIFFERENCE
from tempkit.lab.exercises.chapter_08.soft_loss import SOFT_LOSS

__all__ = ["EXERCISES"]

EXERCISES = (SOFT_LOSS, LOGIT_GRADIENT, LIMIT_OF_GRADIENT, MIXED_LOSS, PAIRED_DIFFERENCE)
