"""The real command, killed, interrupted and starved: what is done is kept, and nothing is left."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from handed_in import as_bytes, notebook, with_answer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc"),
]

WRONG = {
    "entropy_slope": "def entropy_slope(z, T):\n    return z.var() / T**3",
    "entropy_from_draws": "def entropy_from_draws(surprisals):\n    return [0.0, 0.0]",
}


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory) -> Path:
    """Nine students of three kinds, and one whose file is cut short."""
    folder = tmp_path_factory.mktemp("submissions")
    kinds = [notebook(), *(with_answer(name, answer) for name, answer in WRONG.items())]
    for i in range(9):
        (folder / f"s{i:02}.ipynb").write_bytes(as_bytes(kinds[i % 3]))
    (folder / "broken.ipynb").write_bytes(as_bytes(notebook())[:700])
    return folder


def start(handed_in, out, *options, **how) -> subprocess.Popen:
    command = [sys.executable, "-m", "tempkit.cli", "grade", handed_in, "--out", out]
    command += ["--jobs", "2", "--lang", "en", *options]
    return subprocess.Popen(
        list(map(str, command)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        **how,
    )


def finish(process) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def results(out) -> dict[str, float]:
    """When the result of each student was written."""
    return {path.parent.name: path.stat().st_mtime for path in out.glob("results/*/*.json")}


def grades(out):
    with (out / "grades.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def report(out):
    """The report without the times, and the user that each one ran as."""
    told = json.loads((out / "report.json").read_text("utf-8"))
    for submission in told["submissions"]:
        del submission["seconds"]
        for part in (*submission["tests"], *submission["layers"]):
            part.pop("seconds", None)
            part.pop("note", None)
    return told


def descendants(pid: int) -> set[int]:
    """All processes under one."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(path.parent.name)] = int(path.read_text().rsplit(")", 1)[1].split()[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    return False


def wait_for(condition, seconds=120.0) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def undisturbed(handed_in, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("undisturbed")
    status, _, err = finish(start(handed_in, out))
    assert status == 1, err
    return out


def test_the_undisturbed_run_gives_what_is_deserved(undisturbed):
    found = {row["student"]: row["points"] for row in grades(undisturbed)}
    assert found.pop("broken") == "0"
    assert found == {f"s{i:02}": ["10", "8", "9"][i % 3] for i in range(9)}


def test_killed_at_random_points_a_rerun_gives_the_same_and_grades_nothing_twice(
    handed_in, undisturbed, tmp_path
):
    chance = random.Random(6)
    for least in (1, 3, 6):
        process = start(handed_in, tmp_path)
        wait_for(_enough(tmp_path, least))
        time.sleep(chance.uniform(0, 0.3))
        family = descendants(process.pid)
        before = results(tmp_path)
        process.kill()
        process.communicate()
        wait_for(lambda family=family: not any(map(alive, family)), 30)
        assert not (tmp_path / "grades.csv").exists()
    status, out, err = finish(start(handed_in, tmp_path))
    assert (status, out) == (1, ""), err
    after = results(tmp_path)
    assert {student: after[student] for student in before} == before
    assert grades(tmp_path) == grades(undisturbed)
    assert report(tmp_path) == report(undisturbed)
    assert not list(tmp_path.rglob(".unfinished-*"))


def _enough(out, least):
    return lambda: len(results(out)) >= least


def test_ctrl_c_ends_it_cleanly_and_keeps_what_is_done(handed_in, undisturbed, tmp_path):
    process = start(handed_in, tmp_path)
    wait_for(lambda: results(tmp_path))
    family = descendants(process.pid)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to everybody
    status, _, err = finish(process)
    assert status == 130
    (line,) = err.splitlines()
    assert "goes on from here" in line
    wait_for(lambda: not any(map(alive, family)), 30)
    finish(start(handed_in, tmp_path))
    assert grades(tmp_path) == grades(undisturbed)


def test_a_worker_that_is_killed_loses_nothing(handed_in, undisturbed, tmp_path):
    process = start(handed_in, tmp_path)
    wait_for(lambda: results(tmp_path))
    workers = [pid for pid in descendants(process.pid) if _is_worker(pid)]
    os.kill(workers[0], signal.SIGKILL)
    status, _, err = finish(process)
    assert status == 1, err
    assert grades(tmp_path) == grades(undisturbed)


def _is_worker(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def test_a_disk_that_takes_no_more_is_one_clear_line_and_a_rerun_finishes(
    handed_in, undisturbed, tmp_path
):
    import resource

    def starve():
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))

    status, _, err = finish(start(handed_in, tmp_path, preexec_fn=starve))
    assert status == 2
    (line,) = err.splitlines()
    assert "File too large" in line
    assert "repeat the command" in line
    assert not list(tmp_path.rglob(".unfinished-*"))
    finish(start(handed_in, tmp_path))
    assert grades(tmp_path) == grades(undisturbed)
