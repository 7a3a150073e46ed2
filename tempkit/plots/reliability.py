r"""Confidence against accuracy, bin by bin, with what each bin is worth.

A point is a bin: its mean confidence and its accuracy. The bar through it is Wilson's 95 %
interval for the accuracy of ``n`` predictions of which the share ``a`` is right,

.. math::  \frac{a + w/2 \pm \sqrt{w\,a(1-a) + w^2/4}}{1 + w}, \qquad w = 1.96^2 / n,

which unlike ``a +- 2 sqrt(a (1 - a) / n)`` has a length where all are right. Below stands how many
predictions the bin holds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike
from torch import Tensor

from tempkit.calibration import ReliabilityCurve, reliability_curve
from tempkit.plots.arguments import language_of
from tempkit.plots.look import BLUE, FAINT, GREY, VERMILION, drawing, new_figure
from tempkit.plots.picture import Picture
from tempkit.plots.wording import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Outcomes = tuple[ArrayLike | Tensor, ArrayLike | Tensor]

_MOST = 2
_NORMAL_975 = 1.959964


def reliability(
    predictions: Mapping[str, Outcomes],
    bins: int = 10,
    *,
    title: str | None = None,
    lang: str | None = None,
) -> Picture:
    """Reliability diagrams of one sample of predictions, or of two side by side.

    Parameters
    ----------
    predictions : name to (confidences, correct), at most 2
        As :func:`tempkit.reliability_curve` takes them.
    bins : int
    title : str, optional
    lang : "en" or "es", optional

    Raises
    ------
    TypeError, ValueError
        If there is no sample or there are too many, or as :func:`tempkit.reliability_curve`.

    References
    ----------
    Wilson (1927), "Probable inference, the law of succession, and statistical inference", Journal
    of the American Statistical Association 22.
    """
    lang = language_of(lang)
    if not 1 <= len(predictions) <= _MOST:
        raise ValueError(f"{len(predictions)} samples do not fit: this figure has room for 1 or 2")
    curves = {name: reliability_curve(*given, bins) for name, given in predictions.items()}
    title = title or say("reliability.title", lang)
    with drawing():
        figure = new_figure(5.0, title)
        panels = figure.subplots(
            2, len(curves), sharex=True, sharey="row", squeeze=False, height_ratios=(7, 2.3)
        )
        for (name, curve), upper, lower in zip(curves.items(), *panels, strict=True):
            _diagram(upper, curve)
            _counts(lower, curve)
            upper.set_title(name, loc="left")
            lower.set_xlabel(say("reliability.confidence", lang))
        upper, lower = panels[:, 0]
        upper.set_ylabel(say("reliability.accuracy", lang))
        lower.set_ylabel(say("reliability.count", lang))
        upper.text(
            0.06,
            0.09,
            say("reliability.calibrated", lang),
            color=GREY,
            rotation=45,
            rotation_mode="anchor",
            transform_rotates_text=True,
        )
    findings = [_finding(name, curve, lang) for name, curve in curves.items()]
    alt = say("reliability.alt", lang, title=title, findings="; ".join(findings))
    return Picture(figure, alt, lang)


def _filled(curve: ReliabilityCurve) -> list[tuple[float, float, int]]:
    """Confidence, accuracy and count of the bins that hold anything."""
    rows = zip(
        curve.confidence.tolist(), curve.accuracy.tolist(), curve.count.tolist(), strict=True
    )
    return [row for row in rows if row[2]]


def _diagram(axes: Axes, curve: ReliabilityCurve) -> None:
    """The diagonal, a gap from it in vermilion, and a point with its interval for each bin."""
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1.4, linestyle="--")
    for confidence, accuracy, count in _filled(curve):
        low, high = wilson_interval(accuracy, count)
        gap = [confidence, accuracy]
        axes.plot(
            [confidence] * 2,
            gap,
            color=VERMILION,
            linewidth=5,
            alpha=0.5,
            solid_capstyle="butt",
        )
        axes.plot([confidence] * 2, [low, high], color=BLUE, linewidth=1.6)
        axes.plot([confidence], [accuracy], "o", color=BLUE, markersize=7, clip_on=False, zorder=3)
    axes.set(xlim=(0, 1.02), ylim=(0, 1.04))
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.5", "0.75", "1"])
    axes.grid(True)


def _counts(axes: Axes, curve: ReliabilityCurve) -> None:
    """How many predictions each bin holds, in figures above the bars."""
    width = (curve.upper - curve.lower).tolist()
    axes.bar(curve.lower.tolist(), curve.count.tolist(), width, align="edge", color=FAINT)
    for low, step, count in zip(curve.lower.tolist(), width, curve.count.tolist(), strict=True):
        if count:
            axes.annotate(
                str(count),
                (low + step / 2, count),
                xytext=(0, 2),
                textcoords="offset points",
                ha="center",
                fontsize=7.5,
            )
    axes.set_yticks([])
    axes.set_ylim(0, 1.35 * max(axes.get_ylim()[1], int(curve.count.max())) / 1.05)
    axes.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])


def wilson_interval(accuracy: float, count: int) -> tuple[float, float]:
    """Wilson's 95 % interval for a share of so many."""
    weight = _NORMAL_975**2 / count
    middle = accuracy + weight / 2
    half = math.sqrt(weight * accuracy * (1 - accuracy) + weight**2 / 4)
    return (middle - half) / (1 + weight), (middle + half) / (1 + weight)


def _finding(name: str, curve: ReliabilityCurve, lang: str) -> str:
    """What one diagram shows, in words and numbers."""
    rows = _filled(curve)
    total = sum(count for _, _, count in rows)
    below = sum(accuracy < confidence for confidence, accuracy, _ in rows)
    return say(
        "reliability.finding",
        lang,
        name=name,
        count=total,
        below=below,
        filled=len(rows),
        bins=len(curve.count),
        confidence=f"{sum(c * n for c, _, n in rows) / total:.3f}",
        accuracy=f"{sum(a * n for _, a, n in rows) / total:.3f}",
        error=f"{curve.expected_calibration_error:.3f}",
    )
