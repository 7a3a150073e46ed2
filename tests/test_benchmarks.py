"""benchmarks/: turns are taken, nothing is dropped in silence, and every task is in the report.

No test here looks at how long anything takes.
"""

import math
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks import __main__ as command
from benchmarks import machine, report
from benchmarks.calibration import exact_calibration_error, exact_fit
from benchmarks.catalogue import TASKS
from benchmarks.entropy import exact_entropy
from benchmarks.processes import busy_loop
from benchmarks.race import Contender, race, ratio
from benchmarks.task import Reach

ROOT = Path(__file__).parents[1]
NUMBER = re.compile(r"[\d,.]+(e[+-]\d+)?")


def contender(name, call, kind="peer"):
    return Contender(name, lambda: call, kind)


def one_second(call, times):
    """A clock without time: it calls once and says a second."""
    call()
    return 1.0


def run_race(contenders, rounds=2, **options):
    return race(contenders, seconds=0.0, least_rounds=rounds, clock=one_second, **options)


class TestRace:
    def test_contenders_take_turns_forward_and_backward(self):
        order = []
        run_race([contender(n, lambda n=n: order.append(n)) for n in "ABC"], rounds=2)
        assert "".join(order[-6:]) == "ABCCBA"

    def test_every_round_is_kept(self):
        [outcome] = run_race([contender("A", lambda: None)], rounds=5)
        assert outcome.seconds == [1.0] * 5

    def test_a_slow_contender_is_called_only_once_to_be_warm(self):
        calls = []

        def two_seconds(call, times):
            call()
            return 2.0

        slow = contender("A", lambda: calls.append(1))
        race([slow], seconds=0.0, least_rounds=3, clock=two_seconds)
        assert len(calls) == 1 + 3

    def test_a_sample_of_the_work_counts_for_all_of_it(self):
        [outcome] = run_race([Contender("A", lambda: lambda: None, scale=500.0)], rounds=1)
        assert outcome.seconds == [500.0]

    def test_a_peer_that_raises_is_reported_as_such(self):
        def broken():
            raise ValueError("T must be a float")

        [outcome] = run_race([contender("A", broken)])
        assert outcome.problem == "raised ValueError: T must be a float"

    def test_a_peer_that_raises_later_leaves_no_times(self):
        calls = []

        def breaking():
            calls.append(1)
            if len(calls) > 3:
                raise ValueError("enough")

        [outcome] = run_race([contender("A", breaking)], rounds=5)
        assert (outcome.problem, outcome.seconds) == ("raised ValueError: enough", [])

    def test_a_peer_that_is_missing_is_named_not_dropped(self):
        def prepare():
            import a_package_that_nobody_has  # noqa: F401

        [outcome] = run_race([Contender("A", prepare)])
        assert outcome.problem == "not installed (a_package_that_nobody_has)"

    def test_a_broken_peer_does_not_stop_the_others(self):
        _, other = run_race([contender("A", lambda: 1 / 0), contender("B", lambda: None)])
        assert other.seconds == [1.0, 1.0]

    def test_what_a_contender_returns_is_judged(self):
        [outcome] = run_race([contender("A", lambda: 3.5)], error=lambda found: found - 3)
        assert outcome.error == 0.5

    def test_a_limit_has_no_result_to_judge(self):
        [outcome] = run_race([contender("copy", lambda: 3.5, "limit")], error=lambda found: found)
        assert outcome.error is None


def test_a_ratio_is_made_round_by_round():
    found = ratio([2.0, 40.0, 9.0], [1.0, 10.0, 3.0])
    assert (found.median, found.least, found.most) == (3.0, 2.0, 4.0)


def test_there_is_no_ratio_to_what_was_not_measured():
    assert ratio([], [1.0]) is None


@pytest.mark.parametrize(
    ("reach", "ratio", "holds"),
    [
        (Reach("peer", at_least=15), 15.0, True),
        (Reach("peer", at_least=15), 14.9, False),
        (Reach("copy", at_most=4.5), 4.5, True),
        (Reach("copy", at_most=4.5), 4.6, False),
    ],
)
def test_a_bound_includes_its_own_value(reach, ratio, holds):
    assert reach.holds(ratio) is holds


