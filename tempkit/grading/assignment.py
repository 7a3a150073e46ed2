"""A lab as the grader knows it: the code cells of its solution notebook, in order.

Everything but the text of solution cells comes from there: tests, points, set-up, what is shown
between the exercises. The notebook is read as JSON; nothing of a submission is looked at here.
"""

from __future__ import annotations

import ast
import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from tempkit.course.chapters import Chapter

__all__ = ["Assignment", "CourseCell", "read"]

_PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class CourseCell:
    """A code cell of the course: what the student writes, a test, or anything between.

    ``points`` and ``exercise`` are those of a test.
    """

    id: str
    source: str
    kind: Literal["solution", "test", "course"]
    grade_id: str | None = None
    points: float = 0.0

    @property
    def exercise(self) -> str:
        """The name of the exercise that a test judges."""
        return (self.grade_id or "").removeprefix("check-")


@dataclass(frozen=True)
class Assignment:
    """The code cells of a lab, and the imports that its tests may rely on."""

    cells: tuple[CourseCell, ...]
    imports: str

    @property
    def tests(self) -> tuple[CourseCell, ...]:
        """The test cells, in order."""
        return tuple(cell for cell in self.cells if cell.kind == "test")


def read(chapter: Chapter, lang: str) -> Assignment:
    """The assignment of a chapter in a language.

    Raises
    ------
    FileNotFoundError
        If the solution notebook was never built.
    """
    path = chapter.solution(lang)
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist: run 'make notebooks'")
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cells = tuple(_cell(raw) for raw in notebook["cells"] if raw["cell_type"] == "code")
    ours = [cell.source for cell in cells if cell.kind == "course"]
    return Assignment(cells, "\n".join(line for source in ours for line in _imports(source)))


def _cell(raw: dict) -> CourseCell:
    source = raw["source"] if isinstance(raw["source"], str) else "".join(raw["source"])
    nbgrader = raw["metadata"].get("nbgrader")
    if nbgrader is None:
        return CourseCell(raw["id"], source, "course")
    kind = "test" if nbgrader["grade"] and not nbgrader["solution"] else "solution"
    points = float(nbgrader.get("points", 0))
    return CourseCell(raw["id"], source, kind, nbgrader["grade_id"], points)


def _imports(source: str) -> list[str]:
    """The import statements at the top level of a cell."""
    statements = ast.parse(source).body
    return [ast.unparse(s) for s in statements if isinstance(s, ast.Import | ast.ImportFrom)]


def digest(chapter: Chapter, lang: str) -> str:
    """SHA-256 of everything of ours that a grade depends on: tests, exercises, library, version."""
    found = hashlib.sha256()
    try:
        found.update(version("tempkit").encode())
    except PackageNotFoundError:
        found.update(b"not installed")
    files = [chapter.solution(lang), *sorted(_PACKAGE.rglob("*.py"))]
    files += sorted((_PACKAGE / "lab" / "words" / lang).glob("*.toml"))
    for path in files:
        found.update(f"{path.name}\0".encode() + path.read_bytes())
    return found.hexdigest()
