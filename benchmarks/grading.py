"""``python -m benchmarks.grading``: the grader beside nbgrader, and how it grows with the class.

    python -m benchmarks.grading             about a quarter of an hour, writes GRADING.md
    python -m benchmarks.grading --quick     small sizes: whether it runs, not how fast

Three questions: how many submissions of lab 01 a minute beside nbgrader's autograde on the same
files; how time and memory grow with the class; and what our own bookkeeping costs at a size that
takes too long to run (there the results are replayed, and the table says so).
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from benchmarks import machine
from tempkit.course.chapters import find
from tempkit.grading.pools import Answer, Graded
from tempkit.grading.records import Execution, Submission
from tempkit.grading.results import Options

RESULTS = Path(__file__).with_name("GRADING.md")
CHAPTER, LANG, JOBS = find("01"), "en", 2
#: Agreed before it was written: so many times nbgrader's rate, and so many a minute.
REACH_RATIO, REACH_RATE = 25, 400


@dataclass(frozen=True)
class Run:
    """One command: how many submissions, how long, and the memory of all its processes together.

    ``first`` and ``peak`` are MiB of proportional set size, at a tenth of the way and at the most.
    """

    count: int
    seconds: float
    first: float = 0.0
    peak: float = 0.0

    @property
    def rate(self) -> float:
        """Submissions a minute, the start of all processes included."""
        return 60 * self.count / self.seconds


# --- submissions ------------------------------------------------------------------------------


def hand_in(folder: Path, count: int) -> Path:
    """Solved notebooks, a third of them with one misconception, each with a line of its own."""
    solved = json.loads(CHAPTER.solution(LANG).read_text("utf-8"))
    for cell in solved["cells"]:
        cell["source"] = "".join(cell["source"]).split("\n### BEGIN HIDDEN TESTS")[0]
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    wrong = "def entropy_slope(logits, temperature):\n    return logits.var() / temperature**3"
    (answer,) = (c for c in solved["cells"] if _label(c) == "entropy_slope")
    right = answer["source"]
    for i in range(count):
        answer["source"] = f"{wrong if i % 3 == 2 else right}\n# {i}"
        path = folder / f"s{i:05}" / "lab" / f"{CHAPTER.name}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(solved), "utf-8")
    return folder


def _label(cell: dict) -> str | None:
    return cell["metadata"].get("nbgrader", {}).get("grade_id")


# --- the two graders --------------------------------------------------------------------------


def with_nbgrader(submitted: Path, course: Path) -> tuple[Run, dict[str, float]]:
    """nbgrader's own autograde, one submission after the other, as it works; and the points."""
    from nbgrader.api import Gradebook
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    (course / "source" / "lab").mkdir(parents=True)
    shutil.copy(CHAPTER.solution(LANG), course / "source" / "lab" / f"{CHAPTER.name}.ipynb")
    shutil.copytree(submitted, course / "submitted")
    config = Config()
    config.CourseDirectory.root = str(course)
    config.CourseDirectory.db_url = f"sqlite:///{course / 'gradebook.db'}"
    config.ClearSolutions.code_stub = {"python": "raise NotImplementedError()"}
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    api = NbGraderAPI(config=config)
    made = api.generate_assignment("lab")
    if not made["success"]:
        raise RuntimeError(made["log"])
    students = sorted(path.name for path in submitted.iterdir())
    began = time.perf_counter()
    for student in students:
        done = api.autograde("lab", student)
        if not done["success"]:
            raise RuntimeError(done["log"])
    run = Run(len(students), time.perf_counter() - began)
    with Gradebook(config.CourseDirectory.db_url) as gradebook:
        points = {s: gradebook.find_submission("lab", s).score for s in students}
    return run, points


def with_tempkit(submitted: Path, out: Path, jobs: int) -> tuple[Run, dict[str, float]]:
    """``tempkit grade`` in a process of its own, its memory watched; and the points."""
    command = [sys.executable, "-m", "tempkit.cli", "grade", str(submitted), "--out", str(out)]
    began = time.perf_counter()
    process = subprocess.Popen([*command, "--jobs", str(jobs), "--lang", LANG])
    watch = _Watch(process.pid, out)
    status = process.wait()
    seconds = time.perf_counter() - began
    watch.stop()
    if status:
        raise RuntimeError(f"tempkit grade ended with status {status}")
    with (out / "grades.csv").open(encoding="utf-8", newline="") as file:
        points = {row["student"]: float(row["points"]) for row in csv.DictReader(file)}
    return Run(len(points), seconds, watch.first, watch.peak), points


