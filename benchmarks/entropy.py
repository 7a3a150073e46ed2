"""Entropy over many temperatures, and the temperature for a wanted entropy."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import torch
from torch import Tensor

from benchmarks import without_numba
from benchmarks.logits import like_a_language_model
from benchmarks.race import Call, Contender
from benchmarks.task import Reach, Task
from tempkit.information import entropy_sweep, temperature_for_entropy

#: Rows of a batch on which errors are judged; the oracle is slow.
_JUDGED = 2
#: The peers and limits do every so many temperatures; their time is in proportion.
_EVERY = 10
_CATEGORICAL = "torch Categorical loop"
_BRENT = "scipy brentq per row"
_BISECTION = "batched bisection, 30 steps"


def sweep_task(rows: int, *, quick: bool = False) -> Task:
    """The sweep over 200 temperatures, for one row or for a batch."""
    vocabulary, count = (502, 20) if quick else (50257, 200)
    logits = like_a_language_model(rows, vocabulary)
    temperatures = torch.logspace(-1, math.log10(5), count, dtype=torch.float64)
    numbers = temperatures[::_EVERY].tolist()
    judged = logits[:_JUDGED]
    exact = torch.stack([exact_entropy(judged, t) for t in temperatures.tolist()], -1)

    def error(entropies: Tensor) -> float:
        reference = exact[:, :: count // entropies.shape[-1]]
        return (entropies[:_JUDGED].double() - reference).abs().max().item()

    def ours() -> Tensor:
        return entropy_sweep(logits, temperatures).entropy

    def categorical() -> Tensor:
        each = [torch.distributions.Categorical(logits=logits / t).entropy() for t in numbers]
        return torch.stack(each, -1)

    contenders = [
        Contender("tempkit.entropy_sweep", lambda: ours, "ours"),
        Contender(without_numba.NAME, lambda: without_numba.call(ours)),
        Contender("scipy loop", partial(_scipy_sweep, logits, numbers), scale=_EVERY),
        Contender(_CATEGORICAL, lambda: categorical, scale=_EVERY),
        *_passes(logits, len(numbers), _EVERY),
    ]
    reaches = [Reach(_CATEGORICAL, at_least=46 if rows > 1 else 40)]
    reaches += [Reach("K exp2 passes", at_most=1.2)]
    title = f"Entropy sweep, {rows} x {vocabulary}, {count} temperatures in [0.1, 5]"
    return Task(
        "entropy-sweep-rows" if rows > 1 else "entropy-sweep",
        title,
        contenders,
        reaches,
        error,
        "largest error, nats",
        1e-8,
    )


def exact_entropy(logits: Tensor, temperature: float) -> Tensor:
    """The oracle: entropies of the rows in float64 by the definition, nats."""
    log_p = torch.log_softmax(logits.double() / temperature, -1)
    return -(log_p.exp() * log_p).sum(-1)


def _scipy_sweep(logits: Tensor, temperatures: list[float]) -> Call:
    from scipy import special, stats

    z = logits.numpy()
    return lambda: torch.from_numpy(
        np.stack([stats.entropy(special.softmax(z / t, axis=1), axis=1) for t in temperatures], -1)
    )


def _passes(logits: Tensor, count: int, scale: float) -> list[Contender]:
    """Touching all the logits once for each temperature, and nothing else."""
    row = (logits - logits.amax(-1, keepdim=True)).contiguous()
    out = torch.empty_like(row)

    def copies() -> None:
        for _ in range(count):
            out.copy_(row)

    def powers() -> None:
        for _ in range(count):
            torch.exp2(row, out=out)

    return [
        Contender("K copies", lambda: copies, "limit", scale),
        Contender("K exp2 passes", lambda: powers, "limit", scale),
    ]


def inverse_task(*, quick: bool = False) -> Task:
    """The temperature at which each of 64 rows has its own wanted entropy."""
    rows, vocabulary = (4, 502) if quick else (64, 50257)
    logits = like_a_language_model(rows, vocabulary)
    wanted = torch.linspace(0.5, 0.87 * math.log(vocabulary), rows, dtype=torch.float64)
    scaled = logits - logits.amax(-1, keepdim=True)
    out = torch.empty_like(scaled)

    def error(temperatures: Tensor) -> float:
        found = torch.stack(
            [
                exact_entropy(row, t)
                for row, t in zip(logits, temperatures.double().tolist(), strict=True)
            ]
        )
        return (found - wanted).abs().max().item()

    def ours() -> Tensor:
        return temperature_for_entropy(logits, wanted)

    return Task(
        "temperature-for-entropy",
        f"Temperature for a target entropy, {rows} x {vocabulary}",
        [
            Contender("tempkit.temperature_for_entropy", lambda: ours, "ours"),
            Contender(without_numba.NAME, lambda: without_numba.call(ours)),
            Contender(_BRENT, partial(_brent, logits, wanted)),
            Contender(_BISECTION, lambda: lambda: _bisection(logits, wanted)),
            Contender("copy", lambda: lambda: out.copy_(scaled), "limit"),
            Contender("exp2 pass", lambda: lambda: torch.exp2(scaled, out=out), "limit"),
        ],
        [Reach(_BRENT, at_least=20), Reach("exp2 pass", at_most=30)],
        error,
        "largest distance of H(T) from the wanted, nats",
    )


def _brent(logits: Tensor, wanted: Tensor) -> Call:
    from scipy import optimize, special, stats

    def excess(temperature: float, z: np.ndarray, target: float) -> float:
        return stats.entropy(special.softmax(z / temperature)) - target

    def solve() -> Tensor:
        rows = zip(logits.numpy(), wanted.tolist(), strict=True)
        return torch.tensor(
            [optimize.brentq(excess, 0.02, 50.0, args=row, xtol=1e-7) for row in rows],
            dtype=torch.float64,
        )

    return solve


def _bisection(logits: Tensor, wanted: Tensor) -> Tensor:
    """All rows at once, in the logarithm of T and in the dtype of the logits."""
    low = torch.full(wanted.shape, math.log(0.02), dtype=torch.float64)
    high = torch.full(wanted.shape, math.log(50.0), dtype=torch.float64)
    for _ in range(30):
        middle = (low + high) / 2
        log_p = torch.log_softmax(logits / middle.exp().float()[:, None], -1)
        too_flat = -(log_p.exp() * log_p).sum(-1) > wanted
        low, high = torch.where(too_flat, low, middle), torch.where(too_flat, middle, high)
    return ((low + high) / 2).exp()
