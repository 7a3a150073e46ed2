r"""Inverse-CDF draws over blocks of classes, from one uniform number a row.

.. math::  j(u) = \min \{ j : \sum_{i \le j} q_i > u \}

in two levels. The bulk of the work, ``2^{(z - max z) / (T \log 2)}`` over the whole vocabulary, is
done once in the dtype of the logits and only its sums over blocks of 256 classes are kept. The
block that u falls into is then computed again in float64, and u decides within it.

A class of probability 0 adds nothing to a running sum, so that no u can stop there. Rows without a
finite maximum are not valid: they get a token without a meaning, and the caller refuses them.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

_LOG2E = math.log2(math.e)
_BLOCK = 256

#: A row this short is one block of its own.
_SHORT = 1024

#: Blocks and columns per elementwise call on a CPU: below the 32,768 elements from which torch
#: starts its thread pool, and small enough for the cache.
_BLOCKS_PER_TILE = 127
_COLUMNS = _BLOCKS_PER_TILE * _BLOCK

#: The largest uniform used, and the one within a block: times any x > 0 it stays below x.
_BELOW_ONE = 1 - 2.0**-52

#: Below this exponent a weight would be a subnormal number, which is slow. It counts as 0 in the
#: sum of its block: no uniform of 53 bits could tell.
_LOWEST_EXPONENT = {torch.float32: -126.0, torch.float64: -1022.0}


def invert(logits: Tensor, temperature: Tensor, uniforms: Tensor) -> tuple[Tensor, Tensor]:
    """Tokens [R] for logits [R, V], temperatures and uniforms [R]; and the maximum of each row."""
    if logits.shape[1] <= _SHORT:
        tokens, top = invert_many(logits, temperature, uniforms[:, None])
        return tokens[:, 0], top
    if logits.device.type == "cpu":
        return _invert_by_rows(logits, temperature, uniforms)
    return _invert_at_once(logits, temperature, uniforms)


def invert_many(logits: Tensor, temperature: Tensor, uniforms: Tensor) -> tuple[Tensor, Tensor]:
    """Tokens [R, N] for uniforms [R, N] from the whole CDF of each row, and the maxima [R]."""
    tokens = torch.empty(uniforms.shape, dtype=torch.int64, device=logits.device)
    top = logits.amax(1)
    size = max(1, _COLUMNS // logits.shape[1]) if logits.device.type == "cpu" else len(logits)
    for start in range(0, len(logits), max(1, size)):
        rows = slice(start, start + size)
        running = _running_sum(_weights(logits[rows], top[rows], temperature[rows]))
        targets = running[:, -1:] * uniforms[rows].clamp_max(_BELOW_ONE)
        tokens[rows] = torch.searchsorted(running, targets, right=True)
    return tokens, top


def _scale_factors(temperature: Tensor, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Two factors [R] whose product is ``1 / (T log 2)``, each a positive finite ``dtype``.

    The first is a power of two, 1 but for extreme T. Between them they reach far enough that
    ``T = 0`` sends every gap to -inf except the 0 of a maximum, and ``T = inf`` every gap to 0
    except the -inf of an impossible class: the limits need no case of their own.
    """
    limits = torch.finfo(dtype)
    far = 2.0 ** (120 if dtype == torch.float32 else 1000)
    rate = _LOG2E / temperature.double()
    first = torch.ones_like(rate)
    first.masked_fill_(rate > math.sqrt(limits.max), far)
    first.masked_fill_(rate < math.sqrt(limits.tiny), 1 / far)
    return first.to(dtype), (rate / first).clamp_(limits.tiny, limits.max / 2).to(dtype)


def _weights(logits: Tensor, top: Tensor, temperature: Tensor) -> Tensor:
    """``e^{(z - max z)/T}`` in float64, for logits [R, n], maxima and temperatures [R]."""
    first, second = _scale_factors(temperature, torch.float64)
    gaps = logits.double() - top.double()[:, None]
    return gaps.mul_(first[:, None]).mul_(second[:, None]).exp2_()


def _running_sum(weights: Tensor) -> Tensor:
    """Cumulative sum in float64 that rises only where a weight is positive."""
    running = weights.cumsum(-1, dtype=torch.float64)
    if running.device.type == "cpu":
        return running  # summed in order: it stands still at a 0
    # A parallel scan may round an entry of weight 0 away from its neighbour.
    return torch.where(weights > 0, running, 0.0).cummax(-1).values


