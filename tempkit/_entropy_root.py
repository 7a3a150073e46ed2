r"""The temperature of a wanted entropy: Halley's iteration, kept inside a bracket.

In ``x = log T`` the entropy is an S-shaped curve between its two limits, so that

.. math::  y = \log\frac{H - \log k}{\log n - H}

(k tied maxima, n finite logits) is nearly a straight line in x, and a step of Newton's kind lands
close from almost anywhere. With ``c_p`` the cumulants of ``z/T`` under q,

.. math::  \frac{dH}{dx} = c_2, \qquad \frac{d^2H}{dx^2} = -2 c_2 - c_3,

so that a third moment, cheap beside the exponentials, gives Halley's step: its error is of the
third order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from tempkit._moments import Block

_LOG2E = math.log2(math.e)

#: What turns sums of powers of ``s log2(e)`` into those of powers of s.
POWERS_OF_LN2 = math.log(2.0) ** np.arange(4.0)

#: Weights below this power of 2 are raised to it: in float32 out of the slow subnormal range, in
#: float64 to exact zeros.
LOWEST_EXPONENT = {torch.float32: -126.0, torch.float64: -1080.0}

#: The size of a step in log T that ends an iteration. The error left is of the order of its cube,
#: or of the rounding of float32.
LAST_STEP = {torch.float32: 8e-2, torch.float64: 1e-4}

#: Float32 sums resolve neither an excess over log k nor a distance from log n below this.
FLOAT32_RESOLVES = 1e-3

#: Gaps within these, and the temperatures that belong to them, fit into float32.
_NARROWEST, _WIDEST = 1e-25, 1e25

#: Below this log T the rate 1/T might overflow: gaps are then multiplied by a power of two first.
_COLD, _FIRST_FACTOR = -600.0, 2.0**300

_ROUNDS = 200


def solve(block: Block, wanted: np.ndarray, inner: np.ndarray) -> np.ndarray:
    """T [r] with ``H = wanted [r]`` where ``inner [r]`` says that it lies between the limits.

    Most of the way goes in float32; the last steps and the verdict are in float64. The gaps of the
    block are used up.
    """
    below = [(rows, _without_ties(tile)) for rows, tile in block.tiles]
    curve = Curve(block.tied[:, 0].cpu().numpy(), block.possible[:, 0].cpu().numpy(), wanted)
    nearest = np.full(len(wanted), np.inf)
    for rows, tile in below:
        nearest[rows] = np.minimum(nearest[rows], -tile.amax(1).cpu().numpy())
    with np.errstate(all="ignore"):  # rows that are not inner
        # Below nearest/746 every weight is 0; beyond 1e9 * widest H is log n to the last bit.
        widest = block.widest[:, 0].cpu().numpy()
        bracket = np.log(nearest) - math.log(746.0), np.log(widest) + math.log(1e9)
        x = np.where(inner, np.clip(curve.guess(widest), *bracket), 0.0)
    within_float32 = (nearest > _NARROWEST) & (widest < _WIDEST) & ~(curve.room < FLOAT32_RESOLVES)
    if within_float32[inner].all():
        x = _iterate(curve, [(rows, tile.float()) for rows, tile in below], x, bracket, inner)
    with np.errstate(over="ignore"):  # a temperature beyond the largest float
        return np.exp(_iterate(curve, below, x, bracket, inner))


def _iterate(
    curve: Curve,
    tiles: list[tuple[slice, Tensor]],
    x: np.ndarray,
    bracket: tuple[np.ndarray, np.ndarray],
    inner: np.ndarray,
) -> np.ndarray:
    """Improve ``x = log T`` in the dtype of the tiles until every row has settled."""
    (low, high), small, settled = bracket, LAST_STEP[tiles[0][1].dtype], ~inner
    sums = np.ones((4, len(x)))
    scratch = tiles[0][1].new_empty(2, max(tile.numel() for _, tile in tiles))
    for _ in range(_ROUNDS):
        _weigh(tiles, x, settled, sums, scratch)
        with np.errstate(all="ignore"):  # where it fails the bracket takes over
            error, step, _ = curve.step(sums)
        settled |= np.abs(error) <= 1e-13 * curve.excess
        low, high = np.where(error <= 0, x, low), np.where(error >= 0, x, high)
        proposed = x + step
        inside = (proposed > low) & (proposed < high)
        proposed = np.where(settled, x, np.where(inside, proposed, 0.5 * (low + high)))
        moved = np.abs(proposed - x)
        settled |= (inside & (moved < small)) | (moved <= 1e-15 * np.abs(x))
        x = proposed
        if settled.all():
            break
    return x


class Curve:
    """H as a function of ``x = log T``, and the height wanted on it: of a row, or of each [r]."""

    def __init__(
        self, tied: float | np.ndarray, possible: float | np.ndarray, wanted: float | np.ndarray
    ) -> None:
        # For a single number NumPy's functions take ten times as long.
        self.math = math if isinstance(tied, float) else np
        self.tied = tied
        with np.errstate(all="ignore"):  # a wanted entropy at a limit has an infinite goal
            self.span = np.log(possible / tied)
            self.excess = wanted - np.log(tied)
            self.room = np.minimum(self.excess, self.span - self.excess)
            self.goal = np.log(self.excess / (self.span - self.excess))

    def guess(self, widest: np.ndarray) -> np.ndarray:
        """Where to start: for normal logits ``log n - H = (sd/T)^2 / 2``, cooler at low entropy."""
        share = self.excess / self.span
        sd = widest / 8
        return np.log(sd) + np.log(share**0.3 / np.sqrt(2 * self.span * (1 - share)))

    def step(
        self, sums: Sequence[float] | np.ndarray
    ) -> tuple[float | np.ndarray, float | np.ndarray, float | np.ndarray]:
        """``H - wanted``, Halley's step in x and dy/dx, from the sums of ``(1, s, s^2, s^3) e^s``.

        The sums leave the tied maxima out. What is not a number here is the caller's to handle.
        """
        total = self.tied + sums[0]
        mean, square, cube = sums[1] / total, sums[2] / total, sums[3] / total
        value = self.math.log1p(sums[0] / self.tied) - mean
        first = square - mean * mean
        second = -2 * first - (cube - 3 * square * mean + 2 * mean**3)
        left = self.span - value
        slope = first * (1 / value + 1 / left)
        newton = (self.goal - self.math.log(value / left)) / slope
        bend = (second / first + first * (1 / left - 1 / value)) * newton
        # Held below 1, lest it turn the step around.
        return value - self.excess, newton / (1 + 0.5 * bend / self.math.sqrt(1 + bend**2)), slope


def _weigh(
    tiles: list[tuple[slice, Tensor]],
    x: np.ndarray,
    settled: np.ndarray,
    sums: np.ndarray,
    scratch: Tensor,
) -> None:
    """Put ``sum (1, s, s^2, s^3) e^s``, ``s = d/T``, into ``sums [4, r]`` of tiles not settled."""
    first = np.where(x < _COLD, _FIRST_FACTOR, 1.0)
    rate = torch.from_numpy(_LOG2E * np.exp(-x - np.log(first))).to(scratch)[:, None]
    cold = torch.from_numpy(first).to(scratch)[:, None] if (first > 1.0).any() else None
    active = [(rows, tile) for rows, tile in tiles if not settled[rows].all()]
    parts = []
    for rows, tile in active:
        exponent, weights = (buffer[: tile.numel()].view(tile.shape) for buffer in scratch)
        if cold is not None:
            tile = torch.mul(tile, cold[rows], out=exponent)
        torch.mul(tile, rate[rows], out=exponent).clamp_min_(LOWEST_EXPONENT[tile.dtype])
        parts.append(torch.exp2(exponent, out=weights).sum(1))
        parts += [weights.mul_(exponent).sum(1) for _ in range(3)]
    flat = torch.cat(parts).double().cpu().numpy()
    for rows, _ in active:
        sums[:, rows] = 0.0
    for rows, _ in active:
        size = 4 * (rows.stop - rows.start)
        sums[:, rows] += flat[:size].reshape(4, -1) * POWERS_OF_LN2[:, None]
        flat = flat[size:]


def _without_ties(tile: Tensor) -> Tensor:
    """The gaps with the tied maxima out of sight of any temperature, in place."""
    return tile.masked_fill_(tile == 0, -math.inf)
