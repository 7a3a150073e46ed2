r"""Moments of the logits under the Boltzmann weights of many temperatures.

With the gaps ``d_i = z_i - max z <= 0`` of a row, everything about its entropy follows from

.. math::  A_p(T) = \sum_i d_i^p e^{d_i/T}, \quad p = 0, 1, 2, \qquad
           H = \log A_0 - \frac{A_1}{T A_0}, \qquad
           \mathrm{Var} = \frac{A_2}{A_0} - \Bigl(\frac{A_1}{A_0}\Bigr)^2

The tied maxima, whose gap is 0, never enter these sums: they add their number to ``A_0`` at the
end, through ``log1p``, so that the rest keeps its digits however small it is.

Only ``d/T`` matters, so that logits of any scale are welcome: where a gap or a temperature cannot
be squared in float64, the sums are taken in a unit of their own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from tempkit import _binned_moments

LOG2E = math.log2(math.e)

#: exp2 of this is exactly 0 in float64, and it is finite, so that 0 times it is 0.
EXP2_IS_ZERO = -1080.0

#: Gaps and temperatures between these can be squared. At the highest of these temperatures a class
#: beyond the widest gap has probability 0.
_NARROWEST_GAP, _WIDEST_GAP = 1e-150, 1e150
_COLDEST, _HOTTEST = 1e-100, 1e100

#: Elements an elementwise call may have. On a CPU torch stays on one thread below 32,768, and the
#: operands stay in the cache.
_CPU_ELEMENTS = 32_512
_GPU_ELEMENTS = 1 << 24

#: Nanoseconds per class and temperature of the direct method, measured on one x86 core.
_DIRECT_COST = 2.5


@dataclass(frozen=True)
class Block:
    """Consecutive rows of a batch: their gaps in float64, cut into tiles of one call each."""

    rows: slice
    divisor: Tensor  # [r, 1], 1, or 2 where the logits were halved lest a gap overflow
    top: Tensor  # [r, 1]
    tied: Tensor  # [r, 1], how many classes share the maximum
    possible: Tensor  # [r, 1], how many classes have a finite logit
    widest: Tensor  # [r, 1], the largest finite distance from the maximum
    tiles: list[tuple[slice, Tensor]]  # rows of the block, and gaps [some rows, some columns]

    @cached_property
    def classes(self) -> int:
        """V, the impossible classes included."""
        return sum(tile.shape[1] for rows, tile in self.tiles if rows.start == 0)


def blocks(logits: Tensor, elements: int | None = None) -> Iterator[Block]:
    """The rows of ``logits [..., V]``, about ``elements`` numbers at a time.

    In float64 the difference of two float32 numbers is exact but for a rounding of 1e-16.
    """
    flat = logits.reshape(-1, logits.shape[-1])
    if flat.device.type == "mps":  # which has no float64
        flat = flat.cpu()
    size = max(1, (elements or elements_per_call(flat.device)) // flat.shape[1])
    for start in range(0, len(flat), size):
        rows = slice(start, min(start + size, len(flat)))
        yield _block(rows, flat[rows])


def _without_overflow(logits: Tensor) -> tuple[Tensor, Tensor]:
    """Rows [r, V] whose gaps are floats, and by what they were divided [r, 1]: 2, where need be.

    The gaps of float32 fit into float64 however far apart the logits are.
    """
    divisor = torch.ones(len(logits), 1, dtype=torch.float64, device=logits.device)
    if logits.dtype != torch.float64 or torch.sub(*logits.aminmax()).isfinite():
        return logits, divisor
    lowest = logits.masked_fill(logits == -math.inf, math.inf).amin(1, True)
    divisor[(logits.amax(1, True) - lowest).isinf()] = 2.0
    return logits / divisor, divisor


def _block(rows: slice, logits: Tensor) -> Block:
    count, classes = logits.shape
    logits, divisor = _without_overflow(logits)
    top, tied, possible, widest = torch.empty(
        4, count, 1, dtype=torch.float64, device=logits.device
    ).unbind()
    tiles = []
    limit = elements_per_call(logits.device)
    step = max(1, limit // classes)
    for start in range(0, count, step):
        some = slice(start, min(start + step, count))
        parts = logits[some].split(limit, 1)
        highest = _joined([part.amax(1, True) for part in parts]).amax(1, True)
        lowest = _joined([part.amin(1, True) for part in parts]).amin(1, True)
        # A comparison is several times faster into floats than into truth values.
        ties = [torch.eq(part, highest, out=torch.empty_like(part)) for part in parts]
        top[some] = highest
        tied[some] = _joined([tie.sum(1, True) for tie in ties]).sum(1, True).double()
        possible[some] = classes
        widest[some] = top[some] - lowest
        gaps = [part.to(torch.float64, copy=True).sub_(top[some]) for part in parts]
        if widest[some].amax() == math.inf:
            counts, furthest = zip(*map(_of_the_possible, gaps), strict=True)
            possible[some] = _joined(counts).sum(1, True).double()
            widest[some] = _joined(furthest).amax(1, True)
        tiles += [(some, gap) for gap in gaps]
    return Block(rows, divisor, top, tied, possible, widest, tiles)


def _of_the_possible(gaps: Tensor) -> tuple[Tensor, Tensor]:
    """How many classes are possible, and the widest of their gaps."""
    impossible = gaps == -math.inf
    return (~impossible).sum(1, True), -gaps.masked_fill(impossible, 0.0).amin(1, True)


def _joined(parts: Sequence[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(parts, 1)


def elements_per_call(device: torch.device) -> int:
    """How many elements one elementwise call may have on this device."""
    return _CPU_ELEMENTS if device.type == "cpu" else _GPU_ELEMENTS


def sweep(block: Block, temperature: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Entropy, mean logit, variance and dH/dT, each [r, K], for temperatures [K].

    T = 0 and T = inf are limits with a value; between them the cheaper method is taken, for each
    range of temperatures on its own. The temperatures are on the device of the block.
    """
    found = torch.empty(
        4, len(block.top), len(temperature), dtype=torch.float64, device=block.top.device
    )
    alone = _need_a_unit(block, temperature)
    for k in alone.nonzero()[:, 0].tolist():
        # Half of the smallest float is 0, and as good as that float beside gaps that overflow.
        heat = (temperature[k] / block.divisor).clamp_min(math.ulp(0.0))
        found[:, :, k] = _in_a_unit(block, heat)
    ascending, order = temperature[~alone].sort()
    if len(order):
        near = _within_reach(block)
        sums = torch.cat([_sums(near, some) for some in _same_kind(ascending)], 1)
        nats, mean, variance = moments(block, sums, ascending)
        # T * T * T underflows long before the slope does.
        slope = (variance / ascending / ascending / ascending).masked_fill(variance == 0, 0.0)
        # Rows that were halved are frozen here: at T/2 they are what they are at T.
        found[:, :, (~alone).nonzero()[:, 0][order]] = torch.stack((nats, mean, variance, slope))
    nats, mean, variance, slope = found
    mean = (block.top + mean) * block.divisor
    return nats, mean, variance * block.divisor * block.divisor, slope / block.divisor


