"""Softmax temperature, taught and proved: the library of the tempkit course.

Names load when they are first used, so that the ``tempkit`` command opens a lab, or says what is
missing, without waiting for PyTorch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tempkit import decisions, filters, schedules
    from tempkit.calibration import (
        TemperatureScaler,
        brier_score,
        expected_calibration_error,
        fit_temperature,
        nll,
        reliability_curve,
    )
    from tempkit.explorer import Explorer
    from tempkit.information import entropy, entropy_sweep, perplexity, temperature_for_entropy
    from tempkit.sampling import count_draws, draw, sample
    from tempkit.scaling import log_softmax, softmax

__all__ = [
    "Explorer",
    "TemperatureScaler",
    "brier_score",
    "count_draws",
    "decisions",
    "draw",
    "entropy",
    "entropy_sweep",
    "expected_calibration_error",
    "filters",
    "fit_temperature",
    "log_softmax",
    "nll",
    "perplexity",
    "reliability_curve",
    "sample",
    "schedules",
    "softmax",
    "temperature_for_entropy",
]

_NAMES_OF = {
    "calibration": (
        "TemperatureScaler",
        "brier_score",
        "expected_calibration_error",
        "fit_temperature",
        "nll",
        "reliability_curve",
    ),
    "explorer": ("Explorer",),
    "information": ("entropy", "entropy_sweep", "perplexity", "temperature_for_entropy"),
    "sampling": ("count_draws", "draw", "sample"),
    "scaling": ("log_softmax", "softmax"),
}
_HOME = {name: module for module, names in _NAMES_OF.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import what was asked for (PEP 562)."""
    if name in _HOME:
        value = getattr(import_module(f"tempkit.{_HOME[name]}"), name)
    elif name in __all__:
        value = import_module(f"tempkit.{name}")
    else:
        raise AttributeError(f"module 'tempkit' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names, loaded or not."""
    return sorted({*globals(), *__all__})
