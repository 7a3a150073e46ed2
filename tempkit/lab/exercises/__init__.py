"""The exercises of every chapter: reference, probes and misconceptions, declared once.

They hold the answers: a grader that does not trust its students keeps this package out of the
process in which their code runs. What ``tempkit release`` hands out to students has, in their
place, files of results (:mod:`tempkit.lab.recorded`).
"""

from __future__ import annotations

from importlib import import_module

from tempkit.lab import recorded
from tempkit.lab.exercise import Exercise

__all__ = ["exercise_of", "exercises_of"]


def exercises_of(chapter: str) -> tuple[Exercise, ...]:
    """The exercises of a chapter, given by its name ``00-inside-or-outside``, in order."""
    handed_out = recorded.FOLDER / f"chapter_{chapter[:2]}.json.gz"
    if handed_out.is_file():
        return recorded.restore(handed_out)
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
