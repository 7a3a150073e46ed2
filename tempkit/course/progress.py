"""Which exercises of which labs pass, from the learner's own copies in ``work/``.

A copy is not run from top to bottom. Only its answers, the checks, and the cells that bind a name
which these use are run, in a process of its own that has so many seconds. Checks and given cells
are the course's; the copy supplies the answers, wherever in it they stand, as for a grader.
"""

from __future__ import annotations

import ast
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tempkit.course.chapters import CHAPTERS, Chapter
from tempkit.course.wording import say
from tempkit.course.workspace import languages_here
from tempkit.grading.intake import Expected, read_notebook
from tempkit.grading.needed import needed
from tempkit.grading.plan import LabPlan, plan
from tempkit.grading.records import Submission

__all__ = ["Lab", "Standing", "labs", "show"]

SECONDS = 60.0


@dataclass(frozen=True)
class Standing:
    """One exercise: what it is worth, whether it passes, and what its check says if not.

    ``passed`` is None if the check was not reached.
    """

    name: str
    title: str
    points: float
    passed: bool | None
    said: str = ""


@dataclass(frozen=True)
class Lab:
    """Where a learner stands in one lab; ``lang`` is the language of the copy.

    ``note`` says in words what the exercises alone do not: not begun, unreadable, stopped.
    """

    chapter: Chapter
    lang: str
    exercises: tuple[Standing, ...]
    note: str = ""

    @property
    def points(self) -> float:
        """What the passing exercises are worth."""
        return sum(exercise.points for exercise in self.exercises if exercise.passed)

    @property
    def possible(self) -> float:
        """What the whole lab is worth."""
        return sum(exercise.points for exercise in self.exercises)


def labs(course: Path, lang: str, *, seconds: float = SECONDS) -> list[Lab]:
    """Where the learner stands, lab by lab; of copies in two languages the better one counts.

    Parameters
    ----------
    course : Path
        The folder that holds ``labs/`` and ``work/``.
    lang : str
        The language of the notes, and of a lab that is not begun.
    seconds : float
        How long the cells of one copy may take.
    """
    languages = [lang, *(other for other in languages_here() if other != lang)]

    def standing(chapter: Chapter) -> Lab:
        copies = [
            _of_copy(copy, chapter, code, lang, seconds)
            for code in languages
            if (copy := course / "work" / code / f"{chapter.name}.ipynb").is_file()
        ]
        nothing = Lab(chapter, lang, _not_reached(plan(chapter.number, lang)))
        nothing = Lab(chapter, lang, nothing.exercises, say("progress.not-begun", lang))
        return max(copies, key=lambda lab: lab.points, default=nothing)

    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        return list(pool.map(standing, CHAPTERS))


def _not_reached(laid_out: LabPlan) -> tuple[Standing, ...]:
    return tuple(Standing(e.name, e.title, e.points, passed=None) for e in laid_out.exercises)


def _of_copy(copy: Path, chapter: Chapter, code: str, lang: str, seconds: float) -> Lab:
    """Where a copy stands; one without a single answer is not run."""
    laid_out = plan(chapter.number, code)
    untried = _not_reached(laid_out)
    try:
        content = copy.read_bytes()
    except OSError as error:
        return Lab(chapter, code, untried, say("progress.unreadable", lang, reason=error))
    submission = read_notebook("learner", content, Expected(chapter.number, code))
    if submission.refused:
        note = say("progress.unreadable", lang, reason=submission.refused)
        return Lab(chapter, code, untried, note)
    if not _is_begun(submission, laid_out):
        return Lab(chapter, code, untried, say("progress.untouched", lang))
    found = _attempt(list(_steps(submission, laid_out)), copy.parent, seconds)
    exercises = tuple(
        Standing(e.name, e.title, e.points, **found.get(e.name, {"passed": None})) for e in untried
    )
    return Lab(chapter, code, exercises, _where_it_stopped(exercises, lang, seconds))


def _where_it_stopped(exercises: tuple[Standing, ...], lang: str, seconds: float) -> str:
    stopped = next((e.name for e in exercises if e.passed is None), None)
    if stopped is None:
        return ""
    return say("progress.stopped", lang, seconds=f"{seconds:g}", exercise=stopped)


def _is_begun(submission: Submission, laid_out: LabPlan) -> bool:
    """Whether any answer differs from what the learner was handed."""
    handed = {cell.name: cell.text.strip() for cell in laid_out.cells if cell.role == "solution"}
    return any(
        cell.kind == "solution" and cell.source.strip() != handed[cell.grade_id]
        for cell in submission.cells
    )


