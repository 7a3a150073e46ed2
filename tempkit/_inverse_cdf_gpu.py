r"""The draws of :mod:`tempkit._inverse_cdf` on a GPU: whole tensors, and a host that never waits.

Rows that are not valid are refused by an assertion of the device, as in ``torch.multinomial``.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from tempkit._inverse_cdf import BELOW_ONE, BLOCK, LOG2E, SHORT


def invert(logits: Tensor, temperature: Tensor, uniforms: Tensor) -> Tensor:
    """Tokens [...] for logits [..., V] in float32 or float64, temperatures and uniforms [...]."""
    flat = logits.reshape(-1, logits.shape[-1])
    heats, shares = temperature.reshape(-1), uniforms.reshape(-1)
    if flat.shape[1] <= SHORT:
        tokens = _tokens_from_all_weights(flat, heats, shares[:, None])
    else:
        tokens = _tokens_of_long_rows(flat, heats, shares)
    return tokens.reshape(uniforms.shape)


def invert_many(logits: Tensor, temperature: Tensor, uniforms: Tensor) -> Tensor:
    """Tokens [..., N] for uniforms [..., N], from the whole CDF of each row."""
    flat = logits.reshape(-1, logits.shape[-1])
    shares = uniforms.reshape(len(flat), uniforms.shape[-1])
    tokens = _tokens_from_all_weights(flat, temperature.reshape(-1), shares)
    return tokens.reshape(uniforms.shape)


def _tokens_from_all_weights(flat: Tensor, temperature: Tensor, uniforms: Tensor) -> Tensor:
    """Tokens [R, N] with every weight in float64."""
    running = _rising_sum(_weights(flat, _asserted_maximum(flat), temperature))
    return torch.searchsorted(running, running[:, -1:] * uniforms, right=True)


def _tokens_of_long_rows(flat: Tensor, temperature: Tensor, uniforms: Tensor) -> Tensor:
    top = _asserted_maximum(flat)
    first, second = _scale_tensors(temperature, flat.dtype)
    weights = _scaled_gaps(flat, top[:, None], first, second).exp2_()
    padded = torch.nn.functional.pad(weights, (0, -flat.shape[1] % BLOCK))
    sums = padded.view(len(flat), -1, BLOCK).sum(-1)
    running = _rising_sum(sums)
    target = running[:, -1:] * uniforms[:, None]
    block = torch.searchsorted(running, target, right=True)
    width = sums.gather(1, block).double()
    share = (target - (running.gather(1, block) - width)) / width
    columns = block * BLOCK + torch.arange(BLOCK, device=flat.device)
    inside = columns < flat.shape[1]
    members = flat.gather(1, torch.where(inside, columns, 0))
    running = _rising_sum(_weights(members, top, temperature) * inside)
    target = running[:, -1:] * share.clamp(0.0, BELOW_ONE)
    return (block * BLOCK + torch.searchsorted(running, target, right=True))[:, 0]


def _asserted_maximum(flat: Tensor) -> Tensor:
    top = flat.amax(1)
    torch._assert_async(
        torch.isfinite(top).all(), "a row of the logits has NaN, +inf or no finite logit"
    )
    return top


def _scale_tensors(temperature: Tensor, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """``_inverse_cdf._scale_factors`` for a tensor of temperatures, on its device: [R, 1] each."""
    limits = torch.finfo(dtype)
    far = 2.0 ** (120 if dtype == torch.float32 else 1000)
    rate = LOG2E / temperature[:, None]
    first = torch.ones_like(rate)
    first.masked_fill_(rate > math.sqrt(limits.max), far)
    first.masked_fill_(rate < math.sqrt(limits.tiny), 1 / far)
    # Not from the rate, which is infinite where T is subnormal.
    second = (LOG2E / first / temperature[:, None]).clamp_(limits.tiny, limits.max / 2)
    return first.to(dtype), second.to(dtype)


def _scaled_gaps(logits: Tensor, top: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """``(logits - top) * first * second``; what lowers goes first, lest the difference overflow."""
    before = first.clamp_max(1.0)
    return (logits * before).sub_(top * before).mul_(first / before).mul_(second)


def _weights(logits: Tensor, top: Tensor, temperature: Tensor) -> Tensor:
    """``e^{(z - max z)/T}`` in float64, for logits [R, n], maxima and temperatures [R]."""
    first, second = _scale_tensors(temperature, torch.float64)
    return _scaled_gaps(logits.double(), top.double()[:, None], first, second).exp2_()


def _rising_sum(weights: Tensor) -> Tensor:
    """Cumulative sum in float64 that rises only where a weight is positive.

    A parallel scan may round an entry of weight 0 off its neighbour.
    """
    running = weights.cumsum(-1, dtype=torch.float64)
    return torch.where(weights > 0, running, 0.0).cummax(-1).values
