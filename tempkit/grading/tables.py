"""``grades.csv``, a row for each student and lab, and ``report.json``, everything that is known."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from importlib import metadata
from typing import IO, Any

from tempkit.grading.feedback import number
from tempkit.grading.results import Options, Record
from tempkit.grading.safe_text import csv_cell

__all__ = ["GradesTable", "Report", "most_points"]

_EXERCISES = 7
COLUMNS = (
    "student",
    "lab",
    "points",
    "max_points",
    "status",
    *(f"exercise_{place}" for place in range(1, _EXERCISES + 1)),
)


class GradesTable:
    """Writes ``grades.csv`` row by row."""

    def __init__(self, file: IO[str]) -> None:
        self._writer = csv.writer(file)
        self._writer.writerow(COLUMNS)

    def add(self, record: Record) -> None:
        """One row; a refused submission has 0 points, and what it could have had if known."""
        exercises = [number(cell.points) for cell in record.cells][:_EXERCISES]
        exercises += [""] * (_EXERCISES - len(exercises))
        most = number(most_points(record)) if record.lab else ""
        row = [record.student, record.lab, number(record.points), most, record.status, *exercises]
        self._writer.writerow([csv_cell(cell) for cell in row])


def most_points(record: Record) -> float:
    """What the lab of a record is worth, whether or not it was graded."""
    from tempkit.grading.plan import plan

    return record.max_points if record.cells else plan(record.lab, record.lang).max_points


class Report:
    """Writes ``report.json`` submission by submission, so that it may be as long as it is."""

    def __init__(self, file: IO[str], options: Options) -> None:
        self._file = file
        self._first = True
        head = {
            "tempkit": metadata.version("tempkit"),
            "options": {
                "lab": options.lab,
                "lang": options.lang,
                "timeout": options.timeout,
                "require_sandbox": options.require_sandbox,
                "private_seed": options.seed != 0,
            },
        }
        file.write(json.dumps(head, indent=1)[:-2] + ',\n "submissions": [')

    def add(self, record: Record) -> None:
        """One submission."""
        text = json.dumps(dict(_told(record)), ensure_ascii=False, indent=1)
        self._file.write(("\n" if self._first else ",\n") + text)
        self._first = False

    def close(self, counts: Iterable[tuple[str, int]]) -> None:
        """The end, with the number of submissions by status."""
        text = json.dumps(dict(counts), ensure_ascii=False)
        self._file.write(f'\n ],\n "counts": {text}\n}}\n')


def _told(record: Record) -> Iterator[tuple[str, Any]]:
    """A record as the report tells it: without the key, and saying whether it was isolated."""
    data = record.to_json()
    for name in ("student", "lab", "lang", "status", "points", "max_points", "reason", "where"):
        yield name, data[name]
    yield "tests", data["cells"]
    found = (cell.misconception for cell in record.cells)
    yield "misconceptions", [name for name in found if name]
    for name in ("warnings", "limits_hit", "notes", "layers"):
        yield name, data[name]
    yield "isolated", record.isolated if record.cells else None
    for name in ("seconds", "source", "digest"):
        yield name, data[name]
