r"""Inverse-CDF draws over blocks of classes, from one uniform number a row.

.. math::  j(u) = \min \{ j : \sum_{i \le j} q_i > u \}

in two levels. The bulk of the work, ``2^{(z - max z) / (T \log 2)}`` over the whole vocabulary, is
done once in the dtype of the logits and only its sums over blocks of 256 classes are kept. The
block that u falls into is then computed again in float64, and u decides within it.

A class of probability 0 adds nothing to a running sum, so that no u can stop there.
"""

from __future__ import annotations

import functools
import math
import threading
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from tempkit.scaling import validated_logits

_LOG2E = math.log2(math.e)
_BLOCK = 256

#: A row this short is one block of its own.
_SHORT = 1024

#: Columns per elementwise call on a CPU: whole blocks, below the 32,768 elements from which torch
#: starts its thread pool, and small enough for the cache; and the same where torch has one thread.
_COLUMNS = 127 * _BLOCK
_COLUMNS_ALONE = 256 * _BLOCK

#: The largest number below 1. Times any x > 0 it rounds to less than x: at 1 - 2^-53 the product is
#: short of x by at least half a unit of its last place. So no target of a search reaches the total.
_BELOW_ONE = math.nextafter(1.0, 0.0)

#: Below this exponent a weight would be a subnormal number, which is slow. It counts as 0 in the
#: sum of its block: no uniform of 53 bits could tell.
_LOWEST_EXPONENT = {torch.float32: -126.0, torch.float64: -1022.0}

#: Beyond this the rounding of ``max z / (T log 2)`` would scale the weights out of their range.
_LARGEST_OFFSET = 2.0**24

#: How many logits of a row are looked at for a reference near the maximum, and to tell whether to
#: expect subnormal weights.
_GLANCE = 512

#: Weight of a block above which the reference is too far below the maximum: exponents lose digits
_NEAR = 2.0**16


def invert(logits: Tensor, temperature: Tensor, uniforms: Tensor) -> Tensor:
    """Tokens [...] for logits [..., V] in float32 or float64, temperatures and uniforms [...].

    A row with a NaN, a +inf or no possible class is refused by its index.
    """
    short = logits.shape[-1] <= _SHORT
    heats, shares, flat = temperature.reshape(-1), uniforms.reshape(-1), _flat(logits)
    if short:
        tokens = _invert_exactly(flat, heats, shares[:, None], logits)
    elif not logits.is_cuda:
        tokens = _invert_by_rows(flat, heats, shares, logits)
    else:
        tokens = _invert_at_once(flat, heats, shares, logits)
    return tokens.reshape(uniforms.shape)


def invert_many(logits: Tensor, temperature: Tensor, uniforms: Tensor) -> Tensor:
    """Tokens [..., N] for uniforms [..., N], from the whole CDF of each row."""
    heats, flat = temperature.reshape(-1), _flat(logits)
    shares = uniforms.reshape(len(flat), uniforms.shape[-1])
    if logits.shape[-1] <= _SHORT or logits.is_cuda:
        return _invert_exactly(flat, heats, shares, logits).reshape(uniforms.shape)
    sums = _RowSums.kept(logits.shape[-1], logits.dtype)
    tokens = torch.empty(shares.shape, dtype=torch.int64)
    for row, heat, some, out in zip(
        flat.unbind(), heats.tolist(), shares.unbind(), tokens.unbind(), strict=True
    ):
        running = sums.running(row, _Scale.of(row, _finite_maximum(sums, row, logits), heat))
        torch.searchsorted(running, some * running[-1], right=True, out=out)
    return tokens.reshape(uniforms.shape)


def _flat(logits: Tensor) -> Tensor:
    return logits.reshape(-1, logits.shape[-1])


