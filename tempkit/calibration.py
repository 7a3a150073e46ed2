"""Is a confidence of 0.8 right eight times in ten? Measures of it, and the temperature that helps.

The calibration error sorts predictions into bins ``(0, 1/M], (1/M, 2/M], ... (1 - 1/M, 1]`` of
confidence and averages the absolute gap between confidence and accuracy over them. The scores,
negative log-likelihood and Brier's, need no bins.

The temperature itself is found by :mod:`tempkit.fitting`, as a scikit-learn estimator by
:mod:`tempkit.estimator`; their names can be had from here as well.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from numbers import Integral
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from tempkit._arrays import on_cpu
from tempkit.estimator import NotFittedError, TemperatureScaler
from tempkit.fitting import TemperatureFit, fit_temperature, mean_surprise, validated_labels
from tempkit.scaling import softmax

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike

__all__ = [
    "NotFittedError",
    "ReliabilityCurve",
    "TemperatureFit",
    "TemperatureScaler",
    "brier_score",
    "expected_calibration_error",
    "fit_temperature",
    "nll",
    "reliability_curve",
]

#: Predictions looked at together: torch stays on one thread, and the data in the cache.
_CHUNK = 32_512


def nll(logits: Tensor, labels: Tensor, temperature: float | Tensor = 1.0) -> float:
    """Mean negative log-likelihood of the labels under ``softmax(logits / temperature)``, in nats.

    Parameters
    ----------
    logits : Tensor, any floating dtype, shape ``[..., C]``
        In nats; ``-inf`` marks an impossible class.
    labels : Tensor of integers, shape ``[...]``
        Class indices, ``0 <= label < C``.
    temperature : float, int or Tensor
        ``0 <= T <= inf``, a number or one per row.

    Returns
    -------
    float
        0 or more; ``inf`` if a label has probability 0.

    Raises
    ------
    TypeError, ValueError
        If there are no rows or the labels do not fit, or as :func:`tempkit.softmax`.
    """
    logits, labels = validated_labels(logits, labels)
    return mean_surprise(logits.detach(), labels, temperature)


def brier_score(logits: Tensor, labels: Tensor, temperature: float | Tensor = 1.0) -> float:
    r"""Mean squared distance between the probabilities and the label as a one-hot vector.

    .. math::  \frac1N \sum_n \sum_c (q_{nc} - [c = y_n])^2

    Parameters and errors are those of :func:`nll`.

    Returns
    -------
    float
        From 0 to 2. For two classes it is twice the score of the one probability.

    References
    ----------
    Brier (1950), "Verification of forecasts expressed in terms of probability", Monthly Weather
    Review 78.
    """
    logits, labels = validated_labels(logits, labels)
    distance = softmax(logits.detach(), temperature)
    distance.scatter_add_(-1, labels[..., None], -torch.ones_like(distance[..., :1]))
    return distance.square_().sum(-1).mean(dtype=_wide_dtype(distance)).item()


@dataclass(frozen=True, eq=False)
class ReliabilityCurve:
    """Confidence against accuracy in bins, from :func:`reliability_curve`; shows as a table.

    Attributes
    ----------
    lower, upper : Tensor, float64, shape ``[bins]``
        Bin ``k`` holds ``lower < confidence <= upper``; the first holds 0 too.
    count : Tensor, int64, shape ``[bins]``
    confidence, accuracy : Tensor, float64, shape ``[bins]``
        Means over the bin, NaN where it is empty.
    """

    lower: Tensor
    upper: Tensor
    count: Tensor
    confidence: Tensor
    accuracy: Tensor

    @property
    def expected_calibration_error(self) -> float:
        """Mean absolute gap between confidence and accuracy, each bin weighted by its count."""
        gaps = (self.confidence - self.accuracy).abs().nan_to_num(0.0)
        return ((gaps * self.count).sum() / self.count.sum()).item()

    def table(self) -> pd.DataFrame:
        """A pandas table, one line per bin."""
        import pandas as pd

        return pd.DataFrame({f.name: getattr(self, f.name).tolist() for f in fields(self)})

    def _repr_html_(self) -> str:
        return self.table().to_html(index=False)


def reliability_curve(
    confidences: ArrayLike | Tensor, correct: ArrayLike | Tensor, bins: int = 15
) -> ReliabilityCurve:
    """Mean confidence and accuracy in ``bins`` equal intervals of confidence.

    A confidence belongs to the smallest bin ``k = 1 ... bins`` with ``confidence <= k/bins``, both
    as float64: 0 is in the first, 1 in the last, and an edge in the bin below it. The sums are
    float64, in chunks.

    Parameters
    ----------
    confidences : array or Tensor, any shape
        Probability given to each prediction, from 0 to 1.
    correct : array or Tensor of the same shape
        1 or True where the prediction was right, 0 or False where not.
    bins : int, at least 1

    Returns
    -------
    ReliabilityCurve

    Raises
    ------
    TypeError
        If ``bins`` is no integer, or anything given holds no real numbers.
    ValueError
        If a confidence lies outside [0, 1] or is NaN, ``correct`` holds anything but 0 and 1, the
        shapes differ or nothing is given.

    References
    ----------
    DeGroot and Fienberg (1983), "The comparison and evaluation of forecasters", The Statistician
    32.
    """
    if not isinstance(bins, Integral) or isinstance(bins, bool):
        raise TypeError(f"bins must be an integer, not {bins!r}")
    if bins < 1:
        raise ValueError(f"bins must be at least 1, not {bins}")
    confidences, correct = validated_outcomes(confidences, correct)
    bins = int(bins)
    edges = torch.arange(bins + 1, dtype=torch.float64, device="cpu") / bins
    count, total = _binned(confidences.reshape(-1), correct.reshape(-1), edges)
    number = count.sum(1)
    return ReliabilityCurve(
        edges[:-1], edges[1:], number, total / number, count[:, 1].double() / number
    )


def expected_calibration_error(
    confidences: ArrayLike | Tensor, correct: ArrayLike | Tensor, bins: int = 15
) -> float:
    """Mean absolute gap between confidence and accuracy over bins of confidence (ECE).

    Parameters, the rule for edges and errors are those of :func:`reliability_curve`.

    Returns
    -------
    float
        From 0 to 1. Never less than the overall gap, which is ECE with a single bin, and biased
        upwards in small samples: a perfectly calibrated model does not score 0.

    References
    ----------
    Naeini, Cooper and Hauskrecht (2015), "Obtaining well calibrated probabilities using Bayesian
    binning", AAAI. Guo, Pleiss, Sun and Weinberger (2017), "On calibration of modern neural
    networks", ICML, for the bins.
    """
    return reliability_curve(confidences, correct, bins).expected_calibration_error


def validated_outcomes(
    confidences: ArrayLike | Tensor, correct: ArrayLike | Tensor
) -> tuple[Tensor, Tensor]:
    """Confidences (floating) and outcomes (bool or integers) as CPU tensors, after checks."""
    confidences, correct = on_cpu("confidences", confidences), on_cpu("correct", correct)
    if not confidences.is_floating_point():
        confidences = confidences.double()
    if confidences.shape != correct.shape:
        raise ValueError(
            f"confidences of shape {list(confidences.shape)} and correct of shape "
            f"{list(correct.shape)} must agree: one outcome a prediction"
        )
    if confidences.numel() == 0:
        raise ValueError("there is no prediction: give at least one confidence")
    if not all(_within_0_and_1(part) for part in confidences.reshape(-1).split(_CHUNK)):
        wrong = confidences[~((confidences >= 0) & (confidences <= 1))][0].item()
        raise ValueError(f"a confidence must lie between 0 and 1, not {wrong:g}")
    if not all(_only_0_and_1(part) for part in correct.reshape(-1).split(_CHUNK)):
        wrong = correct[(correct != 0) & (correct != 1)][0].item()
        raise ValueError(f"correct must hold 0 and 1 only, not {wrong:g}")
    return confidences, correct.bool() if correct.is_floating_point() else correct


def _within_0_and_1(values: Tensor) -> bool:
    lowest, highest = values.aminmax()
    return bool(lowest >= 0 and highest <= 1)


def _only_0_and_1(values: Tensor) -> bool:
    if values.is_floating_point():
        return bool(((values == 0) | (values == 1)).all())
    # Any other number, negative ones too, has another bit set.
    return values.dtype == torch.bool or int(np.bitwise_or.reduce(values.numpy())) in (0, 1)


def _binned(confidences: Tensor, correct: Tensor, edges: Tensor) -> tuple[Tensor, Tensor]:
    """Counts [bins, 2] (wrong, right) and sums of confidence [bins] of each bin."""
    bins = len(edges) - 1
    slots = 2 * (bins + 1)
    count = torch.zeros(slots, dtype=torch.int64, device="cpu")
    total = torch.zeros(slots, dtype=torch.float64, device="cpu")
    for part, right in zip(confidences.split(_CHUNK), correct.split(_CHUNK), strict=True):
        slot = _bin_of(part.numpy(), edges.numpy())
        slot *= 2
        slot += right.numpy().astype(np.int32)
        slot = torch.from_numpy(slot)
        count += torch.bincount(slot, minlength=slots)
        total += torch.bincount(slot, weights=part.double(), minlength=slots)
    count, total = count.view(-1, 2), total.view(-1, 2).sum(1)
    # A confidence of 0 is above no edge at all; it goes into the first bin.
    count[1], total[1] = count[0] + count[1], total[0] + total[1]
    return count[1:], total[1:]


def _bin_of(confidences: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """The smallest k with ``confidence <= k/bins``: by arithmetic, and near an edge by search.

    The product and the edge k/bins are each rounded by half an epsilon of themselves. NumPy, unlike
    torch, never divides a rounding among threads.
    """
    bins = len(edges) - 1
    place = confidences * confidences.dtype.type(bins)
    index = np.ceil(place).astype(np.int32)
    place -= np.rint(place)
    np.abs(place, out=place)
    near = bins * 2.0 * np.finfo(place.dtype).eps
    if place.min() <= near:
        doubtful = np.flatnonzero(place <= near)
        index[doubtful] = np.searchsorted(edges, confidences[doubtful].astype(np.float64))
    return index


def _wide_dtype(values: Tensor) -> torch.dtype:
    """float64 for a sum, where the device has it."""
    return values.dtype if values.device.type == "mps" else torch.float64
