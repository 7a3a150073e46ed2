r"""Draws from ``softmax(logits / T)`` by inverse CDF, one uniform number a draw.

.. math::  j(u) = \min \Bigl\{ j : \sum_{i \le j} q_i(T) > u \Bigr\}, \qquad u \in [0, 1)

The uniform comes from a CPU generator, whatever the device of the logits: one seed, one sequence of
tokens everywhere.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from tempkit import _inverse_cdf, _inverse_cdf_gpu
from tempkit.scaling import raised, softmax, validated_logits, validated_temperature

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DrawCounts", "count_draws", "draw", "sample"]

#: Cells of the chi-square test need an expectation of at least this many draws.
_SMALLEST_EXPECTATION = 5.0


def sample(
    logits: Tensor,
    temperature: float | Tensor = 1.0,
    *,
    generator: torch.Generator | None = None,
    uniforms: Tensor | None = None,
) -> Tensor:
    r"""One token a row, drawn from ``softmax(logits / temperature)``.

    Parameters
    ----------
    logits : Tensor, any floating dtype, shape ``[..., V]``
        In nats; ``-inf`` marks an impossible class, which is never drawn.
    temperature : float, int or Tensor
        ``0 <= T <= inf``, a number or one per row (broadcasts against ``[...]``). ``T = 0`` draws
        uniformly among the tied maxima (for greedy decoding use ``argmax``), ``T = inf`` uniformly
        among the finite logits.
    generator : torch.Generator, optional
        A CPU generator, on every device; without it torch's global one. One float64 uniform is
        taken per row, whatever the logits.
    uniforms : Tensor, any floating dtype, shape ``[...]``, optional
        The uniforms themselves, in ``[0, 1)``, in place of a generator. The token does not decrease
        when its uniform rises.

    Returns
    -------
    Tensor, int64, shape ``[...]``, on the device of the logits
        The same tokens on a CPU and on a GPU, unless a uniform lies within rounding (about 1e-7) of
        the edge between two blocks of 256 classes.

    Raises
    ------
    TypeError, ValueError
        As :func:`tempkit.softmax`; and for a generator that is not on the CPU, a generator together
        with uniforms, and uniforms of another shape or outside ``[0, 1)``. On a CUDA device the
        values of tensors are checked there, by an assertion of the device as in
        ``torch.multinomial``, so that the host does not wait.

    References
    ----------
    Devroye (1986), "Non-uniform random variate generation", chapter III.2 (inversion).
    docs/fast-paths.md for the blocks and their rounding.
    """
    if uniforms is None and _is_usual(logits, temperature, generator):
        return _inverse_cdf.invert_row(logits, temperature, generator)
    rows = _rows_of(logits)
    uniforms = _uniforms(rows.shape[:-1], generator, uniforms, rows.device)
    heats = _temperatures(temperature, rows)
    tokens = _method(rows).invert(rows, heats, uniforms)
    return tokens if tokens.device == logits.device else tokens.to(logits.device)


def draw(
    logits: Tensor,
    temperature: float | Tensor,
    num_samples: int,
    *,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Many independent tokens from each row: one CDF, many uniforms.

    The weights are added up in float64. In rows of more than 1024 classes they are computed in the
    dtype of the logits (see docs/fast-paths.md).

    Parameters
    ----------
    logits, temperature, generator
        As in :func:`sample`.
    num_samples : int
        How many tokens to draw from each row, at least 0.

    Returns
    -------
    Tensor, int64, shape ``[..., num_samples]``, on the device of the logits

    Raises
    ------
    TypeError, ValueError
        As :func:`sample`, and for a ``num_samples`` that is negative or no integer.
    """
    num_samples = _validated_number(num_samples)
    if num_samples < 0:
        raise ValueError(f"num_samples must be at least 0, not {num_samples}")
    rows = _rows_of(logits)
    uniforms = _uniforms((*rows.shape[:-1], num_samples), generator, None, rows.device)
    heats = _temperatures(temperature, rows)
    return _method(rows).invert_many(rows, heats, uniforms).to(logits.device)


def _validated_number(num_samples: int) -> int:
    try:
        if not isinstance(num_samples, bool):
            return operator.index(num_samples)
    except TypeError:
        pass
    raise TypeError(f"num_samples must be an integer, not {num_samples!r}")


