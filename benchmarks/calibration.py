"""Fitting a temperature to labels, and the calibration error of a million predictions."""

from __future__ import annotations

import importlib
import math
import warnings
from functools import partial

import numpy as np
import torch
from torch import Tensor

from benchmarks.race import Call, Contender
from benchmarks.task import Reach, Task
from tempkit.calibration import expected_calibration_error, fit_temperature

_SKLEARN = "scikit-learn CalibratedClassifierCV"
_CORE = "torchmetrics, its core alone"
_PUBLIC = "torchmetrics binary_calibration_error"
_BINS = 15


def fit_task(*, quick: bool = False) -> Task:
    """One temperature for a classifier that is over-confident by a factor of 2.5."""
    rows, classes = (2000, 10) if quick else (50_000, 1000)
    logits, labels = over_confident(rows, classes)
    optimum, standard_error = exact_fit(logits, labels)
    out = torch.empty_like(logits)

    def ours() -> float:
        return fit_temperature(logits, labels).temperature

    return Task(
        "fit-temperature",
        f"Calibration fit, {rows:,} x {classes:,}; the optimum is {optimum:.9f} with a standard "
        f"error of {standard_error:.4f}",
        [
            Contender("tempkit.fit_temperature", lambda: ours, "ours"),
            Contender(_SKLEARN, partial(_sklearn, logits, labels)),
            Contender("probmetrics", partial(_probmetrics, logits, labels)),
            Contender("copy", lambda: lambda: out.copy_(logits), "limit"),
            Contender("softmax(z / T)", lambda: lambda: torch.softmax(logits / 2.5, -1), "limit"),
        ],
        [Reach(_SKLEARN, at_least=25)],
        lambda temperature: abs(temperature - optimum) / standard_error,
        "distance from the optimum, standard errors",
        0.01,
    )


def over_confident(rows: int, classes: int) -> tuple[Tensor, Tensor]:
    """Logits 2.5 times as large as those the labels were drawn by."""
    generator = torch.Generator().manual_seed(0)
    true = torch.randn(rows, classes, generator=generator).mul_(2.2)
    labels = torch.cat(
        [
            (part - torch.empty_like(part).exponential_(generator=generator).log_()).argmax(1)
            for part in true.split(1000)
        ]
    )
    return true.mul_(2.5), labels


def exact_fit(logits: Tensor, labels: Tensor) -> tuple[float, float]:
    """The oracle: the optimum by Newton's method in float64 from near it, and its standard error.

    On whole rows, without any of the shortcuts of tempkit.
    """
    beta = 0.4
    for _ in range(20):
        slope = curvature = 0.0
        for z, y in zip(logits.split(1000), labels.split(1000), strict=True):
            z = z.double()
            q = torch.softmax(beta * z, 1)
            mean = (q * z).sum(1)
            slope += (mean - z.gather(1, y[:, None])[:, 0]).sum().item()
            curvature += ((q * z * z).sum(1) - mean * mean).sum().item()
        step = slope / curvature
        beta -= step
        if abs(step) < 1e-12 * beta:
            break
    else:
        raise RuntimeError(f"the oracle did not converge: beta {beta}, last step {step}")
    return 1 / beta, 1 / (beta * beta * math.sqrt(curvature))


def _sklearn(logits: Tensor, labels: Tensor) -> Call:
    """The public way: a classifier that is already fitted, here one that returns its input."""
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.frozen import FrozenEstimator

    class Fitted(ClassifierMixin, BaseEstimator):
        def fit(self, X: np.ndarray, y: np.ndarray) -> Fitted:  # noqa: ARG002
            self.classes_ = np.arange(X.shape[1])
            self.is_fitted_ = True
            return self

        def decision_function(self, X: np.ndarray) -> np.ndarray:
            return X

        def predict(self, X: np.ndarray) -> np.ndarray:
            return X.argmax(1)

    X, y = logits.numpy(), labels.numpy()
    classifier = FrozenEstimator(Fitted().fit(X, y))

    def fit() -> float:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of classes with few members
            scaled = CalibratedClassifierCV(classifier, method="temperature").fit(X, y)
        return 1 / float(scaled.calibrated_classifiers_[0].calibrators[0].beta_)

    return fit


def _probmetrics(logits: Tensor, labels: Tensor) -> Call:
    from probmetrics.calibrators import TemperatureScalingCalibrator
    from probmetrics.distributions import CategoricalLogits

    def fit() -> float:
        fitted = TemperatureScalingCalibrator().fit_torch(CategoricalLogits(logits), labels)
        return 1 / float(fitted.invtemp_)

    return fit


def error_task(*, quick: bool = False) -> Task:
    """The expected calibration error of a million confidences in 15 bins."""
    number = 10_000 if quick else 1_000_000
    generator = torch.Generator().manual_seed(0)
    confidences = torch.rand(number, generator=generator).pow(0.3)
    correct = (torch.rand(number, generator=generator) < confidences).long()
    exact = exact_calibration_error(confidences.double().numpy(), correct.numpy())
    out = torch.empty_like(confidences)

    def ours() -> float:
        return expected_calibration_error(confidences, correct, _BINS)

    return Task(
        "calibration-error",
        f"Expected calibration error, {number:,} confidences, {_BINS} bins",
        [
            Contender("tempkit.expected_calibration_error", lambda: ours, "ours"),
            Contender(_CORE, partial(_torchmetrics_core, confidences, correct)),
            Contender(_PUBLIC, partial(_torchmetrics, confidences, correct)),
            Contender("copy", lambda: lambda: out.copy_(confidences), "limit"),
        ],
        [Reach(_CORE, at_least=3), Reach(_PUBLIC, at_least=3)],
        lambda found: abs(float(found) - exact),
        "absolute error",
        1e-12,
    )


def exact_calibration_error(confidences: np.ndarray, correct: np.ndarray) -> float:
    """The oracle: bins by search among the edges k/bins, sums without rounding."""
    place = np.searchsorted(np.arange(1, _BINS + 1) / _BINS, confidences, side="left")
    gaps = [
        abs(math.fsum(confidences[place == k]) - int(correct[place == k].sum()))
        for k in range(_BINS)
    ]
    return math.fsum(gaps) / len(confidences)


def _torchmetrics(confidences: Tensor, correct: Tensor) -> Call:
    from torchmetrics.functional.classification import binary_calibration_error

    return lambda: binary_calibration_error(confidences, correct, n_bins=_BINS)


def _torchmetrics_core(confidences: Tensor, correct: Tensor) -> Call:
    """Without the checks of the arguments. Its module is hidden by a function of the same name."""
    name = "torchmetrics.functional.classification.calibration_error"
    core = importlib.import_module(name)._ce_compute
    return lambda: core(confidences, correct, _BINS)
