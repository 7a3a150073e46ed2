"""Exercises of lab 05, calibration, in their order."""

from __future__ import annotations

from tempkit.lab.exercises.chapter_05.calibration_error import CALIBRATION_ERROR
from tempkit.lab.exercises.chapter_05.error_by_chance import ERROR_BY_CHANCE
from tempkit.lab.exercises.chapter_05.fit_by_newton import FIT_BY_NEWTON
from tempkit.lab.exercises.chapter_05.honest_report import HONEST_REPORT
from tempkit.lab.exercises.chapter_05.reliability_table import RELIABILITY_TABLE
from tempkit.lab.exercises.chapter_05.slope_and_curvature import SLOPE_AND_CURVATURE

__all__ = ["EXERCISES"]

EXERCISES = (
    RELIABILITY_TABLE,
    CALIBRATION_ERROR,
    ERROR_BY_CHANCE,
    SLOPE_AND_CURVATURE,
    FIT_BY_NEWTON,
    HONEST_REPORT,
)
