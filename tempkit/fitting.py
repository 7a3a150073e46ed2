r"""The temperature that makes labels most likely: temperature scaling, by maximum likelihood.

In ``b = 1/T`` the mean negative log-likelihood of held-out labels,

.. math::  \mathrm{NLL}(b) = \frac1N \sum_n \Bigl[ \log \sum_j e^{b z_{nj}} - b z_{n y_n} \Bigr]

is convex, with the derivatives ``mean(E_q[z] - z_y)`` and ``mean(Var_q[z])``: Newton's method finds
the only minimum. Whether it lies at ``T = 0``, at ``T = inf`` or between is decided before the
search by what the two ends look like, not by running into a bound.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from tempkit._arrays import on_cpu
from tempkit._likelihood import Rows, Status, minimum
from tempkit.scaling import log_softmax, validated_logits

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike

__all__ = ["TemperatureFit", "fit_temperature", "validated_labels"]

#: Elements looked at together: torch stays on one thread, and the data in the cache.
_CHUNK = 32_512

#: A gap between logits that leaves float32 room for 1/T and its products.
_LEAST_GAP = 1e-30

#: Gaps between these, and the temperatures that belong to them, can be squared in float64.
_NARROWEST, _WIDEST = 1e-100, 1e150


@dataclass(frozen=True)
class TemperatureFit:
    """What :func:`fit_temperature` found; shows as a table in a notebook.

    Attributes
    ----------
    temperature : float, in the units of the logits
        Above 1 where the model was over-confident, below 1 where it was under-confident.
    standard_error : float
        ``T^2 / sqrt(N h)``, ``h`` the mean second derivative of the NLL in ``1/T``; NaN unless
        the status is ``"interior"``.
    nll_before, nll_after : float
        Mean negative log-likelihood in nats at ``T = 1`` and at ``temperature``.
    status : {"interior", "zero", "infinite", "flat"}
        Where the minimum lies; see :func:`fit_temperature`.
    """

    temperature: float
    standard_error: float
    nll_before: float
    nll_after: float
    status: Status

    def table(self) -> pd.DataFrame:
        """A pandas table of a single line."""
        import pandas as pd

        return pd.DataFrame({f.name: [getattr(self, f.name)] for f in fields(self)})

    def _repr_html_(self) -> str:
        return self.table().to_html(index=False)


def fit_temperature(logits: Tensor, labels: Tensor) -> TemperatureFit:
    r"""The temperature that minimises the NLL of the labels: temperature scaling.

    Fit it on held-out data. On the data that a model was trained on, and fits, the answer is 0.

    Parameters
    ----------
    logits : Tensor, any floating dtype, shape ``[..., C]``, ``C >= 2``
        In nats; ``-inf`` marks an impossible class.
    labels : Tensor of integers, shape ``[...]``
        Class indices, ``0 <= label < C``, none of them impossible.

    Returns
    -------
    TemperatureFit
        With ``status``, decided in this order:

        ``"flat"``
            All finite logits are equal within every row: no temperature matters, ``T = 1``.
        ``"zero"``
            The label has the largest logit, tied or not, in every row: the NLL falls all the way
            to ``T = 0``.
        ``"infinite"``
            ``sum_n (z_y - mean_j z_j) <= 0`` up to rounding, the mean over the finite logits: the
            labels carry no information that agrees with the logits, and ``T = inf``.
        ``"interior"``
            Anything else. The temperature is within 0.01 standard errors of the minimum. One
            beyond the largest float is reported as ``"infinite"``, one below the smallest as that.

    Warns
    -----
    UserWarning
        If every row is non-negative and sums to 1, as probabilities do. They are still taken for
        logits; give their logarithms instead.

    Raises
    ------
    TypeError, ValueError
        If there are fewer than two classes or no rows, a label is out of range or impossible, or
        as :func:`tempkit.softmax` for the logits.

    References
    ----------
    Guo, Pleiss, Sun and Weinberger (2017), "On calibration of modern neural networks", ICML. The
    criteria follow from the convexity of the NLL in ``1/T``: note 05.
    """
    return fit(logits, labels)


def fit(logits: Tensor, labels: Tensor) -> TemperatureFit:
    """:func:`fit_temperature` for whoever calls it; a warning points at the caller's caller."""
    logits, labels = validated_labels(logits, labels)
    flat, labels = logits.detach().reshape(-1, logits.shape[-1]), labels.reshape(-1)
    if flat.shape[1] < 2:
        raise ValueError("a temperature needs at least two classes to choose between, not 1")
    if flat.device.type == "mps":  # which has no float64
        flat, labels = flat.cpu(), labels.cpu()
    given, unit = flat, 1.0
    if flat.dtype == torch.float64:
        flat, unit = _within_reach(flat, labels)
    rows = Rows.of(flat, labels)
    if flat.dtype == torch.float32 and not _fits_float32(rows):
        rows = Rows.of(flat.double(), labels)
    impossible = (rows.label_gap == -math.inf).nonzero()[0]
    if len(impossible):
        row = impossible[0].item()
        raise ValueError(
            f"row {row}: the label {labels[row].item()} has the logit -inf, so no temperature "
            "makes it possible"
        )
    if _look_like_probabilities(given):
        warnings.warn(
            "every row of the logits is non-negative and sums to 1, as probabilities do: "
            "if they are probabilities, fit on their logarithms",
            UserWarning,
            stacklevel=3,
        )
    if unit == 1.0:
        before = float((np.log(rows.partition) - rows.label_gap).mean())
    else:
        before = mean_surprise(given, labels, 1.0)
    return _fit(rows, unit, before)


