r"""The sums of :mod:`tempkit._moments` over many temperatures from one pass over the classes.

The gaps fall into bins of width ``w = Q T_min``. In a bin with centre c and half width h = w/2 a
gap is ``d = c + h t`` with t in [-1, 1], and

.. math::  e^{d/T} = e^{c/T} e^{xt}, \qquad x = \frac{h}{T} \le \frac{Q}{2}, \qquad
           e^{xt} = I_0(x) + 2 \sum_{p \ge 1} I_p(x) T_p(t) \approx \sum_{p=0}^{P} a_p(x) t^p

where the Chebyshev series is cut after the order P. So the sums over classes need only the moments
``sum t^p`` of each bin, whatever the temperature. Every weight is off by the factor ``1 + delta``
with ``|delta| <= 1.2e-10`` for the Q and P used here; docs/fast-paths.md proves it and what follows
from it for the entropy.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from tempkit import _compiled

_LOG2E = math.log2(math.e)

#: Width of a bin in units of the lowest temperature, and the order of the series.
WIDTH = 0.75
ORDER = 7

#: By how much a weight may be off, relative to itself: the proof is in docs/fast-paths.md.
WEIGHT_ERROR = 1.2e-10

#: A class this many temperatures down, and the logarithm of their number further, is negligible:
#: all of them together move no sum by more than e^-32.
_NEGLIGIBLE_BELOW = 32.0

#: Multiplications in a product of matrices that OpenBLAS leaves undivided (below 2^18), and bins.
_PRODUCT, _BINS_A_PRODUCT = 200_000, 1024

#: Nanoseconds, measured on one x86 core: to set up, per class, per bin and temperature.
_SET_UP_COST, _CLASS_COST, _BIN_COST = 150_000.0, 12.0, 2.1


def plan(
    ascending: Tensor, classes: int, widest: float, *, direct_per_temperature: float
) -> list[tuple[Tensor, bool]]:
    """Cut ascending finite temperatures into parts, each with whether to bin it, to cost least.

    A wide range of temperatures needs narrow bins far down: cut in the middle of its logarithms
    while the two halves together cost less.
    """
    _, sizes = _cheapest(ascending.numpy(), classes, widest, direct_per_temperature)
    parts = ascending.split([size for size, _ in sizes])
    return [(part, binned) for part, (_, binned) in zip(parts, sizes, strict=True)]


def _cheapest(
    ascending: np.ndarray, classes: int, widest: float, direct: float
) -> tuple[float, list[tuple[int, bool]]]:
    low, high = float(ascending[0]), float(ascending[-1])
    set_up = _SET_UP_COST + _CLASS_COST * classes
    bins = _deepest(high, classes, widest) / (WIDTH * low) + 1
    count = len(ascending)
    cost, binned = min((direct * count, False), (set_up + _BIN_COST * count * bins, True))
    parts = [(count, binned)]
    if high > 2 * low and cost > 2 * set_up:
        middle = int(np.searchsorted(ascending, math.sqrt(low) * math.sqrt(high)))
        left = _cheapest(ascending[:middle], classes, widest, direct)
        right = _cheapest(ascending[middle:], classes, widest, direct)
        if left[0] + right[0] < cost:
            cost, parts = left[0] + right[0], left[1] + right[1]
    return cost, parts


def _deepest(high: float, classes: int, widest: float) -> float:
    """The gap beyond which no class matters at the highest temperature."""
    return min(widest, (_NEGLIGIBLE_BELOW + math.log(classes)) * high)


def sums(
    tiles: list[Tensor], ascending: Tensor, *, widest: float, tied: float, impossible: bool
) -> Tensor:
    """``A_0, A_1, A_2`` of one row of gaps at finite temperatures [K], ascending: [K, 3].

    The tied maxima are left out. ``widest`` is the largest finite distance from the maximum.
    """
    low, high = ascending[0].item(), ascending[-1].item()
    deepest = _deepest(high, sum(map(len, tiles)), widest)
    width = min(WIDTH * low, deepest) or 1.0  # 1.0 where all are tied: nothing is left then
    moments = _moments_of_bins(tiles, width, deepest, impossible)
    moments[:, 0] -= tied  # which lie at t = 1 of the first bin, where every power is 1
    half = width / 2
    centre = (torch.arange(moments.shape[1], dtype=torch.float64, device="cpu") + 0.5) * -width
    plain, once, twice = (moments[p : p + ORDER + 1] for p in range(3))
    # sum t^p d and sum t^p d^2, with d = c + h t.
    with_gap = centre * plain + half * once
    with_square = centre * (centre * plain + 2 * half * once) + half * half * twice
    table = torch.cat([plain, with_gap, with_square]).T.numpy()
    series = _weighted(centre, _LOG2E / ascending, table).reshape(-1, 3, ORDER + 1)
    powers = coefficients(half / ascending.numpy())
    return torch.from_numpy((series * powers[:, None]).sum(-1))


def _weighted(centre: Tensor, rates: Tensor, table: np.ndarray) -> np.ndarray:
    """``sum_b 2^(centre_b rate_k) table[b]`` [K, columns], in products too small for threads.

    Small ones by NumPy: torch's BLAS wakes its threads for any product.
    """
    total = np.zeros((len(rates), table.shape[1]))
    for first in range(0, len(centre), _BINS_A_PRODUCT):
        bins = slice(first, first + _BINS_A_PRODUCT)
        some = centre[bins]
        rows = _PRODUCT // (len(some) * table.shape[1])
        for start in range(0, len(rates), rows):
            weights = torch.outer(rates[start : start + rows], some).exp2_()
            total[start : start + rows] += weights.numpy() @ table[bins]
    return total


def _moments_of_bins(tiles: list[Tensor], width: float, deepest: float, impossible: bool) -> Tensor:
    """``sum t^p`` for p = 0 .. P + 2 over the classes of each bin, [P + 3, bins].

    What lies deeper than ``deepest`` counts there, where it is negligible.
    """
    bins = int(deepest / width) + 2
    if (compiled := _compiled.kernels()) is not None:
        by_bin = np.zeros((bins, ORDER + 3))
        for gaps in tiles:
            compiled.bin_moments(gaps.contiguous().numpy(), deepest, width, by_bin)
        return torch.from_numpy(by_bin.T.copy())
    moments = torch.zeros(ORDER + 3, bins, dtype=torch.float64, device="cpu")
    for gaps in tiles:
        place = gaps.clamp_min(-deepest).mul_(-1 / width)
        index = place.long()
        t = place.frac_().mul_(-2).add_(1)  # 1 at the upper edge of the bin, -1 at the lower
        power = (gaps > -math.inf).double() if impossible else torch.ones_like(t)
        for order, row in enumerate(moments):
            if order:
                power.mul_(t)
            row.scatter_add_(0, index, power)
    return moments


def coefficients(x: np.ndarray) -> np.ndarray:
    """``a_p(x)`` [K, P + 1]: the cut Chebyshev series of ``e^{xt}``, in powers of t."""
    return np.vander(x, len(_SERIES), increasing=True) @ _SERIES


def _series() -> np.ndarray:
    """``a_p(x) = sum_m x^m _SERIES[m, p]``, from the series of the Bessel functions I_n(x).

    ``e^{xt} = sum_n c_n I_n(x) T_n(t)`` with ``c_0 = 1`` and 2 beyond, and
    ``I_n(x) = sum_k (x/2)^(2k + n) / (k! (k + n)!)``; for ``x <= 3/8`` six terms are exact.
    """
    bessel = np.zeros((2 * 6 + ORDER, ORDER + 1))
    for n in range(ORDER + 1):
        for k in range(6):
            divisor = math.factorial(k) * math.factorial(k + n) * 2 ** (2 * k + n)
            bessel[2 * k + n, n] = (1 if n == 0 else 2) / divisor
    chebyshev = np.eye(ORDER + 1)  # row n: the coefficients of T_n(t) in powers of t
    for n in range(2, ORDER + 1):
        chebyshev[n] = 2 * np.roll(chebyshev[n - 1], 1) - chebyshev[n - 2]
    return bessel @ chebyshev


_SERIES = _series()
