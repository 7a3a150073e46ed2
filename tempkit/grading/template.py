"""The process that every student's process is forked from, made before any test is loaded.

It is a fresh interpreter which imports what a student may use, puts the stand-ins of
:mod:`tempkit.grading.standin` in place and moves into a file system that shows Python and its
libraries only. It never sees a test, a reference, another submission or the gradebook, so that
nothing of them is in the memory or on the disk that a child inherits.

For each submission it forks a *keeper*, which leaves the namespaces, forks the child proper and
stays outside: it ends the child when the grader hangs up or the memory is used up, and reports how
it ended over the *leash*, a socket that the child never has.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import warnings
from pathlib import Path

from tempkit.grading import kernel
from tempkit.grading.sandbox import Bounds, Box
from tempkit.grading.wire import FROM_THE_GRADER, Channel, FrameLimits

__all__ = ["preload", "serve"]

_WATCH_EVERY = 50  # milliseconds
#: Numbers of open files below which all are closed in a child.
_DESCRIPTORS = 65_536

#: The networks that a lab begins with: trained once for all its submissions, not once for each.
_NETWORKS = {
    "05": ("over-confident", "under-confident"),
    "06": ("over-confident",),
    "08": ("over-confident",),
}


def preload(chapter: str) -> tuple:
    """Import what a student may use; the shell and its recorder. No test, no reference."""
    warnings.simplefilter("default")
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt
    import numpy as np
    import pandas as pd
    import torch

    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    import tempkit

    for name in tempkit.__all__:
        getattr(tempkit, name)
    # Where there is no file view, a child may not list the package's folder, nor find these there.
    import tempkit.audit
    import tempkit.digits
    import tempkit.generation
    import tempkit.pitfalls
    import tempkit.plots
    import tempkit.verbs
    from tempkit.grading import child, shell, standin
    from tempkit.grading.output import Recorder

    for kind in _NETWORKS.get(chapter, ()):
        tempkit.digits.classifier(kind)
    recorder = Recorder()
    standin.install(chapter, lambda: recorder.quiet)
    _warm(plt, pd, np)
    made = shell.new_shell(recorder)
    made.run("1 + 1")
    return child, made, recorder


def _warm(plt: object, pd: object, np: object) -> None:
    """Do once what is slow the first time: fonts, tables."""
    figure, axes = plt.subplots()
    axes.set_title("a")
    figure.canvas.draw()
    plt.close(figure)
    repr(pd.DataFrame({"a": np.arange(2.0)}))


def serve(control: socket.socket, chapter: str, bounds: Bounds) -> None:
    """Fork a child for every pair of sockets that arrives; end when the grader hangs up."""
    prepared = preload(chapter)
    box = Box(bounds)
    box.move_template()
    _quiet_streams()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the grader's
    gc.collect()
    gc.freeze()
    control.send(b"ready")
    keepers: set[int] = set()
    while True:
        ready, _, _ = select.select([control], [], [], 1.0)
        keepers -= {pid for pid in keepers if os.waitpid(pid, os.WNOHANG)[0]}
        if not ready:
            continue
        message, descriptors, _, _ = socket.recv_fds(control, 16, 2)
        if not message:
            for pid in keepers:  # each ends its child when its own leash is cut
                os.waitpid(pid, 0)
            os._exit(0)
        pid = os.fork()
        if pid == 0:
            wire, leash = map(_own, descriptors)
            try:
                _keep(box, prepared, wire, leash)
            except Exception as error:
                report = {"end": "broken", "why": f"{type(error).__name__}: {error}"}
                leash.send(json.dumps(report).encode())
            finally:
                os._exit(1)
        keepers.add(pid)
        for descriptor in descriptors:
            os.close(descriptor)


def _own(descriptor: int) -> socket.socket:
    return socket.socket(fileno=descriptor)


def _quiet_streams() -> None:
    """Standard streams lead nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)


def _close_all(keep: set[int]) -> None:
    """No open file is inherited, but for the standard streams and these.

    Not in the template: its files belong to fonts, which the fork itself makes a child forget.
    """
    lowest = 3
    for descriptor in sorted(keep):
        os.closerange(lowest, descriptor)
        lowest = descriptor + 1
    os.closerange(lowest, _DESCRIPTORS)


