"""Accuracies of several ways to train, a dot for every seed and a line that joins its dots."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence

from tempkit.plots.arguments import language_of
from tempkit.plots.look import BLACK, BLUE, GREY, SKY, drawing, few_ticks, new_figure
from tempkit.plots.picture import Picture
from tempkit.plots.wording import quoted, say


def seed_by_seed(accuracies: Mapping[str, Sequence[float]], *, lang: str | None = None) -> Picture:
    """The accuracy of every seed as a dot, their mean and its standard error.

    Parameters
    ----------
    accuracies : name of a way to train to one accuracy a seed
        At least two seeds, the same number for each; at most 8 ways.
    lang : "en" or "es", optional

    Raises
    ------
    ValueError
        If there are too few or too many, the numbers of seeds differ, or an accuracy is not one.
    """
    lang = language_of(lang)
    seeds = {len(values) for values in accuracies.values()}
    if not 1 <= len(accuracies) <= 8 or len(seeds) != 1 or min(seeds) < 2:
        raise ValueError(
            "this figure shows 1 to 8 ways to train, each with as many seeds, at least 2"
        )
    for name, values in accuracies.items():
        if not all(0 <= value <= 1 for value in values):
            raise ValueError(f"an accuracy of {name!r} is not between 0 and 1")
    (count,) = seeds
    means = [statistics.mean(values) for values in accuracies.values()]
    errors = [statistics.stdev(values) / math.sqrt(count) for values in accuracies.values()]
    with drawing():
        figure = new_figure(1.4 + 0.5 * len(accuracies), say("seed_by_seed.title", lang))
        axes = figure.subplots()
        below = [place + 0.22 for place in range(len(accuracies))]
        for of_seed in zip(*accuracies.values(), strict=True):
            axes.plot(of_seed, below, color=GREY, linewidth=0.7, zorder=1)
        for place, values in zip(below, accuracies.values(), strict=True):
            axes.plot(values, [place] * count, "o", color=SKY, markersize=6)
        axes.errorbar(
            means,
            range(len(means)),
            xerr=errors,
            fmt="s",
            color=BLUE,
            ecolor=BLACK,
            markersize=7,
            capsize=4,
            elinewidth=2,
        )
        axes.set_yticks(range(len(means)), list(accuracies))
        axes.set_ylim(len(means) - 0.5, -0.5)
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel(say("seed_by_seed.axis", lang))
        few_ticks(axes.xaxis, 7)
        axes.grid(True, axis="x")
    said = [
        say(
            "seed_by_seed.one",
            lang,
            name=quoted(name, lang),
            mean=f"{mean:.3f}",
            error=f"{error:.3f}",
        )
        for name, mean, error in zip(accuracies, means, errors, strict=True)
    ]
    return Picture(figure, say("seed_by_seed.alt", lang, count=count, rows="; ".join(said)), lang)
