"""The five pieces of code that lab 10 puts on trial: each as found, and what it promises.

As found they stand in the lab, word for word (a test compares), so there is nothing to hide in
them. Each is written for this course after a fault that has happened, copied from nobody.
Beside each stand what its promise covers, and what hides its fault.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import torch
from torch import Tensor

import tempkit
from tempkit import filters
from tempkit.lab.counterexample import Parts

# --- 1: a temperature of exactly 1 is taken for greedy decoding -----------------------------------


def draw_token_as_found(logits, temperature, uniform):
    """The likeliest token at 0, as promised, and at 1 too."""
    unchanged = temperature == 1.0
    if temperature == 0 or unchanged:
        return int(logits.argmax())
    sums = torch.softmax(logits.double() / temperature, dim=-1).cumsum(dim=-1)
    return int((sums <= uniform * sums[-1]).sum())


def draw_token_as_promised(logits: Tensor, temperature: float, uniform: float) -> int:
    """The token that the uniform number falls on, at any temperature but 0."""
    if temperature == 0:
        return int(logits.argmax())
    sums = tempkit.softmax(logits, temperature).cumsum(-1)
    return int((sums <= uniform * sums[-1]).sum())


def draw_token_arguments(parts: Parts) -> tuple[Any, ...] | None:
    """Any temperature from 0 on, and a number in [0, 1)."""
    logits = _row(parts)
    temperature, uniform = _number(parts, "temperature"), _number(parts, "uniform")
    covered = logits is not None and temperature >= 0 and 0 <= uniform < 1
    return (logits, temperature, uniform) if covered else None


def draw_token_excuse(_logits: Tensor, temperature: float, _uniform: float) -> str:
    """Only at 1 does the code do something else, and there the likeliest token may come out too."""
    if temperature == 1:
        return "same-token"
    return "greedy-is-promised" if temperature == 0 else "drawn-as-promised"


# --- 2: the temperature acts twice ----------------------------------------------------------------


def scaled_logits(logits, temperature, banned):
    """Logits at a temperature, banned tokens impossible."""
    scaled = logits / temperature
    scaled[banned] = -torch.inf
    return scaled


def allowed_probabilities_as_found(logits, temperature, banned):
    """Divided in :func:`scaled_logits`, and again."""
    allowed = scaled_logits(logits, temperature, banned)
    return torch.softmax(allowed / temperature, dim=-1)


def without_bans(logits: Tensor, temperature: float) -> Tensor:
    """The code as found, with no token banned."""
    return allowed_probabilities_as_found(logits, temperature, [])


def above_zero(parts: Parts) -> tuple[Any, ...] | None:
    """Logits and a temperature above 0."""
    logits, temperature = _row(parts), _number(parts, "temperature")
    return (logits, temperature) if logits is not None and temperature > 0 else None


def twice_excuse(logits: Tensor, temperature: float) -> str:
    """T and its square are the same knob at 1, and for logits that are all equal at any T."""
    if temperature == 1:
        return "temperature-one"
    return "equal-logits" if _all_equal(logits) else "too-small"


# --- 3: a temperature of 0 is silently ignored ----------------------------------------------------


def tempered_as_found(logits, temperature=None):
    """0 counts as no temperature."""
    temperature = temperature or 1.0
    return torch.softmax(logits / temperature, dim=-1)


def from_zero(parts: Parts) -> tuple[Any, ...] | None:
    """Logits and a temperature from 0 on."""
    logits, temperature = _row(parts), _number(parts, "temperature")
    return (logits, temperature) if logits is not None and temperature >= 0 else None


def zero_excuse(logits: Tensor, temperature: float) -> str:
    """Only at 0 does the code do something else."""
    if temperature != 0:
        return "not-at-zero"
    return "equal-logits" if _all_equal(logits) else "too-small"


# --- 4: the nucleus is taken before the temperature -----------------------------------------------


def nucleus_as_found(logits, temperature, top_p):
    """The nucleus of softmax(z), tempered afterwards."""
    p = torch.softmax(logits, dim=-1)
    order = torch.argsort(logits, descending=True, stable=True)
    before = p[order].cumsum(dim=-1) - p[order]
    kept = order[before < top_p]
    filtered = torch.full_like(logits, -torch.inf)
    filtered[kept] = logits[kept]
    return torch.softmax(filtered / temperature, dim=-1)


def nucleus_as_promised(logits: Tensor, temperature: float, top_p: float) -> Tensor:
    """The nucleus of the tempered distribution."""
    return tempkit.softmax(filters.top_p(filters.temper(logits, temperature), top_p))


def nucleus_arguments(parts: Parts) -> tuple[Any, ...] | None:
    """A temperature above 0 and a mass between 0 and 1."""
    logits = _row(parts)
    temperature, top_p = _number(parts, "temperature"), _number(parts, "top_p")
    covered = logits is not None and temperature > 0 and 0 < top_p < 1
    return (logits, temperature, top_p) if covered else None


def nucleus_excuse(logits: Tensor, temperature: float, top_p: float) -> str:
    """The order shows only in what is kept."""
    if temperature == 1:
        return "temperature-one"
    kept = [law(logits, temperature, top_p) > 0 for law in (nucleus_as_found, nucleus_as_promised)]
    return "same-nucleus" if torch.equal(*kept) else "too-small"


# --- 5: the temperature is fitted on the rows that it is reported on ------------------------------


def calibration_report_as_found(logits, labels, part):
    """Fitted on the rows that it reports on."""
    held_out = part == 2
    fit = tempkit.fit_temperature(logits[held_out], labels[held_out])
    return {
        "temperature": fit.temperature,
        "before": fit.nll_before,
        "after": fit.nll_after,
    }


def fitted_as_found(logits: Tensor, labels: Tensor, part: Tensor) -> float:
    """The temperature that the report names."""
    return calibration_report_as_found(logits, labels, part)["temperature"]


def fitted_as_promised(logits: Tensor, labels: Tensor, part: Tensor) -> float:
    """The temperature of the calibration rows."""
    return tempkit.fit_temperature(logits[part == 1], labels[part == 1]).temperature


def report_arguments(parts: Parts) -> tuple[Any, ...] | None:
    """Rows with labels, of three kinds, at least one of them to fit on and one to report on."""
    logits = torch.as_tensor(parts["logits"])
    labels, part = (torch.as_tensor(parts[key]).long() for key in ("labels", "part"))
    if logits.ndim != 2 or not labels.shape == part.shape == logits.shape[:1]:
        return None
    whole = all(np.array_equal(parts[key], np.round(parts[key])) for key in ("labels", "part"))
    kinds = set(part.tolist())
    if not (whole and {1, 2} <= kinds <= {0, 1, 2} and logits.isfinite().all()):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # rows that look like probabilities are the learner's choice
        try:
            tempkit.fit_temperature(logits, labels)
        except ValueError:
            return None
    return logits, labels, part


def report_excuse(logits: Tensor, _labels: Tensor, _part: Tensor) -> str:
    """The two fits agree; on equal logits any two do."""
    return "equal-logits" if all(map(_all_equal, logits)) else "same-temperature"


# --- what several of them share -------------------------------------------------------------------


def _row(parts: Parts) -> Tensor | None:
    """The logits, if they are a row with at least one possible token."""
    logits = torch.as_tensor(parts["logits"])
    fine = logits.ndim == 1 and bool(logits.isfinite().any()) and bool((logits < math.inf).all())
    return logits if fine else None


def _number(parts: Parts, key: str) -> float:
    """A finite number, or NaN, which no promise covers."""
    value = parts[key]
    return value.item() if value.size == 1 and np.isfinite(value).all() else math.nan


def _all_equal(logits: Tensor) -> bool:
    finite = logits[logits.isfinite()]
    return bool((finite == finite[0]).all())