def _fits_float32(rows: Rows) -> bool:
    """Whether 1/T and its products stay in the range of float32.

    T lies between the largest gap D of a label, over ``N log C``, and about the widest gap.
    """
    furthest = -rows.label_gap.min()
    return _LEAST_GAP < -rows.mean_gap.mean() < math.inf and not 0.0 < furthest < _LEAST_GAP


def _within_reach(logits: Tensor, labels: Tensor) -> tuple[Tensor, float]:
    """Logits [N, C] with gaps that can be squared, and the unit in which they are.

    The temperature lies between the largest gap D of a label, over ``N log C``, and about the
    widest gap W of all. The unit is in the middle, so that both ends keep their digits. A gap of
    more than 1e300 D can only be that of a mask, and counts as 1e300 D.
    """
    lowest, highest = (value.item() for value in logits.aminmax())
    top = logits.amax(1, keepdim=True)
    missed = (top - logits.gather(1, labels[:, None])).max().item()
    if highest - lowest <= _WIDEST and _NARROWEST <= missed <= _WIDEST:
        return logits, 1.0
    halved = 2.0 if math.isinf(highest - lowest) else 1.0  # or a gap might overflow
    gaps = logits / halved - top / halved
    finite = gaps.masked_fill(gaps == -math.inf, 0.0)
    widest = -finite.min().item()
    if widest == 0.0:
        return logits, 1.0
    missed = -finite.gather(1, labels[:, None]).min().item() or widest
    middle = math.sqrt(missed) * math.sqrt(min(widest, 1e300 * missed))
    unit = math.ldexp(0.25, math.frexp(middle)[1]) or math.ulp(0.0)  # a power of two below it
    gaps = (gaps / unit).clamp_min_(-_WIDEST).masked_fill_(gaps == -math.inf, -math.inf)
    return gaps, unit * halved


def _fit(rows: Rows, unit: float, before: float) -> TemperatureFit:
    """Decide where the minimum lies, and look for it if it lies inside; T in that unit."""
    status = rows.status()
    if status == "interior":
        beta, after, relative_error = minimum(rows)
        temperature = 1.0 / beta * unit
        if temperature == 0.0:
            temperature = math.ulp(0.0)
            after = rows.derivatives(unit / temperature)[0]
        if temperature < math.inf:
            # d(1/b) = db / b^2, so the relative errors of T and b are the same.
            error = relative_error / beta * unit
            return TemperatureFit(temperature, error, before, after, status)
        status = "infinite"
    if status == "zero":
        tied = (rows.logits == rows.top).sum(1).cpu().numpy()
        return TemperatureFit(0.0, math.nan, before, float(np.log(tied).mean()), status)
    after = float(np.log(rows.possible).mean())
    temperature = 1.0 if status == "flat" else math.inf
    return TemperatureFit(temperature, math.nan, before, after, status)


def _look_like_probabilities(flat: Tensor) -> bool:
    """Whether every row is non-negative and sums to 1; the first row mostly settles it."""
    parts = (flat[:1], *flat[1:].split(max(1, _CHUNK // flat.shape[1])))
    return all(bool((rows >= 0).all() and ((rows.sum(1) - 1).abs() < 1e-2).all()) for rows in parts)


def mean_surprise(logits: Tensor, labels: Tensor, temperature: float | Tensor) -> float:
    """Mean of ``-log q`` at the labels, in float64, all validated; finite wherever a float is."""
    mean = _mean_at(labels, log_softmax(logits, temperature))
    if mean > -math.inf or logits.device.type == "mps":  # which has no float64
        return 0.0 - mean  # so that certainty costs 0 and not -0
    # A gap, or the sum of them, may have overflowed. In a unit in which none does the
    # normalisation is another, but nothing beside a gap like that.
    unit = 2.0 ** (labels.numel().bit_length() + 1)
    return -unit * _mean_at(labels, log_softmax(logits.double() / unit, temperature))


def _mean_at(labels: Tensor, log_p: Tensor) -> float:
    chosen = log_p.gather(-1, labels[..., None])
    return chosen.mean(dtype=None if chosen.device.type == "mps" else torch.float64).item()


def validated_labels(logits: Tensor, labels: ArrayLike | Tensor) -> tuple[Tensor, Tensor]:
    """Logits as :func:`tempkit.softmax` takes them, labels as int64 on the same device."""
    logits = validated_logits(logits)
    labels = labels if isinstance(labels, Tensor) else on_cpu("labels", labels)
    if labels.is_floating_point() or labels.is_complex() or labels.dtype == torch.bool:
        raise TypeError(f"labels must be integer class indices, not {labels.dtype}")
    if labels.shape != logits.shape[:-1]:
        raise ValueError(
            f"labels of shape {list(labels.shape)} do not fit logits of shape "
            f"{list(logits.shape)}: give one label a row, {list(logits.shape[:-1])}"
        )
    if labels.numel() == 0:
        raise ValueError("there are no rows: give at least one row of logits with its label")
    classes = logits.shape[-1]
    values = labels.cpu().numpy()
    if values.min() < 0 or values.max() >= classes:
        wrong = values[(values < 0) | (values >= classes)][0]
        raise ValueError(
            f"label {wrong} is out of range: with {classes} classes a label is 0 to {classes - 1}"
        )
    return logits, labels.to(logits.device, torch.int64)