def test_the_entropy_oracle_knows_a_uniform_row():
    assert exact_entropy(torch.zeros(1, 8), 0.3).item() == pytest.approx(math.log(8), abs=1e-15)


def test_the_fit_oracle_knows_two_classes():
    # Right in 3 rows of 4 with a gap of 2: the best T satisfies 2/T = log 3.
    logits, labels = torch.tensor([[2.0, 0.0]]).repeat(4, 1), torch.tensor([0, 0, 0, 1])
    temperature, _ = exact_fit(logits, labels)
    assert temperature == pytest.approx(2 / math.log(3), rel=1e-12)


def test_the_calibration_oracle_puts_an_edge_in_the_bin_below():
    confidences, correct = np.array([1 / 15, 0.99, 1.0]), np.array([0, 1, 1])
    assert exact_calibration_error(confidences, correct) == pytest.approx((1 / 15 + 0.01) / 3)


@pytest.mark.parametrize("name", TASKS)
def test_a_task_has_tempkit_first_and_its_bounds_name_contenders(name):
    task = TASKS[name](quick=True)
    kinds = [c.kind for c in task.contenders]
    assert task.name == name
    assert kinds[0] == "ours"
    assert kinds.count("ours") == 1
    assert {reach.against for reach in task.reaches} <= {c.name for c in task.contenders}


@pytest.mark.parametrize("name", [name for name in TASKS if name.startswith("next-token")])
def test_everyone_draws_a_token_a_row(name):
    task = TASKS[name](quick=True)
    rows = int(name.split("-")[2].split("x")[0])
    for each in task.contenders:
        try:
            call = each.prepare()
        except ModuleNotFoundError:
            continue
        if each.kind != "limit":
            assert call().numel() == rows, each.name


def test_the_processor_has_a_name():
    assert machine.processor()


def test_a_package_that_is_missing_has_no_version():
    assert machine.version("a-package-that-nobody-has") == "not installed"


def test_the_busy_loop_ends_with_its_block():
    with busy_loop() as program:
        assert program.poll() is None
    assert program.poll() is not None


def outcome(name, kind, seconds, **more):
    fields = {"name": name, "kind": kind, "seconds": seconds, "error": None, "problem": None}
    return fields | more


def finding(seconds_of_peer=(30.0, 40.0), **ours):
    """What a run found, with a single task on which a peer takes so long."""
    name = "calibration-error"
    task = {
        "name": name,
        "title": "The task",
        "reaches": [{"against": "peer", "at_least": 15, "at_most": None}],
        "error_is": "absolute error",
        "error_at_most": 1e-12,
        "outcomes": [
            outcome("tempkit.f", "ours", [1.0, 1.0], error=1e-13) | ours,
            outcome("peer", "peer", list(seconds_of_peer), error=1e-5),
            outcome("gone", "peer", [], problem="not installed (gone)"),
            outcome("copy", "limit", [0.5, 0.25]),
        ],
    }
    part = {"load": "0.0", "vectors": "AVX2", "tasks": [task]}
    loaded = part | {"tasks": [task | {"outcomes": [outcome("tempkit.f", "ours", [2.0, 5.0])]}]}
    machine = {"processor": "one"}
    return {"machine": machine, "quick": False, "one": part, "two": part, "loaded": loaded}


