"""What can be set in the explorer, and the distribution that it gives, through tempkit itself.

The browser computes the same from its own copy of the logits; the tests compare the two.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor

from tempkit import pitfalls
from tempkit.filters import compose, min_p, temper, top_k, top_p
from tempkit.scaling import as_fraction, softmax

__all__ = ["ORDERS", "Settings"]

#: Whether the filters see the tempered distribution, or the temperature what they left.
ORDERS = ("temperature-first", "filter-first")


@dataclass(frozen=True)
class Settings:
    """The knobs of the explorer, checked when they are made.

    Attributes
    ----------
    temperature : float, 0 to infinity, in the unit of the logits
    top_k : int or None
        None keeps all.
    top_p, min_p : float, 0 to 1
        1 and 0 keep all.
    order : one of :data:`ORDERS`
    form : id of one of :data:`tempkit.pitfalls.FORMS`
        The line of code that applies the temperature; ``"inside"`` is the definition.
    """

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float = 1.0
    min_p: float = 0.0
    order: str = "temperature-first"
    form: str = "inside"

    def __post_init__(self) -> None:
        """Refuse what no distribution belongs to."""
        if not self.temperature >= 0:
            raise ValueError(f"temperature must be at least 0, not {self.temperature:g}")
        if self.top_k is not None and self.top_k < 1:
            raise ValueError(f"top_k must be at least 1, not {self.top_k}: None keeps every token")
        as_fraction("top_p", self.top_p)
        as_fraction("min_p", self.min_p)
        if self.order not in ORDERS:
            raise ValueError(f"no order {self.order!r}: choose one of {', '.join(ORDERS)}")
        pitfalls.find(self.form)

    @property
    def filters(self) -> tuple[Callable[[Tensor], Tensor], ...]:
        """The filters that are on, in the order in which they act."""
        on = {
            partial(top_k, k=self.top_k): self.top_k is not None,
            partial(top_p, p=self.top_p): self.top_p < 1,
            partial(min_p, p=self.min_p): self.min_p > 0,
        }
        return tuple(each for each, is_on in on.items() if is_on)

    def at(self, temperature: float) -> Settings:
        """The same filters at another temperature, with the temperature where it belongs."""
        return replace(self, temperature=temperature, form="inside")

    def probabilities(self, logits: Tensor) -> Tensor:
        """What a sampler draws from: float64 ``[V]``, summing to 1.

        Parameters
        ----------
        logits : Tensor, float64, shape ``[V]``

        Raises
        ------
        ValueError
            If the form leaves nothing to draw from: p / T at T = 0, say.
        """
        keep = compose(*self.filters)
        outside = self.form != "inside"
        if outside and not 0 < self.temperature < math.inf:
            raise ValueError(self._nothing())
        if self.order == "filter-first":
            weights = self._applied(keep(logits))
        elif outside:
            weights = self._applied(logits)
            if not weights.sum() > 0:
                raise ValueError(self._nothing())
            weights = weights.where(keep(weights.log()) > -math.inf, 0.0)
        else:
            kept = keep(temper(logits, self.temperature)) > -math.inf
            weights = self._applied(logits.where(kept, -math.inf))
        if not 0 < weights.sum() < math.inf:
            raise ValueError(self._nothing())
        return weights / weights.sum()

    def _applied(self, logits: Tensor) -> Tensor:
        if self.form == "inside":
            return softmax(logits, self.temperature)
        return pitfalls.find(self.form).apply(logits, self.temperature).to(torch.float64)

    def _nothing(self) -> str:
        formula = pitfalls.find(self.form).formula
        return f"{formula} leaves nothing to draw from at T = {self.temperature:g}"
