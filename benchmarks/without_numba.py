"""A call without the compiled loops, to show what they are worth, and what one has without them."""

from __future__ import annotations

from benchmarks.race import Call
from tempkit import _compiled

__all__ = ["NAME", "call"]

NAME = "the same without Numba"


def call(ours: Call) -> Call:
    """The call, as it goes where Numba is not installed."""

    def plain() -> object:
        kept, _compiled.kernels = _compiled.kernels, lambda: None
        try:
            return ours()
        finally:
            _compiled.kernels = kept

    return plain
