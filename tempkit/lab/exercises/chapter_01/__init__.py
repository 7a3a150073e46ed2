"""Exercises of lab 01, temperature and entropy, in their order."""

from __future__ import annotations

from tempkit.lab.exercises.chapter_01.distribution_table import DISTRIBUTION_TABLE
from tempkit.lab.exercises.chapter_01.entropy_curve import ENTROPY_CURVE
from tempkit.lab.exercises.chapter_01.entropy_from_draws import ENTROPY_FROM_DRAWS
from tempkit.lab.exercises.chapter_01.entropy_slope import ENTROPY_SLOPE
from tempkit.lab.exercises.chapter_01.full_spectrum import FULL_SPECTRUM
from tempkit.lab.exercises.chapter_01.temperature_for import TEMPERATURE_FOR

__all__ = ["EXERCISES"]

EXERCISES = (
    DISTRIBUTION_TABLE,
    FULL_SPECTRUM,
    ENTROPY_CURVE,
    ENTROPY_SLOPE,
    TEMPERATURE_FOR,
    ENTROPY_FROM_DRAWS,
)
