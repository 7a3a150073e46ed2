"""Grade everything that was handed in: read, skip what is known, grade the rest, keep it all.

The files are read twice, once to know who handed in what and once to grade it, so that no more
than a few submissions are ever in memory, however many there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tempkit.grading import feedback, worker
from tempkit.grading.archives import ArchiveError
from tempkit.grading.intake import Expected, read_notebook, refused
from tempkit.grading.layouts import Found, is_valid_name, submissions
from tempkit.grading.pools import Answer, Failure
from tempkit.grading.records import Submission
from tempkit.grading.results import Options, Record, key_of
from tempkit.grading.store import Store
from tempkit.grading.wording import say
from tempkit.grading.worker import Graded

__all__ = ["Batch", "NothingFoundError", "Pool", "Task"]

#: Submissions in, results out, as they come.
Pool = Callable[[Iterator[Submission]], Iterator[Answer]]


class NothingFoundError(RuntimeError):
    """There is no submission where one was looked for."""


@dataclass
class Task:
    """One row of the grades: where it comes from, and what has become of it.

    ``reason`` is why it is not graded. ``stored`` tells that its result lies in the folder, and
    ``aside`` that another file is the one that counts for this student and lab.
    """

    found: Found
    student: str
    lab: str
    lang: str
    digest: str = ""
    key: str = ""
    reason: str | None = None
    stored: bool = False
    aside: bool = False

    @property
    def order(self) -> tuple[str, str, str]:
        """Students by name, then by lab."""
        return self.student, self.lab, self.found.where


class Batch:
    """The submissions of one command."""

    def __init__(self, root: Path, store: Store, options: Options) -> None:
        self._store = store
        self._options = options
        self._digests: dict[tuple[str, str], str] = {}
        found = submissions(root, leave_out=store.folder)
        if not found:
            raise NothingFoundError(str(root))
        self.tasks = [self._task(one) for one in found]
        self._refuse_doubles()
        self.tasks.sort(key=lambda task: task.order)

    def _task(self, found: Found) -> Task:
        submission = self._read(found)
        task = Task(found, submission.student, submission.lab, submission.lang, submission.digest)
        task.reason = submission.refused
        if task.reason is None:
            task.key = key_of(submission, self._tests_digest(task), self._options)
        return task

    def _read(self, found: Found) -> Submission:
        """The submission in a file; a refused one if it cannot be graded."""
        lang, lab = self._options.lang, found.lab or self._options.lab
        try:
            if found.reason:
                raise ArchiveError(found.reason)
            content = found.read()
        except ArchiveError as error:
            reason = say(f"refused.{error}", lang, name=found.student)
            return refused(found.student, lab, lang, reason)
        return read_notebook(found.student, content, Expected(lab, lang))

    def _tests_digest(self, task: Task) -> str:
        lab = task.lab, task.lang
        if lab not in self._digests:
            self._digests[lab] = worker.new_grader(*lab, self._options).tests_digest
        return self._digests[lab]

    def _refuse_doubles(self) -> None:
        """One file for a student and lab; and no two students whose files would be one."""
        rows, spellings = defaultdict(list), defaultdict(set)
        for task in self.tasks:
            rows[task.student, task.lab].append(task)
            spellings[task.student.casefold()].add(task.student)
        for tasks in rows.values():
            sound = [task for task in tasks if task.reason is None]
            for task in tasks:
                task.aside = task is not (sound or tasks)[0]
            if len(sound) > 1:
                files = ", ".join(task.found.where for task in sound)
                for task in sound:
                    task.reason = say("refused.twice", self._options.lang, files=files)
        for task in self.tasks:
            if len(spellings[task.student.casefold()]) > 1 and task.reason is None:
                task.reason = say("refused.same-name", self._options.lang)

    def reuse(self) -> int:
        """Mark the tasks whose results lie in the folder and still hold; their number."""
        for task in self.tasks:
            if task.reason is None:
                task.stored = self._store.load(task.student, task.lab, task.key) is not None
        return sum(task.stored for task in self.tasks)

    @property
    def to_do(self) -> list[Task]:
        """What is still to be graded: lab by lab, so that a worker seldom changes its grader."""
        todo = [task for task in self.tasks if task.reason is None and not task.stored]
        return sorted(todo, key=lambda task: (task.lab, task.lang, task.order))

    def grade(self, pool: Pool) -> Iterator[Task]:
        """Grade what is to do and keep each result as it comes.

        Raises
        ------
        PoolError
            If nothing can be graded any more.
        OSError
            If a result cannot be written.
        """
        todo = {(task.student, task.lab): task for task in self.to_do}
        changed: list[Task] = []

        def contents() -> Iterator[Submission]:
            for task in todo.values():
                submission = self._read(task.found)
                if submission.digest == task.digest and submission.refused is None:
                    yield submission
                else:
                    task.reason = say("refused.changed", self._options.lang)
                    changed.append(task)

        for submission, outcome in pool(contents()):
            task = todo[submission.student, submission.lab]
            self._keep(task, submission, outcome)
            yield task
        yield from changed

    def _keep(self, task: Task, submission: Submission, outcome: Graded | Failure) -> None:
        if isinstance(outcome, Failure):
            key = "refused.worker" if outcome.died else "refused.stumbled"
            task.reason = say(key, self._options.lang, error=outcome.error)
            return
        expected = self._digests[task.lab, task.lang]
        if outcome.tests_digest != expected:
            task.reason = say("refused.other-tempkit", self._options.lang)
            return
        record = Record.of(
            submission,
            outcome.execution,
            where=task.found.where,
            source=task.found.source,
            key=task.key,
        )
        self._store.save(record, outcome.page)
        task.stored = True

    def records(self, *, aside: bool = False) -> Iterator[Record]:
        """The result of every row, in order, one at a time; or of the files that lie aside."""
        for task in self.tasks:
            if task.aside == aside:
                yield self._record(task)

    def _record(self, task: Task) -> Record:
        # The folder may have been emptied behind our back: better a gap than a wrong grade.
        stored = self._store.load(task.student, task.lab, task.key) if task.stored else None
        return stored or self._refusal(task)

    def _refusal(self, task: Task) -> Record:
        return Record(
            task.student,
            task.lab,
            task.lang,
            "refused",
            where=task.found.where,
            source=task.found.source,
            reason=task.reason or say("refused.not-stored", self._options.lang),
            digest=task.digest,
        )

    def write_refusals(self) -> None:
        """A page for each refused student whose name can stand in a path."""
        for task in self.tasks:
            if task.reason is None or task.aside or not is_valid_name(task.student):
                continue
            submission = refused(task.student, task.lab, task.lang, task.reason)
            path = self._store.page(task.student, task.lab)
            page = feedback.refusal_page(submission)
            self._store.write(path.relative_to(self._store.folder), page)
