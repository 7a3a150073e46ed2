"""What temperature does to generated text, measured: grammar kept, and distance from the truth.

Both figures take numbers, not models: whoever measured them says how many standard errors wide they
are.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

from tempkit.plots.arguments import language_of, positive_and_finite, several
from tempkit.plots.look import (
    BLACK,
    BLUE,
    COLOURS,
    GREY,
    MARKERS,
    VERMILION,
    drawing,
    log_axis,
    new_figure,
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


def grammatical(
    temperatures: Sequence[float],
    measured: Sequence[float],
    errors: Sequence[float],
    predicted: Sequence[float],
    along_the_path: Sequence[float] | None = None,
    *,
    lang: str | None = None,
) -> Picture:
    """Share of grammatical sentences at each T, with error bars, beside a prediction.

    The true process, which is grammatical at every T, is the line at 1.

    Parameters
    ----------
    temperatures : positive finite numbers in rising order, at least 2
    measured, errors, predicted : as many numbers
        Shares of sentences, their standard errors (drawn two wide), and the prediction
        ``(1 - leak)^n``.
    along_the_path : as many numbers, optional
        The prediction that multiplies the leaks of each sentence's own places.
    lang : "en" or "es", optional

    Raises
    ------
    ValueError
        If the lists differ in length, or the temperatures do not fit an axis.
    """
    temperatures, lang = _rising(temperatures), language_of(lang)
    predictions = [predicted] if along_the_path is None else [predicted, along_the_path]
    for values in (measured, errors, *predictions):
        _as_many(values, temperatures)
    with drawing():
        figure = new_figure(4.4, say("grammatical.title", lang))
        axes = figure.subplots()
        axes.axhline(1, color=GREY, linewidth=1.6)
        axes.annotate(
            say("grammatical.truth", lang),
            (temperatures[-1], 1),
            xytext=(0, 5),
            textcoords="offset points",
            ha="right",
            color=GREY,
        )
        looks = (("predicted", VERMILION, "--", "s"), ("path", BLACK, ":", "D"))
        for values, (name, colour, line, marker) in zip(predictions, looks, strict=False):
            axes.plot(
                temperatures,
                values,
                color=colour,
                linewidth=2,
                linestyle=line,
                marker=marker,
                markersize=5,
                label=say(f"grammatical.{name}", lang),
            )
        axes.errorbar(
            temperatures,
            measured,
            [2 * error for error in errors],
            color=BLUE,
            linewidth=2,
            capsize=4,
            marker="o",
            markersize=6,
            label=say("grammatical.measured", lang),
        )
        axes.set(
            xlabel=say("temperature", lang), ylabel=say("grammatical.share", lang), ylim=(0, 1.12)
        )
        axes.set_xlim(0, temperatures[-1] * 1.03)
        axes.set_xticks(temperatures, [f"{temperature:g}" for temperature in temperatures])
        axes.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1])
        axes.grid(True)
        figure.legend(loc="outside lower left", ncols=2, frameon=False, fontsize=11)
    said = [
        say(
            "grammatical.one",
            lang,
            temperature=plain_temperature(temperature, lang),
            measured=spoken_probability(share, lang),
            predicted="; ".join(spoken_probability(guess, lang) for guess in guesses),
        )
        for temperature, share, *guesses in zip(temperatures, measured, *predictions, strict=True)
    ]
    alt = "grammatical.alt" if along_the_path is None else "grammatical.alt_path"
    return Picture(figure, say(alt, lang, rows=listed(said, lang)), lang)


def divergence(
    temperatures: Sequence[float],
    divergences: Mapping[str, Sequence[float]],
    illegal: Mapping[str, Sequence[float]],
    *,
    lang: str | None = None,
) -> Picture:
    """KL(truth, model at T) of several models with its minimum, above their leak.

    Parameters
    ----------
    temperatures : positive finite numbers in rising order, at least 3
    divergences, illegal : name of a model to as many numbers, at most 7 models
        In nats a token, and the probability that a token is impossible.
    lang : "en" or "es", optional

    Raises
    ------
    ValueError
        If the lists differ in length, the models differ, or the temperatures do not fit an axis.
    """
    temperatures, lang = _rising(temperatures), language_of(lang)
    if list(divergences) != list(illegal):
        raise ValueError(
            f"the two panels show the same models: {list(divergences)} and {list(illegal)} differ"
        )
    for values in (*divergences.values(), *illegal.values()):
        _as_many(values, temperatures)
    said = []
    with drawing():
        figure = new_figure(5.6, say("divergence.title", lang))
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
        looks = zip(COLOURS, MARKERS, strict=True)
        for (name, values), (colour, marker) in zip(divergences.items(), looks, strict=False):
            at, least = min(zip(temperatures, values, strict=True), key=lambda pair: pair[1])
            label = say("divergence.best", lang, model=name, temperature=f"{at:.2f}")
            upper.plot(temperatures, values, color=colour, linewidth=2, label=label)
            upper.plot([at], [least], marker, color=colour, markersize=9, markeredgecolor=BLACK)
            lower.plot(temperatures, illegal[name], color=colour, linewidth=2)
            said.append(
                say(
                    "divergence.one",
                    lang,
                    model=quoted(name, lang),
                    temperature=f"{at:.2f}",
                    least=f"{least:.3f}",
                    hot=short_probability(illegal[name][-1]),
                )
            )
        low, high = temperatures[0], temperatures[-1]
        log_axis(lower.xaxis, low, high)
        smallest = min(map(min, divergences.values()))
        largest = max(map(max, divergences.values()))
        log_axis(upper.yaxis, smallest / 1.5, largest * 1.2)
        lower.set_ylim(0, 1.05 * max(map(max, illegal.values())))
        upper.set_ylabel(say("divergence.axis", lang))
        lower.set_ylabel(say("divergence.illegal", lang))
        lower.set_xlabel(say("temperature", lang))
        for axes in (upper, lower):
            axes.grid(True)
        figure.legend(loc="outside lower left", ncols=2, frameon=False, fontsize=11)
    alt = say(
        "divergence.alt",
        lang,
        first=plain_temperature(low, lang),
        last=plain_temperature(high, lang),
        rows="; ".join(said),
    )
    return Picture(figure, alt, lang)


def _rising(temperatures: Sequence[float]) -> list[float]:
    values = several(temperatures)
    positive_and_finite(values)
    if len(values) < 2 or any(b <= a for a, b in itertools.pairwise(values)):
        raise ValueError("this figure needs at least two temperatures, in rising order")
    return values


def _as_many(values: Sequence[float], temperatures: Sequence[float]) -> None:
    if len(values) != len(temperatures):
        raise ValueError(
            f"{len(values)} values for {len(temperatures)} temperatures: give one for each"
        )
    for value in values:
        if not math.isfinite(value):
            raise ValueError(f"{value} cannot be drawn: give finite numbers")
