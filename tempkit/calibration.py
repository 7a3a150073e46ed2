r"""Is a confidence of 0.8 right eight times in ten? Measures of it, and the temperature that helps.

One temperature is fitted to held-out logits and labels by maximum likelihood, in ``b = 1/T``:

.. math::  \mathrm{NLL}(b) = \frac1N \sum_n \Bigl[ \log \sum_j e^{b z_{nj}} - b z_{n y_n} \Bigr]

which is convex, with the derivatives ``mean(E_q[z] - z_y)`` and ``mean(Var_q[z])``: Newton's method
finds the only minimum. Whether it lies at ``T = 0``, at ``T = inf`` or between is decided before
the search by what the two ends look like, not by running into a bound.

The calibration error sorts predictions into bins ``(0, 1/M], (1/M, 2/M], ... (1 - 1/M, 1]`` of
confidence and averages the absolute gap between confidence and accuracy over them.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, fields
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from tempkit._likelihood import Rows, Status, minimum
from tempkit.scaling import log_softmax, softmax, validated_logits

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


#: A mean gap between logits that leaves float32 room for 1/T and its products.
_LEAST_GAP = 1e-30


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
    logits, labels = _validated(logits, labels)
    log_p = log_softmax(logits.detach(), temperature).gather(-1, labels[..., None])
    # 0 - x, so that certainty costs 0 and not -0.
    return 0.0 - log_p.mean(dtype=_wide_dtype(log_p)).item()


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
    logits, labels = _validated(logits, labels)
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
        If ``bins`` is no integer.
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
    edges = torch.arange(bins + 1, dtype=torch.float64) / bins
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
    confidences, correct = _on_cpu(confidences), _on_cpu(correct)
    if not confidences.is_floating_point():
        confidences = confidences.double()
    elif confidences.dtype in (torch.float16, torch.bfloat16):
        confidences = confidences.float()
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


def _on_cpu(values: ArrayLike | Tensor) -> Tensor:
    """A CPU tensor of whatever holds numbers; those of Python become float64, not float32."""
    if isinstance(values, Tensor):
        return values.detach().cpu()
    # torch wants memory that is contiguous and writable; a copy is made only where it is not.
    return torch.from_numpy(np.require(values, requirements="CW"))


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
    count = torch.zeros(slots, dtype=torch.int64)
    total = torch.zeros(slots, dtype=torch.float64)
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
            Anything else. The temperature is within 0.01 standard errors of the minimum.

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
    logits, labels = _validated(logits, labels)
    flat, labels = logits.detach().reshape(-1, logits.shape[-1]), labels.reshape(-1)
    if flat.shape[1] < 2:
        raise ValueError("a temperature needs at least two classes to choose between, not 1")
    if flat.device.type == "mps":  # which has no float64
        flat, labels = flat.cpu(), labels.cpu()
    if flat.dtype == torch.float64:
        flat = _within_reach(flat)
    rows = Rows.of(flat, labels)
    if not _LEAST_GAP < -rows.mean_gap.mean() < math.inf:
        # The range of float32 ends too near for the arithmetic on gaps like these.
        rows = Rows.of(flat.double(), labels)
    impossible = (rows.label_gap == -math.inf).nonzero()[0]
    if len(impossible):
        row = impossible[0].item()
        raise ValueError(
            f"row {row}: the label {labels[row].item()} has the logit -inf, so no temperature "
            "makes it possible"
        )
    if _look_like_probabilities(flat):
        warnings.warn(
            "every row of the logits is non-negative and sums to 1, as probabilities do: "
            "if they are probabilities, fit on their logarithms",
            UserWarning,
            stacklevel=2,
        )
    return _fit(rows)


def _within_reach(logits: Tensor) -> Tensor:
    """Finite logits more than 1e150 below the maximum, as masks may be, raised to that depth.

    Sums and squares of their gaps would leave float64, and their probability is 0 either way.
    """
    floor = logits.amax(1, keepdim=True) - 1e150
    return torch.where(logits == -math.inf, logits, torch.maximum(logits, floor))


def _fit(rows: Rows) -> TemperatureFit:
    """Decide where the minimum lies, and look for it if it lies inside."""
    before = float((np.log(rows.partition) - rows.label_gap).mean())
    status = rows.status()
    if status == "interior":
        beta, after, relative_error = minimum(rows)
        # d(1/b) = db / b^2, so the relative errors of T and b are the same.
        return TemperatureFit(1.0 / beta, relative_error / beta, before, after, status)
    if status == "zero":
        tied = (rows.logits == rows.top).sum(1).cpu().numpy()
        return TemperatureFit(0.0, math.nan, before, float(np.log(tied).mean()), status)
    after = float(np.log(rows.possible).mean())
    temperature = 1.0 if status == "flat" else math.inf
    return TemperatureFit(temperature, math.nan, before, after, status)


class NotFittedError(ValueError, AttributeError):
    """A :class:`TemperatureScaler` was asked for probabilities before it was fitted."""


class TemperatureScaler:
    """Temperature scaling as a scikit-learn estimator, with or without scikit-learn installed.

    ``X`` are the logits that a classifier gave to held-out examples, not their features.

    Parameters
    ----------
    classes : array of shape ``[C]``, optional
        The label that each column of ``X`` stands for. By default the sorted labels of ``y`` if
        there are as many as columns, else ``0 ... C-1`` if the labels are such integers.

    Attributes
    ----------
    temperature_ : float
    result_ : TemperatureFit
        With the standard error and the status.
    classes_ : array of shape ``[C]``
    n_features_in_ : int
        ``C``.
    """

    def __init__(self, classes: ArrayLike | None = None) -> None:
        self.classes = classes

    def fit(self, X: ArrayLike, y: ArrayLike) -> TemperatureScaler:
        """Fit the temperature to logits ``X`` [N, C] and labels ``y`` [N]; see fit_temperature.

        Raises
        ------
        TypeError, ValueError
            As :func:`fit_temperature`, or if a label belongs to no column.
        """
        logits = _matrix(X)
        classes, labels = _columns_of(y, self.classes, logits.shape[1])
        self.result_ = fit_temperature(logits, labels)
        self.temperature_ = self.result_.temperature
        self.classes_ = classes
        self.n_features_in_ = logits.shape[1]
        return self

    def predict_proba(self, X: ArrayLike) -> np.ndarray:
        """Probabilities [N, C] of logits ``X`` [N, C] at the fitted temperature."""
        self._require_fit()
        return softmax(self._logits(X), self.temperature_).numpy()

    def predict(self, X: ArrayLike) -> np.ndarray:
        """The class of the largest logit, the first of tied ones: no temperature changes it."""
        self._require_fit()
        return self.classes_[validated_logits(self._logits(X)).argmax(1).numpy()]

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002
        """The parameters of the constructor by name; there is nothing deeper."""
        return {"classes": self.classes}

    def set_params(self, **params: Any) -> TemperatureScaler:
        """Set parameters of the constructor; ValueError for any other."""
        for name, value in params.items():
            if name != "classes":
                raise ValueError(f"TemperatureScaler has no parameter {name!r}, only 'classes'")
            self.classes = value
        return self

    def __repr__(self) -> str:
        """The call that makes an equal one."""
        given = "" if self.classes is None else f"classes={self.classes!r}"
        return f"TemperatureScaler({given})"

    def __sklearn_is_fitted__(self) -> bool:
        """What scikit-learn's check_is_fitted asks."""
        return hasattr(self, "temperature_")

    def __sklearn_tags__(self) -> Any:
        """What scikit-learn wants to know of an estimator; only scikit-learn asks."""
        from sklearn.utils import ClassifierTags, Tags, TargetTags

        return Tags(
            estimator_type="classifier",
            target_tags=TargetTags(required=True),
            classifier_tags=ClassifierTags(),
        )

    def _require_fit(self) -> None:
        if not self.__sklearn_is_fitted__():
            raise NotFittedError("this TemperatureScaler is not fitted yet: call fit(X, y) first")

    def _logits(self, X: ArrayLike) -> Tensor:
        logits = _matrix(X)
        if logits.shape[1] != self.n_features_in_:
            raise ValueError(
                f"X has {logits.shape[1]} columns, but the fit saw {self.n_features_in_} classes"
            )
        return logits


