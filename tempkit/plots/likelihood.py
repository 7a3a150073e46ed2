"""The negative log-likelihood of labels as a function of the temperature, with its minimum."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from torch import Tensor

from tempkit.calibration import nll
from tempkit.fitting import TemperatureFit, fit_temperature
from tempkit.plots.arguments import geometric, language_of
from tempkit.plots.look import (
    BLACK,
    COLOURS,
    GREY,
    MARKERS,
    drawing,
    few_ticks,
    log_axis,
    new_figure,
)
from tempkit.plots.picture import Picture
from tempkit.plots.wording import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST = 4
_POINTS = 61


def likelihood(
    samples: Mapping[str, tuple[Tensor, Tensor]],
    low: float = 0.25,
    high: float = 10.0,
    *,
    lang: str | None = None,
) -> Picture:
    """NLL against T for a few samples of logits and labels; a mark at each fitted temperature.

    Parameters
    ----------
    samples : name to (logits [N, C], labels [N]), at most 4
        As :func:`tempkit.fit_temperature` takes them.
    low, high : float
        The ends of the axis of temperatures, which is logarithmic.
    lang : "en" or "es", optional

    Raises
    ------
    TypeError, ValueError
        If there is no sample or there are too many, the ends are no axis, or as
        :func:`tempkit.fit_temperature`.
    """
    lang = language_of(lang)
    if not 1 <= len(samples) <= _MOST:
        raise ValueError(f"{len(samples)} samples do not fit: this figure has room for 1 to 4")
    if not 0 < low < high < math.inf:
        raise ValueError(f"from {low:g} to {high:g} is no axis: give positive ends in rising order")
    temperatures = geometric(low, high, _POINTS)
    fits = {name: fit_temperature(*sample) for name, sample in samples.items()}
    with drawing():
        figure = new_figure(4.4, say("likelihood.title", lang))
        axes = figure.subplots()
        axes.axvline(1, color=GREY, linewidth=1.2, linestyle=":")
        looks = zip(samples.items(), COLOURS, MARKERS, strict=False)
        for (name, (logits, labels)), colour, marker in looks:
            values = [nll(logits, labels, temperature) for temperature in temperatures]
            fitted = fits[name]
            label = f"{name}: {_where(fitted, lang)}"
            axes.plot(temperatures, values, color=colour, linewidth=2)
            axes.plot([], [], marker, color=colour, markeredgecolor=BLACK, ls="-", label=label)
            _mark(axes, fitted, low, high, colour, marker)
        log_axis(axes.xaxis, low, high)
        axes.set_xlabel(say("temperature", lang))
        axes.set_ylabel(say("likelihood.axis", lang))
        axes.set_ylim(0, 1.05 * _ceiling(fits))
        few_ticks(axes.yaxis, 6)
        axes.grid(True)
        figure.legend(loc="outside lower left", frameon=False, fontsize=11)
    findings = [
        say("likelihood.finding", lang, name=name, before=f"{fitted.nll_before:.3f}")
        + _where(fitted, lang)
        for name, fitted in fits.items()
    ]
    alt = say(
        "likelihood.alt", lang, first=f"{low:g}", last=f"{high:g}", findings="; ".join(findings)
    )
    return Picture(figure, alt, lang)


def _where(fitted: TemperatureFit, lang: str) -> str:
    """Where a curve is least, in words."""
    place = "interior" if fitted.status == "interior" else "end"
    return say(
        f"likelihood.{place}",
        lang,
        temperature=f"{fitted.temperature:.2f}" if place == "interior" else _end(fitted, lang),
        least=f"{fitted.nll_after:.3f}",
    )


def _end(fitted: TemperatureFit, lang: str) -> str:
    return say("infinity", lang) if fitted.temperature == math.inf else f"{fitted.temperature:g}"


def _mark(
    axes: Axes, fitted: TemperatureFit, low: float, high: float, colour: str, marker: str
) -> None:
    """A mark at the minimum; at the end of the axis, pointing on, where it lies beyond."""
    place = min(max(fitted.temperature, low), high)
    if place != fitted.temperature:
        marker = "<" if fitted.temperature < low else ">"
    axes.plot(
        [place],
        [fitted.nll_after],
        marker,
        color=colour,
        markersize=10,
        markeredgecolor=BLACK,
        clip_on=False,
    )


def _ceiling(fits: Mapping[str, TemperatureFit]) -> float:
    """High enough for every curve at T = 1, and for half as much again."""
    return 1.5 * max(fitted.nll_before for fitted in fits.values())
