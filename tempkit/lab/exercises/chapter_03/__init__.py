"""Exercises of lab 03, truncation, in their order."""

from __future__ import annotations

from tempkit.lab.exercises.chapter_03.both_orders import BOTH_ORDERS
from tempkit.lab.exercises.chapter_03.keep_min_p import KEEP_MIN_P
from tempkit.lab.exercises.chapter_03.keep_top_k import KEEP_TOP_K
from tempkit.lab.exercises.chapter_03.keep_top_p import KEEP_TOP_P
from tempkit.lab.exercises.chapter_03.nucleus_size import NUCLEUS_SIZE
from tempkit.lab.exercises.chapter_03.penalise import PENALISE
from tempkit.lab.exercises.chapter_03.tail_share import TAIL_SHARE

__all__ = ["EXERCISES"]

EXERCISES = (
    TAIL_SHARE,
    KEEP_TOP_K,
    KEEP_TOP_P,
    KEEP_MIN_P,
    BOTH_ORDERS,
    NUCLEUS_SIZE,
    PENALISE,
)