def _matrix(X: ArrayLike) -> Tensor:
    """Logits [N, C] from whatever a scikit-learn user holds; float32 stays, integers widen."""
    logits = _on_cpu(X)
    if logits.ndim != 2:
        raise ValueError(
            f"X must be logits of shape [N, C], not {list(logits.shape)}: for a binary decision "
            "function d, give the two columns 0 and d"
        )
    return logits if logits.is_floating_point() else logits.double()


def _columns_of(
    y: ArrayLike, classes: ArrayLike | None, columns: int
) -> tuple[np.ndarray, np.ndarray]:
    """The class of each column, and for each label in ``y`` the index of its column."""
    y = np.asarray(y)
    present, position = np.unique(y, return_inverse=True)
    if classes is None:
        if len(present) == columns:
            return present, position.reshape(y.shape)
        if not np.issubdtype(present.dtype, np.integer):
            raise ValueError(
                f"y holds {len(present)} classes and X {columns} columns: "
                "say what the columns are with TemperatureScaler(classes=...)"
            )
        return np.arange(columns), y
    classes = np.asarray(classes)
    if classes.shape != (columns,):
        raise ValueError(f"classes of shape {classes.shape} do not name the {columns} columns of X")
    unknown = present[~np.isin(present, classes)]
    if len(unknown):
        raise ValueError(f"label {unknown[0]!r} is none of the classes given")
    order = np.argsort(classes)
    return classes, order[np.searchsorted(classes, y, sorter=order)]


def _look_like_probabilities(flat: Tensor) -> bool:
    """Whether every row is non-negative and sums to 1; the first row mostly settles it."""
    parts = (flat[:1], *flat[1:].split(max(1, _CHUNK // flat.shape[1])))
    return all(bool((rows >= 0).all() and ((rows.sum(1) - 1).abs() < 1e-2).all()) for rows in parts)


def _validated(logits: Tensor, labels: ArrayLike | Tensor) -> tuple[Tensor, Tensor]:
    """Logits as :func:`tempkit.softmax` takes them, labels as int64 on the same device."""
    logits = validated_logits(logits)
    labels = torch.as_tensor(labels)
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


def _wide_dtype(values: Tensor) -> torch.dtype:
    """float64 for a sum, where the device has it."""
    return values.dtype if values.device.type == "mps" else torch.float64
