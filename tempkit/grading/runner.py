"""Grade submissions: the side that is trusted, and holds the tests.

A :class:`Grader` owns a template process (:mod:`tempkit.grading.template`). For each submission a
child of the template runs the student's cells, while the test cells run here. Where there is no
sandbox to be had (macOS, Windows) a fresh interpreter takes the place of the child.
"""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from types import TracebackType

from tempkit.course.chapters import Chapter
from tempkit.grading import assignment, sandbox, spawned
from tempkit.grading.assignment import CourseCell
from tempkit.grading.judge import Judge
from tempkit.grading.needed import needed as needed_cells
from tempkit.grading.pictures import checked_png
from tempkit.grading.proxy import Lost, Session
from tempkit.grading.records import Cell, CellResult, Execution, Layer, Output, Submission
from tempkit.grading.sandbox import ESSENTIAL, Bounds, SandboxMissingError
from tempkit.grading.wire import Channel, WireError
from tempkit.lab.messages import message

__all__ = ["Grader"]

#: The whole of a submission may take this many times what one call may.
_TOTAL = 6
_START_SECONDS, _FORK_SECONDS, _END_SECONDS = 120.0, 20.0, 10.0
_BOOT = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from tempkit.grading.template import main; main()"
)
_PACKAGE = Path(__file__).resolve().parents[2]
#: The C library's memory, in large pages: a fork copies a tenth of the table, and half the time.
_HUGE_PAGES = {"PYTHONMALLOC": "malloc", "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}


class Grader:
    """Grades submissions of one lab in one language, one at a time.

    Parameters
    ----------
    chapter : Chapter
    lang : "en" or "es"
        The language of the lab and of the reasons.
    timeout : float
        Seconds for each cell and each call of a student's function; six times that for all.
    seed : int
        Of the hidden probes.
    require_sandbox : bool
        Refuse to work where an essential layer of the sandbox is missing.
    bounds : Bounds, optional
        What a student's processes may use.

    Raises
    ------
    SandboxMissingError
        On entering, if a sandbox is required and there is none.
    """

    def __init__(
        self,
        chapter: Chapter,
        lang: str,
        *,
        timeout: float = 10.0,
        seed: int = 0,
        require_sandbox: bool = False,
        bounds: Bounds | None = None,
    ) -> None:
        self.chapter, self.lang, self.timeout, self.seed = chapter, lang, timeout, seed
        self.require_sandbox, self.bounds = require_sandbox, bounds or Bounds()
        self.assignment = assignment.read(chapter, lang)
        self.tests_digest = assignment.digest(chapter, lang)
        self.layers: tuple[Layer, ...] = ()
        self._template: subprocess.Popen | None = None
        self._control: socket.socket | None = None

    # --- the template -----------------------------------------------------------------------------

    def __enter__(self) -> Grader:
        """Start the template, and try a child to see which layers are in force."""
        try:
            with self._child(time.monotonic() + _FORK_SECONDS):
                pass
            missing = [layer for layer in self.layers if not layer.active]
            needed = [layer for layer in missing if layer.name in ESSENTIAL]
            if self.require_sandbox and needed:
                said = "; ".join(f"{layer.name} ({layer.note})" for layer in needed)
                raise SandboxMissingError(f"no sandbox on this machine, it has no {said}")
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the template."""
        self.close()

    @property
    def template_pid(self) -> int | None:
        """The process that the children are forked from, once there is one."""
        return self._template and self._template.pid

    def close(self) -> None:
        """End the template and whatever it still runs."""
        if self._control is not None:
            self._control.close()
        if self._template is not None:
            try:
                self._template.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                self._template.kill()
                self._template.wait()
        self._template = self._control = None

    def _start(self) -> None:
        """A fresh interpreter, so that nothing of this process is in the children's memory."""
        ours, theirs = socket.socketpair()
        arguments = (_PACKAGE, theirs.fileno(), self.chapter.number)
        # Nothing of the user's own is imported; of the environment it gets only what is made here.
        command = [sys.executable, "-P", "-s", "-c", _BOOT, *map(str, arguments)]
        with tempfile.TemporaryFile() as errors:
            self._template = subprocess.Popen(
                [*command, json.dumps(asdict(self.bounds))],
                pass_fds=(theirs.fileno(),),
                env=spawned.environment() | _HUGE_PAGES,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
            theirs.close()
            self._control = ours
            ours.settimeout(_START_SECONDS)
            try:
                said = ours.recv(16)
            except OSError:
                said = b""
            if said != b"ready":
                self.close()
                errors.seek(0)
                why = errors.read().decode(errors="replace")[-2000:]
                raise RuntimeError(f"the template did not start: {why}")

    @contextlib.contextmanager
    def _child(self, until: float):
        """A child ready to run cells, ended with all that it started when the block is left."""
        if not sandbox.possible():
            with spawned.child(self.chapter.number, until) as (channel, layers):
                self.layers = layers
                yield channel, {}
            return
        if self._template is None or self._template.poll() is not None:
            self.close()
            self._start()
        wire, child_wire = socket.socketpair()
        leash, keeper_leash = socket.socketpair()
        report: dict = {}
        with wire, leash:
            try:
                with child_wire, keeper_leash:
                    descriptors = [child_wire.fileno(), keeper_leash.fileno()]
                    socket.send_fds(self._control, [b"fork"], descriptors)
                channel = Channel(wire)
                self.layers = _first_words(channel)
                yield channel, report
            finally:
                report |= _cut(leash)
                if report.get("end") == "broken":
                    raise RuntimeError(f"no sandbox could be made: {report['why']}")

    # --- a submission -----------------------------------------------------------------------------

    def grade(self, submission: Submission) -> Execution:
        """Run a submission and judge it.

        Whatever a submission does, this returns: points for the test cells that were judged before
        its process was lost, none for the others.
        """
        started = time.monotonic()
        if submission.refused is not None:
            return Execution(self._unjudged([], submission.refused), status="refused")
        until = started + _TOTAL * self.timeout
        results: list[CellResult] = []
        outputs: list[Output] = []
        limits: set[str] = set()
        status = "graded"
        try:
            with self._child(until) as (channel, report):
                session = Session(channel, self.timeout, until)
                try:
                    self._run(submission, session, results, outputs)
                except Lost as lost:
                    limits.add(str(lost))
                    status = "timeout" if str(lost) == "total-time" else "partial"
                limits |= session.limits
        except WireError as error:
            limits.add("died" if str(error) == "closed" else "wire")
            status = "partial"
        else:
            if report.get("end") == "memory":
                limits = limits - {"died"} | {"memory"}
        why = message("general.not-written", self.lang) if status == "graded" else ""
        return Execution(
            results=self._unjudged(results, why),
            outputs=tuple(outputs),
            limits_hit=tuple(sorted(limits)),
            layers=self.layers,
            status=status,
            seconds=time.monotonic() - started,
        )

    def _run(
        self,
        submission: Submission,
        session: Session,
        results: list[CellResult],
        outputs: list[Output],
    ) -> None:
        """Cells in the course's order, the student's own ones in their places, tests here."""
        judge = Judge(self.chapter, self.lang, self.seed)
        steps = list(self._steps(submission))
        own = [
            (step.source, isinstance(step, CourseCell) and step.kind == "course")
            for _, step in steps
        ]
        for (index, step), needed in zip(steps, needed_cells(own), strict=True):
            if isinstance(step, Cell):
                shown = session.run(step.source, quiet=False)
                outputs.extend(_outputs(index, shown))
            elif step.kind == "test":
                results.append(judge.result(step, self.assignment, session))
            elif needed:
                session.run(step.source, quiet=True)

    def _steps(self, submission: Submission) -> Iterator[tuple[int, Cell | CourseCell]]:
        """The course's cells in order, solutions from the submission, its own cells in between.

        With each cell of the submission comes its number there.
        """
        extras: dict[str | None, list[tuple[int, Cell]]] = {}
        solutions: dict[str | None, tuple[int, Cell]] = {}
        for index, cell in enumerate(submission.cells):
            if cell.kind == "solution":
                solutions[cell.grade_id] = (index, cell)
            else:
                extras.setdefault(cell.after, []).append((index, cell))
        yield from extras.pop(None, [])
        for ours in self.assignment.cells:
            if ours.kind != "solution":
                yield -1, ours
            elif ours.grade_id in solutions:
                yield solutions[ours.grade_id]
            yield from extras.pop(ours.id, [])

    def _unjudged(self, results: list[CellResult], why: str) -> tuple[CellResult, ...]:
        """The results, with 0 points for every test cell that there was no judging of."""
        rest = self.assignment.tests[len(results) :]
        return (
            *results,
            *(CellResult(test.exercise, 0.0, test.points, why, finding="lost") for test in rest),
        )


def _first_words(channel: Channel) -> tuple[Layer, ...]:
    """What a child says before any code of the student's has run: the layers that are in force."""
    (_, said, payload), _ = channel.receive(time.monotonic() + _FORK_SECONDS)
    if said != "ready":
        raise RuntimeError(f"the sandbox could not be closed: {payload}")
    return tuple(Layer(*layer) for layer in payload)


def _cut(leash: socket.socket) -> dict:
    """Tell the keeper to end the child; when it has, what it says of the end."""
    leash.settimeout(_END_SECONDS)
    said = b""
    with contextlib.suppress(OSError):
        leash.shutdown(socket.SHUT_WR)
        while piece := leash.recv(4096):
            said += piece
    return json.loads(said) if said else {}


def _outputs(index: int, items: list) -> list[Output]:
    """What a cell showed, believed to be text or a picture if it is."""
    found = []
    for item in items:
        if len(item) != 2:
            raise Lost("wire")
        kind, content = item
        if kind in ("text", "error") and type(content) is str:
            found.append(Output(index, kind, text=content[:200_000]))
        elif kind == "image" and type(content) is bytes:
            png = checked_png(content)
            if png is not None:
                found.append(Output(index, "image", data=png))
        else:
            raise Lost("wire")
    return found
