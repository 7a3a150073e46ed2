r"""How uncertain a softmax is at a temperature, and the temperature for a wanted uncertainty.

.. math::  H(T) = -\sum_i q_i \log q_i = \log Z - \sum_i q_i s_i,
           \qquad s_i = \frac{z_i - \max z}{T},
           \qquad \frac{dH}{dT} = \frac{\mathrm{Var}_q[z]}{T^3} \ge 0

In the second form every term is at least 0, because ``Z >= 1`` and ``s_i <= 0``: nothing cancels,
and an entropy is never a small negative number.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import partial
from numbers import Real
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from tempkit import _entropy_root, _entropy_root_of_row, _moments
from tempkit._entropy_root_of_row import LONG
from tempkit.scaling import (
    as_float,
    divided,
    gaps_below,
    negligible,
    validated_logits,
    validated_temperature,
    validated_temperatures,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["EntropySweep", "entropy", "entropy_sweep", "perplexity", "temperature_for_entropy"]

_NATS_PER_UNIT = {"nats": 1.0, "bits": math.log(2.0)}

#: Numbers that the inverse problem keeps at hand: several rows share the cost of a step.
_SOLVED_AT_ONCE = 1 << 19


def entropy(logits: Tensor, temperature: float | Tensor = 1.0, *, unit: str = "nats") -> Tensor:
    r"""Shannon entropy of ``softmax(logits / temperature)`` over the last dimension.

    Parameters
    ----------
    logits : Tensor, any floating dtype, shape ``[..., V]``
        In nats; ``-inf`` marks an impossible class, which adds nothing.
    temperature : float, int or Tensor
        ``0 <= T <= inf``, a number or one per row (broadcasts against ``[...]``).
    unit : {"nats", "bits"}
        Unit of the result; a bit is ``log 2`` nats.

    Returns
    -------
    Tensor, shape ``[...]``, float32 or float64
        Between ``log(number of tied maxima)``, its value at ``T = 0``, and ``log(number of finite
        logits)``, its value at ``T = inf``. Never negative, and accurate relative to its own size
        however small it is. Differentiable as :func:`tempkit.softmax` is.

    Raises
    ------
    TypeError, ValueError
        As :func:`tempkit.softmax`, and for an unknown unit.

    References
    ----------
    Shannon (1948), "A mathematical theory of communication", Bell System Technical Journal 27.
    Note 01, section "entropy-never-falls".
    """
    if unit not in _NATS_PER_UNIT:
        raise ValueError(f"unit must be 'nats' or 'bits', not {unit!r}")
    logits = validated_logits(logits)
    temperature = validated_temperature(temperature, logits)
    # One maximum is the reference, through gather and not amax: at ties its gradient then cancels.
    top = logits.argmax(-1, keepdim=True)
    gaps, impossible, temperature = gaps_below(logits.gather(-1, top), logits, temperature, dim=-1)
    absent = impossible | negligible(gaps, temperature)
    scaled = divided(gaps, temperature, absent)
    weights = scaled.exp().masked_fill(absent, 0.0)
    # Z - 1 without the 1, which would swallow the rest at low T.
    others = weights.scatter(-1, top, 0.0).sum(-1)
    nats = torch.log1p(others) - (weights * scaled).sum(-1) / (1.0 + others)
    return nats / _NATS_PER_UNIT[unit]


def perplexity(logits: Tensor, temperature: float | Tensor = 1.0) -> Tensor:
    """``exp(entropy)``: the number of equally likely classes that would be as uncertain.

    Parameters, shapes and errors are those of :func:`entropy`. From the number of tied maxima at
    ``T = 0`` to the number of finite logits at ``T = inf``.
    """
    return entropy(logits, temperature).exp()


@dataclass(frozen=True, eq=False)
class EntropySweep:
    """What :func:`entropy_sweep` found; shows as a table in a notebook.

    Attributes
    ----------
    temperature : Tensor, float64, shape ``[K]``
    entropy : Tensor, float64, shape ``[..., K]``
        In nats.
    mean_logit : Tensor, float64, shape ``[..., K]``
        ``E_q[z]``, in the units of the logits.
    variance : Tensor, float64, shape ``[..., K]``
        ``Var_q[z]``, the units squared.
    slope : Tensor, float64, shape ``[..., K]``
        ``dH/dT = Var_q[z] / T^3``, nats per unit of T; 0 at ``T = 0`` and at ``T = inf``.
    """

    temperature: Tensor
    entropy: Tensor
    mean_logit: Tensor
    variance: Tensor
    slope: Tensor

    def table(self) -> pd.DataFrame:
        """A pandas table, one line per temperature; a batch puts the index of the row first."""
        import pandas as pd

        rows, count = self.entropy.shape[:-1], self.temperature.numel()
        columns: dict[str, object] = {}
        if len(rows) == 1:
            columns["row"] = [i for i in range(rows[0]) for _ in range(count)]
        elif rows:
            each = torch.ones(rows, device="cpu").nonzero().tolist()
            columns["row"] = [tuple(i) for i in each for _ in range(count)]
        for field in fields(self):
            values = getattr(self, field.name)
            columns[field.name] = values.expand(self.entropy.shape).reshape(-1).tolist()
        return pd.DataFrame(columns)

    def _repr_html_(self) -> str:
        return self.table().to_html(index=False)


def entropy_sweep(logits: Tensor, temperatures: Sequence[float] | Tensor) -> EntropySweep:
    r"""Entropy, moments of the logits and slope ``dH/dT`` over many temperatures at once.

    Parameters
    ----------
    logits : Tensor, any floating dtype, shape ``[..., V]``
        In nats; ``-inf`` marks an impossible class.
    temperatures : sequence of numbers or Tensor, shape ``[K]``
        Each ``0 <= T <= inf``, in any order.

    Returns
    -------
    EntropySweep
        All float64, whatever the dtype of the logits, and without a gradient. At ``T = 0`` the
        entropy is ``log(number of tied maxima)``, at ``T = inf`` ``log(number of finite logits)``.
        The entropy is within 1e-8 nats of the exact one of the logits given, by whichever of its
        two methods the size selects (see docs/fast-paths.md).

    Raises
    ------
    TypeError, ValueError
        As :func:`tempkit.softmax` for the logits; ValueError if the temperatures are no list, or
        one is negative or NaN.

    References
    ----------
    Note 01, section "slope", derives ``dH/dT``.
    """
    logits = validated_logits(logits.detach() if isinstance(logits, Tensor) else logits)
    temperature = validated_temperatures(temperatures)
    parts = [
        torch.stack(_moments.sweep(block, temperature.to(block.top.device)))
        for block in _moments.blocks(logits)
    ]
    if not parts:
        parts = [torch.empty(4, 0, temperature.numel(), dtype=torch.float64, device=_home(logits))]
    nats, mean, variance, slope = torch.cat(parts, 1)
    temperature = temperature.to(nats.device)
    shape = (*logits.shape[:-1], temperature.numel())
    return EntropySweep(
        temperature,
        nats.reshape(shape),
        mean.reshape(shape),
        variance.reshape(shape),
        slope.reshape(shape),
    )


def _home(logits: Tensor) -> torch.device:
    """Where float64 results live: with the logits, unless their device has no float64."""
    return torch.device("cpu") if logits.device.type == "mps" else logits.device


def temperature_for_entropy(logits: Tensor, entropy: float | Tensor) -> Tensor:
    r"""The temperature at which ``softmax(logits / T)`` has the given entropy.

    Parameters
    ----------
    logits : Tensor, any floating dtype, shape ``[..., V]``
        In nats; ``-inf`` marks an impossible class.
    entropy : float or Tensor
        The wanted entropy in nats: a number, or one per row (broadcasts against ``[...]``).

    Returns
    -------
    Tensor, float64, shape ``[...]``
        H rises strictly with T unless a row is constant, so that there is exactly one T for
        ``log(number of tied maxima) < entropy < log(number of finite logits)``; the two ends give
        0 and inf. ``abs(H(T) - entropy) <= 1e-11 * entropy`` at the T returned, in float64, unless
        that T is too small or too large to have all digits of a float. A row whose finite logits
        are all equal has one entropy at every temperature: it gives 1.0.

    Raises
    ------
    TypeError, ValueError
        As :func:`tempkit.softmax` for the logits; ValueError if no temperature gives the entropy:
        the message names the row, the entropy asked for and the range within reach.

    References
    ----------
    Note 01, section "inverse-problem"; docs/fast-paths.md for the iteration and its accuracy.
    """
    logits = validated_logits(logits.detach() if isinstance(logits, Tensor) else logits)
    rows = logits.shape[:-1]
    wanted, slack = _validated_entropy(entropy, rows)
    flat = logits.reshape(-1, logits.shape[-1])
    temperature = torch.full_like(wanted, math.nan)
    if flat.device.type == "cpu" and flat.dtype == torch.float32 and flat.shape[1] >= LONG:
        temperature = torch.from_numpy(_entropy_root_of_row.temperatures(flat, wanted.numpy()))
    left = temperature.isnan().nonzero()[:, 0]
    if len(left):
        name = partial(_row_name, left.tolist(), rows)
        some = flat if len(left) == len(flat) else flat[left.to(flat.device)]
        temperature[left] = _temperatures_in_blocks(some, wanted[left], slack, name)
    return temperature.reshape(rows).to(_home(logits))


def _temperatures_in_blocks(
    logits: Tensor, wanted: Tensor, slack: float, name: Callable[[int], str]
) -> Tensor:
    """Temperatures [R] for any rows [R, V], after the check that there are any."""
    temperature = torch.empty_like(wanted)
    for block in _moments.blocks(logits, _SOLVED_AT_ONCE):
        target = wanted[block.rows]
        least, most = block.tied[:, 0].log().cpu(), block.possible[:, 0].log().cpu()
        outside = ~((target >= least * (1 - slack)) & (target <= most * (1 + slack)))
        if outside.any():
            i = int(outside.nonzero()[0, 0])
            raise ValueError(
                f"no temperature gives {name(block.rows.start + i)} an entropy of "
                f"{target[i].item():.12g} nats: it can reach {least[i].item():.12g} (T = 0) to "
                f"{most[i].item():.12g} (T = inf)"
            )
        found = torch.where(target < most, 0.0, math.inf).double()
        found[least == most] = 1.0
        inner = (target > least) & (target < most)
        if inner.any():
            solved = torch.from_numpy(_entropy_root.solve(block, target.numpy(), inner.numpy()))
            found = torch.where(inner, solved * block.divisor[:, 0].cpu(), found)
        temperature[block.rows] = found
    return temperature


def _validated_entropy(entropy: float | Tensor, rows: torch.Size) -> tuple[Tensor, float]:
    """The wanted entropies, flat in float64, and the relative rounding error they may carry."""
    is_number = isinstance(entropy, Real) and not isinstance(entropy, bool)
    if not is_number and not (isinstance(entropy, Tensor) and entropy.is_floating_point()):
        raise TypeError(
            f"entropy must be a number or a floating tensor of nats, not {type(entropy).__name__}"
        )
    if is_number:
        eps = 2.0**-52
        values = torch.tensor(as_float("entropy", entropy), dtype=torch.float64, device="cpu")
    else:
        eps = torch.finfo(entropy.dtype).eps
        values = entropy.detach().cpu().double()
    try:
        return values.expand(rows).reshape(-1), 4 * eps
    except RuntimeError:
        raise ValueError(
            f"entropy of shape {list(values.shape)} does not broadcast against the {list(rows)} "
            "rows of the logits: give one entropy a row, or a single number"
        ) from None


def _row_name(selected: list[int], rows: torch.Size, i: int) -> str:
    """Name one of the selected rows by its index, as the errors of tempkit.scaling do."""
    if not rows:
        return "the row"
    flat, index = selected[i], []
    for size in reversed(rows):
        index.append(flat % size)
        flat //= size
    return f"row {index[0] if len(index) == 1 else tuple(reversed(index))}"
