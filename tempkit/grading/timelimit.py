"""Interrupt code that takes too long from inside its own process, where the system can.

The code may fight this, and loses only the chance to go on: the grader has a clock of its own, at
which it ends the process.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

__all__ = ["OutOfTimeError", "time_limit"]


class OutOfTimeError(BaseException):
    """The code took too long. Not an Exception, which that code may catch."""


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise :class:`OutOfTimeError` in the main thread when ``seconds`` are over; 0 is no limit."""
    if not seconds or not hasattr(signal, "setitimer"):
        yield
        return

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise OutOfTimeError

    signal.signal(signal.SIGALRM, interrupt)
    # Again and again, should a bare "except" have swallowed the first.
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.2)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
