"""From logits to a token in one picture: logits, their softmax, and the draw.

The draw is the inverse of the cumulative distribution: lay the probabilities end to end on a ruler
from 0 to 1, and take the class on whose stretch a uniform number falls.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from tempkit.plots.arguments import class_labels, language_of, one_row, single
from tempkit.plots.look import (
    BLACK,
    BLUE,
    COLOURS,
    INSIDE_FROM,
    drawing,
    horizontal_bars,
    new_figure,
    probability_axis,
)
from tempkit.plots.picture import Picture
from tempkit.plots.wording import (
    plain_temperature,
    quoted,
    say,
    short_probability,
)
from tempkit.scaling import softmax

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def pipeline(
    logits: Tensor,
    temperature: float = 1.0,
    uniform: float = 0.7,
    *,
    labels: Sequence[str] | None = None,
    lang: str | None = None,
) -> Picture:
    """Bars of the logits, bars of ``softmax(logits / T)``, and the ruler on which a draw is made.

    Parameters
    ----------
    logits : Tensor, shape ``[V]``, ``V <= 7``
    temperature : number from 0 to infinity
    uniform : float, ``0 <= uniform < 1``
        The random number that decides the draw.
    labels : V strings, optional
    lang : "en" or "es", optional

    Raises
    ------
    ValueError
        If the logits are not one row, the temperature is negative or NaN, or ``uniform`` lies
        outside [0, 1).
    """
    row, temperature = one_row(logits, most=len(COLOURS)), single(temperature)
    if not 0 <= uniform < 1:
        raise ValueError(f"uniform must be at least 0 and below 1, not {uniform:g}")
    labels, lang = class_labels(labels, row), language_of(lang)
    probabilities = softmax(row, temperature)
    ends = probabilities.cumsum(0)
    # Rounding may leave the last end a little below 1; classes of probability 0 are never drawn.
    token = min(
        torch.searchsorted(ends, uniform, right=True).item(),
        probabilities.nonzero().max().item(),
    )
    words = {
        "temperature": plain_temperature(temperature, lang),
        "uniform": f"{uniform:.3g}",
        "token": quoted(labels[token], lang),
    }
    with drawing():
        figure = new_figure(2.9 + 0.36 * len(row), say("pipeline.title", lang, **words))
        panels = figure.subplot_mosaic([["logits", "softmax"], ["draw", "draw"]])
        grid = panels["draw"].get_gridspec()
        grid.set_height_ratios((0.36 * len(row), 1.05))
        _draw_logits(panels["logits"], row, labels, lang)
        values = probabilities.tolist()
        horizontal_bars(
            panels["softmax"],
            values,
            [short_probability(value) for value in values],
            COLOURS,
            inside_from=INSIDE_FROM,
        )
        panels["softmax"].set_yticks([])
        probability_axis(panels["softmax"].xaxis, say("probability", lang))
        panels["softmax"].set_title(say("pipeline.softmax", lang, **words), loc="left")
        _draw_ruler(panels["draw"], probabilities, labels, token, uniform)
        panels["draw"].set_xlabel(say("pipeline.ruler", lang))
        panels["draw"].set_title(say("pipeline.draw", lang, **words), loc="left", pad=38)
    alt = say(
        "pipeline.alt",
        lang,
        **words,
        count=len(row),
        start=f"{(ends[token] - probabilities[token]).item():.3f}",
        end=f"{ends[token].item():.3f}",
    )
    return Picture(figure, alt, lang)


def _draw_logits(axes: Axes, row: Tensor, labels: Sequence[str], lang: str) -> None:
    values = row.tolist()
    texts = [f"{value:.3g}".replace("-", "−").replace("inf", "∞") for value in values]
    horizontal_bars(axes, values, texts, COLOURS)
    finite = [value for value in values if value > -float("inf")]
    low, high = min(0.0, *finite, 0.0), max(0.0, *finite, 0.0)
    axes.set_xlim(low, high + 0.25 * (high - low or 1.0))
    axes.axvline(0, color=BLACK, linewidth=0.8)
    axes.set_yticks(range(len(values)), labels)
    axes.set_title(say("pipeline.logits", lang), loc="left")
    axes.set_xlabel(say("logit", lang))


def _draw_ruler(
    axes: Axes, probabilities: Tensor, labels: Sequence[str], token: int, uniform: float
) -> None:
    """The classes end to end from 0 to 1, and an arrow where the uniform number falls."""
    start = 0.0
    for place, width in enumerate(probabilities.tolist()):
        colour = COLOURS[place]
        axes.barh(0, width, left=start, height=0.8, color=colour, edgecolor="white", linewidth=1.5)
        # A short word may stand on end; otherwise colour and order name a stretch that is thin.
        lies = width > 0.016 * len(labels[place]) + 0.02
        if lies or (width > 0.03 and len(labels[place]) < 10):
            axes.text(
                start + width / 2,
                0,
                labels[place],
                ha="center",
                va="center",
                rotation=0 if lies else 90,
                fontsize=11,
                fontweight="bold" if place == token else "normal",
                color="white" if colour in (BLUE, BLACK) else "black",
            )
        start += width
    axes.annotate(
        f"{uniform:.3g}",
        (uniform, 0.42),
        xytext=(0, 20),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontweight="bold",
        arrowprops={"arrowstyle": "-|>", "color": BLACK, "linewidth": 1.8, "shrinkB": 0},
    )
    axes.set_xlim(0, 1)
    axes.set_ylim(-0.42, 0.42)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.5", "0.75", "1"])
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