def _invert_exactly(flat: Tensor, temperature: Tensor, uniforms: Tensor, logits: Tensor) -> Tensor:
    """Tokens [R, N] with every weight in float64, for short rows or on a GPU."""
    tokens = torch.empty(uniforms.shape, dtype=torch.int64, device=flat.device)
    size = max(1, len(flat) if flat.is_cuda else _COLUMNS // flat.shape[1])
    for start in range(0, len(flat), size):
        rows = slice(start, start + size)
        top = _valid_maximum(flat[rows], logits)
        running = _running_sum(_weights(flat[rows], top, temperature[rows]))
        targets = running[:, -1:] * uniforms[rows]
        tokens[rows] = torch.searchsorted(running, targets, right=True)
    return tokens


def _valid_maximum(some: Tensor, logits: Tensor) -> Tensor:
    """The maximum of some rows of the logits, all of them valid.

    On a GPU the refusal is an assertion of the device, so that the host need not wait for it.
    """
    top = some.amax(1)
    finite = torch.isfinite(top).all()
    if finite.is_cuda:
        torch._assert_async(finite, "a row of the logits has NaN, +inf or no finite logit")
    elif not finite:
        validated_logits(logits)  # raises, and names the row
    return top


@functools.lru_cache(maxsize=64)
def _scale_factors(temperature: float, dtype: torch.dtype) -> tuple[float, float]:
    """Two factors whose product is ``1 / (T log 2)``, each a positive finite ``dtype``.

    The first is a power of two, 1 but for extreme T. Between them they reach far enough that
    ``T = 0`` sends every gap to -inf except the 0 of a maximum, and ``T = inf`` every gap to 0
    except the -inf of an impossible class: the limits need no case of their own.
    """
    limits = torch.finfo(dtype)
    far = 2.0 ** (120 if dtype == torch.float32 else 1000)
    rate = _LOG2E / temperature if temperature > 0 else math.inf
    first = 1.0
    if rate > math.sqrt(limits.max):
        first = far
    elif rate < math.sqrt(limits.tiny):
        first = 1 / far
    return first, min(max(rate / first, limits.tiny), limits.max / 2)


def _scale_tensors(temperature: Tensor, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """The same for a tensor of temperatures, on its device: [R, 1] each."""
    limits = torch.finfo(dtype)
    far = 2.0 ** (120 if dtype == torch.float32 else 1000)
    rate = _LOG2E / temperature[:, None]
    first = torch.ones_like(rate)
    first.masked_fill_(rate > math.sqrt(limits.max), far)
    first.masked_fill_(rate < math.sqrt(limits.tiny), 1 / far)
    return first.to(dtype), (rate / first).clamp_(limits.tiny, limits.max / 2).to(dtype)


def _weights(logits: Tensor, top: Tensor, temperature: Tensor) -> Tensor:
    """``e^{(z - max z)/T}`` in float64, for logits [R, n], maxima and temperatures [R]."""
    first, second = _scale_tensors(temperature, torch.float64)
    gaps = logits.double() - top.double()[:, None]
    return gaps.mul_(first).mul_(second).exp2_()


def _running_sum(weights: Tensor) -> Tensor:
    """Cumulative sum in float64 that rises only where a weight is positive."""
    # On a CPU the sum runs in order: it stands still at a 0 by itself.
    return _rising_sum(weights) if weights.is_cuda else weights.cumsum(-1, dtype=torch.float64)


def _rising_sum(weights: Tensor) -> Tensor:
    """The same from a parallel scan, which may round an entry of weight 0 off its neighbour."""
    running = weights.cumsum(-1, dtype=torch.float64)
    return torch.where(weights > 0, running, 0.0).cummax(-1).values


def _invert_by_rows(flat: Tensor, temperature: Tensor, uniforms: Tensor, logits: Tensor) -> Tensor:
    """On a CPU, row by row in the cache: the bulk with torch, the few numbers left with numpy."""
    sums = _RowSums.kept(flat.shape[1], flat.dtype)
    tokens = []
    for row, numbers, heat, uniform in zip(
        flat.unbind(), flat.numpy(), temperature.tolist(), uniforms.tolist(), strict=True
    ):
        # Any reference near the maximum will do, and most often the largest of a few is.
        top = float(numbers[:_GLANCE].max())
        masses = sums.blocks(row, _Scale.of(row, top, heat))
        if not 0 < masses.max() < _NEAR:
            top = _finite_maximum(sums, row, logits)
            masses = sums.blocks(row, _Scale.of(row, top, heat))
        block, share = _locate(masses, uniform)
        start = block * _BLOCK
        member, _ = _locate(_exact_weights(numbers[start : start + _BLOCK], top, heat), share)
        tokens.append(start + member)
    return torch.tensor(tokens, dtype=torch.int64)


def _finite_maximum(sums: _RowSums, row: Tensor, logits: Tensor) -> float:
    top = sums.maximum(row)
    if not math.isfinite(top):
        validated_logits(logits)  # raises, and names the row
    return top


def _locate(weights: np.ndarray, share: float) -> tuple[int, float]:
    """The entry that a share in [0, 1] of the total falls into, and the share left within it."""
    running = weights.cumsum(dtype=np.float64)
    target = max(0.0, min(share, _BELOW_ONE)) * running[-1]
    index = int(running.searchsorted(target, side="right"))
    width = float(weights[index])
    return index, float(target - (running[index] - width)) / width


def _exact_weights(logits: np.ndarray, top: float, temperature: float) -> np.ndarray:
    first, second = _scale_factors(temperature, torch.float64)
    with np.errstate(over="ignore"):  # a gap beyond reach becomes -inf
        return np.exp2((logits.astype(np.float64) - top) * first * second)


class _Scale(NamedTuple):
    """How to turn logits into weights ``e^{(z - top)/T}``, but for a factor common to all."""

    top: float
    first: float
    second: float
    offset: Tensor | None  # -top/(T log 2), where one fused operation does for two
    lowest: float | None  # exponent below which weights are dropped, where they may be subnormal

    @classmethod
    def of(cls, row: Tensor, top: float, temperature: float) -> _Scale:
        first, second = _scale_factors(temperature, row.dtype)
        fused = first == 1.0 and abs(top * second) < _LARGEST_OFFSET and _adds_fused()
        offset = torch.tensor(-top * second, dtype=row.dtype) if fused else None
        # Subnormal weights are slow, not wrong: a look at a few tells whether to expect them.
        lowest = _LOWEST_EXPONENT[row.dtype]
        steep = (float(row.numpy()[:_GLANCE].min()) - top) * first * second < lowest
        return cls(top, first, second, offset, lowest if steep else None)

    def weigh(self, logits: Tensor, out: Tensor) -> None:
        """The weights of some logits of the row."""
        if self.offset is not None:
            torch.add(self.offset, logits, alpha=self.second, out=out)
        else:
            torch.sub(logits, self.top, out=out).mul_(self.first).mul_(self.second)
        if self.lowest is not None:
            torch.threshold_(out, self.lowest, -math.inf)
        torch.exp2(out, out=out)


class _RowSums:
    """Sums over the V classes of a row, tile by tile in one scratch of the cache's size."""

    def __init__(self, classes: int, dtype: torch.dtype, columns: int) -> None:
        self.columns = columns
        sums = torch.empty(-(-classes // _BLOCK), dtype=dtype)
        self.sums = sums.numpy()
        self.whole = torch.empty(classes, dtype=torch.float64)
        scratch = torch.empty(min(columns, len(sums) * _BLOCK), dtype=dtype)
        self.tiles = []
        for out in sums.split(columns // _BLOCK):
            weights = scratch[: len(out) * _BLOCK]
            self.tiles.append((weights, weights.view(-1, _BLOCK), out))
        missing = -classes % _BLOCK
        if missing:  # the last block is not full: it needs a scratch with zeros behind it
            weights = torch.zeros_like(weights)
            self.tiles[-1] = (weights[:-missing], weights.view(-1, _BLOCK), out)

    @staticmethod
    def kept(classes: int, dtype: torch.dtype) -> _RowSums:
        """This thread's scratch, kept for the next call: to get fresh memory takes longer."""
        columns = _COLUMNS if torch.get_num_threads() > 1 else _COLUMNS_ALONE
        key = classes, dtype, columns
        if getattr(_KEPT, "key", None) != key:
            _KEPT.key, _KEPT.sums = key, _RowSums(classes, dtype, columns)
        return _KEPT.sums

    def maximum(self, row: Tensor) -> float:
        """The largest logit; NaN where there is one."""
        tops = [tile.amax().item() for tile in row.split(self.columns)]
        return math.nan if math.isnan(sum(tops)) else max(tops)

    def blocks(self, row: Tensor, scale: _Scale) -> np.ndarray:
        """The sums of the weights over each block."""
        for tile, (weights, blocks, out) in zip(row.split(self.columns), self.tiles, strict=True):
            scale.weigh(tile, weights)
            torch.sum(blocks, 1, out=out)
        return self.sums

    def running(self, row: Tensor, scale: _Scale) -> Tensor:
        """The cumulative sum of the weights."""
        before = 0.0
        for tile, (weights, _, _), out in zip(
            row.split(self.columns), self.tiles, self.whole.split(self.columns), strict=True
        ):
            scale.weigh(tile, weights)
            torch.cumsum(weights, 0, dtype=torch.float64, out=out)
            if before:
                out.add_(before)
            before = out[-1].item()
        return self.whole


_KEPT = threading.local()


@functools.cache
def _adds_fused() -> bool:
    """Whether ``torch.add(a, b, alpha=c)`` rounds once, as a fused multiply-add does.

    Then ``z/T - max/T`` in one call is as exact as ``(z - max)/T``: the rounding of ``max/T`` is
    common to all classes and cancels. Rounded twice, an offset of 1e4 would cost four digits.
    """
    x = 1 + 2.0**-12
    once = torch.add(torch.full((67,), -1.0), torch.full((67,), x), alpha=x)
    return bool((once.double() == x * x - 1).all())


def _invert_at_once(flat: Tensor, temperature: Tensor, uniforms: Tensor, logits: Tensor) -> Tensor:
    """The same on a GPU: whole tensors, and nothing that makes the host wait."""
    top = _valid_maximum(flat, logits)
    first, second = _scale_tensors(temperature, flat.dtype)
    weights = (flat - top[:, None]).mul_(first).mul_(second).exp2_()
    padded = torch.nn.functional.pad(weights, (0, -flat.shape[1] % _BLOCK))
    sums = padded.view(len(flat), -1, _BLOCK).sum(-1)
    running = _running_sum(sums)
    target = running[:, -1:] * uniforms[:, None]
    block = torch.searchsorted(running, target, right=True)
    width = sums.gather(1, block).double()
    share = (target - (running.gather(1, block) - width)) / width
    columns = block * _BLOCK + torch.arange(_BLOCK, device=flat.device)
    inside = columns < flat.shape[1]
    members = flat.gather(1, torch.where(inside, columns, 0))
    running = _running_sum(_weights(members, top, temperature) * inside)
    target = running[:, -1:] * share.clamp(0.0, _BELOW_ONE)
    return (block * _BLOCK + torch.searchsorted(running, target, right=True))[:, 0]
