r"""Which tokens stay possible: truncation and penalties, from logits to logits.

With ``p = softmax(z)``, each filter gives the tokens it removes the logit ``-inf`` and leaves the
others as they were:

.. math::
    \text{top-k:}\;   & \text{the } k \text{ largest } z_i \\
    \text{top-p:}\;   & \text{the fewest most probable tokens whose mass reaches } p \\
    \text{min-p:}\;   & p_i \ge p \max_j p_j \\
    \text{typical:}\; & \text{the fewest tokens, nearest to } \lvert -\log p_i - H \rvert = 0,
                        \text{ whose mass reaches } m

Top-p, min-p and typical depend on probabilities, hence on the temperature at which they are taken:
:func:`compose` takes :func:`temper` as one step among the others, so that the order is in sight.

Ties: where equal tokens compete for the last places, the lower index wins. So the number kept is
exact, the same on every device, and top-k with ``k = 2`` keeps two of ``[1, 1, 1, 0]``. Filters
that compare with a threshold (min-p) have no last place and keep or remove equal tokens together.

Rules for all of them: the input is never changed, any leading shape will do (an empty batch too),
float16 and bfloat16 come back as float32, impossible tokens stay impossible, at least one token
survives in each row, and gradients reach the logits of those that do.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral, Real

import torch
from torch import Tensor

from tempkit.scaling import as_float, as_fraction, validated_logits, validated_temperature

__all__ = [
    "Composition",
    "compose",
    "min_p",
    "repetition_penalty",
    "temper",
    "top_k",
    "top_p",
    "typical",
]

_LOG2E = math.log2(math.e)

#: A float64 sum of probabilities this near to the mass asked for has reached it, or nearer than
#: rounding can move a sum of so many: without it, eight of ten equal tokens sum to less than 0.8.
_ROUNDING_OF_A_SUM, _ROUNDING_PER_TERM = 1e-12, 2.0**-53

#: The probabilities of a row are added up in so many bins of the order in which tokens are taken,
#: this wide in nats; what lies beyond is in the last one. Only one bin is then sorted.
_BINS, _BIN_WIDTH = 2048, 1 / 32

#: Rows of this many tokens are not sorted as a whole.
_LONG = 4096


def top_k(logits: Tensor, k: int) -> Tensor:
    """Keep the ``k`` largest logits of each row.

    Parameters
    ----------
    logits : Tensor, any floating dtype, shape ``[..., V]``
        In nats; ``-inf`` marks an impossible token.
    k : int, at least 1
        With ``k >= V`` every token stays.

    Returns
    -------
    Tensor, the shape of ``logits``, float32 or float64
        Exactly ``min(k, V)`` places are kept; of equal logits the lower index wins.

    Raises
    ------
    TypeError
        If ``k`` is no integer.
    ValueError
        If ``k < 1``, or as :func:`tempkit.softmax` for the logits.

    References
    ----------
    Fan, Lewis and Dauphin (2018), "Hierarchical neural story generation", ACL.
    """
    if not isinstance(k, Integral) or isinstance(k, bool):
        raise TypeError(f"k must be an integer, not {k!r}")
    if k < 1:
        raise ValueError(f"k must be at least 1, not {k}: at least one token has to stay")
    logits = validated_logits(logits)
    if k >= logits.shape[-1]:
        return logits.clone()
    return _only(logits, _highest(logits.detach(), int(k)))


def top_p(logits: Tensor, p: float) -> Tensor:
    """Keep the nucleus: the fewest most probable tokens whose probabilities sum to ``p`` or more.

    Parameters
    ----------
    logits : Tensor, any floating dtype, shape ``[..., V]``
        In nats; ``-inf`` marks an impossible token.
    p : float, ``0 <= p <= 1``
        At 0 only the most probable token stays, at 1 every possible one.

    Returns
    -------
    Tensor, the shape of ``logits``, float32 or float64
        The smallest such set, the token that crosses ``p`` included; of equal tokens the lower
        index wins. Masses are summed in float64, and one short of ``p`` by no more than the
        rounding of such a sum, 1e-12 or V/2^53, has reached it.

    Raises
    ------
    TypeError, ValueError
        If ``p`` is no number from 0 to 1, or as :func:`tempkit.softmax` for the logits.

    References
    ----------
    Holtzman, Buys, Du, Forbes and Choi (2020), "The curious case of neural text degeneration",
    ICLR.
    """
    p = as_fraction("p", p)
    logits = validated_logits(logits)
    if p == 1:  # Also the tokens too improbable to move the sum.
        return logits.clone()
    gaps = _wide(logits)
    gaps = gaps.amax(-1, keepdim=True) - gaps
    weights = torch.exp2(gaps * -_LOG2E)
    weights /= weights.sum(-1, keepdim=True)
    return _only(logits, _fewest(gaps, weights, p))


def min_p(logits: Tensor, p: float) -> Tensor:
    """Keep the tokens at least ``p`` times as probable as the most probable one.

    Parameters
    ----------
    logits : Tensor, any floating dtype, shape ``[..., V]``
        In nats; ``-inf`` marks an impossible token.
    p : float, ``0 <= p <= 1``
        At 0 every possible token stays, at 1 only the tied maxima.

    Returns
    -------
    Tensor, the shape of ``logits``, float32 or float64
        The comparison is made on logits, ``z - max z >= log p`` in float64: no probability
        underflows.

    Raises
    ------
    TypeError, ValueError
        If ``p`` is no number from 0 to 1, or as :func:`tempkit.softmax` for the logits.

    References
    ----------
    Nguyen, Baker, Neo, Roush, Kirsch and Shwartz-Ziv (2025), "Turning up the heat: min-p sampling
    for creative and coherent LLM outputs", ICLR.
    """
    p = as_fraction("p", p)
    logits = validated_logits(logits)
    top = logits.detach().amax(-1, keepdim=True)
    return _only(logits, logits.detach() >= _lowest(top, math.log(p) if p > 0 else -math.inf))


def typical(logits: Tensor, mass: float) -> Tensor:
    """Keep the locally typical tokens, those whose surprise is nearest to the entropy.

    Parameters
    ----------
    logits : Tensor, any floating dtype, shape ``[..., V]``
        In nats; ``-inf`` marks an impossible token.
    mass : float, ``0 <= mass <= 1``
        Tokens are taken in the order of ``|-log p_i - H|`` until their probabilities sum to
        ``mass`` or more. At 0 only the most typical token stays, at 1 every possible one.

    Returns
    -------
    Tensor, the shape of ``logits``, float32 or float64
        The smallest such set; of equally typical tokens the lower index wins. The most probable
        token may be removed: that is the idea. Masses as in :func:`top_p`.

    Raises
    ------
    TypeError, ValueError
        If ``mass`` is no number from 0 to 1, or as :func:`tempkit.softmax` for the logits.

    References
    ----------
    Meister, Pimentel, Wiher and Cotterell (2023), "Locally typical sampling", Transactions of the
    ACL 11.
    """
    mass = as_fraction("mass", mass)
    logits = validated_logits(logits)
    if mass == 1:
        return logits.clone()
    log_p = torch.log_softmax(_wide(logits), -1)
    p = log_p.exp()
    entropy = torch.special.entr(p).sum(-1, keepdim=True)
    return _only(logits, _fewest((log_p + entropy).abs(), p, mass))


def repetition_penalty(logits: Tensor, previous_tokens: Tensor, penalty: float) -> Tensor:
    """Make the tokens that have already appeared less likely (or more, with a penalty below 1).

    A positive logit is divided by ``penalty``, a negative one multiplied by it; a token is
    penalised once, however often it appeared.

    So the result depends on where zero lies: unlike the softmax it is **not** shift-invariant, and
    the same probabilities written as ``z`` and as ``z + 3`` are penalised differently. It commutes
    with a finite temperature above 0, since both multiply.

    Parameters
    ----------
    logits : Tensor, any floating dtype, shape ``[..., V]``
        In nats; ``-inf`` marks an impossible token and stays.
    previous_tokens : Tensor of integers, shape ``[..., n]`` or ``[n]``
        Token ids, one list a row or one for all rows; ``n`` may be 0.
    penalty : float, ``0 < penalty < inf``
        1 changes nothing; 1.1 to 1.3 is usual.

    Returns
    -------
    Tensor, the shape of ``logits``, float32 or float64

    Raises
    ------
    TypeError
        If the tokens are not a tensor of integers, or the penalty is no number.
    ValueError
        If a token id lies outside ``[0, V)``, the leading shapes do not fit, the penalty is not
        positive and finite or takes a logit beyond the largest float of its dtype, or as
        :func:`tempkit.softmax` for the logits.

    References
    ----------
    Keskar, McCann, Varshney, Xiong and Socher (2019), "CTRL: a conditional transformer language
    model for controllable generation", who divide; the multiplication of negative logits came
    with the implementations. Note 03.
    """
    if not isinstance(penalty, Real) or isinstance(penalty, bool):
        raise TypeError(f"penalty must be a number, not {penalty!r}")
    penalty = as_float("penalty", penalty)
    if not 0 < penalty < math.inf:
        raise ValueError(f"penalty must be above 0 and finite, not {penalty:g}: 1 changes nothing")
    logits = validated_logits(logits)
    tokens = _validated_tokens(previous_tokens, logits)
    seen = logits.gather(-1, tokens)
    penalised = _penalised(seen, penalty)
    if not math.isfinite(penalised.sum().item()):
        _refuse_overflow(penalised.isinf() & (seen > -math.inf), tokens, penalty)
    if not logits.requires_grad:
        return logits.scatter(-1, tokens, penalised)
    # Not scattered: a token that appeared twice would have twice its gradient.
    repeated = torch.zeros_like(logits, dtype=torch.bool).scatter(-1, tokens, True)
    return torch.where(repeated, _penalised(logits, penalty), logits)


def _refuse_overflow(lost: Tensor, tokens: Tensor, penalty: float) -> None:
    if lost.any():
        raise ValueError(
            f"a penalty of {penalty:g} takes the logit of token {tokens[lost][0].item()} beyond "
            "the largest float of their dtype: give one nearer to 1"
        )


def _penalised(logits: Tensor, penalty: float) -> Tensor:
    """Positive logits divided, others multiplied, in float64 if need be; infinite on overflow."""
    limits = torch.finfo(logits.dtype)
    exact = logits if limits.tiny <= penalty <= limits.max else logits.double()
    return torch.where(exact > 0, exact / penalty, exact * penalty).to(logits.dtype)


def temper(logits: Tensor, temperature: float | Tensor) -> Tensor:
    """Divide the logits by a temperature: the step of :func:`compose` that says when.

    ``softmax(temper(z, T))`` is ``softmax(z, T)`` up to the rounding of the quotients. Where the
    temperature is the last step, give it to :func:`tempkit.softmax` or ``sample`` instead: they
    subtract the maximum first and lose nothing to a large common offset.

    Parameters
    ----------
    logits : Tensor, any floating dtype, shape ``[..., V]``
        In nats; ``-inf`` marks an impossible token and stays.
    temperature : float, int or Tensor
        ``0 <= T <= inf``, a number or one per row.

    Returns
    -------
    Tensor, the shape of ``logits``, float32 or float64
        Zero stays zero, as :func:`repetition_penalty` needs, except in rows where a quotient
        overflows: these get ``(z - max z) / T``. What then overflows to ``-inf`` has probability 0
        and no gradient. At ``T = 0`` the tied maxima are 0 and all else is removed; at ``T = inf``
        every possible token is 0.

    Raises
    ------
    TypeError, ValueError
        As :func:`tempkit.softmax`.
    """
    logits = validated_logits(logits)
    temperature = validated_temperature(temperature, logits)
    if not temperature.requires_grad:
        tops = logits.detach().amax(-1, keepdim=True) / temperature
        if ((temperature > 0) & (temperature < math.inf) & tops.to(logits.dtype).isfinite()).all():
            return (logits / temperature).to(logits.dtype)
    top, frozen = logits.amax(-1, keepdim=True), temperature.detach() == 0
    divisor = torch.where(frozen, torch.ones_like(temperature), temperature)
    # Only the top must stay finite: below it, an overflow to -inf is a probability of 0.
    overflow = frozen | ~(top / divisor).detach().to(logits.dtype).isfinite()
    given = torch.where(overflow, logits - top, logits)
    lost = (given / divisor).detach().to(logits.dtype) == -math.inf
    lost |= (logits == -math.inf) | (frozen & (given.detach() < 0))
    # Divided without what is lost: the gradient in T of an infinite quotient is not a number.
    quotients = (given.masked_fill(lost, 0.0) / divisor).to(logits.dtype)
    return quotients.masked_fill(lost, -math.inf)


@dataclass(frozen=True)
class Composition:
    """Several filters as one, applied from left to right; made by :func:`compose`."""

    filters: tuple[Callable[[Tensor], Tensor], ...]

    def __call__(self, logits: Tensor) -> Tensor:
        """The logits after every filter in turn."""
        filtered = validated_logits(logits)
        for step in self.filters:
            filtered = step(filtered)
        return filtered.clone() if filtered is logits else filtered


def compose(*filters: Callable[[Tensor], Tensor]) -> Composition:
    """One filter out of several, applied in the order in which they are written.

    The order matters: the nucleus of ``softmax(z/2)`` is not that of ``softmax(z)``. Language
    model libraries usually take penalties, temperature, top-k, top-p, min-p, typical.

    Parameters
    ----------
    *filters : callables from logits ``[..., V]`` to logits of the same shape
        Usually :func:`functools.partial` of the functions of this module.

    Returns
    -------
    Composition
        A callable from logits to logits; with no filter at all it returns a copy.

    Raises
    ------
    TypeError
        If a filter is not callable.

    Examples
    --------
    >>> from functools import partial
    >>> import torch
    >>> warm_nucleus = compose(partial(temper, temperature=2.0), partial(top_p, p=0.6))
    >>> warm_nucleus(torch.tensor([2.0, 1.0, 0.0]))
    tensor([1.0000, 0.5000,   -inf])
    """
    for step in filters:
        if not callable(step):
            raise TypeError(
                f"a filter must be a callable from logits to logits, not {step!r}: "
                "write functools.partial(top_k, k=40), say"
            )
    return Composition(filters)


def _only(logits: Tensor, kept: Tensor) -> Tensor:
    return torch.where(kept, logits, -math.inf)


def _wide(logits: Tensor) -> Tensor:
    """The logits in float64, outside any gradient; Apple's MPS has no float64."""
    return logits.detach() if logits.device.type == "mps" else logits.detach().double()


