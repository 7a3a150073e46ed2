r"""Softmax at a temperature: the ground the rest of tempkit stands on.

.. math::  q_i(T) = \frac{e^{z_i/T}}{\sum_j e^{z_j/T}}

computed as ``exp((z_i - max z)/T)``: the maximum is subtracted *before* the division, because a
common offset of the logits means nothing to the softmax but costs digits once it has been scaled.

Three limits are values here, not accidents: ``T = 0`` is uniform over the tied maxima, ``T = inf``
is uniform over the logits that are finite, and a logit of ``-inf`` has probability exactly 0 at
every temperature.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from numbers import Real

import torch
from torch import Tensor

__all__ = [
    "as_float",
    "as_fraction",
    "as_numbers",
    "divided",
    "gaps_below",
    "log_softmax",
    "negligible",
    "softmax",
    "validated_logits",
    "validated_temperature",
    "validated_temperatures",
]

#: Elements of a call to torch that stays on one thread, as it does below 32,768.
_ELEMENTS = 32_512

#: Distance below the maximum, in units of T, beyond which exp() is 0 even as a subnormal number.
_EXP_IS_ZERO_BELOW = {torch.float32: 104.0, torch.float64: 746.0}


def softmax(logits: Tensor, temperature: float | Tensor = 1.0, *, dim: int = -1) -> Tensor:
    r"""Probabilities ``softmax(logits / temperature)`` along ``dim``.

    Parameters
    ----------
    logits : Tensor, any floating dtype, shape ``[..., V, ...]``
        Unnormalised log-probabilities in nats, classes along ``dim``. ``-inf`` marks an impossible
        class. Types of less precision than float32 are raised to it before the division.
    temperature : float, int or Tensor, in the units of the logits
        ``0 <= T <= inf``. A tensor must broadcast against the shape of ``logits`` without ``dim``:
        one temperature a row. It is never clamped.
    dim : int
        The axis of the classes.

    Returns
    -------
    Tensor, the shape of ``logits``, float32 or float64
        At ``T = 0`` uniform over the tied maxima, at ``T = inf`` uniform over the finite logits.
        Differentiable in the logits and in ``T``, wherever ``T > 0`` and both T and 1/T are finite
        floats; the input is never changed.

    Raises
    ------
    TypeError
        If the logits are not a floating tensor or the temperature is not a real number.
    ValueError
        If a temperature is negative or NaN, a logit is NaN or ``+inf``, a row has no finite
        logit, or there is no such ``dim``. The message names the value or the row.

    References
    ----------
    Note 01, sections "three-limits" and "ties". Ackley, Hinton and Sejnowski (1985), "A learning
    algorithm for Boltzmann machines", Cognitive Science 9, for the temperature of a softmax.
    """
    gaps, impossible, temperature = _gaps_below_maximum(logits, temperature, dim)
    absent = impossible | negligible(gaps, temperature)
    return torch.softmax(divided(gaps, temperature, absent).masked_fill(absent, -math.inf), dim)


def log_softmax(logits: Tensor, temperature: float | Tensor = 1.0, *, dim: int = -1) -> Tensor:
    """Logarithm of :func:`softmax`, in nats, without the loss of taking a logarithm afterwards.

    Parameters, edge cases and errors are those of :func:`softmax`; impossible classes, and at
    ``T = 0`` every class below the maximum, are ``-inf``.
    """
    gaps, impossible, temperature = _gaps_below_maximum(logits, temperature, dim)
    absent = impossible | ((temperature.detach() == 0) & (gaps.detach() < 0))
    return torch.log_softmax(divided(gaps, temperature, absent).masked_fill(absent, -math.inf), dim)


def _gaps_below_maximum(
    logits: Tensor, temperature: float | Tensor, dim: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Validate, and measure from the maximum of each row."""
    logits = validated_logits(logits, dim=dim)
    temperature = validated_temperature(temperature, logits, dim=dim)
    return gaps_below(logits.amax(dim, keepdim=True), logits, temperature, dim=dim)


