"""Lay a submission's cells beside the lab's: whose is which, and what of it is run.

Only two things of a submission are ever run: the source text of the cells that the lab asks to be
solved, and the student's own cells, each in its place. Whose a cell is, is decided by

1. its ``grade_id``, or the id that the course gave it, if the code defines what is asked for;
2. else, the names of the functions that the exercise asks for;
3. else, its label alone: an untouched stub, or code that defines nothing.

Tests, points, tags, locks and the cells that the course supplies come from the course.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from tempkit.grading.plan import CourseCell, LabPlan, defined_names
from tempkit.grading.records import Cell
from tempkit.grading.wording import say

__all__ = ["RawCell", "match"]


@dataclass(frozen=True)
class RawCell:
    """A cell as it was handed in; nothing of it is trusted, and ``label`` and ``id`` are claims."""

    kind: str
    source: str
    label: str | None = None
    id: str | None = None


def match(raw: list[RawCell], plan: LabPlan) -> tuple[tuple[Cell, ...], tuple[str, ...]]:
    """The cells to run, in the order to run them, and what was odd about the file."""
    claims = [_claimed(cell, plan) for cell in raw]
    odd: dict[str, dict[str, None]] = {}

    def report(key: str, name: str = "") -> None:
        odd.setdefault(key, {})[name] = None

    chosen: dict[int, CourseCell] = {}
    for course in plan.cells:
        if course.role == "solution":
            place = _solution(course, raw, claims, chosen, report)
            if place is not None:
                chosen[place] = course
    _report_changes(raw, claims, chosen, plan, report)
    warnings = tuple(
        say(f"warning.{key}", plan.lang, names=", ".join(names)) for key, names in odd.items()
    )
    return _in_order(raw, claims, chosen, plan), warnings


def _claimed(cell: RawCell, plan: LabPlan) -> CourseCell | None:
    """The course's cell that a cell says it is, or whose text it repeats."""
    for course in plan.cells:
        if course.name and cell.label == course.name:
            return course
    for course in plan.cells:
        if cell.id == course.id or _repeats(cell, course):
            return course
    return None


def _repeats(cell: RawCell, course: CourseCell) -> bool:
    """Whether a code cell is, by its text, one that the course supplies; a test may have grown."""
    if cell.kind != "code" or course.role == "solution":
        return False
    begins = course.role == "check" and cell.source.strip().startswith(course.text.strip())
    return begins or _same(cell, course)


def _same(cell: RawCell, course: CourseCell) -> bool:
    return cell.source.strip() == course.text.strip()


def _solution(
    course: CourseCell,
    raw: list[RawCell],
    claims: list[CourseCell | None],
    taken: dict[int, CourseCell],
    report: Callable[..., None],
) -> int | None:
    """Where the answer to one of the course's solution cells stands."""
    free = [place for place in range(len(raw)) if place not in taken]
    labelled = [place for place in free if claims[place] is course]
    written = [place for place in labelled if not _same(raw[place], course)]
    if len(labelled) > 1:
        report("duplicated", course.name)
    defining = [p for p in written if not course.functions or _defines(raw[p], course)]
    # A code cell goes before one that was turned into text; then the first in the notebook.
    best = min(defining, key=lambda place: (raw[place].kind != "code", place), default=None)
    if best is None:
        elsewhere = [p for p in free if _answers_elsewhere(raw[p], claims[p], course)]
        if elsewhere:
            best = elsewhere[-1]
            report("by-name", course.name)
        elif not written and any(_defines(raw[place], course) for place in taken):
            report("by-name", course.name)  # one cell answers several exercises
            return None
        else:
            best = next(iter(written or labelled), None)
    if best is None:
        report("missing", course.name)
    elif raw[best].kind != "code":
        report("retyped", course.name)
    return best


def _defines(cell: RawCell, course: CourseCell) -> bool:
    return bool(course.functions & defined_names(cell.source))


def _answers_elsewhere(cell: RawCell, claim: CourseCell | None, course: CourseCell) -> bool:
    """Whether a cell with another label, or none, defines what the exercise asks for."""
    if cell.kind != "code" or claim is course or not _defines(cell, course):
        return False
    if claim is None:
        return not _same(cell, course)
    # A cell that answers its own exercise too keeps it.
    return claim.role != "check" and not (claim.functions & defined_names(cell.source))


def _report_changes(
    raw: list[RawCell],
    claims: list[CourseCell | None],
    chosen: dict[int, CourseCell],
    plan: LabPlan,
    report: Callable[..., None],
) -> None:
    """Say what was done to the cells of the tests and to the order."""
    for cell, claim in zip(raw, claims, strict=True):
        if claim is not None and claim.role == "check" and not _same(cell, claim):
            report("check-changed", claim.name)
    order = [plan.cells.index(chosen[place]) for place in sorted(chosen)]
    if any(one > other for one, other in pairwise(order)):
        report("reordered")


def _in_order(
    raw: list[RawCell],
    claims: list[CourseCell | None],
    chosen: dict[int, CourseCell],
    plan: LabPlan,
) -> tuple[Cell, ...]:
    """Answers in the lab's order, the student's own cells after the course's cell they follow."""
    solutions = {
        course.id: Cell(course.name, raw[place].source, "solution")
        for place, course in chosen.items()
    }
    own: dict[str | None, list[Cell]] = {}
    anchor = None
    for place, (cell, claim) in enumerate(zip(raw, claims, strict=True)):
        if place in chosen:
            anchor = chosen[place].id
            continue
        if claim is not None:
            anchor = claim.id
        if _is_run(cell, claim) and cell.source.strip() not in plan.ignored:
            own.setdefault(anchor, []).append(Cell(None, cell.source, "extra", anchor))
    cells = own.get(None, [])
    for course in plan.cells:
        cells += [solutions[course.id]] if course.id in solutions else []
        cells += own.get(course.id, [])
    return tuple(cells)


def _is_run(cell: RawCell, claim: CourseCell | None) -> bool:
    """Whether a cell that answers no exercise is the student's own code."""
    if cell.kind != "code" or not cell.source.strip():
        return False
    return claim is None or (claim.role != "check" and not _same(cell, claim))