class TestReport:
    def test_a_ratio_stands_beside_its_range_and_bound(self):
        assert "| 35 | [30, 40] | at least 15 | reached |" in report.markdown(finding())

    def test_a_bound_that_is_missed_says_so(self):
        text = report.markdown(finding(seconds_of_peer=(14.0, 14.0)))
        assert "| 14 | [14, 14] | at least 15 | **not reached** |" in text

    def test_a_limit_is_what_tempkit_takes_in_units_of_it(self):
        assert "| limit: copy | 375 ms | 3 | [2, 4] |" in report.markdown(finding())

    def test_a_missing_peer_keeps_its_row(self):
        assert "| gone | not installed (gone) |" in report.markdown(finding())

    def test_a_missing_error_bound_is_not_reached(self):
        text = report.markdown(finding(error=None))
        assert "| calibration-error | absolute error | at most 1e-12 |  | **not reached** |" in text

    def test_the_summary_counts(self):
        text = report.markdown(finding(seconds_of_peer=(14.0, 14.0)))
        assert "On one thread: 1 of 2 bounds reached." in text

    def test_a_loaded_machine_is_compared_with_a_quiet_thread(self):
        text = report.markdown(finding())
        assert "| 1 s | 3.5 s | 3.5 | [2, 5] | at most 3 | **not reached** |" in text

    def test_a_failure_of_tempkit_is_seen(self):
        broken = finding(seconds=[], problem="raised ValueError: x")
        assert report.tempkit_failed(broken)
        assert "| tempkit.f | raised ValueError: x |" in report.markdown(broken)
        assert not report.tempkit_failed(finding())


@pytest.mark.parametrize(
    ("arguments", "written"),
    [([], True), (["--quick"], False), (["--only", "calibration-error"], False)],
)
def test_only_a_whole_run_replaces_the_results(monkeypatch, tmp_path, capsys, arguments, written):
    found = finding()
    parts = {
        ("compare", 1): found["one"],
        ("compare", 2): found["two"],
        ("ours", 2): found["loaded"],
        ("growth", 1): {"growth": []},
        ("gpu", 1): {"tasks": []},
    }
    monkeypatch.setattr(command, "work", lambda part, threads, *_, quick: parts[part, threads])
    monkeypatch.setattr(command, "RESULTS", tmp_path / "RESULTS.md")
    monkeypatch.setattr(sys, "argv", ["benchmarks", *arguments])
    assert command.main() == 0
    assert command.RESULTS.exists() == written
    assert "# Benchmarks" in capsys.readouterr().out


@pytest.fixture(scope="module")
def quick_run(tmp_path_factory):
    """A whole run at small sizes, and its report."""
    path = tmp_path_factory.mktemp("benchmarks") / "results.md"
    arguments = [sys.executable, "-m", "benchmarks", "--quick", "--results", str(path)]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert path.read_text("utf-8") in done.stdout
    return path.read_text("utf-8")


def section(text, heading):
    return text.split(f"\n## {heading}\n")[1].split("\n## ")[0]


@pytest.mark.slow
class TestQuickRun:
    @pytest.mark.parametrize("threads", ["One thread", "Two threads"])
    def test_every_task_is_there_with_ratios(self, quick_run, threads):
        tables = section(quick_run, threads).split("\n### ")[1:]
        assert len(tables) == len(TASKS)
        for table in tables:
            rows = [line.split("|") for line in table.splitlines() if line.startswith("| limit: ")]
            assert rows
            assert all(NUMBER.fullmatch(row[3].strip()) for row in rows)

    def test_every_contender_has_a_row_in_its_table(self, quick_run):
        tables = section(quick_run, "One thread").split("\n### ")[1:]
        for name, table in zip(TASKS, tables, strict=True):
            for each in TASKS[name](quick=True).contenders:
                assert each.name in table

    def test_every_task_ran_on_a_loaded_machine(self, quick_run):
        table = section(quick_run, "Two threads of a loaded machine")
        assert all(f"| {name} |" in table for name in TASKS)

    def test_the_growth_has_a_slope_for_each_axis(self, quick_run):
        slopes = re.findall(r"slope (-?\d+\.\d\d)", quick_run)
        assert len(slopes) == 4

    def test_a_quick_run_says_that_it_is_one(self, quick_run):
        assert "**A quick run**" in quick_run

    def test_the_machine_is_named(self, quick_run):
        assert machine.processor() in quick_run
        assert f"torch {torch.__version__}" in quick_run

    def test_the_gpu_is_measured_or_said_to_be_missing(self, quick_run):
        there = "\n## GPU: " in quick_run
        assert there or "PyTorch found no NVIDIA GPU" in section(quick_run, "GPU")
