"""What groups of predictions claim, beside how often they are right."""

from __future__ import annotations

from collections.abc import Mapping

from tempkit.plots.arguments import language_of
from tempkit.plots.look import BLACK, BLUE, VERMILION, drawing, new_figure, probability_axis
from tempkit.plots.picture import Picture
from tempkit.plots.wording import quoted, say, short_probability, spoken_probability

_MOST = 6


def claimed_and_right(
    groups: Mapping[str, tuple[float, float, float]],
    *,
    title: str | None = None,
    lang: str | None = None,
) -> Picture:
    """Two bars a group: its mean confidence, and its accuracy with two standard errors.

    Parameters
    ----------
    groups : name to (mean confidence, accuracy, standard error of the accuracy), at most 6
    title : str, optional
        Replaces the figure's own; it should say what is shown.
    lang : "en" or "es", optional

    Raises
    ------
    ValueError
        If there is no group or there are too many, or a number cannot be a probability.
    """
    lang = language_of(lang)
    if not 0 < len(groups) <= _MOST:
        raise ValueError(f"{len(groups)} groups do not fit: this figure has room for 1 to {_MOST}")
    for name, numbers in groups.items():
        if not all(0 <= number <= 1 for number in numbers):
            raise ValueError(f"group {name!r} has {numbers}: give numbers from 0 to 1")
    title = title or say("claimed_and_right.title", lang)
    with drawing():
        figure = new_figure(1.5 + 0.75 * len(groups), title)
        axes = figure.subplots()
        for place, (claimed, right, error) in enumerate(groups.values()):
            axes.barh(place - 0.2, claimed, height=0.36, color=VERMILION, hatch="//", edgecolor="w")
            axes.barh(place + 0.2, right, height=0.36, color=BLUE)
            axes.errorbar(right, place + 0.2, xerr=2 * error, color=BLACK, capsize=4, linewidth=1.6)
            ends = ((claimed, place - 0.2), (min(right + 2 * error, 1), place + 0.2))
            for number, (end, height) in zip((claimed, right), ends, strict=True):
                axes.annotate(
                    short_probability(number),
                    (end, height),
                    xytext=(5, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=11,
                )
        axes.set_ylim(len(groups) - 0.45, -0.55)
        axes.set_yticks(range(len(groups)), list(groups))
        axes.tick_params(axis="y", length=0)
        probability_axis(axes.xaxis)
        axes.set_xlim(0, 1.16)
        keys = [say(f"claimed_and_right.{which}", lang) for which in ("claimed", "right")]
        patches = [axes.containers[0][0], axes.containers[1][0]]
        figure.legend(patches, keys, loc="outside lower left", ncols=2, frameon=False, fontsize=11)
    said = [
        say(
            "claimed_and_right.one",
            lang,
            group=quoted(name, lang),
            claimed=spoken_probability(claimed, lang),
            right=spoken_probability(right, lang),
            error=f"{error:.3f}",
        )
        for name, (claimed, right, error) in groups.items()
    ]
    alt = say("claimed_and_right.alt", lang, title=title.rstrip("."), rows="; ".join(said))
    return Picture(figure, alt, lang)
