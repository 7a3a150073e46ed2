"""Submissions to grade in tests, and a grader that gives points without running anything."""

from __future__ import annotations

import copy
import json
from collections.abc import Collection
from functools import cache
from typing import Any

from tempkit.course.chapters import find
from tempkit.grading.plan import plan
from tempkit.grading.records import CellResult, Execution, Layer, Output, Submission
from tempkit.grading.sandbox import ESSENTIAL

LAB = "01"


@cache
def _built(kind: str, lang: str, number: str) -> str:
    chapter = find(number)
    path = chapter.solution(lang) if kind == "solved" else chapter.lab(lang)
    return path.read_text("utf-8")


def notebook(kind: str = "solved", lang: str = "en", number: str = LAB) -> dict[str, Any]:
    """The solved or the untouched notebook of a lab, as a learner would hand it in."""
    found = json.loads(_built(kind, lang, number))
    for cell in found["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
            source = "".join(cell["source"])
            cell["source"] = source.split("\n### BEGIN HIDDEN TESTS")[0]
    return found


def as_bytes(handed_in: dict[str, Any]) -> bytes:
    return json.dumps(handed_in).encode()


def cell_of(handed_in: dict[str, Any], grade_id: str) -> dict[str, Any]:
    """The cell of that label."""
    return next(cell for cell in handed_in["cells"] if label(cell) == grade_id)


def label(cell: dict[str, Any]) -> str | None:
    return cell["metadata"].get("nbgrader", {}).get("grade_id")


def with_answer(grade_id: str, source: str, **kind: str) -> dict[str, Any]:
    """A solved notebook with the answer to one exercise exchanged."""
    handed_in = notebook(**kind)
    cell_of(handed_in, grade_id)["source"] = source
    return handed_in


def solved_in_part(names: Collection[str]) -> dict[str, Any]:
    """The lab with the course's answers to these exercises; without its texts and figures."""
    handed_in, solution = notebook("untouched"), notebook("solved")
    code = [cell for cell in handed_in["cells"] if cell["cell_type"] == "code"]
    # Colab's cell and the set-up stand before all others.
    handed_in["cells"] = [*code[:2], *(cell for cell in code[2:] if label(cell))]
    for name in names:
        cell_of(handed_in, name)["source"] = cell_of(solution, name)["source"]
    return handed_in


def own_cell(source: str, kind: str = "code") -> dict[str, Any]:
    """A cell of the student's own."""
    cell = {"cell_type": kind, "metadata": {}, "source": source, "id": "mine"}
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def unlabelled(handed_in: dict[str, Any]) -> dict[str, Any]:
    """As a tool leaves it that keeps no metadata and no ids."""
    stripped = copy.deepcopy(handed_in)
    stripped["metadata"] = {}
    for cell in stripped["cells"]:
        cell["metadata"] = {}
        cell.pop("id", None)
    return stripped


SANDBOXED = tuple(Layer(name, True) for name in ESSENTIAL)


class FakeGrader:
    """Full points for an answer that is there and is not the stub; nothing is ever run.

    An answer that holds the word ``misconception`` is named as such; ``prints`` makes an output,
    ``dies`` a partial result.
    """

    tests_digest = "the tests"
    graded = 0

    def __init__(self, lab: str, lang: str, options: Any) -> None:
        self.plan, self.layers = plan(lab, lang), SANDBOXED

    def __enter__(self) -> FakeGrader:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def grade(self, submission: Submission) -> Execution:
        type(self).graded += 1
        answers = {cell.grade_id: cell.source for cell in submission.cells if cell.grade_id}
        results = [self._result(e, answers.get(e.name, "")) for e in self.plan.exercises]
        everything = "\n".join(cell.source for cell in submission.cells)
        outputs = tuple(
            Output(index, "text", cell.source)
            for index, cell in enumerate(submission.cells)
            if "prints" in cell.source
        )
        dies = "dies" in everything
        return Execution(
            tuple(results),
            outputs,
            ("died",) if dies else (),
            SANDBOXED,
            "partial" if dies else "graded",
            seconds=0.25,
        )

    @staticmethod
    def _result(exercise: Any, answer: str) -> CellResult:
        if "misconception" in answer:
            return CellResult(
                exercise.name,
                0,
                exercise.points,
                "You divided by T and not by T³.",
                "per-inverse-temperature",
                finding="per-inverse-temperature",
                section="01-temperature-and-entropy#slope",
            )
        if not answer or "NotImplementedError" in answer:
            said = "There is no solution here yet."
            return CellResult(exercise.name, 0, exercise.points, said, finding="not-written")
        return CellResult(exercise.name, exercise.points, exercise.points)
