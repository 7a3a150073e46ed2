"""Run the test cells of a lab in the grader's own process, on functions that run elsewhere.

``check`` in a test cell is a :class:`Judge`. Names that the lab's imports do not define are the
student's, and are fetched from the student's process; what comes is data or a
:class:`~tempkit.grading.proxy.Remote`.
"""

from __future__ import annotations

import builtins
import time
from typing import Any

import torch

from tempkit.course.chapters import Chapter, find
from tempkit.grading.assignment import Assignment, CourseCell
from tempkit.grading.proxy import LateError, Session
from tempkit.grading.records import CellResult
from tempkit.lab.diagnosis import Finding, examine
from tempkit.lab.exercises import exercise_of
from tempkit.lab.messages import message
from tempkit.lab.session import explained

__all__ = ["Judge"]

_REASON_CAP = 3000


class _NotRight(Exception):
    """An answer is wrong, for the reason of a finding."""

    def __init__(self, exercise: str, finding: Finding, hidden: bool) -> None:
        super().__init__(finding.reason)
        self.exercise, self.finding, self.hidden = exercise, finding, hidden


class Judge:
    """The ``check`` of one submission."""

    def __init__(self, chapter: Chapter, lang: str, seed: int) -> None:
        self.chapter, self.lang, self.seed = chapter, lang, seed

    def __call__(self, exercise: str, answer: Any) -> None:
        """Judge an answer by the visible probes."""
        self._judge(exercise, answer, hidden=False)

    def hidden(self, exercise: str, answer: Any) -> None:
        """Judge an answer by the hidden probes."""
        self._judge(exercise, answer, hidden=True)

    def prediction(self, question: str, choice: Any) -> None:
        """A guess is never graded."""

    def _judge(self, name: str, answer: Any, *, hidden: bool) -> None:
        exercise = exercise_of(self.chapter.name, name)
        probes = exercise.probes
        if hidden:
            probes = exercise.hidden(torch.Generator("cpu").manual_seed(self.seed))
        finding = examine(exercise, answer, probes)
        if finding is not None:
            raise _NotRight(name, finding, hidden)

    def result(self, cell: CourseCell, assignment: Assignment, session: Session) -> CellResult:
        """Points of a test cell: all, or none and why.

        Raises
        ------
        Lost
            If the student's process is gone.
        """
        started = time.monotonic()
        names = _Names(session)
        exec(compile(assignment.imports, "<imports>", "exec"), names)
        names["check"] = self
        reason, finding, section, named = "", None, None, False
        try:
            exec(compile(cell.source, f"<{cell.grade_id}>", "exec"), names)
        except _NotRight as verdict:
            finding, named = verdict.finding.reason, verdict.finding.named
            reason = explained(
                verdict.exercise, verdict.finding, self.lang, evidence=not verdict.hidden
            )
            section = self._section(verdict.finding.section)
        except NameError:
            finding, reason = "not-written", message("general.not-written", self.lang)
        except LateError as error:
            finding, reason = "raised", f"{type(error).__name__}: {error}"
        except Exception as error:
            finding, reason = "raised", f"{type(error).__name__}: {error}"
        return CellResult(
            exercise=cell.exercise,
            points=0.0 if finding else cell.points,
            max_points=cell.points,
            reason=reason[:_REASON_CAP],
            misconception=finding if named else None,
            seconds=time.monotonic() - started,
            finding=finding,
            section=section,
        )

    def _section(self, section: str) -> str:
        """``"00:entropy"`` is in another chapter's note."""
        chapter, colon, other = section.partition(":")
        return f"{find(chapter).name}#{other}" if colon else f"{self.chapter.name}#{section}"


class _Names(dict):
    """The names of a test cell: its own and Python's first, then the student's."""

    def __init__(self, session: Session) -> None:
        super().__init__(__builtins__=builtins, __name__="tests")
        self._session = session

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name) or name.startswith("__"):
            raise KeyError(name)
        return self._session.name(name)
