"""What one worker does: keep a grader ready, and turn submissions into results and pages.

The same code works in this process, in a process of its own and on a machine of a Dask cluster.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tempkit.course.chapters import find
from tempkit.grading import feedback
from tempkit.grading.plan import plan
from tempkit.grading.records import Execution, Submission
from tempkit.grading.results import Options

if TYPE_CHECKING:
    from tempkit.grading.runner import Grader

__all__ = ["Graded", "Worker", "new_grader"]


@dataclass(frozen=True)
class Graded:
    """A submission's result, its page, and the hash of the tests that it was graded with."""

    execution: Execution
    page: str
    tests_digest: str


def new_grader(lab: str, lang: str, options: Options) -> Grader:
    """A grader for one lab in one language, its template not yet started."""
    from tempkit.grading.runner import Grader

    chosen = {} if options.timeout is None else {"timeout": options.timeout}
    return Grader(
        find(lab), lang, seed=options.seed, require_sandbox=options.require_sandbox, **chosen
    )


class Worker:
    """Grades one submission at a time; the grader of the last lab and language stays ready."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._lab: tuple[str, str] | None = None
        self._grader: Grader | None = None

    def grade(self, submission: Submission) -> Graded:
        """Run a submission and write its page."""
        execution = self.execute(submission)
        page = feedback.page(submission, execution, plan(submission.lab, submission.lang))
        # The pictures and texts are on the page; the record does without.
        slim = Execution(
            results=execution.results,
            limits_hit=execution.limits_hit,
            layers=execution.layers,
            status=execution.status,
            seconds=execution.seconds,
            notes=execution.notes,
        )
        return Graded(slim, page, self._grader.tests_digest)

    def execute(self, submission: Submission) -> Execution:
        """Run a submission, with the grader of its lab and language."""
        lab = submission.lab, submission.lang
        if self._grader is None or self._lab != lab:
            self.close()
            grader = new_grader(*lab, self._options)
            self._grader, self._lab = grader.__enter__(), lab
        return self._grader.grade(submission)

    def close(self) -> None:
        """End the grader's processes."""
        grader, self._grader, self._lab = self._grader, None, None
        if grader is not None:
            grader.__exit__(None, None, None)
