r"""Temperatures that change: with the step of a generation, or with the uncertainty of a row.

A schedule is a callable that gives a temperature: ``schedule(step)`` from :func:`constant`,
:func:`linear` and :func:`cosine`, ``schedule(logits)``, one a row, from :func:`entropy_driven`.
What it gives goes where any temperature goes::

    token = sample(logits, anneal(step))
    token = sample(logits, adapt(logits))

A :func:`mixture` is something else: an average of the probabilities at several temperatures,

.. math::  m_i = \sum_k w_k \, \mathrm{softmax}(z/T_k)_i

which is in general no softmax of z at any temperature, while the average of the *logits* ``z/T_k``
is one, at the weighted harmonic mean of the temperatures.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from numbers import Integral, Real

import torch
from torch import Tensor

from tempkit.information import entropy
from tempkit.scaling import (
    as_float,
    as_numbers,
    softmax,
    validated_logits,
    validated_temperatures,
)

__all__ = ["constant", "cosine", "entropy_driven", "equivalent_constant", "linear", "mixture"]

#: How far from 1 the sum of weights may be: they were probably computed in float32.
_ROUNDING_OF_WEIGHTS = 1e-6

#: How near, in nats, an equivalent constant comes to the entropy that it is to have.
_NEAR_ENOUGH = 1e-10


def constant(temperature: float) -> Callable[[int], float]:
    """The same temperature at every step.

    Parameters
    ----------
    temperature : float, ``0 <= T <= inf``

    Returns
    -------
    callable from a step, 0, 1, 2, ..., to a temperature
    """
    temperature = _temperature("temperature", temperature)

    def schedule(step: int) -> float:
        _validated_step(step)
        return temperature

    return schedule


def linear(start: float, end: float, steps: int) -> Callable[[int], float]:
    """From ``start`` at step 0 in a straight line to ``end`` at step ``steps``, and ``end`` after.

    Parameters
    ----------
    start, end : float, finite, at least 0
        In the units of the logits. Annealing has ``start > end``.
    steps : int, at least 1

    Returns
    -------
    callable from a step, 0, 1, 2, ..., to a temperature

    Raises
    ------
    TypeError, ValueError
        If a temperature is negative or not finite or ``steps`` is not a positive integer; from the
        schedule, if the step is not an integer of at least 0.
    """
    return _between(start, end, steps, lambda share: share)


def cosine(start: float, end: float, steps: int) -> Callable[[int], float]:
    """From ``start`` to ``end`` along half a cosine: slow at both ends, fast in the middle.

    Parameters, result and errors are those of :func:`linear`; half way they agree.

    References
    ----------
    The shape is the one that Loshchilov and Hutter (2017), "SGDR: stochastic gradient descent with
    warm restarts", ICLR, use for learning rates.
    """
    return _between(start, end, steps, lambda share: 0.5 - 0.5 * math.cos(math.pi * share))


def entropy_driven(certain: float, uniform: float) -> Callable[[Tensor], Tensor]:
    r"""A temperature per row that follows how undecided the model is there, both ways.

    .. math::  T = T_\text{certain} + (T_\text{uniform} - T_\text{certain}) \frac{H}{\log n}

    with the entropy ``H`` at ``T = 1`` and ``n`` possible tokens. With ``certain < 1 < uniform``
    it is below 1 where the next token is nearly settled, which spares it the errors of the tail,
    and above 1 where many tokens would do, which spends the variety there. A rule of the form
    ``base * (1 + a H / log n)`` cannot do the first: it never goes below its base. With
    ``certain > uniform`` the rule is turned round, for a model to be careful where it is unsure.

    It is a heuristic: it moves variety from one place to another and makes no model better
    calibrated.

    Parameters
    ----------
    certain : float, finite, at least 0
        The temperature of a row whose entropy is 0, so also of one with a single possible token.
    uniform : float, finite, at least 0
        The temperature of a row whose possible tokens are equally likely.

    Returns
    -------
    callable from logits ``[..., V]`` to temperatures ``[...]``
        Without a gradient. Its errors are those of :func:`tempkit.softmax`.
    """
    certain = _temperature("certain", certain, finite=True)
    uniform = _temperature("uniform", uniform, finite=True)

    def schedule(logits: Tensor) -> Tensor:
        logits = validated_logits(logits).detach()
        most = (logits > -math.inf).sum(-1).to(logits.dtype).log()
        # With one possible token both are 0, and it is certain; rounding may exceed the bound.
        share = (entropy(logits) / most.clamp_min(torch.finfo(most.dtype).tiny)).clamp_max(1.0)
        return certain * (1.0 - share) + uniform * share

    return schedule


def equivalent_constant(logits: Tensor, temperatures: Tensor) -> float:
    r"""The one temperature with the same mean entropy: what a schedule is to be compared with.

    .. math::  \sum_r H(\mathrm{softmax}(z_r/T)) = \sum_r H(\mathrm{softmax}(z_r/T_r))

    Over these rows no choice of the :math:`T_r` has a larger mean logit than this constant.

    Parameters
    ----------
    logits : Tensor, any floating dtype, shape ``[..., V]``
    temperatures : Tensor, shape ``[...]``
        Positive and finite, one a row: what a schedule gave.

    Returns
    -------
    float
        Between the smallest and the largest of the temperatures; the smallest of those that do it,
        if no row's entropy depends on T.

    Raises
    ------
    TypeError, ValueError
        If there is no row, a temperature is not positive and finite, or as :func:`tempkit.entropy`.
    """
    logits = validated_logits(logits).detach().double()
    temperatures = torch.as_tensor(temperatures).detach().double().expand(logits.shape[:-1])
    if not temperatures.numel():
        raise ValueError("there is no row: give the logits of at least one")
    wrong = ~((temperatures > 0) & (temperatures < math.inf))
    if wrong.any():
        value = temperatures[wrong][0].item()
        raise ValueError(f"a temperature must be positive and finite here, not {value:g}")
    wanted = entropy(logits, temperatures).mean().item()

    def excess(temperature: float) -> float:
        return entropy(logits, temperature).mean().item() - wanted

    return _root(excess, temperatures.min().item(), temperatures.max().item())


def mixture(
    logits: Tensor,
    temperatures: Sequence[float] | Tensor,
    weights: Sequence[float] | Tensor | None = None,
) -> Tensor:
    """The weighted average of the probabilities at several temperatures.

    It keeps the order of the tokens, and its tail is that of its hottest member. To draw from it:
    ``sample(mixture(logits, temperatures).log())``.

    Parameters
    ----------
    logits : Tensor, any floating dtype, shape ``[..., V]``
        In nats; ``-inf`` marks an impossible token.
    temperatures : sequence of numbers or Tensor, shape ``[K]``, ``K >= 1``
        Each ``0 <= T <= inf``.
    weights : sequence of numbers or Tensor, shape ``[K]``, optional
        Not negative, with the sum 1. Equal by default.

    Returns
    -------
    Tensor, the shape of ``logits``, float32 or float64
        Probabilities, with a gradient to the logits.

    Raises
    ------
    TypeError, ValueError
        If there is no temperature, the weights are negative, of another number or do not sum to 1,
        or as :func:`tempkit.softmax`.
    """
    members = validated_temperatures(temperatures).tolist()
    if not members:
        raise ValueError("there is no temperature: give at least one")
    members = zip(_validated_weights(weights, len(members)), members, strict=True)
    return sum(share * softmax(logits, temperature) for share, temperature in members)


def _root(rising: Callable[[float], float], low: float, high: float) -> float:
    """Where a rising function that is not positive at low nor negative at high is 0.

    False position in the manner of Illinois: an end that stays a second time counts half.
    """
    below, above = rising(low), rising(high)
    if below >= -_NEAR_ENOUGH:
        return low
    if above <= _NEAR_ENOUGH:
        return high
    last = 0.0
    while True:
        middle = (low * above - high * below) / (above - below)
        value = rising(middle)
        if abs(value) <= _NEAR_ENOUGH or not low < middle < high:
            return middle
        half = 0.5 if value * last > 0 else 1.0
        if value < 0:
            low, below, above = middle, value, half * above
        else:
            high, above, below = middle, value, half * below
        last = value


def _between(
    start: float, end: float, steps: int, shape: Callable[[float], float]
) -> Callable[[int], float]:
    """A schedule from start to end; ``shape`` bends the share of the steps that are done."""
    start = _temperature("start", start, finite=True)
    end = _temperature("end", end, finite=True)
    if not isinstance(steps, Integral) or isinstance(steps, bool):
        raise TypeError(f"steps must be an integer, not {steps!r}")
    if steps < 1:
        raise ValueError(f"steps must be at least 1, not {steps}")

    def schedule(step: int) -> float:
        share = shape(min(_validated_step(step), steps) / steps)
        # Written so that both ends are exact.
        return start * (1.0 - share) + end * share

    return schedule


def _validated_step(step: int) -> int:
    if not isinstance(step, Integral) or isinstance(step, bool):
        raise TypeError(f"a step must be an integer, not {step!r}")
    if step < 0:
        raise ValueError(f"a step must be at least 0, not {step}")
    return int(step)


def _temperature(name: str, value: float, *, finite: bool = False) -> float:
    if not isinstance(value, Real) or isinstance(value, bool):
        raise TypeError(f"{name} must be a number, not {value!r}")
    value = as_float(name, value)
    if not value >= 0:
        raise ValueError(f"{name} must be at least 0, not {value:g}")
    if finite and value == math.inf:
        raise ValueError(f"{name} must be finite, not inf: a step towards it has no length")
    return value


def _validated_weights(weights: Sequence[float] | Tensor | None, count: int) -> list[float]:
    if weights is None:
        return [1.0 / count] * count
    weights = as_numbers("weight", weights)
    if weights.shape != (count,):
        raise ValueError(
            f"weights of shape {list(weights.shape)} do not fit {count} temperatures: "
            "give one weight each"
        )
    if not (weights >= 0).all():
        wrong = weights[~(weights >= 0)][0].item()
        raise ValueError(f"a weight must be at least 0, not {wrong:g}")
    total = weights.sum().item()
    if not abs(total - 1.0) <= _ROUNDING_OF_WEIGHTS:
        raise ValueError(f"weights must sum to 1, not {total:g}: divide them by their sum")
    return (weights / total).tolist()
