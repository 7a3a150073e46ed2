"""What intake hands to the grader, and what the grader hands back: plain, frozen records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

__all__ = ["LAYERS", "Cell", "CellResult", "Execution", "Layer", "Output", "Submission"]

#: Every layer of isolation, in the order of reports.
LAYERS = (
    "process",
    "file view",
    "mount namespace",
    "pid namespace",
    "network namespace",
    "ipc namespace",
    "uts namespace",
    "user namespace",
    "fresh /proc",
    "scratch",
    "uid",
    "limits",
    "no new privileges",
    "no capabilities",
    "landlock",
    "seccomp",
    "memory watch",
)


@dataclass(frozen=True)
class Cell:
    """One code cell of a submission, in the order in which it is to run.

    ``kind`` is ``"solution"`` (the student's text of a cell that the lab asks for, matched to its
    ``grade_id``) or ``"extra"`` (a cell of the student's own, ``grade_id`` None). The cells of the
    course itself never come from a submission; ``after`` says where an extra cell stands: the
    notebook id of the course's code cell that it follows, None at the top.
    """

    grade_id: str | None
    source: str
    kind: Literal["solution", "extra"]
    after: str | None = None


@dataclass(frozen=True)
class Submission:
    """One notebook, read: ``refused`` is the one-line reason why it was not, None if it was.

    ``digest`` is the SHA-256 of the bytes that were handed in; ``warnings`` says what was odd about
    the file (missing, duplicated, relabelled cells), which costs nothing by itself.
    """

    student: str
    lab: str
    lang: str
    cells: tuple[Cell, ...] = ()
    digest: str = ""
    warnings: tuple[str, ...] = ()
    refused: str | None = None


@dataclass(frozen=True)
class CellResult:
    """Points of one test cell of the course, named after its exercise.

    ``reason`` is what the learner is told, in the submission's language; empty at full marks.
    ``finding`` is the id of a general reason or misconception, None at full marks;
    ``misconception`` is that id if it is a named misconception, else None.
    """

    exercise: str
    points: float
    max_points: float
    reason: str = ""
    misconception: str | None = None
    seconds: float = 0.0
    finding: str | None = None
    #: Where the note sets it right: ``"01-temperature-and-entropy#three-limits"``.
    section: str | None = None


@dataclass(frozen=True)
class Output:
    """What one of the student's own cells printed, drew or raised; capped, NOT sanitised.

    ``index`` is the cell's place in ``Submission.cells``. ``kind`` is ``"text"`` (stdout, stderr
    and the plain text of displays), ``"error"`` (``text`` is one line, ``Type: message``) or
    ``"image"`` (``data`` is a PNG that was checked to be one). Texts hold whatever the student
    wished.
    """

    index: int
    kind: Literal["text", "error", "image"]
    text: str = ""
    data: bytes = b""


@dataclass(frozen=True)
class Layer:
    """A layer of isolation, and whether it was in force; ``note`` says why not, or how much."""

    name: str
    active: bool
    note: str = ""


@dataclass(frozen=True)
class Execution:
    """Everything that grading one submission gave.

    ``status``: ``"graded"`` (every test cell was judged), ``"partial"`` (the student's process
    died, broke the protocol or ran into a limit; test cells that were judged before keep their
    points), ``"timeout"`` (the deadline of the whole submission passed; the same holds),
    ``"refused"``. ``limits_hit`` names limits: ``"cell-time"``, ``"call-time"``, ``"total-time"``,
    ``"output"``, ``"figures"``, ``"wire"``, ``"memory"``, ``"died"``.
    """

    results: tuple[CellResult, ...]
    outputs: tuple[Output, ...] = ()
    limits_hit: tuple[str, ...] = ()
    layers: tuple[Layer, ...] = ()
    status: Literal["graded", "partial", "timeout", "refused"] = "graded"
    seconds: float = 0.0
    notes: tuple[str, ...] = field(default=())

    @property
    def points(self) -> float:
        """The sum over all test cells."""
        return sum(result.points for result in self.results)

    @property
    def max_points(self) -> float:
        """What the lab is worth."""
        return sum(result.max_points for result in self.results)
