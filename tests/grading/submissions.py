"""Submissions to grade: solved, untouched, and with cells exchanged."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tempkit.course.chapters import Chapter
from tempkit.grading.records import Cell, Submission


@cache
def _code_cells(path: Path) -> list[dict]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def solution_cells(chapter: Chapter, lang: str, kind: str = "solution") -> dict[str, str]:
    """The sources of the solution cells of a chapter's solution or lab, by grade_id."""
    path = chapter.solution(lang) if kind == "solution" else chapter.lab(lang)
    return {
        cell["metadata"]["nbgrader"]["grade_id"]: "".join(cell["source"])
        for cell in _code_cells(path)
        if cell["metadata"].get("nbgrader", {}).get("solution")
    }


def course_ids(chapter: Chapter, lang: str) -> tuple[str, ...]:
    """The ids of the course's code cells, in order; the first is the set-up's."""
    return tuple(cell["id"] for cell in _code_cells(chapter.solution(lang)))


def submission(
    chapter: Chapter,
    lang: str,
    cells: Mapping[str, str],
    *,
    first: str = "",
    last: str = "",
    student: str = "student",
) -> Submission:
    """A submission of these solution cells, with a cell after the set-up and one at the end."""
    made = [Cell(grade_id, source, "solution") for grade_id, source in cells.items()]
    ids = course_ids(chapter, lang)
    if first:
        made.insert(0, Cell(None, first, "extra", after=ids[0]))
    if last:
        made.append(Cell(None, last, "extra", after=ids[-1]))
    return Submission(student, chapter.number, lang, tuple(made))


def solved(chapter: Chapter, lang: str, **exchanged: str) -> Submission:
    """The course's own solution, some of its cells exchanged."""
    return submission(chapter, lang, solution_cells(chapter, lang) | exchanged)


def untouched(chapter: Chapter, lang: str) -> Submission:
    """The lab as it is handed out."""
    return submission(chapter, lang, solution_cells(chapter, lang, "lab"))
