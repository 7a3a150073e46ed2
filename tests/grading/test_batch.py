"""A whole command with a grader that runs nothing: rows, records, reuse, refusals, exit status."""

from __future__ import annotations

import csv
import json
import re
import threading
from pathlib import Path

import pytest
from handed_in import FakeGrader, as_bytes, notebook, unlabelled, with_answer
from typer.testing import CliRunner

from tempkit import cli
from tempkit.course.chapters import root
from tempkit.grading import command, store, worker
from tempkit.grading.pools import Failure, PoolError
from tempkit.grading.results import Options, Record
from tempkit.grading.store import BusyError, Store


@pytest.fixture(autouse=True)
def fake(monkeypatch):
    """A fake grader in the place of the real one, and the number of submissions it graded."""
    monkeypatch.setattr(worker, "new_grader", FakeGrader)
    monkeypatch.setattr(FakeGrader, "graded", 0)
    return FakeGrader


@pytest.fixture
def handed_in(tmp_path) -> Path:
    """Three students: one solved everything, one nothing, one lost an exercise."""
    folder = tmp_path / "submissions"
    folder.mkdir()
    wrong = with_answer("entropy_slope", "def entropy_slope(z, T):\n    return 'misconception'")
    for student, content in (
        ("ana", notebook()),
        ("berta", notebook("untouched", lang="es")),
        ("carlos", wrong),
    ):
        (folder / f"{student}.ipynb").write_bytes(as_bytes(content))
    return folder


@pytest.fixture
def out(tmp_path) -> Path:
    return tmp_path / "grades"


def grade(folder, out, *options):
    return CliRunner().invoke(
        cli.app, ["grade", str(folder), "--out", str(out), "--jobs", "1", "--lang", "en", *options]
    )


def rows(out):
    with (out / "grades.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def points(out):
    return {row["student"]: row["points"] for row in rows(out)}


def report(out):
    return json.loads((out / "report.json").read_text("utf-8"))


# --- what is written ----------------------------------------------------------------------------


def test_grades_have_the_promised_columns_and_a_row_for_each_student(handed_in, out):
    result = grade(handed_in, out)
    assert result.exit_code == 0, result.output
    header = (out / "grades.csv").read_text("utf-8").splitlines()[0]
    assert header == (
        "student,lab,points,max_points,status,exercise_1,exercise_2,exercise_3,exercise_4,"
        "exercise_5,exercise_6,exercise_7"
    )
    ana, berta, carlos = rows(out)
    assert list(ana.values()) == ["ana", "01", "10", "10", "graded", *"221221", ""]
    assert list(berta.values()) == ["berta", "01", "0", "10", "graded", *"000000", ""]
    assert (carlos["points"], carlos["exercise_4"]) == ("8", "0")


def test_the_report_tells_points_reasons_misconceptions_limits_and_layers(handed_in, out):
    grade(handed_in, out)
    told = report(out)
    carlos = told["submissions"][2]
    assert carlos["misconceptions"] == ["per-inverse-temperature"]
    test = carlos["tests"][3]
    assert (test["exercise"], test["points"], test["max_points"]) == ("entropy_slope", 0, 2)
    assert test["reason"].startswith("You divided")
    assert {"name": "seccomp", "active": True, "note": ""} in carlos["layers"]
    assert (carlos["isolated"], carlos["limits_hit"], carlos["warnings"]) == (True, [], [])
    assert told["counts"] == {"graded": 3}


def test_each_page_is_in_the_language_of_the_submission(handed_in, out):
    grade(handed_in, out)
    assert '<html lang="en">' in (out / "feedback/ana/01.html").read_text("utf-8")
    assert '<html lang="es">' in (out / "feedback/berta/01.html").read_text("utf-8")


def test_the_summary_is_in_the_instructors_language(handed_in, out):
    grade(handed_in, out, "--lang", "es")
    summary = (out / "summary.html").read_text("utf-8")
    assert '<html lang="es">' in summary
    assert "per-inverse-temperature" in summary


def test_a_second_run_grades_nothing_and_writes_the_same(handed_in, out, fake):
    grade(handed_in, out)
    first = (out / "grades.csv").read_bytes(), report(out)
    result = grade(handed_in, out)
    assert fake.graded == 3
    assert "3 of them before" in result.stdout
    assert ((out / "grades.csv").read_bytes(), report(out)) == first


def test_what_changed_is_graded_again_and_nothing_else(handed_in, out, fake):
    grade(handed_in, out)
    (handed_in / "ana.ipynb").write_bytes(as_bytes(notebook("untouched")))
    grade(handed_in, out)
    assert fake.graded == 4
    assert points(out)["ana"] == "0"


@pytest.mark.parametrize("options", [["--fresh"], ["--timeout", "3"], ["--require-sandbox"]])
def test_other_options_or_fresh_grade_everything_again(handed_in, out, fake, options):
    grade(handed_in, out)
    grade(handed_in, out, *options)
    assert fake.graded == 6


def test_other_tests_grade_everything_again(handed_in, out, fake, monkeypatch):
    grade(handed_in, out)
    monkeypatch.setattr(FakeGrader, "tests_digest", "other tests")
    grade(handed_in, out)
    assert fake.graded == 6


def test_a_private_seed_grades_again_and_is_written_nowhere(handed_in, out, fake, tmp_path):
    grade(handed_in, out)
    (tmp_path / "seed").write_text("987654321\n")
    grade(handed_in, out, "--seed-file", str(tmp_path / "seed"))
    assert fake.graded == 6
    everything = b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file())
    assert b"987654321" not in everything
    assert report(out)["options"]["private_seed"] is True


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"key": 1}'])
def test_a_damaged_record_is_graded_again(handed_in, out, fake, damage):
    grade(handed_in, out)
    (out / "results" / "ana" / "01.json").write_bytes(damage)
    grade(handed_in, out)
    assert (fake.graded, points(out)["ana"]) == (4, "10")