def _keep(box: Box, prepared: tuple, wire: socket.socket, leash: socket.socket) -> None:
    """The keeper: set a child up, watch it, and report its end."""
    _close_all(keep={wire.fileno(), leash.fileno()})
    box.keeper = os.getpid()
    on_disk = "file view" not in box.active
    if on_disk:
        box.scratch = tempfile.mkdtemp(prefix="tempkit-scratch-")
    box.leave_namespaces()
    inside, told = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            leash.close()
            _be_the_student(box, prepared, wire, told)
        finally:
            os._exit(1)
    wire.close()
    os.close(told)
    sees = os.read(inside, 1) == b"y"  # only then does /proc show the child's processes alone
    report = _watch(child, leash, box, sees)
    _end_everything(child, box)
    if on_disk:
        shutil.rmtree(box.scratch, ignore_errors=True)
    with contextlib.suppress(OSError):
        leash.send(json.dumps(report).encode())
    os._exit(0)


def _be_the_student(box: Box, prepared: tuple, wire: socket.socket, told: int) -> None:
    child, shell, recorder = prepared
    channel = Channel(wire, FROM_THE_GRADER, FrameLimits())
    try:
        _close_all(keep={wire.fileno(), told})
        box.close_behind()
        sees = "fresh /proc" in box.active or "pid namespace" not in box.active
        box.put_on("memory watch", lambda: _say(told, sees), f"{box.bounds.memory >> 20} MiB")
    except Exception as error:
        channel.send([0, "broken", f"{type(error).__name__}: {error}"], [])
        return
    layers = [[layer.name, layer.active, layer.note] for layer in box.layers()]
    channel.send([0, "ready", layers], [])
    child.standard_streams(recorder)
    child.Student(channel, shell, recorder).serve()


def _say(told: int, sees: bool) -> None:
    """Tell the keeper that the box is closed, and whether it can see what is in it."""
    os.write(told, b"y" if sees else b"n")
    os.close(told)
    if not sees:
        raise OSError(38, "no fresh /proc to count in")


def _watch(child: int, leash: socket.socket, box: Box, sees: bool) -> dict:
    """Wait until the child ends, the grader hangs up, or too much memory is in use."""
    poll = select.poll()
    poll.register(leash, select.POLLIN | select.POLLHUP)
    with contextlib.suppress(OSError):  # without it the next look is soon enough
        poll.register(os.pidfd_open(child), select.POLLIN)
    look = os.WEXITED | os.WNOHANG | os.WNOWAIT
    own = "pid namespace" in box.active
    while True:
        events = {descriptor for descriptor, _ in poll.poll(_WATCH_EVERY)}
        if leash.fileno() in events:
            return {"end": "hung up"}
        if os.waitid(os.P_PID, child, look):
            return {"end": "died"}
        if sees and _memory_in_use(None if own else child) > box.bounds.memory:
            return {"end": "memory"}


def _memory_in_use(root: int | None) -> int:
    """Bytes that are no file's, of every process of the child's namespace (or of its family)."""
    pages = 0
    for pid in _processes() if root is None else [root, *_descendants(os.getpid())]:
        try:
            fields = Path(f"/proc/{pid}/statm").read_text().split()
        except OSError:
            continue
        pages += int(fields[1]) - int(fields[2])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _processes() -> list[int]:
    """All that /proc shows: after the child has mounted its own, its namespace."""
    return [int(name) for name in os.listdir("/proc") if name.isdecimal()]  # noqa: PTH208 (fast)


def _descendants(root: int) -> list[int]:
    """Children, their children, and so on; orphans come to the keeper, which is a subreaper."""
    parents: dict[int, list[int]] = {}
    for pid in _processes():
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            continue
        parents.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(pid)
    found, left = [], [root]
    while left:
        children = parents.get(left.pop(), [])
        found += children
        left += children
    return found


def _end_everything(child: int, box: Box) -> None:
    """Kill the child with all that it started, and wait until none is left."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    if "pid namespace" not in box.active:
        # Again until none is left: what forks quickly is found sooner or later, within its limit.
        while family := _descendants(os.getpid()):
            for pid in family:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
        return
    os.waitpid(child, 0)  # the kernel ends a pid namespace with its first process


def main() -> None:
    """``template CONTROL_FD CHAPTER BOUNDS``: what the grader starts."""
    descriptor, chapter, bounds = sys.argv[1:]
    control = socket.socket(fileno=int(descriptor))
    with contextlib.suppress(ProcessLookupError):
        kernel.prctl(1, 0)
    serve(control, chapter, Bounds(**json.loads(bounds)))
