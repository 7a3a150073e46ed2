"""Our execution inside nbgrader's own autograde, so that its gradebook and formgrader keep working.

In ``nbgrader_config.py``::

    c.Autograde.autograde_preprocessors = [
        "tempkit.grading.nbgrader_execution.TempkitExecute",
        "nbgrader.preprocessors.LimitOutput",
        "nbgrader.preprocessors.SaveAutoGrades",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]

nbgrader's ``Execute`` runs a notebook in a kernel and then reads each test cell's outputs: an error
is no points, a number is so many, anything else is all. Here the cells run in our sandbox, the
tests run outside it, and those outputs are written by us.
"""

from __future__ import annotations

import atexit
import json
from base64 import b64encode
from typing import Any

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode, v4
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Float, Int, Unicode

from tempkit.course.chapters import CHAPTERS
from tempkit.grading.intake import Expected, read_notebook
from tempkit.grading.plan import CourseCell, LabPlan, plan
from tempkit.grading.records import CellResult, Execution, Output, Submission
from tempkit.grading.results import Options
from tempkit.grading.safe_text import capped, plain
from tempkit.grading.worker import Worker
from tempkit.language import LANGUAGES

__all__ = ["TempkitExecute"]

_CHARACTERS, _LINES = 10_000, 500
_workers: dict[Options, Worker] = {}


class TempkitExecute(NbGraderPreprocessor):
    """Execute a submission in tempkit's sandbox, and its tests outside."""

    lab = Unicode("", help="The lab's number, if its notebook is not named after it.").tag(
        config=True
    )
    lang = Unicode("en", help="The language of notebooks that do not name one.").tag(config=True)
    timeout = Float(10.0, help="Seconds for a cell and for a call.").tag(config=True)
    seed = Int(0, help="Draws private hidden tests.").tag(config=True)
    require_sandbox = Bool(False, help="Refuse to run where a layer is missing.").tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Fill in the outputs of every cell.

        Raises
        ------
        ValueError
            If nothing tells which lab this is, or the notebook is one that we refuse.
        """
        about = resources["nbgrader"]
        laid_out = plan(self._lab(about["notebook"]), self._language(nb))
        submission = self._submission(nb, about["student"], laid_out)
        if submission.refused:
            raise ValueError(submission.refused)
        execution = self._worker().execute(submission)
        _restore_tests(nb, laid_out)
        _write_outputs(nb, submission, execution)
        _write_results(nb, execution.results)
        return nb, resources

    def _lab(self, notebook: str) -> str:
        """Which lab: by nbgrader's name for it, never by what the notebook says."""
        named = [chapter.number for chapter in CHAPTERS if notebook == chapter.name]
        if not (named or self.lab):
            raise ValueError(
                f"{notebook!r} is the name of no lab: set c.TempkitExecute.lab to its number"
            )
        return named[0] if named else self.lab.zfill(2)

    def _language(self, nb: NotebookNode) -> str:
        own = nb.metadata.get("tempkit")
        lang = own.get("lang") if isinstance(own, dict) else None
        return lang if lang in LANGUAGES else self.lang

    def _submission(self, nb: NotebookNode, student: str, laid_out: LabPlan) -> Submission:
        """The notebook as intake reads a file of it."""
        own = {"chapter": laid_out.chapter.number, "lang": laid_out.lang}
        content = json.dumps({"cells": nb.cells, "metadata": {"tempkit": own}}).encode()
        return read_notebook(student, content, Expected(own["chapter"], own["lang"]))

    def _worker(self) -> Worker:
        """The worker of this process with these options."""
        options = Options(
            timeout=self.timeout, seed=self.seed, require_sandbox=self.require_sandbox
        )
        if options not in _workers:
            _workers[options] = Worker(options)
        return _workers[options]


@atexit.register
def _close() -> None:
    for worker in _workers.values():
        worker.close()


def _label(cell: NotebookNode) -> str | None:
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def _restore_tests(nb: NotebookNode, laid_out: LabPlan) -> None:
    """Exactly the course's test cells: each there once, with its points, and no other graded."""
    exercises = iter(laid_out.exercises)
    tests = {cell.name: cell for cell in laid_out.cells if cell.role == "check"}
    points = {name: next(exercises).points for name in tests}
    found: set[str] = set()
    for cell in nb.cells:
        nbgrader = cell.metadata.get("nbgrader")
        name = _label(cell)
        if name in tests and name not in found:
            found.add(name)
            cell.metadata["nbgrader"] = NotebookNode(nbgrader | _graded(name, points[name]))
        elif nbgrader and (nbgrader.get("grade") or name in tests):
            del cell.metadata["nbgrader"]
    for name in tests.keys() - found:
        nb.cells.append(_test_cell(tests[name], points[name]))


def _graded(name: str, points: float) -> dict[str, Any]:
    return {
        "schema_version": 3,
        "grade_id": name,
        "grade": True,
        "solution": False,
        "task": False,
        "locked": True,
        "points": points,
        "cell_type": "code",
    }


def _test_cell(course: CourseCell, points: float) -> NotebookNode:
    cell = v4.new_code_cell(course.text, metadata={"nbgrader": _graded(course.name, points)})
    cell["id"] = course.id
    return cell


def _write_outputs(nb: NotebookNode, submission: Submission, execution: Execution) -> None:
    """The outputs of the student's own cells; those of the course's cells stay empty."""
    free = [cell for cell in nb.cells if cell.cell_type == "code"]
    for cell in free:
        cell.outputs, cell.execution_count = [], None
    for index, ours in enumerate(submission.cells):
        matching = (
            cell
            for cell in free
            if cell.source == ours.source and _label(cell) in (ours.grade_id, None)
        )
        if (theirs := next(matching, None)) is not None:
            free.remove(theirs)
            theirs.outputs = [_shown(o) for o in execution.outputs if o.index == index]


def _shown(output: Output) -> NotebookNode:
    """An output that nbgrader takes neither for an error of a test nor for a grade."""
    if output.kind == "image":
        return v4.new_output("display_data", {"image/png": b64encode(output.data).decode()})
    text = capped(plain(output.text), _CHARACTERS, _LINES)[0]
    if output.kind == "error":
        name, _, said = text.partition(": ")
        return v4.new_output("error", ename=name, evalue=said, traceback=[text])
    return v4.new_output("stream", name="stdout", text=text)


def _write_results(nb: NotebookNode, results: tuple[CellResult, ...]) -> None:
    """The outputs by which nbgrader knows how many points a test cell gave."""
    by_name = {f"check-{result.exercise}": result for result in results}
    for cell in nb.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.outputs = _verdict(by_name[_label(cell)])


def _verdict(result: CellResult) -> list[NotebookNode]:
    reason = plain(result.reason)
    if result.points >= result.max_points:
        return []
    if result.points <= 0:
        name = result.misconception or result.finding or "CheckFailed"
        return [v4.new_output("error", ename=name, evalue=reason, traceback=[reason])]
    return [
        v4.new_output("stream", name="stdout", text=reason),
        v4.new_output("execute_result", {"text/plain": f"{result.points:g}"}, execution_count=1),
    ]
