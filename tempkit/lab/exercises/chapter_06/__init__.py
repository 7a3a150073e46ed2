"""Exercises of lab 06, decisions."""

from __future__ import annotations

from tempkit.lab.exercises.chapter_06.error_by_image import ERROR_BY_IMAGE
from tempkit.lab.exercises.chapter_06.log_odds import LOG_ODDS
from tempkit.lab.exercises.chapter_06.mean_cost import MEAN_COST
from tempkit.lab.exercises.chapter_06.monitor_row import MONITOR_ROW
from tempkit.lab.exercises.chapter_06.retry_colder import RETRY_COLDER
from tempkit.lab.exercises.chapter_06.review_by_entropy import REVIEW_BY_ENTROPY
from tempkit.lab.exercises.chapter_06.risk_curve import RISK_CURVE

__all__ = ["EXERCISES"]

EXERCISES = (
    MONITOR_ROW,
    REVIEW_BY_ENTROPY,
    ERROR_BY_IMAGE,
    RETRY_COLDER,
    RISK_CURVE,
    LOG_ODDS,
    MEAN_COST,
)
