"""Exercises of lab 02, sampling, in their order."""

from __future__ import annotations

from tempkit.lab.exercises.chapter_02.alarm_rate import ALARM_RATE
from tempkit.lab.exercises.chapter_02.chi_square import CHI_SQUARE
from tempkit.lab.exercises.chapter_02.draw_report import DRAW_REPORT
from tempkit.lab.exercises.chapter_02.draw_safely import DRAW_SAFELY
from tempkit.lab.exercises.chapter_02.gumbel_max import GUMBEL_MAX
from tempkit.lab.exercises.chapter_02.inverse_cdf import INVERSE_CDF

__all__ = ["EXERCISES"]

EXERCISES = (INVERSE_CDF, DRAW_SAFELY, GUMBEL_MAX, DRAW_REPORT, CHI_SQUARE, ALARM_RATE)