def gaps_below(
    top: Tensor, logits: Tensor, temperature: Tensor, *, dim: int
) -> tuple[Tensor, Tensor, Tensor]:
    """``logits - top``, the mask of impossible classes, and T in the unit of the gaps.

    All validated. Impossible classes get the gap 0, so that neither a value nor a gradient becomes
    NaN.
    """
    impossible = logits == -math.inf
    gaps = (logits - top).masked_fill(impossible, 0.0)
    infinite = torch.isinf(gaps.detach())
    if infinite.any():
        # Two finite logits of a row are further apart than the largest float: measure this row in
        # units of two. Its T may become 0 by that, beside gaps of at least an ulp of its maximum.
        unit = 1.0 + infinite.any(dim, keepdim=True).to(gaps.dtype)
        gaps = (logits / unit - top / unit).masked_fill(impossible, 0.0)
        temperature = temperature / unit
    return gaps, impossible, temperature


def negligible(gaps: Tensor, temperature: Tensor) -> Tensor:
    """Where exp(gap / T) is 0 in the dtype of the gaps.

    At T = 0 this is every entry below the maximum. At T > 0 leaving these out changes no
    probability, and spares the gradient in T the product 0 * inf.
    """
    return gaps.detach() < -_EXP_IS_ZERO_BELOW[gaps.dtype] * temperature.detach()


def divided(gaps: Tensor, temperature: Tensor, absent: Tensor) -> Tensor:
    """``gaps / temperature`` in the dtype of the gaps, 0 where a class is absent."""
    divisor = torch.where(temperature == 0, torch.ones_like(temperature), temperature)
    return (gaps.masked_fill(absent, 0.0) / divisor).to(gaps.dtype)


def validated_logits(logits: Tensor, *, dim: int = -1) -> Tensor:
    """The logits, raised to float32 at least, after every check that :func:`softmax` promises.

    Raises
    ------
    TypeError
        If ``logits`` is not a dense tensor of a floating dtype, or ``dim`` no integer.
    ValueError
        If there is no class along ``dim`` or no such axis, or a row holds NaN, ``+inf`` or no
        finite value. The row is given as its index in the shape without ``dim``.
    """
    if not isinstance(logits, Tensor):
        raise TypeError(
            f"logits must be a torch.Tensor, not {type(logits).__name__}: "
            "convert them with torch.tensor(logits)"
        )
    if not logits.is_floating_point():
        raise TypeError(
            f"logits must have a floating dtype, not {logits.dtype}: convert them with .float()"
        )
    if logits.layout is not torch.strided:
        raise TypeError(f"logits must be dense, not {logits.layout}: convert them with .to_dense()")
    if logits.is_meta:
        raise TypeError("logits on the device meta have no values: make them on another one")
    dim = _validated_dim(dim, logits)
    if logits.ndim == 0 or logits.shape[dim] == 0:
        raise ValueError(
            f"logits of shape {list(logits.shape)} hold no class along dim {dim}: "
            "a softmax needs at least one"
        )
    logits = raised(logits)
    # NaN and +inf both survive a maximum, and a row of -inf has the maximum -inf.
    top = _maxima(logits.detach(), dim)
    if not _all_finite(top):
        row = tuple((~torch.isfinite(top)).nonzero()[0].tolist())
        value = top[row].item()
        reason = (
            "no finite logit: at least one class must be possible"
            if value == -math.inf
            else f"a logit of {value}: only finite values and -inf are allowed"
        )
        where = f"row {row[0] if len(row) == 1 else row}" if row else "the row"
        raise ValueError(f"{where} of the logits has {reason}")
    return logits


def _all_finite(values: Tensor) -> bool:
    """Whether all are numbers: their sum then mostly is one, and takes a fifth of the time."""
    parts = values.reshape(-1).split(_ELEMENTS)
    return all(math.isfinite(part.sum().item()) or torch.isfinite(part).all() for part in parts)


