"""How the doubts of different rows move with T, and where one overtakes another.

The doubt is 1 less the confidence, computed from what is left over and not by subtraction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor

from tempkit.plots.arguments import (
    geometric,
    language_of,
    one_row,
    positive_and_finite,
    several,
)
from tempkit.plots.look import BLACK, COLOURS, MARKERS, drawing, log_axis, new_figure
from tempkit.plots.picture import Picture
from tempkit.plots.wording import listed, plain_temperature, quoted, say, spoken_size


def doubts(
    rows: Mapping[str, Tensor],
    temperatures: Iterable[float] | Tensor | None = None,
    *,
    crossing: float | None = None,
    lang: str | None = None,
) -> Picture:
    """The probability that each row leaves to all other classes, over a range of temperatures.

    Parameters
    ----------
    rows : name to logits of shape ``[V]``, at most 7
        ``V`` may differ.
    temperatures : positive finite numbers in rising order, at least 2, optional
        By default from 0.3 to 10.
    crossing : float, optional
        A temperature to be marked.
    lang : "en" or "es", optional

    Raises
    ------
    ValueError
        If there are no rows or too many, one of them is none, or the temperatures do not fit a
        logarithmic axis.
    """
    lang = language_of(lang)
    if not 0 < len(rows) <= len(COLOURS):
        raise ValueError(
            f"{len(rows)} rows do not fit: this figure has room for 1 to {len(COLOURS)}"
        )
    rows = {name: one_row(row) for name, row in rows.items()}
    temperatures = geometric(0.3, 10, 71) if temperatures is None else several(temperatures)
    positive_and_finite(temperatures)
    if len(temperatures) < 2 or sorted(set(temperatures)) != temperatures:
        raise ValueError("curves over T need at least two temperatures, in rising order")
    curves = {name: _doubts(row, temperatures) for name, row in rows.items()}
    low, high = temperatures[0], temperatures[-1]
    with drawing():
        figure = new_figure(4.0, say("doubts.title", lang))
        axes = figure.subplots()
        looks = zip(COLOURS, MARKERS, strict=True)
        for (name, values), (colour, marker) in zip(curves.items(), looks, strict=False):
            axes.plot(
                temperatures,
                values,
                color=colour,
                linewidth=2,
                marker=marker,
                markevery=len(values) // 8 + 1,
                label=name,
            )
        log_axis(axes.yaxis, min(map(min, curves.values())) / 1.5, 1)
        if crossing is not None:
            axes.axvline(crossing, color=BLACK, linestyle=":", linewidth=1.6)
            axes.annotate(
                f"T = {crossing:.3g}",
                (crossing, axes.get_ylim()[0]),
                xytext=(6, 10),
                textcoords="offset points",
                fontsize=11,
            )
        log_axis(axes.xaxis, low, high)
        axes.grid(True)
        axes.set(xlabel=say("temperature", lang), ylabel=say("doubts.axis", lang))
        figure.legend(loc="outside lower left", ncols=2, frameon=False, fontsize=11)
    alt = say(
        "doubts.alt",
        lang,
        first=plain_temperature(low, lang),
        last=plain_temperature(high, lang),
        rows=listed([_said(name, values, lang) for name, values in curves.items()], lang),
        crossing=""
        if crossing is None
        else " " + say("doubts.crossing", lang, temperature=f"{crossing:.3g}"),
    )
    return Picture(figure, alt, lang)


def _doubts(row: Tensor, temperatures: Sequence[float]) -> list[float]:
    z = row.sort(descending=True).values / torch.tensor(temperatures, dtype=row.dtype)[:, None]
    return (z[:, 1:].logsumexp(-1) - z.logsumexp(-1)).exp().tolist()


def _said(name: str, values: Sequence[float], lang: str) -> str:
    first, last = (spoken_size(values[place]) for place in (0, -1))
    return say("doubts.one", lang, row=quoted(name, lang), first=first, last=last)
