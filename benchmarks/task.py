"""A task of the comparison: its contenders, and what tempkit has set out to reach on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.race import Contender


@dataclass(frozen=True)
class Reach:
    """A bound on a ratio, agreed on before the library was written.

    Against a peer the ratio is the peer's time over tempkit's, and should be large; against a limit
    it is tempkit's time over the limit's, and should be small.
    """

    against: str
    at_least: float | None = None
    at_most: float | None = None

    def holds(self, ratio: float) -> bool:
        """Whether a measured ratio is within the bound."""
        return ratio >= self.at_least if self.at_least is not None else ratio <= self.at_most

    def __str__(self) -> str:
        """The bound in words."""
        if self.at_least is not None:
            return f"at least {self.at_least:,g}"
        return f"at most {self.at_most:,g}"


@dataclass(frozen=True)
class Task:
    """Contenders, tempkit's first; what they return is judged by ``error`` where there is one.

    Attributes
    ----------
    name : str
        As ``--only`` takes it.
    title : str
        With the sizes.
    error : callable, optional
        From what a contender returned to its distance from an oracle in float64.
    error_is : str
        What that distance is, with its unit.
    error_at_most : float, optional
        What tempkit's error has to stay within.
    """

    name: str
    title: str
    contenders: list[Contender]
    reaches: list[Reach] = field(default_factory=list)
    error: Callable[[object], float] | None = None
    error_is: str = ""
    error_at_most: float | None = None