def _is_usual(
    logits: Tensor, temperature: float | Tensor, generator: torch.Generator | None
) -> bool:
    """One row on a CPU and a number for T, as at every step of generating text.

    Half of the time of such a draw is calls, so that it has a way of its own with few of them.
    """
    return (
        type(logits) is Tensor
        and logits.dtype in _inverse_cdf.DTYPES
        and logits.is_cpu
        and logits.layout is torch.strided
        and logits.ndim > 0
        and logits.numel() == logits.shape[-1] > 0
        and not (logits.requires_grad or logits.is_neg())
        and type(temperature) is float
        and temperature >= 0
        and (generator is None or _is_on_cpu(generator))
    )


def _is_on_cpu(generator: torch.Generator) -> bool:
    return isinstance(generator, torch.Generator) and generator.device.type == "cpu"


def _rows_of(logits: Tensor) -> Tensor:
    """The logits in float32 or float64 and on a device that has float64; the values unchecked."""
    usable = isinstance(logits, Tensor) and logits.is_floating_point() and logits.ndim > 0
    if not usable or logits.shape[-1] == 0 or logits.layout is not torch.strided or logits.is_meta:
        validated_logits(logits)  # raises, and says why
    rows = raised(logits.detach())
    return rows.cpu() if rows.device.type == "mps" else rows


def _method(rows: Tensor) -> ModuleType:
    return _inverse_cdf_gpu if rows.is_cuda else _inverse_cdf


def _temperatures(temperature: float | Tensor, rows: Tensor) -> Tensor | list[float]:
    """One temperature a row: a list for rows on a CPU, for a GPU a float64 tensor on it."""
    shape = rows.shape[:-1]
    if rows.is_cuda and isinstance(temperature, Tensor) and temperature.is_cuda:
        values = temperature.detach().double()
        torch._assert_async((values >= 0).all(), "temperature must be at least 0")
        # Shapes alone, which the host knows.
        stand_in = torch.empty(*shape, 1, device="cpu")
        validated_temperature(torch.ones(values.shape, device="cpu"), stand_in)
        return values.expand(shape)
    if type(temperature) is float and temperature >= 0 and not rows.is_cuda:  # mostly
        return [temperature] * shape.numel()
    stand_in = torch.empty(*shape, 1, dtype=torch.float64, device="cpu")
    values = validated_temperature(temperature, stand_in).detach().double().squeeze(-1)
    if rows.is_cuda:
        return values.to(rows.device, non_blocking=True).expand(shape)
    return values.expand(shape).reshape(-1).tolist()


def _uniforms(
    shape: tuple[int, ...],
    generator: torch.Generator | None,
    uniforms: Tensor | None,
    device: torch.device,
) -> Tensor:
    """Float64 uniforms of that shape, given or drawn, on the device."""
    if generator is not None and not isinstance(generator, torch.Generator):
        raise TypeError(
            f"generator must be a torch.Generator, not {generator!r}: "
            "for a seed write torch.Generator().manual_seed(seed)"
        )
    if generator is not None and not _is_on_cpu(generator):
        raise ValueError(
            f"generator must be a CPU generator, not one of {generator.device}: one seed then "
            "gives the same tokens on every device; use torch.Generator().manual_seed(...)"
        )
    if uniforms is None:
        drawn = torch.rand(shape, dtype=torch.float64, generator=generator, device="cpu")
        return drawn.to(device, non_blocking=True) if device.type == "cuda" else drawn
    if generator is not None:
        raise ValueError("give either a generator or uniforms, not both")
    if not isinstance(uniforms, Tensor) or not uniforms.is_floating_point():
        raise TypeError("uniforms must be a floating tensor, one number in [0, 1) per row")
    if uniforms.shape != torch.Size(shape):
        raise ValueError(
            f"uniforms of shape {list(uniforms.shape)} do not match the {list(shape)} rows of the "
            "logits: give one number per row"
        )
    values = raised(uniforms.detach())
    inside = (values >= 0) & (values < 1)
    if values.device.type == "cuda":
        torch._assert_async(inside.all(), "uniforms must be in [0, 1)")
    elif not inside.all():
        raise ValueError(f"uniforms must be in [0, 1), not {values[~inside][0].item():g}")
    return values.double().to(device, non_blocking=True)


