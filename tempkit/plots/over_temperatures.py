"""One distribution at many temperatures: as bars, as a map, and as curves over ranks.

.. math::  q(T) = \\mathrm{softmax}(z / T)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from tempkit.plots.arguments import (
    class_labels,
    geometric,
    language_of,
    one_row,
    positive_and_finite,
    several,
)
from tempkit.plots.look import (
    COLOURS,
    INSIDE_FROM,
    MARKERS,
    drawing,
    horizontal_bars,
    log_axis,
    map_colours,
    new_figure,
    probability_axis,
)
from tempkit.plots.picture import Picture
from tempkit.plots.wording import (
    listed,
    plain_temperature,
    quoted,
    say,
    short_probability,
    spoken_probability,
)
from tempkit.scaling import softmax

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLUMNS = 5


def bars(
    logits: Tensor,
    temperatures: Iterable[float] | Tensor = (0.1, 0.5, 1, 2, 5),
    *,
    labels: Sequence[str] | None = None,
    title: str | None = None,
    lang: str | None = None,
) -> Picture:
    """Bars of ``softmax(logits / T)``, a panel a temperature, the value at the end of each bar.

    Parameters
    ----------
    logits : Tensor, shape ``[V]``, ``V <= 12``
    temperatures : numbers from 0 to infinity, at most 10
    labels : V strings, optional
        Names of the classes; their logits by default.
    title : str, optional
        What the figure shows, if more can be said than that colder means more peaked.
    lang : "en" or "es", optional

    Raises
    ------
    ValueError
        If the logits are not one row, or a temperature is negative or NaN.
    """
    row, temperatures = one_row(logits, most=12), several(temperatures, most=10)
    labels, lang = class_labels(labels, row), language_of(lang)
    title = title or say("bars.title", lang)
    lines = -(-len(temperatures) // _COLUMNS)
    columns = -(-len(temperatures) // lines)
    with drawing():
        figure = new_figure(lines * (0.95 + 0.3 * len(row)) + 0.45, title)
        panels = figure.subplots(lines, columns, sharey=True, squeeze=False).flatten().tolist()
        for axes, temperature in zip(panels, temperatures, strict=False):
            values = softmax(row, temperature).tolist()
            texts = [short_probability(value) for value in values]
            horizontal_bars(axes, values, texts, inside_from=INSIDE_FROM)
            axes.set_title(f"T = {plain_temperature(temperature, lang)}")
            probability_axis(axes.xaxis)
        for axes in panels[len(temperatures) :]:
            axes.remove()
        panels[0].set_yticks(range(len(row)), labels)
        figure.supxlabel(say("probability", lang), fontsize=12)
    alt = say(
        "bars.alt",
        lang,
        title=title.rstrip("."),
        count=len(row),
        temperatures=listed([plain_temperature(t, lang) for t in temperatures], lang),
        finding=finding_of_bars(row, temperatures, labels, lang),
    )
    return Picture(figure, alt, lang)


def finding_of_bars(
    row: Tensor, temperatures: Sequence[float], labels: Sequence[str], lang: str
) -> str:
    """What becomes of the most and the least probable class between two temperatures."""
    first, last = temperatures[0], temperatures[-1]
    top, bottom = row.argmax().item(), row.argmin().item()
    cold, hot = softmax(row, first), softmax(row, last)
    return say(
        "bars.several" if len(temperatures) > 1 else "bars.one",
        lang,
        top=quoted(labels[top], lang),
        bottom=quoted(labels[bottom], lang),
        first=plain_temperature(first, lang),
        last=plain_temperature(last, lang),
        top_first=spoken_probability(cold[top].item(), lang),
        top_last=spoken_probability(hot[top].item(), lang),
        bottom_first=spoken_probability(cold[bottom].item(), lang),
        bottom_last=spoken_probability(hot[bottom].item(), lang),
    )


def heat_map(
    logits: Tensor,
    temperatures: Iterable[float] | Tensor | None = None,
    *,
    labels: Sequence[str] | None = None,
    lang: str | None = None,
) -> Picture:
    """The distribution as a map: classes down, log T across, colour for probability.

    Parameters
    ----------
    logits : Tensor, shape ``[V]``, ``V <= 12``
    temperatures : positive finite numbers in rising order, at least 2, optional
        By default from 0.05 to 20.
    labels : V strings, optional
    lang : "en" or "es", optional

    Raises
    ------
    ValueError
        If the logits are not one row, or the temperatures do not fit a logarithmic axis.
    """
    row = one_row(logits, most=12)
    temperatures = geometric(0.05, 20, 79) if temperatures is None else several(temperatures)
    positive_and_finite(temperatures)
    if len(temperatures) < 2 or sorted(set(temperatures)) != temperatures:
        raise ValueError("a heat map needs at least two temperatures, in rising order")
    labels, lang = class_labels(labels, row), language_of(lang)
    low, high = temperatures[0], temperatures[-1]
    values = torch.stack([softmax(row, temperature) for temperature in temperatures], 1)
    with drawing():
        figure = new_figure(1.55 + 0.46 * len(row), say("heat_map.title", lang))
        axes = figure.subplots()
        # Cells that overlap a little show no seams in a browser.
        no_seams = {"edgecolor": "face", "linewidth": 1.2}
        colours = axes.pcolormesh(
            temperatures,
            range(len(row)),
            values.numpy(),
            cmap=map_colours(),
            vmin=0,
            vmax=1,
            shading="nearest",
            **no_seams,
        )
        log_axis(axes.xaxis, low, high)
        axes.set_xlabel(say("temperature", lang))
        axes.set_ylim(len(row) - 0.5, -0.5)
        axes.set_yticks(range(len(row)), labels)
        axes.tick_params(axis="y", length=0)
        _write_values_on_map(axes, row, low, high)
        bar = figure.colorbar(colours, ax=axes, label=say("probability", lang), aspect=14)
        # As drawn shapes, not as an image inside the SVG.
        bar.solids.set(rasterized=False, **no_seams)
        bar.set_ticks([0, 0.5, 1], labels=["0", "0.5", "1"])
    top = row.argmax().item()
    alt = say(
        "heat_map.alt",
        lang,
        count=len(row),
        first=plain_temperature(low, lang),
        last=plain_temperature(high, lang),
        top=quoted(labels[top], lang),
        top_first=spoken_probability(values[top, 0].item(), lang),
        top_last=spoken_probability(values[top, -1].item(), lang),
        uniform=spoken_probability(1 / row.isfinite().sum().item(), lang),
    )
    return Picture(figure, alt, lang)


def _write_values_on_map(axes: Axes, row: Tensor, low: float, high: float) -> None:
    """Probabilities above the ticks, so that the map can be read without its colours; T = 1."""
    margin = (high / low) ** 0.05
    for temperature in axes.xaxis.get_majorticklocs():
        if temperature == 1:
            # Broken, so as not to cross the numbers.
            edges = torch.arange(len(row) + 1) - 0.5
            axes.vlines([1] * len(edges), edges - 0.25, edges + 0.25, color="white", linewidth=1.6)
        if not low * margin < temperature < high / margin:
            continue
        for place, value in enumerate(softmax(row, temperature).tolist()):
            # The light end of viridis begins about here.
            colour = "black" if value > 0.55 else "white"
            text = short_probability(value)
            axes.text(temperature, place, text, color=colour, ha="center", va="center", fontsize=11)


def rank_curves(
    logits: Tensor,
    temperatures: Iterable[float] | Tensor = (0.5, 1, 2, 5),
    *,
    ranks: int = 50,
    lang: str | None = None,
) -> Picture:
    """Probability against rank for the most probable classes, a curve a temperature.

    The softmax runs over all V classes, also those not shown: the share of the top ``ranks``
    among them is written beside each curve.

    Parameters
    ----------
    logits : Tensor, shape ``[V]``
    temperatures : numbers from 0 to infinity, at most 7
    ranks : int
        How many classes to show; all of them where there are fewer.
    lang : "en" or "es", optional

    Raises
    ------
    ValueError
        If the logits are not one row, a temperature is negative or NaN, or ``ranks`` is below 2.
    """
    row, temperatures = one_row(logits), several(temperatures, most=len(COLOURS))
    if ranks < 2:
        raise ValueError(f"ranks must be at least 2, not {ranks}")
    lang, ranks = language_of(lang), min(ranks, len(row))
    # A softmax keeps the order of the logits, so one sort serves every temperature.
    order = row.sort(descending=True).values
    curves = [softmax(order, temperature)[:ranks] for temperature in temperatures]
    masses = [curve.sum().item() for curve in curves]
    with drawing():
        figure = new_figure(4.6, say("rank_curves.title", lang, ranks=ranks, count=len(row)))
        axes = figure.subplots()
        for curve, mass, temperature, colour, marker in zip(
            curves, masses, temperatures, COLOURS, MARKERS, strict=False
        ):
            together = say("rank_curves.together", lang, mass=short_probability(mass))
            axes.plot(
                range(1, ranks + 1),
                curve.tolist(),
                color=colour,
                marker=marker,
                markersize=5,
                linewidth=3 if temperature == 1 else 1.6,
                label=f"T = {plain_temperature(temperature, lang)}: {together}",
            )
        log_axis(axes.xaxis, 0.9, ranks * 1.1)
        lowest = min(curve[curve > 0].min().item() for curve in curves)
        log_axis(axes.yaxis, max(lowest / 2, 1e-12), 2)
        axes.grid(True)
        axes.set(xlabel=say("rank_curves.rank", lang), ylabel=say("probability", lang))
        figure.legend(loc="outside lower left", ncols=2, frameon=False, fontsize=11)
    said = [
        say(
            "rank_curves.mass",
            lang,
            mass=spoken_probability(mass, lang),
            temperature=plain_temperature(temperature, lang),
        )
        for mass, temperature in zip(masses, temperatures, strict=True)
    ]
    alt = say("rank_curves.alt", lang, ranks=ranks, count=len(row), masses=listed(said, lang))
    return Picture(figure, alt, lang)
