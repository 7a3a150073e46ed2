r"""Inverse-CDF draws over blocks of classes on a CPU, from one uniform number a row.

.. math::  j(u) = \min \{ j : \sum_{i \le j} q_i > u \}

in two levels. The bulk of the work, ``2^{(z - max z) / (T \log 2)}`` over the whole vocabulary, is
done once in the dtype of the logits and only its sums over blocks of 256 classes are kept. The
block that u falls into is then computed again in float64, and u decides within it.

A class of probability 0 adds nothing to a running sum, so that no u can stop there.

The bulk is torch's. What is left is a few hundred numbers a row, for which NumPy takes a fraction
of the time: its calls cost less, and it never wakes other threads. Where Numba is installed, long
rows in float32 go through one compiled loop instead, :mod:`tempkit._kernels`, block by block alike.
"""

from __future__ import annotations

import functools
import math
import threading
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from tempkit import _compiled
from tempkit.scaling import validated_logits

LOG2E = math.log2(math.e)

#: Types of logits that are drawn from as they are.
DTYPES = (torch.float32, torch.float64)

#: Classes in a block.
BLOCK = 256

#: A row this short is one block of its own.
SHORT = 1024

#: The largest number below 1. Times any x > 0 it rounds to less than x: at 1 - 2^-53 the product is
#: short of x by at least half a unit of its last place. So no target of a search reaches the total.
BELOW_ONE = math.nextafter(1.0, 0.0)

#: Columns per elementwise call: whole blocks, below the 32,768 elements from which torch starts its
#: thread pool, and small enough for the cache; and the same where torch has one thread.
_COLUMNS = 127 * BLOCK
_COLUMNS_ALONE = 256 * BLOCK

#: Below this exponent a weight would be a subnormal number, which is slow. It counts as 0 in the
#: sum of its block: no uniform of 53 bits could tell.
_LOWEST_EXPONENT = {torch.float32: -126.0, torch.float64: -1022.0}

#: Beyond this the rounding of ``max z / (T log 2)`` would scale the weights out of their range.
_LARGEST_OFFSET = 2.0**24

#: How many logits of a row are looked at for a reference near the maximum, and to tell whether to
#: expect subnormal weights.
GLANCE = 512

#: Weight of a row above which the reference is too far below the maximum: exponents lose digits.
NEAR = 2.0**20

#: A guide to a search pays from one draw for so many classes on.
_GUIDED = 32

_IN_BLOCK = np.arange(BLOCK)

#: Whatever the default device is.
_CPU = torch.device("cpu")


def invert_row(logits: Tensor, temperature: float, generator: torch.Generator | None) -> Tensor:
    """The token [...] of logits [..., V] that are a single row, from a uniform of the generator."""
    shape = logits.shape
    share = _KEPT.uniform.uniform_(generator=generator).item()  # as torch.rand
    token = _one_token(logits.reshape(-1), temperature, share, logits)
    return torch.full(shape[:-1], token, device=_CPU)


def invert(logits: Tensor, temperatures: Sequence[float], uniforms: Tensor) -> Tensor:
    """Tokens [...] for logits [..., V] in float32 or float64, a temperature a row, uniforms [...].

    A row with a NaN, a +inf or no possible class is refused by its index.
    """
    classes = logits.shape[-1]
    if len(temperatures) == 1:
        token = _one_token(logits.reshape(classes), temperatures[0], uniforms.item(), logits)
        return torch.full(uniforms.shape, token, device=_CPU)
    flat, shares = logits.reshape(-1, classes), uniforms.reshape(-1).numpy()
    tokens = np.empty(len(flat), dtype=np.int64)
    of_rows = _tokens_of_short_rows if classes <= SHORT else _tokens_of_long_rows
    size = _COLUMNS // min(classes, BLOCK)
    if _compiles(flat) and all(map(_is_usual, set(temperatures))):
        rates = np.array([_scale_factors(heat, torch.float64)[1] for heat in temperatures])
        _compiled.kernels().tokens_of_rows(flat.numpy(), rates, shares, tokens)
        if (tokens < 0).any():
            validated_logits(logits)  # raises, and names the row
        return torch.from_numpy(tokens).reshape(uniforms.shape)
    for start in range(0, len(flat), size):
        some = slice(start, start + size)
        tokens[some] = of_rows(flat[some], temperatures[some], shares[some], logits)
    return torch.from_numpy(tokens).reshape(uniforms.shape)


