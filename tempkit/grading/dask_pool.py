"""A running Dask cluster does the work, through its ``concurrent.futures`` executor.

Every worker thread of the cluster keeps its own grader, as a process on this machine would. Dask
gives the submissions of a worker that died to others. ``distributed`` is an optional dependency.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from itertools import islice
from uuid import uuid4

from tempkit.grading.pools import Answer, Failure, PoolError, attempt
from tempkit.grading.records import Submission
from tempkit.grading.results import Options
from tempkit.grading.wording import say
from tempkit.grading.worker import Graded, Worker

__all__ = ["on_cluster"]

#: Submissions in hand for each thread of the cluster: one at work, one waiting.
IN_HAND = 2
TIMEOUT = "10s"

#: In a process of the cluster: the workers of every run, one for each thread.
_workers: dict[tuple[str, int], Worker] = {}


def on_cluster(todo: Iterator[Submission], options: Options, address: str) -> Iterator[Answer]:
    """Grade on the cluster whose scheduler listens at ``address``.

    Raises
    ------
    PoolError
        If ``distributed`` is not installed, or no scheduler or no worker answers.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise PoolError(say("command.no-dask", options.lang)) from error
    run = uuid4().hex
    try:
        client = Client(address, timeout=TIMEOUT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise PoolError(say("command.no-scheduler", options.lang, address=address)) from error
    try:
        threads = sum(client.nthreads().values())
        if not threads:
            raise PoolError(say("command.no-workers", options.lang, address=address))
        # Grading has no effect but its result, yet doing it twice would be a waste: pure=False
        # only says that equal submissions are not one task.
        with client.get_executor(pure=False) as executor:
            yield from _answers(executor, todo, (options, run), IN_HAND * threads)
    finally:
        with contextlib.suppress(OSError, RuntimeError):  # the scheduler may be gone
            client.run(_close_here, run, on_error="ignore")
        client.close(timeout=5)


def _answers(
    executor: Executor, todo: Iterator[Submission], how: tuple[Options, str], most: int
) -> Iterator[Answer]:
    """Keep ``most`` submissions in hand."""
    pending: dict[Future, Submission] = {}
    try:
        while True:
            for submission in islice(todo, most - len(pending)):
                pending[executor.submit(_grade_here, submission, *how)] = submission
            if not pending:
                return
            done, _ = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                yield pending.pop(future), _result(future, how[0].lang)
    finally:
        for future in pending:
            future.cancel()


def _result(future: Future, lang: str) -> Graded | Failure:
    from distributed import KilledWorker

    try:
        return future.result()
    except KilledWorker:
        return Failure(died=True)
    except PoolError:
        raise
    except CancelledError as error:
        raise PoolError(say("command.scheduler-gone", lang)) from error
    except Exception as error:
        return Failure(f"{type(error).__name__}: {error}")


def _grade_here(submission: Submission, options: Options, run: str) -> Graded | Failure:
    """On the cluster: grade with the worker that this thread keeps for the run."""
    mine = run, threading.get_ident()
    if mine not in _workers:
        _workers[mine] = Worker(options)
    return attempt(_workers[mine], submission)


def _close_here(run: str) -> None:
    """On the cluster: end the graders of a run in this process."""
    for whose in [key for key in _workers if key[0] == run]:
        _workers.pop(whose).close()
