"""The command on a real Dask cluster of several workers, one of which is killed in the middle."""

from __future__ import annotations

import csv
import logging
import os
import signal
import threading
from pathlib import Path

import pytest
from handed_in import as_bytes, notebook, with_answer

from tempkit.grading import command
from tempkit.grading.results import Options

distributed = pytest.importorskip("distributed")

pytestmark = [
    pytest.mark.slow,
    # Dask's own sockets and loops, when a worker of it is killed.
    pytest.mark.filterwarnings("ignore"),
]

STUDENTS = 15
WRONG = "def entropy_slope(z, T):\n    return z.var() / T**3"


@pytest.fixture(scope="module")
def cluster():
    """Three workers of one thread, each watched by a nanny that replaces it."""
    with distributed.LocalCluster(
        n_workers=3,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        silence_logs=logging.CRITICAL,
    ) as running:
        yield running


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("submissions")
    for i in range(STUDENTS):
        content = with_answer("entropy_slope", WRONG) if i % 2 else notebook()
        (folder / f"s{i:02}.ipynb").write_bytes(as_bytes(content))
    return folder


def grade(handed_in, out, scheduler) -> tuple[int, str]:
    request = command.Request(handed_in, out, Options(lang="en"), scheduler=scheduler)
    return command.run(request)


def points(out) -> dict[str, str]:
    with (out / "grades.csv").open(encoding="utf-8", newline="") as file:
        return {row["student"]: row["points"] for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def run(cluster, handed_in, tmp_path_factory):
    """A run in which a worker is killed as soon as three results are there."""
    out = tmp_path_factory.mktemp("grades")
    with distributed.Client(cluster, set_as_default=False) as client:
        victim = next(iter(client.run(os.getpid).values()))
    over, killed = threading.Event(), []

    def kill_one():
        while not over.wait(0.05):
            if len(list(out.glob("results/*/*.json"))) >= 3:
                os.kill(victim, signal.SIGKILL)
                killed.append(victim)
                return

    killer = threading.Thread(target=kill_one, daemon=True)
    killer.start()
    status, line = grade(handed_in, out, cluster.scheduler_address)
    over.set()
    killer.join()
    assert killed
    return status, line, out


def test_a_worker_killed_in_the_middle_loses_nothing(run):
    status, line, out = run
    assert status == 0, line
    assert points(out) == {f"s{i:02}": "8" if i % 2 else "10" for i in range(STUDENTS)}


def test_no_grader_is_left_on_the_cluster(run, cluster):
    from tempkit.grading import dask_pool

    with distributed.Client(cluster, set_as_default=False) as client:
        left = client.run(lambda: len(dask_pool._workers))
    assert set(left.values()) == {0}


def test_no_scheduler_at_the_address_is_one_line(handed_in, tmp_path, monkeypatch):
    monkeypatch.setattr("tempkit.grading.dask_pool.TIMEOUT", "1s")
    status, line = grade(handed_in, tmp_path / "grades", "tcp://127.0.0.1:9")
    assert status == 2
    assert "tcp://127.0.0.1:9" in line
    assert "\n" not in line


def test_a_cluster_without_workers_is_one_line(handed_in, tmp_path):
    with distributed.LocalCluster(
        n_workers=0, processes=False, dashboard_address=None, silence_logs=logging.CRITICAL
    ) as empty:
        status, line = grade(handed_in, tmp_path / "grades", empty.scheduler_address)
    assert (status, "no workers" in line) == (2, True)
