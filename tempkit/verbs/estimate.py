r"""A measured value with its uncertainty, where the independent units are documents.

Sentences of one document share its history, so that errors are computed from document to document.
For a mean over all sentences, :math:`r = \sum a_d / \sum b_d` (a_d hits among b_d sentences),

.. math::  \mathrm{SE}(r) = \frac{1}{\sum b_d} \sqrt{\frac{D}{D-1} \sum_d (a_d - r b_d)^2}.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

__all__ = ["Estimate", "jackknife_error", "ratio"]


@dataclass(frozen=True, repr=False)
class Estimate:
    """A value, its standard error, and how many observations it is the mean of.

    Attributes
    ----------
    value : float
        NaN if there was nothing to observe.
    standard_error : float
        NaN if there was a single document, which says nothing about the next one. It is 0 when all
        documents agree; "no mistake in n sentences" still allows a rate of about 3/n.
    n : int
        Sentences, n-grams or positions in the text, as the measure says.
    """

    value: float
    standard_error: float
    n: int

    def __repr__(self) -> str:
        """The value to the second digit of its error: ``0.970 ± 0.0041 (n = 2130)``."""
        digits = 4
        if 0 < self.standard_error < math.inf:
            digits = max(0, 1 - math.floor(math.log10(self.standard_error)))
        return f"{self.value:.{digits}f} ± {self.standard_error:.{digits}f} (n = {self.n})"


def ratio(hits: Sequence[float] | Tensor, observations: Sequence[float] | Tensor) -> Estimate:
    """The mean over all observations, from the sums of each document.

    Parameters
    ----------
    hits : shape ``[D]``
        Sum over the observations of each document.
    observations : shape ``[D]``
        How many they are.

    References
    ----------
    The ratio estimator of cluster sampling: Cochran (1977), "Sampling Techniques", chapter 6.
    """
    a = torch.as_tensor(hits, dtype=torch.float64, device="cpu")
    b = torch.as_tensor(observations, dtype=torch.float64, device="cpu")
    a, b = a[b > 0], b[b > 0]
    documents, n = len(b), float(b.sum())
    if documents == 0:
        return Estimate(math.nan, math.nan, 0)
    value = float(a.sum() / n)
    if documents == 1 or not math.isfinite(value):
        return Estimate(value, math.nan, int(n))
    scatter = float((a - value * b).square().sum()) * documents / (documents - 1)
    return Estimate(value, math.sqrt(scatter) / n, int(n))


def jackknife_error(without_each: Sequence[float]) -> float:
    """Standard error of a statistic from its values with each document left out in turn.

    On average not too small, whatever the statistic (the inequality of Efron and Stein).

    References
    ----------
    Efron and Stein (1981), "The jackknife estimate of variance", Annals of Statistics 9.
    """
    values = torch.tensor(without_each, dtype=torch.float64, device="cpu")
    if len(values) < 2:
        return math.nan
    return math.sqrt(float((values - values.mean()).square().sum()) * (1 - 1 / len(values)))