def invert_many(logits: Tensor, temperatures: Sequence[float], uniforms: Tensor) -> Tensor:
    """Tokens [..., N] for uniforms [..., N], from the whole CDF of each row."""
    classes = logits.shape[-1]
    flat = logits.reshape(-1, classes)
    shares = uniforms.reshape(len(flat), uniforms.shape[-1]).numpy()
    tokens = np.empty(shares.shape, dtype=np.int64)
    guided = classes > SHORT and shares.shape[1] * _GUIDED > classes
    kernels = _compiled.kernels() if guided else None
    for row, heat, some, out in zip(flat, temperatures, shares, tokens, strict=True):
        running = _running_sum(row, heat, logits)
        if kernels is not None:
            kernels.first_above(running, some, out)
            continue
        # Searches in ascending order stay in the cache; 16 bits of order cost next to nothing.
        order = (some * 2.0**16).astype(np.uint16).argsort(kind="stable")
        out[order] = running.searchsorted(some[order] * running[-1], side="right")
    return torch.from_numpy(tokens).reshape(uniforms.shape)


def _compiles(rows: Tensor) -> bool:
    """Whether rows [..., V] are for the compiled loops."""
    return (
        rows.shape[-1] > SHORT
        and rows.dtype == torch.float32
        and rows.is_contiguous()
        and _compiled.kernels() is not None
    )


def _is_usual(temperature: float) -> bool:
    """Whether ``1/(T log 2)`` is a number that float32 and its square hold."""
    return _scale_factors(temperature, torch.float32)[0] == 1.0


def _one_token(row: Tensor, temperature: float, share: float, logits: Tensor) -> int:
    if _compiles(row) and _is_usual(temperature):
        rate = _scale_factors(temperature, torch.float64)[1]
        token = _compiled.kernels().token_of_row(row.numpy(), rate, share)
        if token < 0:
            validated_logits(logits)  # raises, and names the row
        return token
    return _token_of_row(row, temperature, share, logits)


def _token_of_row(row: Tensor, temperature: float, share: float, logits: Tensor) -> int:
    """The token of a single row, in as few calls as it takes: they are half of its time."""
    numbers, start = row.numpy(), 0
    if len(numbers) <= SHORT:
        top = float(numbers.max())
        if not math.isfinite(top):
            validated_logits(logits)  # raises, and names the row
    else:
        tile, glance = _Tile.kept(len(numbers), row.dtype), numbers[:GLANCE]
        top, low = float(np.maximum.reduce(glance)), float(np.minimum.reduce(glance))
        running = tile.masses(row, top, low, temperature).cumsum(dtype=np.float64)
        total = running.item(-1)
        if not 0 < total < NEAR:
            top = _finite_maximum(row, logits)
            running = tile.masses(row, top, low, temperature).cumsum(dtype=np.float64)
            total = running.item(-1)
        target = share * total
        block = int(running.searchsorted(target, "right"))
        width = tile.kept_masses.item(block)
        share = (target - (running.item(block) - width)) / width
        share = max(0.0, min(share, BELOW_ONE))
        start = block * BLOCK
        numbers = numbers[start : start + BLOCK]
    running = _exact_weights(numbers, top, *_scale_factors(temperature, torch.float64)).cumsum()
    return start + int(running.searchsorted(share * running.item(-1), "right"))


