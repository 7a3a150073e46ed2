"""The exercises of every chapter: reference, probes and misconceptions, declared once.

They hold the answers: a grader that does not trust its students keeps this package out of the
process in which their code runs.
"""

from __future__ import annotations

from importlib import import_module

from tempkit.lab.exercise import Exercise

__all__ = ["exercise_of", "exercises_of"]


def exercises_of(chapter: str) -> tuple[Exercise, ...]:
    """The exercises of a chapter, given by its name ``00-inside-or-outside``, in order."""
    return import_module(f"{__name__}.chapter_{chapter[:2]}").EXERCISES


def exercise_of(chapter: str, name: str) -> Exercise:
    """One exercise of a chapter.

    Raises
    ------
    KeyError
        If the chapter has none of that name; the message lists those it has.
    """
    exercises = {exercise.name: exercise for exercise in exercises_of(chapter)}
    if name not in exercises:
        raise KeyError(f"lab {chapter} has no exercise {name!r}: it has {', '.join(exercises)}")
    return exercises[name]