def _invert_by_rows(logits: Tensor, temperature: Tensor, uniforms: Tensor) -> tuple[Tensor, Tensor]:
    """On a CPU: the bulk row by row in the cache, and the little that is left with numpy.

    For arrays of a few hundred numbers numpy's calls cost half of torch's.
    """
    sums, top = _block_sums(logits, *_scale_factors(temperature, logits.dtype))
    rows = np.arange(len(logits))
    share = np.minimum(uniforms.numpy(), _BELOW_ONE)
    with np.errstate(all="ignore"):  # rows that are not valid
        running = np.cumsum(sums, axis=1, dtype=np.float64)
        target = share * running[:, -1]
        block = (running > target[:, None]).argmax(1)
        width = sums[rows, block].astype(np.float64)
        share = (target - (running[rows, block] - width)) / width
        columns = block[:, None] * _BLOCK + np.arange(_BLOCK)
        inside = columns < logits.shape[1]
        members = logits.numpy()[rows[:, None], np.where(inside, columns, 0)].astype(np.float64)
        first, second = (f.numpy()[:, None] for f in _scale_factors(temperature, torch.float64))
        gaps = members - top.double().numpy()[:, None]
        running = np.cumsum(np.exp2(gaps * first * second) * inside, axis=1)
        target = np.clip(share, 0.0, _BELOW_ONE) * running[:, -1]
        member = (running > target[:, None]).argmax(1)
    return torch.from_numpy(block * _BLOCK + member), top


def _block_sums(logits: Tensor, first: Tensor, second: Tensor) -> tuple[np.ndarray, Tensor]:
    """Sums of the weights over blocks [R, blocks], and maxima [R]."""
    count, classes = logits.shape
    sums = logits.new_empty(count, -(-classes // _BLOCK))
    top = logits.new_empty(count)
    scratch = logits.new_zeros(2, _COLUMNS)  # the second keeps zeros behind the last class
    lowest = _LOWEST_EXPONENT[logits.dtype]
    factors = zip(first.tolist(), second.tolist(), strict=True)
    tile_tops = logits.new_empty(-(-classes // _COLUMNS)).unbind()
    for row, out, highest, (one, two) in zip(
        logits.unbind(), sums.unbind(), top.unbind(), factors, strict=True
    ):
        tiles = row.split(_COLUMNS)
        for tile, tile_top in zip(tiles, tile_tops, strict=True):
            torch.amax(tile, 0, out=tile_top)
        torch.amax(torch.stack(tile_tops), 0, out=highest)
        for tile, tile_sums in zip(tiles, out.split(_BLOCKS_PER_TILE), strict=True):
            padded = scratch[int(len(tile) < _COLUMNS), : len(tile_sums) * _BLOCK]
            weights = padded[: len(tile)]
            # The maximum goes first: in z/T - max/T a common offset of 1e4 costs four digits.
            torch.sub(tile, highest, out=weights)
            if one != 1.0:
                weights.mul_(one)
            torch.threshold_(weights.mul_(two), lowest, -math.inf)
            torch.exp2(weights, out=weights)
            torch.sum(padded.view(-1, _BLOCK), 1, out=tile_sums)
    return sums.numpy(), top


def _invert_at_once(logits: Tensor, temperature: Tensor, uniforms: Tensor) -> tuple[Tensor, Tensor]:
    """The same on a GPU: whole tensors, and nothing that makes the host wait."""
    top = logits.amax(1)
    first, second = (f[:, None] for f in _scale_factors(temperature, logits.dtype))
    weights = (logits - top[:, None]).mul_(first).mul_(second).exp2_()
    padded = torch.nn.functional.pad(weights, (0, -logits.shape[1] % _BLOCK))
    sums = padded.view(len(logits), -1, _BLOCK).sum(-1)
    running = _running_sum(sums)
    target = running[:, -1:] * uniforms.clamp_max(_BELOW_ONE)[:, None]
    block = torch.searchsorted(running, target, right=True)
    width = sums.gather(1, block).double()
    share = (target - (running.gather(1, block) - width)) / width
    columns = block * _BLOCK + torch.arange(_BLOCK, device=logits.device)
    inside = columns < logits.shape[1]
    members = logits.gather(1, torch.where(inside, columns, 0))
    running = _running_sum(_weights(members, top, temperature) * inside)
    target = running[:, -1:] * share.clamp(0.0, _BELOW_ONE)
    return (block * _BLOCK + torch.searchsorted(running, target, right=True))[:, 0], top