class _Watch:
    """Looks at the memory of a process and all below it, twice a second."""

    def __init__(self, pid: int, out: Path) -> None:
        self.first = self.peak = 0.0
        self._pid, self._out = pid, out
        self._seen: list[tuple[int, float]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._over.wait(0.5):
            done = sum(1 for _ in (self._out / "results").glob("*"))
            self._seen.append((done, sum(map(_pss, _family(self._pid)))))

    def stop(self) -> None:
        """Look no more, and say what was seen."""
        self._over.set()
        self._thread.join()
        most = max((done for done, _ in self._seen), default=0)
        at_work = [(done, mib) for done, mib in self._seen if done]
        self.first = max((mib for done, mib in at_work if done <= most / 10), default=0.0)
        self.peak = max((mib for _, mib in at_work), default=0.0)


def _family(pid: int) -> set[int]:
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(path.parent.name)] = int(path.read_text().rsplit(")", 1)[1].split()[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def _pss(pid: int) -> float:
    """MiB, shared pages divided among those who share them."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


# --- bookkeeping alone ------------------------------------------------------------------------


def replayed(submitted: Path, out: Path) -> Run:
    """Everything but the execution: one result, replayed for every submission, in this process."""
    import resource

    from tempkit.grading import command, worker
    from tempkit.grading.feedback import page
    from tempkit.grading.plan import plan

    one = worker.Worker(Options(lang=LANG))
    results: dict[str, Execution] = {}

    def pool(todo: Iterator[Submission], options: Options) -> Iterator[Answer]:
        digest = worker.new_grader(CHAPTER.number, LANG, options).tests_digest
        for submission in todo:
            if not results:
                results["first"] = one.execute(submission)
                one.close()
            execution = results["first"]
            made = page(submission, execution, plan(CHAPTER.number, LANG))
            yield submission, Graded(execution, made, digest)

    command.in_this_process = pool
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began = time.perf_counter()
    status, line = command.run(command.Request(submitted, out, Options(lang=LANG), jobs=1))
    if status:
        raise RuntimeError(line)
    count = sum(1 for _ in submitted.iterdir())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Run(count, time.perf_counter() - began, before, peak)


# --- the report -------------------------------------------------------------------------------


def main() -> int:
    """Measure and write; 1 if the two graders disagree or a bound is missed."""
    parser = argparse.ArgumentParser(prog="benchmarks.grading")
    parser.add_argument("--quick", action="store_true", help="small sizes")
    parser.add_argument("--results", type=Path, metavar="FILE", help="write the report there")
    quick = (options := parser.parse_args()).quick
    sizes, simulated, beside = ((10,), 50, 2) if quick else ((10, 100, 1000), 10_000, 20)
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        same = hand_in(scratch / "same", beside)
        ours, our_points = with_tempkit(same, scratch / "ours", JOBS)
        theirs, their_points = with_nbgrader(same, scratch / "theirs")
        grown = []
        for size in sizes:
            class_of = hand_in(scratch / f"class-{size}", size)
            grown.append(with_tempkit(class_of, scratch / f"grades-{size}", JOBS)[0])
        large = replayed(hand_in(scratch / "large", simulated), scratch / "replayed")
    text = "\n".join(_lines(ours, theirs, our_points == their_points, grown, large, quick)) + "\n"
    print(text)
    if options.results or not quick:
        (options.results or RESULTS).write_text(text, "utf-8")
    reached = grown[-1].rate >= max(REACH_RATIO * theirs.rate, REACH_RATE)
    return int(our_points != their_points or not (quick or reached))


def _lines(
    ours: Run, theirs: Run, agree: bool, grown: list[Run], large: Run, quick: bool
) -> Iterator[str]:
    steady = grown[-1]
    yield "# The grader, measured"
    yield ""
    yield "Written by `python -m benchmarks.grading` (`make bench-grading`)."
    if quick:
        yield "**A quick run**: the sizes are small, the figures mean nothing and are not judged."
    yield ""
    for what, value in machine.description().items():
        yield f"- {what}: {value}"
    yield f"- programs running when it ended, load average: {machine.load()}"
    yield ""
    yield "## Beside nbgrader, lab 01, the same files in one run"
    yield ""
    yield "| | submissions | seconds | a minute |"
    yield "|---|---|---|---|"
    peer = f"nbgrader {metadata.version('nbgrader')} autograde"
    yield f"| {peer} | {theirs.count} | {theirs.seconds:.1f} | {theirs.rate:.1f} |"
    yield f"| tempkit grade, {JOBS} processes, with their start | {_row(ours)} |"
    yield f"| tempkit grade, {JOBS} processes, with their start | {_row(steady)} |"
    yield ""
    ratio = steady.rate / theirs.rate
    yield (
        f"{ratio:.0f} times nbgrader's rate (reach: {REACH_RATIO}, "
        f"{_reached(ratio >= REACH_RATIO)}), {steady.rate:.0f} a minute (reach: {REACH_RATE}, "
        f"{_reached(steady.rate >= REACH_RATE)}). The points of the two "
        f"{'agree' if agree else '**disagree**'}."
    )
    yield ""
    yield "## How it grows"
    yield ""
    yield "Memory is that of all processes together, MiB of proportional set size."
    yield ""
    yield "| submissions | seconds | a minute | MiB at a tenth | MiB at most |"
    yield "|---|---|---|---|---|"
    for run in grown:
        yield f"| {_row(run)} | {run.first:.0f} | {run.peak:.0f} |"
    yield ""
    yield (
        f"**Simulated**: {large.count} submissions read, recorded, written and summed up, with the "
        f"result of the first replayed for all: {large.seconds:.1f} s, "
        f"{1000 * large.seconds / large.count:.1f} ms each; this process grew from "
        f"{large.first:.0f} to {large.peak:.0f} MiB."
    )


def _row(run: Run) -> str:
    return f"{run.count} | {run.seconds:.1f} | {run.rate:.0f}"


def _reached(yes: bool) -> str:
    return "reached" if yes else "**not reached**"


if __name__ == "__main__":
    sys.exit(main())
