"""Several ways to do one thing, timed in turns: A B C, then C B A, and so on.

A machine drifts: its clock rises and falls, other programs come and go. Taking turns lets every way
meet the same weather, and a ratio is made of two times from the same round. Hence no time here is
compared with one from another round, and what counts of a ratio is its median, with its range.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Literal

Call = Callable[[], object]
#: Seconds of one call, as the mean over so many.
Clock = Callable[[Call, int], float]

#: A call much shorter than this is repeated within a round, or the clock itself is measured.
_SHORTEST_MEASUREMENT = 0.005
_MOST_ROUNDS = 21
#: A call of so many seconds hides what its first time costs more.
_SLOW = 1.0


@dataclass(frozen=True)
class Contender:
    """One way to do the task.

    Attributes
    ----------
    name : str
    prepare : callable
        Imports what it needs and returns the call to be timed.
    kind : {"ours", "peer", "limit"}
        A limit is no way to do the task: it is what the machine needs to touch the data at all.
    scale : float
        By how much the call stands for more work than it does, where the whole would take too long.
    """

    name: str
    prepare: Callable[[], Call]
    kind: Literal["ours", "peer", "limit"] = "peer"
    scale: float = 1.0


@dataclass
class Outcome:
    """What became of a contender: its seconds in each round, or the problem that it had."""

    name: str
    kind: str
    seconds: list[float] = field(default_factory=list)
    error: float | None = None
    problem: str | None = None


def wall_clock(call: Call, times: int) -> float:
    """Seconds by the clock on the wall, which is what a user waits."""
    start = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - start) / times


def race(
    contenders: Sequence[Contender],
    *,
    seconds: float,
    least_rounds: int,
    error: Callable[[object], float] | None = None,
    clock: Clock = wall_clock,
) -> list[Outcome]:
    """Time the contenders in turns for about so many seconds.

    Each is called before, to be warm; ``error`` judges what that call returned. A
    contender that cannot be imported or raises stays in the list with its problem, out of the race.
    """
    outcomes = [Outcome(contender.name, contender.kind) for contender in contenders]
    running = []
    for contender, outcome in zip(contenders, outcomes, strict=True):
        with _Problems(outcome):
            call = contender.prepare()
            result, once = _warm_up(call, clock)
            if error is not None and contender.kind != "limit" and result is not None:
                outcome.error = float(error(result))
            running.append((contender, call, outcome, once))
    round_takes = sum(max(once, _SHORTEST_MEASUREMENT) for *_, once in running)
    rounds = min(_MOST_ROUNDS, max(least_rounds, int(seconds / max(round_takes, 1e-9))))
    for _ in range(rounds):
        for contender, call, outcome, once in running:
            if outcome.problem is None:
                with _Problems(outcome):
                    times = max(1, min(200, round(_SHORTEST_MEASUREMENT / max(once, 1e-9))))
                    outcome.seconds.append(clock(call, times) * contender.scale)
        running.reverse()
    return outcomes


def _warm_up(call: Call, clock: Clock) -> tuple[object, float]:
    """The result of a first call, and the seconds of a call; a slow one is made only once."""
    results = []
    once = clock(lambda: results.append(call()), 1)
    return results[0], once if once > _SLOW else clock(call, 1)


class _Problems:
    """Turns an exception of a contender into a line of its outcome."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type | None, raised: BaseException | None, trace: object) -> bool:
        if not isinstance(raised, Exception):
            return False
        if isinstance(raised, ModuleNotFoundError):
            self.outcome.problem = f"not installed ({raised.name})"
        else:
            self.outcome.problem = f"raised {type(raised).__name__}: {raised}"
        self.outcome.seconds = []
        return True


@dataclass(frozen=True)
class Ratio:
    """A ratio of two times over the rounds of one race."""

    median: float
    least: float
    most: float


def ratio(above: Sequence[float], below: Sequence[float]) -> Ratio | None:
    """Round by round ``above / below``; None where either was not measured."""
    quotients = [a / b for a, b in zip(above, below, strict=False)]
    return Ratio(median(quotients), min(quotients), max(quotients)) if quotients else None
