r"""A mixture over temperatures beside its members: the logarithm of p against the logit.

A softmax at any temperature is a straight line of slope 1/T in this picture. A mixture is not: its
curve is steep at the top, as its coldest member, and flat in the tail, as its hottest.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from tempkit.plots.arguments import language_of, one_row, positive_and_finite, several
from tempkit.plots.look import BLACK, BLUE, GREEN, VERMILION, drawing, log_axis, new_figure
from tempkit.plots.picture import Picture
from tempkit.plots.wording import plain_temperature, say
from tempkit.scaling import softmax
from tempkit.schedules import mixture


def mixed_temperatures(
    logits: Tensor,
    temperatures: Sequence[float],
    weights: Sequence[float] | None = None,
    *,
    lang: str | None = None,
) -> Picture:
    """Probability against logit for two members, their mixture and the mean of their logits.

    Parameters
    ----------
    logits : Tensor, shape ``[V]``
    temperatures : two positive finite numbers, the colder first
    weights : two numbers that sum to 1, optional
        Equal by default.
    lang : "en" or "es", optional

    Raises
    ------
    ValueError
        If the logits are not one row, or there are not two temperatures in rising order.
    """
    row, lang = one_row(logits), language_of(lang)
    temperatures = several(temperatures)
    positive_and_finite(temperatures)
    if len(temperatures) != 2 or not temperatures[0] < temperatures[1]:
        raise ValueError("this figure mixes two temperatures: give the colder first")
    cold, hot = temperatures
    share, other = [0.5, 0.5] if weights is None else weights
    single = 1 / (share / cold + other / hot)
    row = row[row.isfinite()].sort().values
    gaps = (row - row[-1]).tolist()
    mixed = mixture(row, temperatures, [share, other])
    curves = (
        ("member", cold, softmax(row, cold), BLUE, (0, (1, 1.5))),
        ("member", hot, softmax(row, hot), VERMILION, (0, (1, 1.5))),
        ("logits", single, softmax(row, single), GREEN, "--"),
        ("mixture", None, mixed, BLACK, "-"),
    )
    with drawing():
        figure = new_figure(4.8, say("mixed_temperatures.title", lang))
        axes = figure.subplots()
        for key, temperature, values, colour, line in curves:
            shown = "" if temperature is None else plain_temperature(temperature, lang)
            axes.plot(
                gaps,
                values.clamp_min(torch.finfo(torch.float64).tiny).tolist(),
                color=colour,
                linestyle=line,
                linewidth=2.4 if key == "mixture" else 2,
                label=say(f"mixed_temperatures.{key}", lang, temperature=shown),
            )
        log_axis(axes.yaxis, max(curves[2][2][0].item() / 2, 1e-18), 1.0)
        axes.set_xlim(gaps[0], 0)
        axes.set(xlabel=say("mixed_temperatures.gap", lang), ylabel=say("probability", lang))
        axes.grid(True)
        figure.legend(loc="outside lower left", ncols=2, frameon=False, fontsize=11)
    alt = say(
        "mixed_temperatures.alt",
        lang,
        cold=plain_temperature(cold, lang),
        hot=plain_temperature(hot, lang),
        single=plain_temperature(single, lang),
        gap=f"{-gaps[0]:.1f}",
        of_hot=f"{(mixed[0] / softmax(row, hot)[0]).item():.2f}",
        times=f"{float(f'{(mixed[0] / softmax(row, single)[0]).item():.3g}'):g}",
        top=f"{mixed[-1].item():.3f}",
    )
    return Picture(figure, alt, lang)
