"""Entropy as a curve over temperature, above its slope.

.. math::  \\frac{dH}{dT} = \\frac{\\mathrm{Var}_{q(T)}[z]}{T^3}
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from tempkit.information import EntropySweep, entropy_sweep
from tempkit.plots.arguments import language_of, one_row, positive_and_finite, several
from tempkit.plots.look import BLUE, GREY, VERMILION, drawing, log_axis, new_figure
from tempkit.plots.picture import Picture
from tempkit.plots.wording import plain_temperature, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def entropy_curve(
    logits: Tensor,
    temperatures: Iterable[float] | Tensor | None = None,
    *,
    lang: str | None = None,
) -> Picture:
    """H(q(T)) in nats under its bound log V, and its slope Var(z)/T³ in a second panel.

    T = 1 is marked, with the tangent there. The axis of T is logarithmic when the highest
    temperature is more than 50 times the lowest.

    Parameters
    ----------
    logits : Tensor, shape ``[V]``
        Classes at ``-inf`` do not count for the bound.
    temperatures : positive finite numbers in rising order, at least 2, optional
        By default from 0.02 to 5.
    lang : "en" or "es", optional

    Raises
    ------
    ValueError
        If the logits are not one row, or the temperatures do not fit the axis.
    """
    row, lang = one_row(logits), language_of(lang)
    temperatures = (
        torch.linspace(0.02, 5, 250, dtype=torch.float64).tolist()
        if temperatures is None
        else several(temperatures)
    )
    positive_and_finite(temperatures)
    if len(temperatures) < 2 or sorted(set(temperatures)) != temperatures:
        raise ValueError("an entropy curve needs at least two temperatures, in rising order")
    sweep = _sweep(row, temperatures)
    at_one = _sweep(row, [1.0]) if temperatures[0] <= 1 <= temperatures[-1] else None
    possible = row.isfinite().sum().item()
    with drawing():
        figure = new_figure(5.2, say("entropy_curve.title", lang))
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
        upper.plot(temperatures, sweep.entropy.tolist(), color=BLUE, linewidth=2.5)
        _draw_bound(upper, possible, lang)
        lower.plot(temperatures, sweep.slope.tolist(), color=VERMILION, linewidth=2.5)
        lower.set_ylim(bottom=0)
        if at_one is not None:
            _mark_tangent(upper, lower, at_one, lang)
        upper.set_ylabel(say("entropy", lang))
        lower.set_ylabel(say("entropy_curve.slope", lang))
        lower.set_xlabel(say("temperature", lang))
        if temperatures[-1] > 50 * temperatures[0] and temperatures[0] > 0.02:
            log_axis(lower.xaxis, temperatures[0], temperatures[-1])
        else:
            lower.set_xlim(0, temperatures[-1])
        for axes in (upper, lower):
            axes.grid(True)
    return Picture(figure, _alt(sweep, at_one, _steepest(row, sweep), possible, lang), lang)


def _sweep(row: Tensor, temperatures: list[float]) -> EntropySweep:
    return entropy_sweep(row, torch.tensor(temperatures, dtype=torch.float64))


def _steepest(row: Tensor, sweep: EntropySweep) -> tuple[float, float]:
    """Where the slope is greatest, looked up on a finer grid, and the slope there."""
    at, temperatures = int(sweep.slope.argmax()), sweep.temperature
    low, high = temperatures[max(at - 1, 0)], temperatures[min(at + 1, len(temperatures) - 1)]
    fine = entropy_sweep(row, torch.linspace(low.item(), high.item(), 201, dtype=torch.float64))
    finest = int(fine.slope.argmax())
    return fine.temperature[finest].item(), fine.slope[finest].item()


def _draw_bound(axes: Axes, possible: int, lang: str) -> None:
    """The entropy of the uniform distribution, with room above it for its name."""
    bound = math.log(possible)
    axes.axhline(bound, color=GREY, linewidth=1.2)
    axes.set_ylim(0, max(bound, 0.1) * 1.2)
    words = say("entropy_curve.bound", lang, count=possible, bound=f"{bound:.3f}")
    axes.annotate(
        words,
        (1, bound),
        xycoords=("axes fraction", "data"),
        xytext=(0, 4),
        textcoords="offset points",
        ha="right",
        color=GREY,
    )


def _mark_tangent(upper: Axes, lower: Axes, at_one: EntropySweep, lang: str) -> None:
    """T = 1 in both panels, and the straight line that touches the curve there."""
    entropy, slope = at_one.entropy.item(), at_one.slope.item()
    for axes in (upper, lower):
        axes.axvline(1, color=GREY, linestyle=(0, (4, 3)), linewidth=1.2)
    around = torch.linspace(0.6, 1.6, 41, dtype=torch.float64)
    upper.plot(around, entropy + slope * (around - 1), color=VERMILION, linewidth=1.8)
    upper.plot([1], [entropy], "o", color=BLUE, markersize=7)
    lower.plot([1], [slope], "o", color=VERMILION, markersize=7)
    text = {"xytext": (10, -6), "textcoords": "offset points", "va": "top"}
    upper.annotate(f"T = 1: H = {entropy:.3f}", (1, entropy), **text)
    words = say("entropy_curve.tangent", lang, slope=f"{slope:.3f}")
    lower.annotate(words, (1, slope), **text | {"xytext": (8, 4), "va": "bottom"})


def _alt(
    sweep: EntropySweep,
    at_one: EntropySweep | None,
    steepest: tuple[float, float],
    possible: int,
    lang: str,
) -> str:
    where, slope = steepest
    sentence = (
        ""
        if at_one is None
        else say(
            "entropy_curve.at_one",
            lang,
            entropy=f"{at_one.entropy.item():.3f}",
            slope=f"{at_one.slope.item():.3f}",
        )
    )
    return say(
        "entropy_curve.alt",
        lang,
        low=f"{sweep.entropy[0].item():.3f}",
        high=f"{sweep.entropy[-1].item():.3f}",
        first=plain_temperature(sweep.temperature[0].item(), lang),
        last=plain_temperature(sweep.temperature[-1].item(), lang),
        count=possible,
        bound=f"{math.log(possible):.3f}",
        at_one=sentence,
        steepest=f"{slope:.2f}",
        where=f"{where:.2g}",
    )
