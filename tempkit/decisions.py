r"""From probabilities to decisions: watch them over temperatures, accept some, and count the cost.

A prediction with confidence ``c`` is accepted if ``c >= t``. Over all thresholds ``t``,

.. math::  \text{coverage}(t) = \frac{\#\{c \ge t\}}{N} \qquad
           \text{risk}(t) = \frac{\#\{c \ge t, \text{ wrong}\}}{\#\{c \ge t\}}

A temperature is a monotone change of the logits of one row: it never changes which class is
predicted, and adds no information about that row. It does change how rows rank against each other,
and what a threshold means: ``c >= 0.9`` is a promise only at a calibrated temperature.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from tempkit.calibration import validated_outcomes
from tempkit.information import entropy
from tempkit.scaling import as_fraction, softmax, validated_logits, validated_temperatures

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike

__all__ = ["RiskCoverage", "accept", "monitor", "risk_coverage"]


def monitor(logits: Tensor, temperatures: Sequence[float] | Tensor) -> pd.DataFrame:
    """What a classifier would say at each temperature, as a table.

    Parameters
    ----------
    logits : Tensor, any floating dtype, shape ``[..., V]``
        In nats; ``-inf`` marks an impossible class.
    temperatures : sequence of numbers or Tensor, shape ``[K]``
        Each ``0 <= T <= inf``, in any order.

    Returns
    -------
    pandas.DataFrame
        A line per row and temperature, the temperatures of a row together and in the order given:
        ``row`` (only for a batch: its number, or a tuple of numbers for more than one leading
        dimension), ``temperature``, ``prediction`` (the largest logit, the first of tied ones),
        ``max_probability``, ``second_probability``, ``third_probability`` (as far as there are
        classes) and ``entropy`` in nats. Computed in float64, where a confidence rounds to 1 far
        later than in float32. An empty batch gives a table without lines.

    Raises
    ------
    TypeError, ValueError
        As :func:`tempkit.softmax`; ValueError if the temperatures are no list.
    """
    import pandas as pd

    rows = logits.shape[:-1] if isinstance(logits, Tensor) else ()
    flat = _wide(validated_logits(logits)).reshape(-1, logits.shape[-1])
    temperatures = validated_temperatures(temperatures).tolist()
    if not temperatures:
        raise ValueError("there is no temperature: give at least one")
    places = ["max_probability", "second_probability", "third_probability"][: flat.shape[-1]]
    tops, nats = [], []
    for temperature in temperatures:
        tops.append(softmax(flat, temperature).topk(len(places), dim=-1)[0])
        nats.append(entropy(flat, temperature))
    columns: dict[str, object] = {}
    if rows:
        index = torch.ones(rows, device="cpu").nonzero().tolist()
        labels = [tuple(i) if len(i) > 1 else i[0] for i in index]
        columns["row"] = _each(labels, len(temperatures))
    columns["temperature"] = temperatures * len(flat)
    # The first of tied maxima, at every temperature.
    columns["prediction"] = _each(flat.argmax(-1).tolist(), len(temperatures))
    for place, values in zip(places, torch.stack(tops, 1).unbind(-1), strict=True):
        columns[place] = values.reshape(-1).tolist()
    columns["entropy"] = torch.stack(nats, 1).reshape(-1).tolist()
    return pd.DataFrame(columns)


def _each(values: list, times: int) -> list:
    return [value for value in values for _ in range(times)]


def accept(logits: Tensor, threshold: float, temperature: float | Tensor = 1.0) -> Tensor:
    """Which rows are predicted with a confidence of at least ``threshold``; reject the others.

    The confidence is the largest probability of ``softmax(logits / temperature)``. Give the
    temperature of :func:`tempkit.calibration.fit_temperature`: the threshold means nothing at
    another. Trying the rejected rows again at a lower temperature rescues confidence, not truth,
    and amounts to a lower threshold.

    Parameters
    ----------
    logits : Tensor, any floating dtype, shape ``[..., V]``
        In nats; ``-inf`` marks an impossible class.
    threshold : float, ``0 <= threshold <= 1``
    temperature : float, int or Tensor
        ``0 <= T <= inf``, a number or one per row.

    Returns
    -------
    Tensor, bool, shape ``[...]``
        Compared in float64.

    Raises
    ------
    TypeError, ValueError
        If the threshold is no number from 0 to 1, or as :func:`tempkit.softmax`.

    References
    ----------
    Chow (1970), "On optimum recognition error and reject tradeoff", IEEE Transactions on
    Information Theory 16.
    """
    threshold = as_fraction("threshold", threshold)
    return softmax(_wide(validated_logits(logits)), temperature).amax(-1) >= threshold


@dataclass(frozen=True, eq=False)
class RiskCoverage:
    """Risk against coverage, from :func:`risk_coverage`; shows as a table in a notebook.

    Attributes
    ----------
    coverage : Tensor, float64, shape ``[N]``
        ``1/N, 2/N, ... 1``: the share of the predictions that is accepted.
    risk : Tensor, float64, shape ``[N]``
        The share of errors among them.
    threshold : Tensor, float64, shape ``[N]``
        The lowest confidence among them.
    """

    coverage: Tensor
    risk: Tensor
    threshold: Tensor

    @property
    def aurc(self) -> float:
        """Area under the curve: the mean risk over all coverages. Lower is a better ranking."""
        return self.risk.mean().item()

    def table(self) -> pd.DataFrame:
        """A pandas table, one line per coverage."""
        import pandas as pd

        return pd.DataFrame({f.name: getattr(self, f.name).tolist() for f in fields(self)})

    def _repr_html_(self) -> str:
        return self.table().to_html(index=False, max_rows=20)


def risk_coverage(confidences: ArrayLike | Tensor, correct: ArrayLike | Tensor) -> RiskCoverage:
    """The error rate among the most confident predictions, for every number of them.

    Ties: predictions of equal confidence cannot be told apart, so where only some of them are
    accepted the risk is its expectation over which. The curve then does not depend on the order of
    the rows; a ranking that is all ties has the same risk at every coverage. Beware of confidences
    that tie because they were rounded: in float32 everything above 1 - 3e-8 is 1.

    Parameters
    ----------
    confidences : array or Tensor, any shape
        From 0 to 1.
    correct : array or Tensor of the same shape
        1 or True where the prediction was right, 0 or False where not.

    Returns
    -------
    RiskCoverage

    Raises
    ------
    ValueError
        If a confidence lies outside [0, 1] or is NaN, ``correct`` holds anything but 0 and 1, the
        shapes differ or nothing is given.

    References
    ----------
    El-Yaniv and Wiener (2010), "On the foundations of noise-free selective classification",
    Journal of Machine Learning Research 11. Geifman, Uziel and El-Yaniv (2019), "Bias-reduced
    uncertainty estimation for deep neural classifiers", ICLR, for the area.
    """
    confidences, correct = validated_outcomes(confidences, correct)
    ranked, order = confidences.reshape(-1).double().sort(descending=True)
    wrong = 1.0 - correct.reshape(-1)[order].double()
    _, group, size = ranked.unique_consecutive(return_inverse=True, return_counts=True)
    errors = wrong.new_zeros(len(size)).index_add_(0, group, wrong)
    accepted = torch.arange(1, len(ranked) + 1, dtype=torch.float64, device="cpu")
    # All errors of the groups above, and of the own group the share that is accepted.
    above, errors_above = size.cumsum(0) - size, errors.cumsum(0) - errors
    within = (accepted - above[group]) * (errors / size)[group]
    return RiskCoverage(accepted / len(ranked), (errors_above[group] + within) / accepted, ranked)


def _wide(logits: Tensor) -> Tensor:
    """The logits in float64, outside any gradient; Apple's MPS has no float64."""
    return logits.detach() if logits.device.type == "mps" else logits.detach().double()