def _need_a_unit(block: Block, temperature: Tensor) -> Tensor:
    """Mask [K] of the temperatures at which some square would leave float64."""
    narrow = ((block.widest > 0) & (block.widest < _NARROWEST_GAP)).any()
    wide = (block.widest > _WIDEST_GAP).any()
    unusual = (temperature < _COLDEST) | narrow | ((temperature > _HOTTEST) & wide)
    return (temperature > 0) & unusual


def _in_a_unit(block: Block, temperature: Tensor) -> Tensor:
    """Entropy, mean gap, variance and dH/dT [4, r] of a block at one T > 0 of any scale.

    The sums are taken in units, one a row: the power of two below T or below the widest gap,
    whichever is less. No gap of positive probability is more than 1500 such units.
    """
    unit = torch.minimum(temperature, block.widest.clamp_min(math.ulp(0.0)))
    unit = unit / (2 * torch.frexp(unit).mantissa)
    sums = block.top.new_zeros(3, len(block.top), 1)
    for rows, tile in block.tiles:
        weights = (tile / temperature[rows]).exp_()
        absent = (tile == 0) | (tile == -math.inf)  # -inf / inf is not a number
        weights.masked_fill_(absent, 0.0)
        gaps = (tile / unit[rows]).masked_fill_(weights == 0, 0.0)
        for power, total in enumerate(sums):
            if power:
                weights.mul_(gaps)
            total[rows] += weights.sum(1, True)
    rest, first, second = sums
    total = block.tied + rest
    mean = first / total
    variance = (second / total - mean * mean).clamp_min_(0.0)
    share = unit / temperature
    nats = block.tied.log() + torch.log1p(rest / block.tied) - mean * share
    slope = variance * share * share / temperature
    return torch.cat((nats, mean * unit, variance * unit * unit, slope), 1).T


