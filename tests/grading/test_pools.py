"""Worker processes that die, stumble, or never start: no submission is lost, none graded twice."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

import pytest

from tempkit.grading.pools import MOST_DEATHS, Failure, PoolError, in_processes
from tempkit.grading.records import Execution, Submission
from tempkit.grading.results import Options
from tempkit.grading.worker import Graded

pytestmark = pytest.mark.slow  # every process imports PyTorch

FINE = Graded(Execution(()), "page", "tests")
STUDENTS = [f"s{i:02}" for i in range(12)]


def class_of(*students, log=""):
    return (Submission(student, "01", "en", digest=str(log)) for student in students)


def _serve(connection, do):
    """A worker that answers as ``do`` says."""
    connection.send("ready")
    with contextlib.suppress(EOFError):
        while True:
            connection.send(do(connection.recv()))


def honest(connection, options):
    _serve(connection, lambda submission: FINE)


def mortal(connection, options):
    """Dies of the first submission that nobody has died of yet."""

    def do(submission):
        grave = Path(submission.digest) / submission.student
        if submission.student in ("s03", "s07") and not grave.exists():
            grave.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return FINE

    _serve(connection, do)


def allergic(connection, options):
    def do(submission):
        if submission.student == "s05":
            os._exit(1)
        return FINE

    _serve(connection, do)


def stillborn(connection, options):
    os._exit(3)


def forbidden(connection, options):
    _serve(connection, lambda submission: PoolError("no sandbox"))


def stuck(connection, options):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)

    def do(submission):
        if submission.student == "s01":
            time.sleep(600)
        return FINE

    _serve(connection, do)


def graded(target, *students, log="", jobs=2):
    answers = in_processes(class_of(*students, log=log), Options(), jobs, target)
    return [(submission.student, outcome) for submission, outcome in answers]


def test_every_submission_is_graded_once():
    found = graded(honest, *STUDENTS)
    assert sorted(student for student, _ in found) == STUDENTS
    assert all(outcome == FINE for _, outcome in found)


def test_no_submissions_need_no_patience():
    assert graded(honest, jobs=1) == []


def test_what_a_dead_worker_had_in_hand_is_graded_by_another(tmp_path):
    found = graded(mortal, *STUDENTS, log=tmp_path)
    assert sorted(student for student, _ in found) == STUDENTS
    assert all(outcome == FINE for _, outcome in found)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s03", "s07"]


def test_a_submission_of_which_workers_keep_dying_is_given_up_and_the_rest_is_graded():
    found = dict(graded(allergic, *STUDENTS[:8], jobs=1))
    assert found.pop("s05") == Failure(died=True)
    assert len(found) == 7
    assert MOST_DEATHS == 3


def test_workers_that_cannot_start_end_the_run_in_a_clear_error():
    with pytest.raises(PoolError, match="--jobs 1"):
        graded(stillborn, *STUDENTS)


def test_a_missing_sandbox_ends_the_run():
    with pytest.raises(PoolError, match="no sandbox"):
        graded(forbidden, *STUDENTS, jobs=1)


def test_who_stops_early_leaves_no_process_behind():
    answers = in_processes(class_of("s00", "s01", "s02"), Options(), 1, stuck)
    assert next(answers)[0].student == "s00"
    started = time.monotonic()
    answers.close()
    assert time.monotonic() - started < 60
    assert not [pid for pid in _children() if b"spawn_main" in _command(pid)]


def _children():
    own = str(os.getpid())
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if status.read_text().rsplit(")", 1)[1].split()[1] == own:
                yield status.parent.name


def _command(pid):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def test_submissions_are_taken_only_as_workers_are_free():
    taken = []

    def todo():
        for submission in class_of(*STUDENTS):
            taken.append(submission.student)
            yield submission

    answers = in_processes(todo(), Options(), 2, honest)
    for done, _ in enumerate(answers, 1):
        assert len(taken) <= done + 2
