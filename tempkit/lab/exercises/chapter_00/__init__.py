"""Exercises of lab 00, inside or outside the softmax, in their order."""

from __future__ import annotations

from tempkit.lab.exercises.chapter_00.form_entropies import FORM_ENTROPIES
from tempkit.lab.exercises.chapter_00.power_form import POWER_FORM
from tempkit.lab.exercises.chapter_00.sampler_probabilities import SAMPLER_PROBABILITIES
from tempkit.lab.exercises.chapter_00.standard_errors_away import STANDARD_ERRORS_AWAY
from tempkit.lab.exercises.chapter_00.temperature_softmax import TEMPERATURE_SOFTMAX

__all__ = ["EXERCISES"]

EXERCISES = (
    TEMPERATURE_SOFTMAX,
    FORM_ENTROPIES,
    POWER_FORM,
    STANDARD_ERRORS_AWAY,
    SAMPLER_PROBABILITIES,
)
