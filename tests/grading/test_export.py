"""The exports, read back as the systems that take them do.

Canvas and Moodle are open: what their importers look for was read in their sources (Canvas
``lib/gradebook_importer.rb`` and ``lib/content_zipper.rb``; Moodle
``mod/assign/feedback/offline/importgradeslib.php``, ``mod/assign/feedback/file/importziplib.php``
and ``mod/assign/classes/downloader.php``). Gradescope documents ``results.json``.
"""

from __future__ import annotations

import csv
import json
import zipfile

import pytest

from tempkit.grading import export
from tempkit.grading.plan import plan
from tempkit.grading.records import CellResult
from tempkit.grading.results import Record
from tempkit.grading.store import Store


def record(student, lab="01", lost=2.0, source="folder", status="graded", **more) -> Record:
    if status == "refused":
        return Record(student, lab, "en", status, source=source, reason="It is empty.")
    cells = [CellResult(e.name, e.points, e.points) for e in plan(lab, "en").exercises]
    reason = "Not `sd` <b>.\nSecond line."
    cells[3] = CellResult(cells[3].exercise, 2 - lost, 2, reason, "deviation")
    return Record(student, lab, "en", status, source=source, cells=tuple(cells), **more)


@pytest.fixture
def written(tmp_path):
    """Write a format and return the folder."""

    def write(name, *records, lang="en"):
        store = Store(tmp_path)
        for one in records:
            if one.status != "refused":
                store.save(one, f"page of {one.student}")
        export.write(name, lambda: iter(records), store, lang)
        return tmp_path

    return write


def table(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


# --- Canvas -------------------------------------------------------------------------------------


def read_by_canvas(path):
    """Score by user, found by ID or else by login, as Canvas's importer does it."""
    header, *rows = table(path)
    assert "Student" in header[0]
    assert "ID" in header[1]
    assert header[2:4] == ["SIS User ID", "SIS Login ID"]
    assert "Section" in header[4]
    worth, scores = {}, {}
    for row in rows:
        assert len(row) == len(header)
        if "Points Possible" in row[0]:
            worth = dict(zip(header[5:], row[5:], strict=True))
        else:
            scores[row[1] or row[3]] = dict(zip(header[5:], row[5:], strict=True))
    return worth, scores


def test_canvas_finds_students_of_its_own_archive_by_id_and_others_by_login(written):
    folder = written("canvas", record("garciaana_4321", source="canvas"), record("luis", lost=1.5))
    worth, scores = read_by_canvas(folder / "canvas.csv")
    column = "Lab 01 · Temperature and entropy"
    assert worth == {column: "10"}
    assert scores == {"4321": {column: "8"}, "luis": {column: "8.5"}}


def test_canvas_gets_a_column_for_each_lab_and_nothing_for_what_is_missing(written):
    folder = written("canvas", record("ana", "00"), record("berta", "01"))
    _, scores = read_by_canvas(folder / "canvas.csv")
    assert {student: sorted(row.values())[0] for student, row in scores.items()} == {
        "ana": "",
        "berta": "",
    }


@pytest.mark.parametrize(("name", "file"), [("canvas", "canvas.csv"), ("moodle", "moodle.csv")])
def test_a_refused_submission_has_no_grade_yet(written, name, file):
    folder = written(name, record("ana"), record("eva", status="refused"))
    assert table(folder / file)[-1][-1] == ""


# --- Moodle -------------------------------------------------------------------------------------


def read_by_offline_grading(path):
    """Grade by participant, as Moodle's worksheet importer finds the columns."""
    header, *rows = table(path)
    identity, grade = header.index("Identifier"), header.index("Grade")
    assert "Last modified (grade)" in header
    return {row[identity].removeprefix("Participant "): row[grade] for row in rows}


def test_moodles_own_archive_gives_a_worksheet_that_it_takes_back(written):
    ana = record("Ana García_1234", source="moodle")
    folder = written("moodle", ana, record("Luis_77", source="moodle", status="refused"))
    assert read_by_offline_grading(folder / "moodle-01.csv") == {"1234": "8", "77": ""}
    assert not (folder / "moodle.csv").exists()


def test_the_pages_go_back_in_an_archive_that_moodle_assigns_to_its_students(written):
    folder = written("moodle", record("Ana García_1234", source="moodle"))
    with zipfile.ZipFile(folder / "moodle-feedback-01.zip") as archive:
        (name,) = archive.namelist()
        assert archive.read(name) == "page of Ana García_1234".encode()
    first, _ = name.split("/")
    _, participant, kind, plugin = first.split("_")
    assert (participant, kind, plugin) == ("1234", "assignsubmission", "file")


def test_other_submissions_give_a_gradebook_import_by_username(written):
    folder = written("moodle", record("ana"), lang="es")
    assert table(folder / "moodle.csv") == [
        ["username", "Laboratorio 01 · Temperatura y entropía"],
        ["ana", "8"],
    ]


# --- Gradescope ---------------------------------------------------------------------------------

TOP = {
    "score": (int, float),
    "execution_time": (int, float),
    "output": str,
    "output_format": str,
    "test_output_format": str,
    "visibility": str,
    "stdout_visibility": str,
    "tests": list,
}
TEST = {
    "score": (int, float),
    "max_score": (int, float),
    "status": str,
    "name": str,
    "number": str,
    "output": str,
    "visibility": str,
    "extra_data": dict,
}
VISIBILITIES = {"hidden", "after_due_date", "after_published", "visible"}


def test_gradescope_gets_the_fields_that_it_documents(written):
    folder = written("gradescope", record("ana"))
    results = json.loads((folder / "results.json").read_text("utf-8"))
    assert results.keys() == TOP.keys()
    assert all(isinstance(results[name], kind) for name, kind in TOP.items())
    assert {results["visibility"], results["stdout_visibility"]} <= VISIBILITIES
    assert results["score"] == 8
    for test in results["tests"]:
        assert test.keys() == TEST.keys()
        assert all(isinstance(test[name], kind) for name, kind in TEST.items())
        assert test["status"] in ("passed", "failed")
    assert sum(test["score"] for test in results["tests"]) == results["score"]
    assert results["tests"][3]["output"] == "Not `sd` <b>.\nSecond line."
    assert results["output_format"] == results["test_output_format"] == "text"


def test_gradescope_says_why_a_submission_was_refused(written):
    folder = written("gradescope", record("ana", status="refused"))
    results = json.loads((folder / "results.json").read_text("utf-8"))
    assert (results["score"], results["output"]) == (0, "It is empty.")


def test_gradescope_of_a_class_is_a_file_for_each(written):
    folder = written("gradescope", record("ana"), record("berta"))
    assert {path.parent.name for path in folder.glob("gradescope/*/01.json")} == {"ana", "berta"}
    assert not (folder / "results.json").exists()