@dataclass(frozen=True, eq=False)
class DrawCounts:
    """How often each class was drawn, beside what to expect; shows as a table in a notebook.

    Attributes
    ----------
    count : Tensor, int64, shape ``[V]``
    probability : Tensor, float64, shape ``[V]``
    expected : Tensor, float64, shape ``[V]``
        ``n p``.
    standard_error : Tensor, float64, shape ``[V]``
        ``sqrt(n p (1 - p))``: how far a count strays from ``n p`` by chance.
    chi_square, p_value : float
        Pearson's statistic over the cells, and the probability of one as large by chance.
    degrees_of_freedom : int
        Cells less one. Classes with an expectation below 5 share a cell.
    """

    count: Tensor
    probability: Tensor
    expected: Tensor
    standard_error: Tensor
    chi_square: float
    degrees_of_freedom: int
    p_value: float

    def table(self) -> pd.DataFrame:
        """A pandas table, one line per class."""
        import pandas as pd

        columns = ("count", "expected", "standard_error", "probability")
        table = pd.DataFrame({name: getattr(self, name).tolist() for name in columns})
        return table.rename_axis("class")

    def _repr_html_(self) -> str:
        return (
            self.table().to_html() + f"<p>&chi;&sup2; = {self.chi_square:.3g}, "
            f"{self.degrees_of_freedom} degrees of freedom, p = {self.p_value:.3g}</p>"
        )


def count_draws(
    logits: Tensor,
    temperature: float | Tensor,
    num_samples: int,
    *,
    generator: torch.Generator | None = None,
) -> DrawCounts:
    """Draw from one distribution, count, and compare with the expected counts.

    Parameters
    ----------
    logits : Tensor, any floating dtype, shape ``[V]``
    temperature, num_samples, generator
        As in :func:`draw`, with at least one sample.

    Returns
    -------
    DrawCounts

    Raises
    ------
    TypeError, ValueError
        As :func:`draw`, and ValueError for a batch of rows or no samples.

    References
    ----------
    Pearson (1900), "On the criterion that a given system of deviations ...", Philosophical
    Magazine 50.
    """
    if isinstance(logits, Tensor) and logits.ndim > 1:
        raise ValueError(
            f"count_draws takes one row of logits, not shape {list(logits.shape)}: count row by row"
        )
    tokens = draw(logits, temperature, num_samples, generator=generator)
    if num_samples == 0:
        raise ValueError("num_samples must be at least 1 to compare counts with")
    probability = softmax(logits.detach().cpu().double(), temperature)
    count = torch.bincount(tokens.cpu(), minlength=len(probability))
    expected = num_samples * probability
    chi_square, freedom = _chi_square(count.double(), expected)
    return DrawCounts(
        count,
        probability,
        expected,
        (expected * (1 - probability)).sqrt(),
        chi_square,
        freedom,
        _chance_of(chi_square, freedom),
    )


def _chi_square(count: Tensor, expected: Tensor) -> tuple[float, int]:
    """Pearson's statistic and its degrees of freedom, classes of small expectation in one cell."""
    order = expected.argsort()
    count, expected = count[order], expected[order]
    pooled = int((expected < _SMALLEST_EXPECTATION).sum())
    if 0 < pooled < len(expected) and expected[:pooled].sum() < _SMALLEST_EXPECTATION:
        pooled += 1
    cells = torch.stack([count, expected])
    if pooled:
        cells = torch.cat([cells[:, :pooled].sum(1, keepdim=True), cells[:, pooled:]], 1)
    observed, wanted = cells
    return ((observed - wanted).square() / wanted).sum().item(), len(wanted) - 1


def _chance_of(chi_square: float, freedom: int) -> float:
    """Probability that a chi-square variable is at least this large."""
    if freedom == 0:
        return 1.0  # a single cell has nothing to disagree about
    halves = torch.tensor([freedom / 2, chi_square / 2], dtype=torch.float64, device="cpu")
    return torch.special.gammaincc(*halves).item()
