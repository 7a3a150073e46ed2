r"""The likelihood of labels as a function of ``b = 1/T``: where its minimum is, and the way there.

With the gaps ``d_j = z_j - max z`` of a row, ``d_y`` of its label, ``A_k = sum_j d_j^k e^(b d_j)``,

.. math::  \mathrm{NLL} = \log A_0 - b d_y \qquad
           \mathrm{NLL}' = \frac{A_1}{A_0} - d_y \qquad
           \mathrm{NLL}'' = \frac{A_2}{A_0} - \Bigl(\frac{A_1}{A_0}\Bigr)^2 \ge 0

averaged over the rows. Every pass reads the logits once, tile by tile; the tiles stay in the cache.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Literal

import numpy as np
import torch
from torch import Tensor

Status = Literal["interior", "zero", "infinite", "flat"]

_LOG2E = math.log2(math.e)

#: Elements of a tile on a CPU: below 32,768 torch stays on one thread.
_CPU_ELEMENTS = 32_512
_CUDA_ELEMENTS = 1 << 24

#: exp2 of less would be a subnormal number, which is slow, and no part of a sum that is at least 1.
_EXP2_IS_NORMAL_FROM = {torch.float32: -126.0, torch.float64: -1022.0}


@dataclass(frozen=True)
class Rows:
    """Logits with what every pass over them needs, per row.

    Arithmetic on the logits is torch's, on the rows NumPy's, which is never split over threads.
    """

    logits: Tensor  # [N, C]
    top: Tensor  # [N, 1], the maximum
    label_gap: np.ndarray  # [N] float64, z_y - max z
    mean_gap: np.ndarray  # [N] float64, mean_j z_j - max z over the finite logits
    possible: np.ndarray  # [N], the number of finite logits
    partition: np.ndarray  # [N] float64, sum_j exp(z_j - max z)

    @classmethod
    def of(cls, logits: Tensor, labels: Tensor) -> Rows:
        """From logits [N, C] and labels [N] on one device, in one pass."""
        rows, _ = _shape_of_tile(logits)
        tiles = list(zip(logits.split(rows), labels.split(rows), strict=True))
        top = torch.cat([tile.amax(1, keepdim=True) for tile, _ in tiles])
        chosen = torch.cat([tile.gather(1, label[:, None]) for tile, label in tiles])
        pieces, lowest = _pieces(logits, 2), _EXP2_IS_NORMAL_FROM[logits.dtype]
        for gaps, weights, (total, partition) in _gaps(logits, top, pieces):
            torch.sum(gaps, 1, out=total)
            torch.exp2(gaps.mul_(_LOG2E).clamp_min_(lowest), out=weights)
            torch.sum(weights, 1, out=partition)
        total, partition = _per_row(pieces)
        possible = np.full(len(total), logits.shape[1])
        # An impossible class shows in the sum, and only these rows are summed again.
        masked = np.flatnonzero(total == -math.inf)
        for part in np.split(masked, range(rows, len(masked), rows)):
            index = torch.from_numpy(part).to(logits.device)
            impossible = logits[index] == -math.inf
            finite = (logits[index] - top[index]).masked_fill_(impossible, 0.0)
            total[part] = finite.sum(1).cpu().numpy()
            possible[part] -= impossible.sum(1).cpu().numpy()
        label_gap = _per_row(chosen.T[:, None])[0] - _per_row(top.T[:, None])[0]
        return cls(logits, top, label_gap, total / possible, possible, partition)

    def every(self, stride: int) -> Rows:
        """Every so-many-th row, without a copy of the logits."""
        return Rows(*(getattr(self, field.name)[::stride] for field in fields(self)))

    def status(self) -> Status:
        """The criteria of ``fit_temperature``. Gaps are at most 0: a mean of 0 means all are 0."""
        if not self.label_gap.any():
            return "zero" if self.mean_gap.any() else "flat"
        advantage = (self.label_gap - self.mean_gap).sum()
        # Both are at most 0, so this is the size of what was added up.
        rounding = -torch.finfo(self.logits.dtype).eps * (self.label_gap + self.mean_gap).sum()
        return "interior" if advantage > rounding else "infinite"

    def derivatives(self, beta: float) -> tuple[float, float, float, float]:
        """Mean NLL at ``beta`` and ``beta^k`` times its k-th derivative, ``k = 1, 2, 3``.

        These are the first three cumulants of ``beta * gap`` under q, less the label's gap: pure
        numbers, whatever the scale of the logits.
        """
        weights, first, second, third = self._moments(beta)
        mean, second, third = first / weights, second / weights, third / weights
        variance = second - mean * mean
        skew = third - mean * (3.0 * variance + mean * mean)
        label = beta * self.label_gap
        value, slope = np.log(weights) - label, mean / _LOG2E - label
        terms = (value, slope, variance / _LOG2E**2, skew / _LOG2E**3)
        return tuple(float(term.mean()) for term in terms)

    def _moments(self, beta: float) -> np.ndarray:
        """Per row ``sum_j x^k 2^x`` [4, N], ``k = 0 ... 3``, ``x = beta log2(e) (z_j - max z)``."""
        pieces, lowest = _pieces(self.logits, 4), _EXP2_IS_NORMAL_FROM[self.logits.dtype]
        for x, weights, outputs in _gaps(self.logits, self.top, pieces):
            # The clamp also brings an impossible class back to a number.
            torch.exp2(x.mul_(beta * _LOG2E).clamp_min_(lowest), out=weights)
            torch.sum(weights, 1, out=outputs[0])
            for output in outputs[1:]:
                torch.sum(weights.mul_(x), 1, out=output)
        return _per_row(pieces)


def _per_row(pieces: Tensor) -> np.ndarray:
    """Sums [count, N] in float64 of what the blocks of columns [count, blocks, N] gave."""
    return pieces.cpu().numpy().astype(np.float64).sum(1)


def _shape_of_tile(logits: Tensor) -> tuple[int, int]:
    """Rows and columns of the tiles that a pass goes through."""
    limit = _CPU_ELEMENTS if logits.device.type == "cpu" else _CUDA_ELEMENTS
    columns = min(logits.shape[1], limit)
    return limit // columns, columns


def _pieces(logits: Tensor, count: int) -> Tensor:
    """Room for ``count`` sums per row and per block of columns: ``[count, blocks, N]``."""
    blocks = -(-logits.shape[1] // _shape_of_tile(logits)[1])
    return logits.new_empty(count, blocks, len(logits))


def _gaps(
    logits: Tensor, top: Tensor, pieces: Tensor
) -> Iterator[tuple[Tensor, Tensor, tuple[Tensor, ...]]]:
    """Tile by tile: ``logits - top`` in a buffer, a second buffer, and the tile's part of pieces.

    The buffers stay in the cache, and the same memory serves every tile.
    """
    rows, columns = _shape_of_tile(logits)
    buffers = logits.new_empty(2, rows, columns)
    for block, part in enumerate(logits.split(columns, 1)):
        gaps, spare = buffers[:, :, : part.shape[1]]
        outputs = zip(*(piece.split(rows) for piece in pieces[:, block]), strict=True)
        for tile, maximum, output in zip(part.split(rows), top.split(rows), outputs, strict=True):
            if len(tile) < len(gaps):
                gaps, spare = gaps[: len(tile)], spare[: len(tile)]
            torch.sub(tile, maximum, out=gaps)
            yield gaps, spare, output


#: Every 64th row, every 8th, all: a coarse minimum costs little, and the next level starts from it.
_STRIDES = (64, 8, 1)

#: A level with fewer rows than this is left out.
_FEWEST_ROWS = 500

#: More than any search needs: the bracket alone crosses all of float64 in fewer.
_MOST_TRIALS = 2000

#: The error left after a step is at least so much of its third power.
_LEAST_CURVING = 1 / 8

#: Error allowed to a search, in standard errors: with few numbers another pass costs nothing.
_CLOSE, _EXACT, _FEW_NUMBERS = 3e-3, 1e-9, 1 << 20


def minimum(rows: Rows) -> tuple[float, float, float]:
    """Beta at the minimum, the NLL there and the relative standard error."""
    beta = _start(rows)
    for stride in _STRIDES:
        level = rows.every(stride)
        if stride == 1 or (len(level.top) >= _FEWEST_ROWS and level.status() == "interior"):
            beta, value, error = _search(level, beta)
    return beta, value, error


def _start(rows: Rows) -> float:
    """A beta at which the softmax is neither uniform nor one class, by what is known so far."""
    spread = np.log(rows.partition).mean() / np.log(rows.possible).mean()
    return 1.0 if 0.01 < spread < 0.99 else -1.0 / float(rows.mean_gap.mean())


def _search(rows: Rows, beta: float) -> tuple[float, float, float]:
    """Newton's method with the third derivative (Halley's), kept inside a bracket.

    Each slope moves one end of the bracket (0, inf). The correction that the third derivative
    makes to a Newton step, times the relative step, estimates the error left after it, of the order
    of the third power of the step: the search ends when that is far below the standard error. Where
    the third derivative happens to vanish, the fourth does not: a share of the third power is the
    least that counts. Every fourth step halves the bracket instead (on a log scale), lest Newton
    creep along an exponential.
    """
    low, high = 0.0, math.inf
    allowed = _EXACT if rows.logits.numel() <= _FEW_NUMBERS else _CLOSE
    for trial in range(_MOST_TRIALS):
        value, slope, curvature, third = rows.derivatives(beta)
        low, high = (beta, high) if slope < 0 else (low, beta)
        error = 1.0 / math.sqrt(len(rows.top) * curvature) if curvature > 0 else math.inf
        newton, step = _relative_steps(slope, curvature, third)
        found = beta * (1.0 + step)
        # Far from the minimum the error can exceed beta itself, and is no measure of progress.
        near = allowed * min(error, 1.0)
        if slope == 0 or high - low <= near * beta:
            break
        left = abs(step) * max(abs(step - newton), _LEAST_CURVING * step * step)
        if low < found < high and left <= near:
            value += step * (slope + step * (curvature / 2 + step * third / 6))
            curvature = (curvature + third * step) * (1.0 + step) ** 2
            return found, value, 1.0 / math.sqrt(len(rows.top) * curvature)
        beta = found if low < found < high and trial % 4 < 3 else _inside(low, high)
    return beta, value, error


def _relative_steps(slope: float, curvature: float, third: float) -> tuple[float, float]:
    """Newton's and Halley's step as shares of beta; infinite where the curvature has vanished."""
    if not curvature > 0:
        return math.inf, math.inf
    newton = -slope / curvature
    # At most twice Newton's: the third derivative is only good for a correction.
    return newton, newton / max(0.5, 1.0 + 0.5 * newton * third / curvature)


def _inside(low: float, high: float) -> float:
    """The middle of the bracket on a log scale, or a leap towards its open end."""
    if high == math.inf:
        return 64.0 * low
    return math.sqrt(low) * math.sqrt(high) if low > 0 else high / 64.0