def _lowest(top: Tensor, gap: float) -> Tensor:
    """The least z of the dtype of ``top`` with ``z - top >= gap``, as exactly as float64 can tell.

    A comparison with it is one of floats as they are, over a vocabulary that is not widened.
    """
    wide = _wide(top)
    lowest = (wide + gap).to(top.dtype)
    return torch.where(lowest - wide < gap, torch.nextafter(lowest, top), lowest)


def _highest(logits: Tensor, k: int) -> Tensor:
    """Mask of the ``k`` highest logits of each row, fewer than there are."""
    values = _candidates(logits, k + 1).topk(k + 1, dim=-1).values
    last, next_one = values[..., k - 1 : k], values[..., k:]
    kept = logits >= last
    if (last == next_one).any():
        # More tokens tie for the last places than there are: the lowest indices get them.
        above, tied = logits > last, logits == last
        kept = above | (tied & (tied.cumsum(-1) <= k - above.sum(-1, keepdim=True)))
    return kept


def _candidates(logits: Tensor, count: int) -> Tensor:
    """Logits of each row whose ``count`` highest values are those of the row.

    Dealt out into groups, the highest lie in the ``count`` groups with the highest maxima.
    """
    vocabulary = logits.shape[-1]
    each = math.isqrt(vocabulary // count)  # as many groups as members of the chosen ones
    if vocabulary < _LONG or each < 4:
        return logits
    dealt, rest = logits.split([vocabulary - vocabulary % each, vocabulary % each], -1)
    dealt = dealt.unflatten(-1, (each, -1))
    chosen = dealt.amax(-2).topk(count, dim=-1).indices.unsqueeze(-2)
    members = dealt.gather(-1, chosen.expand(*dealt.shape[:-1], count))
    return torch.cat([members.flatten(-2), rest], -1)


def _fewest(order: Tensor, p: Tensor, mass: float) -> Tensor:
    """Mask of the fewest tokens, taken as ``order`` rises, whose probabilities reach ``mass``.

    ``order`` is at least 0, in nats. Equal ones are taken by their index. In long rows the mass of
    whole bins leaves one bin to be sorted.
    """
    shape, vocabulary = order.shape, order.shape[-1]
    rounding = max(_ROUNDING_OF_A_SUM, vocabulary * _ROUNDING_PER_TERM)
    wanted = max(mass - rounding, 1e-300)  # above 0: the first token always is
    order, p = order.reshape(-1, vocabulary), p.reshape(-1, vocabulary)
    if vocabulary < _LONG:
        return _taken(order, p, p.new_zeros(len(p), 1), wanted).reshape(shape)
    bins = (order / _BIN_WIDTH).clamp_(max=_BINS - 1).long()
    reached = p.new_zeros(len(p), _BINS).scatter_add_(1, bins, p).cumsum(1)
    last = (reached < wanted).sum(1, keepdim=True).clamp_(max=_BINS - 1)
    before = torch.where(last > 0, reached.gather(1, (last - 1).clamp_(min=0)), 0.0)
    kept = bins < last
    for row, members in enumerate((bins == last).unbind()):
        tokens = members.nonzero()[:, 0]
        kept[row, tokens] = _taken(order[row, tokens], p[row, tokens], before[row], wanted)
    return kept.reshape(shape)


def _taken(order: Tensor, p: Tensor, before: Tensor, wanted: float) -> Tensor:
    """Mask of the tokens needed for a mass of which some is there before."""
    indices = order.sort(dim=-1, stable=True).indices
    sums = before + p.gather(-1, indices).cumsum(-1)
    # A token is needed as long as those before it fall short.
    needed = torch.cat([before, sums[..., :-1]], -1) < wanted
    return torch.zeros_like(needed).scatter(-1, indices, needed)


def _validated_tokens(tokens: Tensor, logits: Tensor) -> Tensor:
    """Token ids of shape ``[..., n]``, one list a row of the logits."""
    if not isinstance(tokens, Tensor) or tokens.is_floating_point() or tokens.is_complex():
        kind = tokens.dtype if isinstance(tokens, Tensor) else type(tokens).__name__
        raise TypeError(
            f"previous_tokens must be a tensor of integer token ids, not {kind}: "
            "write torch.tensor(ids)"
        )
    if tokens.dtype == torch.bool:
        raise TypeError("previous_tokens must be token ids, not a mask of booleans")
    rows = logits.shape[:-1]
    if tokens.ndim == 0 or (tokens.ndim > 1 and tokens.shape[:-1] != rows):
        raise ValueError(
            f"previous_tokens of shape {list(tokens.shape)} do not fit the {list(rows)} rows of "
            "the logits: give one list of ids a row, or a single list"
        )
    size = logits.shape[-1]
    outside = (tokens < 0) | (tokens >= size)
    if outside.any():
        raise ValueError(
            f"token id {tokens[outside][0].item()} is outside the vocabulary of {size}: "
            "leave padding out of previous_tokens"
        )
    return tokens.to(logits.device, torch.int64).expand(*rows, tokens.shape[-1])
