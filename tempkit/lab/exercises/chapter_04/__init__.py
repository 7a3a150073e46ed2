"""Exercises of lab 04, language models, in their order."""

from __future__ import annotations

from tempkit.lab.exercises.chapter_04.distinct_n import DISTINCT_N
from tempkit.lab.exercises.chapter_04.kl_curve import KL_CURVE
from tempkit.lab.exercises.chapter_04.next_token_table import NEXT_TOKEN_TABLE
from tempkit.lab.exercises.chapter_04.predicted_grammatical import PREDICTED_GRAMMATICAL
from tempkit.lab.exercises.chapter_04.sequence_log_probability import SEQUENCE_LOG_PROBABILITY
from tempkit.lab.exercises.chapter_04.temper_both import TEMPER_BOTH

__all__ = ["EXERCISES"]

EXERCISES = (
    NEXT_TOKEN_TABLE,
    SEQUENCE_LOG_PROBABILITY,
    TEMPER_BOTH,
    DISTINCT_N,
    PREDICTED_GRAMMATICAL,
    KL_CURVE,
)
