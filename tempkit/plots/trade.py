"""What variety costs: the leak of a model against its mean entropy, and schedules beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tempkit.plots.arguments import language_of, positive_and_finite, several
from tempkit.plots.look import BLACK, BLUE, COLOURS, MARKERS, drawing, few_ticks, new_figure
from tempkit.plots.picture import Picture
from tempkit.plots.wording import quoted, say, spoken_size

#: Above this share of the highest leak the curve is so steep that a label stands on its right.
_STEEP = 0.15


def trade(
    temperatures: Sequence[float],
    entropies: Sequence[float],
    leaks: Sequence[float],
    schedules: Mapping[str, tuple[float, float]],
    *,
    lang: str | None = None,
) -> Picture:
    """Leak against mean entropy: a curve for constant temperatures, a mark for each schedule.

    Parameters
    ----------
    temperatures : positive finite numbers in rising order, at least 2
    entropies, leaks : as many numbers
        The mean entropy, in nats a token, and the probability of impossible tokens at each.
    schedules : name of a schedule to its mean entropy and its leak, at most 6
    lang : "en" or "es", optional

    Raises
    ------
    ValueError
        If the lists differ in length, or there are no schedules or too many.
    """
    temperatures, lang = several(temperatures), language_of(lang)
    positive_and_finite(temperatures)
    if not len(temperatures) == len(entropies) == len(leaks) >= 2:
        raise ValueError(
            f"{len(temperatures)} temperatures, {len(entropies)} entropies and {len(leaks)} leaks: "
            "give as many of each, at least two"
        )
    if not 1 <= len(schedules) < len(COLOURS):
        raise ValueError(f"{len(schedules)} schedules do not fit: this figure has room for 1 to 6")
    said = []
    with drawing():
        figure = new_figure(4.9, say("trade.title", lang))
        axes = figure.subplots()
        axes.plot(
            entropies,
            leaks,
            color=BLUE,
            linewidth=2,
            marker="o",
            markersize=4,
            label=say("trade.constant", lang),
        )
        for temperature, across, up in zip(temperatures, entropies, leaks, strict=True):
            axes.annotate(
                f"T = {temperature:g}",
                (across, up),
                xytext=(10, -13) if up > _STEEP * max(leaks) else (-4, 7),
                textcoords="offset points",
                ha="left" if up > _STEEP * max(leaks) else "right",
                color=BLUE,
                fontsize=10,
            )
        looks = zip(COLOURS[1:], MARKERS[1:], strict=True)
        for (name, (across, up)), (colour, marker) in zip(schedules.items(), looks, strict=False):
            axes.plot(
                [across],
                [up],
                marker,
                color=colour,
                markersize=10,
                markeredgecolor=BLACK,
                linestyle="none",
                label=name,
            )
            below = _at(across, entropies, leaks)
            said.append(
                say(
                    "trade.one",
                    lang,
                    name=quoted(name, lang),
                    leak=spoken_size(up),
                    constant=spoken_size(below),
                )
            )
        axes.set(xlabel=say("trade.entropy", lang), ylabel=say("trade.leak", lang))
        axes.set_ylim(0, 1.1 * max(*leaks, *(up for _, up in schedules.values())))
        axes.margins(x=0.12)
        few_ticks(axes.xaxis, 7)
        few_ticks(axes.yaxis)
        axes.grid(True)
        figure.legend(loc="outside lower left", ncols=2, frameon=False, fontsize=11)
    return Picture(figure, say("trade.alt", lang, rows="; ".join(said)), lang)


def _at(entropy: float, entropies: Sequence[float], leaks: Sequence[float]) -> float:
    """The height of the curve above an entropy: between its neighbours a leak grows by factors."""
    import numpy as np

    return float(np.exp(np.interp(entropy, entropies, np.log(leaks))))
