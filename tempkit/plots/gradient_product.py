"""T squared times a distillation gradient, against T: where it stops depending on T."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

from tempkit.plots.arguments import language_of, positive_and_finite, several
from tempkit.plots.look import COLOURS, FAINT, GREY, MARKERS, drawing, log_axis, new_figure
from tempkit.plots.picture import Picture
from tempkit.plots.wording import listed, plain_temperature, quoted, say

#: Up to so many temperatures each has a tick of its own.
_TICKS = 9


def gradient_product(
    temperatures: Sequence[float],
    products: Mapping[str, Sequence[float]],
    spread: float,
    *,
    lang: str | None = None,
) -> Picture:
    """T^2 times the gradient's norm as a share of its limit, and the spread of the logits.

    Parameters
    ----------
    temperatures : positive finite numbers in rising order, at least 2
    products : name of a student to as many positive numbers, at most 4 students
        The product divided by what it tends to, so that every curve tends to 1.
    spread : positive number
        Largest minus smallest logit of the teacher: what T is large or small against.
    lang : "en" or "es", optional

    Raises
    ------
    ValueError
        If the lists differ in length or a number does not fit an axis.
    """
    temperatures, lang = several(temperatures), language_of(lang)
    positive_and_finite(temperatures)
    if len(temperatures) < 2 or any(b <= a for a, b in itertools.pairwise(temperatures)):
        raise ValueError("this figure needs at least two temperatures, in rising order")
    for name, values in products.items():
        if len(values) != len(temperatures):
            raise ValueError(
                f"{len(values)} values of {name!r} for {len(temperatures)} temperatures: "
                "give one for each"
            )
        if not all(0 < value < math.inf for value in values):
            raise ValueError(f"the products of {name!r} must be positive and finite")
    if not 1 <= len(products) <= 4:
        raise ValueError(f"{len(products)} students do not fit: this figure has room for 1 to 4")
    with drawing():
        figure = new_figure(4.4, say("gradient_product.title", lang))
        axes = figure.subplots()
        axes.axhspan(0.9, 1.1, color=FAINT)
        axes.axhline(1, color=GREY, linewidth=1.2)
        axes.axvline(spread, color=GREY, linewidth=1.6, linestyle="--")
        looks = zip(COLOURS, MARKERS, strict=True)
        for (name, values), (colour, marker) in zip(products.items(), looks, strict=False):
            axes.plot(
                temperatures,
                values,
                color=colour,
                linewidth=2,
                marker=marker,
                markersize=6,
                clip_on=False,
                label=name,
            )
        axes.set(
            xlabel=say("temperature", lang),
            ylabel=say("gradient_product.axis", lang),
            ylim=(0, max(1.2, 1.08 * max(map(max, products.values())))),
        )
        log_axis(axes.xaxis, temperatures[0], temperatures[-1])
        if len(temperatures) <= _TICKS:
            axes.set_xticks(temperatures, [plain_temperature(t, lang) for t in temperatures])
        axes.annotate(
            say("gradient_product.spread", lang, spread=f"{spread:.3g}"),
            (spread, 0),
            xytext=(-6, 8),
            textcoords="offset points",
            ha="right",
            color=GREY,
        )
        axes.grid(True, axis="x")
        figure.legend(loc="outside lower left", ncols=2, frameon=False, fontsize=11)
    said = [
        say(
            "gradient_product.one",
            lang,
            student=quoted(name, lang),
            values=listed([f"{value:.2f}" for value in values], lang),
        )
        for name, values in products.items()
    ]
    alt = say(
        "gradient_product.alt",
        lang,
        spread=f"{spread:.3g}",
        temperatures=listed([plain_temperature(t, lang) for t in temperatures], lang),
        rows="; ".join(said),
    )
    return Picture(figure, alt, lang)