def _tokens_of_short_rows(
    rows: Tensor, temperatures: Sequence[float], shares: np.ndarray, logits: Tensor
) -> np.ndarray:
    """Every weight in float64."""
    numbers = rows.numpy()
    tops = numbers.max(1)
    if not np.isfinite(tops).all():
        validated_logits(logits)  # raises, and names the row
    running = _exact_weights(numbers, tops[:, None], *_factors_of_rows(temperatures)).cumsum(1)
    return _first_above(running, running[:, -1] * shares)


def _tokens_of_long_rows(
    rows: Tensor, temperatures: Sequence[float], shares: np.ndarray, logits: Tensor
) -> np.ndarray:
    """The bulk row by row, in the cache; then all rows at once, with the few numbers left."""
    numbers, classes, each = rows.numpy(), rows.shape[1], np.arange(len(rows))
    tops, masses, running = _masses_of_rows(rows, temperatures, logits)
    targets = running[:, -1] * shares
    block = _first_above(running, targets)
    width = masses[each, block].astype(np.float64)
    shares = ((targets - (running[each, block] - width)) / width).clip(0.0, BELOW_ONE)

    columns = block[:, None] * BLOCK + _IN_BLOCK
    beyond = columns[:, -1].max() >= classes  # a last block that is not full
    members = numbers[each[:, None], np.minimum(columns, classes - 1) if beyond else columns]
    if beyond:
        members[columns >= classes] = -math.inf
    running = _exact_weights(members, tops[:, None], *_factors_of_rows(temperatures)).cumsum(1)
    return block * BLOCK + _first_above(running, running[:, -1] * shares)


