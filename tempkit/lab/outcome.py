"""What came out of calling an answer, as plain numbers that can be compared.

Tensors on any device and of any dtype, numpy arrays, numbers, tuples, lists and dictionaries of
these all become float64 arrays under a tuple of keys, so that an answer is judged by its numbers
and not by the form in which it returns them.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from tempkit.lab.exercise import Answer, Probe

__all__ = ["NotNumbersError", "Outcome", "Recorded", "numbers_to_read", "try_answer"]

#: Relative spacing of float16 and bfloat16, widened by what a few operations add.
_HALF_TOLERANCE = {torch.float16: 2e-3, torch.bfloat16: 1.6e-2}


class NotNumbersError(TypeError):
    """An answer returned something that is not made of numbers; ``str()`` of it says what.

    ``key`` is the key of a dictionary under which it was, empty where there is none.
    """

    def __init__(self, said: str, key: str = "") -> None:
        super().__init__(said)
        self.key = key


@dataclass(frozen=True)
class Outcome:
    """Either the parts that an answer returned, or the error that it raised.

    ``tolerance`` is what the dtype of the answer excuses; ``changed`` tells whether the call
    altered its arguments.
    """

    parts: dict[str, np.ndarray] = field(default_factory=dict)
    error: Exception | None = None
    tolerance: float = 0.0
    changed: bool = False

    def agrees(self, other: Outcome, rtol: float, atol: float) -> bool:
        """Whether the two came out alike: the same error, or the same numbers, NaN included."""
        if self.error is not None or other.error is not None:
            return other.error is not None and isinstance(self.error, type(other.error))
        if self.shapes != other.shapes:
            return False
        slack = max(self.tolerance, other.tolerance)
        return all(
            np.allclose(part, other.parts[key], rtol + slack, atol + slack, equal_nan=True)
            for key, part in self.parts.items()
        )

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of every part."""
        return {key: part.shape for key, part in self.parts.items()}

    def holds_nan(self) -> bool:
        """Whether any number is NaN."""
        return any(np.isnan(part).any() for part in self.parts.values())


@dataclass(frozen=True)
class Recorded:
    """An answer of which only the outcomes are there: each probe with what came out of it."""

    outcomes: tuple[tuple[Probe, Outcome], ...]

    def on(self, probe: Probe) -> Outcome:
        """What came out of that very probe."""
        return next(outcome for known, outcome in self.outcomes if known is probe)

    def __call__(self, *_: Any) -> Any:
        """There is nothing to call."""
        raise RuntimeError("this copy of the course holds results, not answers")


def try_answer(answer: Answer | Recorded, probe: Probe) -> Outcome:
    """Call an answer on its own copy of the probe's arguments, on the default device.

    The copy goes all the way down: whatever an answer does to a list in a list, the probe is the
    same for the next one. A recorded answer is not called.
    """
    if isinstance(answer, Recorded):
        return answer.on(probe)
    arguments = [_copied(argument) for argument in probe.arguments]
    try:
        if probe.gradient:
            arguments[0].requires_grad_()
        returned = answer(*arguments)
        parts = dict(_parts("", returned))
        if probe.gradient:
            parts = dict(_parts("", _gradient(returned, arguments[0])))
    except Exception as error:
        return Outcome(error=error)
    changed = not all(map(_untouched, probe.arguments, arguments))
    return Outcome(parts=parts, tolerance=_tolerance(returned), changed=changed)


def _copied(argument: Any) -> Any:
    """The argument as the learner's own, on the device where the notebook works."""
    if isinstance(argument, torch.Tensor):
        return argument.detach().clone().to(torch.get_default_device())
    return copy.deepcopy(argument)


def _gradient(returned: Any, argument: torch.Tensor) -> torch.Tensor:
    """Gradient of what was returned; 0 if it was computed without PyTorch's knowledge."""
    if not isinstance(returned, torch.Tensor) or not returned.requires_grad:
        return torch.zeros_like(argument)
    (gradient,) = torch.autograd.grad(returned.sum(), argument, materialize_grads=True)
    return gradient


def _untouched(before: Any, after: Any) -> bool:
    """Whether an argument came back as it was, lists compared item by item."""
    if type(before) is not type(after):
        return False
    if isinstance(before, torch.Tensor):
        return torch.equal(after.cpu().nan_to_num(), before.cpu().nan_to_num())
    if isinstance(before, (list, tuple)):
        return len(before) == len(after) and all(map(_untouched, before, after))
    # A copy of a function, or NaN, is not equal to itself.
    return callable(before) or before is after or before == after


def _parts(key: str, value: Any) -> list[tuple[str, np.ndarray]]:
    """Flatten a returned value into named arrays; plain sequences of numbers are arrays too."""
    if isinstance(value, dict):
        return [part for k in sorted(value, key=str) for part in _parts(f"{key}{k}", value[k])]
    if isinstance(value, torch.Tensor):
        return [(key, value.detach().cpu().double().numpy())]
    if isinstance(value, (list, tuple)):
        if any(isinstance(item, torch.Tensor) for item in value):
            value = [item.tolist() if isinstance(item, torch.Tensor) else item for item in value]
    elif value is None or isinstance(value, (str, bytes)):
        raise NotNumbersError(repr(value), key)
    try:
        return [(key, np.asarray(value, dtype=np.float64))]
    except (TypeError, ValueError) as error:
        raise NotNumbersError(type(value).__name__, key) from error


def _tolerance(returned: Any) -> float:
    """The widest tolerance that a dtype in the answer asks for."""
    if isinstance(returned, dict):
        returned = list(returned.values())
    if isinstance(returned, (list, tuple)):
        return max((_tolerance(item) for item in returned), default=0.0)
    if isinstance(returned, np.ndarray | np.generic) and returned.dtype == np.float16:
        return _HALF_TOLERANCE[torch.float16]
    return _HALF_TOLERANCE.get(getattr(returned, "dtype", None), 0.0)


def numbers_to_read(numbers: np.ndarray) -> str:
    """Whole numbers whole, the others to four significant digits."""
    return str(np.vectorize(_short, otypes=[object])(numbers).tolist()).replace("nan", "NaN")


def _short(number: float) -> int | float:
    short = number if float(number).is_integer() else float(f"{number:.4g}")
    return int(short) if float(short).is_integer() and abs(short) < 1e9 else float(short)