def _steps(submission: Submission, laid_out: LabPlan) -> Iterator[dict[str, str]]:
    """What has to run, in order: answers, checks, and what binds a name that these use."""
    answers = {c.grade_id: c.source for c in submission.cells if c.kind == "solution"}
    checks = {cell.name: name for cell, name in _checks(laid_out)}
    rows: list[tuple[str, bool, str]] = []
    for after in (None, *laid_out.cells):
        if after is not None and after.role == "solution":
            rows.append((_for_python(answers.get(after.name, "")), False, ""))
        elif after is not None:
            rows.append((after.text, after.role == "given", checks.get(after.name, "")))
        anchor = after.id if after is not None else None
        own = (c.source for c in submission.cells if c.kind == "extra" and c.after == anchor)
        rows += [(source, True, "") for source in map(_for_python, own) if _parses(source)]
    keep = needed([(source, optional) for source, optional, _ in rows])
    for (source, _, exercise), runs in zip(rows, keep, strict=True):
        if runs:
            yield {"source": source, "exercise": exercise}


def _checks(laid_out: LabPlan) -> Iterator[tuple]:
    """The check cells with the names of their exercises, which stand in the same order."""
    cells = [cell for cell in laid_out.cells if cell.role == "check"]
    return zip(cells, (exercise.name for exercise in laid_out.exercises), strict=True)


def _for_python(source: str) -> str:
    """A cell without the lines that speak to IPython or the shell."""
    lines = (line for line in source.splitlines() if not line.lstrip().startswith(("%", "!")))
    return "\n".join(lines)


def _parses(source: str) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True


def _attempt(steps: list[dict[str, str]], folder: Path, seconds: float) -> dict[str, dict]:
    """Run steps in a process of its own: exercise to ``passed`` and ``said``, as far as it came."""
    quiet = {"MPLBACKEND": "Agg", "TEMPKIT_PROGRESS": "off", "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tempkit.course.attempt"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=os.environ | quiet,
        start_new_session=True,
        text=True,
        encoding="utf-8",
    )
    try:
        said, _ = process.communicate(json.dumps(steps), timeout=seconds)
    except subprocess.TimeoutExpired:
        _end(process)
        said, _ = process.communicate()
    whole = said[: said.rfind("\n") + 1]  # The last line may have been cut short.
    found = [json.loads(line) for line in whole.splitlines()]
    return {row.pop("exercise"): row for row in found}


def _end(process: subprocess.Popen) -> None:
    """End the process and, where there are process groups, whatever it has started."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


_MARKS = {True: "[green]✓[/green]", False: "[red]✗[/red]", None: "○"}


def show(found: list[Lab], lang: str) -> None:
    """Print a line for each lab, the sum, and what is next."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(*(say(f"progress.{head}", lang) for head in ("lab", "points", "exercises")))
    for lab in found:
        marks = " ".join(f"{_MARKS[e.passed]}\u00a0{e.name}" for e in lab.exercises)
        told = escape(lab.note) if lab.note else ""
        tried = any(e.passed is not None for e in lab.exercises)
        table.add_row(
            f"{lab.chapter.number} {escape(lab.chapter.titles[lang])}",
            f"{lab.points:g}/{lab.possible:g}",
            "\n".join(part for part in (marks if tried or not told else "", told) if part),
        )
    console = Console()
    console.print(table)
    points, possible = sum(lab.points for lab in found), sum(lab.possible for lab in found)
    console.print(say("progress.all", lang, points=f"{points:g}", possible=f"{possible:g}"))
    console.print("\n".join(_what_is_next(found, lang)), markup=False, highlight=False)


def _what_is_next(found: list[Lab], lang: str) -> Iterator[str]:
    """The first exercise that does not pass, of a lab that was begun if there is one."""
    begun = [lab for lab in found if any(e.passed is not None for e in lab.exercises)]
    for lab in (*begun, *found):
        for exercise in lab.exercises:
            if not exercise.passed:
                number = lab.chapter.number
                command = f"python3 start.py lab {number} --lang {lab.lang}"
                facts = {"number": number, "title": exercise.title, "command": command}
                yield say("progress.next", lang, **facts)
                if exercise.said:
                    yield f"{say('progress.said', lang)}\n{exercise.said}"
                return
    yield say("progress.finished", lang)
