r"""The innermost loops, compiled by Numba: what torch does in several passes, in one, in registers.

Imported only by :mod:`tempkit._compiled`, where Numba is installed. The exponential is a
polynomial: with ``n`` the whole number nearest to x and ``f = x - n``,

.. math::  2^x = 2^n 2^f, \qquad 2^f \approx \sum_{k=0}^K c_k f^k, \quad |f| \le \tfrac12

interpolated at the Chebyshev nodes, and ``2^n`` is written into the bits of the exponent. For
``K = 6`` the polynomial is off by less than 2e-8 of itself, for ``K = 12`` by less than 1e-15.

Sums are kept in lanes, as many as fill the vector registers several times over, so that they are
short and need no licence to reorder; nothing here depends on fast-math but the contraction of
``a * b + c``, which only leaves a rounding out.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numba
import numpy as np
from numba.extending import overload
from numpy.polynomial import chebyshev

from tempkit._inverse_cdf import BELOW_ONE, BLOCK, GLANCE, NEAR

__all__ = ["LANES", "bin_moments", "first_above", "power_sums", "token_of_row", "tokens_of_rows"]

#: Running sums side by side.
LANES = 64


def _coefficients(order: int) -> np.ndarray:
    """Of the polynomial for 2^f, |f| <= 1/2."""
    series = chebyshev.chebinterpolate(lambda t: 2.0 ** (t / 2), order)
    return chebyshev.cheb2poly(series) * 2.0 ** np.arange(order + 1)


_A0, _A1, _A2, _A3, _A4, _A5, _A6 = (np.float32(c) for c in _coefficients(6))
_B = tuple(float(c) for c in _coefficients(12))
_B0, _B1, _B2, _B3, _B4, _B5, _B6, _B7, _B8, _B9, _B10, _B11, _B12 = _B

_ZERO = np.float32(0)
_LOWEST, _HIGHEST = np.float32(-126), np.float32(127)
_LOWEST_DOUBLE = -1022.0
#: Added to a number and taken away again it rounds it to a whole one, which its last bits then are.
_ROUNDS = np.float32(1.5 * 2**23)
_ROUNDS_BITS = np.int32(_ROUNDS.view(np.int32) - 127)
_ROUNDS_DOUBLE = 1.5 * 2**52
_ROUNDS_DOUBLE_BITS = np.int64(np.float64(_ROUNDS_DOUBLE).view(np.int64) - 1023)


def _compile(function: Callable) -> Callable:
    """Compiled when first called, and kept on disk where that can be written."""
    settings = {"fastmath": {"contract"}, "error_model": "numpy", "nogil": True}
    try:
        return numba.njit(cache=True, **settings)(function)
    except RuntimeError:  # no place for the cache
        return numba.njit(**settings)(function)


@_compile
def _exp2(x: float) -> float:
    """2^x of a float32: 0 below -126, what 127 gives above; NaN stays NaN."""
    y = _HIGHEST if x > _HIGHEST else x
    m = np.float32(y + _ROUNDS)
    f = y - (m - _ROUNDS)
    p = _A0 + f * (_A1 + f * (_A2 + f * (_A3 + f * (_A4 + f * (_A5 + f * _A6)))))
    e = np.int32(np.int32(m.view(np.int32) - _ROUNDS_BITS) << np.int32(23)).view(np.float32)
    return _ZERO if x < _LOWEST else np.float32(p * e)


@_compile
def _exp2_double(x: float) -> float:
    """2^x of a float64 that is at most 1: 0 below -1022; NaN stays NaN."""
    m = np.float64(x + _ROUNDS_DOUBLE)
    f = x - (m - _ROUNDS_DOUBLE)
    p = _B6 + f * (_B7 + f * (_B8 + f * (_B9 + f * (_B10 + f * (_B11 + f * _B12)))))
    p = _B0 + f * (_B1 + f * (_B2 + f * (_B3 + f * (_B4 + f * (_B5 + f * p)))))
    e = np.int64((m.view(np.int64) - _ROUNDS_DOUBLE_BITS) << 52).view(np.float64)
    return 0.0 if x < _LOWEST_DOUBLE else p * e


def _power_of_two(x: float) -> float:
    """2^x in the type of x."""
    return 2.0**x


def _at_least_lowest(x: float) -> float:
    """x, or the lowest exponent of its type, where 2^x is negligible: lest 0 times infinity."""
    return max(x, _LOWEST_DOUBLE)


# Numba wants the parameters of these as bare as those of what they return.
@overload(_power_of_two)
def _(x) -> Callable:
    return (lambda x: _exp2(x)) if x == numba.float32 else (lambda x: _exp2_double(x))


@overload(_at_least_lowest)
def _(x) -> Callable:
    if x == numba.float32:
        return lambda x: _LOWEST if x < _LOWEST else x
    return lambda x: _LOWEST_DOUBLE if x < _LOWEST_DOUBLE else x


@_compile
def _sum_blocks(row: np.ndarray, top: float, rate: float, sums: np.ndarray) -> float:
    """``sum 2^((z - top) rate)`` over each block of 256 of a float32 row; all of them together."""
    lanes = np.empty(LANES, np.float32)
    classes, total = np.uint64(row.size), 0.0
    for b in range(np.uint64(sums.size)):
        start = np.uint64(b * np.uint64(BLOCK))
        mass = _ZERO
        if start + np.uint64(BLOCK) <= classes:
            for j in range(LANES):
                lanes[j] = _ZERO
            for i in range(np.uint64(BLOCK // LANES)):
                at = start + i * np.uint64(LANES)
                for j in range(np.uint64(LANES)):
                    lanes[j] += _exp2((row[at + j] - top) * rate)
            for j in range(LANES):
                mass += lanes[j]
        else:
            for z in row[start:]:
                mass += _exp2((z - top) * rate)
        sums[b] = mass
        total += mass
    return total


@_compile
def token_of_row(row: np.ndarray, rate: float, share: float) -> int:
    """The token of a float32 row [V], V > 1024, for ``rate = 1/(T log 2)`` and a uniform number.

    -1 if the row has no maximum that is a finite number.
    """
    classes = row.size
    sums = np.empty((classes + BLOCK - 1) // BLOCK, np.float32)
    single = np.float32(rate)
    top = row[0]
    for z in row[:GLANCE]:
        if z > top:
            top = z
    total = _sum_blocks(row, top, single, sums)
    if not 0.0 < total < NEAR:
        top = row[0]
        for z in row:
            if z > top or z != z:
                top = z
        if not math.isfinite(top):
            return -1
        total = _sum_blocks(row, top, single, sums)
    target, running, block = share * total, 0.0, 0
    for b in range(sums.size):
        running += sums[b]
        block = b
        if running > target:
            break
    width = np.float64(sums[block])
    within = min(max((target - (running - width)) / width, 0.0), BELOW_ONE)
    start, stop = block * BLOCK, min((block + 1) * BLOCK, classes)
    weights = np.empty(stop - start)
    mass = 0.0
    for i in range(stop - start):
        mass += np.exp2((np.float64(row[start + i]) - np.float64(top)) * rate)
        weights[i] = mass
    target = within * mass
    for i in range(stop - start):
        if weights[i] > target:
            return start + i
    return -1


@_compile
def tokens_of_rows(
    rows: np.ndarray, rates: np.ndarray, shares: np.ndarray, tokens: np.ndarray
) -> None:
    """The same for rows [R, V], rates [R] and uniforms [R], into tokens [R]."""
    for i in range(len(rows)):
        tokens[i] = token_of_row(rows[i], rates[i], shares[i])


@_compile
def first_above(running: np.ndarray, shares: np.ndarray, tokens: np.ndarray) -> None:
    """The first of the running sums [V] above each share [N] of the last one, into tokens [N].

    A guide holds where each V-th part of the total begins, and a bisection ends the search between
    two of its entries: one more on either side than the exact quotient needs, for the roundings.
    """
    classes = running.size
    total, place = running[-1], 0
    guide = np.empty(classes + 1, np.int32)
    for part in range(classes):
        edge = total * (part / classes)
        while place < classes - 1 and running[place] <= edge:
            place += 1
        guide[part] = place
    guide[classes] = classes - 1
    for i in range(shares.size):
        target, part = shares[i] * total, np.int64(shares[i] * classes)
        low, high = guide[max(part - 1, 0)], guide[min(part + 2, classes)]
        while low < high:
            middle = (low + high) // 2
            if running[middle] > target:
                high = middle
            else:
                low = middle + 1
        tokens[i] = low


@_compile
def bin_moments(gaps: np.ndarray, deepest: float, width: float, moments: np.ndarray) -> None:
    """Add the powers of the place t of each gap [V] within its bin to ``moments [bins, P + 3]``.

    t is 1 at the upper edge of a bin and -1 at the lower; what lies deeper than ``deepest`` counts
    there, and -inf nowhere.
    """
    per_width = 1.0 / width
    for gap in gaps:
        if gap == -math.inf:
            continue
        place = -max(gap, -deepest) * per_width
        b = np.int64(place)
        t = 1.0 - 2.0 * (place - b)
        power = 1.0
        for p in range(moments.shape[1]):
            moments[b, p] += power
            power *= t


@_compile
def power_sums(row: np.ndarray, top: float, rate: float, lanes: np.ndarray) -> np.ndarray:
    """``sum (1, x, x^2, x^3) 2^x`` for x = (z - top) rate <= 0 of a float32 row [V].

    In the type of ``top``, ``rate`` and ``lanes [4, LANES]``, which is a scratch: float32, or
    float64, where the differences are exact.
    """
    lanes[:] = 0
    sums = np.zeros(4)
    whole = np.uint64(row.size // LANES)
    for i in range(whole):
        at = i * np.uint64(LANES)
        for j in range(np.uint64(LANES)):
            x = _at_least_lowest((row[at + j] - top) * rate)
            w = _power_of_two(x)
            lanes[0, j] += w
            lanes[1, j] += w * x
            lanes[2, j] += w * x * x
            lanes[3, j] += w * x * x * x
    for j in range(LANES):
        for p in range(4):
            sums[p] += lanes[p, j]
    for z in row[whole * np.uint64(LANES) :]:
        x = _at_least_lowest((z - top) * rate)
        w = np.float64(_power_of_two(x))
        for p in range(4):
            sums[p] += w
            w *= x
    return sums
