"""What exploring costs: regret against temperature, its distribution over runs, and its growth.

All three take regrets that somebody measured, in the unit of the rewards.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from tempkit.plots.arguments import language_of, positive_and_finite, several
from tempkit.plots.look import (
    BLACK,
    BLUE,
    COLOURS,
    GREY,
    VERMILION,
    drawing,
    few_ticks,
    log_axis,
    new_figure,
)
from tempkit.plots.picture import Picture
from tempkit.plots.wording import listed, plain_temperature, quoted, say

if TYPE_CHECKING:
    from matplotlib.axis import Axis

_BINS = 30
_DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (8, 2)))


def regret_curve(
    temperatures: Sequence[float],
    means: Sequence[float],
    mean_errors: Sequence[float],
    medians: Sequence[float],
    median_errors: Sequence[float],
    *,
    lang: str | None = None,
) -> Picture:
    """Mean and median regret at each T, two standard errors wide, both axes logarithmic.

    Parameters
    ----------
    temperatures : positive finite numbers in rising order, at least 2
    means, mean_errors, medians, median_errors : as many numbers, the means and medians positive
    lang : "en" or "es", optional

    Raises
    ------
    ValueError
        If the lists differ in length, or hold what a logarithmic axis cannot.
    """
    temperatures, lang = several(temperatures), language_of(lang)
    positive_and_finite(temperatures)
    _rising(temperatures)
    for values in (means, mean_errors, medians, median_errors):
        _fit(values, temperatures)
    if min(*means, *medians) <= 0:
        raise ValueError("regrets must be positive here: they stand on a logarithmic axis")
    curves = (
        ("mean", means, mean_errors, BLUE, "o", "-"),
        ("median", medians, median_errors, VERMILION, "s", "--"),
    )
    with drawing():
        figure = new_figure(4.4, say("regret_curve.title", lang))
        axes = figure.subplots()
        for name, values, errors, colour, marker, line in curves:
            axes.errorbar(
                temperatures,
                values,
                [2 * error for error in errors],
                color=colour,
                linewidth=2,
                linestyle=line,
                marker=marker,
                markersize=6,
                capsize=4,
                label=say(f"regret_curve.{name}", lang),
            )
        log_axis(axes.xaxis, temperatures[0] / 1.15, temperatures[-1] * 1.15)
        low, high = min(*means, *medians) / 1.4, max(*means, *medians) * 1.4
        log_axis(axes.yaxis, low, high)
        _more_ticks(axes.yaxis, low, high)
        axes.set(xlabel=say("regret.temperature", lang), ylabel=say("regret.axis", lang))
        axes.grid(True)
        figure.legend(
            loc="outside lower left",
            ncols=2,
            frameon=False,
            fontsize=11,
            title=say("regret_curve.bars", lang),
            title_fontsize=11,
            alignment="left",
        )
    alt = say(
        "regret_curve.alt",
        lang,
        first=plain_temperature(temperatures[0], lang),
        last=plain_temperature(temperatures[-1], lang),
        mean_first=_regret(means[0]),
        mean_last=_regret(means[-1]),
        mean_least=_regret(min(means)),
        mean_at=plain_temperature(temperatures[list(means).index(min(means))], lang),
        median_last=_regret(medians[-1]),
        median_least=_regret(min(medians)),
        median_at=plain_temperature(temperatures[list(medians).index(min(medians))], lang),
    )
    return Picture(figure, alt, lang)


def regret_histogram(regrets: Mapping[float, Tensor], *, lang: str | None = None) -> Picture:
    """How the regrets of many runs are spread, a panel a temperature, with mean and median.

    The axis and the bins are logarithmic.

    Parameters
    ----------
    regrets : mapping from temperature to Tensor ``[n]`` of positive numbers, at most 4
    lang : "en" or "es", optional

    Raises
    ------
    ValueError
        If a temperature has no runs, or a regret is not positive and finite.
    """
    temperatures, lang = several(list(regrets), most=4), language_of(lang)
    runs = [values.detach().cpu().double().flatten() for values in regrets.values()]
    for values in runs:
        if len(values) == 0 or not values.isfinite().all() or (values <= 0).any():
            raise ValueError("regrets must be one or more positive finite numbers")
    low = min(values.min().item() for values in runs) / 1.02
    high = max(values.max().item() for values in runs) * 1.02
    edges = torch.logspace(
        math.log10(low), math.log10(high), _BINS + 1, dtype=torch.float64, device="cpu"
    )
    said = []
    with drawing():
        figure = new_figure(1.1 + 1.65 * len(runs), say("regret_histogram.title", lang))
        panels = figure.subplots(len(runs), 1, sharex=True, squeeze=False)[:, 0]
        for axes, temperature, values in zip(panels, temperatures, runs, strict=True):
            shares = torch.histogram(values, edges).hist / len(values)
            widths = 0.94 * edges.diff()
            axes.bar(
                edges[:-1].tolist(), shares.tolist(), widths.tolist(), align="edge", color="#9ecae1"
            )
            middle, mean = values.quantile(0.5).item(), values.mean().item()
            axes.axvline(middle, color=VERMILION, linewidth=2.5, linestyle="--")
            axes.axvline(mean, color=BLUE, linewidth=2.5)
            axes.annotate(
                say(
                    "regret_histogram.key",
                    lang,
                    temperature=plain_temperature(temperature, lang),
                    median=_regret(middle),
                    mean=_regret(mean),
                ),
                (0.98, 0.9),
                xycoords="axes fraction",
                ha="right",
                va="top",
                linespacing=1.5,
            )
            few_ticks(axes.yaxis, 4)
            said.append(
                say(
                    "regret_histogram.finding",
                    lang,
                    temperature=plain_temperature(temperature, lang),
                    median=_regret(middle),
                    mean=_regret(mean),
                    tail=_regret(values.quantile(0.9).item()),
                )
            )
        log_axis(panels[-1].xaxis, low, high)
        _more_ticks(panels[-1].xaxis, low, high)
        panels[-1].set_xlabel(say("regret_histogram.axis", lang))
        figure.supylabel(say("regret_histogram.share", lang), fontsize=12)
    alt = say("regret_histogram.alt", lang, count=len(runs[0]), findings="; ".join(said))
    return Picture(figure, alt, lang)


def regret_over_time(
    steps: Sequence[int], curves: Mapping[str, Sequence[float]], *, lang: str | None = None
) -> Picture:
    """Mean regret so far against the step, a line a strategy, each labelled at its end.

    Parameters
    ----------
    steps : whole numbers in rising order, at least 2
    curves : name of a strategy to as many numbers, at most 7
    lang : "en" or "es", optional

    Raises
    ------
    ValueError
        If a curve has another length than ``steps``, or there are too many.
    """
    lang = language_of(lang)
    _rising(steps)
    for values in curves.values():
        _fit(values, steps)
    if not 1 <= len(curves) <= len(COLOURS):
        raise ValueError(f"{len(curves)} curves do not fit: give 1 to {len(COLOURS)}")
    looks = zip(COLOURS, _DASHES, strict=True)
    with drawing():
        figure = new_figure(4.4, say("regret_over_time.title", lang))
        axes = figure.subplots()
        highest = max(max(values) for values in curves.values())
        ends = _apart([values[-1] for values in curves.values()], 0.062 * highest)
        for (name, values), (colour, dashes), end in zip(curves.items(), looks, ends, strict=False):
            axes.plot(steps, values, color=colour, linestyle=dashes, linewidth=2.2)
            axes.annotate(
                f"{name}: {_regret(values[-1])}",
                (steps[-1], values[-1]),
                xytext=(1.03 * steps[-1], end),
                va="center",
                fontsize=11,
                color=BLACK,
                arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 1.2},
                annotation_clip=False,
            )
        axes.set_xlim(0, steps[-1])
        axes.set_ylim(0, 1.05 * max(highest, *ends))
        few_ticks(axes.xaxis, 6)
        few_ticks(axes.yaxis, 6)
        axes.grid(True)
        axes.tick_params(colors=GREY, labelcolor=BLACK)
        axes.set(xlabel=say("regret_over_time.step", lang), ylabel=say("regret.axis", lang))
    half = len(steps) // 2 - 1
    said = [
        say(
            "regret_over_time.finding",
            lang,
            name=quoted(name, lang),
            half=_regret(values[half]),
            last=_regret(values[-1]),
        )
        for name, values in curves.items()
    ]
    alt = say(
        "regret_over_time.alt",
        lang,
        half=steps[half],
        last=steps[-1],
        findings=listed(said, lang),
    )
    return Picture(figure, alt, lang)


def _more_ticks(axis: Axis, low: float, high: float) -> None:
    """Ticks at 1, 2 and 5 times each power of ten: a regret is read in whole units."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    ticks = [m * 10.0**d for d in range(first, last + 1) for m in (1, 2, 5)]
    ticks = [tick for tick in ticks if low <= tick <= high]
    axis.set_ticks(ticks, [f"{tick:g}" for tick in ticks])


def _apart(places: Sequence[float], gap: float) -> list[float]:
    """The places moved up until each is ``gap`` above the one below it."""
    moved = dict.fromkeys(range(len(places)), 0.0)
    below = -math.inf
    for index in sorted(moved, key=lambda i: places[i]):
        below = moved[index] = max(places[index], below + gap)
    return list(moved.values())


def _regret(value: float) -> str:
    """Three digits, or whole."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _rising(values: Sequence[float]) -> None:
    if len(values) < 2 or any(b <= a for a, b in itertools.pairwise(values)):
        raise ValueError("this figure needs at least two places on its axis, in rising order")


def _fit(values: Sequence[float], places: Sequence[float]) -> None:
    if len(values) != len(places) or not all(map(math.isfinite, values)):
        raise ValueError(f"give one finite number for each of the {len(places)} places")
