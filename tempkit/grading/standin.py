"""What stands in a student's process where ``tempkit`` has answers.

``tempkit.lab`` is a module whose checks do nothing: the real ones run in the grader. A function
that a lab asks for may be in the library too. Where the lab tells learners to resist it, it raises
here; where the course accepts a call of it as an answer, so does the grader. The library's own
modules, figures for instance, go on using it. And nobody looks at the figures that the course's own
cells draw: they are drawn in a student's cells only.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any

__all__ = ["WITHHELD", "install"]

#: For each chapter, what its lab tells the student not to call: module and name in ``tempkit``.
WITHHELD = {
    "01": (("information", "temperature_for_entropy"),),
    "05": (
        ("calibration", "reliability_curve"),
        ("calibration", "expected_calibration_error"),
        ("calibration", "fit_temperature"),
        ("calibration", "TemperatureScaler"),
        ("fitting", "fit_temperature"),
        ("estimator", "TemperatureScaler"),
    ),
    "07": (("schedules", "entropy_driven"),),
}


class CheckFailed(AssertionError):
    """Never raised here; there for code that names it."""


class _SilentCheck:
    """``check(name, answer)`` without a judgement."""

    def __call__(self, exercise: str, answer: Any) -> None:
        """Nothing."""

    def hidden(self, exercise: str, answer: Any) -> None:
        """Nothing."""

    def prediction(self, question: str, choice: Any) -> None:
        """Nothing."""


def _start(chapter: str, language: str = "en") -> _SilentCheck:
    """Begin a lab that checks nothing."""
    from tempkit.language import use

    del chapter
    use(language)
    return _SilentCheck()


def install(chapter: str, unseen: Callable[[], bool]) -> None:
    """Put the stand-ins in place, before any student's code runs.

    ``unseen`` tells whether nobody will look at what the cell that runs draws.
    """
    import tempkit
    from tempkit import plots

    lab = ModuleType("tempkit.lab", "Checks run in the grader.")
    lab.start, lab.CheckFailed, lab.__all__ = _start, CheckFailed, ["CheckFailed", "start"]
    sys.modules["tempkit.lab"] = lab
    tempkit.lab = lab
    for module, name in WITHHELD.get(chapter, ()):
        home = import_module(f"tempkit.{module}")
        refusal = _refusal(name)
        setattr(home, name, refusal)
        setattr(tempkit, name, refusal)
    for name in plots.__all__:
        draw = getattr(plots, name)
        if not isinstance(draw, type):
            setattr(plots, name, _drawn_if_seen(draw, unseen))


def _refusal(name: str) -> Callable[..., Any]:
    def write_this_one_yourself(*arguments: Any, **options: Any) -> Any:
        raise NotImplementedError(f"tempkit.{name}: write this one yourself")

    write_this_one_yourself.__name__ = write_this_one_yourself.__qualname__ = name
    return write_this_one_yourself


def _drawn_if_seen(draw: Callable[..., Any], unseen: Callable[[], bool]) -> Callable[..., Any]:
    @functools.wraps(draw)
    def drawn(*arguments: Any, **options: Any) -> Any:
        return None if unseen() else draw(*arguments, **options)

    return drawn
