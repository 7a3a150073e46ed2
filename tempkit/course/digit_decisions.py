r"""What note 06 measures of the digits: error rates with their errors, retries, rankings, prices.

The test images are repeated with fresh noise, and copies of one image are wrong together. So the
standard error of a mean :math:`r` over ``n`` rows is that of sums over images,

.. math::  \frac1n \sqrt{\sum_g \Bigl( \sum_{i \in g} (x_i - r) \Bigr)^2}

The note's figures and its claims both read their numbers here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from tempkit import digits, plots
from tempkit.decisions import RiskCoverage, risk_coverage
from tempkit.fitting import fit_temperature
from tempkit.scaling import softmax

__all__ = [
    "COPIES",
    "ROW_A",
    "ROW_B",
    "Decided",
    "Group",
    "Rate",
    "cheapest_threshold",
    "confidence",
    "cost_figure",
    "costs",
    "decided",
    "log_odds",
    "ranked",
    "rate",
    "retried",
    "retry_figure",
    "risk_figure",
    "rows_figure",
]

#: Rows of each image in the samples that the network was not trained on.
COPIES = 8

#: The larger gap and three rivals; a smaller gap and one rival.
ROW_A = torch.tensor([3, 0, 0, 0], dtype=torch.float64, device="cpu")
ROW_B = torch.tensor([2, 0, -9, -9], dtype=torch.float64, device="cpu")


@dataclass(frozen=True, eq=False)
class Decided:
    """Predictions of the over-confident network, where they are wrong, and the fitted T."""

    logits: Tensor
    wrong: Tensor
    image: Tensor
    temperature: float


@dataclass(frozen=True)
class Rate:
    """A mean over rows, its standard error by image, and the one of independent rows."""

    value: float
    standard_error: float
    independent: float


@dataclass(frozen=True, eq=False)
class Group:
    """Rows that one pass accepts: their share, what they claim, what they claimed, the truth."""

    share: float
    claimed: float
    at_first: float
    right: Rate


@cache
def decided(seed: int = 0, *, held_out: bool = False) -> Decided:
    """The test rows of a network trained from ``seed``, or the rows that T was fitted on."""
    net = digits.classifier(seed=seed)
    sample = net.calibration if held_out else net.test
    fit = fit_temperature(net.calibration.logits, net.calibration.labels)
    return Decided(
        sample.logits,
        sample.logits.argmax(-1) != sample.labels,
        torch.arange(len(sample.labels), device="cpu") // COPIES,
        fit.temperature,
    )


def rate(values: Tensor, image: Tensor) -> Rate:
    """The mean of ``values``, True or False or numbers, over rows of these images."""
    values = values.double()
    mean = values.mean()
    images, place = image.unique(return_inverse=True)
    surplus = torch.zeros(len(images), dtype=torch.float64, device="cpu")
    surplus.index_add_(0, place, values - mean)
    spread = values.std(correction=0)
    return Rate(
        mean.item(),
        (surplus.square().sum().sqrt() / len(values)).item(),
        (spread / len(values) ** 0.5).item(),
    )


def confidence(logits: Tensor, temperature: float) -> Tensor:
    """The largest probability of every row."""
    return softmax(logits, temperature).amax(-1)


def log_odds(logits: Tensor, temperature: float) -> Tensor:
    """``log(c / (1 - c))`` of the confidence c of every row, which never rounds to infinity."""
    z = (logits / temperature).sort(-1, descending=True).values
    return z[:, 0] - z[:, 1:].logsumexp(-1)


def ranked(score: Tensor, wrong: Tensor) -> RiskCoverage:
    """Risk against coverage for a score of any range."""
    _, place = score.unique(return_inverse=True)
    return risk_coverage((place + 1.0).double() / (len(score) + 1), ~wrong)


def retried(rows: Decided, temperature: float, threshold: float = 0.9) -> dict[str, Group]:
    """The groups "first" and "rescued" of the recipe that asks again at half the temperature."""
    once, again = (confidence(rows.logits, heat) for heat in (temperature, temperature / 2))
    first = once >= threshold
    rescued = (again >= threshold) & ~first
    return {
        name: Group(
            mask.double().mean().item(),
            claimed[mask].mean().item(),
            once[mask].mean().item(),
            rate(~rows.wrong[mask], rows.image[mask]),
        )
        for name, mask, claimed in (("first", first, once), ("rescued", rescued, again))
    }


def costs(rows: Decided, temperature: float, threshold: float, review: float) -> Tensor:
    """What every row costs: 1 if it is accepted and wrong, ``review`` if it is rejected."""
    accepted = confidence(rows.logits, temperature) >= threshold
    return torch.where(accepted, rows.wrong.double(), review)


def cheapest_threshold(rows: Decided, temperature: float, review: float) -> float:
    """The threshold that costs least on these rows, among the confidences that occur in them."""
    c, order = confidence(rows.logits, temperature).sort(descending=True)
    accepted = torch.arange(1, len(c) + 1, device="cpu")
    total = rows.wrong[order].double().cumsum(0) + review * (len(c) - accepted)
    # Equal confidences are accepted together.
    last = torch.cat([c[1:] < c[:-1], torch.ones(1, dtype=torch.bool, device="cpu")])
    return c[last][total[last].argmin()].item()


def rows_figure(lang: str) -> plots.Picture:
    """Doubts of the rows A and B over T."""
    rows = {"A, logits (3, 0, 0, 0)": ROW_A, "B, logits (2, 0, −9, −9)": ROW_B}
    return plots.doubts(rows, crossing=crossing(), lang=lang)


def crossing() -> float:
    """The temperature at which the rows A and B are equally sure, by bisection."""
    low, high = 0.1, 10.0
    for _ in range(60):
        middle = (low * high) ** 0.5
        a, b = (confidence(row, middle) for row in (ROW_A, ROW_B))
        low, high = (middle, high) if a > b else (low, middle)
    return low


def retry_figure(lang: str) -> plots.Picture:
    """What the groups of the recipe claim, and how often they are right."""
    words = {
        "en": {"first": "accepted at once", "rescued": "rescued"},
        "es": {"first": "aceptadas a la primera", "rescued": "rescatadas"},
    }[lang]
    rows = decided()
    groups = {
        f"{name}, {words[key]}": (group.claimed, group.right.value, group.right.standard_error)
        for name, temperature in _temperatures(rows, lang).items()
        for key, group in retried(rows, temperature).items()
    }
    title = {
        "en": "Asked again, colder, they claim more than they know",
        "es": "Al preguntar otra vez, en frío, aseguran más de lo que saben",
    }[lang]
    return plots.claimed_and_right(groups, title=title, lang=lang)


def risk_figure(lang: str) -> plots.Picture:
    """Risk against coverage by log-odds at several T, and by rounded confidences."""
    rows = decided()
    exact = {"en": "log-odds, T = {}", "es": "log-razón, T = {}"}[lang]
    rounded = {
        "en": "float32 confidence, T = 0.1",
        "es": "confianza en float32, T = 0.1",
    }[lang]
    curves = {
        exact.format(f"{temperature:.3g}"): ranked(log_odds(rows.logits, temperature), rows.wrong)
        for temperature in (0.1, 1.0, rows.temperature, 10.0)
    }
    curves[rounded] = risk_coverage(confidence(rows.logits.float(), 0.1), ~rows.wrong)
    return plots.risk_coverage(curves, lang=lang)


def cost_figure(lang: str) -> plots.Picture:
    """Mean cost against the threshold at T = 1 and at the fitted T."""
    rows = decided()
    thresholds = [k / 200 for k in range(100, 201)]
    curves = {
        name: [costs(rows, temperature, t, 0.1).mean().item() for t in thresholds]
        for name, temperature in _temperatures(rows, lang).items()
    }
    return plots.costs(thresholds, curves, review=0.1, lang=lang)


def _temperatures(rows: Decided, lang: str) -> dict[str, float]:
    fitted = {"en": "calibrated T", "es": "T calibrada"}[lang]
    return {"T = 1": 1.0, fitted: rows.temperature}
