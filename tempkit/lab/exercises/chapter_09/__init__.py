"""Exercises of lab 09, exploration, in their order."""

from __future__ import annotations

from tempkit.lab.exercises.chapter_09.boltzmann_policy import BOLTZMANN_POLICY
from tempkit.lab.exercises.chapter_09.cooled import COOLED
from tempkit.lab.exercises.chapter_09.gumbel_by_counts import GUMBEL_BY_COUNTS
from tempkit.lab.exercises.chapter_09.limiting_cost import LIMITING_COST
from tempkit.lab.exercises.chapter_09.regret_report import REGRET_REPORT
from tempkit.lab.exercises.chapter_09.updated_means import UPDATED_MEANS

__all__ = ["EXERCISES"]

EXERCISES = (
    BOLTZMANN_POLICY,
    UPDATED_MEANS,
    REGRET_REPORT,
    LIMITING_COST,
    COOLED,
    GUMBEL_BY_COUNTS,
)