def _within_reach(block: Block) -> Block:
    """The block with gaps that can be squared."""
    if not (block.widest > _WIDEST_GAP).any():
        return block
    tiles = [
        (rows, tile.clamp_min(-_WIDEST_GAP).masked_fill_(tile == -math.inf, -math.inf))
        for rows, tile in block.tiles
    ]
    return replace(block, widest=block.widest.clamp_max(_WIDEST_GAP), tiles=tiles)


def moments(block: Block, sums: Tensor, temperature: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Entropy, mean gap and variance of the gaps, each [r, K], from the sums [r, K, 3]."""
    rest, first, second = sums.unbind(-1)
    total = block.tied + rest
    mean = first / total
    nats = block.tied.log() + torch.log1p(rest / block.tied)
    # At T = 0 the sums are 0, and so is the mean.
    nats = nats - mean / torch.where(temperature == 0, torch.ones_like(temperature), temperature)
    return nats, mean, (second / total - mean * mean).clamp_min(0.0)


def _same_kind(ascending: Tensor) -> Iterator[Tensor]:
    """Split sorted temperatures into zeros, the finite ones, and infinities."""
    zeros, finite = int((ascending == 0).sum()), int((ascending < math.inf).sum())
    yield from (ascending[:zeros], ascending[zeros:finite], ascending[finite:])


def _sums(block: Block, ascending: Tensor) -> Tensor:
    """``A_0, A_1, A_2`` without the tied maxima, [r, K, 3], for temperatures of one kind."""
    if len(ascending) == 0 or ascending[0] == 0:
        return block.top.new_zeros(len(block.top), len(ascending), 3)
    if ascending[0] == math.inf or block.top.device.type != "cpu":
        return direct_sums(block, ascending)
    parts = _binned_moments.plan(
        ascending,
        block.classes,
        block.widest.amax().item(),
        direct_per_temperature=_DIRECT_COST * block.classes,
    )
    return torch.cat(
        [
            binned_sums(block, some) if binned else direct_sums(block, some)
            for some, binned in parts
        ],
        1,
    )


def binned_sums(block: Block, ascending: Tensor) -> Tensor:
    """The sums [r, K, 3] by :mod:`tempkit._binned_moments`, a weight within 1.2e-10 of itself."""
    return torch.stack(
        [
            _binned_moments.sums(
                [tile[i - rows.start] for rows, tile in block.tiles if rows.start <= i < rows.stop],
                ascending,
                widest=block.widest[i].item(),
                tied=block.tied[i].item(),
                impossible=block.possible[i].item() < block.classes,
            )
            for i in range(len(block.top))
        ]
    )


def direct_sums(block: Block, temperature: Tensor) -> Tensor:
    """The sums [r, K, 3] by their definition: weights by exp2, times ``1, d, d^2`` as a matrix."""
    sums = block.top.new_zeros(len(block.top), len(temperature), 3)
    for rows, tile in block.tiles:
        impossible = tile == -math.inf
        finite = tile.masked_fill(impossible, 0.0)
        below = (~impossible & (tile < 0)).double()
        powers = torch.stack([below, finite, finite * finite], -1)
        finite.mul_(LOG2E)
        for some, columns in _cut(tile.shape, len(temperature), tile.device):
            # Divided, not multiplied by 1/T, which is infinite for a subnormal T.
            scaled = finite[some, None, columns] / temperature[:, None]
            weights = scaled.clamp_min_(EXP2_IS_ZERO).exp2_()
            sums[rows][some] += weights @ powers[some, columns]
    return sums


def _cut(shape: torch.Size, per_class: int, device: torch.device) -> Iterator[tuple[slice, slice]]:
    """Slices of rows and columns that, times the temperatures, stay within one call."""
    count, width = shape
    fit = max(1, elements_per_call(device) // per_class)
    columns = min(width, fit)
    rows = max(1, fit // columns)
    for i in range(0, count, rows):
        for j in range(0, width, columns):
            yield slice(i, i + rows), slice(j, j + columns)
