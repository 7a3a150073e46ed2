r"""A rule for the temperature that measures the entropy at the temperature which it gives.

It has found its temperature where it gives back the one that it measured at,

.. math::  T = T_c + (T_u - T_c) \frac{H(\mathrm{softmax}(z/T))}{\log n} ,

and that may happen at several temperatures.
"""

from __future__ import annotations

import itertools
import math

from torch import Tensor

from tempkit.information import entropy
from tempkit.plots.arguments import language_of, one_row, positive_and_finite
from tempkit.plots.look import BLACK, BLUE, GREY, VERMILION, drawing, few_ticks, new_figure
from tempkit.plots.picture import Picture
from tempkit.plots.wording import listed, say

_STEPS = 400


def self_reference(
    logits: Tensor, certain: float, uniform: float, *, lang: str | None = None
) -> Picture:
    """The temperature that a rule gives, against the one at which it measures the entropy.

    Two rules: from ``certain`` up to ``uniform`` as the entropy grows, and turned round.

    Parameters
    ----------
    logits : Tensor, shape ``[V]``, at least two of them finite
    certain, uniform : positive finite numbers, the first smaller
    lang : "en" or "es", optional

    Raises
    ------
    ValueError
        If the logits are not one row, or the temperatures do not fit.
    """
    row, lang = one_row(logits), language_of(lang)
    positive_and_finite([certain, uniform])
    if not certain < uniform:
        raise ValueError(f"certain must be below uniform here, and {certain:g} is not")
    most = math.log(int(row.isfinite().sum()))
    measured = [certain + (uniform - certain) * k / _STEPS for k in range(_STEPS + 1)]
    shares = [entropy(row, temperature).item() / most for temperature in measured]
    rising = [certain + (uniform - certain) * share for share in shares]
    falling = [uniform + (certain - uniform) * share for share in shares]
    found = {}
    with drawing():
        figure = new_figure(4.8, say("self_reference.title", lang))
        axes = figure.subplots()
        axes.plot([certain, uniform], [certain, uniform], color=GREY, linewidth=1.6)
        axes.annotate(
            say("self_reference.same", lang),
            (certain + 0.72 * (uniform - certain),) * 2,
            xytext=(8, -14),
            textcoords="offset points",
            color=GREY,
            fontsize=11,
        )
        looks = (("rising", rising, BLUE, "-"), ("falling", falling, VERMILION, "--"))
        for key, values, colour, line in looks:
            found[key] = _meetings(measured, values)
            axes.plot(
                measured,
                values,
                color=colour,
                linestyle=line,
                linewidth=2,
                label=say(f"self_reference.{key}", lang, count=len(found[key])),
            )
            axes.plot(
                found[key], found[key], "o", color=colour, markersize=8, markeredgecolor=BLACK
            )
        axes.set(
            xlabel=say("self_reference.measured", lang), ylabel=say("self_reference.given", lang)
        )
        few_ticks(axes.xaxis, 7)
        few_ticks(axes.yaxis, 7)
        axes.grid(True)
        figure.legend(loc="outside lower left", ncols=2, frameon=False, fontsize=11)
    places = {key: listed([f"{t:.2f}" for t in values], lang) for key, values in found.items()}
    alt = say(
        "self_reference.alt",
        lang,
        certain=f"{certain:g}",
        uniform=f"{uniform:g}",
        rising=places["rising"],
        falling=places["falling"],
    )
    return Picture(figure, alt, lang)


def _meetings(measured: list[float], given: list[float]) -> list[float]:
    """Where the curve crosses the line on which both temperatures are the same."""
    gaps = [there - here for here, there in zip(measured, given, strict=True)]
    places = []
    for (here, gap), (onward, next_gap) in itertools.pairwise(zip(measured, gaps, strict=True)):
        if gap == 0 or gap * next_gap < 0:
            places.append(here + (onward - here) * gap / (gap - next_gap))
    return places + measured[-1:] * (gaps[-1] == 0)