def test_a_record_whose_page_is_gone_is_graded_again(handed_in, out, fake):
    grade(handed_in, out)
    (out / "feedback/ana/01.html").unlink()
    grade(handed_in, out)
    assert (fake.graded, (out / "feedback/ana/01.html").is_file()) == (4, True)


def test_what_killed_commands_left_half_written_is_swept_away(handed_in, out):
    grade(handed_in, out)
    (out / "results" / "ana" / ".unfinished-x").write_text("half")
    grade(handed_in, out)
    assert not list(out.rglob(".unfinished-*"))


def test_a_record_can_be_written_and_read():
    record = Record("ana", "01", "en", "graded", warnings=("odd",), seconds=1.5, key="k")
    assert Record.from_json(json.loads(json.dumps(record.to_json()))) == record


# --- refusals -----------------------------------------------------------------------------------


def test_one_bad_file_stops_nobody_else_and_sets_exit_status_1(handed_in, out):
    (handed_in / "eva.ipynb").write_bytes(as_bytes(notebook())[:999])
    result = grade(handed_in, out)
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert "1 refused" in line
    assert points(out) == {"ana": "10", "berta": "0", "carlos": "8", "eva": "0"}
    assert "cut short" in report(out)["submissions"][3]["reason"]
    assert "cut short" in (out / "summary.html").read_text("utf-8")
    assert "cut short" in (out / "feedback/eva/refused.html").read_text("utf-8")


def test_a_refused_submission_has_the_worth_of_its_lab_if_that_is_known(handed_in, out):
    (handed_in / "eva.ipynb").write_bytes(b"")
    grade(handed_in, out, "--lab", "1")
    eva = rows(out)[3]
    assert (eva["lab"], eva["max_points"], eva["status"]) == ("01", "10", "refused")


def test_a_formula_in_a_name_is_written_so_that_no_spreadsheet_computes_it(handed_in, out):
    (handed_in / "=cmd|' x'!A0.ipynb").write_bytes(as_bytes(notebook()))
    grade(handed_in, out)
    assert rows(out)[0]["student"] == "'=cmd|' x'!A0"


def test_a_refused_name_makes_no_path(handed_in, out):
    (handed_in / "-x.ipynb").write_bytes(as_bytes(notebook()))
    grade(handed_in, out)
    folders = {path.name for path in (out / "feedback").iterdir()}
    assert folders == {"ana", "berta", "carlos"}


