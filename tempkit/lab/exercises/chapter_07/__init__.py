"""Exercises of lab 07, schedules and mixtures, in their order."""

from __future__ import annotations

from tempkit.lab.exercises.chapter_07.adaptive_temperature import ADAPTIVE_TEMPERATURE
from tempkit.lab.exercises.chapter_07.annealed_scores import ANNEALED_SCORES
from tempkit.lab.exercises.chapter_07.every_temperature import EVERY_TEMPERATURE
from tempkit.lab.exercises.chapter_07.paired_gap import PAIRED_GAP
from tempkit.lab.exercises.chapter_07.positions_computed import POSITIONS_COMPUTED
from tempkit.lab.exercises.chapter_07.two_averages import TWO_AVERAGES

__all__ = ["EXERCISES"]

EXERCISES = (
    EVERY_TEMPERATURE,
    ADAPTIVE_TEMPERATURE,
    PAIRED_GAP,
    ANNEALED_SCORES,
    POSITIONS_COMPUTED,
    TWO_AVERAGES,
)
