"""A grader without protection: student code and tests in one process, as nbgrader runs them.

It shows that the attacks of the battery do succeed where nothing stops them. So that they harm
nothing but the world that was made for them, the whole of it runs in a process namespace of its
own, under a uid of its own and with wide limits; none of that stands between attack and tests.

The tests talk to one process of this module, which has torch and the course loaded and forks a
grader for every submission.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

from naive import notebooks
from world import SECRET, Aftermath, World

from tempkit.course.chapters import Chapter, find, root
from tempkit.grading import assignment, kernel
from tempkit.grading.records import Submission

__all__ = ["UID", "Unprotected"]

#: Who the attacks run as, when root runs the tests.
UID = 61_234
_HERE = Path(__file__).resolve().parent

#: Sources in their order, each with what it is worth.
Cells = list[tuple[str, float]]


class Unprotected:
    """The process that grades without protection."""

    def __init__(self, chapter: Chapter, lang: str) -> None:
        self.chapter, self.lang = chapter, lang

    def __enter__(self) -> Unprotected:
        paths = os.pathsep.join((str(_HERE), str(_HERE.parents[1])))
        self._process = subprocess.Popen(
            [sys.executable, __file__, self.chapter.number, self.lang],
            env=dict(os.environ, PYTHONPATH=paths, OMP_NUM_THREADS="1", TEMPKIT_TEST_SECRET=SECRET),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.communicate()

    def grade(self, made: Submission | None, world: World, patience: float) -> Aftermath:
        """Grade a submission, or the files in the world, with nothing between its code and ours."""
        cells = made and [[cell.grade_id, cell.source, cell.after] for cell in made.cells]
        request = json.dumps([cells, str(world.victim.parent), patience])
        self._process.stdin.write(request + "\n")
        self._process.stdin.flush()
        found = json.loads(self._process.stdout.readline())
        return Aftermath(damaged=world.damaged(), connections=world.connections, **found)


def _main() -> None:
    """Answer a line of JSON for every line of JSON."""
    import torch

    torch.set_num_threads(1)
    import matplotlib as mpl

    mpl.use("agg")
    import IPython.core.interactiveshell
    import pandas

    from tempkit.lab.exercises import exercises_of

    assert pandas, IPython
    number, lang = sys.argv[1:]
    chapter = find(number)
    exercises_of(chapter.name)
    find_sources = [
        (cell.id, cell.grade_id, cell.kind, cell.source, cell.points)
        for cell in assignment.read(chapter, lang).cells
    ]
    for line in sys.stdin:
        cells, folder, patience = json.loads(line)
        started = time.monotonic()
        made = None if cells is None else _in_order(find_sources, cells)
        found = _contained(made, Path(folder), patience)
        print(json.dumps(found | {"seconds": time.monotonic() - started}), flush=True)


def _in_order(ours: list[tuple], cells: list[list]) -> Cells:
    """Sources in the notebook's order, each with what it is worth.

    Of the course's own cells only the first runs, which the tests need.
    """
    solutions = {grade_id: source for grade_id, source, _ in cells if grade_id}
    found = []
    for index, (name, grade_id, kind, source, points) in enumerate(ours):
        if kind == "solution":
            found.append((solutions.get(grade_id, ""), 0.0))
        elif kind == "test" or index == 0:
            found.append((source, points))
        found += [(extra, 0.0) for own, extra, after in cells if own is None and after == name]
    return found


def _contained(cells: Cells | None, folder: Path, patience: float) -> dict:
    """Fork the init of a process namespace, which forks the grader; what both tell of the end."""
    book, ended = folder / "points.json", folder / "ended.json"
    outer = os.fork()
    if outer == 0:
        try:
            kernel.prctl(1, signal.SIGKILL)
            _own_processes()
            init = os.fork()
            if init == 0:
                kernel.prctl(1, signal.SIGKILL)
                _be_init(cells, book, ended, patience)
            os.waitpid(init, 0)
        finally:
            os._exit(0)
    os.waitpid(outer, 0)
    told = json.loads(ended.read_text()) if ended.exists() else {"finished": False, "survivors": 0}
    found = {"points": 0.0, "text": "", "crashed": True}
    with contextlib.suppress(OSError, ValueError):
        found = json.loads(book.read_text(encoding="utf-8"))
    return told | found


def _own_processes() -> None:
    if os.geteuid() != 0:
        uid, gid = os.getuid(), os.getgid()
        kernel.unshare(kernel.NEWUSER)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    kernel.unshare(kernel.NEWPID | kernel.NEWNS)
    kernel.make_private()
    if os.geteuid() == 0:
        for path in (sys.base_prefix, sys.prefix, str(root())):
            _open_up(Path(path))


def _open_up(path: Path) -> None:
    """Show a folder of root's to others, here only: Python itself may lie in one."""
    shut = [above for above in reversed(path.parents) if not above.stat().st_mode & 1]
    if not shut:
        return
    inside = os.open(path, os.O_PATH)
    kernel.mount("tmpfs", str(shut[0]), "tmpfs", 0, "size=1m,mode=0755")
    path.mkdir(parents=True)
    bind = 4096
    kernel.mount(f"/proc/self/fd/{inside}", str(path), None, bind)
    os.close(inside)


def _be_init(cells: Cells | None, book: Path, ended: Path, patience: float) -> None:
    try:
        kernel.mount("proc", "/proc", "proc", 0)
        worker = os.fork()
        if worker == 0:
            _grade(cells, book)
        finished = _wait(worker, patience)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        left = {path.name for path in Path("/proc").glob("[0-9]*")} - {"1", str(worker)}
        ended.write_text(json.dumps({"finished": finished, "survivors": len(left)}))
    finally:
        os._exit(0)


def _wait(worker: int, patience: float) -> bool:
    until = time.monotonic() + patience
    while time.monotonic() < until:
        if os.waitpid(worker, os.WNOHANG)[0]:
            return True
        time.sleep(0.05)
    return False


def _grade(cells: Cells | None, book: Path) -> None:
    """Run all cells in one shell; a test cell that raises nothing has its points."""
    try:
        os.chdir(book.parent)
        book.touch()
        if os.geteuid() == 0:
            os.chown(book, UID, UID)
            os.setgroups([])
            os.setresgid(UID, UID, UID)
            os.setresuid(UID, UID, UID)
            kernel.prctl(4, 1)  # a change of uid hides /proc/self from oneself
        _limit()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)
        read = [cells] if cells is not None else notebooks(book.parent / "submitted")
        points, text = _run([cell for notebook in read for cell in notebook])
        found = {"points": points, "text": text[-200_000:], "crashed": False}
        book.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    finally:
        os._exit(0)


def _limit() -> None:
    """So much that an attack does what it wants, and the machine goes on."""
    for limit, value in (
        (resource.RLIMIT_AS, 12 << 30),
        (resource.RLIMIT_NPROC, 400),
        (resource.RLIMIT_FSIZE, 256 << 20),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))


def _run(cells: Cells) -> tuple[float, str]:
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    points, text = 0.0, io.StringIO()
    with contextlib.redirect_stdout(text), contextlib.redirect_stderr(text):
        for source, worth in cells:
            if shell.run_cell(source, store_history=False).success:
                points += worth
    return points, text.getvalue()


if __name__ == "__main__":
    _main()