def raised(values: Tensor) -> Tensor:
    """Floating values in a dtype to compute in: float32, or float64 as they are."""
    if values.dtype not in (torch.float32, torch.float64):
        try:
            values = values.float()
        except NotImplementedError:  # several numbers in one, float4_e2m1fn_x2
            raise TypeError(f"{values.dtype} cannot be computed with: unpack it first") from None
    # A tensor may be marked as negative without being so: NumPy cannot read that.
    return values.resolve_neg() if values.is_neg() else values


def _validated_dim(dim: int, logits: Tensor) -> int:
    try:
        axis = None if isinstance(dim, bool) else operator.index(dim)
    except TypeError:
        axis = None
    if axis is None:
        raise TypeError(f"dim must be an integer, not {dim!r}")
    if logits.ndim and not -logits.ndim <= axis < logits.ndim:
        raise ValueError(
            f"there is no dim {axis} in logits of shape {list(logits.shape)}: "
            f"give {-logits.ndim} to {logits.ndim - 1}"
        )
    return axis


def _maxima(logits: Tensor, dim: int) -> Tensor:
    """``logits.amax(dim)``, in pieces where torch would divide it among threads of the CPU."""
    if logits.device.type != "cpu" or torch.get_num_threads() == 1 or logits.numel() <= _ELEMENTS:
        return logits.amax(dim)
    by_row = logits.movedim(dim, -1)
    flat = by_row.reshape(-1, by_row.shape[-1])
    if flat.shape[1] > _ELEMENTS:
        pieces = [_maxima(part, 1) for part in flat.split(_ELEMENTS, 1)]
        return _maxima(torch.stack(pieces, -1), -1).reshape(by_row.shape[:-1])
    parts = flat.split(_ELEMENTS // flat.shape[1])
    return torch.cat([part.amax(1) for part in parts]).reshape(by_row.shape[:-1])


def validated_temperature(temperature: float | Tensor, logits: Tensor, *, dim: int = -1) -> Tensor:
    """The temperature as a tensor that broadcasts against ``logits``, after its checks.

    A number takes the dtype of the logits, or float64 where it would underflow or overflow there.
    A tensor of temperatures gets an axis of length 1 at ``dim``.

    Raises
    ------
    TypeError
        If it is neither a real number nor a real tensor.
    ValueError
        If it is negative or NaN (the message names the value), or does not broadcast.
    """
    if isinstance(temperature, Tensor):
        if temperature.is_complex() or temperature.dtype == torch.bool:
            raise TypeError(f"temperature must be real, not {temperature.dtype}")
        if not temperature.is_floating_point():
            temperature = temperature.double()
        elif temperature.element_size() < 2:  # float8, which has no comparison
            temperature = temperature.float()
        temperature = temperature.to(logits.device)
    elif isinstance(temperature, Real) and not isinstance(temperature, bool):
        number = as_float("temperature", temperature)
        if not number >= 0:
            raise ValueError(f"temperature must be at least 0, not {number:g}")
        # An axis of its own, so that a float64 temperature promotes float32 logits.
        dtype = _dtype_of_divisor(number, logits)
        return torch.full([1] * logits.ndim, number, dtype=dtype, device=logits.device)
    else:
        raise TypeError(
            f"temperature must be a number or a tensor, not {type(temperature).__name__}"
        )
    invalid = ~(temperature.detach() >= 0)
    if invalid.any():
        value = temperature.detach()[invalid].flatten()[0].item()
        raise ValueError(f"temperature must be at least 0, not {value:g}")
    if temperature.ndim == 0:
        return temperature.reshape([1] * logits.ndim)
    return _one_temperature_a_row(temperature, logits, dim)


def as_float(name: str, value: Real) -> float:
    """A quantity of at least 0 as a float; ValueError where it is beyond the largest of them."""
    try:
        return float(value)
    except OverflowError:
        if value < 0:
            raise ValueError(f"{name} must be at least 0, not {_printed(value)}") from None
        raise ValueError(
            f"{name} of {_printed(value)} is beyond the largest float, 1.8e308: "
            "for the limit give math.inf"
        ) from None


def as_fraction(name: str, value: Real) -> float:
    """A number from 0 to 1 as a float; TypeError or ValueError if it is none."""
    if not isinstance(value, Real) or isinstance(value, bool):
        raise TypeError(f"{name} must be a number, not {value!r}")
    if not 0 <= value <= 1:
        raise ValueError(f"{name} must lie between 0 and 1, not {_printed(value)}")
    return float(value)


def _printed(value: Real) -> str:
    """A number of any size in a few digits."""
    try:
        return f"{float(value):g}"
    except OverflowError:
        sign, digits = "-" if value < 0 else "", math.log10(abs(int(value)))
        return f"about {sign}1e{digits:.0f}"


def validated_temperatures(temperatures: Sequence[float] | Tensor) -> Tensor:
    """A list of temperatures as a float64 tensor [K] on the CPU, whatever the default device.

    Raises
    ------
    TypeError
        If they are not real numbers.
    ValueError
        If they are no list, or one is negative or NaN: the message names it.
    """
    values = as_numbers("temperature", temperatures)
    invalid = ~(values >= 0)
    if invalid.any():
        raise ValueError(f"temperature must be at least 0, not {values[invalid][0].item():g}")
    return values


def as_numbers(name: str, values: Sequence[float] | Tensor) -> Tensor:
    """A list of real numbers as a float64 tensor [K] on the CPU; ``name`` is that of one of them.

    Raises
    ------
    TypeError
        If they are not real numbers.
    ValueError
        If they are no list.
    """
    if isinstance(values, Tensor):
        if values.is_complex() or values.dtype == torch.bool:
            raise TypeError(f"{name}s must be real, not {values.dtype}")
        if values.ndim != 1:
            raise ValueError(
                f"{name}s must be a list of shape [K], not of shape {list(values.shape)}"
            )
        return values.detach().cpu().double()
    if isinstance(values, Real):
        raise ValueError(f"{name}s must be a list of shape [K], not the number {_printed(values)}")
    try:
        numbers = list(values)
    except TypeError:
        raise TypeError(f"{name}s must be a list of real numbers, not {values!r}") from None
    numbers = [_listed(name, each) for each in numbers]
    return torch.tensor(numbers, dtype=torch.float64, device="cpu")


def _listed(name: str, value: Real | Tensor) -> float:
    """A number out of a list."""
    if isinstance(value, Tensor) and value.ndim == 0:
        value = value.item()
    if not isinstance(value, Real) or isinstance(value, bool):
        raise TypeError(f"{name}s must be a list of real numbers, but one is {value!r}")
    return as_float(name, value)


def _dtype_of_divisor(temperature: float, logits: Tensor) -> torch.dtype:
    """The dtype of the logits, unless the temperature would leave its range (1e-40 in float32)."""
    limits = torch.finfo(logits.dtype)
    within = temperature in (0, math.inf) or limits.tiny <= abs(temperature) <= limits.max
    # Apple's MPS has no float64.
    return logits.dtype if within or logits.device.type == "mps" else torch.float64


def _one_temperature_a_row(temperature: Tensor, logits: Tensor, dim: int) -> Tensor:
    """Insert the axis of the classes into a batch of temperatures."""
    axis = dim % logits.ndim
    rows = logits.shape[:axis] + logits.shape[axis + 1 :]
    try:
        fits = torch.broadcast_shapes(temperature.shape, rows) == rows
    except RuntimeError:
        fits = False
    if not fits:
        raise ValueError(
            f"temperature of shape {list(temperature.shape)} does not broadcast against the "
            f"{list(rows)} rows of the logits: give one temperature a row, or a single number"
        )
    return temperature.expand(rows).unsqueeze(axis)