def _first_above(running: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """In each row [R, n] of running sums the first that exceeds the target [R]; the last one does.

    A sum that stands still at a weight of 0 is never the first.
    """
    return (running > targets[:, None]).argmax(1)


@functools.lru_cache(maxsize=256)
def _scale_factors(temperature: float, dtype: torch.dtype) -> tuple[float, float]:
    """Two factors whose product is ``1 / (T log 2)``, each a positive finite ``dtype``.

    The first is a power of two, 1 but for extreme T. Between them they reach far enough that
    ``T = 0`` sends every gap to -inf except the 0 of a maximum, and ``T = inf`` every gap to 0
    except the -inf of an impossible class: the limits need no case of their own.
    """
    limits = torch.finfo(dtype)
    far = 2.0 ** (120 if dtype == torch.float32 else 1000)
    rate = LOG2E / temperature if temperature > 0 else math.inf
    first = 1.0
    if rate > math.sqrt(limits.max):
        first = far
    elif rate < math.sqrt(limits.tiny):
        first = 1 / far
    # Not from the rate, which is infinite where T is subnormal.
    second = LOG2E / first / temperature if temperature > 0 else math.inf
    return first, min(max(second, limits.tiny), limits.max / 2)


def _factors_of_rows(
    temperatures: Sequence[float],
) -> tuple[float, float] | tuple[np.ndarray, np.ndarray]:
    """The same for float64 and several temperatures: [R, 1] each, or numbers where all agree."""
    if temperatures.count(temperatures[0]) == len(temperatures):
        return _scale_factors(temperatures[0], torch.float64)
    factors = np.array([_scale_factors(heat, torch.float64) for heat in temperatures])
    return factors[:, :1], factors[:, 1:]


def _exact_weights(
    logits: np.ndarray,
    top: float | np.ndarray,
    first: float | np.ndarray,
    second: float | np.ndarray,
) -> np.ndarray:
    """``e^{(z - top)/T}`` in float64."""
    gaps = logits.astype(np.float64)
    if isinstance(first, float) and first == 1.0 and logits.dtype == np.float32:
        gaps -= top
        gaps *= second
    else:
        # What lowers goes before the difference, which might overflow, what raises goes after.
        before = np.minimum(first, 1.0)
        with np.errstate(over="ignore"):  # a gap beyond reach becomes -inf
            gaps *= before
            gaps -= top * before
            gaps *= first / before
            gaps *= second
    return np.exp2(gaps, out=gaps)


def _masses_of_rows(
    rows: Tensor, temperatures: Sequence[float], logits: Tensor
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """References [R], sums [R, blocks] of ``e^{(z - reference)/T}`` over blocks, running sums."""
    tile = _Tile.kept(rows.shape[1], rows.dtype)
    glance = rows.numpy()[:, :GLANCE]
    tops, lows = glance.max(1), glance.min(1).tolist()
    sums = torch.empty(len(rows), tile.blocks, dtype=rows.dtype, device=_CPU)
    masses = sums.numpy()
    for given in zip(rows.unbind(), tops.tolist(), lows, temperatures, sums.unbind(), strict=True):
        tile.sum_blocks(*given)
    running = masses.cumsum(1, dtype=np.float64)
    total = running[:, -1]
    for i in np.flatnonzero(~((total > 0) & (total < NEAR))):
        tops[i] = top = _finite_maximum(rows[i], logits)
        tile.sum_blocks(rows[i], top, lows[i], temperatures[i], sums[i])
        running[i] = masses[i].cumsum(dtype=np.float64)
    return tops, masses, running


def _finite_maximum(row: Tensor, logits: Tensor) -> float:
    tops = [part.amax().item() for part in row.split(_columns())]
    top = math.nan if math.isnan(sum(tops)) else max(tops)
    if not math.isfinite(top):
        validated_logits(logits)  # raises, and names the row
    return top


def _running_sum(row: Tensor, temperature: float, logits: Tensor) -> np.ndarray:
    """Cumulative weights of a row in float64, in order: they stand still at a 0."""
    top = _finite_maximum(row, logits)
    if len(row) <= SHORT:
        factors = _scale_factors(temperature, torch.float64)
        return _exact_weights(row.numpy(), top, *factors).cumsum()
    low = float(row.numpy()[:GLANCE].min())
    return _Tile.kept(len(row), row.dtype).running(row, top, low, temperature)


def _columns() -> int:
    return _COLUMNS if torch.get_num_threads() > 1 else _COLUMNS_ALONE


class _Tile:
    """A scratch of the cache's size, through which a row of V classes passes part by part."""

    def __init__(self, classes: int, dtype: torch.dtype, columns: int) -> None:
        self.blocks = -(-classes // BLOCK)
        self.columns = [min(columns, classes - start) for start in range(0, classes, columns)]
        self.sums = [-(-width // BLOCK) for width in self.columns]
        self.dtype, self.lowest = dtype, _LOWEST_EXPONENT[dtype]
        self._masses = torch.empty(self.blocks, dtype=dtype, device=_CPU)
        self.kept_masses = self._masses.numpy()
        scratch = torch.empty(self.sums[0] * BLOCK, dtype=dtype, device=_CPU)
        last = torch.zeros(self.sums[-1] * BLOCK, dtype=dtype, device=_CPU)  # zeros behind the end
        buffers = [scratch] * (len(self.sums) - 1) + [last]
        self.weights = [buffer[:width] for buffer, width in zip(buffers, self.columns, strict=True)]
        self.in_blocks = [buffer.view(-1, BLOCK) for buffer in buffers]
        # A number that torch reads; NumPy writes it in a tenth of the time that torch takes.
        self.offset = torch.empty((), dtype=dtype, device=_CPU)
        self.write_offset = self.offset.numpy().fill

    @staticmethod
    def kept(classes: int, dtype: torch.dtype) -> _Tile:
        """This thread's scratch, kept for the next call: to get fresh memory takes longer."""
        key, kept = (classes, dtype, _columns()), _KEPT
        if kept.key != key:
            # Not for inference alone: the next call may be outside of that mode.
            with torch.inference_mode(False):
                kept.key, kept.tile = key, _Tile(*key)
        return kept.tile

    @functools.cached_property
    def whole(self) -> Tensor:
        """Room for a running sum over all classes."""
        with torch.inference_mode(False):
            return torch.empty(sum(self.columns), dtype=torch.float64, device=_CPU)

    def sum_blocks(
        self, row: Tensor, top: float, low: float, temperature: float, out: Tensor
    ) -> None:
        """The sums of ``e^{(z - top)/T}`` over the blocks of a row, but for a common factor.

        ``low`` is a logit of the row, by which to tell whether subnormal weights are about.
        """
        scale = self._scale(top, low, temperature)
        if len(self.columns) == 1:  # to cut costs as much as a sum
            self._weigh(row, self.weights[0], *scale)
            torch.sum(self.in_blocks[0], 1, out=out)
            return
        parts = row.split_with_sizes(self.columns), out.split_with_sizes(self.sums)
        for part, sums, weights, in_blocks in zip(
            *parts, self.weights, self.in_blocks, strict=True
        ):
            self._weigh(part, weights, *scale)
            torch.sum(in_blocks, 1, out=sums)

    def masses(self, row: Tensor, top: float, low: float, temperature: float) -> np.ndarray:
        """The same as an array, valid until the next call."""
        self.sum_blocks(row, top, low, temperature, self._masses)
        return self.kept_masses

    def running(self, row: Tensor, top: float, low: float, temperature: float) -> np.ndarray:
        """Their cumulative sum over the classes in float64, valid until the next call."""
        scale, before = self._scale(top, low, temperature), 0.0
        parts = row.split_with_sizes(self.columns), self.whole.split_with_sizes(self.columns)
        for part, out, weights in zip(*parts, self.weights, strict=True):
            self._weigh(part, weights, *scale)
            torch.cumsum(weights, 0, dtype=torch.float64, out=out)
            if before:
                out.add_(before)
            before = out[-1].item()
        return self.whole.numpy()

    def _scale(
        self, top: float, low: float, temperature: float
    ) -> tuple[float, float, float, bool, bool]:
        first, second = _scale_factors(temperature, self.dtype)
        fused = first == 1.0 and abs(top * second) < _LARGEST_OFFSET and adds_fused()
        if fused:
            self.write_offset(-top * second)
        # Subnormal weights are slow, not wrong.
        steep = (low - top) * first * second < self.lowest
        return top, first, second, fused, steep

    def _weigh(
        self,
        part: Tensor,
        out: Tensor,
        top: float,
        first: float,
        second: float,
        fused: bool,
        steep: bool,
    ) -> None:
        if fused:
            torch.add(self.offset, part, alpha=second, out=out)
        elif first < 1.0:  # lest the difference overflow
            torch.mul(part, first, out=out).sub_(top * first).mul_(second)
        else:
            torch.sub(part, top, out=out).mul_(first).mul_(second)
        if steep:
            torch.threshold_(out, self.lowest, -math.inf)
        torch.exp2(out, out=out)


class _Kept(threading.local):
    """What a thread keeps from call to call."""

    key: tuple | None = None
    tile: _Tile

    def __init__(self) -> None:
        with torch.inference_mode(False):
            self.uniform = torch.empty(1, dtype=torch.float64, device=_CPU)


_KEPT = _Kept()


@functools.cache
def adds_fused() -> bool:
    """Whether ``torch.add(a, b, alpha=c)`` rounds once, as a fused multiply-add does.

    Then ``z/T - max/T`` in one call is as exact as ``(z - max)/T``: the rounding of ``max/T`` is
    common to all classes and cancels. Rounded twice, an offset of 1e4 would cost four digits.
    """
    x = 1 + 2.0**-12
    minus_one, many = (torch.full((67,), value, device=_CPU) for value in (-1.0, x))
    once = torch.add(minus_one, many, alpha=x)
    return bool((once.double() == x * x - 1).all())
