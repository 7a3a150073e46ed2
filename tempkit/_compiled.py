"""Whether the innermost loops are compiled: they are where Numba is installed (extra ``fast``).

Nothing depends on it: without Numba, or with ``TEMPKIT_COMPILED=off`` in the environment, the same
sums are torch's. It is asked for only where it pays, at a row of thousands of logits: to import it
takes a second, and the first call of all on a machine some seconds more, to compile.
"""

from __future__ import annotations

import functools
import os
from types import ModuleType

__all__ = ["kernels"]


@functools.cache
def kernels() -> ModuleType | None:
    """:mod:`tempkit._kernels`; None where there is no Numba or it is switched off."""
    if os.environ.get("TEMPKIT_COMPILED") == "off":
        return None
    try:
        from tempkit import _kernels
    except ImportError:
        return None
    return _kernels
