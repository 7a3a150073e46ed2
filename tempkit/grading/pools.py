"""Who does the work: this process, or several on this machine.

A pool takes submissions one by one and gives results in the order in which they come, never more
in hand than it has workers for, so that memory does not grow with the class. A worker that dies
takes nothing with it: its submission is given to another, twice at most.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any

from tempkit.grading.records import Submission
from tempkit.grading.results import Options
from tempkit.grading.wording import say
from tempkit.grading.worker import Graded, Worker

__all__ = ["Answer", "Failure", "PoolError", "attempt", "in_processes", "in_this_process"]

#: A submission whose worker died as often is given up.
MOST_DEATHS = 3


class PoolError(RuntimeError):
    """Nothing can be graded any more; ``str()`` says why in one line."""


@dataclass(frozen=True)
class Failure:
    """A submission that could not be graded, through no fault of its own that is known."""

    error: str = ""
    died: bool = False


Answer = tuple[Submission, Graded | Failure]


def in_this_process(todo: Iterator[Submission], options: Options) -> Iterator[Answer]:
    """Grade one after the other, here."""
    worker = Worker(options)
    try:
        for submission in todo:
            yield submission, attempt(worker, submission)
    finally:
        worker.close()


def attempt(worker: Worker, submission: Submission) -> Graded | Failure:
    """The result, or what the grader itself stumbled over.

    Raises
    ------
    PoolError
        If a layer of isolation is missing that was asked for.
    """
    from tempkit.grading.sandbox import SandboxMissingError

    try:
        return worker.grade(submission)
    except SandboxMissingError as error:
        raise PoolError(str(error)) from error
    except Exception as error:
        return Failure(f"{type(error).__name__}: {error}")


@dataclass
class _Process:
    """A worker process, whether it has reported for work, and the submission it has in hand."""

    process: Any
    connection: Connection
    ready: bool = False
    submission: Submission | None = None


@dataclass
class _Crew:
    """The worker processes of one run."""

    options: Options
    target: Callable[[Connection, Options], None]
    members: list[_Process] = field(default_factory=list)

    def hire(self) -> None:
        """Start a process; Ctrl-C at the keyboard is not for it to answer."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=self.target, args=(theirs, self.options), daemon=True)
        with _interrupts_ignored():
            process.start()
        theirs.close()
        self.members.append(_Process(process, ours))

    def dismiss(self, member: _Process, seconds: float) -> None:
        """End a process: it ends by itself when its pipe closes, if it is not stuck."""
        self.members.remove(member)
        member.connection.close()
        member.process.join(seconds)
        if member.process.is_alive():
            member.process.kill()
            member.process.join()
        member.process.close()

    def idle(self) -> list[_Process]:
        """Who waits for work."""
        return [member for member in self.members if member.ready and member.submission is None]

    def at_work(self) -> bool:
        """Whether any submission is in hand."""
        return any(member.submission is not None for member in self.members)

    def heard(self) -> Iterator[tuple[_Process, Any]]:
        """Wait until workers have something to say; None stands for one that is gone."""
        by_connection = {member.connection: member for member in self.members}
        for connection in wait(list(by_connection)):
            try:
                yield by_connection[connection], connection.recv()
            except (EOFError, ConnectionResetError):
                yield by_connection[connection], None


def in_processes(
    todo: Iterator[Submission],
    options: Options,
    jobs: int,
    target: Callable[[Connection, Options], None] | None = None,
) -> Iterator[Answer]:
    """Grade with ``jobs`` processes on this machine; ``target`` is what each of them runs.

    Raises
    ------
    PoolError
        If the workers cannot start, or a layer of isolation is missing that was asked for.
    """
    crew = _Crew(options, target or work)
    deaths: Counter[tuple[str, str]] = Counter()
    again: list[Submission] = []
    patience = 1.0
    try:
        for _ in range(jobs):
            crew.hire()
        while True:
            for member in crew.idle():
                submission = again.pop() if again else next(todo, None)
                if submission is None:
                    break
                _send(member, submission)
            else:
                submission = None
            if submission is None and not crew.at_work() and crew.idle():
                break
            for member, message in crew.heard():
                if message is None:
                    lost = _replaced(crew, member)
                    deaths[lost.student, lost.lab] += 1
                    if deaths[lost.student, lost.lab] < MOST_DEATHS:
                        again.append(lost)
                    else:
                        yield lost, Failure(died=True)
                elif isinstance(message, PoolError):
                    raise message
                elif not member.ready:
                    member.ready = True
                else:
                    submission, member.submission = member.submission, None
                    yield submission, message
        patience = 5.0
    finally:
        for member in crew.members:
            member.connection.close()  # all at once: they end side by side
        for member in list(crew.members):
            crew.dismiss(member, patience)


def _replaced(crew: _Crew, member: _Process) -> Submission:
    """Hire another for a worker that is gone, and return what it had in hand.

    Raises
    ------
    PoolError
        If it had not even reported for work: the next one would not either.
    """
    crew.dismiss(member, 5.0)
    if member.submission is None:
        raise PoolError(say("command.worker-ended", crew.options.lang))
    crew.hire()
    return member.submission


def _send(member: _Process, submission: Submission) -> None:
    """Hand a submission over; that a worker is gone will be heard."""
    member.submission = submission
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        member.connection.send(submission)


def work(connection: Connection, options: Options) -> None:
    """A worker process: until its pipe is closed, take a submission and answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    worker = Worker(options)
    try:
        connection.send("ready")
        while True:
            submission = connection.recv()
            try:
                answer = attempt(worker, submission)
            except PoolError as error:
                answer = error
            connection.send(answer)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        pass
    finally:
        worker.close()


@contextlib.contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """So that a process started inside is born deaf to Ctrl-C."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
