r"""The search of :mod:`tempkit._entropy_root` for long rows in float32, one row at a time.

A long row fills the cache, and a pass over it costs more than the calls that make it. So each row
is searched on its own: from where the row before ended, two or three passes in float32 and one in
float64 that gives the verdict. What is unusual is left to the general search: an entropy close to
its limits, an impossible class, a search that does not settle at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from tempkit import _compiled
from tempkit._entropy_root import FLOAT32_RESOLVES, LAST_STEP, LOWEST_EXPONENT, POWERS_OF_LN2, Curve
from tempkit._inverse_cdf import adds_fused

_LOG2E = math.log2(math.e)
_POWERS = POWERS_OF_LN2.tolist()

#: Rows of fewer classes are searched together.
LONG = 8192

#: Elements of a call: below 32,768 torch stays on one thread; and where it has no other, what the
#: cache holds.
_COLUMNS, _COLUMNS_ALONE = 32_512, 1 << 16

#: Passes in each precision after which a row is left to the general search.
_PASSES = 8

#: A longer step in log T is not trusted, nor a T so far from the largest gap or, as a logarithm,
#: from 1.
_LONGEST_STEP, _FARTHEST, _EXTREME = 2.0, 20.0, 60.0

#: Beyond this the rounding of ``max z / (T log 2)`` in float32 would show in the weight of the
#: maximum, which has to be 1 for the tied maxima to be left out.
_LARGEST_OFFSET = 1024.0


def temperatures(logits: Tensor, wanted: np.ndarray) -> np.ndarray:
    """T [R] for valid float32 logits [R, V] on a CPU; NaN where the general search is needed."""
    found = np.full(len(wanted), math.nan)
    passes, before = _Passes(logits.shape[1]), None
    for i, (row, entropy) in enumerate(zip(logits.unbind(), wanted.tolist(), strict=True)):
        end = _search(passes, row, entropy, before)
        if end is not None:
            found[i], before = math.exp(end.x), end
    return found


@dataclass(frozen=True)
class _End:
    """Where a search ended: x = log T, the goal y there, dy/dx, and how far the gaps go."""

    x: float
    goal: float
    slope: float
    far: float


def _search(passes: _Passes, row: Tensor, wanted: float, before: _End | None) -> _End | None:
    tied, widest = passes.load(row)
    if not widest < math.inf:
        return None
    curve = Curve(tied, float(len(row)), wanted)
    if not curve.room >= FLOAT32_RESOLVES:
        return None
    goal, far = float(curve.goal), math.log(widest)
    if before and abs(far - before.far) < 0.5:
        x = before.x + (goal - before.goal) / before.slope
    else:
        x = float(curve.guess(widest))
    for dtype in (torch.float32, torch.float64):
        for _ in range(_PASSES):
            if not (abs(x - far) < _FARTHEST and abs(x) < _EXTREME):
                return None
            rate = float(np.float32(_LOG2E * math.exp(-x)))
            x = math.log(_LOG2E / rate)
            try:
                error, step, slope = curve.step(passes.sums(dtype, rate))
            except (ValueError, ZeroDivisionError):  # an entropy at a limit, by rounding
                return None
            if dtype == torch.float64 and abs(error) <= 1e-13 * curve.excess:
                return _End(x, goal, slope, far)
            x += max(-_LONGEST_STEP, min(step, _LONGEST_STEP))
            if abs(step) < LAST_STEP[dtype]:
                break
        else:
            return None
    return _End(x, goal, slope, far)


class _Passes:
    """Passes over a row, tile by tile through a scratch that stays in the cache."""

    def __init__(self, classes: int) -> None:
        self.alone, self.fused = torch.get_num_threads() == 1, adds_fused()
        size = _COLUMNS_ALONE if self.alone else _COLUMNS
        self.columns = [min(size, classes - start) for start in range(0, classes, size)]
        self.compiled = _compiled.kernels()
        if self.compiled is None:
            self._make_scratch(self.columns[0])

    def _make_scratch(self, size: int) -> None:
        # Each of its own: BLAS takes eight times as long where memory is not aligned.
        wide = [torch.empty(size, dtype=torch.float64, device="cpu") for _ in range(2)]
        # The same memory for both, to stay in the cache.
        narrow = [buffer.view(torch.float32) for buffer in wide]
        self.scratch = {
            dtype: [[buffer[:width] for buffer in buffers] for width in self.columns]
            for dtype, buffers in ((torch.float32, narrow), (torch.float64, wide))
        }
        # A number that torch reads; NumPy writes it in a tenth of the time that torch takes.
        self.offset = {dtype: torch.empty((), dtype=dtype, device="cpu") for dtype in self.scratch}

    def load(self, row: Tensor) -> tuple[float, float]:
        """Take up a row; the number of its tied maxima and its largest gap."""
        self.numbers = row.contiguous().numpy()
        self.row = row.split_with_sizes(self.columns)
        lows, tops = zip(*(torch.aminmax(part) for part in self.row), strict=True)
        self.top = max(top.item() for top in tops)
        self.widest = self.top - min(low.item() for low in lows)
        self.tied = float(np.count_nonzero(self.numbers == self.top))  # faster than torch
        return self.tied, self.widest

    def sums(self, dtype: torch.dtype, rate: float) -> list[float]:
        """``sum (1, s, s^2, s^3) e^s`` for ``s = gap/T``, tied maxima left out.

        ``rate`` is ``log2(e)/T`` rounded to float32. Its product with a logit is then a float64.
        """
        if self.compiled is not None:
            return self._compiled_sums(dtype, rate)
        lowest = LOWEST_EXPONENT[dtype]
        steep = -self.widest * rate < lowest
        offset = self.offset[dtype]
        offset.numpy().fill(-self.top * rate)
        sums = [-self.tied, 0.0, 0.0, 0.0]  # each of them of weight 1 and with s = 0
        for part, (exponent, weights) in zip(self.row, self.scratch[dtype], strict=True):
            if dtype == torch.float64:
                torch.add(offset, exponent.copy_(part), alpha=rate, out=exponent)
            elif self.fused and abs(self.top * rate) < _LARGEST_OFFSET:
                torch.add(offset, part, alpha=rate, out=exponent)
            else:
                torch.sub(part, self.top, out=exponent).mul_(rate)
            if steep:
                exponent.clamp_min_(lowest)
            torch.exp2(exponent, out=weights)
            sums[0] += weights.sum().item()
            for power in (1, 2, 3):
                if not self.alone:  # BLAS wakes its threads from a few thousand numbers on
                    sums[power] += weights.mul_(exponent).sum().item()
                    continue
                if power > 1:
                    weights.mul_(exponent)
                sums[power] += torch.dot(weights, exponent).item()
        return [value * scale for value, scale in zip(sums, _POWERS, strict=True)]

    def _compiled_sums(self, dtype: torch.dtype, rate: float) -> list[float]:
        number = np.float32 if dtype == torch.float32 else np.float64
        lanes = np.empty((4, self.compiled.LANES), number)
        found = self.compiled.power_sums(self.numbers, number(self.top), number(rate), lanes)
        found[0] -= self.tied
        return [value * scale for value, scale in zip(found.tolist(), _POWERS, strict=True)]
