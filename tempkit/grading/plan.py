"""What a lab asks for, as intake needs to know it: its code cells, in order, in one language.

The plan is read from the lab that the course hands out, never from a submission.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from tempkit.course.chapters import Chapter, find

__all__ = ["CourseCell", "Exercise", "LabPlan", "defined_names", "plan"]

Role = Literal["solution", "check", "given"]

_FUNCTION = re.compile(r"^(?:async[ \t]+)?def[ \t]+(\w+)", re.MULTILINE)
_ASSIGNMENT = re.compile(r"^(\w+)[ \t]*(?::[^=\n]+)?=(?!=)", re.MULTILINE)
_HEADING = re.compile(r"^## (.+?)(?: \([^()]*\))?$", re.MULTILINE)
_CHECKED = re.compile(r"check\(\s*[\"'](\w+)[\"']")


@dataclass(frozen=True)
class CourseCell:
    """A code cell of the course: to be solved, to be graded with, or given.

    ``name`` is its grade_id, empty for a given cell; ``text`` is what the learner was handed;
    ``functions`` are those that an answer has to define.
    """

    id: str
    name: str
    role: Role
    text: str
    functions: frozenset[str]


@dataclass(frozen=True)
class Exercise:
    """A graded exercise: its name, the heading of its task, and what it is worth."""

    name: str
    title: str
    points: float


@dataclass(frozen=True)
class LabPlan:
    """The code cells and the exercises of one lab in one language.

    ``ignored`` holds the text of cells that are nobody's: what installs the course in Colab.
    """

    chapter: Chapter
    lang: str
    cells: tuple[CourseCell, ...]
    exercises: tuple[Exercise, ...]
    ignored: frozenset[str] = frozenset()

    @property
    def max_points(self) -> float:
        """What the lab is worth."""
        return sum(exercise.points for exercise in self.exercises)


@cache
def plan(number: str, lang: str) -> LabPlan:
    """The plan of the lab of chapter ``number``.

    Raises
    ------
    ValueError
        If there is no such chapter.
    FileNotFoundError
        If its lab was never built.
    """
    chapter = find(number)
    notebook = json.loads(chapter.lab(lang).read_text("utf-8"))
    cells, exercises, ignored, heading = [], [], set(), ""
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            found = _HEADING.search(text)
            heading = found[1] if found else heading
            continue
        if "role" in cell["metadata"].get("tempkit", {}):
            ignored.add(text.strip())
            continue
        nbgrader = cell["metadata"].get("nbgrader", {})
        if nbgrader.get("grade"):
            exercises.append(Exercise(_CHECKED.search(text)[1], heading, nbgrader["points"]))
        cells.append(_cell(cell["id"], nbgrader, text))
    return LabPlan(chapter, lang, tuple(cells), tuple(exercises), frozenset(ignored))


def _cell(identity: str, nbgrader: dict[str, Any], text: str) -> CourseCell:
    role: Role = "given"
    if nbgrader.get("grade"):
        role = "check"
    elif nbgrader.get("solution"):
        role = "solution"
    functions = frozenset(_FUNCTION.findall(text)) if role == "solution" else frozenset()
    return CourseCell(identity, nbgrader.get("grade_id", ""), role, text, functions)


def defined_names(code: str) -> frozenset[str]:
    """What a cell defines or assigns at its left margin; code that does not parse counts too."""
    return frozenset(_FUNCTION.findall(code)) | frozenset(_ASSIGNMENT.findall(code))
