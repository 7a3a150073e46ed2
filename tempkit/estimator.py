"""Temperature scaling as a scikit-learn estimator, which needs no scikit-learn to work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from torch import Tensor

from tempkit._arrays import on_cpu
from tempkit.fitting import fit
from tempkit.scaling import softmax, validated_logits

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["NotFittedError", "TemperatureScaler"]


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
    result_ : tempkit.fitting.TemperatureFit
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
            As :func:`fit_temperature`, or if a label belongs to no column or to two.
        """
        logits = _matrix(X)
        classes, labels = _columns_of(y, self.classes, logits.shape[1])
        self.result_ = fit(logits, labels)
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
    logits = on_cpu("X", X)
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
    distinct, count = np.unique(classes, return_counts=True)
    if len(distinct) < columns:
        twice = distinct[count > 1].tolist()[0]
        raise ValueError(f"classes name {twice!r} more than once: give each column its own label")
    unknown = present[~np.isin(present, classes)]
    if len(unknown):
        raise ValueError(f"label {unknown.tolist()[0]!r} is none of the classes given")
    order = np.argsort(classes)
    return classes, order[np.searchsorted(classes, y, sorter=order)]