def test_a_lab_handed_in_twice_is_refused_as_one_row(tmp_path, out):
    for name in ("one", "two"):
        path = tmp_path / "in" / "ana" / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(as_bytes(notebook()))
    assert grade(tmp_path / "in", out).exit_code == 1
    (row,) = rows(out)
    assert row["status"] == "refused"
    assert "ana/one.ipynb, ana/two.ipynb" in report(out)["submissions"][0]["reason"]


def test_a_broken_file_beside_a_sound_one_costs_nothing_and_is_reported(tmp_path, out):
    folder = tmp_path / "in" / "ana"
    folder.mkdir(parents=True)
    (folder / "a-broken.ipynb").write_bytes(b"{")
    (folder / "lab.ipynb").write_bytes(as_bytes(notebook()))
    grade(tmp_path / "in", out, "--lab", "01")
    (row,) = rows(out)
    assert (row["status"], row["points"]) == ("graded", "10")
    assert [told["where"] for told in report(out)["submissions"]] == [
        "ana/lab.ipynb",
        "ana/a-broken.ipynb",
    ]


def test_names_that_differ_only_in_capitals_are_refused(tmp_path, out):
    for student in ("ana", "Ana"):
        folder = tmp_path / "in" / student
        folder.mkdir(parents=True)
        (folder / "lab.ipynb").write_bytes(as_bytes(notebook()))
    grade(tmp_path / "in", out)
    assert {row["status"] for row in rows(out)} == {"refused"}


def test_a_file_that_changes_while_it_is_graded_is_refused(handed_in, out, monkeypatch):
    def todo(self, *, original=command.Batch.to_do.fget):
        tasks = original(self)
        (handed_in / "ana.ipynb").write_bytes(as_bytes(notebook("untouched")))
        return tasks

    monkeypatch.setattr(command.Batch, "to_do", property(todo))
    assert grade(handed_in, out).exit_code == 1
    assert "changed while" in report(out)["submissions"][0]["reason"]


def test_a_grader_that_stumbles_refuses_one_and_goes_on(handed_in, out, monkeypatch, fake):
    def stumble(self, submission, grade=FakeGrader.grade):
        if submission.student == "ana":
            raise RuntimeError("no idea")
        return grade(self, submission)

    monkeypatch.setattr(FakeGrader, "grade", stumble)
    assert grade(handed_in, out).exit_code == 1
    assert "RuntimeError: no idea" in report(out)["submissions"][0]["reason"]
    monkeypatch.undo()
    monkeypatch.setattr(worker, "new_grader", FakeGrader)
    assert grade(handed_in, out).exit_code == 0  # a refusal is never kept


def test_a_lost_worker_refuses_its_submission_with_the_remedy(handed_in, out, monkeypatch):
    def pool(todo, options):
        for submission in todo:
            yield submission, Failure(died=True)

    monkeypatch.setattr(command, "in_this_process", pool)
    assert grade(handed_in, out).exit_code == 1
    assert "--jobs" in report(out)["submissions"][0]["reason"]


# --- nothing could be done ----------------------------------------------------------------------


def complaint(result):
    assert result.exit_code == 2, result.output
    assert isinstance(result.exception, SystemExit)
    (line,) = result.stderr.splitlines()
    return line


def test_an_empty_folder_is_status_2(tmp_path, out):
    (tmp_path / "empty").mkdir()
    assert "no submissions" in complaint(grade(tmp_path / "empty", out))


def test_a_missing_folder_is_status_2(tmp_path, out):
    assert "nowhere" in complaint(grade(tmp_path / "nowhere", out))


def test_an_output_folder_that_cannot_be_made_is_status_2(handed_in, tmp_path):
    (tmp_path / "file").write_text("")
    assert "file" in complaint(grade(handed_in, tmp_path / "file" / "grades"))


def test_a_full_disk_is_status_2_and_keeps_what_was_done(handed_in, out, monkeypatch, fake):
    grade(handed_in, out)
    before = points(out)
    (handed_in / "ana.ipynb").write_bytes(as_bytes(notebook("untouched")))

    def full(self, record, page):
        raise OSError(28, "No space left on device", "grades/x")

    monkeypatch.setattr(store.Store, "save", full)
    assert "No space left" in complaint(grade(handed_in, out))
    assert points(out) == before


