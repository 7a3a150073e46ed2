"""The calibration error that chance alone gives to a perfectly calibrated model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from tempkit.plots.arguments import language_of
from tempkit.plots.look import BLUE, GREY, SKY, VERMILION, drawing, log_axis, new_figure
from tempkit.plots.picture import Picture
from tempkit.plots.wording import say


def error_by_chance(
    sizes: Sequence[int],
    low: Sequence[float],
    mean: Sequence[float],
    high: Sequence[float],
    *,
    observed: Mapping[str, float],
    lang: str | None = None,
) -> Picture:
    """ECE of a perfectly calibrated model against the number of predictions.

    Parameters
    ----------
    sizes : positive numbers in rising order, at least 2
    low, mean, high : as many numbers
        The middle 95 % of the simulated ECE, and its mean.
    observed : name to ECE
        Lines to compare with.
    lang : "en" or "es", optional

    Raises
    ------
    ValueError
        If the lists differ in length or a number cannot be drawn.
    """
    lang = language_of(lang)
    for values in (low, mean, high):
        if len(values) != len(sizes):
            raise ValueError(f"{len(values)} values for {len(sizes)} sizes: give one for each")
    drawn = [*sizes, *low, *mean, *high, *observed.values()]
    if len(sizes) < 2 or not all(0 < value < math.inf for value in drawn):
        raise ValueError("this figure needs two sizes at least, and positive finite numbers")
    with drawing():
        figure = new_figure(4.4, say("chance.title", lang))
        axes = figure.subplots()
        axes.fill_between(sizes, low, high, color=SKY, alpha=0.4, label=say("chance.band", lang))
        axes.plot(sizes, mean, color=BLUE, linewidth=2, marker="o", label=say("chance.mean", lang))
        for (name, value), line in zip(observed.items(), ("--", ":", "-."), strict=False):
            axes.axhline(
                value, color=VERMILION, linewidth=1.8, linestyle=line, label=f"{name} {value:.3f}"
            )
        log_axis(axes.xaxis, sizes[0], sizes[-1])
        log_axis(axes.yaxis, min(low) / 1.3, max(max(high), *observed.values()) * 1.3)
        axes.set_xlabel(say("chance.size", lang))
        axes.set_ylabel("ECE")
        axes.grid(True, color=GREY, alpha=0.25)
        figure.legend(loc="outside lower left", ncols=2, frameon=False, fontsize=11)
    alt = say(
        "chance.alt",
        lang,
        first=sizes[0],
        last=sizes[-1],
        most=f"{mean[0]:.3f}",
        least=f"{mean[-1]:.4f}",
        observed="; ".join(f"{name} {value:.3f}" for name, value in observed.items()),
    )
    return Picture(figure, alt, lang)
