"""The grades as other systems take them: Canvas and Moodle as CSV, Gradescope as JSON.

**Canvas** (gradebook import): ``Student, ID, SIS User ID, SIS Login ID, Section`` and a column for
each lab, its worth in the row ``Points Possible``. A file name of Canvas's own archive gives the
ID; any other name is taken for the login.

**Moodle**: from its own archive, one offline grading worksheet for each lab, whose ``Identifier``
is ``Participant NUMBER``; else a gradebook import, ``username`` and a column for each lab. And the
pages as the archive that *Upload multiple feedback files in a zip* takes.

**Gradescope**: one ``results.json`` for each submission, and that file itself if there is but one.

A submission that was refused has no grade yet: its cell stays empty, which changes nothing there.
"""

from __future__ import annotations

import csv
import json
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tempkit.course.chapters import find
from tempkit.grading.feedback import number
from tempkit.grading.plan import plan
from tempkit.grading.results import Record
from tempkit.grading.safe_text import csv_cell, one_line, plain
from tempkit.grading.store import Store
from tempkit.grading.wording import say

__all__ = ["FORMATS", "write"]

Records = Callable[[], Iterable[Record]]


def write(name: str, records: Records, store: Store, lang: str) -> None:
    """Write the files of one format into the folder of grades."""
    FORMATS[name](records, store, lang)


def _grade(record: Record) -> str:
    return "" if record.status == "refused" else number(record.points)


def _labs(records: Records) -> list[str]:
    return sorted({record.lab for record in records() if record.lab})


def _column(lab: str, lang: str) -> str:
    return f"{say('export.lab', lang, lab=lab)} {find(lab).titles[lang]}"


def _by_student(records: Records, source: str | None = None) -> dict[str, dict[str, str]]:
    """Grade by student and lab; of all, or of what one system packed."""
    grades: dict[str, dict[str, str]] = defaultdict(dict)
    for record in records():
        if source in (None, record.source) and record.lab:
            grades[record.student][record.lab] = _grade(record)
    return grades


def canvas(records: Records, store: Store, lang: str) -> None:
    """``canvas.csv``."""
    labs = _labs(records)
    packed = {record.student for record in records() if record.source == "canvas"}
    with store.open("canvas.csv") as file:
        writer = csv.writer(file)
        columns = [_column(lab, lang) for lab in labs]
        writer.writerow(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *columns])
        worth = [number(plan(lab, lang).max_points) for lab in labs]
        writer.writerow(["    Points Possible", "", "", "", "", *worth])
        for student, grades in _by_student(records).items():
            name, identity, login = "", "", student
            if student in packed:
                (name, _, identity), login = student.rpartition("_"), ""
            row = [name, identity, "", login, "", *(grades.get(lab, "") for lab in labs)]
            writer.writerow([csv_cell(cell) for cell in row])


def moodle(records: Records, store: Store, lang: str) -> None:
    """``moodle.csv``; from Moodle's own archive ``moodle-NN.csv`` and the pages as a ``.zip``."""
    others = {r.student for r in records() if r.source != "moodle"}
    if others:
        labs = _labs(records)
        with store.open("moodle.csv") as file:
            writer = csv.writer(file)
            writer.writerow(["username", *(_column(lab, lang) for lab in labs)])
            for student, grades in _by_student(records).items():
                if student in others:
                    row = [student, *(grades.get(lab, "") for lab in labs)]
                    writer.writerow([csv_cell(cell) for cell in row])
    for lab in sorted({r.lab for r in records() if r.source == "moodle" and r.lab}):
        _worksheet(lab, records, store, lang)
        _feedback_archive(lab, records, store)


def _worksheet(lab: str, records: Records, store: Store, lang: str) -> None:
    """The columns that Moodle's offline grading looks for, under their English names."""
    heads = ["Identifier", "Full name", "Grade", "Maximum Grade", "Last modified (grade)"]
    worth = number(plan(lab, lang).max_points)
    with store.open(f"moodle-{lab}.csv") as file:
        writer = csv.writer(file)
        writer.writerow(heads)
        for student, grades in _by_student(records, "moodle").items():
            if lab in grades:
                name, _, identity = student.rpartition("_")
                row = [f"Participant {identity}", name, grades[lab], worth, "-"]
                writer.writerow([csv_cell(cell) for cell in row])


def _feedback_archive(lab: str, records: Records, store: Store) -> None:
    """The pages, each in a folder of the name that Moodle gave it."""
    path = store.folder / f"moodle-feedback-{lab}.zip"
    with store.placed(path.name) as unfinished, zipfile.ZipFile(unfinished, "w") as archive:
        for record in records():
            page = store.page(record.student, lab)
            if record.source == "moodle" and record.lab == lab and page.is_file():
                archive.write(page, f"{record.student}_assignsubmission_file/lab-{lab}.html")


def gradescope(records: Records, store: Store, _lang: str) -> None:
    """``gradescope/STUDENT/LAB.json``, and ``results.json`` if there is one submission."""
    count = 0
    for record in records():
        text = json.dumps(dict(_results(record)), ensure_ascii=False, indent=1)
        count += 1
        if record.lab and record.status != "refused":
            store.write(f"gradescope/{record.student}/{record.lab}.json", text)
    if count == 1:
        store.write("results.json", text)


def _results(record: Record) -> Iterator[tuple[str, Any]]:
    """The document that Gradescope reads; what a student sees stands in ``output``."""
    lang = record.lang
    said = [record.reason] if record.reason else []
    if record.status in ("partial", "timeout"):
        said.append(say(f"status.{record.status}", lang))
    said += record.warnings
    yield "score", record.points
    yield "output", "\n".join(one_line(sentence) for sentence in said)
    yield "output_format", "text"
    yield "test_output_format", "text"
    yield "stdout_visibility", "hidden"
    yield "visibility", "visible"
    yield "execution_time", record.seconds
    titles = {e.name: e.title for e in plan(record.lab, lang).exercises} if record.lab else {}
    yield (
        "tests",
        [
            {
                "name": titles.get(cell.exercise, cell.exercise),
                "number": str(place),
                "score": cell.points,
                "max_score": cell.max_points,
                "status": "passed" if cell.points >= cell.max_points else "failed",
                "output": plain(cell.reason),
                "visibility": "visible",
                "extra_data": {"misconception": cell.misconception},
            }
            for place, cell in enumerate(record.cells, 1)
        ],
    )


FORMATS: dict[str, Callable[[Records, Store, str], None]] = {
    "canvas": canvas,
    "moodle": moodle,
    "gradescope": gradescope,
}