def test_two_commands_do_not_write_to_one_folder(handed_in, out):
    grade(handed_in, out)
    held, release = threading.Event(), threading.Event()

    def hold():
        with Store(out).writing():
            held.set()
            release.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert held.wait(20)
        assert "Another command" in complaint(grade(handed_in, out))
        with pytest.raises(BusyError), Store(out).writing():
            pass
    finally:
        release.set()
        holder.join()


@pytest.mark.parametrize("content", ["", "12x", "-3", "1" * 30, "٣"])
def test_a_seed_file_without_a_number_is_status_2(handed_in, out, tmp_path, content):
    (tmp_path / "seed").write_text(content, "utf-8")
    line = complaint(grade(handed_in, out, "--seed-file", str(tmp_path / "seed")))
    assert "whole number" in line


def test_an_unknown_lab_is_status_2(handed_in, out):
    assert "there is no chapter" in complaint(grade(handed_in, out, "--lab", "77"))


def test_an_unknown_export_is_status_2(handed_in, out):
    assert "canvas, moodle, gradescope" in complaint(grade(handed_in, out, "--export", "excel"))


def test_a_missing_sandbox_is_status_2(handed_in, out, monkeypatch):
    def pool(todo, options):
        next(todo)
        raise PoolError("no sandbox on this machine")
        yield

    monkeypatch.setattr(command, "in_this_process", pool)
    assert "no sandbox" in complaint(grade(handed_in, out))


def test_ctrl_c_is_status_130_and_the_next_run_goes_on(handed_in, out, monkeypatch, fake):
    def interrupted(self, submission, grade=FakeGrader.grade):
        if submission.student == "berta":
            raise KeyboardInterrupt
        return grade(self, submission)

    monkeypatch.setattr(FakeGrader, "grade", interrupted)
    result = grade(handed_in, out)
    assert result.exit_code == 130
    assert "goes on from here" in result.stderr
    monkeypatch.undo()
    monkeypatch.setattr(worker, "new_grader", FakeGrader)
    fake.graded = 0
    assert grade(handed_in, out).exit_code == 0
    # English is graded before Spanish: two were done.
    assert fake.graded == 1


def test_stripped_notebooks_take_lab_and_language_from_the_command_line(tmp_path, out):
    folder = tmp_path / "in"
    folder.mkdir()
    content = as_bytes(unlabelled(notebook(lang="es")))
    (folder / "ana.ipynb").write_bytes(content)
    result = grade(folder, out, "--lab", "01", "--lang", "es")
    assert "calificadas" in result.stdout
    assert '<html lang="es">' in (out / "feedback/ana/01.html").read_text("utf-8")
    assert points(out) == {"ana": "10"}


def test_the_recipe_for_gradescope_gives_results_for_whatever_was_handed_in(tmp_path, out):
    folder = tmp_path / "in" / "student"
    folder.mkdir(parents=True)
    for name in ("=x (1).ipynb", "again.ipynb"):
        (folder / name).write_bytes(as_bytes(notebook()))
        grade(tmp_path / "in", out, "--export", "gradescope")
        results = json.loads((out / "results.json").read_text("utf-8"))
        assert results["score"] == (10 if name[0] == "=" else 0)
    assert "more than once" in results["output"]


@pytest.mark.parametrize("guide", ["grading.md", "grading.es.md"])
def test_the_guides_know_every_option_of_the_command(guide):
    text = (root() / "docs" / guide).read_text("utf-8")
    shown = CliRunner().invoke(cli.app, ["grade", "--help"], env={"COLUMNS": "200"}).stdout
    options = set(re.findall(r"--[a-z-]+", shown)) - {"--help"}
    assert len(options) == 10
    assert options <= set(re.findall(r"--[a-z-]+", text))


@pytest.mark.parametrize("guide", ["grading.md", "grading.es.md"])
def test_the_guides_and_the_tests_configure_nbgrader_alike(guide):
    from test_nbgrader_execution import PREPROCESSORS

    text = (root() / "docs" / guide).read_text("utf-8")
    listed = text.split("autograde_preprocessors = [")[1].split("]")[0]
    assert re.findall(r'"(.+)"', listed) == PREPROCESSORS


def test_options_have_a_public_seed_unless_one_is_given():
    assert Options().seed == 0
