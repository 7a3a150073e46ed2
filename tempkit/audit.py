r"""Checks that every function from logits and a temperature to probabilities has to pass.

They follow from :math:`q_i \propto e^{z_i/T}` and its limit at 0, and they compare the function
with itself and with ``softmax(z)``, so that code can be audited by what it does. Two of them prove
all the rest for :math:`0 < T < \infty`: ``one``, :math:`f(z, 1) = \text{softmax}(z)`, and ``unit``,
:math:`f(cz, cT) = f(z, T)` for :math:`c > 0`, since then
:math:`f(z, T) = f(z/T, 1) = \text{softmax}(z/T)`. The others say what is wrong where these fail.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from tempkit import language
from tempkit.scaling import softmax

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CHECKS", "Check", "audit", "broken"]

Probabilities = Callable[[Tensor, float], Any]

#: Rows that differ in what they have: a clear maximum, a tie, an impossible class, no positive one.
_ROWS = (
    [2.0, 1.0, 0.5, 0.2, 0.1],
    [3.0, 0.5, 3.0, -1.0],
    [-math.inf, 1.5, 0.25, -2.0],
    [-3.0, -5.0, -4.5],
)
_TEMPERATURES = (0.25, 0.5, 1.0, 2.0, 7.0)
#: So cold, and so hot, that the rows above are at their limits to more digits than are compared.
_COLD, _HOT = 0.01, 1e9
#: A step of the temperature over which no probability of these rows moves by more than 1e-8.
_STEP = 1e-9


@dataclass(frozen=True)
class Check:
    """One property: its id, what it says, and the largest violation that it finds."""

    id: str
    says: dict[str, str]
    violations: Callable[[Probabilities], Iterator[float]]


def audit(
    functions: Mapping[str, Probabilities], *, tolerance: float = 1e-6, lang: str | None = None
) -> pd.DataFrame:
    """Which of the checks each function passes: a row a check, a column a function.

    Parameters
    ----------
    functions : mapping from a name to a function
        Each is called with float64 logits ``[V]`` and a temperature from 0 on, and returns ``[V]``
        probabilities as a tensor, array or list. One that raises, or returns NaN, fails the check.
    tolerance : float
        A check is passed if no probability, sum or entropy (nats) is off by more than this.
    lang : "en" or "es", optional
        Language of the checks' descriptions; the current one by default.

    Returns
    -------
    pandas.DataFrame
        ``✓`` or ``✗``; the index says what each check asks for.
    """
    import pandas as pd

    lang = language.current() if lang is None else language.validated(lang)
    failed = {name: broken(function, tolerance=tolerance) for name, function in functions.items()}
    return pd.DataFrame(
        {name: ["✗" if c.id in ids else "✓" for c in CHECKS] for name, ids in failed.items()},
        index=[check.says[lang] for check in CHECKS],
    )


def broken(function: Probabilities, *, tolerance: float = 1e-6) -> tuple[str, ...]:
    """The ids of the checks that a function fails, in the order of :data:`CHECKS`."""
    return tuple(check.id for check in CHECKS if not _passes(check, function, tolerance))


def _passes(check: Check, function: Probabilities, tolerance: float) -> bool:
    try:
        return all(violation <= tolerance for violation in check.violations(function))
    except Exception:
        return False


def _call(function: Probabilities, logits: Tensor, temperature: float) -> Tensor:
    returned = function(logits.clone(), temperature)
    return torch.as_tensor(returned, dtype=torch.float64, device="cpu")


def _rows() -> Iterator[Tensor]:
    for row in _ROWS:
        yield torch.tensor(row, dtype=torch.float64, device="cpu")


def _cases() -> Iterator[tuple[Tensor, float]]:
    yield from itertools.product(_rows(), _TEMPERATURES)


def _distance(one: Tensor, other: Tensor) -> float:
    return (one - other).abs().max().item()


def _sums(function: Probabilities) -> Iterator[float]:
    for logits, temperature in _cases():
        q = _call(function, logits, temperature)
        yield (q.sum() - 1).abs().item()
        yield -q.min().item()


def _shift(function: Probabilities) -> Iterator[float]:
    for (logits, temperature), shift in itertools.product(_cases(), (-6.0, 40.0)):
        yield _distance(
            _call(function, logits + shift, temperature), _call(function, logits, temperature)
        )


def _one(function: Probabilities) -> Iterator[float]:
    for logits in _rows():
        yield _distance(_call(function, logits, 1.0), softmax(logits))


def _unit(function: Probabilities) -> Iterator[float]:
    for (logits, temperature), factor in itertools.product(_cases(), (0.5, 3.0)):
        yield _distance(
            _call(function, factor * logits, factor * temperature),
            _call(function, logits, temperature),
        )


def _order(function: Probabilities) -> Iterator[float]:
    for logits, temperature in _cases():
        q = _call(function, logits, temperature)
        for i, j in itertools.permutations(range(len(q)), 2):
            if logits[i] >= logits[j]:
                yield (q[j] - q[i]).item()


def _flatter(function: Probabilities) -> Iterator[float]:
    for logits in _rows():
        laws = [_call(function, logits, temperature) for temperature in (0.0, *_TEMPERATURES)]
        entropies = [torch.special.entr(q / q.sum()).sum().item() for q in laws]
        for colder, hotter in itertools.pairwise(entropies):
            yield colder - hotter


def _zero(function: Probabilities) -> Iterator[float]:
    for logits in _rows():
        yield _distance(_call(function, logits, 0.0), softmax(logits, 0.0))


def _cold(function: Probabilities) -> Iterator[float]:
    for logits in _rows():
        yield _distance(_call(function, logits, _COLD), softmax(logits, 0.0))


def _hot(function: Probabilities) -> Iterator[float]:
    for logits in _rows():
        yield _distance(_call(function, logits, _HOT), softmax(logits, math.inf))


def _smooth(function: Probabilities) -> Iterator[float]:
    for logits, temperature in _cases():
        yield _distance(
            _call(function, logits, temperature * (1 + _STEP)),
            _call(function, logits, temperature),
        )


def _impossible(function: Probabilities) -> Iterator[float]:
    for logits, temperature in _cases():
        q = _call(function, logits, temperature)
        yield from q[logits == -math.inf].abs().tolist()


def _untouched(function: Probabilities) -> Iterator[float]:
    for logits, temperature in _cases():
        given = logits.clone()
        function(given, temperature)
        yield 0.0 if torch.equal(given, logits) else math.inf


CHECKS: tuple[Check, ...] = (
    Check("sums", {"en": "sums to 1, none negative", "es": "suma 1, ninguna negativa"}, _sums),
    Check("one", {"en": "T = 1 is softmax(z)", "es": "T = 1 es softmax(z)"}, _one),
    Check("unit", {"en": "c·z at c·T is z at T", "es": "c·z con c·T es z con T"}, _unit),
    Check("shift", {"en": "z + c is z", "es": "z + c es z"}, _shift),
    Check("order", {"en": "the order of z is kept", "es": "se conserva el orden de z"}, _order),
    Check(
        "flatter",
        {"en": "hotter is never less entropy", "es": "más calor nunca es menos entropía"},
        _flatter,
    ),
    Check(
        "smooth", {"en": "no jump anywhere above 0", "es": "ningún salto por encima de 0"}, _smooth
    ),
    Check(
        "zero",
        {"en": "T = 0: equal shares of the maxima", "es": "T = 0: los máximos, a partes iguales"},
        _zero,
    ),
    Check(
        "cold", {"en": "nearly so when T is nearly 0", "es": "casi así cuando T es casi 0"}, _cold
    ),
    Check(
        "hot",
        {"en": "T large: equal shares of all", "es": "T grande: todos, a partes iguales"},
        _hot,
    ),
    Check(
        "impossible",
        {"en": "the impossible stays impossible", "es": "lo imposible sigue siendo imposible"},
        _impossible,
    ),
    Check(
        "untouched",
        {
            "en": "the caller's logits stay as they were",
            "es": "los logits de quien llama no cambian",
        },
        _untouched,
    ),
)
